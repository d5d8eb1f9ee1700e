//! Waiting: for the customer, for a third party, for an agreed time.

use super::{Case, Draft, Letter, Next, Outcome, Refusal, talk};
use crate::access::Actor;
use crate::ticket::Status;
use crate::time::Timestamp;

/// Puts a ticket to wait. Waiting for the customer needs a message to the customer in the same breath (P5),
/// except in an import of history; every waiting needs a reason or a message.
///
/// # Errors
/// `not_a_waiting_status`, `needs_message`, `needs_reason`, `ended`, `merged`.
pub fn hold(
    case: &Case,
    status: Status,
    note: &str,
    draft: Option<Draft>,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    if !status.is_waiting() {
        return Err(Refusal::NotAWaitingStatus);
    }
    let mut next = Next::on_open(case, actor, now)?;
    if case.ticket.status == status && draft.is_none() {
        return next.unchanged();
    }
    match draft {
        Some(draft) if !draft.body.is_empty() => {
            talk::speak(&mut next, draft, Letter::Waiting)?;
        }
        _ if status == Status::WaitingCustomer && !actor.is_import() => return Err(Refusal::NeedsMessage),
        _ if note.trim().is_empty() && !actor.is_import() => return Err(Refusal::NeedsReason),
        _ => {}
    }
    next.set_status(status, note.trim());
    next.finish()
}

/// Takes a waiting ticket up again.
///
/// # Errors
/// `not_waiting`, `ended`, `merged`.
pub fn resume(case: &Case, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::on_open(case, actor, now)?;
    match case.ticket.status {
        Status::Open => next.unchanged(),
        // Nobody has answered it yet: it is as new as it was before it waited.
        s if s.is_waiting() && case.ticket.responded_at.is_none() && !actor.is_import() => {
            next.set_status(Status::New, "");
            next.finish()
        }
        s if s.is_waiting() || s == Status::New => {
            next.set_status(Status::Open, "");
            next.finish()
        }
        _ => Err(Refusal::NotWaiting),
    }
}
