//! The promises that count anew when severity, level or kind change (M1–M3): each from the start of what it promises,
//! with the same waiting stretches. What stays the same promise goes on untouched, and what was replaced before and is
//! promised again goes on too, so that nothing of it fires, or is broken, a second time.

use std::sync::Arc;

use super::progress::{handed_over, met_before};
use super::{Change, Next, Refusal};
use crate::id::CalendarId;
use crate::sla::{Clock, Fixed, Milestone, PolicyDoc, StopReason};
use crate::ticket::{Event, Level, Severity};
use crate::time::{Timestamp, plus_seconds};

/// The clocks that such a change touches; a reply that is owed stays owed.
pub(super) const RECOUNTED: [Milestone; 4] =
    [Milestone::Response, Milestone::Attend, Milestone::Update, Milestone::Resolution];

/// From when the promises count that take the place of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// From the report of the case: it was what it is from its beginning.
    Report,
    /// From where the promise counted that they replace: the report, or the facts that raised it.
    Replaced,
}

/// `new_facts`: the contract counts from the receipt of the urgent report.
pub(super) fn restart_clocks(next: &mut Next<'_>) -> Result<(), Refusal> {
    for milestone in RECOUNTED {
        next.stop(milestone, next.now, StopReason::Superseded)?;
        next.start(milestone, next.now);
    }
    Ok(())
}

/// The promises of another kind of case, unless its document makes no difference.
pub(super) fn other_promises(next: &mut Next<'_>) -> Result<(), Refusal> {
    let rules = Arc::clone(&next.case.rules);
    let differs = rules.policies.get(&next.out.ticket.policy).is_some_and(PolicyDoc::knows_complaints);
    if differs { recount_clocks(next, Origin::Replaced, &[]) } else { Ok(()) }
}

/// The new target with the same t0 and the same pauses. A response that was already given is measured against it, and so
/// are the reports that were given, of which `history` tells.
pub(super) fn recount_clocks(next: &mut Next<'_>, origin: Origin, history: &[Event]) -> Result<(), Refusal> {
    let starts = RECOUNTED.map(|m| (m, start_of(next, m, origin)));
    let known = RECOUNTED.map(|m| known_since(next, m));
    for ((milestone, t0), known_at) in starts.into_iter().zip(known) {
        match milestone {
            Milestone::Update => recount_slots(next, t0, history)?,
            _ => recount(next, milestone, t0, known_at)?,
        }
    }
    Ok(())
}

/// Where the promise of a milestone begins; of the progress duty, the slot that runs.
fn start_of(next: &Next<'_>, milestone: Milestone, origin: Origin) -> Timestamp {
    let received_at = next.out.ticket.received_at;
    let clocks = &next.out.clocks;
    if milestone == Milestone::Update {
        let slots = || clocks.iter().filter(|c| c.milestone == milestone);
        let running = slots().find(|c| c.is_running()).map(|c| c.started_at);
        // What was reckoned in an earlier urgent time is not reckoned again.
        let reckoned =
            slots().filter_map(|c| c.stopped).filter(|(_, why)| why.counts()).map(|(at, _)| at).max();
        return running.or(reckoned).unwrap_or(received_at);
    }
    let newest = |of: &dyn Fn(&Clock) -> bool| {
        let all =
            clocks.iter().filter(|c| RECOUNTED.contains(&c.milestone) && c.milestone != Milestone::Update);
        all.filter(|c| of(c)).max_by_key(|c| (c.is_running(), c.cycle)).map(|c| c.started_at)
    };
    match origin {
        Origin::Report => received_at,
        Origin::Replaced => newest(&|c| c.milestone == milestone)
            .or_else(|| newest(&Clock::is_running))
            .unwrap_or(received_at),
    }
}

/// Since when it can be known that a promise which counts anew from now is late: a due before that is established
/// afterwards. Where the promise that it replaces was late already, that is known since then: whoever looked saw that it
/// was overdue. A raise knows of nothing before itself (M2).
fn known_since(next: &Next<'_>, milestone: Milestone) -> Timestamp {
    if !is_lowered(next) {
        return next.now;
    }
    let late = next.out.clocks.iter().filter(|c| c.milestone == milestone && c.breach_noted && !c.is_slip());
    let since = late.filter_map(|c| c.due_at).min().map(|due| plus_seconds(due, -1));
    since.map_or(next.now, |since| since.min(next.now))
}

fn is_lowered(next: &Next<'_>) -> bool {
    let grade = |severity: Severity, level: Option<Level>| {
        (severity == Severity::General, level != Some(Level::One), level.is_none())
    };
    let (was, is) = (&next.case.ticket, &next.out.ticket);
    grade(is.severity, is.level) > grade(was.severity, was.level)
}

/// Seconds, calendar, and whether by the off-hours target.
type Promised = (i64, CalendarId, bool);

/// Does a cycle promise just this, from this start on?
fn is_promise(clock: &Clock, t0: Timestamp, promised: Option<&Promised>) -> bool {
    let same = |p: &Promised| (clock.target_s, &clock.calendar, clock.off_hours) == (p.0, &p.1, p.2);
    clock.started_at == t0 && promised.is_some_and(same)
}

