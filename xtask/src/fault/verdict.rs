//! What became of the steps, read through the API by somebody who knows only when each case began.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Context;
use jiff::Timestamp;
use serde_json::Value;

use super::escalation::{STEPS, TELLS};
use super::node::{Node, PASSWORD, SUPERVISOR};
use crate::bench::Client;

/// What was counted.
pub(super) struct Verdict {
    name: String,
    kills: u32,
    answered: u32,
    cases: usize,
    fired: usize,
    missing: usize,
    twice: usize,
    early: usize,
    unordered: usize,
    untold: usize,
    told_twice: usize,
    late: Vec<i64>,
    check: String,
}

impl Verdict {
    /// Has every step of every case fired?
    pub(super) fn is_settled(&self) -> bool {
        self.missing == 0
    }

    /// With what the program says about its caches.
    pub(super) fn with_check(self, check: String) -> Self {
        Self { check, ..self }
    }

    /// Prints it; is it as it should be?
    pub(super) fn print(mut self) -> anyhow::Result<bool> {
        self.late.sort_unstable();
        let at = |percent: usize| {
            let rank = (self.late.len() * percent).div_ceil(100).saturating_sub(1);
            self.late.get(rank).copied().unwrap_or_default()
        };
        let mut out = std::io::stdout().lock();
        let (cases, answered) = (self.cases, self.answered);
        writeln!(out, "{}: {} kills, {cases} cases ({answered} answered)", self.name, self.kills)?;
        writeln!(out, "  steps fired {}, missing {}, twice {}", self.fired, self.missing, self.twice)?;
        writeln!(out, "  early {}, cases out of order {}", self.early, self.unordered)?;
        writeln!(out, "  notices missing {}, twice {}", self.untold, self.told_twice)?;
        let (half, most, all) = (at(50), at(90), at(100));
        writeln!(out, "  after their instant: median {half} ms, 90 % {most} ms, at most {all} ms")?;
        writeln!(out, "  {}", self.check.trim())?;
        let wrong = [self.missing, self.twice, self.early, self.unordered, self.untold, self.told_twice];
        Ok(wrong.iter().all(|n| *n == 0) && self.cases > 0)
    }
}

/// Looks at all cases.
pub(super) fn judge(
    node: &Node,
    token: &str,
    name: &str,
    kills: u32,
    answered: u32,
) -> anyhow::Result<Verdict> {
    let mut client = Client::new(node.address, token)?;
    let mut verdict = Verdict {
        name: name.to_owned(),
        kills,
        answered,
        cases: 0,
        fired: 0,
        missing: 0,
        twice: 0,
        early: 0,
        unordered: 0,
        untold: 0,
        told_twice: 0,
        late: Vec::new(),
        check: String::new(),
    };
    let mut tells = Vec::new();
    for number in numbers(&mut client)? {
        verdict.cases += 1;
        tells.extend(look(&mut client, &number, &mut verdict)?);
    }
    // Read last: an event that was seen has its notice, which is committed with it.
    let told = notices(node)?;
    for events in &tells {
        let times: Vec<usize> = events.iter().map(|e| told.get(e).copied().unwrap_or(0)).collect();
        verdict.untold += usize::from(times.iter().all(|n| *n == 0));
        verdict.told_twice += times.iter().map(|n| n.saturating_sub(1)).sum::<usize>();
    }
    Ok(verdict)
}

/// An event of a case: the case's number and its own.
type Key = (String, i64);

