//! What is cached of a ticket's clocks against what history and calendars give (L12): finds what differs, and gives the
//! clocks as they should be. The truth of a clock that runs is its start, its target, the waiting stretches and the
//! steps that fired; of one that ended, the event that ended it.

use super::decide::{Case, Refusal};
use super::{Change, Event, pauses};
use crate::sla::{Clock, Fixed, Milestone, State};
use crate::time::{Timestamp, plus_seconds};

/// A cached value that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which clock.
    pub milestone: Milestone,
    /// Which of its cycles.
    pub cycle: u32,
    /// `due_at`, `state`, `counted_s`, `next_at`, `breach_noted`.
    pub what: &'static str,
    /// As it is kept.
    pub kept: String,
    /// As it follows from the history.
    pub right: String,
}

/// The clocks as history has them, and what differs from those that are kept.
///
/// # Errors
/// `never_opens` if a calendar was broken.
pub fn rebuild(
    case: &Case,
    events: &[Event],
    now: Timestamp,
) -> Result<(Vec<Clock>, Vec<Difference>), Refusal> {
    let mut clocks = Vec::with_capacity(case.clocks.len());
    let mut all = Vec::new();
    for kept in &case.clocks {
        let mut right = kept.clone();
        right.breach_noted = was_breached(kept, events);
        match (kept.is_running(), ended(kept, events)) {
            (true, _) => run(case, &mut right, now)?,
            (false, Some(fixed)) => end(&mut right, fixed),
            // Ended without a word of it: nothing to compare with.
            (false, None) => {}
        }
        differences(kept, &right, &mut all);
        clocks.push(right);
    }
    Ok((clocks, all))
}

/// A running clock. What is due and not yet done by the sweeper is no difference, so the state is the one of the last
/// second before it; what was counted is kept as of the last change, and only bounded by history.
fn run(case: &Case, clock: &mut Clock, now: Timestamp) -> Result<(), Refusal> {
    let calendar = case.rules.calendar(&clock.calendar).ok_or(Refusal::NeverOpens)?;
    let holds = pauses(&case.holds, clock);
    let counted_s = clock.counted_s;
    clock.refresh(calendar, &holds, now)?;
    clock.next_at = case.rules.next_act(&case.ticket, clock, &holds, now)?;
    let latest_s = clock.counted_s;
    if let Some(due) = clock.next_at.filter(|at| *at <= now) {
        let before = plus_seconds(due, -1).max(clock.started_at);
        clock.state = clock.run(calendar, &holds).read(before)?.state;
    }
    clock.counted_s = counted_s.clamp(0, latest_s);
    Ok(())
}

fn end(clock: &mut Clock, fixed: &Fixed) {
    clock.due_at = fixed.due_at;
    clock.counted_s = fixed.counted_s;
    clock.state = if fixed.met { State::Met } else { State::Breached };
    clock.next_at = None;
}

/// The last end of a cycle: one that was opened again ends more than once.
fn ended<'e>(clock: &Clock, events: &'e [Event]) -> Option<&'e Fixed> {
    events.iter().rev().find_map(|e| match &e.change {
        Change::ClockStopped(fixed) if (fixed.milestone, fixed.cycle) == (clock.milestone, clock.cycle) => {
            Some(fixed)
        }
        _ => None,
    })
}

fn was_breached(clock: &Clock, events: &[Event]) -> bool {
    events.iter().any(|e| match &e.change {
        Change::Breached { milestone, cycle, .. } => (*milestone, *cycle) == (clock.milestone, clock.cycle),
        _ => false,
    })
}

fn differences(kept: &Clock, right: &Clock, all: &mut Vec<Difference>) {
    let at = |t: Option<Timestamp>| t.map_or("-".to_owned(), |t| t.to_string());
    let pairs = [
        ("due_at", at(kept.due_at), at(right.due_at)),
        ("state", kept.state.to_string(), right.state.to_string()),
        ("counted_s", kept.counted_s.to_string(), right.counted_s.to_string()),
        ("next_at", at(kept.next_at), at(right.next_at)),
        ("breach_noted", kept.breach_noted.to_string(), right.breach_noted.to_string()),
    ];
    let (milestone, cycle) = (kept.milestone, kept.cycle);
    let wrong = pairs.into_iter().filter(|(_, kept, right)| kept != right);
    all.extend(wrong.map(|(what, kept, right)| Difference { milestone, cycle, what, kept, right }));
}
