//! Loading a case and saving what was decided about it: the only two ways between rows and rules.

use std::collections::BTreeMap;

use domain::access::{Actor, Role, Scope, System};
use domain::id::{StaffId, TicketId};
use domain::queue;
use domain::sla::{Clock, Milestone};
use domain::ticket::decide::{self, Case, Decision, Earlier, Letter, Message, Notice, Visibility};
use domain::ticket::{Change, Status, Ticket};
use store::{admin, copied, digest, file, job, staff, ticket};

use crate::jobs::LetterJob;
use crate::sweep::helpers_for;
use crate::{Error, Result, Unit};

/// The case with this number, if the actor may see it. What was due before now has happened by then: a verb never
/// overtakes a step or a breach, however late the sweeper is.
///
/// # Errors
/// [`Error::NotFound`], also outside the actor's scope.
pub fn load_case(unit: &mut Unit<'_, '_>, number: &str) -> Result<Case> {
    let found = ticket::by_number(unit.work, &unit.actor.scope(), number)?;
    let case = with_parts(unit, found.ok_or(Error::NotFound)?)?;
    caught_up(unit, case)
}

/// The case with this key, when what was due before now has happened.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) fn load_current(unit: &mut Unit<'_, '_>, id: &TicketId) -> Result<Case> {
    let case = load_case_by_id(unit, id)?;
    caught_up(unit, case)
}

fn caught_up(unit: &mut Unit<'_, '_>, case: Case) -> Result<Case> {
    let due = case.clocks.iter().any(|c| c.next_at.is_some_and(|at| at <= unit.now));
    if !due || unit.actor.is_import() {
        return Ok(case);
    }
    let helpers = helpers_for(unit, &case)?;
    let caught_up = decide::tick(&case, &helpers, &Actor::System(System::Clock), unit.now)?;
    save(unit, &case, &caught_up)?;
    let Decision { ticket, clocks, holds, .. } = caught_up;
    Ok(Case { ticket, clocks, holds, ..case })
}

/// The case with this key, for workers and for the other side of a merge.
///
/// # Errors
/// [`Error::NotFound`].
pub fn load_case_by_id(unit: &mut Unit<'_, '_>, id: &TicketId) -> Result<Case> {
    let found = ticket::by_id(unit.work, &Scope::All, id)?;
    with_parts(unit, found.ok_or(Error::NotFound)?)
}

fn with_parts(unit: &mut Unit<'_, '_>, t: Ticket) -> Result<Case> {
    let clocks = ticket::clocks(unit.work, &t.id)?;
    let holds = ticket::holds(unit.work, &t.id)?;
    Ok(Case { ticket: t, clocks, earlier: Earlier::default(), holds, rules: unit.rules.clone() })
}

/// The case with this key, for rules that ask only what is due by itself: the clocks that are over are left out, however
/// many there are. What such a decision changes can be saved as ever.
///
/// # Errors
/// [`Error::NotFound`].
pub fn load_acting(unit: &mut Unit<'_, '_>, id: &TicketId) -> Result<Case> {
    let ticket = ticket::by_id(unit.work, &Scope::All, id)?.ok_or(Error::NotFound)?;
    let clocks = ticket::acting_clocks(unit.work, id)?;
    let holds = ticket::holds(unit.work, id)?;
    let passes = |c: &&Clock| {
        c.milestone == Milestone::Update && c.is_running() && c.next_at.is_some_and(|at| at <= unit.now)
    };
    let earlier = match clocks.iter().find(passes) {
        Some(slot) => ticket::earlier_slots(unit.work, id, slot)?,
        None => Earlier::default(),
    };
    Ok(Case { ticket, clocks, earlier, holds, rules: unit.rules.clone() })
}

/// Saves a new ticket.
///
/// # Errors
/// The store's.
pub fn save_new(unit: &mut Unit<'_, '_>, decision: &Decision) -> Result<()> {
    ticket::insert(unit.work, &decision.ticket, &decision.clocks, &decision.holds)?;
    save_rest(unit, None, decision)
}

