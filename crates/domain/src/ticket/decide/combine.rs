//! Tickets in relation to each other: merge, split, link.

use super::finish::SLIP_S;
use super::{Case, Change, Next, Outcome, Refusal};
use crate::access::Actor;
use crate::id::TicketId;
use crate::sla::{Milestone, StopReason};
use crate::ticket::{Apart, CloseReason, Event, Kind, Status, Ticket};
use crate::time::{Timestamp, plus_seconds};

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
/// neither of one requester nor of one organisation: somebody would see no more of their case.
pub fn absorb(case: &Case, other: &Case, keep_earliest: bool, actor: &Actor, now: Timestamp) -> Outcome {
    if (case.ticket.kind == Kind::Complaint) != (other.ticket.kind == Kind::Complaint) && !actor.is_import() {
        return Err(Refusal::ComplaintApart);
    }
    let (mine, theirs) = (&case.ticket, &other.ticket);
    let together = mine.organisation.is_some() && mine.organisation == theirs.organisation;
    if mine.requester != theirs.requester && !together && !actor.is_import() {
        return Err(Refusal::OtherCustomer);
    }
    let mut next = Next::on_open(case, actor, now)?;
    let number = other.ticket.number.clone();
    next.event(Change::Absorbed { number, was: Some(Box::new(apart(case))) });
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

fn apart(case: &Case) -> Apart {
    let t = &case.ticket;
    let running = case.clocks.iter().filter(|c| c.is_running());
    Apart {
        tags: t.tags.clone(),
        watchers: t.watchers.clone(),
        received_at: t.received_at,
        started: running.map(|c| (c.milestone, c.cycle, c.started_at)).collect(),
    }
}

/// A merge that can be taken back: the person who merged takes it back at once, and nothing has happened to either
/// ticket since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    status: Status,
    note: String,
    apart: Apart,
}

impl Slip {
    /// From the last events of the ticket that ended and of the one that went on, in their order.
    ///
    /// # Errors
    /// `too_late`.
    pub fn of(gone: &[Event], stays: &[Event], actor: &Actor, now: Timestamp) -> Result<Self, Refusal> {
        let (Some(end), Some(last)) = (gone.last(), stays.last()) else { return Err(Refusal::TooLate) };
        let was = match (&end.change, &last.change) {
            (Change::MergedInto { .. }, Change::Absorbed { was: Some(was), .. }) if end.at == last.at => was,
            _ => return Err(Refusal::TooLate),
        };
        if end.by != actor.reference() || now > plus_seconds(end.at, SLIP_S) {
            return Err(Refusal::TooLate);
        }
        let from = gone.iter().rev().find_map(|e| match e.change {
            Change::StatusChanged { from, to: Status::Merged, .. } => Some(from),
            _ => None,
        });
        let status = from.unwrap_or(Status::Open);
        let note = gone.iter().rev().find_map(|e| match &e.change {
            Change::StatusChanged { to, note, .. } if *to == status => Some(note.clone()),
            _ => None,
        });
        Ok(Self { status, note: note.unwrap_or_default(), apart: Apart::clone(was) })
    }
}

/// The ticket goes on by itself again, with its clocks as if it had never been merged. A waiting one waits again from now
/// on, for of the minutes in between history says that it did not.
///
/// # Errors
/// `never_opens` if a calendar is broken.
pub fn part(case: &Case, slip: &Slip, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    next.event(Change::Reopened { reason: String::new(), slip: true });
    next.set_status(Status::Open, "");
    next.set_status(slip.status, &slip.note);
    let t = &mut next.out.ticket;
    (t.merged_into, t.closed_at, t.close_reason) = (None, None, None);
    for clock in &mut next.out.clocks {
        clock.stopped = clock.stopped.filter(|(_, reason)| *reason != StopReason::Merged);
    }
    next.finish()
}

/// The other side of [`part`]: tags, watchers and starts are again what they were.
///
/// # Errors
/// `ended`, `merged`.
pub fn release(case: &Case, other: &str, slip: &Slip, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::on_open(case, actor, now)?;
    next.event(Change::Released { number: other.to_owned() });
    let was = slip.apart.clone();
    let t = &mut next.out.ticket;
    (t.tags, t.watchers, t.received_at) = (was.tags, was.watchers, was.received_at);
    for (milestone, cycle, at) in was.started {
        let clock = next.out.clocks.iter_mut().find(|c| (c.milestone, c.cycle) == (milestone, cycle));
        if let Some(clock) = clock {
            clock.started_at = at;
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
    next.out.ticket.unanswered_since = None;
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
