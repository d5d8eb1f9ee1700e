//! A raise that was a slip of the hand: taken back soon by the same person, it leaves the clocks as they were (M4), also
//! where a breach was noted meanwhile that only the raise had made. No change deletes a breach (M3): such a one stays in
//! the history, excused by the one who took the raise back, and its cycle counts no further. Marking it as superseded alone would
//! have hidden it from the attainment, in which what was late stays late unless somebody answers for it.

use std::collections::BTreeSet;

use super::anew::RECOUNTED;
use super::progress::{handed_over, meet};
use super::{Change, Next, Refusal};
use crate::sla::{Clock, Excuse, Milestone, StopReason};
use crate::ticket::{Event, RaiseMode, Severity};
use crate::time::{Timestamp, plus_seconds, to_seconds};

/// A raise can be taken back as a slip for this long.
const MISCLICK_S: i64 = 300;

/// The raise that a lowering to `to` takes back: the same person's, at most five minutes ago. Otherwise the lowering is an
/// ordinary one.
pub(super) fn slip<'e>(next: &Next<'_>, to: Severity, history: &'e [Event]) -> Option<&'e Event> {
    let by = next.actor.reference();
    let last = history.iter().rfind(|e| matches!(e.change, Change::SeverityChanged { .. }));
    let last = last.filter(|e| e.by == by && plus_seconds(e.at, MISCLICK_S) >= next.now)?;
    let Change::SeverityChanged { from, to: raised, mode: Some(mode), .. } = &last.change else {
        return None;
    };
    let back = (*from, *raised) == (to, Severity::Urgent) && *mode != RaiseMode::Misclick;
    back.then_some(last)
}

/// Puts the clocks back: what the raise started is superseded, and excused where it was late; what it superseded goes on,
/// and what happened meanwhile counts for it.
pub(super) fn restore(next: &mut Next<'_>, raise: &Event, history: &[Event]) -> Result<(), Refusal> {
    let at = raise.at;
    let (replaced, resumed) = done_by(raise, history);
    let anew = |c: &Clock| c.started_at >= at || c.known_at == Some(at);
    let touched = next.out.clocks.iter().filter(|c| RECOUNTED.contains(&c.milestone));
    let made: Keys = touched
        .filter(|c| !replaced.contains(&key(c)) && (anew(c) || resumed.contains(&key(c))))
        .map(key)
        .collect();
    call_off(next, raise, &made, history);
    let after_s = to_seconds(next.now) - to_seconds(at);
    for i in 0..next.out.clocks.len() {
        match next.out.clocks.get(i).map(|c| (key(c), anew(c))) {
            Some((key, only)) if made.contains(&key) => undo(next, i, only, after_s)?,
            Some((key, _)) if replaced.contains(&key) => again(next, i, at),
            _ => {}
        }
    }
    // A response that was given, before the raise or since, counts as it would have without the raise.
    let owed = next.out.clocks.iter().find(|c| c.milestone == Milestone::Response && c.is_running());
    let given = next.out.ticket.responded_at.filter(|at| owed.is_some_and(|c| c.started_at <= *at));
    if let Some(at) = given {
        next.stop(Milestone::Response, at, StopReason::Done)?;
    }
    for (reported, _) in handed_over(history).into_iter().filter(|(reported, _)| *reported > at) {
        meet(next, reported)?;
    }
    Ok(())
}

type Keys = BTreeSet<(Milestone, u32)>;

fn key(clock: &Clock) -> (Milestone, u32) {
    (clock.milestone, clock.cycle)
}

/// The cycles that a raise had replaced, and those that it had let count in their place.
fn done_by(raise: &Event, history: &[Event]) -> (Keys, Keys) {
    let (mut replaced, mut resumed) = (Keys::new(), Keys::new());
    for e in history.iter().filter(|e| e.at == raise.at && e.no < raise.no) {
        match &e.change {
            Change::ClockStopped(f) if f.reason == StopReason::Superseded => {
                replaced.insert((f.milestone, f.cycle));
            }
            // What it had let count again, and what it had measured anew.
            Change::ClockStopped(f) if f.reason == StopReason::Done => {
                resumed.insert((f.milestone, f.cycle));
            }
            Change::ClockResumed { milestone, cycle } => {
                resumed.insert((*milestone, *cycle));
            }
            _ => {}
        }
    }
    (replaced, resumed)
}

/// What a raise had replaced counts again: it goes on, or has ended as it had.
fn again(next: &mut Next<'_>, i: usize, raised_at: Timestamp) {
    match next.out.clocks.get(i).and_then(|c| c.stopped) {
        Some((at, _)) if at != raised_at => next.ends_as(i, StopReason::Done),
        _ => next.go_on(i, None),
    }
}

/// A cycle that the raise had made counts no further; if it was late, and `only` the raise had made it so, it is excused.
fn undo(next: &mut Next<'_>, i: usize, only: bool, after_s: i64) -> Result<(), Refusal> {
    if next.out.clocks.get(i).is_some_and(Clock::is_running) {
        next.stop_at(i, next.now, StopReason::Superseded)?;
    } else {
        next.ends_as(i, StopReason::Superseded);
    }
    let Some(clock) = next.out.clocks.get_mut(i) else { return Ok(()) };
    if only && clock.breach_noted && clock.excused.is_none() {
        let reason = Excuse::Misclick(after_s).kept();
        clock.excused = Some(reason.clone());
        let (milestone, cycle) = (clock.milestone, clock.cycle);
        next.event(Change::Excused { milestone, cycle, reason });
    }
    Ok(())
}

/// What the raise's clocks have fired for is paged no further. What was told stays told.
fn call_off(next: &mut Next<'_>, raise: &Event, made: &Keys, history: &[Event]) {
    let fired = history.iter().filter(|e| e.no > raise.no && e.at >= raise.at);
    let of_made = fired.filter_map(|e| match &e.change {
        Change::StepFired { milestone, cycle, .. } if made.contains(&(*milestone, *cycle)) => Some(e.no),
        _ => None,
    });
    next.out.called_off = of_made.collect();
}
