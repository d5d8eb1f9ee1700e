//! Counting: elapsed, due, `start_before`, `next_open` (A1–A4).
//! The open time is compiled on first use into chunks of 64 days of merged intervals, so that a
//! question costs one search per chunk and not one step per minute or day.

use std::sync::OnceLock;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::{Calendar, Window};
use crate::time::{from_seconds, to_seconds};

/// The longest target that is accepted: ten years (A4).
pub const MAX_TARGET_S: i64 = 315_360_000;
/// No opening for longer than this means that there is none (A4).
const MAX_CLOSED_S: i64 = 3_660 * 86_400;
const CHUNK_S: i64 = 64 * 86_400;
/// Chunks that are kept once compiled: 2000-01-01 … about 2084. Others are compiled when asked.
const FIRST_KEPT: i64 = 946_684_800 / CHUNK_S;
const KEPT: usize = 480;

/// Why a question has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// No opening within 3,660 days of the last open instant.
    #[error("never_opens")]
    NeverOpens,
    /// Negative, or longer than [`MAX_TARGET_S`].
    #[error("bad_duration")]
    BadDuration,
}

/// An open interval `[start, end)` in epoch seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First open second.
    pub start: i64,
    /// First second that is closed again.
    pub end: i64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Chunk {
    spans: Vec<Span>,
    /// Open seconds of this chunk before each span.
    before: Vec<i64>,
    /// For each stretch of 86,400 s, the first span that ends after it has begun: where a search begins.
    days: Vec<u16>,
    from: i64,
    total: i64,
}

pub(super) fn empty_chunks() -> Box<[OnceLock<Chunk>]> {
    (0..KEPT).map(|_| OnceLock::new()).collect()
}

/// Checks a duration that somebody gave (A4).
///
/// # Errors
/// [`CountError::BadDuration`].
pub fn check_duration(seconds: i64) -> Result<(), CountError> {
    if (0..=MAX_TARGET_S).contains(&seconds) { Ok(()) } else { Err(CountError::BadDuration) }
}

impl Calendar {
    /// Open seconds in `[a, b)`; 0 when `b ≤ a` (A1).
    pub fn elapsed(&self, a: Timestamp, b: Timestamp) -> i64 {
        self.elapsed_s(to_seconds(a), to_seconds(b))
    }

    /// The earliest instant at which `seconds` of open time have passed since `start` (A2).
    ///
    /// # Errors
    /// [`CountError`] as in A4.
    pub fn due(&self, start: Timestamp, seconds: i64) -> Result<Timestamp, CountError> {
        check_duration(seconds)?;
        self.due_s(to_seconds(start), seconds).map(from_seconds)
    }

    /// The latest start from which `seconds` of open time fit before `end` (A3).
    ///
    /// # Errors
    /// [`CountError`] as in A4.
    pub fn start_before(&self, end: Timestamp, seconds: i64) -> Result<Timestamp, CountError> {
        check_duration(seconds)?;
        self.start_before_s(to_seconds(end), seconds).map(from_seconds)
    }

    /// The first open instant at or after `at` (A3).
    ///
    /// # Errors
    /// [`CountError::NeverOpens`].
    pub fn next_open(&self, at: Timestamp) -> Result<Timestamp, CountError> {
        let at = to_seconds(at);
        let mut next = at;
        self.walk_forward(at, |span| {
            next = span.start;
            true
        })?;
        Ok(from_seconds(next))
    }

    /// The same wall time `days` working dates later, moved forward into open time (A6). A date with any
    /// open window counts; a closed start is first moved to the next opening.
    ///
    /// # Errors
    /// [`CountError::NeverOpens`].
    pub fn business_days_after(&self, start: Timestamp, days: u32) -> Result<Timestamp, CountError> {
        let start = self.next_open(start)?.to_zoned(self.zone.clone());
        let mut date = start.date();
        let mut left = days;
        let mut closed = 0;
        while left > 0 {
            date = date.tomorrow().map_err(|_| CountError::NeverOpens)?;
            closed += 1;
            if self.always_open || !self.windows_of(date).is_empty() {
                left -= 1;
                closed = 0;
            }
            if closed > 3_660 {
                return Err(CountError::NeverOpens);
            }
        }
        let wall = date.to_datetime(start.time());
        let at = self.zone.to_ambiguous_timestamp(wall).compatible().map_err(|_| CountError::NeverOpens)?;
        self.next_open(at)
    }

    /// Is the calendar open at this instant (C5)?
    pub fn is_open(&self, at: Timestamp) -> bool {
        let at = to_seconds(at);
        self.elapsed_s(at, at + 1) == 1
    }

