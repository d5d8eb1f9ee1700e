//! A ticket changes hands.

use domain::access::{Action, Actor, may};
use domain::id::{GroupId, StaffId};
use domain::routing::{RouteKind, RouteReason};
use domain::ticket::Ticket;
use domain::ticket::decide::{self, Assignment};
use store::staff;

use super::complaint::stands_apart;
use crate::at::{REASON, at};
use crate::sweep::senior_for;
use crate::{Desk, Error, Result, Unit, load_case, save};

/// To whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssignInput {
    /// The group, or none; unchanged if absent.
    pub group: Option<Option<GroupId>>,
    /// The person; nobody if absent.
    pub assignee: Option<StaffId>,
    /// In words; may be empty.
    pub reason: String,
}

/// Assigns or transfers a ticket. The person must be active, the group must exist.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`, `Refused`.
pub async fn assign(desk: &Desk, who: &Actor, number: &str, input: AssignInput) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Assign, &case.ticket)?;
        check(unit, &input)?;
        if let Some(person) = &input.assignee {
            stands_apart(unit, &case.ticket, person)?;
        }
        let because = RouteReason { kind: RouteKind::Person, text: input.reason.clone() };
        let to = Assignment { group: input.group.clone(), assignee: input.assignee.clone(), because };
        let decision = decide::assign(&case, &to, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

fn check(unit: &mut Unit<'_, '_>, input: &AssignInput) -> Result<()> {
    if let Some(person) = &input.assignee {
        let row = staff::one(unit.work, person)?.ok_or_else(|| Error::field("assignee", "unknown"))?;
        if !row.active {
            return Err(Error::field("assignee", "inactive_person"));
        }
    }
    if let Some(Some(group)) = &input.group {
        let known = staff::groups(unit.work)?.iter().any(|g| g.id == *group && g.active);
        if !known {
            return Err(Error::field("group", "unknown"));
        }
    }
    Ok(())
}

/// The actor takes the ticket.
///
/// # Errors
/// As [`assign`].
pub async fn take(desk: &Desk, who: &Actor, number: &str) -> Result<Ticket> {
    let me = who.staff().ok_or(Error::Forbidden(Action::Assign))?.id.clone();
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Assign, &case.ticket)?;
        stands_apart(unit, &case.ticket, &me)?;
        let because = RouteReason { kind: RouteKind::Taken, text: String::new() };
        let to = Assignment { group: None, assignee: Some(me.clone()), because };
        let decision = decide::assign(&case, &to, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

/// Hands the ticket to the senior engineer to whom it would go when overdue: of its group if there is one, with the
/// least load.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
pub async fn escalate(desk: &Desk, who: &Actor, number: &str, reason: String) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Assign, &case.ticket)?;
        let senior = senior_for(unit, &case.ticket)?;
        let decision = decide::escalate(&case, senior.as_ref(), &reason, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
    .map_err(at(REASON))
}
