//! A ticket: one request of a customer and everything that was promised and done about it.

mod apart;
mod before;
pub mod clash;
pub mod decide;
mod event;
mod facts;
mod mention;
mod number;
pub mod progress;
mod rebuild;
mod state;

pub use apart::{HANDLING, handled_by};
pub use before::{Before, Unsolved};
pub use event::{Apart, Change, EditField, Event, Handling, MovedDue, NoDue, RaiseMode, linked_with};
pub use facts::Facts;
pub use mention::mentioned;
pub use number::{NumberError, format_number, parse_number};
pub use rebuild::{Difference, rebuild};
pub use state::{CloseReason, Status};

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::appointment::Follow;
use crate::id::{ContactId, ContractId, GroupId, ModuleId, OrgId, PolicyId, ProductId, StaffId, TicketId};
use crate::named;
use crate::sla::{Because, Clock, Milestone, Pause};
use crate::time::Timestamp;

named! {
    /// Why the customer turns to us (S1-77 and the sources' further contacts).
    pub enum Kind ("kind") {
        /// Sudden problem.
        Incident = "incident",
        /// Technical fault.
        Fault = "fault",
        /// Change of a requirement.
        Change = "change",
        /// How is it done?
        HowTo = "how_to",
        /// Suggestion for the product.
        Suggestion = "suggestion",
        /// Complaint about the service.
        Complaint = "complaint",
    }
}

impl Kind {
    /// Something does not work; only then is there a level.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Incident | Self::Fault)
    }
}

named! {
    /// What the problem looks like (S1-4 … S1-8, S2-13).
    pub enum IssueClass ("issue class") {
        /// Deployment failed or wrong configuration.
        Deployment = "deployment",
        /// Permission settings hamper people who work together.
        Permission = "permission",
        /// Import or export goes wrong.
        DataExchange = "data_exchange",
        /// An import fails as a whole (S1-36).
        ImportFailed = "import_failed",
        /// An advanced function is not understood.
        Usage = "usage",
        /// Sudden crash that hits a milestone.
        Crash = "crash",
        /// The program does not start.
        CannotStart = "cannot_start",
        /// The program is slow.
        Slow = "slow",
        /// Data are lost.
        DataLoss = "data_loss",
        /// None of these.
        Other = "other",
    }
}

named! {
    /// How badly work suffers.
    pub enum Severity ("severity") {
        /// Work is stopped or data lost (S2-42, S2-106).
        Urgent = "urgent",
        /// Everything else (S2-108).
        General = "general",
    }
}

named! {
    /// Level of a fault.
    pub enum Level ("level") {
        /// An urgent fault.
        One = "1",
        /// A fault with a way round.
        Two = "2",
    }
}

named! {
    /// How a request reached us.
    pub enum Channel ("channel") {
        /// The hotline.
        Phone = "phone",
        /// The customer's portal.
        Portal = "portal",
        /// A letter.
        Mail = "mail",
        /// Instant chat.
        Chat = "chat",
        /// The API.
        Api = "api",
        /// On site, in person.
        Visit = "visit",
        /// An import of history.
        Import = "import",
    }
}

named! {
    /// What a customer says who is asked whether there is anything else.
    pub enum Else ("answer") {
        /// Nobody has answered yet.
        Asked = "asked",
        /// There is something else; it became a ticket of its own.
        Yes = "yes",
        /// That was all.
        No = "no",
    }
}

named! {
    /// Where the cause lay (S1-41, S2-68).
    pub enum Cause ("cause") {
        /// The customer's own machine or site.
        LocalEnvironment = "local_environment",
        /// The system's servers.
        System = "system",
        /// It was used in an unintended way.
        Operation = "operation",
        /// The network between.
        Network = "network",
        /// Settings of the database.
        DatabaseConfiguration = "database_configuration",
        /// A defect of the program.
        Code = "code",
    }
}

/// What is planned for the fix, and for when (S1-43).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// What will be done.
    pub what: String,
    /// By which local date.
    pub by: Date,
}

impl PlanStep {
    /// A plan as people type it: a line `2026-10-09 what` per step.
    pub fn text(plan: &[Self]) -> String {
        plan.iter().map(|s| format!("{} {}", s.by, s.what)).collect::<Vec<_>>().join("\n")
    }
}

/// The value of a typed extra field, kept as text that its field has checked.
pub type Extra = BTreeMap<String, String>;

