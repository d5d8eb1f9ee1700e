//! Why a clock says what it says, step by step (the promise ledger's "why this time").
//! Gives data; the words are made where people read them.

use jiff::civil::Date;

use super::clock::{Pause, Run, State};
use crate::calendar::{Calendar, CountError};
use crate::time::{Timestamp, from_seconds};

/// Longer explanations are folded in the middle.
const MAX_LINES: usize = 40;

/// Why nothing was counted in a closed stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedWhy {
    /// Outside the day's windows.
    OutOfHours,
    /// At least one whole day off; the date of the first.
    DayOff(Date),
}

/// One line of an explanation. Stretches are half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The clock started.
    Started { at: Timestamp },
    /// Open and counting; `special` on a make-up or custom day.
    Counted { from: Timestamp, to: Timestamp, seconds: i64, special: bool },
    /// The calendar was closed.
    Closed { from: Timestamp, to: Timestamp, why: ClosedWhy },
    /// The status paused the clock; `to` is `None` while it still does.
    Paused { from: Timestamp, to: Option<Timestamp> },
    /// Stretches that are summed up, to keep the explanation readable.
    Folded { from: Timestamp, to: Timestamp, seconds: i64, stretches: usize },
    /// The target is reached.
    Due { at: Timestamp },
    /// It was stopped.
    Stopped { at: Timestamp, counted_s: i64 },
    /// It runs beyond its due: by so much, in counted time and by the clock on the wall.
    Over { at: Timestamp, counted_s: i64, wall_s: i64 },
}

impl Line {
    /// When it begins.
    fn begins(&self) -> Timestamp {
        match *self {
            Self::Started { at } | Self::Due { at } | Self::Stopped { at, .. } | Self::Over { at, .. } => at,
            Self::Counted { from, .. }
            | Self::Closed { from, .. }
            | Self::Paused { from, .. }
            | Self::Folded { from, .. } => from,
        }
    }
}

/// The whole explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// From start to due (or to the pause that still lasts), in the order in which they begin.
    pub lines: Vec<Line>,
    /// Final state at the time of asking.
    pub state: State,
    /// The due touches a year whose holidays are not announced yet (C5).
    pub uncertain: bool,
}

/// Explains a clock as of `now`.
///
/// # Errors
/// [`CountError`] of the due.
pub fn explain(run: &Run<'_>, now: Timestamp) -> Result<Explanation, CountError> {
    let reading = run.read(now)?;
    let stop = run.stopped_at.filter(|s| *s <= now);
    let until = reading.due.unwrap_or_else(|| stop.unwrap_or(now)).max(run.started_at);
    let mut lines = vec![Line::Started { at: run.started_at }];
    let mut at = run.started_at;
    for pause in merged(run.pauses, until) {
        if pause.from > at {
            open_and_closed(run.calendar, at, pause.from.min(until), &mut lines);
        }
        lines.push(Line::Paused { from: pause.from.max(at), to: pause.to });
        at = pause.to.unwrap_or(until).max(at);
    }
    if at < until {
        open_and_closed(run.calendar, at, until, &mut lines);
    }
    fold(&mut lines);
    if let Some(at) = reading.due {
        lines.push(Line::Due { at });
    }
    match (stop, reading.due) {
        (Some(at), _) => {
            let place = lines.iter().position(|l| l.begins() > at).unwrap_or(lines.len());
            lines.insert(place, Line::Stopped { at, counted_s: reading.counted_s });
        }
        (None, Some(due)) if now > due => {
            let (counted_s, wall_s) = (-reading.remaining_s, now.as_second() - due.as_second());
            lines.push(Line::Over { at: now, counted_s, wall_s });
        }
        _ => {}
    }
    let uncertain = run.calendar.is_uncertain(run.started_at, until);
    Ok(Explanation { lines, state: reading.state, uncertain })
}

