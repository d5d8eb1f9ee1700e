//! Repeated misses of the first response (S2-59): so many in so many days are proposed for a talk or a training, with
//! evidence. The person may object, a supervisor decides. Nothing happens by itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::named;
use crate::time::{Timestamp, plus_seconds};

named! {
    /// What is proposed.
    pub enum Consequence ("consequence") {
        /// A talk.
        Talk = "talk",
        /// A training.
        Training = "training",
    }
}

named! {
    /// Where a proposal stands.
    pub enum Stand ("proposal state") {
        /// The person may object.
        Proposed = "proposed",
        /// The person objects.
        Objected = "objected",
        /// A supervisor upholds it.
        Upheld = "upheld",
        /// A supervisor drops it.
        Dropped = "dropped",
    }
}

impl Stand {
    /// Has a supervisor decided?
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Upheld | Self::Dropped)
    }
}

/// A person has so many days to object before a proposal can be upheld.
pub const HEARD_DAYS: i64 = 7;

/// A first response that was missed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Miss {
    /// When it was due.
    pub due_at: Timestamp,
    /// The ticket's number.
    pub number: String,
    /// Which cycle of the promise.
    pub cycle: u32,
}

/// The evidence for a new proposal, in the order of time: at least `enough` misses that no proposal has named before.
pub fn evidence(misses: &[Miss], named: &BTreeSet<(String, u32)>, enough: u32) -> Option<Vec<Miss>> {
    let fresh = misses.iter().filter(|m| !named.contains(&(m.number.clone(), m.cycle)));
    let fresh: BTreeSet<Miss> = fresh.cloned().collect();
    let enough = usize::try_from(enough).unwrap_or(usize::MAX).max(1);
    (fresh.len() >= enough).then(|| fresh.into_iter().collect())
}

/// May a proposal that was made at an instant go from one state to another? `left` of its misses are not excused.
/// `Err` says what forbids it.
///
/// # Errors
/// `decided`, `too_soon` while the person may still object, `excused` if too few misses are left.
pub fn step(
    (from, to): (Stand, Stand),
    (made_at, now): (Timestamp, Timestamp),
    (left, enough): (usize, u32),
) -> Result<(), &'static str> {
    match (from, to) {
        (Stand::Upheld | Stand::Dropped, _) | (_, Stand::Proposed) | (Stand::Objected, Stand::Objected) => {
            Err("decided")
        }
        (Stand::Proposed, Stand::Upheld) if now < plus_seconds(made_at, HEARD_DAYS * 86_400) => {
            Err("too_soon")
        }
        (_, Stand::Upheld) if left < usize::try_from(enough).unwrap_or(usize::MAX) => Err("excused"),
        (Stand::Proposed, Stand::Objected) | (_, Stand::Dropped | Stand::Upheld) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_seconds;

    fn miss(number: &str, day: i64) -> Miss {
        Miss { due_at: from_seconds(day * 86_400), number: number.to_owned(), cycle: 1 }
    }

    #[test]
    fn only_fresh_misses_make_a_proposal_and_each_counts_once() {
        let misses = [miss("c", 3), miss("a", 1), miss("b", 2), miss("a", 1)];
        let found = evidence(&misses, &BTreeSet::new(), 3).unwrap();
        assert_eq!(found, [miss("a", 1), miss("b", 2), miss("c", 3)]);
        assert_eq!(evidence(&misses, &BTreeSet::new(), 4), None);
        let named = BTreeSet::from([("a".to_owned(), 1)]);
        assert_eq!(evidence(&misses, &named, 3), None);
        assert_eq!(evidence(&[], &named, 0), None, "nothing is no evidence");
    }

    #[test]
    fn a_person_is_heard_before_anything_is_upheld() {
        let (made, early, late) = (from_seconds(0), from_seconds(7 * 86_400 - 1), from_seconds(7 * 86_400));
        let go = |from, to, now, left| step((from, to), (made, now), (left, 3));
        assert_eq!(go(Stand::Proposed, Stand::Upheld, early, 3), Err("too_soon"));
        assert_eq!(go(Stand::Proposed, Stand::Upheld, late, 3), Ok(()));
        assert_eq!(go(Stand::Proposed, Stand::Objected, late, 3), Ok(()));
        assert_eq!(go(Stand::Objected, Stand::Upheld, early, 3), Ok(()), "heard already");
        assert_eq!(go(Stand::Objected, Stand::Upheld, early, 2), Err("excused"));
        assert_eq!(go(Stand::Proposed, Stand::Dropped, early, 0), Ok(()));
        for to in Stand::ALL {
            for from in [Stand::Upheld, Stand::Dropped] {
                assert_eq!(go(from, *to, late, 9), Err("decided"));
            }
        }
        assert_eq!(go(Stand::Objected, Stand::Objected, early, 3), Err("decided"));
    }
}
