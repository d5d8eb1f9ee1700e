//! The end of a ticket, and its return: solved, confirmed, closed, cancelled, opened again, rated, excused.

use super::{Case, Change, Draft, Letter, Next, Outcome, Refusal, Rules, talk};
use crate::access::Actor;
use crate::sla::{Clock, Milestone, StopReason};
use crate::ticket::{Before, Cause, CloseReason, EditField, Else, Rating, Status, Ticket, Unsolved};
use crate::time::{Timestamp, plus_seconds};

/// What solved it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Solution {
    /// Where the cause lay.
    pub cause: Option<Cause>,
    /// 处理结果: what was done, in a sentence.
    pub resolution: String,
    /// 备注.
    pub remark: Option<String>,
    /// A message to the customer in the same breath.
    pub draft: Option<Draft>,
}

/// Solves a ticket: stops the resolution clock (K6), asks the customer to confirm, and starts the silence rule.
///
/// # Errors
/// `empty_text` without a resolution, `ended`, `merged`.
pub fn resolve(case: &Case, solution: Solution, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::on_open(case, actor, now)?;
    if case.ticket.status == Status::Resolved {
        return next.unchanged();
    }
    if solution.resolution.trim().is_empty() && !actor.is_import() {
        return Err(Refusal::EmptyText);
    }
    let (waited, t) = (case.ticket.unanswered_since, &case.ticket);
    let mut was = Unsolved {
        cause: t.cause,
        resolution: t.resolution.clone(),
        remark: t.remark.clone(),
        ..Unsolved::default()
    };
    let message = match solution.draft {
        Some(draft) if !draft.body.is_empty() => Some(talk::speak(&mut next, draft, Letter::Solved)?),
        _ => None,
    };
    if message.is_none() {
        was.unanswered_since = waited;
        // To declare a ticket solved is to tell the customer so: the letter goes out either way.
        talk::answered(&mut next)?;
        next.letter(Letter::Solved, None);
    }
    record_solution(&mut next, (solution.cause, solution.resolution.trim(), solution.remark), was);
    next.end_hold();
    for milestone in [Milestone::Attend, Milestone::Update, Milestone::Resolution] {
        next.stop(milestone, now, StopReason::Done)?;
    }
    next.set_status(Status::Resolved, "");
    let event = next.out.ticket.version;
    next.tell_staff(event);
    next.finish()
}

fn record_solution(
    next: &mut Next<'_>,
    (cause, resolution, remark): (Option<Cause>, &str, Option<String>),
    was: Unsolved,
) {
    let now = next.now;
    let t = &mut next.out.ticket;
    let old_remark = t.remark.clone();
    t.cause = cause.or(t.cause);
    resolution.clone_into(&mut t.resolution);
    t.resolved_at = Some(now);
    t.resolved_by = next.actor.staff().map(|s| s.id.clone()).or_else(|| t.assignee.clone());
    t.reminders = 0;
    t.silence_at = next_silence(next.case, t.reminders, now, now).filter(|_| !next.actor.is_import());
    if !next.actor.is_import() {
        t.anything_else.get_or_insert(Else::Asked);
    }
    if let Some(remark) = remark.filter(|r| *r != old_remark) {
        remark.clone_into(&mut t.remark);
        next.event(Change::Edited { field: EditField::Remark, from: old_remark, to: remark });
    }
    let t = &next.out.ticket;
    let change = Change::Resolved { cause: t.cause, resolution: t.resolution.clone(), was };
    next.event(change);
}

/// When the silence rule acts next on a ticket solved at `resolved_at` whose customer got `reminders` reminders, the
/// last of them now: after a reminder, however late it came, the customer has a working day to answer.
pub(super) fn next_silence(
    case: &Case,
    reminders: u8,
    resolved_at: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    let s = &case.rules.settings;
    let days = s.remind_after_days.get(usize::from(reminders)).copied().unwrap_or(s.close_after_days);
    let calendar = case.rules.calendar(&s.silence_calendar)?;
    let at = calendar.business_days_after(resolved_at, days).ok()?;
    let earliest = if reminders == 0 { now } else { calendar.business_days_after(now, 1).ok()? };
    Some(at.max(earliest))
}

/// When a solved ticket closes by itself if its customer says nothing; `None` where nothing is waited for.
pub fn closes_silently(rules: &Rules, t: &Ticket) -> Option<Timestamp> {
    t.silence_at?;
    let s = &rules.settings;
    rules.calendar(&s.silence_calendar)?.business_days_after(t.resolved_at?, s.close_after_days).ok()
}

/// The customer confirms that it is solved (S2-61).
///
/// # Errors
/// `not_resolved`, `merged`.
pub fn confirm(case: &Case, actor: &Actor, now: Timestamp) -> Outcome {
    end(case, CloseReason::Confirmed, actor, now)
}

/// Staff, a rule or an import close a solved ticket. Closing a closed one changes nothing.
///
/// # Errors
/// `not_resolved`, `merged`.
pub fn close(case: &Case, reason: CloseReason, actor: &Actor, now: Timestamp) -> Outcome {
    end(case, reason, actor, now)
}

