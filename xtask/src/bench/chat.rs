//! Chats: memory with 2,000 of them open on one node, and how long a line takes to the other side's screen.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Bench;
use super::chat_ears::{Log, SHOWN, agent, ear, visitor};
use super::figures::Target;
use super::http::Client;
use super::load::at_once;
use super::place::{PASSWORD, Place};
use super::server::Server;
use super::watch::{Watch, ms, percentile, until};

const AGENTS: u32 = 100;
/// As many as the settings allow.
const EACH: u32 = 20;
const CHATS: u32 = AGENTS * EACH;
const PER_SECOND: u32 = 200;
const SPEAK: Duration = Duration::from_secs(30);
const SPEAKERS: u32 = 8;
const MOST_MIB: f64 = 300.0;
const MOST_MS: f64 = 100.0;
/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// An open chat.
struct Chat {
    id: String,
    token: String,
    /// The line of its agent's requests.
    session: String,
}

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let place = Place::new(bench, "chat")?;
    for n in 0..AGENTS {
        place.run(&["user", "add", &login(n), "--name", &login(n), "--role", "agent"], PASSWORD)?;
    }
    let server = place.serve_with("chat_per_second = 1000000\n")?;
    server.quiet()?;
    let before = server.memory()?.now;
    let chats = opened(&server)?;
    let log = Log::new(PER_SECOND * u32::try_from(SPEAK.as_secs())?);
    std::thread::scope(|scope| {
        let listening = || -> anyhow::Result<()> {
            for chat in &chats {
                ear(scope, || visitor(&server, &chat.token, &log))?;
            }
            for of_one in chats.chunks(EACH as usize) {
                let session = &of_one.first().context("an agent without chats")?.session;
                ear(scope, || agent(&server, session, &log))?;
            }
            Ok(())
        };
        let found = listening().and_then(|()| measured(bench, &server, (&chats, before), &log));
        log.over();
        found
    })
}

fn login(n: u32) -> String {
    format!("agent{n}")
}

/// Everybody sits, everybody has asked, and each agent has taken as many as they may.
fn opened(server: &Server) -> anyhow::Result<Vec<Chat>> {
    let token = server.token(&server.sign_in()?)?;
    let mut api = Client::new(server.address, &token)?;
    switch_on(&mut api)?;
    let mut chats = Vec::with_capacity(CHATS as usize);
    for n in 0..AGENTS {
        let session = server.sign_in_as(&login(n), PASSWORD)?;
        let mut page = Client::new(server.address, &session)?;
        ensure!(page.form("/chats/seat", "")?.status == 303, "an agent cannot sit");
        for k in 0..EACH {
            let token = format!("{:x<43}", format!("v{}-", n * EACH + k));
            ask(server, &token)?;
            let waiting: Value =
                serde_json::from_slice(api.get("/api/v1/chats?queue=waiting&limit=1")?.body)?;
            let id =
                waiting.pointer("/items/0/id").and_then(Value::as_str).context("nobody waits")?.to_owned();
            ensure!(page.form(&format!("/chats/{id}/taking"), "")?.status == 303, "a chat cannot be taken");
            chats.push(Chat { id, token, session: session.clone() });
        }
    }
    Ok(chats)
}

/// Chat is on, at every hour, for as many chats each as there may be.
fn switch_on(api: &mut Client) -> anyhow::Result<()> {
    let mut all: Value = serde_json::from_slice(api.get("/api/v1/settings")?.body)?;
    let settings = all.get_mut("settings").and_then(Value::as_object_mut).context("no settings")?;
    settings.extend([
        ("chat_on".to_owned(), json!(true)),
        ("chat_calendar".to_owned(), json!("x24")),
        ("chats_per_person".to_owned(), json!(EACH)),
    ]);
    let put = api.request("PUT", "/api/v1/settings", "content-type: application/json\r\n", &all.to_string());
    let answer = api.send(&put)?;
    ensure!(answer.status == 200, "chat cannot be switched on: {}", answer.text()?);
    Ok(())
}

fn ask(server: &Server, token: &str) -> anyhow::Result<()> {
    let asking = json!({
        "token": token, "name": "访客", "email": format!("{token}@visitor.example"), "symptom": "保存没有反应",
        "version": "5.2", "locale": "zh-CN",
    });
    Client::new(server.address, "sec-fetch-site: same-origin\r\n")?.json("/chat/start", &asking).map(drop)
}

fn measured(
    bench: &mut Bench,
    server: &Server,
    (chats, before): (&[Chat], f64),
    log: &Log,
) -> anyhow::Result<()> {
    until(PATIENCE, || Ok((log.listening() == CHATS + AGENTS).then_some(())))?;
    server.quiet()?;
    let open = server.memory()?;
    let (_, took) = at_once(SPEAKERS, |n| speak(server, chats, log, n))?;
    until(PATIENCE, || Ok(log.all_heard().then_some(())))?;
    let figures = &mut bench.figures;
    figures.add("memory before the chats", before, "MiB", Target::None);
    figures.add(format!("memory, {CHATS} open chats"), open.now, "MiB", Target::AtMost(MOST_MIB));
    figures.add(
        "the same, highest while lines are said",
        server.memory()?.highest,
        "MiB",
        Target::AtMost(MOST_MIB),
    );
    let rate = f64::from(PER_SECOND) * SPEAK.as_secs_f64() / took.as_secs_f64();
    figures.add("lines said", rate, "1/s", Target::None);
    for (side, times) in log.times() {
        for (percent, target) in [(50, Target::None), (99, Target::AtMost(MOST_MS)), (100, Target::None)] {
            let name = format!("line of {side}, to the other side, {percent} %");
            figures.add(name, ms(percentile(&times, percent)), "ms", target);
        }
    }
    Ok(())
}

/// Says every eighth line at its instant: by turns a visitor's and an agent's, in one chat after the other.
fn speak(server: &Server, chats: &[Chat], log: &Log, first: u32) -> anyhow::Result<()> {
    let watch = Watch::start();
    let mut client = server.stranger()?;
    for n in (first..log.lines()).step_by(SPEAKERS as usize) {
        let at = Duration::from_secs(1) * n / PER_SECOND;
        std::thread::sleep(at.saturating_sub(watch.time()));
        let chat = chats.get((n / 2 * 7 % CHATS) as usize).context("no such chat")?;
        let text = format!("{SHOWN}{n}.");
        let request = if Log::is_visitors(n) {
            let body = json!({"text": text, "sent_id": format!("s{n}")}).to_string();
            let lines = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", chat.token);
            client.request("POST", "/chat/lines", &lines, &body)
        } else {
            let form = "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\n";
            let lines = format!("{}{form}", chat.session);
            client.request("POST", &format!("/chats/{}/lines", chat.id), &lines, &format!("text={text}"))
        };
        log.said(n);
        let status = client.send(&request)?.status;
        ensure!(matches!(status, 200 | 303), "line {n} was answered with {status}");
    }
    Ok(())
}
