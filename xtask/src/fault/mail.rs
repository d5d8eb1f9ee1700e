//! Letters are brought by SMTP and lie on an IMAP server, both from outside processes, while the desk is killed again and
//! again. Whoever was answered has handed a letter over; each must be in exactly one ticket in the end.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::dovecot::{Dovecot, Kind};
use super::escalation::kill;
use super::node::{ADMINISTRATOR, Node, PASSWORD};
use super::verdict::pages;
use crate::bench::{Client, Watch};
use crate::postgres;

/// All letters are in tickets by then.
const SETTLE: Duration = Duration::from_mins(20);
const WAYS: [&str; 2] = ["smtp", "imap"];

/// Both engines, one after the other.
pub(super) fn run(bin: &Path, folder: &Path, (kills, letters): (u32, u32), seed: u64) -> anyhow::Result<()> {
    let mut good = round("SQLite", bin, &folder.join("single"), None, (kills, letters), seed)?;
    let server = postgres::Server::start()?;
    let url = format!("{} dbname=postgres", server.url());
    good &= round("PostgreSQL", bin, &folder.join("server"), Some(&url), (kills, letters), seed)?;
    ensure!(good, "letters were lost or counted twice");
    Ok(())
}

fn round(
    name: &str,
    bin: &Path,
    folder: &Path,
    database_url: Option<&str>,
    (kills, letters): (u32, u32),
    seed: u64,
) -> anyhow::Result<bool> {
    eprintln!("── {name}: {letters} letters by each way, {kills} kills");
    let imap = Dovecot::start(Kind::Plain);
    let smtp = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let more = format!(
        "[mail_in]\nlisten = \"127.0.0.1:{smtp}\"\nper_second = 100000\n\
         [[mail_in.mailboxes]]\naddress = \"smtp@desk.example\"\n"
    );
    let mut nodes = vec![Node::with(bin, folder, database_url, &more)?];
    let token = prepare(&mut nodes, imap.port)?;
    let senders = WAYS.iter().zip([smtp, imap.port]).map(|(way, port)| sender(way, port, letters));
    let senders = senders.collect::<anyhow::Result<Vec<_>>>()?;
    kill(&mut nodes, kills, seed)?;
    let mut again = Vec::new();
    for child in senders {
        let done = child.wait_with_output()?;
        ensure!(done.status.success(), "a sender ended: {}", String::from_utf8_lossy(&done.stderr));
        again.push(String::from_utf8_lossy(&done.stdout).trim().to_owned());
    }
    let node = nodes.first().context("no node")?;
    let watch = Watch::start();
    loop {
        let counted = count(node, &token)?;
        let all = usize::try_from(letters)? * WAYS.len();
        let lost = all.saturating_sub(counted.len());
        let twice: usize = counted.values().map(|n| n - 1).sum();
        if lost == 0 || watch.time() > SETTLE {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{name}: {kills} kills, {all} letters, brought again {}", again.join(" and "))?;
            writeln!(out, "  lost {lost}, in two tickets {twice}")?;
            return Ok(lost == 0 && twice == 0);
        }
        std::thread::sleep(Duration::from_secs(3));
    }
}

/// An administrator, the running node, and the mailbox that it fetches.
fn prepare(nodes: &mut [Node], port: u16) -> anyhow::Result<String> {
    let node = nodes.first_mut().context("no node")?;
    node.command(&["user", "add", ADMINISTRATOR, "--name", "Admin"], PASSWORD)?;
    node.start()?;
    let server = node.server()?;
    let token = server.token(&server.sign_in()?)?;
    let body = json!({"address": "imap@desk.example", "name": "imap", "locale": "en", "active": true,
        "secret": super::dovecot::IMAP_PASSWORD, "imap": {"host": "127.0.0.1", "port": port, "tls": "none", "login": "fault",
        "proof": "password", "folder": "INBOX", "afterwards": "seen"}});
    let mut client = Client::new(node.address, &token)?;
    client.json("/api/v1/mailboxes", &body)?;
    Ok(token)
}

fn sender(way: &str, port: u16, letters: u32) -> anyhow::Result<std::process::Child> {
    Ok(Command::new("/usr/bin/python3")
        .args(["-c", include_str!("letters.py"), way, &port.to_string(), &letters.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?)
}

/// How many tickets there are for each subject.
fn count(node: &Node, token: &str) -> anyhow::Result<BTreeMap<String, usize>> {
    let mut client = Client::new(node.address, token)?;
    let mut counted = BTreeMap::new();
    for ticket in pages(&mut client, "/api/v1/tickets?limit=200&order=newest")? {
        let title = ticket.get("title").and_then(Value::as_str).context("no title")?;
        *counted.entry(title.to_owned()).or_insert(0) += 1;
    }
    Ok(counted)
}
