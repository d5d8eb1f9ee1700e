//! Who is on call at an instant and why; the shifts of a time.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::rota::Layer;
use super::{Leave, Override, Rota, Seat};
use crate::id::StaffId;
use crate::time::Timestamp;

/// What led to the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Because {
    /// Somebody was put in by hand.
    Override,
    /// Two people swapped.
    Swap,
    /// It is their turn in this layer.
    Turn {
        /// The layer's name.
        layer: String,
    },
    /// Those whose turn it was are away, or have the other duty.
    Next {
        /// The layer's name.
        layer: String,
        /// Who was passed over, in order.
        passed: Vec<StaffId>,
    },
    /// No layer has anybody.
    Fallback,
    /// In this layer behind those who did not answer.
    Behind {
        /// The layer's name.
        layer: String,
    },
    /// Nobody at all: the rota's owner is called, then the supervisors.
    Nobody,
    /// There is no rota: the supervisors stand in for it.
    NoRota,
}

/// Who is paged for a step of a promise, as the ticket's history keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// The rota's name; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rota: String,
    /// Who: when the rota names nobody, its owner.
    pub person: StaffId,
    /// Why.
    pub because: Because,
    /// The rota names nobody: the supervisors must know.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alarm: bool,
}

/// Who has a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The person, if there is one.
    pub person: Option<StaffId>,
    /// Why.
    pub because: Because,
}

/// Both duties at an instant. Never the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Who answers first.
    pub primary: Answer,
    /// Who stands behind.
    pub backup: Answer,
}

/// A time in which nothing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// From here on …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
    /// Who.
    pub on: OnCall,
}

/// A rota with what happened to it.
#[derive(Debug, Clone, Copy)]
pub struct Roster<'a> {
    /// The rota.
    pub rota: &'a Rota,
    /// Overrides in the order in which they were made; the last one wins.
    pub overrides: &'a [Override],
    /// Who is away.
    pub leaves: &'a [Leave],
    /// Who can have a duty at all: the active people.
    pub able: &'a BTreeSet<StaffId>,
}

impl Roster<'_> {
    /// Who is on call, and why. Somebody who is away never is.
    pub fn on_call_at(&self, at: Timestamp) -> OnCall {
        let primary = self.seat(Seat::Primary, at, None);
        let backup = self.seat(Seat::Backup, at, primary.person.as_ref());
        OnCall { primary, backup }
    }

    /// The shifts of a time without a hole: they begin at `from` and end at `until`, and neighbours differ.
    pub fn shifts(&self, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let mut edges: Vec<Timestamp> = self.rota.layers.iter().flat_map(|l| l.edges(from, until)).collect();
        edges.extend(self.overrides.iter().flat_map(|o| [o.from, o.until]));
        edges.extend(self.leaves.iter().flat_map(|l| [l.from, l.until]));
        edges.push(from);
        edges.retain(|t| (from..until).contains(t));
        edges.sort_unstable();
        edges.dedup();
        let ends = edges.iter().skip(1).copied().chain([until]);
        let mut shifts: Vec<Shift> = Vec::new();
        for (from, until) in edges.iter().copied().zip(ends) {
            let on = self.on_call_at(from);
            match shifts.last_mut() {
                Some(last) if last.on == on => last.until = until,
                _ => shifts.push(Shift { from, until, on }),
            }
        }
        shifts
    }

    /// Is the person there?
    pub(super) fn is_free(&self, person: &StaffId, at: Timestamp) -> bool {
        let away = self.leaves.iter().any(|l| l.person == *person && (l.from..l.until).contains(&at));
        self.able.contains(person) && !away
    }

    fn seat(&self, seat: Seat, at: Timestamp, taken: Option<&StaffId>) -> Answer {
        let can = |p: &StaffId| self.is_free(p, at) && Some(p) != taken;
        let put = self.overrides.iter().rev().filter(|o| o.seat == seat && (o.from..o.until).contains(&at));
        if let Some(o) = put.into_iter().find(|o| can(&o.person)) {
            let because = if o.swap { Because::Swap } else { Because::Override };
            return Answer { person: Some(o.person.clone()), because };
        }
        // Without a layer of its own, the backup is the next one in the order of the primary's.
        let behind = (seat == Seat::Backup).then(|| self.rota.covering(Seat::Primary, at));
        let layers = self.rota.covering(seat, at).chain(behind.into_iter().flatten());
        if let Some(answer) = layers.into_iter().find_map(|l| pick(l, at, can)) {
            return answer;
        }
        match self.rota.fallback.as_ref().filter(|p| can(p)) {
            Some(person) => Answer { person: Some(person.clone()), because: Because::Fallback },
            None => Answer { person: None, because: Because::Nobody },
        }
    }
}

fn pick(layer: &Layer, at: Timestamp, can: impl Fn(&StaffId) -> bool) -> Option<Answer> {
    let mut passed = Vec::new();
    for person in layer.in_turn(at) {
        if can(person) {
            let layer = layer.name.clone();
            let because =
                if passed.is_empty() { Because::Turn { layer } } else { Because::Next { layer, passed } };
            return Some(Answer { person: Some(person.clone()), because });
        }
        passed.push(person.clone());
    }
    None
}
