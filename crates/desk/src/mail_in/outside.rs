//! A letter from somebody outside to whom something of a case was passed on: for staff, beside the correspondence with
//! the customer.

use domain::mail_in::{Incoming, Reason};
use domain::ticket::decide::{self, Body, Draft};

use super::ReplyKey;
use super::find::by_outside_token;
use super::read::{Fate, Letter, attach, body, change};
use crate::case::load_current;
use crate::{Result, Unit};

/// Takes it in, if it was sent to an address that only such a person has.
pub(super) fn take_in(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    key: Option<&ReplyKey>,
) -> Result<Option<Fate>> {
    let Some(found) = by_outside_token(unit, l, key)? else { return Ok(None) };
    let mut case = load_current(unit, &found.id)?;
    while let Some(into) = case.ticket.merged_into.clone() {
        case = load_current(unit, &into)?;
    }
    let id = case.ticket.id;
    let body: Body = body(l);
    if body.is_empty() && l.files.is_empty() {
        return Ok(Some(Fate::about(Reason::Empty, Some(id))));
    }
    let Incoming { from: Some(from), .. } = l.mail else {
        return Ok(Some(Fate::before_a_person(Reason::NoSender, id)));
    };
    let system = unit.actor.clone();
    let draft = Draft { body, files: attach(unit, l, &system)?, ..Draft::default() };
    let after = change(unit, &id, &system, |case, who, now| {
        decide::outside_wrote(case, from, draft.clone(), who, now)
    })?;
    Ok(Some(Fate::beside(Reason::Outside, &after)))
}
