//! What-if under another rota: when somebody is there, and when a case would have been answered by other people.
//! A case waits through the time in which somebody is there, and is answered when it has waited as long as it did.

use jiff::civil::Date;

use super::{RotaDoc, Seat, Shift, ShiftUnit};
use crate::calendar::Span;
use crate::sla::Pause;
use crate::time::{Timestamp, from_seconds, to_seconds};

/// Far beyond all that is asked.
const NEVER: i64 = i64::MAX / 4;

/// Times in which somebody is there, in whole seconds, in order and apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Presence {
    spans: Vec<Span>,
    /// Seconds of presence before each of them.
    before: Vec<i64>,
}

/// What becomes of an answer when others are on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It was given in the second in which it was asked for: it stays.
    AtOnce,
    /// Nobody was there when it was given, so somebody did it outside of duty: it stays.
    OffDuty,
    /// It is given at this instant, by somebody who is there since the other one.
    At {
        /// The answer.
        at: Timestamp,
        /// Since when somebody is there without a break, or the case if it came later.
        since: Timestamp,
    },
    /// Nobody has been there for long enough in the time that is known.
    NotYet,
}

impl Presence {
    /// From times in any order; they may overlap.
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable_by_key(|s| s.start);
        let mut united = Self::default();
        let mut total = 0;
        for s in spans.into_iter().filter(|s| s.start < s.end) {
            match united.spans.last_mut() {
                Some(last) if s.start <= last.end => {
                    total += (s.end - last.end).max(0);
                    last.end = last.end.max(s.end);
                }
                _ => {
                    united.before.push(total);
                    united.spans.push(s);
                    total += s.end - s.start;
                }
            }
        }
        united
    }

    /// The times of some shifts in which anybody has a duty. The owner of a rota that names nobody has none.
    pub fn of(shifts: &[Shift]) -> Self {
        let anybody = |s: &&Shift| Seat::ALL.iter().any(|seat| s.on.at(*seat).person.is_some());
        let span = |s: &Shift| Span { start: to_seconds(s.from), end: to_seconds(s.until) };
        Self::new(shifts.iter().filter(anybody).map(span).collect())
    }

    /// These times and those.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::new(self.spans.iter().chain(&other.spans).copied().collect())
    }

    /// The times that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (mut mine, mut theirs) = (self.spans.iter().peekable(), other.spans.iter().peekable());
        let mut both = Vec::new();
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            both.push(Span { start: a.start.max(b.start), end: a.end.min(b.end) });
            let behind = if a.end < b.end { &mut mine } else { &mut theirs };
            behind.next();
        }
        Self::new(both)
    }

    /// These times without pauses; an open one never ends.
    #[must_use]
    pub fn without(&self, pauses: &[Pause]) -> Self {
        let ends = |p: &Pause| (to_seconds(p.from), p.to.map_or(NEVER, to_seconds));
        let spans = pauses.iter().map(ends).map(|(start, end)| Span { start, end }).collect();
        let mut left = Vec::new();
        let mut from = -NEVER;
        for p in Self::new(spans).spans {
            left.push(Span { start: from, end: p.start });
            from = p.end;
        }
        left.push(Span { start: from, end: NEVER });
        self.and(&Self { before: Vec::new(), spans: left })
    }

    /// Seconds in `[a, b)` in which somebody is there.
    pub fn elapsed(&self, a: i64, b: i64) -> i64 {
        if a < b { self.seconds_before(b) - self.seconds_before(a) } else { 0 }
    }

    /// The earliest second at which somebody has been there for so many seconds since `start` (A2), and the one in
    /// which that presence began.
    fn due(&self, start: i64, seconds: i64) -> Option<(i64, i64)> {
        let need = self.seconds_before(start) + seconds;
        let next = self.before.partition_point(|before| *before < need);
        let i = next.checked_sub(1)?;
        let (span, before) = (self.spans.get(i)?, self.before.get(i)?);
        let due = span.start + need - before;
        (due <= span.end).then_some((due, span.start.max(start)))
    }

    /// Was somebody there just before this second?
    fn covers_end(&self, at: i64) -> bool {
        self.elapsed(at - 1, at) == 1
    }

    fn seconds_before(&self, at: i64) -> i64 {
        let next = self.spans.partition_point(|s| s.start < at);
        let last = next.checked_sub(1).and_then(|i| self.spans.get(i).zip(self.before.get(i)));
        last.map_or(0, |(span, before)| before + at.min(span.end) - span.start)
    }
}

/// When an answer that came at `stop` to what was asked at `start` comes if others are there: as soon as one of them
/// has been there for as long as somebody was there before the answer.
///
/// With the same people there it stays; with more it never comes later, with fewer never earlier.
pub fn moved(was: &Presence, other: &Presence, (start, stop): (Timestamp, Timestamp)) -> Moved {
    let (from, to) = (to_seconds(start), to_seconds(stop));
    if to <= from {
        return Moved::AtOnce;
    }
    if !was.covers_end(to) {
        return Moved::OffDuty;
    }
    match other.due(from, was.elapsed(from, to)) {
        Some((at, since)) => {
            Moved::At { at: if at == to { stop } else { from_seconds(at) }, since: from_seconds(since) }
        }
        None => Moved::NotYet,
    }
}

impl RotaDoc {
    /// The same rota as if it had been in force by a date: layers that begin later begin whole rounds earlier, so that
    /// from their own beginning on everybody has the turn that they had.
    #[must_use]
    pub fn in_force_by(&self, date: Date) -> Self {
        let mut doc = self.clone();
        for layer in &mut doc.layers {
            let per = if layer.unit == ShiftUnit::Weeks { 7 } else { 1 };
            let people = i64::try_from(layer.order.len()).unwrap_or(1).max(1);
            let round = i64::from(layer.every.max(1)) * per * people;
            let late = date.until(layer.starts_on).map_or(0, |span| i64::from(span.get_days()));
            let rounds = if late > 0 { (late + round - 1) / round } else { 0 };
            layer.starts_on = layer.starts_on.saturating_sub(jiff::Span::new().days(rounds * round));
        }
        doc
    }
}
