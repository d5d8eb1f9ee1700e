//! A complaint is a ticket of its own, in the hands of somebody who had nothing to do with the case (S2-115).

use std::collections::BTreeSet;

use domain::access::{Action, Actor, Contact, Scope, may};
use domain::id::StaffId;
use domain::routing::{PersonRule, RouteKind, RouteReason, pick_person};
use domain::ticket::decide::{self, Assignment, Body, Refusal};
use domain::ticket::{Change, Channel, Kind, Ticket};
use store::ticket;

use crate::case::supervisors;
use crate::intake::{NewTicket, open_in};
use crate::sweep::candidates;
use crate::{Desk, Error, Result, Unit, load_case, load_case_by_id, save};

/// Events of a complaint among which the case that it is about is found: it is linked at the beginning.
const FIRST_EVENTS: i64 = 50;

/// The customer complains about the handling of a ticket: a ticket of its own is opened, both know of each other,
/// a supervisor who did not handle it gets it, the others are told. Returns the complaint.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
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
        let opened = load_case_by_id(unit, &complaint.ticket.id)?;
        let linked = decide::link(&opened, &number, unit.actor, unit.now)?;
        save(unit, &opened, &linked)?;
        hand_to_supervisor(unit, &linked.ticket, &handlers(&case.ticket))
    })
    .await
}

fn hand_to_supervisor(
    unit: &mut Unit<'_, '_>,
    complaint: &Ticket,
    handlers: &BTreeSet<StaffId>,
) -> Result<Ticket> {
    let free = supervisors(unit)?.into_iter().filter(|s| !handlers.contains(s)).map(|s| (s, Vec::new()));
    let candidates = candidates(unit.work, free)?;
    let case = load_case_by_id(unit, &complaint.id)?;
    let Some(person) = pick_person(&PersonRule { skill: String::new() }, &candidates) else {
        return Ok(case.ticket);
    };
    let because = RouteReason { kind: RouteKind::Complaint, text: String::new() };
    let to = Assignment { group: None, assignee: Some(person.clone()), because };
    let decision = decide::assign(&case, &to, unit.actor, unit.now)?;
    save(unit, &case, &decision)?;
    Ok(decision.ticket)
}

/// Who has, or had, the case in hand.
fn handlers(t: &Ticket) -> BTreeSet<StaffId> {
    t.assignee.iter().chain(&t.resolved_by).cloned().collect()
}

/// Nobody handles a complaint about a case of their own.
pub(super) fn stands_apart(unit: &mut Unit<'_, '_>, complaint: &Ticket, person: &StaffId) -> Result<()> {
    if involved(unit, complaint)?.contains(person) { Err(Refusal::OwnCase.into()) } else { Ok(()) }
}

/// Who may not handle a ticket, because it is a complaint about a case of theirs.
pub(crate) fn involved(unit: &mut Unit<'_, '_>, complaint: &Ticket) -> Result<BTreeSet<StaffId>> {
    let mut people = BTreeSet::new();
    if complaint.kind != Kind::Complaint {
        return Ok(people);
    }
    for event in ticket::events(unit.work, &complaint.id, 0, FIRST_EVENTS)? {
        let Change::Linked { number } = event.change else { continue };
        people.extend(ticket::by_number(unit.work, &Scope::All, &number)?.iter().flat_map(handlers));
    }
    Ok(people)
}