fn end(case: &Case, reason: CloseReason, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    match case.ticket.status {
        Status::Closed => return next.unchanged(),
        Status::Resolved => {}
        Status::Merged => return Err(Refusal::Merged),
        _ if actor.is_import() => {
            next.end_hold();
            next.stop_all(StopReason::Done)?;
        }
        _ => return Err(Refusal::NotResolved),
    }
    finish_ticket(&mut next, Status::Closed, reason);
    next.finish()
}

fn finish_ticket(next: &mut Next<'_>, status: Status, reason: CloseReason) {
    let now = next.now;
    next.set_status(status, "");
    next.out.ticket.closed_at = Some(now);
    next.out.ticket.close_reason = Some(reason);
    next.out.ticket.silence_at = None;
    next.out.ticket.unanswered_since = None;
    let event = next.event(Change::Closed { reason });
    next.tell_staff(event);
}

/// Ends a ticket without work: withdrawn, duplicate, spam. Its clocks stop outside attainment (M7).
///
/// # Errors
/// `ended`, `merged`.
pub fn cancel(case: &Case, reason: CloseReason, actor: &Actor, now: Timestamp) -> Outcome {
    if case.ticket.status == Status::Cancelled {
        return Next::new(case, actor, now).unchanged();
    }
    let mut next = Next::on_open(case, actor, now)?;
    next.end_hold();
    next.stop_all(StopReason::Cancelled)?;
    finish_ticket(&mut next, Status::Cancelled, reason);
    next.finish()
}

/// Opens an ended ticket again. Its resolution clock is re-entered; the time between does not count (M5). The clocks
/// of a cancelled one go on as well. A slip leaves it as it was `before` it ended.
///
/// # Errors
/// `not_ended`, `window_over`, `merged`.
pub fn reopen(case: &Case, before: Option<&Before>, reason: &str, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    if case.ticket.status.is_open() {
        return Err(Refusal::NotEnded);
    }
    if before.is_some_and(|b| is_closed_by_slip(&next, b, reason)) {
        return solved_again(next);
    }
    let ended_at = case.ticket.resolved_at.or(case.ticket.closed_at).unwrap_or(now);
    if let Some(before) = before.filter(|_| is_slip(&next, ended_at, reason)) {
        open_again(&mut next, reason)?;
        restore(&mut next, before, ended_at);
        return next.finish();
    }
    open_again(&mut next, reason)?;
    if matches!(actor, Actor::Contact(_)) {
        next.out.ticket.unanswered_since = Some(now);
        if !next.is_running(Milestone::Reply) {
            next.start(Milestone::Reply, now);
        }
    }
    let event = next.out.ticket.version;
    next.tell_staff(event);
    next.finish()
}

/// Did it end so long ago that it is not opened again (M5)?
pub fn window_is_over(rules: &Rules, t: &Ticket, now: Timestamp) -> bool {
    let window_s = i64::from(rules.settings.reopen_window_days) * 86_400;
    let since = t.resolved_at.or(t.closed_at).unwrap_or(now);
    t.status.is_ended() && now > plus_seconds(since, window_s)
}

pub(super) fn open_again(next: &mut Next<'_>, reason: &str) -> Result<(), Refusal> {
    let t = &next.out.ticket;
    if t.status == Status::Merged {
        return Err(Refusal::Merged);
    }
    let since = t.resolved_at.or(t.closed_at).unwrap_or(next.now);
    if window_is_over(&next.case.rules, t, next.now) && !next.actor.is_import() {
        return Err(Refusal::WindowOver);
    }
    let now = next.now;
    let slip = is_slip(next, since, reason);
    next.event(Change::Reopened { reason: reason.trim().to_owned(), slip });
    next.set_status(Status::Open, reason.trim());
    let t = &mut next.out.ticket;
    // What was solved by a slip has asked nobody anything.
    if slip && asks_else(t) {
        t.anything_else = None;
    }
    t.reopened += u32::from(!slip);
    t.resolved_at = None;
    t.closed_at = None;
    t.close_reason = None;
    t.silence_at = None;
    t.reminders = 0;
    enter_again(next, slip);
    if next.target(Milestone::Update).is_some() && !next.is_running(Milestone::Update) {
        next.start(Milestone::Update, now);
    }
    Ok(())
}

/// An end can be taken back as a slip of the hand for this long.
pub(super) const SLIP_S: i64 = 300;

/// The same person takes the end back at once and gives no reason, for there is none.
fn is_slip(next: &Next<'_>, ended_at: Timestamp, reason: &str) -> bool {
    let t = &next.out.ticket;
    let mine = t.resolved_by.is_none() || t.resolved_by == next.actor.staff().map(|s| s.id.clone());
    let soon = next.now <= plus_seconds(ended_at, SLIP_S);
    next.actor.staff().is_some() && mine && soon && reason.trim().is_empty()
}

