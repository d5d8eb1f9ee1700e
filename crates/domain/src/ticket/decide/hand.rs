//! A ticket changes hands.

use super::{Case, Change, Next, Outcome, Refusal};
use crate::access::Actor;
use crate::id::{GroupId, StaffId};
use crate::routing::{RouteKind, RouteReason};
use crate::ticket::Handling;
use crate::time::Timestamp;

/// Who gets it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The group, or none; unchanged if absent.
    pub group: Option<Option<GroupId>>,
    /// The person; nobody if absent.
    pub assignee: Option<StaffId>,
    /// The reason.
    pub because: RouteReason,
}

/// Assigns, transfers or takes a ticket.
///
/// # Errors
/// `ended`, `merged`.
pub fn assign(case: &Case, to: &Assignment, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::on_open(case, actor, now)?;
    if put(&mut next, to) { next.finish() } else { next.unchanged() }
}

/// Hands a ticket to a senior engineer before its promise does so by itself (S1-50). One that is in the hands of
/// `senior` already stays as it is.
///
/// # Errors
/// `ended`, `merged`, `needs_reason`, `no_senior`.
pub fn escalate(
    case: &Case,
    senior: Option<&StaffId>,
    reason: &str,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    let mut next = Next::on_open(case, actor, now)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::NeedsReason);
    }
    let senior = senior.ok_or(Refusal::NoSenior)?;
    let because = RouteReason { kind: RouteKind::Escalated, text: reason.to_owned() };
    let to = Assignment { group: None, assignee: Some(senior.clone()), because };
    if put(&mut next, &to) { next.finish() } else { next.unchanged() }
}

/// A person left; the ticket goes back to the group's queue, even a solved one.
///
/// # Errors
/// None that a person can mend.
pub fn hand_over(case: &Case, from: &StaffId, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    if case.ticket.assignee.as_ref() != Some(from) {
        return next.unchanged();
    }
    next.event(Change::HandedOver { from: from.clone() });
    let because = RouteReason { kind: RouteKind::HandOver, text: String::new() };
    put(&mut next, &Assignment { group: None, assignee: None, because });
    next.finish()
}

/// Changes group and person; `false` if they had it already.
pub(super) fn put(next: &mut Next<'_>, to: &Assignment) -> bool {
    let t = &next.out.ticket;
    let from = Handling { group: t.group.clone(), assignee: t.assignee.clone() };
    let group = to.group.clone().unwrap_or_else(|| t.group.clone());
    let after = Handling { group, assignee: to.assignee.clone() };
    // A log that is imported counts a change of hands even where its snapshots do not show one.
    let counted_elsewhere = to.because.kind == RouteKind::Import;
    if from == after && !counted_elsewhere {
        return false;
    }
    let ticket = &mut next.out.ticket;
    if counted_elsewhere || (from.assignee.is_some() && from.assignee != after.assignee) {
        ticket.reassigned += 1;
    }
    ticket.group.clone_from(&after.group);
    ticket.assignee.clone_from(&after.assignee);
    let event = next.event(Change::Assigned { from, to: after, route: to.because.clone() });
    next.tell_staff(event);
    true
}
