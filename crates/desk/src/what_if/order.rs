//! Answers of a ticket stay in the order in which they were given: each is moved by itself, and then none comes before
//! one that was given earlier. Where that one is never given in the time that is known, the later ones are not either.

use std::collections::BTreeMap;

use domain::id::TicketId;
use domain::oncall::Moved;
use domain::sla::{Happened, Other, StopReason};
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use store::ticket::PastCycle;

use super::ANSWERS;
use crate::oncall::presence::Duties;

/// When an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Not at all in the time that is known if absent.
    pub at: Option<Timestamp>,
    /// Since when somebody is there; nothing if the answer was not moved.
    pub since: Option<Timestamp>,
}

impl Place {
    fn is_after(&self, other: &Self) -> bool {
        match (self.at, other.at) {
            (None, there) => there.is_some(),
            (Some(at), Some(other)) => at > other,
            (Some(_), None) => false,
        }
    }
}

/// When the answer that ended a cycle comes by itself, and whether it was given outside of duty; nothing for a cycle
/// that no answer ended.
pub(super) fn came_of(
    duties: &mut Duties,
    rules: &Rules,
    (cycle, happened): (&PastCycle, &Happened<'_>),
    other: &Other,
    now: Timestamp,
) -> Option<(bool, Place)> {
    let clock = &cycle.clock;
    let stop = clock.stopped.filter(|(at, why)| *why == StopReason::Done && *at <= now);
    let (was, _) = stop.filter(|_| ANSWERS.contains(&clock.milestone))?;
    let (_, counts_in) = other.promised(happened, |id| rules.calendar(id))?;
    let (of, span) = ((&cycle.group, &counts_in), (clock.started_at, was));
    let stays = Place { at: Some(was), since: None };
    Some(match duties.moved(rules, of, span, happened.pauses) {
        Some(Moved::At { at, since }) => (false, Place { at: Some(at), since: Some(since) }),
        Some(Moved::NotYet) => (false, Place { at: None, since: None }),
        Some(Moved::OffDuty) => (true, stays),
        Some(Moved::AtOnce) | None => (false, stays),
    })
}

/// The answers of tickets in the order in which they were given, each with the latest place of it and those before it.
#[derive(Debug, Default)]
pub(super) struct Order(BTreeMap<TicketId, Vec<(Timestamp, Place)>>);

impl Order {
    /// From answers by ticket, with the instant at which each was given.
    pub(super) fn new(moves: impl Iterator<Item = (TicketId, Timestamp, Place)>) -> Self {
        let mut order = Self::default();
        for (ticket, was, place) in moves {
            order.0.entry(ticket).or_default().push((was, place));
        }
        for all in order.0.values_mut() {
            all.sort_by_key(|(was, _)| *was);
            let mut latest: Option<Place> = None;
            for (_, place) in all {
                *place = latest.filter(|l| l.is_after(place)).unwrap_or(*place);
                latest = Some(*place);
            }
        }
        order
    }

    /// The place of an answer, or the latest of those that were given no later.
    pub(super) fn not_before(&self, ticket: &TicketId, was: Timestamp, own: Place) -> Place {
        let before = self.0.get(ticket).and_then(|all| {
            let upto = all.partition_point(|(at, _)| *at <= was);
            all.get(upto.checked_sub(1)?)
        });
        before.map(|(_, place)| *place).filter(|p| p.is_after(&own)).unwrap_or(own)
    }
}

#[cfg(test)]
mod tests {
    use domain::time::from_seconds;

    use super::*;

    fn place(at: i64) -> Place {
        Place { at: (at >= 0).then(|| from_seconds(at)), since: None }
    }

    #[test]
    fn what_was_given_later_comes_no_sooner() {
        let id = TicketId::from("t");
        let given = [(10, 500), (20, 300), (20, 400), (30, 900), (40, 100)];
        let moves = given.map(|(was, at)| (id.clone(), from_seconds(was), place(at)));
        let order = Order::new(moves.into_iter());
        let at =
            |was, own| order.not_before(&id, from_seconds(was), place(own)).at.map(domain::time::to_seconds);
        assert_eq!(given.map(|(was, own)| at(was, own)), [500, 500, 500, 900, 900].map(Some));
        assert_eq!(at(5, 7), Some(7), "nothing was given before");
    }

    #[test]
    fn what_never_comes_keeps_the_rest() {
        let id = TicketId::from("t");
        let given = [(10, 10), (20, -1), (30, 40)];
        let order = Order::new(given.map(|(was, at)| (id.clone(), from_seconds(was), place(at))).into_iter());
        assert_eq!(order.not_before(&id, from_seconds(30), place(40)).at, None);
        assert_eq!(order.not_before(&id, from_seconds(10), place(10)), place(10));
    }
}
