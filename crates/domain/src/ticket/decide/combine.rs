//! Tickets in relation to each other: merge, split, link.

use super::{Case, Change, Next, Outcome, Refusal};
use crate::access::Actor;
use crate::id::TicketId;
use crate::sla::{Milestone, StopReason};
use crate::ticket::{CloseReason, Kind, Status, Ticket};
use crate::time::Timestamp;

/// The ticket is continued in another one; its clocks stop outside attainment (M6).
///
/// # Errors
/// `same_ticket`, `merged`, `ended`.
pub fn merge(case: &Case, into: (&TicketId, &str), actor: &Actor, now: Timestamp) -> Outcome {
    if case.ticket.id == *into.0 {
        return Err(Refusal::SameTicket);
    }
    if case.ticket.merged_into.as_ref() == Some(into.0) {
        return Next::new(case, actor, now).unchanged();
    }
    let mut next = Next::on_open(case, actor, now)?;
    next.end_hold();
    next.stop_all(StopReason::Merged)?;
    next.set_status(Status::Merged, "");
    next.out.ticket.merged_into = Some(into.0.clone());
    next.out.ticket.closed_at = Some(now);
    next.out.ticket.close_reason = Some(CloseReason::Duplicate);
    next.out.ticket.silence_at = None;
    next.event(Change::MergedInto { number: into.1.to_owned() });
    next.finish()
}

/// The other side of a merge. With `keep_earliest` the clocks count from the earlier of both starts (M6).
///
/// # Errors
/// `ended`, `merged`, `complaint_apart` if one of them is a complaint and the other is not, `other_customer` if they are
/// of two organisations: one of them would see no more of its case.
pub fn absorb(case: &Case, other: &Case, keep_earliest: bool, actor: &Actor, now: Timestamp) -> Outcome {
    if (case.ticket.kind == Kind::Complaint) != (other.ticket.kind == Kind::Complaint) && !actor.is_import() {
        return Err(Refusal::ComplaintApart);
    }
    let (mine, theirs) = (&case.ticket.organisation, &other.ticket.organisation);
    if mine.is_some() && theirs.is_some() && mine != theirs && !actor.is_import() {
        return Err(Refusal::OtherCustomer);
    }
    let mut next = Next::on_open(case, actor, now)?;
    next.event(Change::Absorbed { number: other.ticket.number.clone() });
    next.out.ticket.watchers.extend(other.ticket.watchers.iter().cloned());
    next.out.ticket.tags.extend(other.ticket.tags.iter().cloned());
    if keep_earliest && other.ticket.received_at < case.ticket.received_at {
        let t0 = other.ticket.received_at;
        next.out.ticket.received_at = t0;
        let from_start =
            |m: Milestone| matches!(m, Milestone::Response | Milestone::Attend | Milestone::Resolution);
        for clock in next.out.clocks.iter_mut().filter(|c| c.is_running() && from_start(c.milestone)) {
            clock.started_at = t0;
        }
    }
    next.finish()
}

/// A part of the ticket became a ticket of its own.
///
/// # Errors
/// `merged`.
pub fn split_off(case: &Case, child: &str, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    next.event(Change::SplitOff { number: child.to_owned() });
    next.finish()
}

/// The new ticket's side of a split: its response is met, its resolution counts from the parent's start
/// if it is the same incident (M6).
///
/// # Errors
/// `never_opens`.
pub fn split_from(case: &Case, parent: &Case, same_incident: bool, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    next.event(Change::SplitFrom { number: parent.ticket.number.clone() });
    next.out.ticket.responded_at = Some(now);
    next.stop(Milestone::Response, now, StopReason::Done)?;
    if next.out.ticket.status == Status::New {
        next.set_status(Status::Open, "");
    }
    if same_incident {
        for clock in next.out.clocks.iter_mut().filter(|c| c.milestone == Milestone::Resolution) {
            clock.started_at = parent.ticket.received_at;
        }
    }
    next.finish()
}

/// Links two tickets; both sides get the event.
///
/// # Errors
/// `same_ticket`.
pub fn link(case: &Case, other: &str, actor: &Actor, now: Timestamp) -> Outcome {
    if case.ticket.number == other {
        return Err(Refusal::SameTicket);
    }
    let mut next = Next::new(case, actor, now);
    next.event(Change::Linked { number: other.to_owned() });
    next.finish()
}

/// Takes a link away again; both sides get the event. A complaint stays with its case: who may handle it depends on it.
///
/// # Errors
/// `complaint_stays`.
pub fn unlink(case: &Case, other: &Ticket, actor: &Actor, now: Timestamp) -> Outcome {
    if [case.ticket.kind, other.kind].contains(&Kind::Complaint) {
        return Err(Refusal::ComplaintStays);
    }
    let mut next = Next::new(case, actor, now);
    next.event(Change::Unlinked { number: other.number.clone() });
    next.finish()
}