/// Counts the steps of a case; answers for each step that tells the supervisor the events by which it may have done so.
fn look(client: &mut Client, number: &str, verdict: &mut Verdict) -> anyhow::Result<Vec<Vec<Key>>> {
    let case = get(client, &format!("/api/v1/tickets/{number}"))?;
    let clock = case.pointer("/clocks/0/started_at").and_then(Value::as_str).context("no clock")?;
    let start_s = clock.parse::<Timestamp>()?.as_millisecond().div_euclid(1000);
    let events = get(client, &format!("/api/v1/tickets/{number}/events?limit=200"))?;
    let events = events.get("items").and_then(Value::as_array).context("no events")?;
    let (mut order, mut tells) = (Vec::new(), Vec::new());
    for event in events.iter().filter(|e| kind(e) == Some("step_fired")) {
        let name = event.pointer("/change/step").and_then(Value::as_str).context("no step")?;
        let at: Timestamp = event.get("at").and_then(Value::as_str).context("no instant")?.parse()?;
        let place = STEPS.iter().position(|(step, _)| *step == name).context("an unknown step")?;
        let due = STEPS.get(place).map_or(0, |(_, s)| start_s + s);
        let late = at.as_millisecond() - due * 1000;
        verdict.fired += 1;
        verdict.early += usize::from(late < 0);
        verdict.late.push(late);
        order.push(place);
        if TELLS.contains(&name) {
            let no = no_of(event)?;
            // A page tells by its own event, and by the step's where there was nobody to page.
            let pages = events.iter().filter(|e| kind(e) == Some("paged") && step_of(e) == Some(no));
            let all = pages.map(no_of).chain([Ok(no)]);
            tells.push(all.map(|n| Ok((number.to_owned(), n?))).collect::<anyhow::Result<_>>()?);
        }
    }
    verdict.unordered += usize::from(!order.is_sorted());
    for (place, _) in STEPS.iter().enumerate() {
        let times = order.iter().filter(|p| **p == place).count();
        verdict.missing += usize::from(times == 0);
        verdict.twice += times.saturating_sub(1);
    }
    Ok(tells)
}

fn kind(event: &Value) -> Option<&str> {
    event.pointer("/change/type").and_then(Value::as_str)
}

fn no_of(event: &Value) -> anyhow::Result<i64> {
    event.get("no").and_then(Value::as_i64).context("no number")
}

/// By which step somebody was paged.
fn step_of(event: &Value) -> Option<i64> {
    event.pointer("/change/step").and_then(Value::as_i64)
}

/// How often the supervisor was told of each event.
fn notices(node: &Node) -> anyhow::Result<BTreeMap<(String, i64), usize>> {
    let session = node.server()?.sign_in_as(SUPERVISOR, PASSWORD)?;
    let mut client = Client::new(node.address, &session)?;
    let mut told = BTreeMap::new();
    for notice in pages(&mut client, "/api/v1/notices?limit=200")? {
        let number = notice.get("ticket").and_then(Value::as_str).context("no ticket")?.to_owned();
        let event = notice.get("event").and_then(Value::as_i64).context("no event")?;
        *told.entry((number, event)).or_insert(0) += 1;
    }
    Ok(told)
}

fn numbers(client: &mut Client) -> anyhow::Result<Vec<String>> {
    let all = pages(client, "/api/v1/tickets?limit=200&order=newest")?;
    let number = |t: &Value| t.get("number").and_then(Value::as_str).map(str::to_owned);
    all.iter().map(|t| number(t).context("no number")).collect()
}

/// All items of a list, page by page; more than this would be a list without an end.
pub(super) fn pages(client: &mut Client, path: &str) -> anyhow::Result<Vec<Value>> {
    const MOST: usize = 1_000;
    let (mut items, mut cursor) = (Vec::new(), String::new());
    for _ in 0..MOST {
        let more = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let page = get(client, &format!("{path}{more}"))?;
        items.extend(page.get("items").and_then(Value::as_array).context("no items")?.iter().cloned());
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    Ok(items)
}

fn get(client: &mut Client, path: &str) -> anyhow::Result<Value> {
    let answer = client.get(path)?;
    anyhow::ensure!(answer.status == 200, "GET {path}: {} {}", answer.status, answer.text()?);
    Ok(serde_json::from_slice(answer.body)?)
}