    /// Does the stretch `[a, b]` touch a local date whose year's holidays are not yet known (C5)?
    pub fn is_uncertain(&self, a: Timestamp, b: Timestamp) -> bool {
        let year = |t: Timestamp| t.to_zoned(self.zone.clone()).year();
        (year(a)..=year(b.max(a))).any(|y| !self.covers(y))
    }

    /// The open intervals within `[a, b)`, merged and in order.
    pub fn spans(&self, a: Timestamp, b: Timestamp) -> Vec<Span> {
        let (a, b) = (to_seconds(a), to_seconds(b));
        let mut out: Vec<Span> = Vec::new();
        let mut push = |start: i64, end: i64| match out.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => out.push(Span { start, end }),
        };
        if self.always_open {
            if a < b {
                push(a, b);
            }
            return out;
        }
        for i in a.div_euclid(CHUNK_S)..=b.div_euclid(CHUNK_S) {
            for s in &self.chunk(i).spans {
                let (start, end) = (s.start.max(a), s.end.min(b));
                if start < end {
                    push(start, end);
                }
            }
        }
        out
    }

    pub(crate) fn elapsed_s(&self, a: i64, b: i64) -> i64 {
        if b <= a {
            return 0;
        }
        if self.always_open {
            return b - a;
        }
        let (first, last) = (a.div_euclid(CHUNK_S), b.div_euclid(CHUNK_S));
        (first..=last)
            .map(|i| {
                let chunk = self.chunk(i);
                if first < i && i < last { chunk.total } else { chunk.place(b).1 - chunk.place(a).1 }
            })
            .sum()
    }

    pub(crate) fn due_s(&self, start: i64, seconds: i64) -> Result<i64, CountError> {
        if seconds == 0 || self.always_open {
            return Ok(start + seconds);
        }
        let first = start.div_euclid(CHUNK_S);
        let (mut near, opened) = self.chunk(first).place(start);
        let (mut left, mut last_open) = (seconds + opened, start);
        for i in first.. {
            let chunk = self.chunk(i);
            // Only whole chunks can be closed for so long.
            let opening = chunk.spans.first().filter(|_| i > first);
            if opening.is_some_and(|s| s.start - last_open > MAX_CLOSED_S) {
                break;
            }
            if let Some(due) = chunk.at(left, near) {
                return Ok(due);
            }
            (left, near) = (left - chunk.total, 0);
            last_open = chunk.spans.last().map_or(last_open, |s| s.end.max(last_open));
            if i * CHUNK_S - last_open > MAX_CLOSED_S {
                break;
            }
        }
        Err(CountError::NeverOpens)
    }

    fn start_before_s(&self, end: i64, seconds: i64) -> Result<i64, CountError> {
        if seconds == 0 || self.always_open {
            return Ok(end - seconds);
        }
        let (mut left, mut start) = (seconds, end);
        self.walk_back(end, |span| {
            start = span.end - left;
            left -= span.end - span.start;
            left <= 0
        })?;
        Ok(start)
    }

    /// Shows the open intervals from `from` on until `visit` says that it has seen enough.
    fn walk_forward(&self, from: i64, mut visit: impl FnMut(Span) -> bool) -> Result<(), CountError> {
        if self.always_open {
            visit(Span { start: from, end: i64::MAX });
            return Ok(());
        }
        let mut last_open = from;
        for i in from.div_euclid(CHUNK_S).. {
            for span in &self.chunk(i).spans {
                let span = Span { start: span.start.max(from), end: span.end };
                if span.start >= span.end {
                    continue;
                }
                if span.start - last_open > MAX_CLOSED_S {
                    return Err(CountError::NeverOpens);
                }
                if visit(span) {
                    return Ok(());
                }
                last_open = span.end;
            }
            if i * CHUNK_S - last_open > MAX_CLOSED_S {
                break;
            }
        }
        Err(CountError::NeverOpens)
    }

    fn walk_back(&self, from: i64, mut visit: impl FnMut(Span) -> bool) -> Result<(), CountError> {
        let mut last_open = from;
        for i in (0..).map(|k| from.div_euclid(CHUNK_S) - k) {
            for span in self.chunk(i).spans.iter().rev() {
                let span = Span { start: span.start, end: span.end.min(from) };
                if span.start >= span.end {
                    continue;
                }
                if last_open - span.end > MAX_CLOSED_S {
                    return Err(CountError::NeverOpens);
                }
                if visit(span) {
                    return Ok(());
                }
                last_open = span.start;
            }
            if last_open - (i + 1) * CHUNK_S > MAX_CLOSED_S {
                break;
            }
        }
        Err(CountError::NeverOpens)
    }

    fn chunk(&self, i: i64) -> std::borrow::Cow<'_, Chunk> {
        let kept = usize::try_from(i - FIRST_KEPT).ok().and_then(|k| self.chunks.get(k));
        match kept {
            Some(cell) => std::borrow::Cow::Borrowed(cell.get_or_init(|| self.compile_chunk(i))),
            None => std::borrow::Cow::Owned(self.compile_chunk(i)),
        }
    }

    /// Maps the windows of all local dates that can touch the chunk to instants (C4), unites and clips them.
    /// Two days on either side suffice: the widest gap (Apia, 24 h) and the widest offsets stay within.
    fn compile_chunk(&self, i: i64) -> Chunk {
        let (from, to) = (i * CHUNK_S, (i + 1) * CHUNK_S);
        let mut spans = Vec::new();
        let utc = jiff::tz::TimeZone::UTC;
        let mut date = from_seconds(from).to_zoned(utc.clone()).date().saturating_sub(2.days());
        let last = from_seconds(to).to_zoned(utc).date().saturating_add(2.days());
        while date <= last {
            spans.extend(self.windows_of(date).iter().filter_map(|w| self.map_window(date, w)));
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        Chunk::unite(spans, from, to)
    }

    /// Each end point is mapped on its own; what ends up empty contributes nothing (C4).
    fn map_window(&self, date: Date, w: Window) -> Option<Span> {
        let span = Span { start: self.map_wall(date, w.start)?, end: self.map_wall(date, w.end)? };
        (span.start < span.end).then_some(span)
    }

    fn map_wall(&self, date: Date, second: u32) -> Option<i64> {
        let (date, second) = if second >= 86_400 { (date.tomorrow().ok()?, 0) } else { (date, second) };
        let field = |n: u32| i8::try_from(n).unwrap_or(0);
        let wall = date.at(field(second / 3600), field(second / 60 % 60), field(second % 60), 0);
        // "Compatible" is C4: the earlier instant of a fold, forward by the gap's length in a gap.
        self.zone.to_ambiguous_timestamp(wall).compatible().ok().map(to_seconds)
    }
}

