//! A raise that was a slip of the hand: taken back soon by the same person, it leaves the clocks as they were (M4).

use super::classify::RECOUNTED;
use super::{Change, Next, Refusal};
use crate::sla::{Clock, Milestone, StopReason};
use crate::ticket::{Event, RaiseMode, Severity};
use crate::time::{Timestamp, plus_seconds};

/// A raise can be taken back as a slip for this long.
const MISCLICK_S: i64 = 300;

/// When the raise happened that a lowering to `to` takes back: the same person's, at most five minutes ago, and
/// nothing has come of its clocks since. Otherwise the lowering is an ordinary one.
pub(super) fn slip(next: &Next<'_>, to: Severity, last: Option<&Event>) -> Option<Timestamp> {
    let by = next.actor.reference();
    let last = last.filter(|e| e.by == by && plus_seconds(e.at, MISCLICK_S) >= next.now)?;
    let Change::SeverityChanged { from, to: raised, mode: Some(mode), .. } = &last.change else {
        return None;
    };
    let back = (*from, *raised) == (to, Severity::Urgent) && *mode != RaiseMode::Misclick;
    let quiet = |c: &Clock| match c.stopped {
        None => !(RECOUNTED.contains(&c.milestone) && c.breach_noted),
        Some((at, _)) => at <= last.at,
    };
    (back && next.out.clocks.iter().all(quiet)).then_some(last.at)
}

/// Puts the clocks back: what the raise started is superseded, what it superseded goes on.
pub(super) fn restore(next: &mut Next<'_>, raised_at: Timestamp) -> Result<(), Refusal> {
    let replaced: Vec<(Milestone, u32)> = next
        .out
        .clocks
        .iter()
        .filter(|c| {
            RECOUNTED.contains(&c.milestone) && c.stopped == Some((raised_at, StopReason::Superseded))
        })
        .map(|c| (c.milestone, c.cycle))
        .collect();
    for milestone in RECOUNTED {
        next.stop(milestone, next.now, StopReason::Superseded)?;
    }
    for clock in next.out.clocks.iter_mut().filter(|c| replaced.contains(&(c.milestone, c.cycle))) {
        clock.run_on();
    }
    restore_response(next);
    Ok(())
}

/// A response that was given before the raise counts again as it did then, not against the urgent target.
fn restore_response(next: &mut Next<'_>) {
    let Some(at) = next.out.ticket.responded_at else { return };
    let of = |c: &&mut Clock| c.milestone == Milestone::Response && c.stopped.is_some_and(|(s, _)| s == at);
    let mut cycles: Vec<&mut Clock> = next.out.clocks.iter_mut().filter(of).collect();
    if let [.., before, anew] = cycles.as_mut_slice()
        && before.stopped == Some((at, StopReason::Superseded))
        && !anew.breach_noted
    {
        before.stopped = Some((at, StopReason::Done));
        anew.stopped = Some((at, StopReason::Superseded));
    }
}
