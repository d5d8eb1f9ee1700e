//! What happened to a ticket. Events are the only source of timeline, notices, surveys and reports:
//! if it is not an event, it did not happen.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::progress::{Progress, Way};
use super::{CloseReason, Kind, Level, PlanStep, Rating, Severity, Status, Unsolved};
use crate::access::ActorRef;
use crate::appointment::AppointmentChange;
use crate::emergency::EmergencyChange;
use crate::id::{ChatId, GroupId, StaffId};
use crate::named;
use crate::oncall::{Called, Means};
use crate::routing::RouteReason;
use crate::sla::{Fixed, Milestone, StepAction};
use crate::time::Timestamp;

named! {
    /// Fields whose change is a plain before → after.
    pub enum EditField ("field") {
        /// The title.
        Title = "title",
        /// The kind.
        Kind = "kind",
        /// The issue class.
        Class = "class",
        /// The level of the fault.
        Level = "level",
        /// The product.
        Product = "product",
        /// The module.
        Module = "module",
        /// The five facts.
        Facts = "facts",
        /// The tags.
        Tags = "tags",
        /// An extra field.
        Extra = "extra",
        /// The watchers.
        Watchers = "watchers",
        /// The way round.
        Workaround = "workaround",
        /// The remark of the problem log.
        Remark = "remark",
        /// The cause.
        Cause = "cause",
        /// The requester.
        Requester = "requester",
        /// The contract; earlier histories only, for it stays that of the opening.
        Contract = "contract",
        /// How and when the customer wants to be reached.
        Follow = "follow",
    }
}

named! {
    /// How a raise counts (M2).
    pub enum RaiseMode ("raise mode") {
        /// The customer reports that it became urgent: clocks restart.
        NewFacts = "new_facts",
        /// It was urgent all along: clocks count from the start.
        Misclassified = "misclassified",
        /// A raise taken back within five minutes by the same person (M4).
        Misclick = "misclick",
    }
}

named! {
    /// Why a resolution has no due.
    pub enum NoDue ("reason without a due") {
        /// What the case is now has no promised resolution.
        NotPromised = "not_promised",
        /// It waits; the due is known when the work goes on.
        Paused = "paused",
        /// The case is solved, or has ended.
        Over = "over",
    }
}

/// Who has a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Handling {
    /// The group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<StaffId>,
}

/// A running promise with another due than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedDue {
    /// Which promise.
    pub milestone: Milestone,
    /// Which of its cycles.
    pub cycle: u32,
    /// When it was due; not known while it waited.
    pub from: Option<Timestamp>,
    /// When it is due now.
    pub to: Option<Timestamp>,
}

