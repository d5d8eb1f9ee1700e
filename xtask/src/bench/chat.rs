//! Chats of 2,000 visitors on one node: what they take of memory while they are open, and how long a message needs to the other
//! side while 200 are written in a second.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::place::Place;
use super::server::Server;
use super::watch::{Watch, ms, percentile, until};

const CHATS: usize = 2_000;
/// Chats that somebody has; the others wait.
const TAKEN: usize = 20;
const WRITE: Duration = Duration::from_secs(30);
/// Messages in a second: ours, those of visitors who talk, those of visitors who wait.
const RATES: [u64; 3] = [100, 50, 50];
const MOST_MIB: f64 = 300.0;
const MOST_MS: f64 = 100.0;
/// A thread that reads a stream needs no more.
const STACK: usize = 128 * 1024;

/// From when to when a message was under way: who wrote it, and how long it took.
type Arrivals = Sender<Duration>;

fn secret(n: usize) -> String {
    format!("{n:x<43}")
}

fn as_visitor(n: usize) -> String {
    format!("authorization: Bearer {}\r\nsec-fetch-site: same-origin\r\n", secret(n))
}

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let place = Place::new(bench, "chat")?;
    let server = place.serve_with("chat_per_second = 1000000\n")?;
    let session = server.sign_in()?;
    let token = server.token(&session)?;
    let mut api = Client::new(server.address, &token)?;
    open_chat(&mut api)?;
    server.quiet()?;
    let idle = server.memory()?;
    let watch = Watch::start();
    let (arrivals, arrived) = channel();
    let listening = AtomicUsize::new(0);
    let ids = ask(&server, &mut api)?;
    std::thread::scope(|_| -> anyhow::Result<()> {
        let mut readers = Vec::new();
        for n in 0..CHATS {
            readers.push(follow(server.address, n, watch, arrivals.clone())?);
            listening.fetch_add(1, Ordering::Relaxed);
        }
        server.quiet()?;
        let open = server.memory()?;
        let figures = &mut bench.figures;
        figures.add("memory before anybody chats", idle.now, "MiB", Target::None);
        figures.add(format!("memory with {CHATS} open chats"), open.now, "MiB", Target::AtMost(MOST_MIB));
        figures.add("the same without mapped files", open.own, "MiB", Target::None);
        drop(arrivals);
        let at_us = write(&server, (&session, &token), &ids, watch)?;
        let mut times: Vec<Duration> = collect(&arrived).into_iter().chain(at_us).collect();
        times.sort_unstable();
        let sent = RATES.iter().sum::<u64>() * WRITE.as_secs();
        let name = |what: &str| {
            format!("message to the other side, {} in a second: {what}", RATES.iter().sum::<u64>())
        };
        let lost = sent as f64 - times.len() as f64;
        figures.add(name("not arrived, or twice"), lost.abs(), "", Target::AtMost(0.0));
        figures.add(name("median"), ms(percentile(&times, 50)), "ms", Target::None);
        figures.add(name("p99"), ms(percentile(&times, 99)), "ms", Target::AtMost(MOST_MS));
        figures.add(name("longest"), ms(percentile(&times, 100)), "ms", Target::None);
        figures.add("highest memory", server.memory()?.highest, "MiB", Target::AtMost(MOST_MIB));
        Ok(())
    })
}

/// Switches chat on, at all hours, and takes chats.
fn open_chat(api: &mut Client) -> anyhow::Result<()> {
    let kept: Value = serde_json::from_slice(api.get("/api/v1/settings")?.body)?;
    let mut settings = kept.get("settings").cloned().context("no settings")?;
    let changes = json!({"chat_on": true, "chat_calendar": "x24", "chats_per_person": TAKEN});
    if let (Some(settings), Some(changes)) = (settings.as_object_mut(), changes.as_object()) {
        settings.extend(changes.clone());
    }
    let body = json!({"version": kept.get("version"), "settings": settings}).to_string();
    let put = api.request("PUT", "/api/v1/settings", "content-type: application/json\r\n", &body);
    let answer = api.send(&put)?;
    ensure!(answer.status < 300, "settings: {} {}", answer.status, answer.text()?);
    let put = api.request("PUT", "/api/v1/chats/seat", "", "");
    ensure!(api.send(&put)?.status == 204, "nobody takes chats");
    Ok(())
}

/// All visitors ask, and the first are taken; the keys of those.
fn ask(server: &Server, api: &mut Client) -> anyhow::Result<Vec<String>> {
    let mut stranger = Client::new(server.address, "sec-fetch-site: same-origin\r\n")?;
    for n in 0..CHATS {
        let body = json!({"token": secret(n), "name": format!("V{n}"), "email": format!("v{n}@visitor.example"), "symptom": "x"});
        stranger.json("/chat/start", &body)?;
    }
    let waiting: Value =
        serde_json::from_slice(api.get(&format!("/api/v1/chats?queue=waiting&limit={TAKEN}"))?.body)?;
    let items = waiting.get("items").and_then(Value::as_array).context("nobody waits")?;
    let ids: Vec<String> = items.iter().filter_map(|c| c.get("id")?.as_str().map(str::to_owned)).collect();
    for id in &ids {
        let take = api.request("POST", &format!("/api/v1/chats/{id}/taking"), "", "");
        ensure!(api.send(&take)?.status == 204, "{id} is not taken");
    }
    Ok(ids)
}

