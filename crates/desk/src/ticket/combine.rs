//! Tickets in relation to each other.

use domain::access::{Action, Actor, may};
use domain::id::TicketId;
use domain::ticket::decide::{self, Body, Refusal};
use domain::ticket::{Change, Channel, Event, Ticket, linked_with};
use store::{Read, ticket};

use super::allowed;
use super::complaint::{complaints_about, keep_apart};
use crate::at::{About, at};
use crate::intake::{NewTicket, open_in};
use crate::{Desk, Error, Result, Unit, load_case, load_case_by_id, save};

const SELF: &[About] = &[(Refusal::SameTicket, "number")];

/// Continues a ticket in another one. Returns the ticket that goes on.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
pub async fn merge(
    desk: &Desk,
    who: &Actor,
    number: &str,
    into: &str,
    keep_earliest: bool,
) -> Result<Ticket> {
    let (number, into) = (number.to_owned(), into.to_owned());
    desk.write(who, move |unit| {
        let from = load_case(unit, &number)?;
        let target = load_case(unit, &into)?;
        allowed(unit, Action::Combine, &from.ticket)?;
        allowed(unit, Action::Combine, &target.ticket)?;
        let gone = decide::merge(&from, (&target.ticket.id, &target.ticket.number), unit.actor, unit.now)?;
        if gone.is_nothing() {
            return Ok(target.ticket);
        }
        save(unit, &from, &gone)?;
        let stays = decide::absorb(&target, &from, keep_earliest, unit.actor, unit.now)?;
        save(unit, &target, &stays)?;
        carry_drafts(unit, &from.ticket.id, &target.ticket.id)?;
        for who in store::copied::of_ticket(unit.work, &from.ticket.id)? {
            store::copied::add(unit.work, &target.ticket.id, &who)?;
        }
        // Complaints now concern whoever handled either of them.
        keep_apart(unit, &stays.ticket)?;
        for complaint in complaints_about(unit, &gone.ticket)? {
            keep_apart(unit, &complaint)?;
        }
        Ok(load_case_by_id(unit, &target.ticket.id)?.ticket)
    })
    .await
    .map_err(at(SELF))
}

/// Events of a ticket of which the last say what it was merged with.
const LAST: i64 = 50;

/// Takes a merge back that was a slip: at once, by who merged, while nothing has happened to either ticket since. What
/// people had typed without sending stays where it went, and a page that the merge ended stays ended. Returns the
/// ticket that goes on by itself again; one that does so already is left as it is.
///
/// # Errors
/// As [`merge`]; `too_late`, `not_merged`.
pub async fn unmerge(desk: &Desk, who: &Actor, number: &str) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let gone = load_case(unit, &number)?;
        allowed(unit, Action::Combine, &gone.ticket)?;
        let its = last(unit.work, &gone.ticket.id)?;
        let Some(into) = gone.ticket.merged_into.clone() else {
            let was = its.iter().any(|e| matches!(e.change, Change::MergedInto { .. }));
            return if was { Ok(gone.ticket) } else { Err(Refusal::NotMerged.into()) };
        };
        let stays = load_case_by_id(unit, &into)?;
        allowed(unit, Action::Combine, &stays.ticket)?;
        let slip = decide::Slip::of(&its, &last(unit.work, &into)?, unit.actor, unit.now)?;
        let parted = decide::part(&gone, &slip, unit.actor, unit.now)?;
        save(unit, &gone, &parted)?;
        let released = decide::release(&stays, &gone.ticket.number, &slip, unit.actor, unit.now)?;
        save(unit, &stays, &released)?;
        Ok(load_case_by_id(unit, &gone.ticket.id)?.ticket)
    })
    .await
}

