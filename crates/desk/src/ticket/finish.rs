//! Solved, confirmed, closed, cancelled, opened again, rated, excused.

use domain::access::{Action, Actor};
use domain::sla::Milestone;
use domain::ticket::decide::{self, Refusal, Solution};
use domain::ticket::{Before, CloseReason, Ticket};
use store::ticket;

use super::allowed;
use crate::at::{REASON, at};
use crate::{Desk, Result, load_case, save};

/// Solves a ticket.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
pub async fn resolve(desk: &Desk, who: &Actor, number: &str, solution: Solution) -> Result<Ticket> {
    solution.draft.as_ref().map_or(Ok(()), super::talk::fits)?;
    let decide = move |case: &_, who: &_, now| decide::resolve(case, solution.clone(), who, now);
    desk.verb(who, number, Action::Resolve, decide).await.map_err(at(&[(Refusal::EmptyText, "resolution")]))
}

/// Staff close a solved ticket without the customer's word.
///
/// # Errors
/// As [`resolve`].
pub async fn close(desk: &Desk, who: &Actor, number: &str, reason: CloseReason) -> Result<Ticket> {
    desk.verb(who, number, Action::Close, move |case, who, now| decide::close(case, reason, who, now)).await
}

/// Staff end a ticket without work: duplicate, spam, withdrawn by telephone.
///
/// # Errors
/// As [`resolve`].
pub async fn cancel(desk: &Desk, who: &Actor, number: &str, reason: CloseReason) -> Result<Ticket> {
    desk.verb(who, number, Action::Close, move |case, who, now| decide::cancel(case, reason, who, now)).await
}

/// Events in which a slip of the last minutes is looked for.
const LAST: i64 = 50;

/// Opens a ticket again.
///
/// # Errors
/// As [`resolve`].
pub async fn reopen(desk: &Desk, who: &Actor, number: &str, reason: String) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Reopen, &case.ticket)?;
        let mut last = ticket::recent_events(unit.work, &case.ticket.id, i64::MAX, LAST)?;
        last.sort_by_key(|e| e.no);
        let decision = decide::reopen(&case, Before::of(&last).as_ref(), &reason, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

/// A supervisor excuses a broken promise.
///
/// # Errors
/// As [`resolve`].
pub async fn excuse(
    desk: &Desk,
    who: &Actor,
    number: &str,
    milestone: Milestone,
    cycle: u32,
    reason: String,
) -> Result<Ticket> {
    let decide = move |case: &_, who: &_, now| decide::excuse(case, milestone, cycle, &reason, who, now);
    desk.verb(who, number, Action::Excuse, decide).await.map_err(at(REASON))
}
