//! An answer is taken back before it has left: as if it had never been written, but for the word that it was. Until it leaves,
//! its customer knows neither of it nor of what came about with it.

use std::collections::BTreeSet;

use super::clocks::refresh;
use super::{Case, Change, Next, Outcome, Refusal};
use crate::access::{Actor, System};
use crate::sla::{Clock, Milestone, StopReason};
use crate::ticket::{Event, Status, Ticket};
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
    let came = came_with(said, events).map(|e| e.no).collect::<BTreeSet<_>>();
    let mut later = events.iter().filter(|e| e.no > said.no && !came.contains(&e.no));
    if later.any(|e| !is_beside(&e.change)) {
        return Err(Refusal::AlreadySent);
    }
    let mut next = Next::on_open(case, actor, now)?;
    let reopened = unsay(&mut next, (said, *waited_since));
    let event = next.event(Change::Withdrawn { message: held.message, reopened });
    if is_first_word(said, events) && next.out.ticket.status == Status::Open {
        next.set_status(Status::New, "");
    }
    next.tell_staff(event);
    next.finish()
}

/// Takes out what an answer did to promises and to the ticket; says which clocks run on.
fn unsay(next: &mut Next<'_>, (said, waited_since): (&Event, Option<Timestamp>)) -> Vec<(Milestone, u32)> {
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
    t.unanswered_since = waited_since;
    reopened
}

/// Did work on a new case begin with this answer?
fn is_first_word(said: &Event, events: &[Event]) -> bool {
    let begins = |c: &Change| matches!(c, Change::StatusChanged { from: Status::New, to: Status::Open, .. });
    came_with(said, events).any(|e| begins(&e.change))
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

/// How a case stands for its customer while answers wait: as if they had not been given. `events` are the newest of the
/// history, in their order.
///
/// # Errors
/// `never_opens`, if a calendar has gone.
pub fn as_told(
    case: &Case,
    held: &[Held],
    events: &[Event],
    now: Timestamp,
) -> Result<(Ticket, Vec<Clock>), Refusal> {
    let actor = Actor::System(System::Clock);
    let mut next = Next::new(case, &actor, now);
    let waits = |m: i64| held.iter().any(|h| h.message == m);
    for said in events.iter().rev() {
        if let Change::Replied { message, waited_since, .. } = &said.change
            && waits(*message)
        {
            unsay(&mut next, (said, *waited_since));
            // What was done to the status since stands.
            if is_first_word(said, events) && next.out.ticket.status == Status::Open {
                next.out.ticket.status = Status::New;
            }
        }
    }
    refresh(&mut next)?;
    Ok((next.out.ticket, next.out.clocks))
}

/// What came about with an event: the same person at the same instant.
fn came_with<'e>(first: &'e Event, events: &'e [Event]) -> impl Iterator<Item = &'e Event> {
    events.iter().filter(move |e| e.no > first.no && e.at == first.at && e.by == first.by)
}

/// The events, by their numbers, that a customer is not told of: answers that wait or were taken back, with all that came
/// about with them.
pub fn untold(events: &[Event], held: &[Held]) -> BTreeSet<i64> {
    let waits = |m: i64| held.iter().any(|h| h.message == m);
    // The number of a message that was taken back is free again: only what follows next tells what became of this one.
    let was_taken_back = |e: &Event, m: i64| {
        let next = events.iter().filter(|later| later.no > e.no).find_map(|later| match &later.change {
            Change::Withdrawn { message, .. } if *message == m => Some(true),
            Change::Replied { message, .. } if *message == m => Some(false),
            _ => None,
        });
        next == Some(true)
    };
    let is_untold = |e: &&Event| match &e.change {
        Change::Replied { message, .. } => waits(*message) || was_taken_back(e, *message),
        Change::Withdrawn { .. } => true,
        _ => false,
    };
    let with = |e| std::iter::once(e).chain(came_with(e, events));
    events.iter().filter(is_untold).flat_map(with).map(|e| e.no).collect()
}
