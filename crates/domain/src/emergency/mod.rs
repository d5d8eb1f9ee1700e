//! Emergency mode: a severe fault is handled under one commander, with an interim plan for those who are affected and a
//! review afterwards (S2-101 … S2-104). One per ticket; each change is an event of the ticket.

mod event;

pub use event::{EmergencyChange, Section};

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{EmergencyId, OrgId, StaffId, TicketId};
use crate::named;
use crate::time::{Timestamp, plus_seconds};

/// What is taken back by its author within so many seconds was a slip of the hand and needs no reason.
const SLIP_S: i64 = 5 * 60;

named! {
    /// Where an emergency stands.
    pub enum State ("emergency state") {
        /// It is being handled.
        Running = "running",
        /// Over; without a review it owes one.
        Ended = "ended",
        /// Over and reviewed. Measures may still be open.
        Finished = "finished",
        /// It was none.
        CalledOff = "called_off",
    }
}

named! {
    /// Where an interim plan stands.
    pub enum PlanState ("plan state") {
        /// Promised for an instant.
        Planned = "planned",
        /// Basic operations go on by it.
        InForce = "in_force",
        /// Not needed any more.
        Ended = "ended",
    }
}

/// Who does what, for example `on site`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Name of the role.
    pub role: String,
    /// Who holds it.
    pub person: StaffId,
}

/// How basic operations go on until the fault is mended (S2-103). Customers read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterimPlan {
    /// In words.
    pub text: String,
    /// By when it is promised to be in force.
    pub promised_at: Option<Timestamp>,
    /// Where it stands.
    pub state: PlanState,
    /// Since when.
    pub since: Timestamp,
}

impl InterimPlan {
    /// Promised, and the instant has passed.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.state == PlanState::Planned && self.promised_at.is_some_and(|at| at < now)
    }
}

/// What was learnt (S2-104).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Why it came to this.
    pub causes: String,
    /// What went well and what did not.
    pub lessons: String,
}

/// Something that is to prevent the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Position in its emergency, from 1.
    pub no: u32,
    /// What is to be done.
    pub what: String,
    /// Who sees to it.
    pub owner: StaffId,
    /// Until which day.
    pub due_on: Date,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// What came of it.
    #[serde(default)]
    pub effect: String,
}

impl Measure {
    /// Not done although its day has passed.
    pub fn is_late(&self, today: Date) -> bool {
        self.done_at.is_none() && self.due_on < today
    }
}

/// An emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Key; customers' addresses carry it, for the ticket may be another customer's.
    pub id: EmergencyId,
    /// The ticket whose fault it is.
    pub ticket: TicketId,
    /// Raised by one with each change.
    pub version: i64,
    /// Where it stands.
    pub state: State,
    /// What customers read as its name.
    pub title: String,
    /// Who notices what. Customers read it.
    pub impact: String,
    /// Who decides.
    pub commander: StaffId,
    /// Who does what.
    pub roles: Vec<Holder>,
    /// The customers who see its status page.
    pub organisations: BTreeSet<OrgId>,
    /// How basic operations go on.
    pub plan: Option<InterimPlan>,
    /// When the affected hear from us again.
    pub next_report_at: Option<Timestamp>,
    /// When it was started.
    pub started_at: Timestamp,
    /// By whom.
    pub started_by: Option<StaffId>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// By whom.
    pub ended_by: Option<StaffId>,
    /// What was learnt.
    pub review: Option<Review>,
    /// What is done against the next one.
    pub measures: Vec<Measure>,
}

impl Emergency {
    /// Over, but nobody has said yet why it came to this.
    pub fn owes_review(&self) -> bool {
        self.state == State::Ended && self.review.is_none()
    }

    /// Commander or holder of a role.
    pub fn works_in(&self, person: &StaffId) -> bool {
        self.commander == *person || self.roles.iter().any(|h| h.person == *person)
    }

    /// Everybody who works in it.
    pub fn people(&self) -> BTreeSet<StaffId> {
        let holders = self.roles.iter().map(|h| h.person.clone());
        std::iter::once(self.commander.clone()).chain(holders).collect()
    }

    /// Measures that are not done.
    pub fn open_measures(&self) -> usize {
        self.measures.iter().filter(|m| m.done_at.is_none()).count()
    }

    /// Did this person start it just now?
    pub fn just_started(&self, by: Option<&StaffId>, now: Timestamp) -> bool {
        slip(self.started_by.as_ref(), Some(self.started_at), by, now)
    }

    /// Did this person end it just now?
    pub fn just_ended(&self, by: Option<&StaffId>, now: Timestamp) -> bool {
        slip(self.ended_by.as_ref(), self.ended_at, by, now)
    }
}

fn slip(author: Option<&StaffId>, at: Option<Timestamp>, by: Option<&StaffId>, now: Timestamp) -> bool {
    author.is_some() && author == by && at.is_some_and(|at| now <= plus_seconds(at, SLIP_S))
}
