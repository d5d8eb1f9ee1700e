//! Search over 100,000 tickets: with filters and snippets, one client and eight at once.

use std::time::Duration;

use serde_json::Value;

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::load::at_once;
use super::place::Place;
use super::server::Server;
use super::watch::{Watch, ms, percentile, until};

const TICKETS: u32 = 100_000;
const MOST_MS: f64 = 30.0;
const INDEXED: Duration = Duration::from_mins(15);
const ROUNDS: u32 = 100;

/// What people look for: two characters, words, a sentence, a code, a number, with and without filters.
/// Percent-encoded, as a browser sends it.
const QUERIES: [(&str, &str); 8] = [
    ("密码", ""),
    ("审批停在总工节点", ""),
    ("客户端 无法启动", "&status=open"),
    ("里程碑怎样设置", "&severity=urgent"),
    ("登录以后提示密码错误，重启电脑也没有用，怎么办", ""),
    ("ORA-00054", ""),
    ("Seed 4711", "&status=closed"),
    ("导出 报表", "&status=open&severity=general"),
];

/// Measures; a server without search is said to be one.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let tickets = bench.tickets(TICKETS);
    let probe = Place::new(bench, "probe")?;
    let server = probe.serve()?;
    let status = Client::new(server.address, &server.sign_in()?)?.get("/api/v1/search?q=x&limit=1")?.status;
    drop(server);
    if status == 404 {
        bench.figures.absent("search: this program has no /api/v1/search (it answered 404)");
        return Ok(());
    }
    let place = Place::seeded(bench, "search", tickets)?;
    let watch = Watch::start();
    let server = place.serve()?;
    let session = server.sign_in()?;
    let total = until(INDEXED, || complete(&server, &session, tickets))?;
    let took = watch.time().as_secs_f64();
    bench.figures.add(format!("search: index of {tickets} tickets built"), took, "s", Target::None);
    bench.figures.add("search: tickets found with the commonest word", total, "", Target::None);
    server.quiet()?;
    one_client(bench, &server, &session, tickets)?;
    many(bench, &server, &session, tickets)?;
    let memory = server.memory()?;
    bench.figures.add("search: memory after the queries", memory.now, "MiB", Target::None);
    bench.figures.add(
        "search: memory after the queries, without mapped files",
        memory.own,
        "MiB",
        Target::None,
    );
    bench.figures.add("search: highest memory, building included", memory.highest, "MiB", Target::None);
    Ok(())
}

/// The number of hits once every seeded ticket is found; each has "Seed" in its title.
fn complete(server: &Server, session: &str, tickets: u32) -> anyhow::Result<Option<f64>> {
    std::thread::sleep(Duration::from_millis(500));
    let mut client = Client::new(server.address, session)?;
    let answer = client.get("/api/v1/search?q=Seed&kind=ticket&limit=1")?;
    if answer.status != 200 {
        return Ok(None);
    }
    let found: Value = serde_json::from_slice(answer.body)?;
    let total = found.get("total").and_then(Value::as_f64).unwrap_or_default();
    Ok((total >= f64::from(tickets)).then_some(total))
}

fn path(query: &str, filters: &str) -> String {
    let coded: String = query.bytes().map(|b| format!("%{b:02X}")).collect();
    format!("/api/v1/search?q={coded}&limit=20{filters}")
}

/// Asks for everything so many times; a query that is not answered is an error.
fn ask(server: &Server, session: &str, rounds: u32) -> anyhow::Result<Vec<(usize, Duration)>> {
    let mut client = Client::new(server.address, session)?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        for (i, (query, filters)) in QUERIES.iter().enumerate() {
            let (address, one) = (path(query, filters), Watch::start());
            let answer = client.get(&address)?;
            anyhow::ensure!(answer.status == 200, "{query}: {} {}", answer.status, answer.text()?);
            times.push((i, one.time()));
        }
    }
    Ok(times)
}

fn one_client(bench: &mut Bench, server: &Server, session: &str, tickets: u32) -> anyhow::Result<()> {
    ask(server, session, 5)?;
    let before = server.cpu()?;
    let times = ask(server, session, ROUNDS)?;
    let cpu = server.cpu()?.saturating_sub(before) / u32::try_from(times.len())?;
    add(bench, &format!("search, {tickets} tickets, one client"), times.iter().map(|t| t.1).collect());
    bench.figures.add("search: CPU per query", ms(cpu), "ms", Target::None);
    for (i, (query, filters)) in QUERIES.iter().enumerate() {
        let mut own: Vec<_> = times.iter().filter(|t| t.0 == i).map(|t| t.1).collect();
        own.sort();
        bench.figures.add(
            format!("search {query}{filters}: p95"),
            ms(percentile(&own, 95)),
            "ms",
            Target::None,
        );
    }
    Ok(())
}

fn many(bench: &mut Bench, server: &Server, session: &str, tickets: u32) -> anyhow::Result<()> {
    let (times, took) = at_once(8, |_| ask(server, session, ROUNDS / 4))?;
    let times: Vec<_> = times.into_iter().flatten().map(|t| t.1).collect();
    let rate = f64::from(u32::try_from(times.len())?) / took.as_secs_f64();
    add(bench, &format!("search, {tickets} tickets, eight clients"), times);
    bench.figures.add("search: queries, eight clients", rate, "1/s", Target::None);
    Ok(())
}

fn add(bench: &mut Bench, name: &str, mut times: Vec<Duration>) {
    times.sort();
    bench.figures.add(format!("{name}: median"), ms(percentile(&times, 50)), "ms", Target::None);
    bench.figures.add(format!("{name}: p95"), ms(percentile(&times, 95)), "ms", Target::AtMost(MOST_MS));
    bench.figures.add(format!("{name}: longest"), ms(percentile(&times, 100)), "ms", Target::None);
}
