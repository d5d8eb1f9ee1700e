//! Steps in number: 100,000 clocks that run, steps that fall due one by one beside them, 10,000 at one instant, and
//! a change of the calendar in which all of them count. Read through the API by somebody who knows only the promise.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::load::at_once;
use super::place::Place;
use super::server::Server;
use super::watch::{Watch, ms, percentile};

/// Cases that only run; each has three clocks.
const CASES: u32 = 33_400;
/// Cases whose steps fall due at one instant.
const BURST: u32 = 10_000;
/// Cases whose steps fall due one by one. A day of 100,000 steps has little more than one in a second.
const SINGLE: u32 = 60;
const APART: Duration = Duration::from_millis(700);
const CLIENTS: u32 = 16;
/// The steps of the urgent cases, in seconds after their start.
const STEPS: [(&str, i64); 2] = [("first", 90), ("second", 91)];
const URGENT_S: i64 = 3_600;
const IDLE: Duration = Duration::from_secs(30);

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let place = Place::new(bench, "firing")?;
    place.run(&["user", "add", "boss", "--name", "主管", "--role", "supervisor"], super::place::PASSWORD)?;
    let server = place.serve()?;
    let token = server.token(&server.sign_in()?)?;
    promise(&server, &token)?;
    let cases = bench.tickets(CASES);
    create(
        &server,
        &token,
        cases,
        &json!({"title": "general", "requester": "a@x.example", "severity": "general"}),
    )?;
    server.quiet()?;
    let before = server.cpu()?;
    std::thread::sleep(IDLE);
    let idle = server.cpu()?.saturating_sub(before).as_secs_f64() / IDLE.as_secs_f64() * 100.0;
    let name = format!("{} running clocks: idle CPU of one core", cases * 3);
    bench.figures.add(name, idle, "%", Target::AtMost(1.0));
    let single = one_by_one(&server, &token)?;
    lateness(bench, &server, &token, ("steps one by one", &single), 1_000.0)?;
    let burst = at_one_instant(&server, &token)?;
    lateness(bench, &server, &token, ("steps at one instant", &burst), 5_000.0)?;
    edited(bench, &server, &token)
}

/// The default promise: far dues of general cases in the calendar that is edited later, soon steps of urgent ones.
fn promise(server: &Server, token: &str) -> anyhow::Result<()> {
    let mut client = Client::new(server.address, token)?;
    let settings: Value = serde_json::from_slice(client.get("/api/v1/settings")?.body)?;
    let used = settings.pointer("/settings/default_policy").and_then(Value::as_str).context("no promise")?;
    let path = format!("/api/v1/policies/{used}");
    let kept: Value = serde_json::from_slice(client.get(&path)?.body)?;
    let far = |milestone: &str, days: i64| json!({"class": "general", "milestone": milestone, "seconds": days * 9 * 3_600, "calendar": "service"});
    let step = |(id, after): (&str, i64)| json!({"id": id, "milestone": "resolution", "offset_s": after - URGENT_S, "action": "notify_manager"});
    let doc = json!({
        "targets": [far("response", 30), far("attend", 40), far("resolution", 60),
            {"class": "urgent", "milestone": "resolution", "seconds": URGENT_S, "calendar": "x24"}],
        "steps": STEPS.map(step),
    });
    put(&mut client, &path, &json!({"name": "Measured", "rev": kept.get("rev"), "doc": doc}))
}

fn put(client: &mut Client, path: &str, body: &Value) -> anyhow::Result<()> {
    let request = client.request("PUT", path, "content-type: application/json\r\n", &body.to_string());
    let answer = client.send(&request)?;
    ensure!(answer.status == 200, "PUT {path}: {} {}", answer.status, answer.text()?);
    Ok(())
}

