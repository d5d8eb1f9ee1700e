//! What the customer of a solved case has besides: a ticket of its own, linked with it (S2-64).

use domain::access::{Action, Actor, may};
use domain::ticket::decide::{self, Body};
use domain::ticket::{Channel, Ticket};

use crate::intake::{NewTicket, open_in};
use crate::{Error, Result, Unit, load_case, load_case_by_id, save};

/// A longer first line is cut for the title.
const TITLE: usize = 60;

/// Opens the ticket of something else. Returns it.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
pub(super) fn something_else_in(
    unit: &mut Unit<'_, '_>,
    number: &str,
    text: &str,
    channel: Channel,
) -> Result<Ticket> {
    let solved = load_case(unit, number)?;
    may(unit.actor, Action::AnythingElse, &solved.ticket)?;
    let Actor::Contact(asks) = unit.actor else { return Err(Error::Forbidden(Action::AnythingElse)) };
    let line = text.trim().lines().next().unwrap_or_default();
    let title: String = line.chars().take(TITLE).collect();
    let mut new = NewTicket::by_contact(asks.id.clone(), title, Body::from_text(text), channel);
    new.product.clone_from(&solved.ticket.product);
    let opened = open_in(unit, &new)?.ticket;
    let said = decide::say_else(&solved, Some(&opened.number), unit.actor, unit.now)?;
    save(unit, &solved, &said)?;
    let (solved, opened) = (load_case_by_id(unit, &solved.ticket.id)?, load_case_by_id(unit, &opened.id)?);
    let linked = decide::link(&opened, &solved.ticket.number, unit.actor, unit.now)?;
    save(unit, &opened, &linked)?;
    let back = decide::link(&solved, &opened.ticket.number, unit.actor, unit.now)?;
    save(unit, &solved, &back)?;
    Ok(linked.ticket)
}