/// A visitor's page: reads the stream for as long as it lasts. Lines of ours, and of those who wait their own, are noted.
fn follow(to: SocketAddr, n: usize, watch: Watch, arrivals: Arrivals) -> anyhow::Result<JoinHandle<()>> {
    let heard = stream(to, "/chat/events?after=0", &as_visitor(n))?;
    Ok(Builder::new().stack_size(STACK).spawn(move || {
        for line in heard.lines().map_while(Result::ok) {
            let ours = line.contains("\"side\":\"staff\"");
            if let Some(sent) = stamp(&line).filter(|_| ours || n >= TAKEN) {
                let _ = arrivals.send(watch.time().saturating_sub(sent));
            }
        }
    })?)
}

fn stream(to: SocketAddr, path: &str, lines: &str) -> anyhow::Result<BufReader<TcpStream>> {
    let mut out = TcpStream::connect(to)?;
    out.set_nodelay(true)?;
    out.write_all(
        format!("GET {path} HTTP/1.1\r\nhost: {to}\r\naccept: text/event-stream\r\n{lines}\r\n").as_bytes(),
    )?;
    let mut heard = BufReader::with_capacity(2_048, out);
    let mut line = String::new();
    heard.read_line(&mut line)?;
    ensure!(line.contains(" 200 "), "{path}: {line}");
    Ok(heard)
}

/// When a message was written, if the line holds one.
fn stamp(line: &str) -> Option<Duration> {
    let text = line.split("\"text\":\"t").nth(1)?;
    let micros = text.split('"').next()?.parse().ok()?;
    Some(Duration::from_micros(micros))
}

/// Writes for a while from three sides; returns how long the visitors' messages took to us.
fn write(
    server: &Server,
    (session, token): (&str, &str),
    ids: &[String],
    watch: Watch,
) -> anyhow::Result<Vec<Duration>> {
    let events = stream(server.address, "/chats/events", session)?;
    let (stop, stopped) = channel::<()>();
    let lines = Client::new(server.address, session)?;
    let attending = Builder::new().spawn(move || attend(events, lines, watch, &stopped))?;
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let [ours, talking, waiting] = RATES;
        let us = scope.spawn(move || {
            let mut api = Client::new(server.address, token)?;
            pace(ours, watch, |n, text| {
                let id = ids.get(n % ids.len().max(1)).context("no chats")?;
                api.json(
                    &format!("/api/v1/chats/{id}/lines"),
                    &json!({"text": text, "sent_id": format!("a{n}")}),
                )
                .map(drop)
            })
        });
        let them = scope.spawn(move || visitors(server, talking, watch, |n| n % TAKEN));
        let others = scope.spawn(move || visitors(server, waiting, watch, |n| TAKEN + n % (CHATS - TAKEN)));
        for side in [us, them, others] {
            side.join().map_err(|_| anyhow::anyhow!("a writer panicked"))??;
        }
        Ok(())
    })?;
    sleep(Duration::from_secs(2));
    stop.send(())?;
    // One more line wakes the page that attends.
    let mut api = Client::new(server.address, token)?;
    let first = ids.first().context("no chats")?;
    api.json(&format!("/api/v1/chats/{first}/lines"), &json!({"text": "end", "sent_id": "end"}))?;
    attending.join().map_err(|_| anyhow::anyhow!("the page panicked"))?
}

fn visitors(server: &Server, rate: u64, watch: Watch, who: impl Fn(usize) -> usize) -> anyhow::Result<()> {
    let mut pages: HashMap<usize, Client> = HashMap::new();
    pace(rate, watch, |n, text| {
        let who = who(n);
        let page = match pages.entry(who) {
            std::collections::hash_map::Entry::Occupied(page) => page.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Client::new(server.address, &as_visitor(who))?)
            }
        };
        page.json("/chat/lines", &json!({"text": text, "sent_id": format!("v{n}")})).map(drop)
    })
}

/// Writes so many times a second.
fn pace(
    rate: u64,
    watch: Watch,
    mut say: impl FnMut(usize, String) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let begun = watch.time();
    for n in 0..rate * WRITE.as_secs() {
        let at = begun + Duration::from_micros(n * 1_000_000 / rate);
        sleep(at.saturating_sub(watch.time()));
        say(usize::try_from(n)?, format!("t{}", watch.time().as_micros()))?;
    }
    Ok(())
}

/// Our page: whenever a chat has something new, its lines are read.
fn attend(
    events: BufReader<TcpStream>,
    mut lines: Client,
    watch: Watch,
    stopped: &Receiver<()>,
) -> anyhow::Result<Vec<Duration>> {
    let (mut last, mut times, mut chat) = (HashMap::<String, i64>::new(), Vec::new(), false);
    for line in events.lines() {
        let line = line?;
        if line.starts_with("event: ") {
            chat = line == "event: chat";
        }
        let Some(id) = line.strip_prefix("data: ").filter(|_| chat) else { continue };
        let after = last.entry(id.to_owned()).or_default();
        let answer = lines.get(&format!("/chats/{id}/lines?after={after}"))?;
        let read: Value = serde_json::from_slice(answer.body)?;
        for line in read.get("lines").and_then(Value::as_array).context("no lines")? {
            *after = line.get("seq").and_then(Value::as_i64).unwrap_or(*after);
            let theirs = line.get("side").and_then(Value::as_str) == Some("visitor");
            if let Some(sent) = stamp(&line.to_string()).filter(|_| theirs) {
                times.push(watch.time().saturating_sub(sent));
            }
        }
        if stopped.try_recv().is_ok() {
            return Ok(times);
        }
    }
    Ok(times)
}

fn collect(arrived: &Receiver<Duration>) -> Vec<Duration> {
    let mut times = Vec::new();
    // What is still under way has a second.
    let _ = until(Duration::from_secs(1), || {
        times.extend(arrived.try_iter());
        Ok(None::<()>)
    });
    times
}