/// One change with what was before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// It came.
    Opened {
        kind: Kind,
        severity: Severity,
        level: Option<Level>,
        handling: Handling,
        route: RouteReason,
        /// Why it was entered after it had reached us (K3); empty for what was entered at once.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        late: String,
    },
    /// Staff wrote to the customer.
    Replied {
        message: i64,
        /// Before reports had a form of their own, an answer could be called one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        progress: bool,
        /// Since when the customer had waited for it; kept of an answer that can be taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_since: Option<Timestamp>,
    },
    /// An answer was taken back before it had left; these clocks run as if it had never been given.
    Withdrawn { message: i64, reopened: Vec<(Milestone, u32)> },
    /// Staff reported progress (S2-63).
    Reported { message: i64, progress: Progress, way: Way },
    /// The letter of a report was taken by the receiving server.
    ReportDelivered { message: i64 },
    /// The letter of a report will never arrive; the progress slot that it had met is open again.
    ReportFailed {
        message: i64,
        said: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reopened: Option<u32>,
    },
    /// A progress report falls due soon.
    ReportDue { cycle: u32, due_at: Option<Timestamp> },
    /// Nobody reported by `slot_at`; the customer was told by itself when the next report comes.
    ToldUnderway { message: i64, slot_at: Timestamp, next_at: Option<Timestamp> },
    /// The customer wrote.
    CustomerWrote { message: i64 },
    /// Staff wrote for staff.
    Noted { message: i64, mentions: Vec<StaffId> },
    /// It changed hands.
    Assigned { from: Handling, to: Handling, route: RouteReason },
    /// It went to another status, with the reason that was given.
    StatusChanged { from: Status, to: Status, note: String },
    /// A field was edited.
    Edited { field: EditField, from: String, to: String },
    /// Severity was raised or lowered (M1–M4), with both resolution dues.
    SeverityChanged {
        from: Severity,
        to: Severity,
        mode: Option<RaiseMode>,
        reason: String,
        due_before: Option<Timestamp>,
        /// Absent where the resolution has no due; then `no_due` says why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_after: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_due: Option<NoDue>,
    },
    /// A fix plan was made.
    Planned { plan: Vec<PlanStep> },
    /// A person was in contact outside the system (K4).
    Contacted { at: Timestamp, note: String },
    /// A technician began to work, remote or on site (K5).
    Attended { at: Timestamp, on_site: bool },
    /// A clock was fixed: met, missed or replaced.
    ClockStopped(Fixed),
    /// A due passed. `at` of the event is the due, whenever it was noticed.
    Breached {
        milestone: Milestone,
        cycle: u32,
        due_at: Timestamp,
        /// Nobody could know of it when it passed: established afterwards.
        #[serde(default)]
        retro: bool,
    },
    /// A clock that a change had replaced is promised again: it goes on as if it had not been replaced.
    ClockResumed { milestone: Milestone, cycle: u32 },
    /// What stood in a history from elsewhere: these steps of a clock that it left running are not done any more.
    StepsPassed { milestone: Milestone, cycle: u32, steps: Vec<String> },
    /// A breach was excused (M3, M4); the reason as in [`crate::sla::Excuse`].
    Excused { milestone: Milestone, cycle: u32, reason: String },
    /// A step of the promise fired: at a percent, at an offset, or after missed updates.
    StepFired {
        milestone: Milestone,
        cycle: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        percent: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset_s: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missed: Option<u16>,
        action: StepAction,
        late_s: i64,
        #[serde(default)]
        step: String,
        #[serde(default)]
        level: u8,
        /// Its instant lay before anybody could know of it.
        #[serde(default)]
        retro: bool,
    },
    /// Somebody was paged, by the step whose event has this number.
    Paged { step: i64, called: Called, means: Vec<Means> },
    /// These people did not answer in so many minutes; nobody is left to be paged if it was the last round.
    PageUnanswered {
        step: i64,
        people: Vec<StaffId>,
        minutes: u32,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        last: bool,
    },
    /// A letter will not arrive unless somebody does something about it.
    LetterLost {
        to: String,
        said: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<i64>,
    },
    /// A message was passed on to somebody outside.
    Forwarded { to: String, message: i64 },
    /// Whoever it was passed on to has answered.
    OutsideWrote { from: String, message: i64 },
    /// Somebody who was paged acknowledged, by this means.
    PageAcknowledged { means: Means },
    /// It was solved.
    Resolved {
        cause: Option<super::Cause>,
        resolution: String,
        #[serde(default, skip_serializing_if = "Unsolved::is_nothing")]
        was: Unsolved,
    },
    /// It ended.
    Closed { reason: CloseReason },
    /// It was opened again. A slip is an end that the same person took back at once: it was never meant.
    Reopened {
        reason: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        slip: bool,
    },
    /// The silent customer was reminded.
    Reminded { count: u8 },
    /// A calendar changed, and with it these dues (C6).
    DuesMoved { dues: Vec<MovedDue> },
    /// It was continued in another ticket.
    MergedInto { number: String },
    /// Another ticket was continued here.
    Absorbed {
        number: String,
        /// What this one was before; absent in events of before it was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Box<Apart>>,
    },
    /// The other ticket goes on by itself again: that it was continued here was a slip.
    Released { number: String },
    /// A part of it became a ticket of its own.
    SplitOff { number: String },
    /// It began as a part of another ticket.
    SplitFrom { number: String },
    /// It was linked with another ticket.
    Linked { number: String },
    /// The link was taken away.
    Unlinked { number: String },
    /// The customer gave marks.
    Rated { rating: Rating },
    /// The customer complained; the complaint is a ticket of its own.
    Complained { number: String },
    /// Something happened to an agreed contact with the customer.
    Appointment(AppointmentChange),
    /// The customer says whether there is anything else (S2-64): a new ticket, or nothing. The first solution asks.
    SaidElse {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
    },
    /// Something happened in the emergency that the ticket is.
    Emergency(EmergencyChange),
    /// A file was added.
    Attached { name: String, message: i64 },
    /// The letter that opened it points to another ticket, in which its sender has no part.
    MailNamed { number: String },
    /// Files of a letter that the desk does not take; the letter itself is kept.
    MailFilesLeft { names: Vec<String> },
    /// A letter has put these people in copy.
    Copied { people: Vec<String> },
    /// Somebody is in copy no more.
    NotCopied { address: String },
    /// The customer asked for somebody in a chat.
    ChatAsked { chat: ChatId },
    /// The first word of ours in a chat.
    ChatAnswered { chat: ChatId },
    /// A chat was over; the message is all of it, if anything was said.
    ChatEnded {
        chat: ChatId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<i64>,
    },
    /// A person's deactivation handed it over.
    HandedOver { from: StaffId },
}

/// A change with who and when. The position in the ticket's history is its number, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Position in the ticket's history.
    pub no: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub by: ActorRef,
    /// What happened.
    pub change: Change,
}

/// What a merge changes in the ticket that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// Who watched it.
    pub watchers: BTreeSet<StaffId>,
    /// When it had come.
    pub received_at: Timestamp,
    /// When its running clocks had begun.
    pub started: Vec<(Milestone, u32, Timestamp)>,
}

/// The tickets with which one is linked, of the events of its history in their order. A complaint that the customer
/// made is linked for good.
pub fn linked_with(events: &[Event]) -> BTreeSet<String> {
    let mut numbers = BTreeSet::new();
    for event in events {
        match &event.change {
            Change::Linked { number } | Change::Complained { number } => {
                numbers.insert(number.clone());
            }
            Change::Unlinked { number } => {
                numbers.remove(number);
            }
            _ => {}
        }
    }
    numbers
}
