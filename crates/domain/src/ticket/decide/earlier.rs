//! Progress slots that are over: what the rules ask of them, and what of that the sweep must be told where it has left them
//! out. An urgent case that nobody touches has thousands.

use std::collections::BTreeMap;

use super::Next;
use crate::sla::{Clock, MAX_MISSED, Milestone, StopReason};
use crate::time::{Timestamp, plus_seconds};

/// After so long without a report by people the automatic message is no news any more (as E6).
pub(super) const FALLS_SILENT_S: i64 = 24 * 3_600;

/// What the rules ask of the slots before the one that runs, of those that were left out of a case. Nothing where all
/// clocks are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Earlier {
    /// How many were missed in a row up to the slot that runs; of more than [`Earlier::reach`] needs, some.
    pub missed: u32,
    /// Start and cycle of the slot before that row: it ended otherwise.
    pub broken: Option<(Timestamp, u32)>,
    /// When the first slot of the row began that began after it, or could be known of, if that was later; of a row
    /// beyond the reach, the same of a slot beyond it.
    pub missed_from: Option<Timestamp>,
}

impl Earlier {
    /// How far the rules look back from a slot that runs: beyond a slot that began before this instant **and** has no
    /// higher cycle than this, nothing makes a difference. A step comes after so many missed slots at most, and a
    /// silence is long after so many seconds.
    pub fn reach(slot: &Clock) -> (Timestamp, u32) {
        let beyond = u32::from(MAX_MISSED) + 1;
        (plus_seconds(slot.started_at, -FALLS_SILENT_S), slot.cycle.saturating_sub(beyond))
    }
}

fn was_missed(clock: &Clock) -> bool {
    clock.stopped.is_some_and(|(_, reason)| reason == StopReason::Missed)
}

fn slots<'n>(next: &'n Next<'_>) -> impl Iterator<Item = &'n Clock> {
    next.out.clocks.iter().filter(|c| c.milestone == Milestone::Update)
}

/// How many slots in a row were missed directly before a cycle.
pub(super) fn missed_before(next: &Next<'_>, cycle: u32) -> u32 {
    let slots: BTreeMap<u32, bool> = slots(next).map(|c| (c.cycle, was_missed(c))).collect();
    let mut row = 0;
    for before in (1..cycle).rev() {
        match slots.get(&before) {
            Some(true) => row += 1,
            Some(false) => return row,
            // From here on they were left out.
            None => return row + next.case.earlier.missed,
        }
    }
    row
}

/// When the first slot began that was missed since the last report, or since the duty began. One of which nobody could
/// know then began when it could be known of.
pub(super) fn missed_since(next: &Next<'_>) -> Option<Timestamp> {
    let earlier = &next.case.earlier;
    let ended_otherwise = slots(next).filter(|c| !c.is_running() && !was_missed(c));
    let broken = ended_otherwise.map(|c| (c.started_at, c.cycle)).chain(earlier.broken).max();
    let since = |c: &Clock| ((c.started_at, c.cycle), c.known_at.unwrap_or(c.started_at));
    let missed = slots(next).filter(|c| was_missed(c)).map(since);
    let missed = missed.chain(earlier.missed_from.map(|at| ((at, u32::MAX), at)));
    missed.filter(|(slot, _)| broken.is_none_or(|broken| *slot > broken)).min().map(|(_, since)| since)
}
