//! A ticket's clock as it is kept: what was chosen when it started, and the cached reading.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::clock::{Pause, Reading, Run, State};
use super::step::Step;
use crate::calendar::{Calendar, CountError};
use crate::id::CalendarId;
use crate::named;
use crate::time::Timestamp;

named! {
    /// What is promised (K1).
    pub enum Milestone ("milestone") {
        /// A human answers for the first time.
        Response = "response",
        /// A technician is at work, remote or on site.
        Attend = "attend",
        /// A progress report at fixed intervals.
        Update = "update",
        /// A customer's further message is answered.
        Reply = "reply",
        /// The ticket is resolved.
        Resolution = "resolution",
    }
}

named! {
    /// Why a clock stopped.
    pub enum StopReason ("stop reason") {
        /// The promised thing happened.
        Done = "done",
        /// A progress slot passed; the next one has begun.
        Missed = "missed",
        /// Replaced by a new target; outside attainment unless already breached (M2).
        Superseded = "superseded",
        /// The ticket was merged into another; outside attainment (M6).
        Merged = "merged",
        /// Cancelled, spam or duplicate; outside attainment (M7).
        Cancelled = "cancelled",
        /// Another system's history does not tell when; outside attainment, because unknown is not missed.
        Unknown = "unknown",
    }
}

impl StopReason {
    /// Does the cycle count in attainment?
    pub const fn counts(self) -> bool {
        matches!(self, Self::Done | Self::Missed)
    }
}

/// The instants at which a clock was fixed for good, for events and reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixed {
    /// Which clock.
    pub milestone: Milestone,
    /// Which of its cycles.
    pub cycle: u32,
    /// The promise.
    pub target_s: i64,
    /// Counted seconds at the stop.
    pub counted_s: i64,
    /// The due that counted, in milliseconds UTC.
    pub due_at: Option<Timestamp>,
    /// In time?
    pub met: bool,
    /// Why it stopped.
    pub reason: StopReason,
    /// The revision of the calendar in which it was counted; absent in events of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar_rev: Option<i64>,
    /// A progress slot that was over before there was the duty to report (M2): it counts for nobody's punctuality.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retro: bool,
}

/// Why a broken promise is excused (M3, M4). Kept as one text: a supervisor's words, or a word that people read in
/// their language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excuse<'a> {
    /// What a supervisor wrote.
    Given(&'a str),
    /// Only a raise had broken it that was a misclick, taken back after so many seconds.
    Misclick(i64),
}

impl<'a> Excuse<'a> {
    const MISCLICK: &'static str = "misclick:";

    /// Reads what is kept.
    pub fn of(kept: &'a str) -> Self {
        let after_s = kept.strip_prefix(Self::MISCLICK).and_then(|s| s.parse().ok());
        after_s.map_or(Self::Given(kept), Self::Misclick)
    }

    /// As it is kept.
    pub fn kept(self) -> String {
        match self {
            Self::Given(words) => words.to_owned(),
            Self::Misclick(after_s) => format!("{}{after_s}", Self::MISCLICK),
        }
    }
}

/// One clock of a ticket, one cycle. Key: ticket, milestone, cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What it promises.
    pub milestone: Milestone,
    /// 1 for the first; a raise or a further message starts the next.
    pub cycle: u32,
    /// Promised counted seconds, frozen at the start.
    pub target_s: i64,
    /// The calendar, frozen by name; its newest revision counts (C6).
    pub calendar: CalendarId,
    /// The off-hours target was chosen at the start (K2).
    pub off_hours: bool,
    /// t0.
    pub started_at: Timestamp,
    /// When and why it ended.
    pub stopped: Option<(Timestamp, StopReason)>,
    /// Reopened stretches `[stopped, reopened)` that do not count (M5).
    pub reopened: Vec<(Timestamp, Timestamp)>,
    /// Excused, with the reason: a supervisor's, or that of a misclick (M3, M4); see [`Excuse`].
    pub excused: Option<String>,
    /// Cached: the due as of the last change.
    pub due_at: Option<Timestamp>,
    /// Cached: the state as of the last change.
    pub state: State,
    /// Cached: counted seconds as of the last change.
    pub counted_s: i64,
    /// Cached: the next instant at which something happens by itself.
    pub next_at: Option<Timestamp>,
    /// The breach was recorded as an event.
    pub breach_noted: bool,
    /// Percent up to which steps had fired before steps had names; 0 for every newer clock.
    pub fired_percent: u16,
    /// The steps that fired, by name; the rows of their firings are the truth. Empty on a clock that was read to be
    /// shown only.
    pub fired: BTreeSet<String>,
    /// The assignee was reminded that this progress slot falls due.
    pub reminded: bool,
    /// Since when it could be seen as it counts, if that was after it had begun: the case was entered late, or turned out
    /// to have been another one all along (M2).
    pub known_at: Option<Timestamp>,
    /// The revision of its calendar with which it ended; absent while it runs and where it ended before that was kept.
    pub calendar_rev: Option<i64>,
}

