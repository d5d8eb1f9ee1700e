//! An answer is taken back before it has left: as if it had never been written, but for the word that it was.

use super::{Case, Change, Next, Outcome, Refusal};
use crate::access::Actor;
use crate::sla::{Clock, Milestone, StopReason};
use crate::ticket::{Event, Status};
use crate::time::{Timestamp, plus_seconds};

/// An answer that has not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The message.
    pub message: i64,
    /// When it leaves.
    pub until: Timestamp,
}

/// Until when an answer that somebody gives now can be taken back; none if it leaves at once.
pub(super) fn held_until(case: &Case, actor: &Actor, now: Timestamp) -> Option<Timestamp> {
    let wait_s = i64::from(case.rules.settings.undo_seconds);
    let waits = wait_s > 0 && actor.staff().is_some() && !actor.is_import();
    waits.then(|| plus_seconds(now, wait_s))
}

/// Takes an answer back before it has left: only who gave it may, and only while nothing has happened that builds on it.
/// First response and reply run as if it had never been given; what it ended otherwise, such as a page, stays ended.
/// `events` are the newest of the history, in their order.
///
/// # Errors
/// `already_sent`, `ended`, `merged`.
pub fn withdraw(case: &Case, held: Held, events: &[Event], actor: &Actor, now: Timestamp) -> Outcome {
    let said = |e: &&Event| matches!(e.change, Change::Replied { message, .. } if message == held.message);
    let said = events.iter().find(said).ok_or(Refusal::AlreadySent)?;
    let Change::Replied { waited_since, .. } = &said.change else { return Err(Refusal::AlreadySent) };
    if now >= held.until || said.by != actor.reference() {
        return Err(Refusal::AlreadySent);
    }
    let of_answer = |e: &Event| e.at == said.at && e.by == said.by;
    let later = || events.iter().filter(|e| e.no > said.no);
    if later().any(|e| !of_answer(e) && !is_beside(&e.change)) {
        return Err(Refusal::AlreadySent);
    }
    let was_new = later()
        .filter(|e| of_answer(e))
        .any(|e| matches!(e.change, Change::StatusChanged { from: Status::New, to: Status::Open, .. }));
    let mut next = Next::on_open(case, actor, now)?;
    let mut reopened = Vec::new();
    let answers = |c: &&mut Clock| matches!(c.milestone, Milestone::Response | Milestone::Reply);
    for clock in next.out.clocks.iter_mut().filter(answers) {
        if clock.stopped == Some((said.at, StopReason::Done)) {
            clock.run_on();
            reopened.push((clock.milestone, clock.cycle));
        }
    }
    let t = &mut next.out.ticket;
    t.responded_at = t.responded_at.filter(|at| *at != said.at);
    t.unanswered_since = *waited_since;
    let event = next.event(Change::Withdrawn { message: held.message, reopened });
    if was_new && next.out.ticket.status == Status::Open {
        next.set_status(Status::New, "");
    }
    next.tell_staff(event);
    next.finish()
}

/// What may happen while an answer waits without building on it.
fn is_beside(change: &Change) -> bool {
    matches!(
        change,
        Change::Noted { .. }
            | Change::Assigned { .. }
            | Change::Edited { .. }
            | Change::Planned { .. }
            | Change::Linked { .. }
            | Change::Unlinked { .. }
            | Change::NotCopied { .. }
            | Change::LetterLost { .. }
            | Change::Forwarded { .. }
            | Change::OutsideWrote { .. }
            | Change::ReportDue { .. }
            | Change::StepFired { .. }
            | Change::Paged { .. }
            | Change::PageUnanswered { .. }
            | Change::PageAcknowledged { .. }
    )
}
