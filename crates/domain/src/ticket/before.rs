//! How a ticket was before it ended, so that an end which was a slip can be taken back.

use serde::{Deserialize, Serialize};

use super::{Change, Event, Status};
use crate::access::ActorRef;
use crate::time::Timestamp;

/// What a solution replaced; a slip gives it back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Unsolved {
    /// Where the cause was thought to lie.
    #[serde(default)]
    pub cause: Option<super::Cause>,
    /// An earlier solution.
    #[serde(default)]
    pub resolution: String,
    /// The remark of the problem log.
    #[serde(default)]
    pub remark: String,
    /// Since when the customer waited for a word, if the solution came without one and so was the answer itself.
    #[serde(default)]
    pub unanswered_since: Option<Timestamp>,
}

impl Unsolved {
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// How a ticket was before it ended, of the events of its history in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Its status.
    pub status: Status,
    /// What the solution replaced, if it was solved.
    pub solved: Option<Unsolved>,
    /// Who ended it.
    pub by: ActorRef,
    /// When.
    pub at: Timestamp,
}

impl Before {
    /// Of the last end.
    pub fn of(events: &[Event]) -> Option<Self> {
        let mut last = None;
        let mut solved = None;
        for event in events {
            match &event.change {
                Change::StatusChanged { from, to, .. } if !to.is_open() => {
                    last = Some((*from, event.by.clone(), event.at));
                }
                Change::Resolved { was, .. } => solved = Some(was.clone()),
                Change::Reopened { .. } => (last, solved) = (None, None),
                _ => {}
            }
        }
        let (status, by, at) = last?;
        Some(Self { status, solved, by, at })
    }
}
