//! Both sides write to each other, and staff among themselves.

use std::collections::BTreeSet;

use super::withdraw::held_until;
use super::{Body, Case, Change, Letter, Next, Notice, Outcome, Refusal, Visibility};
use crate::access::Actor;
use crate::id::{FileId, StaffId};
use crate::named;
use crate::sla::{Clock, Milestone, StopReason};
use crate::ticket::Status;
use crate::time::{Timestamp, plus_seconds};

/// What somebody has written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The text.
    pub body: Body,
    /// Uploaded files.
    pub files: Vec<FileId>,
    /// To whom an answer goes.
    pub to: Audience,
}

named! {
    /// To whom an answer goes.
    #[derive(Default)]
    pub enum Audience ("audience") {
        /// To the requester.
        #[default]
        Requester = "requester",
        /// To them, and to all who are in copy.
        Everyone = "everyone",
    }
}

impl Draft {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.body.is_empty() && self.files.is_empty() { Err(Refusal::EmptyText) } else { Ok(()) }
    }
}

/// Staff answer the customer. Stops first response and reply (K4, K7); the progress duty wants a report (U1).
///
/// # Errors
/// `empty_text`, `ended`, `merged`.
pub fn reply(case: &Case, draft: Draft, actor: &Actor, now: Timestamp) -> Outcome {
    draft.check()?;
    let mut next = Next::on_open(case, actor, now)?;
    speak(&mut next, draft, Letter::Answered)?;
    hold_back(&mut next);
    if next.out.ticket.status == Status::New {
        next.set_status(Status::Open, "");
    }
    next.finish()
}

/// The answer waits before it leaves, and remembers what taking it back has to restore.
fn hold_back(next: &mut Next<'_>) {
    let Some(until) = held_until(next.case, next.actor, next.now) else { return };
    if let Some(message) = next.out.messages.last_mut() {
        message.held_until = Some(until);
    }
    for event in &mut next.out.events {
        if let Change::Replied { waited_since, .. } = &mut event.change {
            *waited_since = next.case.ticket.unanswered_since;
        }
    }
}

/// The part of an answer that hold and resolve share: the message and what it does to the clocks.
pub(super) fn speak(next: &mut Next<'_>, draft: Draft, letter: Letter) -> Result<i64, Refusal> {
    let to = draft.to;
    let message = next.message(Visibility::Public, draft);
    let event = next.event(Change::Replied { message, progress: false, waited_since: None });
    answered(next)?;
    next.letter(letter, Some(message));
    if to == Audience::Everyone {
        next.out.notices.push(Notice::Copies { letter, message });
    }
    next.tell_staff(event);
    Ok(message)
}

/// A person has been in contact: first response and reply are met.
pub(super) fn answered(next: &mut Next<'_>) -> Result<(), Refusal> {
    // Another system did not tell when somebody first answered.
    let unknown =
        |c: &Clock| c.milestone == Milestone::Response && matches!(c.stopped, Some((_, StopReason::Unknown)));
    if !next.out.clocks.iter().any(unknown) {
        next.out.ticket.responded_at.get_or_insert(next.now);
    }
    next.out.ticket.unanswered_since = None;
    next.stop(Milestone::Response, next.now, StopReason::Done)?;
    next.stop(Milestone::Reply, next.now, StopReason::Done)
}

/// The customer writes. Resumes a ticket that waits for the customer (P4), opens a solved one again,
/// and starts the reply clock unless an earlier message or the first one is still unanswered (K7).
///
/// # Errors
/// `empty_text`, `merged`, `ended` (cancelled), `window_over`.
pub fn customer_message(case: &Case, draft: Draft, actor: &Actor, now: Timestamp) -> Outcome {
    draft.check()?;
    let mut next = Next::new(case, actor, now);
    match case.ticket.status {
        Status::Merged => return Err(Refusal::Merged),
        Status::Cancelled => return Err(Refusal::Ended),
        Status::Resolved | Status::Closed => super::finish::open_again(&mut next, "")?,
        Status::WaitingCustomer => next.set_status(Status::Open, ""),
        _ => {}
    }
    let message = next.message(Visibility::Public, draft);
    let event = next.event(Change::CustomerWrote { message });
    next.out.ticket.unanswered_since.get_or_insert(now);
    if !next.is_running(Milestone::Response) && !next.is_running(Milestone::Reply) {
        next.start(Milestone::Reply, now);
    }
    next.tell_staff(event);
    next.finish()
}

/// Staff write for staff; those who are mentioned are told and watch from now on.
///
/// # Errors
/// `empty_text`.
pub fn note(
    case: &Case,
    draft: Draft,
    mentions: &BTreeSet<StaffId>,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    draft.check()?;
    let mut next = Next::new(case, actor, now);
    let message = next.message(Visibility::Internal, draft);
    let event = next.event(Change::Noted { message, mentions: mentions.iter().cloned().collect() });
    next.tell_staff(event);
    let told: BTreeSet<StaffId> = next
        .out
        .notices
        .iter()
        .filter_map(|n| if let Notice::Staff { to, .. } = n { Some(to.clone()) } else { None })
        .collect();
    let me = actor.staff().map(|s| &s.id);
    let new = mentions.iter().filter(|m| !told.contains(*m) && Some(*m) != me);
    next.out.notices.extend(new.map(|to| Notice::Staff { to: to.clone(), event }));
    next.out.ticket.watchers.extend(mentions.iter().cloned());
    next.finish()
}

/// An instant that somebody states for something that happened outside: not in the future (E7).
pub(super) fn stated(at: Option<Timestamp>, actor: &Actor, now: Timestamp) -> Result<Timestamp, Refusal> {
    match at {
        None => Ok(now),
        Some(at) if at > plus_seconds(now, 2) && !actor.is_import() => Err(Refusal::InFuture),
        Some(at) => Ok(at.min(now)),
    }
}