/// Creates cases from many connections; returns their numbers.
fn create(server: &Server, token: &str, cases: u32, body: &Value) -> anyhow::Result<Vec<String>> {
    let (made, took) = at_once(CLIENTS, |c| {
        let mut client = Client::new(server.address, token)?;
        (c..cases).step_by(CLIENTS as usize).map(|_| number(&client.json("/api/v1/tickets", body)?)).collect()
    })?;
    eprintln!("{cases} cases in {:.1} s", took.as_secs_f64());
    let made: Vec<Vec<String>> = made;
    Ok(made.into_iter().flatten().collect())
}

fn number(ticket: &Value) -> anyhow::Result<String> {
    Ok(ticket.get("number").and_then(Value::as_str).context("no number")?.to_owned())
}

fn urgent() -> Value {
    json!({"title": "urgent", "requester": "a@x.example", "severity": "urgent", "level": 1})
}

fn one_by_one(server: &Server, token: &str) -> anyhow::Result<Vec<String>> {
    let mut client = Client::new(server.address, token)?;
    let mut made = Vec::new();
    for _ in 0..SINGLE {
        made.push(number(&client.json("/api/v1/tickets", &urgent())?)?);
        std::thread::sleep(APART);
    }
    fired(server, token, &made)?;
    Ok(made)
}

/// All of them were received in the same second, so their steps fall due in the same one.
fn at_one_instant(server: &Server, token: &str) -> anyhow::Result<Vec<String>> {
    let mut client = Client::new(server.address, token)?;
    let first = client.json("/api/v1/tickets", &urgent())?;
    let mut body = urgent();
    for (key, value) in
        [("received_at", first.get("created_at")), ("received_reason", Some(&json!("measured")))]
    {
        body.as_object_mut()
            .context("no object")?
            .insert(key.to_owned(), value.cloned().context("no value")?);
    }
    let watch = Watch::start();
    let made = create(server, token, BURST, &body)?;
    let first_step = u64::try_from(STEPS.first().context("no step")?.1)?;
    ensure!(watch.time() < Duration::from_secs(first_step), "the cases came too slowly for one instant");
    fired(server, token, &made)?;
    Ok(made)
}

/// Waits until the newest of these cases has fired its last step, then until nothing is left to do.
fn fired(server: &Server, token: &str, made: &[String]) -> anyhow::Result<()> {
    const PATIENCE: Duration = Duration::from_mins(4);
    let (mut client, watch) = (Client::new(server.address, token)?, Watch::start());
    let last = made.last().context("no case")?;
    while steps_of(&mut client, last)?.len() < STEPS.len() {
        ensure!(watch.time() < PATIENCE, "the steps of {last} did not fire");
        std::thread::sleep(Duration::from_secs(1));
    }
    server.quiet()
}

/// The steps of a case that fired, in the order in which they did: which, and how many milliseconds after its instant.
fn steps_of(client: &mut Client, number: &str) -> anyhow::Result<Vec<(usize, i64)>> {
    let get = |client: &mut Client, path: &str| -> anyhow::Result<Value> {
        let answer = client.get(path)?;
        ensure!(answer.status == 200, "GET {path}: {}", answer.status);
        Ok(serde_json::from_slice(answer.body)?)
    };
    let instant = |at: Option<&Value>| -> anyhow::Result<Timestamp> {
        Ok(at.and_then(Value::as_str).context("no instant")?.parse()?)
    };
    let case = get(client, &format!("/api/v1/tickets/{number}"))?;
    let start_s = instant(case.pointer("/clocks/0/started_at"))?.as_second();
    let events = get(client, &format!("/api/v1/tickets/{number}/events?limit=200"))?;
    let mut steps = Vec::new();
    for event in events.get("items").and_then(Value::as_array).context("no events")? {
        let Some(step) = event.pointer("/change/step").and_then(Value::as_str) else { continue };
        let place = STEPS.iter().position(|(id, _)| *id == step).context("an unknown step")?;
        let due = start_s + STEPS.get(place).map_or(0, |(_, s)| *s);
        steps.push((place, instant(event.get("at"))?.as_millisecond() - due * 1_000));
    }
    Ok(steps)
}

