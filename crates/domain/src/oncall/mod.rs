//! On-call: who is on duty at an instant, who stands behind, and why (rules O1 and O2 of the SLA specification).
//! A [`RotaDoc`] is what people edit; [`Rota`] is the same, checked, with the kinds of days of its calendar.

mod check;
mod days;
mod duty;
mod fair;
mod lint;
mod news;
mod paging;
mod parity;
mod presence;
mod resolve;
mod rota;
mod state;
mod swap;

pub use days::{Block, DayKind, Days};
pub use duty::{Duty, FeedEvent, duties, write_feed};
pub use fair::{Dealt, Tally, deal, tally};
pub use lint::{Finding, Issue, lint};
pub use news::News;
pub use paging::{Means, Page, PageEnd, PageRound, PagedSoFar, next_round, rounds_of, rounds_without_rota};
pub use parity::{Lack, Load, Weak, able, load, parity, promised_hours};
pub use presence::{Moved, Presence, moved};
pub use resolve::{Answer, Because, Called, OnCall, Roster, Shift};
pub use rota::Rota;
pub use state::{Drafts, RotaState, Shared};
pub use swap::{Span, Swap, SwapState};

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{CalendarId, GroupId, StaffId};
use crate::named;
use crate::time::Timestamp;

named! {
    /// Which duty.
    pub enum Seat ("seat") {
        /// Answers first.
        Primary = "primary",
        /// Answers when the first does not.
        Backup = "backup",
    }
}

named! {
    /// On which days a layer has duty. A make-up workday is a workday (O2).
    pub enum LayerDays ("layer days") {
        /// On all days.
        All = "all",
        /// On workdays, make-up days among them.
        Workday = "workday",
        /// On days off that are no public holiday.
        Weekend = "weekend",
        /// On public holidays: these layers answer before all others.
        Holiday = "holiday",
    }
}

named! {
    /// In what a shift is measured.
    pub enum ShiftUnit ("shift unit") {
        /// Local days.
        Days = "days",
        /// Weeks from the handoff's weekday.
        Weeks = "weeks",
    }
}

/// One layer of a rota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDoc {
    /// Its name for people.
    pub name: String,
    /// Which duty it fills.
    pub seat: Seat,
    /// On which days.
    pub days: LayerDays,
    /// IANA name of the zone of its wall times.
    pub time_zone: String,
    /// Who takes turns, in this order.
    pub order: Vec<StaffId>,
    /// The weekday on which shifts of whole weeks change hands: `mon` … `sun`.
    pub handoff_day: String,
    /// The wall time at which a shift changes hands, `HH:MM`.
    pub handoff_at: String,
    /// Length of a shift in units.
    pub every: u16,
    /// The unit.
    pub unit: ShiftUnit,
    /// The first shift's date.
    pub starts_on: Date,
    /// Wall-clock windows in which there is duty, `22:00–06:00` over midnight; all day when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<(String, String)>,
}

/// The editable document of a rota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotaDoc {
    /// The calendar that says which days are holidays and make-up days.
    pub calendar: CalendarId,
    /// The groups whose tickets it serves; every group without a rota of its own when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<GroupId>,
    /// The first layer that has somebody answers.
    pub layers: Vec<LayerDoc>,
    /// Who answers in a gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<StaffId>,
    /// Who answers for the rota, and is called when it names nobody.
    pub owner: StaffId,
    /// Whoever's shift begins must confirm within so many minutes to be reachable; not asked when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_within_min: Option<u16>,
}

impl RotaDoc {
    /// Does it name a person: in a layer, as fallback, as owner?
    pub fn names(&self, person: &StaffId) -> bool {
        let in_layers = self.layers.iter().any(|l| l.order.contains(person));
        in_layers || self.fallback.as_ref() == Some(person) || self.owner == *person
    }
}

/// Somebody has the duty from one instant to another, whatever the layers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Which duty.
    pub seat: Seat,
    /// Who.
    pub person: StaffId,
    /// From here on …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
    /// It came of a swap that both agreed on.
    pub swap: bool,
}

/// Somebody is away from one instant to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// Who.
    pub person: StaffId,
    /// From here on …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
}
