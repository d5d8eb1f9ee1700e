//! Answers one case of the interchange format. Knows the format; the arithmetic is the domain's.

use std::collections::BTreeMap;

use domain::calendar::{Calendar, CountError};
use domain::sla::{Pause, Run, missed_slots, raise_dues};
use domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// The percents whose instants a `clock` case asks for.
const PERCENTS: [u16; 4] = [50, 75, 100, 150];

type Calendars = BTreeMap<String, Calendar>;

#[derive(Deserialize)]
#[serde(untagged)]
enum Case {
    Op(Op),
    Kind(Kind),
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Op {
    Due { calendar: String, start: Timestamp, seconds: i64 },
    Elapsed { calendar: String, start: Timestamp, end: Timestamp },
    StartBefore { calendar: String, end: Timestamp, seconds: i64 },
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    Clock(ClockCase),
    Cadence {
        calendar: Option<String>,
        start: Timestamp,
        every_s: i64,
        updates: Vec<Timestamp>,
        resolved: Timestamp,
    },
    Raise(RaiseCase),
}

#[derive(Deserialize)]
struct ClockCase {
    calendar: String,
    start: Timestamp,
    target_s: i64,
    #[serde(default)]
    pauses: Vec<(Timestamp, Option<Timestamp>)>,
    as_of: Timestamp,
    stop: Option<Timestamp>,
}

#[derive(Deserialize)]
struct RaiseCase {
    calendar: String,
    start: Timestamp,
    resolution_s: i64,
    raised_at: Timestamp,
    new: Targets,
}

#[derive(Deserialize)]
struct Targets {
    calendar: String,
    response_s: i64,
    attend_s: i64,
    resolution_s: i64,
}

/// Why there is no result.
enum Failure {
    Count(CountError),
    Calendar(String),
}

impl From<CountError> for Failure {
    fn from(e: CountError) -> Self {
        Self::Count(e)
    }
}

/// The answer line: `{"id","result"}` or `{"id","error"}`.
pub(super) fn answer(calendars: &Calendars, line: &str) -> Value {
    let value: Value = match serde_json::from_str(line) {
        Ok(value) => value,
        Err(e) => return json!({"id": null, "error": "bad_case", "detail": e.to_string()}),
    };
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    let case: Case = match serde_json::from_value(value) {
        Ok(case) => case,
        Err(e) => return json!({"id": id, "error": "bad_case", "detail": e.to_string()}),
    };
    match result(calendars, &case) {
        Ok(result) => json!({"id": id, "result": result}),
        Err(Failure::Count(e)) => json!({"id": id, "error": e.to_string()}),
        Err(Failure::Calendar(name)) => json!({"id": id, "error": "unknown_calendar", "detail": name}),
    }
}

fn calendar<'a>(calendars: &'a Calendars, name: &str) -> Result<&'a Calendar, Failure> {
    calendars.get(name).ok_or_else(|| Failure::Calendar(name.to_owned()))
}

fn result(calendars: &Calendars, case: &Case) -> Result<Value, Failure> {
    match case {
        Case::Op(Op::Due { calendar: c, start, seconds }) => {
            Ok(json!(calendar(calendars, c)?.due(*start, *seconds)?))
        }
        Case::Op(Op::Elapsed { calendar: c, start, end }) => {
            Ok(json!(calendar(calendars, c)?.elapsed(*start, *end)))
        }
        Case::Op(Op::StartBefore { calendar: c, end, seconds }) => {
            Ok(json!(calendar(calendars, c)?.start_before(*end, *seconds)?))
        }
        Case::Kind(Kind::Clock(c)) => clock(calendar(calendars, &c.calendar)?, c),
        Case::Kind(Kind::Cadence { calendar: c, start, every_s, updates, resolved }) => {
            let c = c.as_deref().map(|c| calendar(calendars, c)).transpose()?;
            Ok(json!({"missed": missed_slots(c, *start, *every_s, updates, *resolved)?}))
        }
        Case::Kind(Kind::Raise(r)) => raise(calendars, r),
    }
}

fn clock(calendar: &Calendar, c: &ClockCase) -> Result<Value, Failure> {
    let pauses: Vec<Pause> = c.pauses.iter().map(|(from, to)| Pause { from: *from, to: *to }).collect();
    let run =
        Run { calendar, started_at: c.start, target_s: c.target_s, pauses: &pauses, stopped_at: c.stop };
    let reading = run.read(c.as_of)?;
    let until = c.stop.map_or(c.as_of, |s| s.min(c.as_of));
    let fired: serde_json::Map<String, Value> = PERCENTS
        .iter()
        .filter_map(|p| run.instant_of_percent(*p, c.as_of).map(|at| (p, at)))
        .filter(|(_, at)| *at <= until)
        .map(|(p, at)| (p.to_string(), json!(at)))
        .collect();
    Ok(json!({
        "due": reading.due,
        "counted_s": reading.counted_s,
        "remaining_s": reading.remaining_s,
        "state": reading.state,
        "fired": fired,
    }))
}

fn raise(calendars: &Calendars, r: &RaiseCase) -> Result<Value, Failure> {
    let (old, new) = (calendar(calendars, &r.calendar)?, calendar(calendars, &r.new.calendar)?);
    let run =
        Run { calendar: old, started_at: r.start, target_s: r.resolution_s, pauses: &[], stopped_at: None };
    let dues = raise_dues(&run, r.raised_at, new, r.new.resolution_s)?;
    let both = |seconds| Ok::<_, Failure>((new.due(r.raised_at, seconds)?, new.due(r.start, seconds)?));
    let (response, attend) = (both(r.new.response_s)?, both(r.new.attend_s)?);
    Ok(json!({
        "old_due": dues.old_due,
        "old_breached": dues.old_breached,
        "new_facts": {"response": response.0, "attend": attend.0, "resolution": dues.restart},
        "misclassified": {"response": response.1, "attend": attend.1, "resolution": dues.from_start},
        "carry": {"counted_s": dues.counted_s, "resolution": dues.carry},
    }))
}
