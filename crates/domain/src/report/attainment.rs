//! Promises kept and broken (`sla.md` §7): met / (met + missed) over the cycles whose due, or stop, falls in the
//! period. Excused ones are shown apart, running ones that are not late do not count yet, and those that were
//! merged, cancelled or superseded before they were late are listed apart. Complaints have promises of their own and
//! are counted beside the others, never among them (S2-115). One answer that was late is missed once, however often a change of
//! severity made its promise be counted anew from the original start.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Hands, Place};
use super::sheet::Found;
use super::{Ask, Basis, Column, History, How};
use crate::sla::{Excuse, Fixed, Milestone, StopReason};
use crate::ticket::{Change, Event, Kind, RaiseMode};
use crate::time::Timestamp;

pub(super) const MET: &str = "met";
pub(super) const MISSED: &str = "missed";
pub(super) const EXCUSED: &str = "excused";
pub(super) const LEFT_OUT: &str = "left_out";
const COMPLAINT_MET: &str = "complaint_met";
const COMPLAINT_MISSED: &str = "complaint_missed";
const COMPLAINT_EXCUSED: &str = "complaint_excused";
const COMPLAINT_LEFT_OUT: &str = "complaint_left_out";

pub(super) const RATE: Column = Column::new("rate", &[MET, MISSED], How::Share(&[MET]));

pub(super) const COLUMNS: &[Column] = &[
    RATE,
    Column::count("promised", &[MET, MISSED]),
    Column::count("met", &[MET]),
    Column::count("missed", &[MISSED]),
    Column::count("excused", &[EXCUSED, COMPLAINT_EXCUSED]),
    Column::count("left_out", &[LEFT_OUT, COMPLAINT_LEFT_OUT]),
    Column::new("p50", &[MET, MISSED, EXCUSED], How::Percentile(50)),
    Column::new("p90", &[MET, MISSED, EXCUSED], How::Percentile(90)),
    Column::new("complaint_rate", &[COMPLAINT_MET, COMPLAINT_MISSED], How::Share(&[COMPLAINT_MET])),
    Column::count("complaint_promised", &[COMPLAINT_MET, COMPLAINT_MISSED]),
    Column::count("complaint_missed", &[COMPLAINT_MISSED]),
];

/// One cycle of a clock, as its events tell it.
#[derive(Default)]
struct Cycle {
    fixed: Option<(Timestamp, Fixed, Option<Place>)>,
    breached: Option<(Timestamp, Option<Place>)>,
    excused: bool,
    /// Only a raise had made it that was a misclick (M4).
    slip: bool,
    /// Another cycle of the same promise counts in its place.
    replaced: bool,
}

impl Cycle {
    fn is_late(&self) -> bool {
        match &self.fixed {
            // A progress slot that passed was missed, though its clock stands exactly at its due.
            Some((_, f, _)) => !f.met || f.reason == StopReason::Missed,
            None => self.breached.is_some(),
        }
    }
}

/// The clocks that a change of severity counts anew from the original start (M2, M3). Each slot of the progress duty is a
/// promise of its own.
const RECOUNTED: [Milestone; 3] = [Milestone::Response, Milestone::Attend, Milestone::Resolution];

type Cycles = BTreeMap<(Milestone, u32), Cycle>;

/// The cycles that new facts start: their promise is another one than that of the cycle before.
fn fresh(cycles: &Cycles, e: &Event, fresh: &mut BTreeSet<(Milestone, u32)>) {
    if let Change::SeverityChanged { mode: Some(RaiseMode::NewFacts), .. } = &e.change {
        for milestone in RECOUNTED {
            let last = cycles.keys().filter(|(m, _)| *m == milestone).map(|(_, cycle)| *cycle).max();
            fresh.insert((milestone, last.unwrap_or(0) + 1));
        }
    }
}

/// Of the cycles of one promise that were all late the last one counts; it is excused if one of them was. What a misclick
/// had made is no such cycle: its excuse is its own.
fn once(cycles: &mut Cycles, fresh: &BTreeSet<(Milestone, u32)>) {
    let counts = |((m, _), c): &(&(Milestone, u32), &Cycle)| RECOUNTED.contains(m) && !c.slip;
    let keys: Vec<_> = cycles.iter().filter(counts).map(|(key, _)| *key).collect();
    for pair in keys.windows(2) {
        let &[key, next] = pair else { continue };
        if key.0 != next.0 {
            continue;
        }
        let again = !fresh.contains(&next) && cycles.get(&next).is_some_and(Cycle::is_late);
        let Some(cycle) = cycles.get_mut(&key).filter(|c| again && c.is_late()) else { continue };
        cycle.replaced = true;
        let excused = cycle.excused;
        if let Some(next) = cycles.get_mut(&next) {
            next.excused |= excused;
        }
    }
}

