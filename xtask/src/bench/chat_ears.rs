//! Those who listen to chats: each holds the stream open that its page would, and notes what it hears.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::Scope;
use std::time::Duration;

use super::http::Client;
use super::server::Server;
use super::watch::Watch;

/// What the text of each line begins with; its number follows.
pub(super) const SHOWN: &str = "bench-";
/// A listener's stack; there are thousands.
const STACK: usize = 128 * 1024;
/// How often a listener looks whether it is over.
const LOOK: Duration = Duration::from_secs(2);

/// When each line was said, and when the other side had it.
pub(super) struct Log {
    watch: Watch,
    said: Vec<OnceLock<Duration>>,
    heard: Vec<OnceLock<Duration>>,
    listening: AtomicU32,
    over: AtomicBool,
}

impl Log {
    pub(super) fn new(lines: u32) -> Self {
        let none = || (0..lines).map(|_| OnceLock::new()).collect();
        Self {
            watch: Watch::start(),
            said: none(),
            heard: none(),
            listening: AtomicU32::new(0),
            over: AtomicBool::new(false),
        }
    }

    pub(super) fn lines(&self) -> u32 {
        u32::try_from(self.said.len()).unwrap_or(u32::MAX)
    }

    /// Every other line is a visitor's.
    pub(super) fn is_visitors(n: u32) -> bool {
        n.is_multiple_of(2)
    }

    pub(super) fn said(&self, n: u32) {
        if let Some(slot) = self.said.get(n as usize) {
            let _ = slot.set(self.watch.time());
        }
    }

    /// Notes the lines of one side in what came; the first time counts.
    fn hear(&self, text: &str, of_visitors: bool) {
        for part in text.split(SHOWN).skip(1) {
            let number = part.split('.').next().and_then(|n| n.parse::<u32>().ok());
            let Some(n) = number.filter(|n| Self::is_visitors(*n) == of_visitors) else { continue };
            if let Some(slot) = self.heard.get(n as usize) {
                let _ = slot.set(self.watch.time());
            }
        }
    }

    pub(super) fn listening(&self) -> u32 {
        self.listening.load(Ordering::Relaxed)
    }

    pub(super) fn all_heard(&self) -> bool {
        self.heard.iter().all(|slot| slot.get().is_some())
    }

    pub(super) fn over(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// The sorted times of each side's lines.
    pub(super) fn times(&self) -> [(&'static str, Vec<Duration>); 2] {
        let of = |visitors: bool| {
            let both = self.said.iter().zip(&self.heard).zip(0..);
            let mine = both.filter(|(_, n)| Self::is_visitors(*n) == visitors);
            let took = mine.filter_map(|((said, heard), _)| Some(heard.get()?.saturating_sub(*said.get()?)));
            let mut took: Vec<_> = took.collect();
            took.sort();
            took
        };
        [("a visitor", of(true)), ("an agent", of(false))]
    }
}

/// A listener in a thread of its own.
pub(super) fn ear<'scope>(
    scope: &'scope Scope<'scope, '_>,
    listen: impl FnOnce() -> anyhow::Result<()> + Send + 'scope,
) -> anyhow::Result<()> {
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread.spawn_scoped(scope, move || {
        if let Err(e) = listen() {
            eprintln!("a listener ended: {e:#}");
        }
    })?;
    Ok(())
}

/// A visitor's page: what it hears are the lines themselves.
pub(super) fn visitor(server: &Server, token: &str, log: &Log) -> anyhow::Result<()> {
    let lines = format!("authorization: Bearer {token}\r\n");
    listen(server, "/chat/events?after=0", &lines, log, |line| {
        log.hear(line, false);
        Ok(())
    })
}

/// An agent's page: it hears which chat has something new, and fetches what is behind the last line it has.
pub(super) fn agent(server: &Server, session: &str, log: &Log) -> anyhow::Result<()> {
    let mut page = Client::new(server.address, session)?;
    let (mut after, mut is_chat) = (HashMap::<String, i64>::new(), false);
    listen(server, "/chats/events", session, log, |line| {
        if let Some(event) = line.strip_prefix("event: ") {
            is_chat = event == "chat";
        } else if let Some(id) = line.strip_prefix("data: ").filter(|_| is_chat) {
            let last = after.entry(id.to_owned()).or_default();
            let answer = page.get(&format!("/chats/{id}/lines?after={last}"))?;
            log.hear(answer.text()?, true);
            let read: serde_json::Value = serde_json::from_slice(answer.body)?;
            let lines = read.get("lines").and_then(|l| l.as_array()).and_then(|l| l.last());
            *last = lines.and_then(|l| l.get("seq")?.as_i64()).unwrap_or(*last);
        }
        Ok(())
    })
}

/// Reads a stream line by line until it is over.
fn listen(
    server: &Server,
    path: &str,
    lines: &str,
    log: &Log,
    mut line: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(server.address)?;
    stream.set_read_timeout(Some(LOOK))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\n{lines}\r\n", server.address)?;
    let mut reader = BufReader::with_capacity(4 * 1024, stream);
    let (mut text, mut begun) = (String::new(), false);
    while !log.over.load(Ordering::Relaxed) {
        match reader.read_line(&mut text) {
            Ok(0) => anyhow::bail!("the stream of {path} ended"),
            Ok(_) => {}
            // What came so far stays in the text.
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                continue;
            }
            Err(e) => return Err(e.into()),
        }
        if !begun {
            anyhow::ensure!(text.starts_with("HTTP/1.1 200"), "{path}: {}", text.trim());
            begun = true;
            log.listening.fetch_add(1, Ordering::Relaxed);
        }
        line(text.trim_end())?;
        text.clear();
    }
    Ok(())
}
