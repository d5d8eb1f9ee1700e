//! Loading a case and saving what was decided about it: the only two ways between rows and rules.

use domain::access::{Actor, Role, Scope, System};
use domain::id::{StaffId, TicketId};
use domain::queue;
use domain::ticket::Ticket;
use domain::ticket::decide::{self, Case, Decision, Notice, Visibility};
use store::{admin, file, job, staff, ticket};

use crate::jobs::LetterJob;
use crate::sweep::senior_for;
use crate::{Error, Result, Unit};

/// The case with this number, if the actor may see it. What was due before now has happened by then: a verb never
/// overtakes a step or a breach, however late the sweeper is.
///
/// # Errors
/// [`Error::NotFound`], also outside the actor's scope.
pub fn load_case(unit: &mut Unit<'_, '_>, number: &str) -> Result<Case> {
    let found = ticket::by_number(unit.work, &unit.actor.scope(), number)?;
    let case = with_parts(unit, found.ok_or(Error::NotFound)?)?;
    let due = case.clocks.iter().any(|c| c.next_at.is_some_and(|at| at <= unit.now));
    if !due || unit.actor.is_import() {
        return Ok(case);
    }
    let senior = senior_for(unit, &case.ticket)?;
    let caught_up = decide::tick(&case, senior.as_ref(), &Actor::System(System::Clock), unit.now)?;
    save(unit, &case, &caught_up)?;
    let Decision { ticket, clocks, holds, .. } = caught_up;
    Ok(Case { ticket, clocks, holds, rules: case.rules })
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
    Ok(Case { ticket: t, clocks, holds, rules: unit.rules.clone() })
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
/// [`Error::Stale`] if the ticket changed since the case was loaded.
pub fn save(unit: &mut Unit<'_, '_>, case: &Case, decision: &Decision) -> Result<()> {
    if decision.is_nothing() && decision.clocks == case.clocks {
        return Ok(());
    }
    let before = (&case.ticket, case.clocks.as_slice(), case.holds.as_slice());
    let after = (&decision.ticket, decision.clocks.as_slice(), decision.holds.as_slice());
    ticket::update(unit.work, before, after)?;
    save_rest(unit, Some(&case.ticket), decision)?;
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
    let case = Case { ticket, clocks, holds, rules: case.rules.clone() };
    let freed = decide::hand_over(&case, &person, &Actor::System(System::Clock), unit.now)?;
    save(unit, &case, &freed)
}

fn save_rest(unit: &mut Unit<'_, '_>, before: Option<&Ticket>, decision: &Decision) -> Result<()> {
    let t = &decision.ticket;
    let by = unit.actor.reference();
    ticket::insert_events(unit.work, &t.id, &decision.events)?;
    for m in &decision.messages {
        ticket::insert_message(unit.work, &t.id, m, &by)?;
        for f in &m.files {
            file::attach(unit.work, f, &t.id, m.no, m.visibility, &by)
                .map_err(|_| Error::field("files", "unknown"))?;
        }
    }
    ticket::add_counts(unit.work, &queue::difference(before, t))?;
    let wrote = decision.messages.iter().any(|m| m.visibility == Visibility::Public || !m.body.is_empty());
    if let (true, Some(me)) = (wrote, unit.actor.staff()) {
        ticket::delete_draft(unit.work, &t.id, &me.id)?;
    }
    for notice in &decision.notices {
        tell(unit, t, notice)?;
    }
    Ok(unit.work.publish("ticket", &t.number)?)
}

fn tell(unit: &mut Unit<'_, '_>, t: &Ticket, notice: &Notice) -> Result<()> {
    match notice {
        Notice::Letter { letter, to, message } => {
            let payload =
                LetterJob { letter: *letter, ticket: t.id.clone(), to: to.clone(), message: *message };
            job::insert(unit.work, LetterJob::KIND, &payload, unit.now)?;
        }
        Notice::Staff { to, event } => tell_person(unit, t, to, *event)?,
        Notice::Leads { event } => {
            let group =
                t.group.as_ref().map(|g| staff::members(unit.work, g)).transpose()?.unwrap_or_default();
            for person in supervisors(unit)?.into_iter().filter(|s| group.is_empty() || group.contains(s)) {
                tell_person(unit, t, &person, *event)?;
            }
        }
        Notice::Managers { event } => {
            for person in supervisors(unit)? {
                tell_person(unit, t, &person, *event)?;
            }
        }
    }
    Ok(())
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