impl Chunk {
    fn unite(mut spans: Vec<Span>, from: i64, to: i64) -> Self {
        spans.sort_unstable_by_key(|s| s.start);
        let mut united: Vec<Span> = Vec::with_capacity(spans.len());
        for s in spans {
            let s = Span { start: s.start.max(from), end: s.end.min(to) };
            match united.last_mut() {
                _ if s.start >= s.end => {}
                Some(last) if s.start <= last.end => last.end = last.end.max(s.end),
                _ => united.push(s),
            }
        }
        let mut total = 0;
        let open = |s: &Span| {
            let before = total;
            total += s.end - s.start;
            before
        };
        let before = united.iter().map(open).collect();
        let ended = |day: i64| united.partition_point(|s| s.end <= from + day * 86_400);
        let days = (0..CHUNK_S / 86_400).map(|day| u16::try_from(ended(day)).unwrap_or(u16::MAX)).collect();
        Self { spans: united, before, days, from, total }
    }

    /// The first span that has not ended at an instant, and the open seconds of this chunk before the instant.
    fn place(&self, at: i64) -> (usize, i64) {
        let day = usize::try_from((at - self.from) / 86_400).unwrap_or(0);
        let mut i = self.days.get(day).map_or(self.spans.len(), |i| usize::from(*i));
        while self.spans.get(i).is_some_and(|s| s.end <= at) {
            i += 1;
        }
        let opened = match (self.spans.get(i), self.before.get(i)) {
            (Some(span), Some(before)) => before + (at - span.start).max(0),
            _ => self.total,
        };
        (i, opened)
    }

    /// The earliest instant at which so many seconds of this chunk, more than none, have been open. It lies in the span
    /// `from` or later: most often in it or in one of the next.
    fn at(&self, seconds: i64, from: usize) -> Option<i64> {
        const NEAR: usize = 4;
        if seconds > self.total {
            return None;
        }
        let later = self.before.get(from + 1..).unwrap_or_default();
        let near = later.iter().take(NEAR).position(|before| *before >= seconds);
        let i = from + near.unwrap_or_else(|| later.partition_point(|before| *before < seconds));
        Some(self.spans.get(i)?.start + seconds - self.before.get(i)?)
    }
}
