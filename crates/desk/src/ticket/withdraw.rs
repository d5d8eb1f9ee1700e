//! An answer that has not left is taken back: what was written is the writer's draft again.

use domain::access::{Action, Actor};
use domain::ticket::Ticket;
use domain::ticket::decide::{self, Refusal};
use store::file;
use store::ticket::{self, DraftRow};

use super::allowed;
use crate::{Desk, Error, Result, Unit, load_case, save};

/// Events of a ticket among which the answer is looked for.
const LAST: i64 = 50;

/// Takes an answer back before it has left. What its writer has begun since stands behind it in the draft.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused` with `already_sent`.
pub async fn withdraw(desk: &Desk, who: &Actor, number: &str, message: i64) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| withdraw_in(unit, &number, message)).await
}

fn withdraw_in(unit: &mut Unit<'_, '_>, number: &str, no: i64) -> Result<Ticket> {
    let case = load_case(unit, number)?;
    allowed(unit, Action::Reply, &case.ticket)?;
    let id = case.ticket.id.clone();
    let row = ticket::messages(unit.work, &id, no - 1, true, 1)?.pop().filter(|m| m.no == no);
    let row = row.ok_or(Error::NotFound)?;
    let held = ticket::held(unit.work, &id)?.into_iter().find(|h| h.message == no);
    let mut events = ticket::recent_events(unit.work, &id, i64::MAX, LAST)?;
    events.sort_by_key(|e| e.no);
    let decision = decide::withdraw(&case, held.ok_or(Refusal::AlreadySent)?, &events, unit.actor, unit.now)?;
    save(unit, &case, &decision)?;
    let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
    let begun = ticket::draft(unit.work, &id, &me)?.unwrap_or_default();
    let mut files = file::take_back(unit.work, &id, no)?;
    files.extend(begun.files);
    let draft = DraftRow { html: row.html + &begun.html, internal: false, files };
    ticket::save_draft(unit.work, &id, &me, &draft)?;
    ticket::delete_message(unit.work, &id, no)?;
    Ok(decision.ticket)
}
