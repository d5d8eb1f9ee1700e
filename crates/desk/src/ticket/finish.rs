//! Solved, confirmed, closed, cancelled, opened again, rated, excused, complained about.

use domain::access::{Action, Actor, Contact, may};
use domain::sla::Milestone;
use domain::ticket::decide::{self, Body, Solution};
use domain::ticket::{Channel, CloseReason, Kind, Rating, Ticket};

use crate::intake::{NewTicket, open_in};
use crate::{Desk, Error, Result, load_case, save};

/// Solves a ticket.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
pub async fn resolve(desk: &Desk, who: &Actor, number: &str, solution: Solution) -> Result<Ticket> {
    let decide = move |case: &_, who: &_, now| decide::resolve(case, solution.clone(), who, now);
    desk.verb(who, number, Action::Resolve, decide).await
}

/// The customer confirms the solution.
///
/// # Errors
/// As [`resolve`].
pub async fn confirm(desk: &Desk, who: &Actor, number: &str) -> Result<Ticket> {
    desk.verb(who, number, Action::Confirm, decide::confirm).await
}

/// Staff close a solved ticket without the customer's word.
///
/// # Errors
/// As [`resolve`].
pub async fn close(desk: &Desk, who: &Actor, number: &str, reason: CloseReason) -> Result<Ticket> {
    desk.verb(who, number, Action::Close, move |case, who, now| decide::close(case, reason, who, now)).await
}

/// Ends a ticket without work. A customer withdraws; staff say duplicate or spam.
///
/// # Errors
/// As [`resolve`].
pub async fn cancel(desk: &Desk, who: &Actor, number: &str, reason: CloseReason) -> Result<Ticket> {
    let by_customer = matches!(who, Actor::Contact(_));
    let (action, reason) =
        if by_customer { (Action::Withdraw, CloseReason::Withdrawn) } else { (Action::Close, reason) };
    desk.verb(who, number, action, move |case, who, now| decide::cancel(case, reason, who, now)).await
}

/// Opens a ticket again.
///
/// # Errors
/// As [`resolve`].
pub async fn reopen(desk: &Desk, who: &Actor, number: &str, reason: String) -> Result<Ticket> {
    desk.verb(who, number, Action::Reopen, move |case, who, now| decide::reopen(case, &reason, who, now))
        .await
}

/// The customer gives marks.
///
/// # Errors
/// As [`resolve`].
pub async fn rate(desk: &Desk, who: &Actor, number: &str, rating: Rating) -> Result<Ticket> {
    desk.verb(who, number, Action::Rate, move |case, who, now| decide::rate(case, rating.clone(), who, now))
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
    desk.verb(who, number, Action::Excuse, decide).await
}

/// The customer complains about the handling of a ticket: a ticket of its own is opened, both know of each
/// other, the supervisors are told (S2-115). Returns the complaint.
///
/// # Errors
/// As [`resolve`].
pub async fn complain(desk: &Desk, who: &Actor, number: &str, title: String, text: String) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Complain, &case.ticket)?;
        let Actor::Contact(Contact { id, .. }) = unit.actor else { return Err(Error::NotFound) };
        let mut new =
            NewTicket::by_contact(id.clone(), title.clone(), Body::from_text(&text), Channel::Portal);
        new.kind = Kind::Complaint;
        new.product.clone_from(&case.ticket.product);
        let complaint = open_in(unit, &new)?;
        let told = decide::complained(&case, &complaint.ticket.number, unit.actor, unit.now)?;
        save(unit, &case, &told)?;
        let back = crate::load_case_by_id(unit, &complaint.ticket.id)?;
        let linked = decide::link(&back, &number, unit.actor, unit.now)?;
        save(unit, &back, &linked)?;
        Ok(linked.ticket)
    })
    .await
}