/// Saves what a decision changed, and only that. A decision without events changes cached readings at most.
///
/// # Errors
/// [`Error::Stale`] if the ticket changed since the case was loaded, or somebody else fired one of its steps.
pub fn save(unit: &mut Unit<'_, '_>, case: &Case, decision: &Decision) -> Result<()> {
    if decision.is_nothing() && decision.clocks == case.clocks {
        return Ok(());
    }
    let before = (&case.ticket, case.clocks.as_slice(), case.holds.as_slice());
    let after = (&decision.ticket, decision.clocks.as_slice(), decision.holds.as_slice());
    ticket::update(unit.work, before, after)?;
    save_rest(unit, Some(&case.ticket), decision)?;
    let withdrawn = |t: &Ticket| t.status == Status::Cancelled;
    if withdrawn(&decision.ticket) && !withdrawn(&case.ticket) {
        crate::ticket::call_off_all(unit, &decision.ticket.id)?;
    }
    let reopened = !case.ticket.status.is_open() && decision.ticket.status.is_open();
    if reopened { free_of_who_left(unit, case, decision) } else { Ok(()) }
}

/// A case that comes back to somebody who has left meanwhile is its group's.
fn free_of_who_left(unit: &mut Unit<'_, '_>, case: &Case, decision: &Decision) -> Result<()> {
    let Some(person) = decision.ticket.assignee.clone() else { return Ok(()) };
    if unit.actor.is_import() || staff::one(unit.work, &person)?.is_none_or(|s| s.active) {
        return Ok(());
    }
    let Decision { ticket, clocks, holds, .. } = decision.clone();
    let case = Case { ticket, clocks, holds, ..case.clone() };
    let freed = decide::hand_over(&case, &person, &Actor::System(System::Clock), unit.now)?;
    save(unit, &case, &freed)
}

fn save_rest(unit: &mut Unit<'_, '_>, before: Option<&Ticket>, decision: &Decision) -> Result<()> {
    let t = &decision.ticket;
    ticket::insert_events(unit.work, &t.id, &decision.events)?;
    ticket::insert_firings(unit.work, &t.id, &decision.firings)?;
    // What is imported was said when its log says.
    let said_at = if unit.actor.is_import() { t.updated_at } else { unit.now };
    for m in &decision.messages {
        ticket::insert_message(unit.work, &t.id, m, said_at)?;
        for f in &m.files {
            file::attach(unit.work, f, &t.id, m.no, m.visibility, &unit.actor.reference())
                .map_err(|_| Error::field("files", "unknown"))?;
        }
    }
    ticket::add_counts(unit.work, &queue::difference(before, t))?;
    // What the house says by itself is not what somebody was writing, and a report has its own form.
    let by = unit.actor.reference();
    let passed_on = |no: i64| {
        let is_it = |c: &Change| matches!(c, Change::Forwarded { message, .. } if *message == no);
        decision.events.iter().any(|e| is_it(&e.change))
    };
    let is_mine = |m: &&Message| m.by == by && m.card.is_none() && !passed_on(m.no);
    let mut mine = decision.messages.iter().filter(is_mine);
    let wrote = mine.any(|m| m.visibility == Visibility::Public || !m.body.is_empty());
    if let (true, Some(me)) = (wrote, unit.actor.staff()) {
        ticket::delete_draft(unit.work, &t.id, &me.id)?;
    }
    for notice in &decision.notices {
        tell(unit, decision, notice)?;
    }
    tell_digest(unit, t, &decision.digest)?;
    crate::oncall::paging::keep(unit, decision)?;
    Ok(unit.work.publish("ticket", &t.number)?)
}

