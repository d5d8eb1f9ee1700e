//! How long cases waited for the customer, by who had them (P5): a clock that pauses must not be a place to hide.

use std::collections::BTreeMap;

use super::appraisal::{FEW, number};
use super::place::Place;
use super::{Ask, History};
use crate::id::StaffId;
use crate::ticket::{Change, Event, Status};
use crate::time::Timestamp;

/// Of how much life how much was waiting for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waited {
    /// Cases.
    pub cases: usize,
    /// Their life in a person's hands while they were not solved, in counted seconds.
    pub life_s: i64,
    /// Of this waiting for the customer.
    pub waiting_s: i64,
}

impl Waited {
    /// The share; none without life.
    pub fn share(&self) -> Option<f64> {
        (self.life_s > 0).then(|| number(self.waiting_s) / number(self.life_s))
    }

    /// Far above that of everybody: at least 20 cases, one and a half times and ten percentage points.
    pub fn is_far_above(&self, all: &Self) -> bool {
        let wide = |n: i64| i128::from(n.max(0));
        let (own, usual) = (wide(self.waiting_s) * wide(all.life_s), wide(all.waiting_s) * wide(self.life_s));
        let whole = wide(self.life_s) * wide(all.life_s);
        self.cases >= FEW && whole > 0 && own * 2 >= usual * 3 && (own - usual) * 10 >= whole
    }

    fn add(&mut self, life_s: i64, waiting_s: i64) {
        self.life_s += life_s;
        self.waiting_s += waiting_s;
    }
}

/// By person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waits {
    people: BTreeMap<StaffId, Waited>,
    all: Waited,
}

impl Waits {
    /// Takes a history; only its life between two instants counts.
    pub(super) fn take(
        &mut self,
        ask: &Ask,
        history: &History,
        (from, until): (Timestamp, Timestamp),
        counted: &impl Fn(Timestamp, Timestamp) -> i64,
    ) {
        let mut place = Place::start();
        let mut status = None;
        let mut had: BTreeMap<StaffId, Waited> = BTreeMap::new();
        let ends = history.events.iter().skip(1).map(|e| e.at).chain([until]);
        for (e, end) in history.events.iter().zip(ends) {
            place.take(e);
            status = after(status, e);
            let filter = &ask.filter;
            let counts = filter.group.as_ref().is_none_or(|g| place.group.as_ref() == Some(g))
                && filter.severity.is_none_or(|s| place.severity == s);
            let Some(person) = place.person.as_ref().filter(|_| counts) else { continue };
            let lives = status.is_some_and(|s| s.is_open() && s != Status::Resolved);
            let (a, b) = (e.at.max(from), end.min(until));
            if !lives || a >= b {
                continue;
            }
            let life = counted(a, b);
            let waiting = if status == Some(Status::WaitingCustomer) { life } else { 0 };
            had.entry(person.clone()).or_default().add(life, waiting);
        }
        had.retain(|_, w| w.life_s > 0);
        self.all.cases += usize::from(!had.is_empty());
        for (person, w) in had {
            let sum = self.people.entry(person).or_default();
            sum.cases += 1;
            sum.add(w.life_s, w.waiting_s);
            self.all.add(w.life_s, w.waiting_s);
        }
    }

    /// Everybody who had a case.
    pub fn people(&self) -> impl Iterator<Item = &StaffId> {
        self.people.keys()
    }

    /// Of one person.
    pub fn of(&self, person: &StaffId) -> Waited {
        self.people.get(person).copied().unwrap_or_default()
    }

    /// Of everybody.
    pub fn all(&self) -> Waited {
        self.all
    }
}

/// The status after an event.
fn after(status: Option<Status>, e: &Event) -> Option<Status> {
    match &e.change {
        Change::Opened { .. } | Change::Reopened { .. } => Some(Status::Open),
        Change::StatusChanged { to, .. } => Some(*to),
        Change::Resolved { .. } => Some(Status::Resolved),
        Change::Closed { .. } => Some(Status::Closed),
        Change::MergedInto { .. } => Some(Status::Merged),
        _ => status,
    }
}
