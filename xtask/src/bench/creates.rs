//! Durable creates through the API from 8 and 64 clients, beside the bare statements in the same batches;
//! then a kill -9 in the middle: every number that was answered is there afterwards.

use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::load::at_once;
use super::place::{Place, in_seconds};
use super::raw;
use super::server::Server;
use super::watch::ms;
use crate::run::output;

const TICKETS: u32 = 20_000;
const CREATES: u32 = 9_600;
const CLIENTS: [u32; 2] = [8, 64];
const LEAST_PERCENT: f64 = 50.0;

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let tickets = bench.tickets(TICKETS);
    let program = raw::program(bench)?;
    let base = Place::seeded(bench, "base", tickets)?;
    let requests = bench.folder.join("requests.jsonl");
    write_requests(&requests)?;
    let now = in_seconds(0)?;
    let mut numbers = Vec::new();
    let served = base.copy(bench, "served")?;
    let mut server = served.serve()?;
    let token = server.token(&server.sign_in()?)?;
    for clients in CLIENTS {
        let bare = base.copy(bench, "bare")?;
        let args = [&*requests.to_string_lossy(), &clients.to_string()];
        let raw = raw::run(&program, &bare, "creates", &now, &args)?;
        let made = round(bench, &server, &token, clients, raw)?;
        numbers.extend(made);
    }
    numbers.extend(until_killed(&mut server, &token)?);
    drop(server);
    let lost = missing(&served.serve()?, &token, &numbers)?;
    let name = format!("answered creates lost by kill -9, of {}", numbers.len());
    bench.figures.add(name, f64::from(lost), "", Target::AtMost(0.0));
    Ok(())
}

fn body(i: u32) -> Value {
    json!({
        "title": format!("登录后提示密码错误 {i}"),
        "body": "早上修改密码以后一直提示密码错误，昨天还可以登录。\n浏览器是 Edge，已清理缓存。请协助重置，谢谢。",
        "requester": format!("seed{}@example.com", i % 200),
    })
}

/// The same requests for both, a line each.
fn write_requests(file: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    for i in 0..CREATES {
        writeln!(text, "{}", body(i))?;
    }
    Ok(std::fs::write(file, text)?)
}

fn number_of(body: &[u8]) -> anyhow::Result<String> {
    let answer: Value = serde_json::from_slice(body)?;
    Ok(answer.get("number").and_then(Value::as_str).context("the answer has no number")?.to_owned())
}

/// One round of creates; returns the numbers that were answered.
fn round(
    bench: &mut Bench,
    server: &Server,
    token: &str,
    clients: u32,
    raw: raw::Rate,
) -> anyhow::Result<Vec<String>> {
    // Connections and requests are made before: the driver shares its processors with the server that is measured.
    let mut ready = Vec::new();
    for c in 0..clients {
        let client = Client::new(server.address, token)?;
        let own = (c..CREATES).step_by(clients as usize);
        let requests: Vec<_> =
            own.map(|i| client.request("POST", "/api/v1/tickets", "", &body(i).to_string())).collect();
        ready.push(Mutex::new((client, requests)));
    }
    server.quiet()?;
    let before = server.cpu()?;
    let (answers, took) = at_once(clients, |c| {
        let one = ready.get(c as usize).context("a client is missing")?;
        let (client, requests) = &mut *one.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bodies = Vec::with_capacity(requests.len());
        for request in requests {
            let answer = client.send(request)?;
            ensure!(answer.status == 201, "a create answered {}", answer.status);
            bodies.push(answer.body.to_vec());
        }
        Ok(bodies)
    })?;
    let cpu = server.cpu()?.saturating_sub(before);
    server.quiet()?;
    let with_letters = server.cpu()?.saturating_sub(before);
    let rate = f64::from(CREATES) / took.as_secs_f64();
    let name = |what: &str| format!("creates, {clients} clients: {what}");
    let figures = &mut bench.figures;
    figures.add(name("through the API"), rate, "1/s", Target::None);
    figures.add(name("bare statements"), raw.per_s, "1/s", Target::None);
    let share = rate / raw.per_s * 100.0;
    figures.add(name("share of the bare rate"), share, "%", Target::AtLeast(LEAST_PERCENT));
    figures.add(name("CPU per create"), ms(cpu / CREATES), "ms", Target::None);
    figures.add(name("CPU with the letter, written after"), ms(with_letters / CREATES), "ms", Target::None);
    figures.add(name("CPU of the bare statements"), raw.cpu_ms, "ms", Target::None);
    figures.add(name("statements per create"), raw.statements, "", Target::None);
    answers.iter().flatten().map(|b| number_of(b)).collect()
}

const KILL_AFTER: u32 = 1_000;

/// 64 clients create until the server is killed in the middle; returns the numbers answered before.
fn until_killed(server: &mut Server, token: &str) -> anyhow::Result<Vec<String>> {
    let answered = AtomicU32::new(0);
    let (address, pid) = (server.address, server.pid());
    let (numbers, _) = at_once(64, |c| {
        let mut client = Client::new(address, token)?;
        let mut numbers = Vec::new();
        for i in 0..KILL_AFTER {
            let request =
                client.request("POST", "/api/v1/tickets", "", &body(c * KILL_AFTER + i).to_string());
            // An error is the kill: what was not answered is not promised.
            let Ok(answer) = client.send(&request) else { break };
            ensure!(answer.status == 201, "a create answered {}", answer.status);
            numbers.push(number_of(answer.body)?);
            if answered.fetch_add(1, Ordering::Relaxed) + 1 == KILL_AFTER {
                output("kill", &["-9", &pid])?;
            }
        }
        Ok(numbers)
    })?;
    server.kill_9()?;
    Ok(numbers.into_iter().flatten().collect())
}

/// How many of the numbers are not there.
fn missing(server: &Server, token: &str, numbers: &[String]) -> anyhow::Result<u32> {
    let mut client = Client::new(server.address, token)?;
    let mut lost = 0;
    for number in numbers {
        if client.get(&format!("/api/v1/tickets/{number}"))?.status != 200 {
            lost += 1;
        }
    }
    Ok(lost)
}
