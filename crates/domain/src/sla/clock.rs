//! One clock's arithmetic: counted time, due, state and the instants of its steps (K, P1–P5, A5).
//! Knows nothing of tickets: a start, a target, pauses, perhaps a stop.

use super::step::StepAt;
use crate::calendar::{Calendar, CountError, MAX_TARGET_S};
use crate::named;
use crate::time::{Timestamp, from_seconds, to_seconds};

named! {
    /// What a clock says at an instant (A5, P3).
    pub enum State ("clock state") {
        /// Counting, not yet due.
        Running = "running",
        /// Waiting with the status, budget left.
        Paused = "paused",
        /// Stopped in time.
        Met = "met",
        /// Stopped too late.
        Breached = "breached",
        /// Counting beyond its due.
        BreachedRunning = "breached_running",
        /// Paused beyond its due.
        BreachedPaused = "breached_paused",
    }
}

impl State {
    /// Has the clock been stopped?
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Met | Self::Breached)
    }

    /// Was the promise broken, whether or not the clock still runs?
    pub const fn is_breached(self) -> bool {
        matches!(self, Self::Breached | Self::BreachedRunning | Self::BreachedPaused)
    }
}

/// A stretch `[from, to)` in which the clock does not count; open while `to` is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// First uncounted instant.
    pub from: Timestamp,
    /// First instant that counts again.
    pub to: Option<Timestamp>,
}

/// A clock to be read.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The calendar in which it counts.
    pub calendar: &'a Calendar,
    /// t0.
    pub started_at: Timestamp,
    /// Promised seconds of counted time.
    pub target_s: i64,
    /// In any order; may overlap.
    pub pauses: &'a [Pause],
    /// When it was stopped, if it was.
    pub stopped_at: Option<Timestamp>,
}

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// `None` while the status pauses a clock that still has budget (P3).
    pub due: Option<Timestamp>,
    /// Counted seconds up to the stop, else up to the reading.
    pub counted_s: i64,
    /// `target − counted`; negative when overdue.
    pub remaining_s: i64,
    /// In words.
    pub state: State,
}

/// The unpaused stretches of a history, in epoch seconds; the last one may be open.
struct Stretches {
    list: Vec<(i64, i64)>,
    paused_since: Option<i64>,
}

const FOREVER: i64 = i64::MAX;

impl Run<'_> {
    /// Reads the clock at `as_of`; a stop or a pause after it has not happened yet (P2).
    ///
    /// # Errors
    /// [`CountError`] when the target is out of bounds or can never be reached.
    pub fn read(&self, as_of: Timestamp) -> Result<Reading, CountError> {
        crate::calendar::check_duration(self.target_s)?;
        let stop = self.stopped_at.filter(|s| *s <= as_of);
        let end = to_seconds(stop.unwrap_or(as_of));
        let history = self.stretches(end);
        let due = self.reach(&history, self.target_s)?;
        let counted_s = self.counted(&history, end);
        let late = due.is_some_and(|d| end > d);
        let state = match (stop.is_some(), history.paused_since.is_some()) {
            (true, _) if late => State::Breached,
            (true, _) => State::Met,
            (false, true) if late => State::BreachedPaused,
            (false, true) => State::Paused,
            (false, false) if late => State::BreachedRunning,
            (false, false) => State::Running,
        };
        Ok(Reading { due: due.map(from_seconds), counted_s, remaining_s: self.target_s - counted_s, state })
    }

    /// The earliest instant at which so many seconds are counted (E1), if the history up to `as_of` leads there at
    /// all. It may lie in the future.
    pub fn instant_of(&self, seconds: i64, as_of: Timestamp) -> Option<Timestamp> {
        let end = to_seconds(self.stopped_at.map_or(as_of, |s| s.min(as_of)));
        self.reach(&self.stretches(end), seconds).ok().flatten().map(from_seconds)
    }

    /// The same for a percent of the target.
    pub fn instant_of_percent(&self, percent: u16, as_of: Timestamp) -> Option<Timestamp> {
        let target_s = self.target_s.clamp(0, MAX_TARGET_S);
        self.instant_of(StepAt::Percent(percent).seconds(target_s)?, as_of)
    }

    /// Pauses that begin after `end` are unknown; one that spans it is open (P2).
    fn stretches(&self, end: i64) -> Stretches {
        let mut pauses: Vec<(i64, i64)> = self
            .pauses
            .iter()
            .map(|p| (to_seconds(p.from), p.to.map_or(FOREVER, to_seconds)))
            .filter(|(from, to)| from < to && *from <= end)
            .map(|(from, to)| (from, if to > end { FOREVER } else { to }))
            .collect();
        pauses.sort_unstable();
        let mut list = Vec::with_capacity(pauses.len() + 1);
        let mut at = to_seconds(self.started_at);
        for (from, to) in pauses {
            if from > at {
                list.push((at, from));
            }
            at = at.max(to);
            if at == FOREVER {
                return Stretches { list, paused_since: Some(from) };
            }
        }
        list.push((at, FOREVER));
        Stretches { list, paused_since: None }
    }

    fn counted(&self, history: &Stretches, end: i64) -> i64 {
        history.list.iter().map(|(a, b)| self.calendar.elapsed_s(*a, (*b).min(end))).sum()
    }

    /// The instant at which `seconds` are counted; `None` if the history pauses before that.
    fn reach(&self, history: &Stretches, seconds: i64) -> Result<Option<i64>, CountError> {
        let mut left = seconds;
        for (from, to) in &history.list {
            if *to == FOREVER {
                return self.calendar.due_s(*from, left).map(Some);
            }
            let counted = self.calendar.elapsed_s(*from, *to);
            if counted >= left {
                return self.calendar.due_s(*from, left).map(Some);
            }
            left -= counted;
        }
        Ok(None)
    }
}
