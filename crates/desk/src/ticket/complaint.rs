//! A complaint is a ticket of its own, in the hands of somebody who had nothing to do with the case (S2-115).

use std::collections::BTreeSet;

use domain::access::{Action, Actor, Contact, Role, Scope, may};
use domain::id::{StaffId, TicketId};
use domain::routing::{PersonRule, RouteKind, RouteReason, pick_person};
use domain::ticket::decide::{self, Assignment, Body, Refusal};
use domain::ticket::{Change, Channel, Kind, Ticket, handled_by, linked_with};
use store::{staff, ticket};

use crate::case::supervisors;
use crate::intake::{NewTicket, open_in};
use crate::sweep::candidates;
use crate::{Error, Result, Unit, load_case, load_case_by_id, save};

/// The customer complains about the handling of a ticket: a ticket of its own is opened, both know of each other,
/// a supervisor who did not handle it gets it, the others are told. Returns the complaint.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
pub(super) fn complain_in(
    unit: &mut Unit<'_, '_>,
    number: &str,
    title: &str,
    text: &str,
    channel: Channel,
) -> Result<Ticket> {
    let case = load_case(unit, number)?;
    may(unit.actor, Action::Complain, &case.ticket)?;
    let Actor::Contact(Contact { id, .. }) = unit.actor else { return Err(Error::NotFound) };
    let mut new = NewTicket::by_contact(id.clone(), title.to_owned(), Body::from_text(text), channel);
    new.kind = Kind::Complaint;
    new.product.clone_from(&case.ticket.product);
    let complaint = open_in(unit, &new)?;
    let told = decide::complained(&case, &complaint.ticket.number, unit.actor, unit.now)?;
    save(unit, &case, &told)?;
    let opened = load_case_by_id(unit, &complaint.ticket.id)?;
    let linked = decide::link(&opened, number, unit.actor, unit.now)?;
    save(unit, &opened, &linked)?;
    let apart = apart(unit, &linked.ticket)?;
    hand_to_supervisor(unit, &linked.ticket.id, &apart)
}

/// The complaint goes to a supervisor who stands apart, with the least load; where all of them are
/// part of the case, to an administrator. Where there is none it stays with whoever
/// has it, or waits for somebody if that person does not stand apart.
fn hand_to_supervisor(
    unit: &mut Unit<'_, '_>,
    complaint: &TicketId,
    apart: &BTreeSet<StaffId>,
) -> Result<Ticket> {
    let free = |s: &StaffId| !apart.contains(s);
    let mut able: Vec<StaffId> = supervisors(unit)?.into_iter().filter(free).collect();
    if able.is_empty() {
        let all = staff::all(unit.work)?.into_iter().filter(|s| s.active && s.role == Role::Administrator);
        able = all.map(|s| s.id).filter(free).collect();
    }
    let candidates = candidates(unit.work, able.into_iter().map(|s| (s, Vec::new())))?;
    let case = load_case_by_id(unit, complaint)?;
    let person = pick_person(&PersonRule { skill: String::new() }, &candidates).cloned();
    let stays = case.ticket.assignee.as_ref().is_none_or(|a| !apart.contains(a));
    if person.is_none() && stays {
        return Ok(case.ticket);
    }
    let because = RouteReason { kind: RouteKind::Complaint, text: String::new() };
    let to = Assignment { group: None, assignee: person, because };
    let decision = decide::assign(&case, &to, unit.actor, unit.now)?;
    save(unit, &case, &decision)?;
    Ok(decision.ticket)
}

/// A complaint whose case has just become known: if the person who has it handled that case, it changes hands.
pub(super) fn keep_apart(unit: &mut Unit<'_, '_>, t: &Ticket) -> Result<()> {
    let Some(person) = t.assignee.as_ref().filter(|_| t.kind == Kind::Complaint && !t.status.is_ended())
    else {
        return Ok(());
    };
    let apart = apart(unit, t)?;
    if apart.contains(person) && !unit.actor.is_import() {
        hand_to_supervisor(unit, &t.id, &apart)?;
    }
    Ok(())
}

/// Nobody handles a complaint about a case of their own, nor the case while they handle a complaint about it.
pub(crate) fn stands_apart(unit: &mut Unit<'_, '_>, t: &Ticket, person: &StaffId) -> Result<()> {
    if unit.actor.is_import() || !apart(unit, t)?.contains(person) {
        return Ok(());
    }
    let complaint = t.kind == Kind::Complaint;
    Err(if complaint { Refusal::OwnCase } else { Refusal::OwnComplaint }.into())
}

/// Of a complaint: everybody who handled a case that it is about. Of another ticket: whoever handles a complaint about
/// it. None of them may get it.
pub(crate) fn apart(unit: &mut Unit<'_, '_>, t: &Ticket) -> Result<BTreeSet<StaffId>> {
    let mut people = BTreeSet::new();
    for other in related(unit, t)? {
        if t.kind == Kind::Complaint {
            let events = ticket::handling_events(unit.work, &other.id, EVENTS)?;
            people.extend(handled_by(&other, &events));
        } else if other.kind == Kind::Complaint && !other.status.is_ended() {
            people.extend(other.assignee);
        }
    }
    Ok(people)
}

/// Complaints about a ticket that are not ended.
pub(super) fn complaints_about(unit: &mut Unit<'_, '_>, t: &Ticket) -> Result<Vec<Ticket>> {
    let others = related(unit, t)?.into_iter();
    Ok(others.filter(|o| o.kind == Kind::Complaint && !o.status.is_ended()).collect())
}

/// Events that tell who handled a ticket: more than one has.
const EVENTS: i64 = 5_000;
/// A ticket that was merged went on elsewhere, and so did what happened to it; that may have happened again.
const MERGES: usize = 5;

/// The tickets that one is linked with, and those with which a complaint is linked that was merged into it or of which
/// it was a part; and where they went on.
fn related(unit: &mut Unit<'_, '_>, t: &Ticket) -> Result<Vec<Ticket>> {
    let events = ticket::related_events(unit.work, &t.id)?;
    let mut numbers = linked_with(&events);
    for event in events {
        let (Change::Absorbed { number, .. } | Change::SplitFrom { number }) = &event.change else {
            continue;
        };
        let Some(other) = ticket::by_number(unit.work, &Scope::All, number)? else { continue };
        // A merge may have been taken back.
        if matches!(event.change, Change::Absorbed { .. }) && other.merged_into.is_none() {
            continue;
        }
        let its = ticket::related_events(unit.work, &other.id)?;
        numbers.extend(linked_with(&its));
        if other.kind != Kind::Complaint {
            numbers.insert(other.number);
        }
    }
    let mut found = Vec::new();
    for number in numbers {
        let mut next = ticket::by_number(unit.work, &Scope::All, &number)?;
        for _ in 0..MERGES {
            let Some(one) = next else { break };
            next = match &one.merged_into {
                Some(id) => ticket::by_id(unit.work, &Scope::All, id)?,
                None => None,
            };
            found.push(one);
        }
    }
    found.retain(|o| o.id != t.id);
    Ok(found)
}
