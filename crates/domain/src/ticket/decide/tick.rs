//! What happens by itself when time passes: breaches, steps of the promise, missed progress slots, silence.
//! Takes nothing but the case and the time; running it twice does nothing the second time.

use std::collections::{BTreeMap, BTreeSet};

use super::earlier::missed_before;
use super::{Case, Change, Letter, Next, Notice, Outcome, Refusal, finish, hand, page, progress};
use crate::access::Actor;
use crate::id::{GroupId, StaffId};
use crate::oncall::{Called, Means, next_round};
use crate::routing::{RouteKind, RouteReason};
use crate::sla::{Clock, Firing, Milestone, Step, StepAction, StepAt, StopReason};
use crate::ticket::{CloseReason, Event, MovedDue, Status, pauses};
use crate::time::{Timestamp, to_seconds};

/// More acts than this are not done in one decision; the next tick goes on.
const MAX_ROUNDS: usize = 500;

/// What happened so long ago goes into a digest instead of notices of its own (E6).
const DIGEST_S: i64 = 86_400;

/// Whom the steps of a case can reach now; found by the desk before the decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Helpers {
    /// The senior engineer to whom an overdue ticket goes (S1-50).
    pub senior: Option<StaffId>,
    /// Who is paged, round by round.
    pub on_call: Vec<Vec<Called>>,
    /// By what each of them can be reached besides the pages of the desk.
    pub means: BTreeMap<StaffId, Vec<Means>>,
    /// The people who may be given the ticket.
    pub people: BTreeSet<StaffId>,
    /// The groups that take tickets.
    pub groups: BTreeSet<GroupId>,
}

/// Fires all steps and records all breaches whose instant has come, in order.
///
/// # Errors
/// `never_opens` if a calendar was broken meanwhile.
pub fn tick(case: &Case, helpers: &Helpers, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    for _ in 0..MAX_ROUNDS {
        let Some(act) = soonest(&next)? else { break };
        match act {
            Act::Step { i, step, at } => fire(&mut next, i, &step, at, helpers)?,
            Act::Breach { i, at } => breach(&mut next, i, at, helpers)?,
            Act::Remind { i, due, .. } => progress::remind(&mut next, i, due),
        }
    }
    progress::tell_underway(&mut next)?;
    gather_slots(&mut next)?;
    if next.out.events.is_empty() { hush(next) } else { next.finish() }
}

/// Of several progress slots of a case that are found missed together, only the last one is told of by itself. After a
/// downtime the others go into the digest; what passed before anybody could know of it stands in the timeline alone. Where
/// there are more than one decision walks, the last one is told of by the decision that comes to it.
fn gather_slots(next: &mut Next<'_>) -> Result<(), Refusal> {
    let missed = |e: &Event| match e.change {
        Change::Breached { milestone: Milestone::Update, retro, .. } => Some((e.no, retro)),
        _ => None,
    };
    let mut slots: BTreeMap<i64, bool> = next.out.events.iter().filter_map(missed).collect();
    if !progress::slots_are_left(next)? {
        slots.pop_last();
    }
    let of = |n: &Notice| n.event().and_then(|no| slots.get(&no)).copied();
    let (told, earlier): (Vec<_>, Vec<_>) =
        std::mem::take(&mut next.out.notices).into_iter().partition(|n| of(n).is_none());
    next.out.notices = told;
    next.out.digest.extend(earlier.into_iter().filter(|n| of(n) == Some(false)));
    Ok(())
}

/// Something whose instant has come.
pub(super) enum Act {
    Step { i: usize, step: Step, at: Timestamp },
    Breach { i: usize, at: Timestamp },
    Remind { i: usize, at: Timestamp, due: Timestamp },
}