fn lateness(
    bench: &mut Bench,
    server: &Server,
    token: &str,
    (name, made): (&str, &[String]),
    most_ms: f64,
) -> anyhow::Result<()> {
    let mut client = Client::new(server.address, token)?;
    let (mut late, mut wrong) = (Vec::new(), 0_u32);
    for number in made {
        let steps = steps_of(&mut client, number)?;
        let places: Vec<usize> = steps.iter().map(|(place, _)| *place).collect();
        wrong += u32::from(places != [0, 1] || steps.iter().any(|(_, late)| *late < 0));
        late.extend(
            steps.iter().filter_map(|(_, late)| u64::try_from(*late).ok()).map(Duration::from_millis),
        );
    }
    late.sort();
    let figures = &mut bench.figures;
    let name = |what: &str| format!("{name}, {} of {} cases: {what}", STEPS.len() * made.len(), made.len());
    figures.add(name("median after the instant"), ms(percentile(&late, 50)), "ms", Target::None);
    figures.add(name("longest"), ms(percentile(&late, 100)), "ms", Target::AtMost(most_ms));
    figures.add(
        name("cases with a step missing, twice, early, out of order"),
        f64::from(wrong),
        "",
        Target::AtMost(0.0),
    );
    Ok(())
}

/// One more holiday in the calendar of all general cases, while somebody writes notes.
fn edited(bench: &mut Bench, server: &Server, token: &str) -> anyhow::Result<()> {
    let mut client = Client::new(server.address, token)?;
    let path = "/api/v1/calendars/service";
    let kept: Value = serde_json::from_slice(client.get(path)?.body)?;
    let mut doc = kept.get("doc").cloned().context("no document")?;
    let day = super::place::in_seconds(5 * 86_400)?;
    let days = doc.pointer_mut("/exceptions").and_then(Value::as_array_mut).context("no exceptions")?;
    let date = day.split('T').next().context("no date")?;
    days.retain(|d| d.get("date").and_then(Value::as_str) != Some(date));
    days.push(json!({"date": date, "kind": "off", "name": "measured"}));
    let body = json!({"name": kept.get("name"), "rev": kept.get("rev"), "doc": doc});
    let case = number(&client.json("/api/v1/tickets", &urgent())?)?;
    let stop = AtomicBool::new(false);
    let (took, mut writes) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| notes(server, token, &case, &stop));
        let watch = Watch::start();
        let done = put(&mut client, path, &body).and_then(|()| recounted(&mut client, path));
        let took = watch.time();
        stop.store(true, Ordering::Relaxed);
        let writes = writer.join().map_err(|_| anyhow::anyhow!("the writer panicked"))?;
        done.and_then(|()| Ok((took, writes?)))
    })?;
    writes.sort();
    let figures = &mut bench.figures;
    figures.add("all counted again after a calendar's change", took.as_secs_f64(), "s", Target::AtMost(10.0));
    figures.add("a note written meanwhile: median", ms(percentile(&writes, 50)), "ms", Target::None);
    figures.add(
        format!("longest of {}", writes.len()),
        ms(percentile(&writes, 100)),
        "ms",
        Target::AtMost(100.0),
    );
    Ok(())
}

/// Waits until no clock is to be counted again.
fn recounted(client: &mut Client, path: &str) -> anyhow::Result<()> {
    loop {
        let calendar: Value = serde_json::from_slice(client.get(path)?.body)?;
        if calendar.get("recounting").context("no count")?.as_i64() == Some(0) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Notes one after the other until it is told to stop; how long each took.
fn notes(server: &Server, token: &str, case: &str, stop: &AtomicBool) -> anyhow::Result<Vec<Duration>> {
    let mut client = Client::new(server.address, token)?;
    let (path, body) = (format!("/api/v1/tickets/{case}/notes"), json!({"body": "meanwhile"}));
    let mut took = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let watch = Watch::start();
        client.json(&path, &body)?;
        took.push(watch.time());
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(took)
}
