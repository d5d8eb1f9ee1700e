//! Letters by SMTP for a minute, as fast as the desk takes them: how many are answered as kept in a second, how many of them
//! are in tickets, and what that does to memory.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::place::Place;
use super::server::Server;
use super::watch::Watch;

/// How long letters are brought, and how often memory is looked at meanwhile.
const BRING: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 16;
const LEAST: f64 = 200.0;
/// Memory after a minute beside memory after its first sixth.
const GROWTH_MIB: f64 = 64.0;

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let place = Place::new(bench, "mail")?;
    let smtp = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = place.serve_with(&format!(
        "[mail_in]\nlisten = \"{smtp}\"\nper_second = 100000\n[[mail_in.mailboxes]]\naddress = \"support@desk.example\"\n"
    ))?;
    let token = server.token(&server.sign_in()?)?;
    let next = AtomicU32::new(0);
    let watch = Watch::start();
    let memory = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(|| bring(smtp, &next, watch))).collect();
        let memory = look(&server, watch);
        for sender in senders {
            sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))??;
        }
        memory
    })?;
    let (sent, took) = (next.load(Ordering::Relaxed), watch.time());
    let rate = f64::from(sent) / took.as_secs_f64();
    let figures = &mut bench.figures;
    figures.add("letters by SMTP, answered as kept", rate, "1/s", Target::AtLeast(LEAST));
    let placed = placed(&server, &token, sent, watch)?;
    figures.add(
        "the same, until they were in tickets",
        f64::from(sent) / placed.as_secs_f64(),
        "1/s",
        Target::AtLeast(LEAST),
    );
    for (at, mib) in &memory {
        figures.add(format!("memory after {} s of letters", at.as_secs()), *mib, "MiB", Target::None);
    }
    if let (Some((_, first)), Some((_, last))) = (memory.first(), memory.last()) {
        figures.add("memory gained over the minute", last - first, "MiB", Target::AtMost(GROWTH_MIB));
    }
    figures.add("highest memory", server.memory()?.highest, "MiB", Target::None);
    Ok(())
}

/// Brings letters on one connection until the time is over.
fn bring(to: SocketAddr, next: &AtomicU32, watch: Watch) -> anyhow::Result<()> {
    let stream = TcpStream::connect(to)?;
    stream.set_nodelay(true)?;
    let mut heard = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    expect(&mut heard, "220")?;
    out.write_all(b"EHLO bench.example\r\n")?;
    expect(&mut heard, "250")?;
    while watch.time() < BRING {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let letter = format!(
            "MAIL FROM:<k{k}@kunde.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n",
            k = n % 500
        );
        out.write_all(letter.as_bytes())?;
        for code in ["250", "250", "354"] {
            expect(&mut heard, code)?;
        }
        let body = "报表第三页打不开，请看一下。\r\n".repeat(40);
        let letter = format!(
            "From: Kunde <k{k}@kunde.example>\r\nTo: support@desk.example\r\nMessage-ID: <{n}@kunde.example>\r\nSubject: letter {n}\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{body}.\r\n",
            k = n % 500
        );
        out.write_all(letter.as_bytes())?;
        expect(&mut heard, "250")?;
    }
    Ok(())
}

/// The last line of an answer begins with this code.
fn expect(heard: &mut impl BufRead, code: &str) -> anyhow::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        ensure!(heard.read_line(&mut line)? > 0, "the server hung up");
        if line.get(3..4) != Some("-") {
            ensure!(line.starts_with(code), "instead of {code}: {}", line.trim());
            return Ok(());
        }
    }
}

fn look(server: &Server, watch: Watch) -> anyhow::Result<Vec<(Duration, f64)>> {
    let mut memory = Vec::new();
    while watch.time() + LOOK <= BRING {
        std::thread::sleep(LOOK);
        memory.push((watch.time(), server.memory()?.now));
    }
    Ok(memory)
}

/// How long it takes until no letter waits.
fn placed(server: &Server, token: &str, sent: u32, watch: Watch) -> anyhow::Result<Duration> {
    const MOST: Duration = Duration::from_mins(15);
    let mut client = Client::new(server.address, token)?;
    while watch.time() < MOST {
        let answer = client.get("/api/v1/mail-in?state=waiting&limit=1")?;
        let waiting: serde_json::Value = serde_json::from_slice(answer.body)?;
        if waiting.get("items").and_then(|i| i.as_array()).context("no items")?.is_empty() {
            return Ok(watch.time());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    anyhow::bail!("{sent} letters were not read within {MOST:?}")
}