/// Marks by three questions, 1 (poor) to 5 (good), S2-79 … S2-81.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Response speed.
    pub speed: u8,
    /// Effect of the solution.
    pub effect: u8,
    /// Attitude of the service.
    pub attitude: u8,
    /// In the customer's words.
    #[serde(default)]
    pub comment: String,
}

/// The present state of a ticket. `version` is the number of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Key.
    pub id: TicketId,
    /// Number for people, `AF-2026-00187`.
    pub number: String,
    /// Number of its events; an edit names the version it saw.
    pub version: i64,
    /// What the customer calls the matter.
    pub title: String,
    /// Why the customer turns to us.
    pub kind: Kind,
    /// What it looks like.
    pub class: Option<IssueClass>,
    /// How badly work suffers.
    pub severity: Severity,
    /// Only for faults.
    pub level: Option<Level>,
    /// Where it stands.
    pub status: Status,
    /// Why it waits, in words of the person who put it there.
    pub status_note: String,
    /// How it came.
    pub channel: Channel,
    /// Who asked.
    pub requester: ContactId,
    /// The requester's organisation when the ticket came.
    pub organisation: Option<OrgId>,
    /// The contract under which it is served.
    pub contract: Option<ContractId>,
    /// The group whose queue it is in.
    pub group: Option<GroupId>,
    /// The person who has it.
    pub assignee: Option<StaffId>,
    /// Affected product.
    pub product: Option<ProductId>,
    /// Affected part of it.
    pub module: Option<ModuleId>,
    /// The five facts (S1-14 … S1-18).
    pub facts: Facts,
    /// Typed extra fields.
    pub extra: Extra,
    /// Free words to find it again.
    pub tags: BTreeSet<String>,
    /// Staff who are told of each change.
    pub watchers: BTreeSet<StaffId>,
    /// The promise, frozen: policy and revision.
    pub policy: (PolicyId, i64),
    /// Where the promise came from.
    pub policy_because: Because,
    /// Where the cause lay.
    pub cause: Option<Cause>,
    /// A way round until it is solved (S1-42).
    pub workaround: String,
    /// What solved it; 处理结果 of the problem log.
    pub resolution: String,
    /// 备注 of the problem log.
    pub remark: String,
    /// The fix plan with its dates.
    pub plan: Vec<PlanStep>,
    /// When the report reached us (t0, K3).
    pub received_at: Timestamp,
    /// When it was entered here.
    pub created_at: Timestamp,
    /// First contact by a person (K4).
    pub responded_at: Option<Timestamp>,
    /// Last time it was solved.
    pub resolved_at: Option<Timestamp>,
    /// Who solved it last; 解决人 of the problem log.
    pub resolved_by: Option<StaffId>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub close_reason: Option<CloseReason>,
    /// The first customer message that no one has answered yet.
    pub unanswered_since: Option<Timestamp>,
    /// How many reminders the silent customer got since it was solved.
    pub reminders: u8,
    /// Next instant at which the silence rule acts.
    pub silence_at: Option<Timestamp>,
    /// How often it was opened again.
    pub reopened: u32,
    /// How often it changed hands.
    pub reassigned: u32,
    /// The ticket into which it was merged.
    pub merged_into: Option<TicketId>,
    /// The customer's marks.
    pub rating: Option<Rating>,
    /// Number in the system from which it was imported.
    pub external_ref: Option<String>,
    /// Number of messages, internal ones included.
    pub messages: i64,
    /// Last change.
    pub updated_at: Timestamp,
    /// How and when the customer wants to be reached (S1-32).
    pub follow: Option<Follow>,
    /// Was the customer asked whether there is anything else, and what did they say (S2-64)?
    pub anything_else: Option<Else>,
}

/// A stretch in a status in which some clocks may pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Which waiting status.
    pub status: Status,
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Option<Timestamp>,
}

/// The pauses that a milestone sees (P1): waiting for the customer pauses resolution and attend,
/// the progress cadence also pauses while scheduled; response and reply never pause.
pub fn pauses(holds: &[Hold], clock: &Clock) -> Vec<Pause> {
    let pausing = |s: Status| match s {
        Status::WaitingCustomer => !matches!(clock.milestone, Milestone::Response | Milestone::Reply),
        Status::Scheduled => clock.milestone == Milestone::Update,
        _ => false,
    };
    holds
        .iter()
        .filter(|h| pausing(h.status))
        .map(|h| Pause { from: h.from, to: h.to })
        .chain(clock.reopened.iter().map(|(from, to)| Pause { from: *from, to: Some(*to) }))
        .collect()
}
