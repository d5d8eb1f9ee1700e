//! Messages, notes, drafts, and waiting, which is also something that one says.

use std::collections::BTreeSet;

use domain::access::{Action, Actor, may};
use domain::id::StaffId;
use domain::ticket::decide::{self, Draft, Refusal};
use domain::ticket::{Channel, Status, Ticket, mentioned};

use store::ticket::DraftRow;

use super::verb_in;
use crate::at::{About, BODY, at};
use crate::intake::NewTicket;
use crate::{Desk, Error, Result, Unit, load_case, save};

/// A message that a person has written is not endless.
pub(crate) fn fits(draft: &Draft) -> Result<()> {
    if draft.body.is_too_long() { Err(Error::field("body", "too_long_message")) } else { Ok(()) }
}

/// Nor are the first words of a ticket. What a letter or another system brings has its length already.
pub(crate) fn first_fits(unit: &Unit<'_, '_>, new: &NewTicket) -> Result<()> {
    let is_letter = new.channel == Channel::Mail && matches!(unit.actor, Actor::Contact(_));
    let brought = is_letter || unit.actor.is_import();
    if brought || !new.body.is_too_long() { Ok(()) } else { Err(Error::field("body", "too_long_message")) }
}

/// An agent answers the customer. Stops first response and reply; the progress duty wants a report.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`, `Invalid` if it is too long.
pub async fn reply(desk: &Desk, who: &Actor, number: &str, draft: Draft) -> Result<Ticket> {
    fits(&draft)?;
    desk.verb(who, number, Action::Reply, move |case, who, now| decide::reply(case, draft.clone(), who, now))
        .await
        .map_err(at(BODY))
}

/// Takes somebody out of copy; harmless if they are not in it.
///
/// # Errors
/// As [`reply`].
pub async fn take_out_of_copy(desk: &Desk, who: &Actor, number: &str, address: String) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Reply, &case.ticket)?;
        if !store::copied::remove(unit.work, &case.ticket.id, &address)? {
            return Ok(case.ticket);
        }
        let decision = decide::take_out_of_copy(&case, &address, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

/// The customer writes, or staff answer: whoever says it decides which.
///
/// # Errors
/// As [`reply`].
pub async fn add_message(desk: &Desk, who: &Actor, number: &str, draft: Draft) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| add_message_in(unit, &number, &draft)).await
}

/// The same within a unit of work.
///
/// # Errors
/// As [`reply`].
pub fn add_message_in(unit: &mut Unit<'_, '_>, number: &str, draft: &Draft) -> Result<Ticket> {
    fits(draft)?;
    verb_in(unit, number, Action::Reply, |case, who, now| match who {
        Actor::Contact(_) => decide::customer_message(case, draft.clone(), who, now),
        _ => decide::reply(case, draft.clone(), who, now),
    })
    .map_err(at(BODY))
}

/// Staff write for staff. Colleagues named with `@` in the text are mentioned like those that are given.
///
/// # Errors
/// As [`reply`].
pub async fn note(
    desk: &Desk,
    who: &Actor,
    number: &str,
    draft: Draft,
    mentions: BTreeSet<StaffId>,
) -> Result<Ticket> {
    fits(&draft)?;
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Note, &case.ticket)?;
        let people: Vec<_> =
            store::staff::all(unit.work)?.into_iter().filter(|s| s.active).map(|s| (s.id, s.name)).collect();
        let named = mentioned(draft.body.text(), &people);
        if !mentions.iter().all(|m| people.iter().any(|(id, _)| id == m)) {
            return Err(Error::field("mentions", "unknown"));
        }
        let decision = decide::note(
            &case,
            draft.clone(),
            &mentions.union(&named).cloned().collect(),
            unit.actor,
            unit.now,
        )?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
    .map_err(at(BODY))
}

const HOLD: &[About] = &[
    (Refusal::NotAWaitingStatus, "status"),
    (Refusal::NeedsReason, "note"),
    (Refusal::NeedsMessage, "body"),
    (Refusal::EmptyText, "body"),
];

/// Puts a ticket to wait, with a message to the customer where the customer has to act.
///
/// # Errors
/// As [`reply`].
pub async fn hold(
    desk: &Desk,
    who: &Actor,
    number: &str,
    status: Status,
    note: String,
    draft: Option<Draft>,
) -> Result<Ticket> {
    draft.as_ref().map_or(Ok(()), fits)?;
    let decide = move |case: &_, who: &_, now| decide::hold(case, status, &note, draft.clone(), who, now);
    desk.verb(who, number, Action::Hold, decide).await.map_err(at(HOLD))
}

/// Takes a waiting ticket up again.
///
/// # Errors
/// As [`reply`].
pub async fn resume(desk: &Desk, who: &Actor, number: &str) -> Result<Ticket> {
    desk.verb(who, number, Action::Hold, decide::resume).await
}

/// Keeps what an agent has typed and attached so far; an empty draft is forgotten. No event: nothing has happened yet.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn save_draft(desk: &Desk, who: &Actor, number: &str, draft: DraftRow) -> Result<()> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Note, &case.ticket)?;
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        if draft.is_empty() {
            store::ticket::delete_draft(unit.work, &case.ticket.id, &me)?;
        } else {
            store::ticket::save_draft(unit.work, &case.ticket.id, &me, &draft)?;
        }
        Ok(unit.work.publish("presence", &number)?)
    })
    .await
}
