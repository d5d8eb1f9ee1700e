//! What a report is asked for: which one, over which time, grouped by what, narrowed to whom.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::Period;
use crate::id::{GroupId, OrgId};
use crate::named;
use crate::sla::Milestone;
use crate::ticket::Severity;
use crate::time::Timestamp;

named! {
    /// The reports.
    pub enum Report ("report") {
        /// Promises kept and broken (`sla.md` §7).
        Attainment = "attainment",
        /// From coming to being solved: MTTR (S1-76).
        Recovery = "recovery",
        /// The customers' marks (S2-79 … S2-84).
        Satisfaction = "satisfaction",
        /// What came and how it was solved (S2-134).
        Solving = "solving",
        /// Progress slots met by people (S2-63).
        Punctuality = "punctuality",
        /// Questions asked twice (S1-19).
        Repeats = "repeats",
        /// Open work by age, as of now.
        Backlog = "backlog",
    }
}

impl Report {
    /// The grouping that says most when none was chosen.
    pub const fn usual_grouping(self) -> Grouping {
        match self {
            Self::Attainment => Grouping::Milestone,
            Self::Recovery => Grouping::Severity,
            Self::Satisfaction => Grouping::Kind,
            Self::Punctuality => Grouping::Person,
            Self::Repeats => Grouping::Month,
            Self::Solving | Self::Backlog => Grouping::Group,
        }
    }

    /// The groupings that it knows.
    pub fn groupings(self) -> impl Iterator<Item = Grouping> {
        Grouping::ALL.iter().copied().filter(move |g| match g {
            Grouping::Milestone | Grouping::Hour => self == Self::Attainment,
            Grouping::Case => self == Self::Punctuality,
            Grouping::Contact => self == Self::Repeats,
            _ => true,
        })
    }

    /// Does it speak of a period, or of this moment?
    pub fn has_period(self) -> bool {
        self != Self::Backlog
    }
}

named! {
    /// What a row of the table stands for.
    pub enum Grouping ("grouping") {
        /// A promise's milestone.
        Milestone = "milestone",
        /// A group of staff.
        Group = "group",
        /// A member of staff.
        Person = "person",
        /// A severity.
        Severity = "severity",
        /// A customer organisation.
        Customer = "customer",
        /// A person of a customer.
        Contact = "contact",
        /// A kind of service (S2-84).
        Kind = "kind",
        /// A case.
        Case = "case",
        /// The contract under which a case is served now.
        Contract = "contract",
        /// The weekday and hour, in the desk's zone, in which a case came.
        Hour = "hour",
        /// A calendar month in the desk's zone.
        Month = "month",
    }
}

named! {
    /// By which instant a promise belongs to a period (`sla.md` §7).
    pub enum Basis ("basis") {
        /// When it was due.
        Due = "due",
        /// When its clock stopped.
        Stop = "stop",
    }
}

/// To what a report is narrowed; what is empty does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Of this customer.
    pub organisation: Option<OrgId>,
    /// In this group's hands when it counted.
    pub group: Option<GroupId>,
    /// Of this severity when it counted.
    pub severity: Option<Severity>,
    /// Only promises of this milestone.
    pub milestone: Option<Milestone>,
}

const ALWAYS: [&str; 11] = [
    "opened",
    "assigned",
    "handed_over",
    "severity_changed",
    "edited",
    "resolved",
    "closed",
    "reopened",
    "merged_into",
    "rated",
    "withdrawn",
];
/// Kinds of which every milestone has its own. Progress slots of a forgotten ticket are thousands: a report reads
/// them only if it counts them.
const PROMISES: [&str; 4] = ["clock_stopped", "clock_resumed", "breached", "excused"];
/// What else decides about progress slots: a report that never arrived, and what the customer was told by itself.
const SLOTS: [&str; 2] = ["report_failed", "told_underway"];

/// A report that can be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Which one.
    pub report: Report,
    /// Over which days.
    pub period: Period,
    /// Grouped by what.
    pub by: Grouping,
    /// By which instant a promise counts.
    pub basis: Basis,
    /// Narrowed to what.
    pub filter: Filter,
    /// In which zone days and months are cut.
    pub zone: TimeZone,
    /// The present.
    pub now: Timestamp,
}

impl Ask {
    /// A report as it is shown before anybody has chosen anything.
    pub fn usual(report: Report, period: Period, zone: TimeZone, now: Timestamp) -> Self {
        let by = report.usual_grouping();
        Self { report, period, by, basis: Basis::Due, filter: Filter::default(), zone, now }
    }

    /// The milestone that is counted. Counted times of different milestones are not mixed: unless they stand in
    /// rows of their own, one is chosen.
    pub fn milestone(&self) -> Option<Milestone> {
        if self.report == Report::Punctuality {
            return Some(Milestone::Update);
        }
        let apart = self.by == Grouping::Milestone;
        self.filter.milestone.or(if apart { None } else { Some(Milestone::Response) })
    }

    /// The kinds of events that the fold reads: the change's type, for promises with their milestone.
    pub fn kinds(&self) -> BTreeSet<String> {
        let wanted = self.milestone().map_or(Milestone::ALL.to_vec(), |m| vec![m]);
        let promises = wanted.iter().flat_map(|m| PROMISES.iter().map(move |kind| format!("{kind}:{m}")));
        let promises =
            promises.filter(|_| self.report == Report::Attainment || self.report == Report::Punctuality);
        let slots = wanted.contains(&Milestone::Update).then_some(SLOTS).into_iter().flatten();
        let slots = slots.map(str::to_owned);
        ALWAYS.iter().map(|kind| (*kind).to_owned()).chain(promises).chain(slots).collect()
    }

    /// The same question about the period before.
    #[must_use]
    pub fn before(&self) -> Self {
        Self { period: self.period.before(), ..self.clone() }
    }
}
