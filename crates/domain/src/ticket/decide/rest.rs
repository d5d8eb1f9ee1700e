//! What a history from elsewhere leaves running: from now on its clocks go on as those of any case, and what lies behind
//! them is recorded, not done.

use super::tick::{Act, acts_of, basis};
use super::{Case, Change, Next, Outcome, Refusal};
use crate::access::Actor;
use crate::sla::{Clock, Firing, Milestone, StopReason};
use crate::ticket::Status;
use crate::time::Timestamp;

/// Brings a replayed case to the present. Nobody is told or paged for the past: steps whose instant has come count as
/// fired, dues that passed as missed. The duty to report begins with the first report that somebody gives here.
///
/// # Errors
/// `never_opens` if a calendar is broken.
pub fn come_to_rest(case: &Case, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    for i in 0..next.out.clocks.len() {
        let Some(clock) = next.out.clocks.get(i).filter(|c| c.is_running()) else { continue };
        if clock.milestone == Milestone::Update {
            let at = clock.started_at;
            next.stop_at(i, at, StopReason::Superseded)?;
        } else {
            pass(&mut next, i)?;
        }
    }
    next.finish()
}

/// When somebody first answered, as another system tells it. What was said stands there.
///
/// # Errors
/// `ended`, `merged`; `never_opens` if a calendar is broken.
pub fn answered_elsewhere(case: &Case, actor: &Actor, at: Timestamp) -> Outcome {
    let mut next = Next::on_open(case, actor, at)?;
    next.event(Change::Contacted { at, note: String::new() });
    super::talk::answered(&mut next)?;
    if next.out.ticket.status == Status::New {
        next.set_status(Status::Open, "");
    }
    next.finish()
}

/// Another system does not tell when these promises were kept, or whether they were: unknown is not missed. Their
/// clocks stop where they began, outside attainment. In a ticket that is still open a promise that is due after `until`
/// goes on.
///
/// # Errors
/// `never_opens` if a calendar is broken.
pub fn leave_unknown(
    case: &Case,
    milestones: &[Milestone],
    until: Option<Timestamp>,
    actor: &Actor,
    at: Timestamp,
) -> Outcome {
    let mut next = Next::new(case, actor, at);
    let goes_on = |c: &Clock| until.is_some_and(|until| c.due_at.is_none_or(|due| due > until));
    let unknown = |c: &Clock| c.is_running() && milestones.contains(&c.milestone) && !goes_on(c);
    for i in 0..next.out.clocks.len() {
        if let Some(at) = next.out.clocks.get(i).filter(|c| unknown(c)).map(|c| c.started_at) {
            next.stop_at(i, at, StopReason::Unknown)?;
        }
    }
    next.finish()
}

/// What a clock would have done by now is behind it.
fn pass(next: &mut Next<'_>, i: usize) -> Result<(), Refusal> {
    let Some(clock) = next.out.clocks.get(i) else { return Ok(()) };
    let (milestone, cycle) = (clock.milestone, clock.cycle);
    let (mut passed, mut late) = (Vec::new(), None);
    for act in acts_of(next, i, clock)? {
        match act {
            Act::Step { step, at, .. } => {
                passed.push((step.key(), step.level, at, basis(next, clock, at)?));
            }
            Act::Breach { at, .. } => late = Some((at, clock.is_retro(at))),
            // Nobody is reminded of what lies behind.
            Act::Remind { .. } => {}
        }
    }
    if !passed.is_empty() {
        let steps = passed.iter().map(|(step, ..)| step.clone()).collect();
        let event = next.event(Change::StepsPassed { milestone, cycle, steps });
        for (step, level, at, basis_due_at) in passed {
            note(next, i, |clock| {
                clock.fired.insert(step.clone());
            });
            next.out.firings.push(Firing { milestone, cycle, step, basis_due_at, at, event, level });
        }
    }
    if let Some((due_at, retro)) = late {
        note(next, i, |clock| clock.breach_noted = true);
        next.event_at(due_at, Change::Breached { milestone, cycle, due_at, retro });
    }
    Ok(())
}

fn note(next: &mut Next<'_>, i: usize, change: impl FnOnce(&mut Clock)) {
    if let Some(clock) = next.out.clocks.get_mut(i) {
        change(clock);
    }
}
