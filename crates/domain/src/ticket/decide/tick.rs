//! What happens by itself when time passes: breaches, steps of the promise, missed progress slots, silence.
//! Takes nothing but the case and the time; running it twice does nothing the second time.

use super::{Case, Change, Letter, Next, Notice, Outcome, Refusal, finish, hand, progress};
use crate::access::Actor;
use crate::id::StaffId;
use crate::routing::{RouteKind, RouteReason};
use crate::sla::{Clock, Milestone, Step, StepAction, StopReason};
use crate::ticket::{CloseReason, Status, pauses};
use crate::time::{Timestamp, to_seconds};

/// More slots than this are not walked in one decision; the next tick goes on.
const MAX_ROUNDS: usize = 500;

/// Fires all steps and records all breaches whose instant has come, in order. `senior` is the engineer to whom
/// an overdue ticket goes (S1-50).
///
/// # Errors
/// `never_opens` if a calendar was broken meanwhile.
pub fn tick(case: &Case, senior: Option<&StaffId>, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    for _ in 0..MAX_ROUNDS {
        let Some(act) = soonest(&next)? else { break };
        match act {
            Act::Step { i, step, at } => fire(&mut next, i, &step, at, senior),
            Act::Breach { i, at } => breach(&mut next, i, at)?,
            Act::Remind { i, .. } => progress::remind(&mut next, i),
        }
    }
    progress::tell_underway(&mut next)?;
    if next.out.events.is_empty() { hush(next) } else { next.finish() }
}

enum Act {
    Step { i: usize, step: Step, at: Timestamp },
    Breach { i: usize, at: Timestamp },
    Remind { i: usize, at: Timestamp },
}

impl Act {
    fn at(&self) -> Timestamp {
        let (Self::Step { at, .. } | Self::Breach { at, .. } | Self::Remind { at, .. }) = self;
        *at
    }
}

/// A timer without an effect (the calendar changed): only the cached instants are mended.
fn hush(mut next: Next<'_>) -> Outcome {
    super::clocks::refresh(&mut next)?;
    Ok(next.out)
}

fn soonest(next: &Next<'_>) -> Result<Option<Act>, Refusal> {
    let mut acts = Vec::new();
    for (i, clock) in next.out.clocks.iter().enumerate().filter(|(_, c)| c.is_running()) {
        acts.extend(acts_of(next, i, clock)?);
    }
    Ok(acts.into_iter().min_by_key(Act::at))
}

fn acts_of(next: &Next<'_>, i: usize, clock: &Clock) -> Result<Vec<Act>, Refusal> {
    let rules = &next.case.rules;
    let calendar = rules.calendar(&clock.calendar).ok_or(Refusal::NeverOpens)?;
    let holds = pauses(&next.out.holds, clock);
    let run = clock.run(calendar, &holds);
    let reading = run.read(next.now)?;
    let policy = rules.policies.get(&next.out.ticket.policy);
    let steps = policy.map(|p| p.steps_of(clock.milestone, clock.off_hours)).unwrap_or_default();
    let mut acts: Vec<Act> = steps
        .into_iter()
        .filter(|s| s.percent > clock.fired_percent)
        .filter_map(|s| run.instant_of_percent(s.percent, next.now).map(|at| (s, at)))
        .filter(|(_, at)| *at <= next.now)
        .map(|(s, at)| Act::Step { i, step: s.clone(), at })
        .collect();
    let late = reading.due.filter(|d| !clock.breach_noted && to_seconds(next.now) > to_seconds(*d));
    acts.extend(late.map(|at| Act::Breach { i, at }));
    let reminder =
        progress::reminder(&next.out.ticket, clock, &reading, next.now).filter(|at| *at <= next.now);
    acts.extend(reminder.map(|at| Act::Remind { i, at }));
    Ok(acts)
}

fn fire(next: &mut Next<'_>, i: usize, step: &Step, at: Timestamp, senior: Option<&StaffId>) {
    let Some(clock) = next.out.clocks.get_mut(i) else { return };
    let (milestone, cycle, percent) = (clock.milestone, clock.cycle, step.percent);
    // Steps of the same percent fire together; the last one moves the mark.
    let rest =
        next.case.rules.policies.get(&next.out.ticket.policy).map(|p| p.steps_of(milestone, clock.off_hours));
    let same: Vec<StepAction> =
        rest.unwrap_or_default().into_iter().filter(|s| s.percent == percent).map(|s| s.action).collect();
    clock.fired_percent = percent;
    let late_s = to_seconds(next.now) - to_seconds(at);
    for action in same {
        let event = next.event(Change::StepFired { milestone, cycle, percent, action, late_s });
        act(next, action, event, senior);
    }
}

fn act(next: &mut Next<'_>, action: StepAction, event: i64, senior: Option<&StaffId>) {
    match action {
        StepAction::NotifyOwner => next.tell_staff(event),
        StepAction::NotifyLead => next.out.notices.push(Notice::Leads { event }),
        StepAction::NotifyManager => next.out.notices.push(Notice::Managers { event }),
        StepAction::ToSenior => {
            let because = RouteReason { kind: RouteKind::Overdue, text: String::new() };
            match senior {
                Some(person) => {
                    let to = hand::Assignment { group: None, assignee: Some(person.clone()), because };
                    hand::put(next, &to);
                }
                // Nobody to take it: the supervisors must know.
                None => next.out.notices.push(Notice::Managers { event }),
            }
        }
    }
}

fn breach(next: &mut Next<'_>, i: usize, due_at: Timestamp) -> Result<(), Refusal> {
    let Some(clock) = next.out.clocks.get_mut(i) else { return Ok(()) };
    clock.breach_noted = true;
    let (milestone, cycle) = (clock.milestone, clock.cycle);
    let event = next.event_at(due_at, Change::Breached { milestone, cycle, due_at, retro: false });
    next.tell_staff(event);
    if milestone == Milestone::Update {
        // A missed slot is over at its due; the next one begins there (U1).
        next.stop_at(i, due_at, StopReason::Missed)?;
        next.start(Milestone::Update, due_at);
    }
    Ok(())
}

/// Reads all running clocks again after a calendar has changed (C6). Nothing happened to the ticket, so there is
/// no event: the calendar's own history tells when and by whom.
///
/// # Errors
/// `never_opens`.
pub fn recount(case: &Case, actor: &Actor, now: Timestamp) -> Outcome {
    hush(Next::new(case, actor, now))
}

/// The silence rule: reminds the customer of a solved ticket, and closes it at the end.
///
/// # Errors
/// None that a person can mend.
pub fn tick_silence(case: &Case, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    let (Some(at), Some(resolved_at)) = (case.ticket.silence_at, case.ticket.resolved_at) else {
        return Ok(next.out);
    };
    if case.ticket.status != Status::Resolved || at > now {
        return Ok(next.out);
    }
    if usize::from(case.ticket.reminders) >= case.rules.settings.remind_after_days.len() {
        return finish::close(case, CloseReason::Silent, actor, now);
    }
    next.out.ticket.reminders += 1;
    let count = next.out.ticket.reminders;
    next.out.ticket.silence_at = finish::next_silence(case, count, resolved_at);
    next.event(Change::Reminded { count });
    next.letter(Letter::Reminder, None);
    next.finish()
}