fn tell(unit: &mut Unit<'_, '_>, decision: &Decision, notice: &Notice) -> Result<()> {
    let t = &decision.ticket;
    let held = |no: i64| decision.messages.iter().find(|m| m.no == no).and_then(|m| m.held_until);
    match notice {
        Notice::Letter { letter, to, message } => {
            let (letter, message) = (*letter, *message);
            let leaves_at = message.and_then(held).unwrap_or_else(|| letter.leaves_at(unit.now));
            let speaks = |c: &Change| matches!(c, Change::Emergency(said) if said.speaks());
            let said = decision.events.iter().find(|e| speaks(&e.change)).map(|e| e.no);
            let event = said.filter(|_| letter == Letter::Emergency);
            let (ticket, to) = (t.id.clone(), to.clone());
            let payload = LetterJob { letter, ticket, to, message, copy: None, event };
            job::insert(unit.work, LetterJob::KIND, &payload, leaves_at)?;
        }
        Notice::Copies { letter, message } => {
            let leaves_at = held(*message).unwrap_or_else(|| letter.leaves_at(unit.now));
            for who in copied::of_ticket(unit.work, &t.id)? {
                let payload = LetterJob {
                    letter: *letter,
                    ticket: t.id.clone(),
                    to: t.requester.clone(),
                    message: Some(*message),
                    copy: Some((who.address, who.name)),
                    event: None,
                };
                job::insert(unit.work, LetterJob::KIND, &payload, leaves_at)?;
            }
        }
        Notice::Outside { to, message } => {
            let payload = LetterJob {
                letter: Letter::Forwarded,
                ticket: t.id.clone(),
                to: t.requester.clone(),
                message: Some(*message),
                copy: Some((to.address.clone(), to.name.clone())),
                event: None,
            };
            job::insert(unit.work, LetterJob::KIND, &payload, unit.now)?;
        }
        _ => {
            for (person, event) in recipients(unit, t, notice)? {
                tell_person(unit, t, &person, event)?;
            }
        }
    }
    Ok(())
}

/// The colleagues whom a notice reaches, with its event.
fn recipients(unit: &mut Unit<'_, '_>, t: &Ticket, notice: &Notice) -> Result<Vec<(StaffId, i64)>> {
    Ok(match notice {
        Notice::Letter { .. } | Notice::Copies { .. } | Notice::Outside { .. } => Vec::new(),
        Notice::Staff { to, event } => vec![(to.clone(), *event)],
        Notice::Leads { event } => leads(unit, t)?.into_iter().map(|to| (to, *event)).collect(),
        Notice::Managers { event } => supervisors(unit)?.into_iter().map(|to| (to, *event)).collect(),
    })
}

/// What is told very late is told each person in one notice, which names each ticket (E6).
fn tell_digest(unit: &mut Unit<'_, '_>, t: &Ticket, notices: &[Notice]) -> Result<()> {
    let mut late: BTreeMap<StaffId, Vec<i64>> = BTreeMap::new();
    for notice in notices {
        for (person, event) in recipients(unit, t, notice)? {
            late.entry(person).or_default().push(event);
        }
    }
    for (person, events) in late {
        digest::notify(unit.work, &person, &t.id, &events)?;
        unit.work.publish("notice", person.as_str())?;
    }
    Ok(())
}

/// The supervisors of the ticket's group; all of them where the group has none or there is no group.
pub(crate) fn leads(unit: &mut Unit<'_, '_>, t: &Ticket) -> Result<Vec<StaffId>> {
    let group = t.group.as_ref().map(|g| staff::members(unit.work, g)).transpose()?.unwrap_or_default();
    Ok(supervisors(unit)?.into_iter().filter(|s| group.is_empty() || group.contains(s)).collect())
}

fn tell_person(unit: &mut Unit<'_, '_>, t: &Ticket, to: &StaffId, event: i64) -> Result<()> {
    admin::notify(unit.work, to, &t.id, event)?;
    Ok(unit.work.publish("notice", to.as_str())?)
}

/// Supervisors who are at work.
pub(crate) fn supervisors(unit: &mut Unit<'_, '_>) -> Result<Vec<StaffId>> {
    let all = staff::all(unit.work)?;
    Ok(all.into_iter().filter(|s| s.active && s.role == Role::Supervisor).map(|s| s.id).collect())
}