/// The same person takes back at once that a solved ticket was closed: it waits for the customer's word again.
fn is_closed_by_slip(next: &Next<'_>, before: &Before, reason: &str) -> bool {
    let t = &next.out.ticket;
    let soon = next.now <= plus_seconds(before.at, SLIP_S);
    let mine = next.actor.staff().is_some() && before.by == next.actor.reference();
    (t.status, before.status) == (Status::Closed, Status::Resolved)
        && mine
        && soon
        && reason.trim().is_empty()
}

fn solved_again(mut next: Next<'_>) -> Outcome {
    next.set_status(Status::Resolved, "");
    let now = next.now;
    let t = &mut next.out.ticket;
    (t.closed_at, t.close_reason) = (None, None);
    t.silence_at = next_silence(next.case, t.reminders, t.resolved_at.unwrap_or(now), now);
    next.finish()
}

/// What a slip had changed: the status of an untouched ticket, what was written into it as solution, and a first word to
/// the customer that was none.
fn restore(next: &mut Next<'_>, before: &Before, ended_at: Timestamp) {
    if before.status == Status::New {
        next.set_status(Status::New, "");
    }
    let Some(was) = before.solved.clone() else { return };
    let t = &mut next.out.ticket;
    (t.cause, t.resolution, t.remark) = (was.cause, was.resolution, was.remark);
    let Some(since) = was.unanswered_since else { return };
    t.unanswered_since = Some(since);
    t.responded_at = t.responded_at.filter(|at| *at != ended_at);
    let answers = |c: &&mut Clock| matches!(c.milestone, Milestone::Response | Milestone::Reply);
    for clock in next.out.clocks.iter_mut().filter(answers) {
        if clock.stopped == Some((ended_at, StopReason::Done)) {
            clock.run_on();
        }
    }
}

/// What was cancelled goes on, and so does the last resolution clock (M5). The time between does not count, except
/// for a slip: there the work never rested.
fn enter_again(next: &mut Next<'_>, slip: bool) {
    let now = next.now;
    let clocks = &mut next.out.clocks;
    let last = clocks.iter().rposition(|c| c.milestone == Milestone::Resolution);
    for (i, clock) in clocks.iter_mut().enumerate() {
        let Some((at, reason)) = clock.stopped else { continue };
        if reason == StopReason::Cancelled || (reason == StopReason::Done && Some(i) == last) {
            clock.run_on();
            if !slip {
                clock.reopened.push((at, now));
            }
        }
    }
}

/// Does this solution ask whether there is anything else? The first one does, and no other: one question that nobody
/// answers is no reason to ask again (S2-64).
pub fn asks_else(t: &Ticket) -> bool {
    t.reopened == 0 && t.anything_else == Some(Else::Asked)
}

/// May the customer still say whether there is anything else?
pub fn waits_for_else(t: &Ticket) -> bool {
    matches!(t.status, Status::Resolved | Status::Closed) && t.anything_else == Some(Else::Asked)
}

/// The customer says that there is something else, which is a ticket with this number, or that there is nothing.
///
/// # Errors
/// `not_asked`.
pub fn say_else(case: &Case, number: Option<&str>, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    if number.is_none() && case.ticket.anything_else == Some(Else::No) {
        return next.unchanged();
    }
    if !waits_for_else(&case.ticket) {
        return Err(Refusal::NotAsked);
    }
    next.out.ticket.anything_else = Some(if number.is_some() { Else::Yes } else { Else::No });
    let event = next.event(Change::SaidElse { number: number.map(str::to_owned) });
    if number.is_some() {
        next.tell_staff(event);
    }
    next.finish()
}

/// The customer gives marks (S2-78 … S2-81); giving them again replaces them.
///
/// # Errors
/// `not_resolved`, `bad_marks`.
pub fn rate(case: &Case, rating: Rating, actor: &Actor, now: Timestamp) -> Outcome {
    if [rating.speed, rating.effect, rating.attitude].iter().any(|m| !(1..=5).contains(m)) {
        return Err(Refusal::BadMarks);
    }
    if !matches!(case.ticket.status, Status::Resolved | Status::Closed) {
        return Err(Refusal::NotResolved);
    }
    let mut next = Next::new(case, actor, now);
    if case.ticket.rating.as_ref() == Some(&rating) {
        return next.unchanged();
    }
    next.out.ticket.rating = Some(rating.clone());
    let event = next.event(Change::Rated { rating });
    next.tell_staff(event);
    next.finish()
}

/// A supervisor excuses a broken promise (M3): it stays recorded and is counted apart.
///
/// # Errors
/// `needs_reason`, `not_breached`.
pub fn excuse(
    case: &Case,
    milestone: Milestone,
    cycle: u32,
    reason: &str,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    if reason.trim().is_empty() {
        return Err(Refusal::NeedsReason);
    }
    let mut next = Next::new(case, actor, now);
    let clock = next.out.clocks.iter_mut().find(|c| (c.milestone, c.cycle) == (milestone, cycle));
    let Some(clock) = clock.filter(|c| c.breach_noted) else { return Err(Refusal::NotBreached) };
    clock.excused = Some(reason.trim().to_owned());
    next.event(Change::Excused { milestone, cycle, reason: reason.trim().to_owned() });
    next.finish()
}
