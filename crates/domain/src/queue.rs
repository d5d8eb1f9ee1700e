//! Queues: which of them a ticket stands in. Their counts are maintained from the difference of two answers,
//! never counted over the table.

use std::collections::BTreeSet;

use crate::named;
use crate::ticket::{Status, Ticket};

named! {
    /// The queues of the agent console, in their order.
    pub enum Queue ("queue") {
        /// Open and mine.
        Mine = "mine",
        /// Open in one of my groups.
        MyGroups = "my_groups",
        /// Open and nobody's.
        Unassigned = "unassigned",
        /// Open, by the nearest due.
        DueNext = "due_next",
        /// Waiting for somebody.
        Waiting = "waiting",
        /// Solved, not yet confirmed.
        Resolved = "resolved",
        /// Everything.
        All = "all",
    }
}

/// The counters in which a ticket counts one. A reader's queue sums the counters it is made of:
/// `mine` is `staff:<id>`, `my_groups` the sum of `group:<id>`.
pub fn counters(ticket: &Ticket) -> BTreeSet<String> {
    let mut keys = BTreeSet::from(["all".to_owned()]);
    if ticket.status == Status::Resolved {
        keys.insert("resolved".to_owned());
    }
    if !ticket.status.is_open() {
        return keys;
    }
    keys.insert("open".to_owned());
    if ticket.status.is_waiting() {
        keys.insert("waiting".to_owned());
    }
    match &ticket.assignee {
        Some(person) => keys.insert(format!("staff:{person}")),
        None => keys.insert("unassigned".to_owned()),
    };
    if let Some(group) = &ticket.group {
        keys.insert(format!("group:{group}"));
    }
    keys
}

/// What changes when a ticket goes from one state to the next: counter and ±1.
pub fn difference(before: Option<&Ticket>, after: &Ticket) -> Vec<(String, i64)> {
    let before = before.map(counters).unwrap_or_default();
    let after = counters(after);
    let gone = before.difference(&after).map(|k| (k.clone(), -1));
    let come = after.difference(&before).map(|k| (k.clone(), 1));
    gone.chain(come).collect()
}
