//! What a past cycle would have come to under another promise: start, pauses and stop as they were, another target or
//! calendar.

use std::collections::BTreeMap;

use super::{Clock, Milestone, Pause, PolicyDoc, Run};
use crate::calendar::{Calendar, CountError};
use crate::id::CalendarId;
use crate::named;
use crate::ticket::{Kind, Level, Severity};
use crate::time::{Timestamp, to_seconds};

named! {
    /// What a cycle comes to in attainment (sla.md §7).
    pub enum Outcome ("outcome") {
        /// In time.
        Kept = "kept",
        /// Late, whether or not it still runs.
        Missed = "missed",
        /// Late, and excused.
        Excused = "excused",
        /// Not promised, taken out of the reckoning in time, or not late yet.
        Apart = "apart",
    }
}

/// Another promise; what it leaves open stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Other {
    /// Targets and calendars of this promise. What it does not promise is not counted.
    pub policy: Option<PolicyDoc>,
    /// Everything counts in this calendar.
    pub calendar: Option<CalendarId>,
    /// These milestones have so many seconds.
    pub seconds: BTreeMap<Milestone, i64>,
}

/// A cycle as it happened.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    /// Its clock.
    pub clock: &'a Clock,
    /// Stretches that do not count.
    pub pauses: &'a [Pause],
    /// The severity under which it counted.
    pub severity: Severity,
    /// The level of a fault.
    pub level: Option<Level>,
}

impl Other {
    /// Nothing is other than it was?
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// May a milestone be replayed? A progress slot begins where the one before it ended, so another target makes
    /// other slots; they cannot be compared one by one.
    pub fn replays(milestone: Milestone) -> bool {
        milestone != Milestone::Update
    }

    /// What the cycle is promised: so many seconds in this calendar; nothing if the other promise has none. The
    /// off-hours target is chosen at the start, as ever (K2).
    pub fn promised<'c>(
        &self,
        past: &Happened<'_>,
        calendar: impl Fn(&CalendarId) -> Option<&'c Calendar>,
    ) -> Option<(i64, CalendarId)> {
        let clock = past.clock;
        let (seconds, id) = match &self.policy {
            None => (clock.target_s, clock.calendar.clone()),
            Some(doc) => {
                let target = doc.target(clock.milestone, Kind::Fault, past.severity, past.level)?;
                let open = calendar(&target.calendar).is_none_or(|c| c.is_open(clock.started_at));
                let (seconds, id, _) = target.chosen(open);
                (seconds, id.clone())
            }
        };
        let seconds = self.seconds.get(&clock.milestone).copied().unwrap_or(seconds);
        Some((seconds, self.calendar.clone().unwrap_or(id)))
    }

    /// What the cycle comes to by `now`, and its due, by the arithmetic of running clocks.
    ///
    /// # Errors
    /// [`CountError`] if the target can never be reached.
    pub fn replay<'c>(
        &self,
        past: &Happened<'_>,
        calendar: impl Fn(&CalendarId) -> Option<&'c Calendar>,
        now: Timestamp,
    ) -> Result<(Outcome, Option<Timestamp>), CountError> {
        let clock = past.clock;
        let promised = self.promised(past, &calendar);
        let Some((target_s, counts_in)) = promised.and_then(|(s, id)| Some((s, calendar(&id)?))) else {
            return Ok((Outcome::Apart, None));
        };
        let reading = Run { target_s, ..clock.run(counts_in, past.pauses) }.read(now)?;
        let counts = clock.stopped.is_some_and(|(_, reason)| reason.counts());
        Ok((verdict(clock, reading.state.is_breached(), counts), reading.due))
    }
}

/// What a cycle that somebody answered comes to if the answer comes at another instant, or not by `now`: against the
/// due that it has. One without a due stays as it was.
pub fn moved_outcome(
    clock: &Clock,
    (as_it_was, due): (Outcome, Option<Timestamp>),
    answered: Option<Timestamp>,
    now: Timestamp,
) -> Outcome {
    let Some(due) = due else { return as_it_was };
    let late = to_seconds(answered.unwrap_or(now)) > to_seconds(due);
    verdict(clock, late, answered.is_some())
}