impl Act {
    /// What comes first, is done first; at one instant the steps by their level, then the breach.
    fn place(&self) -> (Timestamp, u8) {
        match self {
            Self::Step { at, step, .. } => (*at, step.level),
            Self::Breach { at, .. } => (*at, u8::MAX),
            Self::Remind { at, .. } => (*at, 0),
        }
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
    Ok(acts.into_iter().min_by_key(Act::place))
}

/// What has come on a clock by now and was not done.
pub(super) fn acts_of(next: &Next<'_>, i: usize, clock: &Clock) -> Result<Vec<Act>, Refusal> {
    let rules = &next.case.rules;
    let calendar = rules.calendar(&clock.calendar).ok_or(Refusal::NeverOpens)?;
    let holds = pauses(&next.out.holds, clock);
    let run = clock.run(calendar, &holds);
    let reading = run.read(next.now)?;
    let policy = rules.policies.get(&next.out.ticket.policy);
    let key = (clock.milestone, clock.off_hours);
    let mut acts: Vec<Act> = policy
        .map(|p| p.instants(key, &run, next.now))
        .unwrap_or_default()
        .into_iter()
        .filter(|(s, at)| *at <= next.now && !clock.has_fired(s))
        .map(|(s, at)| Act::Step { i, step: s.clone(), at })
        .collect();
    let late = reading.due.filter(|d| !clock.breach_noted && to_seconds(next.now) > to_seconds(*d));
    acts.extend(late.map(|at| Act::Breach { i, at }));
    let reminder =
        progress::reminder(&next.out.ticket, clock, &reading, next.now).filter(|at| *at <= next.now);
    acts.extend(reminder.zip(reading.due).map(|(at, due)| Act::Remind { i, at, due }));
    Ok(acts)
}

/// The due as it stood at an instant; where a pause had taken it away, the instant itself.
pub(super) fn basis(next: &Next<'_>, clock: &Clock, at: Timestamp) -> Result<Timestamp, Refusal> {
    let calendar = next.case.rules.calendar(&clock.calendar).ok_or(Refusal::NeverOpens)?;
    let holds = pauses(&next.out.holds, clock);
    Ok(clock.run(calendar, &holds).read(at)?.due.unwrap_or(at))
}

fn fire(next: &mut Next<'_>, i: usize, step: &Step, at: Timestamp, helpers: &Helpers) -> Result<(), Refusal> {
    let Some(clock) = next.out.clocks.get(i) else { return Ok(()) };
    let (milestone, cycle, name) = (clock.milestone, clock.cycle, step.key());
    let basis_due_at = basis(next, clock, at)?;
    let late = Late { s: to_seconds(next.now) - to_seconds(at), retro: clock.is_retro(at) };
    if let Some(clock) = next.out.clocks.get_mut(i) {
        clock.fired.insert(name.clone());
    }
    let action = done_as(next, step.action);
    let event = next.event(Change::StepFired {
        milestone,
        cycle,
        percent: step.percent,
        offset_s: step.offset_s,
        missed: step.missed,
        action,
        late_s: late.s,
        step: name.clone(),
        level: step.level,
        retro: late.retro,
    });
    let level = step.level;
    next.out.firings.push(Firing { milestone, cycle, step: name, basis_due_at, at, event, level });
    act(next, (step, action), event, late, helpers);
    Ok(())
}

/// Where nobody has the ticket, whoever leads is told in the owner's place.
fn done_as(next: &Next<'_>, action: StepAction) -> StepAction {
    match action {
        StepAction::NotifyOwner if next.out.ticket.assignee.is_none() => StepAction::NotifyLead,
        other => other,
    }
}

fn act(next: &mut Next<'_>, (step, action): (&Step, StepAction), event: i64, late: Late, helpers: &Helpers) {
    let told = next.out.notices.len();
    match action {
        StepAction::NotifyOwner => next.tell_staff(event),
        StepAction::NotifyLead => {
            if step.action == StepAction::NotifyOwner {
                // Those who watch it are told as they would have been with the owner.
                next.tell_staff(event);
            }
            next.out.notices.push(Notice::Leads { event });
        }
        StepAction::NotifyManager => next.out.notices.push(Notice::Managers { event }),
        // Nobody is paged for what is long past; the digest tells who would have been.
        StepAction::PageOnCall if late.is_long_past() => {
            let first = next_round(&helpers.on_call, &BTreeSet::new());
            next.out.notices.extend(first.into_iter().map(|c| Notice::Staff { to: c.person, event }));
        }
        StepAction::PageOnCall => page::first(next, event, helpers),
        StepAction::ToSenior | StepAction::ToPerson | StepAction::ToGroup => {
            match destination(step, helpers) {
                // Who is given a ticket learns it now, however late the step was.
                Some(to) => {
                    let had = next.out.ticket.assignee.clone();
                    hand::put(next, &to);
                    let lost = had.filter(|had| next.out.ticket.assignee.as_ref() != Some(had));
                    next.out.notices.extend(lost.map(|to| Notice::Staff { to, event }));
                    return;
                }
                // Nobody to take it: the supervisors must know.
                None => next.out.notices.push(Notice::Managers { event }),
            }
        }
    }
    put_into_digest(next, told, late);
}

fn destination(step: &Step, helpers: &Helpers) -> Option<hand::Assignment> {
    let kind = if step.at().is_some_and(StepAt::is_overdue) { RouteKind::Overdue } else { RouteKind::Step };
    let because = RouteReason { kind, text: String::new() };
    if step.action == StepAction::ToGroup {
        let group = step.group.clone().filter(|g| helpers.groups.contains(g))?;
        return Some(hand::Assignment { group: Some(Some(group)), assignee: None, because });
    }
    let person = match step.action {
        StepAction::ToSenior => helpers.senior.clone()?,
        _ => step.person.clone().filter(|p| helpers.people.contains(p))?,
    };
    Some(hand::Assignment { group: None, assignee: Some(person), because })
}

/// How long after its instant something is done, and why.
#[derive(Debug, Clone, Copy)]
struct Late {
    s: i64,
    /// Nobody could know of it before: it is done now as if it had come now (M2).
    retro: bool,
}

impl Late {
    const fn is_long_past(self) -> bool {
        self.s > DIGEST_S && !self.retro
    }
}

/// Notices from a position on are too late to be read one by one.
fn put_into_digest(next: &mut Next<'_>, from: usize, late: Late) {
    if late.is_long_past() {
        let late = next.out.notices.split_off(from);
        next.out.digest.extend(late);
    }
}

fn breach(next: &mut Next<'_>, i: usize, due_at: Timestamp, helpers: &Helpers) -> Result<(), Refusal> {
    let Some(clock) = next.out.clocks.get_mut(i) else { return Ok(()) };
    clock.breach_noted = true;
    let (milestone, cycle, known_at, retro) =
        (clock.milestone, clock.cycle, clock.known_at, clock.is_retro(due_at));
    let event = next.event_at(due_at, Change::Breached { milestone, cycle, due_at, retro });
    let told = next.out.notices.len();
    next.tell_staff(event);
    put_into_digest(next, told, Late { s: to_seconds(next.now) - to_seconds(due_at), retro });
    if milestone == Milestone::Update {
        fire_missed(next, i, due_at, helpers)?;
        // A missed slot is over at its due; the next one begins there (U1).
        next.stop_at(i, due_at, StopReason::Missed)?;
        next.start_known(Milestone::Update, due_at, known_at);
    }
    Ok(())
}

/// The steps that come with the n-th progress slot in a row that was missed.
fn fire_missed(next: &mut Next<'_>, i: usize, due_at: Timestamp, helpers: &Helpers) -> Result<(), Refusal> {
    let Some(clock) = next.out.clocks.get(i) else { return Ok(()) };
    let in_a_row = 1 + missed_before(next, clock.cycle);
    let comes = |s: &&Step| match s.at() {
        Some(StepAt::Missed(n)) => u32::from(n) == in_a_row && !clock.has_fired(s),
        _ => false,
    };
    let policy = next.case.rules.policies.get(&next.out.ticket.policy);
    let steps = policy.into_iter().flat_map(|p| p.steps_of(clock.milestone, clock.off_hours));
    let mut steps: Vec<Step> = steps.filter(comes).cloned().collect();
    steps.sort_by_key(|s| s.level);
    steps.iter().try_for_each(|step| fire(next, i, step, due_at, helpers))
}

/// Reads all running clocks again after a calendar has changed (C6). The ticket keeps which dues have moved with it.
///
/// # Errors
/// `never_opens`.
pub fn recount(case: &Case, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    super::clocks::refresh(&mut next)?;
    let pairs = case.clocks.iter().zip(&next.out.clocks);
    let moved = pairs.filter(|(was, is)| is.is_running() && was.due_at != is.due_at);
    let moved = moved.map(|(was, is)| {
        let (milestone, cycle) = (is.milestone, is.cycle);
        MovedDue { milestone, cycle, from: was.due_at, to: is.due_at }
    });
    let dues: Vec<MovedDue> = moved.collect();
    if !dues.is_empty() {
        next.event(Change::DuesMoved { dues });
    }
    Ok(next.out)
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
    next.out.ticket.silence_at = finish::next_silence(case, count, resolved_at, now);
    next.event(Change::Reminded { count });
    next.letter(Letter::Reminder, None);
    next.finish()
}
