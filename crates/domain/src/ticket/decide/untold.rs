//! What a customer does not know yet: an answer that has not left, and all that came about with it; and what nobody outside
//! ever learns: an answer that was taken back before it left.

use std::collections::BTreeSet;

use super::clocks::refresh;
use super::{Case, Held, Next, Refusal};
use crate::access::{Actor, System};
use crate::sla::{Clock, StopReason};
use crate::ticket::{Change, Event, Ticket};
use crate::time::Timestamp;

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
            unsay(&mut next, (said, *waited_since), events);
        }
    }
    refresh(&mut next)?;
    Ok((next.out.ticket, next.out.clocks))
}

/// Takes out what an answer did.
fn unsay(next: &mut Next<'_>, (said, waited_since): (&Event, Option<Timestamp>), events: &[Event]) {
    let at = said.at;
    let t = &mut next.out.ticket;
    let mut statuses = came_with(said, events).filter_map(|e| match e.change {
        Change::StatusChanged { from, .. } => Some(from),
        _ => None,
    });
    if let Some(before) = statuses.next() {
        t.status = before;
    }
    t.responded_at = t.responded_at.filter(|then| *then != at);
    t.resolved_at = t.resolved_at.filter(|then| *then != at);
    t.unanswered_since = waited_since;
    let began = t.created_at;
    next.out.holds.retain(|h| h.from != at);
    for hold in next.out.holds.iter_mut().filter(|h| h.to == Some(at)) {
        hold.to = None;
    }
    next.out.clocks.retain(|c| c.started_at != at || at == began);
    for clock in next.out.clocks.iter_mut().filter(|c| c.stopped == Some((at, StopReason::Done))) {
        clock.run_on();
    }
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