fn verdict(clock: &Clock, late: bool, counts: bool) -> Outcome {
    match (late, counts) {
        (true, _) if clock.excused.is_some() => Outcome::Excused,
        (true, _) => Outcome::Missed,
        (false, true) => Outcome::Kept,
        (false, false) => Outcome::Apart,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use jiff::tz::TimeZone;

    use super::*;
    use crate::calendar::{Window, Windows};
    use crate::sla::{OffHours, PromiseClass, StopReason, Target};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Monday to Friday, nine to five in UTC; and always.
    fn calendars() -> BTreeMap<CalendarId, Calendar> {
        let day = Windows::new(vec![Window { start: 9 * 3600, end: 17 * 3600 }]);
        let whole = Windows::new(vec![Window { start: 0, end: 86_400 }]);
        let none = Windows::new(Vec::new());
        let week = [&day, &day, &day, &day, &day, &none, &none].map(Clone::clone);
        let make = |week| Calendar::new(TimeZone::UTC, week, BTreeMap::new(), BTreeSet::new());
        let always = make(std::array::from_fn(|_| whole.clone()));
        BTreeMap::from([("day".into(), make(week)), ("always".into(), always)])
    }

    /// Began on a Friday at 16:00 with two hours in the day's calendar: due on Monday at 10:00.
    fn clock(stopped: Option<(&str, StopReason)>) -> Clock {
        let started_at = at("2026-09-04T16:00:00Z");
        let running = Clock::running((Milestone::Resolution, 1), 7_200, "day".into(), started_at);
        Clock { stopped: stopped.map(|(text, reason)| (at(text), reason)), ..running }
    }

    fn under(other: &Other, clock: &Clock, pauses: &[Pause]) -> (Outcome, Option<Timestamp>) {
        let calendars = calendars();
        let past = Happened { clock, pauses, severity: Severity::General, level: None };
        other.replay(&past, |id| calendars.get(id), at("2026-09-10T00:00:00Z")).unwrap()
    }

    const SATURDAY: &str = "2026-09-05T12:00:00Z";

    #[test]
    fn nothing_other_gives_what_was() {
        let other = Other::default();
        let done = clock(Some(("2026-09-07T10:00:00Z", StopReason::Done)));
        assert_eq!(under(&other, &done, &[]), (Outcome::Kept, Some(at("2026-09-07T10:00:00Z"))));
        let late = clock(Some(("2026-09-07T10:00:01Z", StopReason::Done)));
        assert_eq!(under(&other, &late, &[]).0, Outcome::Missed);
        assert_eq!(under(&other, &Clock { excused: Some("flood".into()), ..late }, &[]).0, Outcome::Excused);
        assert_eq!(under(&other, &clock(None), &[]).0, Outcome::Missed, "it still runs");
        assert!(other.is_nothing());
    }

    #[test]
    fn another_target_or_calendar_turns_the_verdict() {
        let seconds = |s| Other { seconds: BTreeMap::from([(Milestone::Resolution, s)]), ..Other::default() };
        let done = clock(Some((SATURDAY, StopReason::Done)));
        assert_eq!(under(&seconds(3_600), &done, &[]), (Outcome::Missed, Some(at("2026-09-04T17:00:00Z"))));
        let always = Other { calendar: Some("always".into()), ..Other::default() };
        assert_eq!(under(&always, &done, &[]), (Outcome::Missed, Some(at("2026-09-04T18:00:00Z"))));
        // Twenty hours of every day, of which the pause takes eleven.
        let both = Other { calendar: Some("always".into()), ..seconds(10 * 3600) };
        let pause = [Pause { from: at("2026-09-04T23:00:00Z"), to: Some(at("2026-09-05T10:00:00Z")) }];
        assert_eq!(under(&both, &done, &pause), (Outcome::Kept, Some(at("2026-09-05T13:00:00Z"))));
        assert_eq!(under(&both, &done, &[]).0, Outcome::Missed);
        // What was taken out of the reckoning counts only if it would have been late by then.
        let cancelled = clock(Some((SATURDAY, StopReason::Cancelled)));
        assert_eq!(under(&Other::default(), &cancelled, &[]).0, Outcome::Apart);
        assert_eq!(under(&always, &cancelled, &[]).0, Outcome::Missed);
    }

    #[test]
    fn an_answer_that_moves_is_held_against_the_same_due() {
        let due = at("2026-09-07T10:00:00Z");
        let done = clock(Some((SATURDAY, StopReason::Done)));
        let as_it_was = under(&Other::default(), &done, &[]);
        assert_eq!(as_it_was, (Outcome::Kept, Some(due)));
        let now = at("2026-09-10T00:00:00Z");
        let moved = |to: Option<&str>| moved_outcome(&done, as_it_was, to.map(at), now);
        assert_eq!(moved(Some(SATURDAY)), Outcome::Kept);
        assert_eq!(moved(Some("2026-09-07T10:00:00Z")), Outcome::Kept, "at the due it is in time");
        assert_eq!(moved(Some("2026-09-07T10:00:01Z")), Outcome::Missed);
        assert_eq!(moved(None), Outcome::Missed, "nobody has answered by now");
        let before = at("2026-09-05T13:00:00Z");
        assert_eq!(moved_outcome(&done, as_it_was, None, before), Outcome::Apart, "it may still be kept");
        let excused = Clock { excused: Some("flood".into()), ..done.clone() };
        assert_eq!(moved_outcome(&excused, as_it_was, None, now), Outcome::Excused);
        assert_eq!(moved_outcome(&done, (Outcome::Apart, None), None, now), Outcome::Apart, "not promised");
    }

    #[test]
    fn a_policy_chooses_by_severity_and_by_the_hour_of_the_start() {
        let off_hours = Some(OffHours { seconds: 60, calendar: "always".into() });
        let target = |class, seconds| Target {
            class,
            milestone: Milestone::Resolution,
            seconds,
            calendar: "day".into(),
            off_hours: off_hours.clone(),
        };
        let targets = vec![target(PromiseClass::Urgent, 1), target(PromiseClass::General, 5_400)];
        let other = Other { policy: Some(PolicyDoc { targets, steps: Vec::new() }), ..Other::default() };
        let open = clock(None);
        assert_eq!(under(&other, &open, &[]).1, Some(at("2026-09-07T09:30:00Z")));
        let closed = Clock { started_at: at("2026-09-04T20:00:00Z"), ..clock(None) };
        assert_eq!(under(&other, &closed, &[]).1, Some(at("2026-09-04T20:01:00Z")));
        let reply = Clock { milestone: Milestone::Reply, ..open };
        assert_eq!(under(&other, &reply, &[]), (Outcome::Apart, None), "not promised");
        assert!(!Other::replays(Milestone::Update));
    }
}
