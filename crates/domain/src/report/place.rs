//! Where a ticket stood when something happened: in whose hands, how urgent, of which kind.

use jiff::tz::TimeZone;

use super::Grouping;
use crate::access::ActorRef;
use crate::id::{ContactId, ContractId, GroupId, OrgId, StaffId, TicketId};
use crate::sla::Milestone;
use crate::ticket::{Change, EditField, Event, Kind, Severity};
use crate::time::Timestamp;

/// The key of the row for what has no group, person or customer.
pub const NOBODY: &str = "-";

/// A ticket as far as its row never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Key.
    pub id: TicketId,
    /// Number.
    pub number: String,
    /// Who asks, as of now.
    pub requester: ContactId,
    /// The requester's organisation when it came.
    pub organisation: Option<OrgId>,
    /// The contract that serves it now.
    pub contract: Option<ContractId>,
    /// When it reached us.
    pub received_at: Timestamp,
}

/// A ticket with its events, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The ticket.
    pub ticket: Known,
    /// What happened to it.
    pub events: Vec<Event>,
}

/// Where a ticket stands at an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub group: Option<GroupId>,
    pub person: Option<StaffId>,
    pub severity: Severity,
    pub kind: Kind,
}

impl Place {
    /// Before the first event.
    pub(super) fn start() -> Self {
        Self { group: None, person: None, severity: Severity::General, kind: Kind::Fault }
    }

    /// After this event.
    pub(super) fn take(&mut self, e: &Event) {
        match &e.change {
            Change::Opened { kind, severity, handling, .. } => {
                (self.kind, self.severity) = (*kind, *severity);
                (self.group, self.person) = (handling.group.clone(), handling.assignee.clone());
            }
            Change::Assigned { to, .. } => {
                (self.group, self.person) = (to.group.clone(), to.assignee.clone());
            }
            Change::HandedOver { .. } => self.person = None,
            Change::SeverityChanged { to, .. } => self.severity = *to,
            Change::Edited { field: EditField::Kind, to, .. } => {
                if let Ok(kind) = to.parse() {
                    self.kind = kind;
                }
            }
            _ => {}
        }
    }

    /// The same place; the person is whoever did it, if one of ours did.
    pub(super) fn served_by(&self, by: &ActorRef) -> Self {
        let mut place = self.clone();
        if let ActorRef::Staff(id) = by {
            place.person = Some(id.clone());
        }
        place
    }
}

/// In whose hands a ticket was, and since when.
#[derive(Default)]
pub(super) struct Hands(Vec<(Timestamp, Option<GroupId>, Option<StaffId>)>);

impl Hands {
    /// After this event, which led to this place.
    pub(super) fn take(&mut self, e: &Event, place: &Place) {
        let same = |(_, group, person): &(_, _, _)| (group, person) == (&place.group, &place.person);
        if !self.0.last().is_some_and(same) {
            self.0.push((e.at, place.group.clone(), place.person.clone()));
        }
    }

    /// The place with the hands in which it was just before a due: whoever is given the ticket because it fell due has
    /// not missed it. What was entered after its due was in nobody's.
    pub(super) fn before(&self, due: Timestamp, place: &Place) -> Place {
        let (group, person) = match self.0.iter().rfind(|(since, ..)| *since < due) {
            Some((_, group, person)) => (group.clone(), person.clone()),
            None => (place.group.clone(), None),
        };
        Place { group, person, ..place.clone() }
    }
}

/// The row to which something belongs.
pub(super) fn key(by: Grouping, zone: &TimeZone, ticket: &Known, found: &super::sheet::Found) -> String {
    let or_nobody = |id: Option<&str>| id.unwrap_or(NOBODY).to_owned();
    let place = &found.place;
    match by {
        Grouping::Milestone => or_nobody(found.milestone.map(Milestone::as_str)),
        Grouping::Group => or_nobody(place.group.as_ref().map(GroupId::as_str)),
        Grouping::Person => or_nobody(place.person.as_ref().map(StaffId::as_str)),
        Grouping::Severity => place.severity.to_string(),
        Grouping::Customer => or_nobody(ticket.organisation.as_ref().map(OrgId::as_str)),
        Grouping::Contact => ticket.requester.to_string(),
        Grouping::Kind => place.kind.to_string(),
        Grouping::Case => ticket.number.clone(),
        Grouping::Contract => or_nobody(ticket.contract.as_ref().map(ContractId::as_str)),
        Grouping::Hour => {
            let came = ticket.received_at.to_zoned(zone.clone());
            format!("{}-{:02}", came.weekday().to_monday_one_offset(), came.hour())
        }
        Grouping::Month => found.at.to_zoned(zone.clone()).strftime("%Y-%m").to_string(),
    }
}
