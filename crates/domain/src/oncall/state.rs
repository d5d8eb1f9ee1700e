//! Whether a rota counts: one that is a draft pages nobody. Of rotas in force each group has at most one, so that it is
//! never a matter of names who is paged.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{RotaDoc, Shift};
use crate::id::GroupId;
use crate::named;
use crate::time::Timestamp;

named! {
    /// Does a rota count?
    pub enum RotaState ("rota state") {
        /// It says who is on call.
        InForce = "in_force",
        /// It can be looked at and tried out, and counts for nothing.
        Draft = "draft",
    }
}

/// The times in which a rota was a draft. What it says of them was nobody's duty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Drafts(Vec<DraftTime>);

/// One of them. It has no beginning if the rota was made as a draft, and no end while it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct DraftTime {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl Drafts {
    /// The times after it is saved in a state. `was` is nothing for a new rota.
    #[must_use]
    pub fn saved(&self, was: Option<RotaState>, state: RotaState, now: Timestamp) -> Self {
        use RotaState::{Draft, InForce};
        let mut times = self.0.clone();
        match (was, state) {
            (None, Draft) => times.push(DraftTime { from: None, until: None }),
            (Some(InForce), Draft) => times.push(DraftTime { from: Some(now), until: None }),
            (Some(Draft), InForce) => match times.iter_mut().find(|t| t.until.is_none()) {
                Some(open) => open.until = Some(now),
                None => times.push(DraftTime { from: None, until: Some(now) }),
            },
            _ => {}
        }
        Self(times)
    }

    /// The shifts without those times.
    pub fn without(&self, shifts: Vec<Shift>) -> Vec<Shift> {
        self.0.iter().fold(shifts, |shifts, draft| shifts.iter().flat_map(|s| draft.leaves_of(s)).collect())
    }
}

impl DraftTime {
    /// What was a shift before and after it.
    fn leaves_of(self, shift: &Shift) -> impl Iterator<Item = Shift> {
        let before = self.from.map(|from| Shift { until: shift.until.min(from), ..shift.clone() });
        let after = self.until.map(|until| Shift { from: shift.from.max(until), ..shift.clone() });
        before.into_iter().chain(after).filter(|s| s.from < s.until)
    }
}

/// What two rotas both serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    /// These groups.
    Groups(BTreeSet<GroupId>),
    /// Every group without a rota of its own.
    Rest,
}

impl RotaDoc {
    /// What it serves that the other one serves, too.
    pub fn shared(&self, other: &Self) -> Option<Shared> {
        if self.groups.is_empty() && other.groups.is_empty() {
            return Some(Shared::Rest);
        }
        let both: BTreeSet<GroupId> = self.groups.intersection(&other.groups).cloned().collect();
        (!both.is_empty()).then_some(Shared::Groups(both))
    }
}