fn recount(
    next: &mut Next<'_>,
    milestone: Milestone,
    t0: Timestamp,
    known_at: Timestamp,
) -> Result<(), Refusal> {
    let promised = next.promised(milestone, t0);
    let of = |c: &&Clock| c.milestone == milestone;
    let counts = |c: &&Clock| c.is_running() || c.stopped.is_some_and(|(_, why)| why.counts());
    let current = next.out.clocks.iter().filter(of).filter(counts).max_by_key(|c| (c.is_running(), c.cycle));
    if current.is_some_and(|c| is_promise(c, t0, promised.as_ref())) {
        return Ok(());
    }
    let done = current.is_some_and(|c| !c.is_running());
    let responded_at = next.out.ticket.responded_at;
    let responded_at = responded_at.filter(|at| milestone == Milestone::Response && *at >= t0);
    next.stop(milestone, next.now, StopReason::Superseded)?;
    match responded_at {
        Some(_) => supersede_finished(next, milestone),
        // What was done stays done: a technician who has come need not come again.
        None if done => return Ok(()),
        None => {}
    }
    let before = next.out.clocks.iter().rposition(|c| {
        let replaced = c.stopped.is_some_and(|(_, why)| why == StopReason::Superseded || why.counts());
        c.milestone == milestone && replaced && !c.is_slip() && is_promise(c, t0, promised.as_ref())
    });
    let ended = before.and_then(|i| next.out.clocks.get(i)).and_then(|c| c.stopped).map(|(at, _)| at);
    match (before, responded_at) {
        (Some(i), Some(_)) if ended == responded_at => {
            next.ends_as(i, StopReason::Done);
            return Ok(());
        }
        (Some(i), _) => next.go_on(i, Some(known_at)),
        (None, _) => next.start_known(milestone, t0, Some(known_at)),
    }
    match responded_at {
        Some(at) => next.stop(milestone, at, StopReason::Done),
        None => Ok(()),
    }
}

/// The progress duty from its start on. What of it had passed before anybody could know of it stands at its instants and
/// says that it was established afterwards; it counts for nobody's punctuality, for nobody can report on a duty that
/// there is not. Reports that were given all the same end their slots. What has passed since the last of them, the
/// next tick finds.
fn recount_slots(next: &mut Next<'_>, t0: Timestamp, history: &[Event]) -> Result<(), Refusal> {
    let promised = next.promised(Milestone::Update, t0);
    let running = next.out.clocks.iter().find(|c| c.milestone == Milestone::Update && c.is_running());
    if running.is_some_and(|c| is_promise(c, t0, promised.as_ref())) {
        return Ok(());
    }
    next.stop(Milestone::Update, next.now, StopReason::Superseded)?;
    let now = next.now;
    next.start_known(Milestone::Update, t0, Some(now));
    for (at, by) in handed_over(history).into_iter().filter(|(at, _)| *at > t0 && *at <= now) {
        met_before(next, at, &by)?;
    }
    Ok(())
}

/// A finished cycle that another one replaces leaves attainment, unless it was a breach.
fn supersede_finished(next: &mut Next<'_>, milestone: Milestone) {
    for i in 0..next.out.clocks.len() {
        let clock = next.out.clocks.get(i).filter(|c| c.milestone == milestone && !c.breach_noted);
        if clock.and_then(|c| c.stopped).is_some_and(|(_, why)| why.counts()) {
            next.ends_as(i, StopReason::Superseded);
        }
    }
}

impl Next<'_> {
    /// A cycle that had been replaced, or had ended, counts on as if it had not. What it was late by before is recorded
    /// already; what passed meanwhile could be known since `known_at`.
    pub(super) fn go_on(&mut self, i: usize, known_at: Option<Timestamp>) {
        let Some(clock) = self.out.clocks.get_mut(i) else { return };
        clock.run_on();
        if !clock.breach_noted && known_at.is_some() {
            clock.known_at = known_at.filter(|known| *known > clock.started_at);
        }
        let (milestone, cycle) = (clock.milestone, clock.cycle);
        self.event(Change::ClockResumed { milestone, cycle });
    }

    /// A cycle that is over has ended for another reason than it was kept for. What it came to stays, in the calendar of
    /// that time (C6).
    pub(super) fn ends_as(&mut self, i: usize, reason: StopReason) {
        let Some(clock) = self.out.clocks.get_mut(i) else { return };
        let Some((at, was)) = clock.stopped.filter(|(_, was)| *was != reason) else { return };
        clock.stopped = Some((at, reason));
        let met = !clock.state.is_breached() && was != StopReason::Missed;
        let fixed = Fixed {
            milestone: clock.milestone,
            cycle: clock.cycle,
            target_s: clock.target_s,
            counted_s: clock.counted_s,
            due_at: clock.due_at,
            met,
            reason,
            calendar_rev: clock.calendar_rev,
            retro: clock.milestone == Milestone::Update && clock.is_retro(at),
        };
        self.event(Change::ClockStopped(fixed));
    }
}