pub(super) fn find(ask: &Ask, history: &History) -> Vec<Found> {
    let (mut cycles, mut started) = (Cycles::new(), BTreeSet::new());
    let (mut place, mut hands) = (Place::start(), Hands::default());
    for e in &history.events {
        place.take(e);
        hands.take(e, &place);
        take(&mut cycles, (&place, &hands), e);
        fresh(&cycles, e, &mut started);
    }
    once(&mut cycles, &started);
    let wanted = ask.milestone();
    cycles
        .into_iter()
        .filter(|((milestone, _), _)| wanted.is_none_or(|w| w == *milestone))
        .filter_map(|((milestone, cycle), c)| {
            Some(Found { milestone: Some(milestone), cycle, ..outcome(c, ask.basis)? })
        })
        .collect()
}

fn take(cycles: &mut Cycles, (place, hands): (&Place, &Hands), e: &Event) {
    match &e.change {
        Change::ClockStopped(f) => {
            let cycle = cycles.entry((f.milestone, f.cycle)).or_default();
            cycle.fixed = Some((e.at, f.clone(), Some(place.served_by(&e.by))));
        }
        Change::Breached { milestone, cycle, due_at, .. } => {
            let late = Some((*due_at, Some(hands.before(*due_at, place))));
            cycles.entry((*milestone, *cycle)).or_default().breached = late;
        }
        Change::Excused { milestone, cycle, reason } => {
            let cycle = cycles.entry((*milestone, *cycle)).or_default();
            cycle.excused = true;
            cycle.slip = matches!(Excuse::of(reason), Excuse::Misclick(_));
        }
        // What had replaced it is gone: what it comes to is open again.
        Change::ClockResumed { milestone, cycle } => {
            cycles.entry((*milestone, *cycle)).or_default().fixed = None;
        }
        // The report that had met a progress slot never arrived: what the slot came to is open again.
        Change::ReportFailed { reopened: Some(cycle), .. } => {
            cycles.entry((Milestone::Update, *cycle)).or_default().fixed = None;
        }
        // The answer was taken back before it had left.
        Change::Withdrawn { reopened, .. } => {
            for key in reopened {
                cycles.entry(*key).or_default().fixed = None;
            }
        }
        // The last resolution clock is entered again (M5), and so is what was cancelled or merged: what it came to is
        // open until it stops again.
        Change::Reopened { .. } => {
            for c in cycles.values_mut() {
                c.fixed.take_if(|(_, f, _)| matches!(f.reason, StopReason::Cancelled | StopReason::Merged));
            }
            let last = cycles.iter_mut().rev().find(|((m, _), _)| *m == Milestone::Resolution);
            if let Some((_, c)) = last {
                c.fixed.take_if(|(_, f, _)| f.reason == StopReason::Done);
            }
        }
        _ => {}
    }
}

/// Into which cell a cycle falls, and when; `None` while it runs and is not late.
fn outcome(c: Cycle, basis: Basis) -> Option<Found> {
    let late = c.is_late();
    let cell = match (&c.fixed, late) {
        _ if c.replaced => LEFT_OUT,
        (_, true) if c.excused => EXCUSED,
        (_, true) => MISSED,
        (Some((_, f, _)), false) if f.reason.counts() => MET,
        (Some(_), false) => LEFT_OUT,
        (None, false) => return None,
    };
    let (stopped_at, fixed, by) = c.fixed.map_or((None, None, None), |(at, f, by)| (Some(at), Some(f), by));
    let (breached_at, had) = c.breached.unzip();
    let due_at = fixed.as_ref().and_then(|f| f.due_at).or(breached_at);
    let at = match basis {
        // A clock that stopped while it was paused had no due: it counts when it stopped.
        Basis::Due => due_at.or(stopped_at)?,
        Basis::Stop => stopped_at?,
    };
    // Who had it when it became late answers for that; who served it in time gets the merit.
    let place = had.flatten().filter(|_| late).or(by)?;
    let cell = if place.kind == Kind::Complaint { of_complaint(cell) } else { cell };
    let value = fixed.filter(|f| late || f.reason.counts()).map(|f| f.counted_s);
    Some(Found { value, ..Found::new(cell, at, place) })
}

/// The same outcome of a complaint's promise.
fn of_complaint(cell: &'static str) -> &'static str {
    match cell {
        MET => COMPLAINT_MET,
        MISSED => COMPLAINT_MISSED,
        EXCUSED => COMPLAINT_EXCUSED,
        _ => COMPLAINT_LEFT_OUT,
    }
}
