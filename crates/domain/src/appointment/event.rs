//! What happened to an appointment; kept as events of its ticket.

use serde::{Deserialize, Serialize};

use super::{Plan, WantedBy};
use crate::time::Timestamp;

/// One change of the appointment with this number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum AppointmentChange {
    /// It was agreed.
    Agreed { no: u32, plan: Plan, wanted_by: WantedBy },
    /// Something else was agreed instead.
    Moved { no: u32, from: Plan, to: Plan },
    /// It took place at this instant.
    Done { no: u32, plan: Plan, at: Timestamp, result: String },
    /// It is not to be any more.
    Cancelled { no: u32, plan: Plan, reason: String },
    /// It comes soon.
    Soon { no: u32, plan: Plan },
    /// Its time went by.
    Missed { no: u32, plan: Plan },
}

impl AppointmentChange {
    /// What it is about; of a move, what is agreed now.
    pub fn plan(&self) -> &Plan {
        match self {
            Self::Agreed { plan, .. }
            | Self::Moved { to: plan, .. }
            | Self::Done { plan, .. }
            | Self::Cancelled { plan, .. }
            | Self::Soon { plan, .. }
            | Self::Missed { plan, .. } => plan,
        }
    }

    /// The number of the appointment in its ticket.
    pub fn no(&self) -> u32 {
        match self {
            Self::Agreed { no, .. }
            | Self::Moved { no, .. }
            | Self::Done { no, .. }
            | Self::Cancelled { no, .. }
            | Self::Soon { no, .. }
            | Self::Missed { no, .. } => *no,
        }
    }

    /// Does the customer read it? That it comes soon is told staff.
    pub fn is_public(&self) -> bool {
        !matches!(self, Self::Soon { .. })
    }
}
