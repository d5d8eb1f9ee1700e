//! Requests in number: one after the other on one connection, or from many connections at once.

use std::time::Duration;

use anyhow::ensure;

use super::http::Client;
use super::server::Server;
use super::watch::{Watch, percentile};

/// What a stretch of requests cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// The server's CPU time per request.
    pub cpu: Duration,
    /// Requests in a second.
    pub rate: f64,
    pub median: Duration,
    pub p95: Duration,
    /// Bytes of the last body.
    pub bytes: usize,
}

const ROUNDS: usize = 3;
const REQUESTS: u32 = 2_000;
const WARM: u32 = 200;

/// A page of a server, as somebody with these lines asks for it.
pub(super) struct Page<'s> {
    pub server: &'s Server,
    pub lines: &'s str,
    pub path: String,
}

/// Asks for each page 2,000 times on one connection, three times over, the pages in turn, so that what else
/// the machine does meets them alike. For each page the round with the median CPU counts.
pub(super) fn in_turn(pages: &[Page<'_>]) -> anyhow::Result<Vec<Cost>> {
    let mut open = Vec::with_capacity(pages.len());
    for page in pages {
        let mut client = Client::new(page.server.address, page.lines)?;
        let request = client.request("GET", &page.path, "", "");
        round(page.server, &mut client, &request, WARM)?;
        open.push((page.server, client, request, Vec::with_capacity(ROUNDS)));
    }
    for _ in 0..ROUNDS {
        for (server, client, request, rounds) in &mut open {
            rounds.push(round(server, client, request, REQUESTS)?);
        }
    }
    let medians = open.into_iter().map(|(_, _, _, mut rounds)| {
        rounds.sort_by_key(|r| r.cpu);
        rounds.get(ROUNDS / 2).copied().ok_or_else(|| anyhow::anyhow!("no round"))
    });
    medians.collect()
}

fn round(server: &Server, client: &mut Client, request: &[u8], n: u32) -> anyhow::Result<Cost> {
    let (before, watch) = (server.cpu()?, Watch::start());
    let (mut times, mut bytes) = (Vec::with_capacity(n as usize), 0);
    for _ in 0..n {
        let one = Watch::start();
        let answer = client.send(request)?;
        ensure!(answer.status == 200, "answered {}: {}", answer.status, answer.text()?);
        bytes = answer.body.len();
        times.push(one.time());
    }
    let (took, cpu) = (watch.time(), server.cpu()?.saturating_sub(before));
    times.sort();
    Ok(Cost {
        cpu: cpu / n,
        rate: f64::from(n) / took.as_secs_f64(),
        median: percentile(&times, 50),
        p95: percentile(&times, 95),
        bytes,
    })
}

/// Runs something on many connections at once, each in a thread; returns what they brought, and the time.
pub(super) fn at_once<T: Send>(
    clients: u32,
    work: impl Fn(u32) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<(Vec<T>, Duration)> {
    let watch = Watch::start();
    let brought = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..clients).map(|i| scope.spawn(move || work(i))).collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| anyhow::bail!("a client ended with a panic")))
            .collect::<anyhow::Result<Vec<T>>>()
    })?;
    Ok((brought, watch.time()))
}