fn merged(pauses: &[Pause], until: Timestamp) -> Vec<Pause> {
    let mut sorted: Vec<Pause> =
        pauses.iter().copied().filter(|p| p.from < until && p.to != Some(p.from)).collect();
    sorted.sort_by_key(|p| p.from);
    let mut out: Vec<Pause> = Vec::with_capacity(sorted.len());
    for p in sorted {
        match out.last_mut() {
            Some(last) if last.to.is_none_or(|to| p.from <= to) => {
                last.to = last.to.zip(p.to).map(|(a, b)| a.max(b));
            }
            _ => out.push(p),
        }
    }
    out
}

fn open_and_closed(calendar: &Calendar, from: Timestamp, to: Timestamp, lines: &mut Vec<Line>) {
    let mut at = from;
    for span in calendar.spans(from, to) {
        let (start, end) = (from_seconds(span.start).max(from), from_seconds(span.end));
        if start > at {
            lines.push(closed(calendar, at, start));
        }
        let date = start.to_zoned(calendar.zone().clone()).date();
        let special = !calendar.is_always_open() && calendar.has_exception(date);
        lines.push(Line::Counted { from: start, to: end, seconds: span.end - span.start, special });
        at = end;
    }
    if at < to && calendar.elapsed(at, to) == 0 && at.as_second() < to.as_second() {
        lines.push(closed(calendar, at, to));
    }
}

fn closed(calendar: &Calendar, from: Timestamp, to: Timestamp) -> Line {
    let local = |t: Timestamp| t.to_zoned(calendar.zone().clone()).date();
    let last = local(to);
    let off = |d: &Date| calendar.windows_of(*d).is_empty();
    let days = || local(from).series(jiff::Span::new().days(1)).take_while(|d| *d < last).filter(off);
    // A holiday says more than the weekend before it.
    let day_off = days().find(|d| calendar.has_exception(*d)).or_else(|| days().next());
    Line::Closed { from, to, why: day_off.map_or(ClosedWhy::OutOfHours, ClosedWhy::DayOff) }
}

/// Keeps the first and last lines and sums up the counted stretches between them.
fn fold(lines: &mut Vec<Line>) {
    if lines.len() <= MAX_LINES {
        return;
    }
    let (head, tail) = (MAX_LINES / 2, lines.len() - MAX_LINES / 2);
    let middle: Vec<Line> = lines.splice(head..tail, []).collect();
    let counted = |l: &Line| {
        if let Line::Counted { from, to, seconds, .. } = l { Some((*from, *to, *seconds)) } else { None }
    };
    let stretches: Vec<_> = middle.iter().filter_map(counted).collect();
    if let (Some(first), Some(last)) = (stretches.first(), stretches.last()) {
        let seconds = stretches.iter().map(|s| s.2).sum();
        lines.insert(head, Line::Folded { from: first.0, to: last.1, seconds, stretches: stretches.len() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn lines(stopped: Option<&str>, now: &str) -> Vec<Line> {
        let calendar = Calendar::always_open(TimeZone::UTC);
        let at = |time: &str| -> Timestamp { format!("2026-09-24T{time}:00Z").parse().unwrap() };
        let (started_at, stopped_at) = (at("09:00"), stopped.map(at));
        let run = Run { calendar: &calendar, started_at, target_s: 3600, pauses: &[], stopped_at };
        explain(&run, at(now)).unwrap().lines
    }

    #[test]
    fn what_came_first_is_told_first() {
        let kinds = |lines: &[Line]| -> Vec<&'static str> {
            let kind = |l: &Line| match l {
                Line::Due { .. } => "due",
                Line::Stopped { .. } => "stopped",
                Line::Over { .. } => "over",
                _ => "other",
            };
            lines.iter().map(kind).filter(|k| *k != "other").collect()
        };
        assert_eq!(kinds(&lines(Some("09:15"), "12:00")), ["stopped", "due"]);
        assert_eq!(kinds(&lines(Some("10:15"), "12:00")), ["due", "stopped"]);
        assert_eq!(kinds(&lines(None, "10:00")), ["due"]);
        assert_eq!(kinds(&lines(None, "10:03")), ["due", "over"]);
    }

    #[test]
    fn what_runs_too_long_says_by_how_much() {
        let last = lines(None, "11:30").pop();
        assert!(matches!(last, Some(Line::Over { counted_s: 5400, wall_s: 5400, .. })), "{last:?}");
    }
}
