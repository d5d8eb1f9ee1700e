//! What the inbox says that is not about a ticket: of on-call, of repeated misses.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Seat, SwapState};
use crate::conduct::Stand;
use crate::id::StaffId;
use crate::time::Timestamp;

/// A piece of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum News {
    /// A swap was proposed, answered or withdrawn.
    Swap {
        /// What became of it.
        state: SwapState,
        /// By whom.
        by: StaffId,
        /// The rota's name.
        rota: String,
        /// The time that is given …
        from: Timestamp,
        /// … until before this.
        until: Timestamp,
    },
    /// The coming holidays are not in order.
    Findings {
        /// The rota's name.
        rota: String,
        /// The first day of the block.
        first: Date,
        /// The last day.
        last: Date,
        /// How many findings.
        n: usize,
        /// How many contracts promise a response as on workdays that the rota does not hold.
        #[serde(default, skip_serializing_if = "is_none")]
        parity: usize,
    },
    /// One's shift has begun: confirm that you can be reached.
    Start {
        /// The rota's name.
        rota: String,
        /// Which duty.
        seat: Seat,
        /// Since when.
        from: Timestamp,
    },
    /// What is proposed after repeated misses came a step further.
    Conduct {
        /// Where it stands.
        state: Stand,
        /// About whom.
        person: StaffId,
    },
    /// Somebody has not confirmed at the start of the shift.
    Silent {
        /// The rota's name.
        rota: String,
        /// Which duty.
        seat: Seat,
        /// Who.
        person: StaffId,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_none(n: &usize) -> bool {
    *n == 0
}
