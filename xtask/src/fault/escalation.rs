//! Cases are created whose steps fall due within seconds, while nodes are killed: three on one PostgreSQL, one on SQLite.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::node::{ADMINISTRATOR, Node, PASSWORD, SUPERVISOR};
use super::verdict::{Verdict, judge};
use crate::bench::{Client, Watch};
use crate::postgres;

/// Whatever is due by then has fired: the last step comes 8 s after its case, and a lease lasts 15 s.
const SETTLE: Duration = Duration::from_mins(1);
/// Cases per kill at most, so that the run stays small. They come in bursts, so that a kill meets many that fire.
const CASES: u32 = 12;

/// The steps of every case: name, and seconds after its start, in the order in which they fire.
pub(super) const STEPS: [(&str, i64); 5] =
    [("half", 3), ("page", 4), ("due-1", 6), ("due-2", 6), ("after", 8)];
/// Steps that tell the supervisor.
pub(super) const TELLS: [&str; 3] = ["half", "page", "after"];

/// Both engines, one after the other.
pub(super) fn run(bin: &Path, folder: &Path, kills: u32, seed: u64) -> anyhow::Result<()> {
    let server = postgres::Server::start()?;
    let url = format!("{} dbname=postgres", server.url());
    let three = (1..=3).map(|n| Node::new(bin, &folder.join(format!("node-{n}")), Some(&url)));
    let three = three.collect::<anyhow::Result<Vec<_>>>()?;
    let mut good = round("PostgreSQL, three nodes", three, kills, seed)?.print()?;
    let one = vec![Node::new(bin, &folder.join("single"), None)?];
    good &= round("SQLite, one node", one, kills, seed)?.print()?;
    ensure!(good, "the steps did not fire as they should");
    Ok(())
}

fn round(name: &str, mut nodes: Vec<Node>, kills: u32, seed: u64) -> anyhow::Result<Verdict> {
    eprintln!("── {name}: {kills} kills");
    let token = prepare(&mut nodes)?;
    let stop = AtomicBool::new(false);
    let addresses: Vec<_> = nodes.iter().map(|n| n.address).collect();
    let killed = std::thread::scope(|scope| {
        let creator = scope.spawn(|| create(&addresses, &token, CASES * kills.max(1), &stop));
        let killed = kill(&mut nodes, kills, seed);
        stop.store(true, Ordering::Relaxed);
        let created = creator.join().map_err(|_| anyhow::anyhow!("the creator panicked"))?;
        killed.map(|()| created)
    });
    let created = killed?;
    let node = nodes.first().context("no node")?;
    let watch = Watch::start();
    loop {
        let verdict = judge(node, &token, name, kills, created)?;
        if verdict.is_settled() || watch.time() > SETTLE {
            let said = node.command(&["sla", "rebuild", "--check"], "")?;
            return Ok(verdict.with_check(said));
        }
        std::thread::sleep(Duration::from_secs(2));
    }
}

/// Accounts, the promise with its steps, and all nodes running. Returns the line of a program's requests.
fn prepare(nodes: &mut [Node]) -> anyhow::Result<String> {
    let first = nodes.first_mut().context("no node")?;
    first.command(&["user", "add", ADMINISTRATOR, "--name", "Admin"], PASSWORD)?;
    first.command(&["user", "add", SUPERVISOR, "--name", "Boss", "--role", "supervisor"], PASSWORD)?;
    first.command(&["user", "add", "senior", "--name", "Senior", "--role", "senior_engineer"], PASSWORD)?;
    first.start()?;
    let server = first.server()?;
    let token = server.token(&server.sign_in()?)?;
    let mut client = Client::new(first.address, &token)?;
    let settings: Value = serde_json::from_slice(client.get("/api/v1/settings")?.body)?;
    let used = settings.pointer("/settings/default_policy");
    let path = format!("/api/v1/policies/{}", used.and_then(Value::as_str).context("no default promise")?);
    let policy: Value = serde_json::from_slice(client.get(&path)?.body)?;
    let body = json!({"name": "Seconds", "rev": policy.get("rev"), "doc": {
        "targets": [{"class": "urgent", "milestone": "resolution", "seconds": 6, "calendar": "x24"}],
        "steps": [
            {"id": "after", "milestone": "resolution", "offset_s": 2, "action": "notify_manager"},
            {"id": "due-2", "milestone": "resolution", "percent": 100, "action": "notify_owner", "level": 2},
            {"id": "due-1", "milestone": "resolution", "percent": 100, "action": "to_senior"},
            {"id": "page", "milestone": "resolution", "offset_s": -2, "action": "page_on_call"},
            {"id": "half", "milestone": "resolution", "percent": 50, "action": "notify_manager"},
        ],
    }});
    let request = client.request("PUT", &path, "content-type: application/json\r\n", &body.to_string());
    let answer = client.send(&request)?;
    ensure!(answer.status == 200, "the promise was refused: {}", answer.text()?);
    for node in nodes.iter_mut().skip(1) {
        node.start()?;
    }
    Ok(token)
}

/// Creates cases on whichever node answers until it is told to stop; returns how many were answered.
fn create(addresses: &[std::net::SocketAddr], token: &str, most: u32, stop: &AtomicBool) -> u32 {
    let body = json!({"title": "fault", "requester": "a@x.example", "severity": "urgent", "level": 1});
    let (mut answered, mut tried) = (0, 0_u32);
    for address in addresses.iter().cycle() {
        if stop.load(Ordering::Relaxed) || answered == most {
            break;
        }
        let made = Client::new(*address, token).and_then(|mut c| c.json("/api/v1/tickets", &body));
        answered += u32::from(made.is_ok());
        tried += 1;
        let wait = if tried % CASES == 0 { 600 } else { 2 };
        std::thread::sleep(Duration::from_millis(wait));
    }
    answered
}

/// Kills one node after the other, each time another one after another wait, and starts it again.
pub(super) fn kill(nodes: &mut [Node], kills: u32, seed: u64) -> anyhow::Result<()> {
    let mut state = seed;
    for done in 0..kills {
        let wait = 100 + random(&mut state) % 900;
        std::thread::sleep(Duration::from_millis(wait));
        let at = usize::try_from(random(&mut state))? % nodes.len();
        let node = nodes.get_mut(at).context("no such node")?;
        node.kill_9()?;
        node.start()?;
        if done % 10 == 9 {
            eprintln!("{} kills", done + 1);
        }
    }
    Ok(())
}

/// Splitmix64: good enough to choose by, and the same everywhere.
pub(super) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) >> 1
}