impl Clock {
    /// A clock that has just begun to count: so many seconds of the calendar's time from `started_at` on. Nothing of it was
    /// read or fired yet.
    pub fn running(
        (milestone, cycle): (Milestone, u32),
        target_s: i64,
        calendar: CalendarId,
        started_at: Timestamp,
    ) -> Self {
        Self {
            milestone,
            cycle,
            target_s,
            calendar,
            off_hours: false,
            started_at,
            stopped: None,
            reopened: Vec::new(),
            excused: None,
            due_at: None,
            state: State::Running,
            counted_s: 0,
            next_at: None,
            breach_noted: false,
            fired_percent: 0,
            fired: BTreeSet::new(),
            reminded: false,
            known_at: None,
            calendar_rev: None,
        }
    }

    /// Its end is taken back: it counts as if it had never been.
    pub(crate) fn run_on(&mut self) {
        (self.stopped, self.calendar_rev) = (None, None);
    }

    /// Does it still count?
    pub fn is_running(&self) -> bool {
        self.stopped.is_none()
    }

    /// Had this instant passed before anybody could know of it?
    pub fn is_retro(&self, at: Timestamp) -> bool {
        self.known_at.is_some_and(|known| at <= known)
    }

    /// Has this step fired in this cycle? It fires once, also when the due moves afterwards.
    pub fn has_fired(&self, step: &Step) -> bool {
        self.fired.contains(&step.key()) || step.percent.is_some_and(|p| p <= self.fired_percent)
    }

    /// What it came to, in a word for people and programs: a clock that was taken out of the reckoning in time is
    /// neither met nor missed, and says why it ended.
    pub fn outcome(&self) -> &'static str {
        match self.stopped {
            Some((_, reason)) if self.is_dropped() => reason.as_str(),
            _ => self.verdict().as_str(),
        }
    }

    /// Kept or missed: a progress slot that ended with its due, without a report by then, was missed (U1).
    pub fn verdict(&self) -> State {
        match self.stopped {
            Some((_, StopReason::Missed)) => State::Breached,
            _ => self.state,
        }
    }

    /// Had only a raise made it that was a misclick (M4)?
    pub fn is_slip(&self) -> bool {
        self.excused.as_deref().map(Excuse::of).is_some_and(|e| matches!(e, Excuse::Misclick(_)))
    }

    /// Was it taken out of the reckoning before it was missed?
    pub fn is_dropped(&self) -> bool {
        self.stopped.is_some_and(|(_, reason)| !reason.counts()) && !self.state.is_breached()
    }

    /// Its arithmetic on a calendar with the ticket's pauses.
    pub fn run<'a>(&self, calendar: &'a Calendar, pauses: &'a [Pause]) -> Run<'a> {
        Run {
            calendar,
            started_at: self.started_at,
            target_s: self.target_s,
            pauses,
            stopped_at: self.stopped.map(|(at, _)| at),
        }
    }

    /// Is this what a clock that is over was counted in? Its due and what it had counted tell (C6).
    pub fn ended_in(&self, calendar: &Calendar, pauses: &[Pause]) -> bool {
        let reading = self.stopped.map(|(at, _)| self.run(calendar, pauses).read(at));
        reading.is_some_and(|r| r.is_ok_and(|r| (r.due, r.counted_s) == (self.due_at, self.counted_s)))
    }

    /// Reads the clock and refreshes what is cached, except `next_at`, which the policy's steps decide.
    ///
    /// # Errors
    /// [`CountError`] of the due.
    pub fn refresh(
        &mut self,
        calendar: &Calendar,
        pauses: &[Pause],
        now: Timestamp,
    ) -> Result<Reading, CountError> {
        let reading = self.run(calendar, pauses).read(now)?;
        self.due_at = reading.due;
        self.state = reading.state;
        self.counted_s = reading.counted_s;
        Ok(reading)
    }
}
