//! Who stands apart: a complaint is handled by nobody who had the case in hand that it is about (S2-115).

use std::collections::BTreeSet;

use super::{Change, Event, Ticket};
use crate::access::ActorRef;
use crate::id::StaffId;

/// The kinds of events that [`handled_by`] reads.
pub const HANDLING: [&str; 7] =
    ["opened", "assigned", "replied", "contacted", "attended", "planned", "resolved"];

/// Everybody who has, or ever had, a case in hand: it was assigned to them, or they spoke to the customer, went there,
/// planned its fix or solved it. Who only wrote a note for colleagues did not handle it.
pub fn handled_by(t: &Ticket, events: &[Event]) -> BTreeSet<StaffId> {
    let mut people: BTreeSet<StaffId> = t.assignee.iter().chain(&t.resolved_by).cloned().collect();
    for e in events {
        match &e.change {
            Change::Opened { handling, .. } => people.extend(handling.assignee.clone()),
            Change::Assigned { from, to, .. } => {
                people.extend([from, to].into_iter().filter_map(|h| h.assignee.clone()));
            }
            Change::Replied { .. }
            | Change::ChatAnswered { .. }
            | Change::Contacted { .. }
            | Change::Attended { .. }
            | Change::Planned { .. }
            | Change::Resolved { .. } => {
                if let ActorRef::Staff(id) = &e.by {
                    people.insert(id.clone());
                }
            }
            _ => {}
        }
    }
    people
}
