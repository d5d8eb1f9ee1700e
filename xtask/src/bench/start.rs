//! Cold start, memory and disk with 200,000 tickets.

use serde_json::json;

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::load::at_once;
use super::place::Place;
use super::server::Server;
use super::watch::ms;

const TICKETS: u32 = 200_000;
const STARTS: usize = 5;
const MOST_START_MS: f64 = 150.0;
const MOST_IDLE_MIB: f64 = 150.0;
const MOST_LOADED_MIB: f64 = 250.0;
const MOST_BYTES: f64 = 4096.0;

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let tickets = bench.tickets(TICKETS);
    let place = Place::seeded(bench, "start", tickets)?;
    // What comes once after seeding (such as an index) is not part of a start.
    let server = place.serve()?;
    server.quiet()?;
    let built = server.memory()?;
    let name = |what: &str| format!("memory, {tickets} tickets indexed for the first time: {what}");
    bench.figures.add(name("highest"), built.highest, "MiB", Target::AtMost(MOST_LOADED_MIB));
    bench.figures.add(name("afterwards"), built.now, "MiB", Target::None);
    drop(server);
    starts(bench, &place, tickets)?;
    let server = place.serve()?;
    memory(bench, &server, tickets)?;
    drop(server);
    disk(bench)
}

/// The median of some starts: with nothing of program and data in memory, and again with all of it.
fn starts(bench: &mut Bench, place: &Place, tickets: u32) -> anyhow::Result<()> {
    for cold in [true, false] {
        let mut times = Vec::with_capacity(STARTS);
        for _ in 0..STARTS {
            if cold {
                place.forget()?;
            }
            times.push(place.serve()?.first_page);
        }
        times.sort();
        let state = if cold { "program and data not in memory" } else { "restart" };
        let most = Target::AtMost(MOST_START_MS);
        let name = |what: &str| format!("start to first page, {state}, {tickets} tickets: {what}");
        bench.figures.add(name("median"), times.get(STARTS / 2).map_or(0.0, |t| ms(*t)), "ms", most);
        bench.figures.add(name("longest"), times.last().map_or(0.0, |t| ms(*t)), "ms", Target::None);
    }
    Ok(())
}

fn memory(bench: &mut Bench, server: &Server, tickets: u32) -> anyhow::Result<()> {
    let first = server.memory()?.now;
    server.quiet()?;
    let session = server.sign_in()?;
    for path in ["/tickets?view=all", "/api/v1/search?q=%E5%AF%86%E7%A0%81&limit=10"] {
        Client::new(server.address, &session)?.get(path)?;
    }
    server.quiet()?;
    let idle = server.memory()?;
    let name = |what: &str| format!("memory, {tickets} tickets: {what}");
    bench.figures.add(name("at the first page"), first, "MiB", Target::None);
    bench.figures.add(name("idle"), idle.now, "MiB", Target::AtMost(MOST_IDLE_MIB));
    bench.figures.add(name("idle, without mapped files"), idle.own, "MiB", Target::None);
    load(server, &session)?;
    let loaded = server.memory()?;
    bench.figures.add(name("highest under load"), loaded.highest, "MiB", Target::AtMost(MOST_LOADED_MIB));
    bench.figures.add(name("after the load"), loaded.now, "MiB", Target::None);
    bench.figures.add(name("after the load, without mapped files"), loaded.own, "MiB", Target::None);
    Ok(())
}

/// 64 clients that read pages, search and open tickets.
fn load(server: &Server, session: &str) -> anyhow::Result<()> {
    let token = server.token(session)?;
    at_once(64, |i| {
        let mut reader = Client::new(server.address, session)?;
        let mut writer = Client::new(server.address, &token)?;
        for n in 0..50 {
            reader.get("/tickets?view=due_next")?;
            reader.get("/api/v1/tickets?limit=200")?;
            reader.get("/api/v1/search?q=%E5%AF%86%E7%A0%81&limit=50")?;
            writer.json("/api/v1/tickets", &one_message(i * 50 + n))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn one_message(i: u32) -> serde_json::Value {
    json!({
        "title": format!("登录后提示密码错误 {i}"),
        "body": "早上修改密码以后一直提示密码错误，昨天还可以登录。请协助重置，谢谢。",
        "requester": format!("seed{}@example.com", i % 200),
    })
}

const ON_DISK: u32 = 10_000;

/// Tickets opened through the API with one message, everything that belongs to them included.
fn disk(bench: &mut Bench) -> anyhow::Result<()> {
    let place = Place::seeded(bench, "disk", 1_000)?;
    let before = place.size()?;
    let server = place.serve()?;
    let token = server.token(&server.sign_in()?)?;
    at_once(50, |i| {
        let mut writer = Client::new(server.address, &token)?;
        for n in 0..ON_DISK / 50 {
            writer.json("/api/v1/tickets", &one_message(i * (ON_DISK / 50) + n))?;
        }
        Ok(())
    })?;
    server.quiet()?;
    drop(server);
    let grown = u32::try_from(place.size()?.saturating_sub(before))?;
    let each = f64::from(grown) / f64::from(ON_DISK);
    bench.figures.add("disk per one-message ticket", each, "bytes", Target::AtMost(MOST_BYTES));
    Ok(())
}
