//! Whether a rota counts: one that is a draft pages nobody. Of rotas in force each group has at most one, so that it is
//! never a matter of names who is paged.

use std::collections::BTreeSet;

use super::RotaDoc;
use crate::id::GroupId;
use crate::named;

named! {
    /// Does a rota count?
    pub enum RotaState ("rota state") {
        /// It says who is on call.
        InForce = "in_force",
        /// It can be looked at and tried out, and counts for nothing.
        Draft = "draft",
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