fn last(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<Event>> {
    let mut events = ticket::recent_events(r, id, i64::MAX, LAST)?;
    events.sort_by_key(|e| e.no);
    Ok(events)
}

/// Would the merge of a ticket be taken back, if the actor asked for it now?
///
/// # Errors
/// The store's.
pub fn can_unmerge(r: &mut Read<'_>, who: &Actor, t: &Ticket) -> Result<bool> {
    let Some(into) = t.merged_into.as_ref().filter(|_| may(who, Action::Combine, t).is_ok()) else {
        return Ok(false);
    };
    let (its, theirs) = (last(r, &t.id)?, last(r, into)?);
    Ok(decide::Slip::of(&its, &theirs, who, r.now()).is_ok())
}

/// What people have typed but not sent goes where the ticket goes; behind what they typed there.
fn carry_drafts(unit: &mut Unit<'_, '_>, from: &TicketId, to: &TicketId) -> Result<()> {
    for (staff, carried) in ticket::drafts(unit.work, from)? {
        let mut draft = ticket::draft(unit.work, to, &staff)?.unwrap_or_default();
        // What was meant for staff alone must not become a letter.
        draft.internal |= carried.internal;
        draft.html.push_str(&carried.html);
        draft.files.extend(carried.files);
        ticket::save_draft(unit.work, to, &staff, &draft)?;
        ticket::delete_draft(unit.work, from, &staff)?;
    }
    Ok(())
}

/// Makes a part of a ticket a ticket of its own, for the same requester. Returns the new one.
///
/// # Errors
/// As [`merge`].
pub async fn split(
    desk: &Desk,
    who: &Actor,
    number: &str,
    title: String,
    text: String,
    same_incident: bool,
) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let parent = load_case(unit, &number)?;
        allowed(unit, Action::Combine, &parent.ticket)?;
        let t = &parent.ticket;
        let mut new = NewTicket::by_contact(
            t.requester.clone(),
            title.clone(),
            Body::from_text(&text),
            Channel::Portal,
        );
        new.own_words = true;
        let level = t.level.filter(|_| t.kind.is_fault());
        (new.channel, new.kind, new.severity, new.level) = (t.channel, t.kind, Some(t.severity), level);
        (new.product, new.module, new.class) = (t.product.clone(), t.module.clone(), t.class);
        let child = open_in(unit, &new)?;
        let child = load_case_by_id(unit, &child.ticket.id)?;
        let born = decide::split_from(&child, &parent, same_incident, unit.actor, unit.now)?;
        save(unit, &child, &born)?;
        let told = decide::split_off(&parent, &born.ticket.number, unit.actor, unit.now)?;
        save(unit, &parent, &told)?;
        keep_apart(unit, &born.ticket)?;
        Ok(load_case_by_id(unit, &born.ticket.id)?.ticket)
    })
    .await
}

/// Links two tickets; both get the event. A complaint in the hands of somebody who handled the other one changes hands.
///
/// # Errors
/// As [`merge`].
pub async fn link(desk: &Desk, who: &Actor, number: &str, other: &str) -> Result<Ticket> {
    let (number, other) = (number.to_owned(), other.to_owned());
    desk.write(who, move |unit| {
        let (a, b) = (load_case(unit, &number)?, load_case(unit, &other)?);
        allowed(unit, Action::Combine, &a.ticket)?;
        if linked_with(&ticket::related_events(unit.work, &a.ticket.id)?).contains(&b.ticket.number) {
            return Ok(a.ticket);
        }
        let linked = decide::link(&a, &b.ticket.number, unit.actor, unit.now)?;
        save(unit, &a, &linked)?;
        let back = decide::link(&b, &a.ticket.number, unit.actor, unit.now)?;
        save(unit, &b, &back)?;
        // Whoever has a complaint must not have handled the case that it turns out to be about.
        keep_apart(unit, &linked.ticket)?;
        keep_apart(unit, &back.ticket)?;
        Ok(load_case_by_id(unit, &a.ticket.id)?.ticket)
    })
    .await
    .map_err(at(SELF))
}

/// Takes the link of two tickets away; both get the event.
///
/// # Errors
/// As [`merge`]; `Invalid` when they are not linked.
pub async fn unlink(desk: &Desk, who: &Actor, number: &str, other: &str) -> Result<Ticket> {
    let (number, other) = (number.to_owned(), other.to_owned());
    desk.write(who, move |unit| {
        let (a, b) = (load_case(unit, &number)?, load_case(unit, &other)?);
        allowed(unit, Action::Combine, &a.ticket)?;
        if !linked_with(&ticket::related_events(unit.work, &a.ticket.id)?).contains(&b.ticket.number) {
            return Err(Error::field("number", "unknown"));
        }
        let gone = decide::unlink(&a, &b.ticket, unit.actor, unit.now)?;
        save(unit, &a, &gone)?;
        let back = decide::unlink(&b, &a.ticket, unit.actor, unit.now)?;
        save(unit, &b, &back)?;
        Ok(gone.ticket)
    })
    .await
}

/// The customer comes back to a case that ended too long ago to be opened again: a new one that is linked with it (M5).
///
/// # Errors
/// As [`merge`], and those of a new ticket.
pub async fn follow_up(desk: &Desk, who: &Actor, number: &str, new: NewTicket) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let old = load_case(unit, &number)?;
        let opened = open_in(unit, &new)?.ticket;
        let case = load_case_by_id(unit, &opened.id)?;
        let linked = decide::link(&case, &old.ticket.number, unit.actor, unit.now)?;
        save(unit, &case, &linked)?;
        let back = decide::link(&old, &opened.number, unit.actor, unit.now)?;
        save(unit, &old, &back)?;
        Ok(linked.ticket)
    })
    .await
}
