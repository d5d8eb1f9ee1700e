//! Work on the case that is not a message: contact outside the system, technician at work, way round, fix plan.

use super::{Case, Change, Next, Outcome, Refusal, progress, talk};
use crate::access::Actor;
use crate::sla::{Milestone, StopReason};
use crate::ticket::{Cause, EditField, PlanStep, Status};
use crate::time::Timestamp;

/// Characters of a note of a contact at most.
pub const LONGEST_NOTE: usize = 2_000;

/// When something happened to a ticket outside the system: after it had come, and not in the future (E7). What is
/// imported happened within the life of its ticket.
///
/// # Errors
/// `in_future`, `before_received`.
pub fn happened(
    case: &Case,
    at: Option<Timestamp>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Timestamp, Refusal> {
    let (at, came) = (talk::stated(at, actor, now)?, case.ticket.received_at);
    // Forms give minutes: the one in which the ticket came is not before it.
    let minute = |t: Timestamp| t.as_second().div_euclid(60);
    if minute(at) < minute(came) && !actor.is_import() {
        return Err(Refusal::BeforeReceived);
    }
    Ok(at.max(came))
}

/// A person reached the customer outside the system, by telephone or on site (K4). It meets the progress duty (U1); on
/// site it is also a technician at work, where that is promised (K5).
///
/// # Errors
/// `in_future`, `before_received`, `needs_reason`, `ended`, `merged`.
pub fn contacted(
    case: &Case,
    at: Option<Timestamp>,
    note: &str,
    on_site: bool,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    if note.trim().is_empty() {
        return Err(Refusal::NeedsReason);
    }
    let at = happened(case, at, actor, now)?;
    let mut next = Next::on_open(case, actor, now)?;
    in_contact(&mut next, at, note, on_site)?;
    next.finish()
}

/// What a contact outside the system does to a case on which work goes on.
pub(super) fn in_contact(
    next: &mut Next<'_>,
    at: Timestamp,
    note: &str,
    on_site: bool,
) -> Result<(), Refusal> {
    next.event(Change::Contacted { at, note: note.trim().to_owned() });
    let first = next.out.ticket.responded_at.get_or_insert(at);
    *first = at.min(*first);
    next.out.ticket.unanswered_since = None;
    next.stop(Milestone::Response, at, StopReason::Done)?;
    next.stop(Milestone::Reply, at, StopReason::Done)?;
    if on_site && next.is_running(Milestone::Attend) {
        next.event(Change::Attended { at, on_site });
        next.stop(Milestone::Attend, at, StopReason::Done)?;
    }
    progress::meet(next, at)?;
    if next.out.ticket.status == Status::New {
        next.set_status(Status::Open, "");
    }
    Ok(())
}

/// A technician begins to work, remote or on site (K5). On site is also a first contact (K4).
///
/// # Errors
/// `in_future`, `before_received`, `nothing_to_attend`, `ended`, `merged`.
pub fn attend(case: &Case, at: Option<Timestamp>, on_site: bool, actor: &Actor, now: Timestamp) -> Outcome {
    let at = happened(case, at, actor, now)?;
    let mut next = Next::on_open(case, actor, now)?;
    if !next.is_running(Milestone::Attend) {
        let attended = next.out.clocks.iter().any(|c| c.milestone == Milestone::Attend);
        return if attended { next.unchanged() } else { Err(Refusal::NothingToAttend) };
    }
    next.event(Change::Attended { at, on_site });
    next.stop(Milestone::Attend, at, StopReason::Done)?;
    if on_site {
        next.out.ticket.responded_at.get_or_insert(at);
        next.stop(Milestone::Response, at, StopReason::Done)?;
    }
    if next.out.ticket.status == Status::New {
        next.set_status(Status::Open, "");
    }
    next.finish()
}

/// Makes or changes the fix plan (S1-43).
///
/// # Errors
/// `empty_text` for a step without words, `ended`, `merged`.
pub fn plan(case: &Case, plan: Vec<PlanStep>, actor: &Actor, now: Timestamp) -> Outcome {
    if plan.iter().any(|s| s.what.trim().is_empty()) {
        return Err(Refusal::EmptyText);
    }
    let mut next = Next::on_open(case, actor, now)?;
    if plan == case.ticket.plan {
        return next.unchanged();
    }
    next.out.ticket.plan.clone_from(&plan);
    let event = next.event(Change::Planned { plan });
    next.tell_staff(event);
    next.finish()
}

/// Notes the cause, the way round and the remark; what is `None` stays.
///
/// # Errors
/// `merged`.
pub fn edit_service(
    case: &Case,
    cause: Option<Option<Cause>>,
    workaround: Option<String>,
    remark: Option<String>,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    if case.ticket.status == Status::Merged {
        return Err(Refusal::Merged);
    }
    let mut next = Next::new(case, actor, now);
    let t = case.ticket.clone();
    if let Some(cause) = cause {
        let word = |c: Option<Cause>| c.map(Cause::as_str).unwrap_or_default().to_owned();
        next.edited(EditField::Cause, word(t.cause), word(cause), |t, _| t.cause = cause);
    }
    if let Some(workaround) = workaround {
        next.edited(EditField::Workaround, t.workaround, workaround.trim().to_owned(), |t, v| {
            t.workaround = v;
        });
    }
    if let Some(remark) = remark {
        next.edited(EditField::Remark, t.remark, remark.trim().to_owned(), |t, v| t.remark = v);
    }
    next.finish()
}

/// The customer complained about this ticket's handling; the complaint is a ticket of its own (S2-115).
///
/// # Errors
/// None that a person can mend.
pub fn complained(case: &Case, complaint: &str, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    let event = next.event(Change::Complained { number: complaint.to_owned() });
    next.out.notices.push(super::Notice::Managers { event });
    next.finish()
}
