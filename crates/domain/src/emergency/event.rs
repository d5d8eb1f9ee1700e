//! What happened in an emergency; kept as events of its ticket.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Holder, Measure, PlanState};
use crate::id::{OrgId, StaffId};
use crate::named;
use crate::time::Timestamp;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum EmergencyChange {
    /// Emergency mode was switched on.
    Started { title: String, commander: StaffId, organisations: BTreeSet<OrgId>, reason: String },
    /// It was a mistake or turned out to be none.
    CalledOff {
        reason: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        slip: bool,
    },
    /// What the affected read, and who they are.
    Described { title: String, impact: String, organisations: BTreeSet<OrgId> },
    /// Who leads and who does what.
    Staffed { commander: StaffId, roles: Vec<Holder> },
    /// An entry of its timeline, for everybody or for staff.
    Posted { text: String, public: bool, next_report_at: Option<Timestamp> },
    /// The interim plan was made, changed, or went to another state.
    Planned { text: String, promised_at: Option<Timestamp>, state: PlanState },
    /// It is over. The affected read the summary.
    Ended { summary: String },
    /// It is not over after all.
    Resumed {
        reason: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        slip: bool,
    },
    /// The review was written or changed.
    Reviewed { causes: String, lessons: String },
    /// A measure was added or changed; as it is afterwards.
    Measured { measure: Measure },
    /// Over and reviewed.
    Finished {},
}

named! {
    /// What two people may edit at the same time.
    pub enum Section ("section") {
        /// Title, impact, affected customers.
        Description = "description",
        /// Commander and roles.
        Staffing = "staffing",
        /// The interim plan.
        Plan = "interim_plan",
        /// The review.
        Review = "review",
        /// A measure.
        Measure = "measure",
    }
}

impl EmergencyChange {
    /// The section that it edited, if it edited one; of a measure with its number.
    pub fn section(&self) -> Option<(Section, u32)> {
        match self {
            Self::Described { .. } => Some((Section::Description, 0)),
            Self::Staffed { .. } => Some((Section::Staffing, 0)),
            Self::Planned { .. } => Some((Section::Plan, 0)),
            Self::Reviewed { .. } => Some((Section::Review, 0)),
            Self::Measured { measure } => Some((Section::Measure, measure.no)),
            _ => None,
        }
    }

    /// Is it a message to the affected customers? Then it answers whoever asks (K4); the plan and its states are no message.
    pub fn speaks(&self) -> bool {
        matches!(self, Self::Posted { public: true, .. } | Self::Ended { .. })
    }

    /// May the affected customers read it? Entries for staff, who does what, and the review are the house's own.
    pub fn is_public(&self) -> bool {
        match self {
            Self::Started { .. } | Self::Planned { .. } | Self::Ended { .. } => true,
            Self::Posted { public, .. } => *public,
            Self::Resumed { slip, .. } | Self::CalledOff { slip, .. } => !slip,
            Self::Described { .. }
            | Self::Staffed { .. }
            | Self::Reviewed { .. }
            | Self::Measured { .. }
            | Self::Finished {} => false,
        }
    }
}
