//! Who is paged for a step, and who comes next while nobody answers (E2). Nobody is paged twice for the same step.

use std::collections::BTreeSet;

use super::{Because, Called, Roster, Seat};
use crate::access::ActorRef;
use crate::emergency::EmergencyChange;
use crate::id::StaffId;
use crate::named;
use crate::ticket::Change;
use crate::time::Timestamp;

named! {
    /// By what somebody is paged, and acknowledges.
    pub enum Means ("means") {
        /// On the pages of the desk.
        InApp = "in_app",
        /// By letter.
        Mail = "mail",
        /// By a browser that stands open or is asleep.
        Push = "push",
    }
}

named! {
    /// What ends a page.
    pub enum PageEnd ("page end") {
        /// Somebody who was paged said so.
        Acknowledged = "acknowledged",
        /// Somebody was in contact with the customer (K4), or began to work (K5).
        Responded = "responded",
        /// Somebody took the case.
        Taken = "taken",
        /// The case is solved, or ended otherwise.
        Over = "over",
        /// The raise for which somebody was paged was a misclick and was taken back (M4).
        CalledOff = "called_off",
    }
}

impl PageEnd {
    /// Does what happened end the pages of its ticket? Only what a person does shows that somebody is there.
    pub fn of(change: &Change, by: &ActorRef) -> Option<Self> {
        let me = if let ActorRef::Staff(me) = by { Some(me) } else { None };
        match change {
            Change::PageAcknowledged { .. } => Some(Self::Acknowledged),
            Change::Replied { .. }
            | Change::Reported { .. }
            | Change::ChatAnswered { .. }
            | Change::Contacted { .. }
            | Change::Attended { .. } => Some(Self::Responded),
            Change::Emergency(said) if said.speaks() => Some(Self::Responded),
            // An emergency has a commander from its start.
            Change::Emergency(EmergencyChange::Started { .. }) if me.is_some() => Some(Self::Taken),
            Change::Assigned { to, .. } if me.is_some() && to.assignee.as_ref() == me => Some(Self::Taken),
            Change::Resolved { .. } | Change::Closed { .. } | Change::MergedInto { .. } => Some(Self::Over),
            _ => None,
        }
    }
}

/// A person who is paged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Who.
    pub person: StaffId,
    /// The event that tells of it.
    pub event: i64,
    /// By what.
    pub means: Vec<Means>,
}

/// People who are paged together for a step; they replace those who did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRound {
    /// The event of the step's firing.
    pub step: i64,
    /// Who; nobody when nobody is left.
    pub pages: Vec<Page>,
    /// When the next ones are paged unless somebody answers.
    pub next_at: Option<Timestamp>,
}

/// Who was paged for a step so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagedSoFar {
    /// The event of the step's firing.
    pub step: i64,
    /// Everybody.
    pub all: BTreeSet<StaffId>,
    /// Those who were paged last and have not answered.
    pub silent: Vec<StaffId>,
}

impl Roster<'_> {
    /// Everybody whom the rota has at an instant, in the order in which they are paged: the primary, the backup, the
    /// others of the layers from whose turn it is on, the fallback. Who is away is left out.
    pub fn page_order(&self, at: Timestamp) -> Vec<(StaffId, Because)> {
        let on = self.on_call_at(at);
        let mut order: Vec<(StaffId, Because)> = Vec::new();
        let mut add = |person: &StaffId, because: Because| {
            if self.is_free(person, at) && !order.iter().any(|(p, _)| p == person) {
                order.push((person.clone(), because));
            }
        };
        for answer in [&on.primary, &on.backup] {
            if let Some(person) = answer.person.as_ref().filter(|_| answer.because != Because::Fallback) {
                add(person, answer.because.clone());
            }
        }
        for layer in Seat::ALL.iter().flat_map(|s| self.rota.covering(*s, at)) {
            for person in layer.in_turn(at) {
                add(person, Because::Behind { layer: layer.name.clone() });
            }
        }
        if let Some(person) = &self.rota.fallback {
            add(person, Because::Fallback);
        }
        order
    }
}

/// The rounds of a page by a rota: one after the other in its order, then its owner, then the supervisors of the
/// ticket's group together, then all of them. The owner of a rota that names nobody is paged with an alarm.
pub fn rounds_of(
    rota: &str,
    order: Vec<(StaffId, Because)>,
    owner: Option<StaffId>,
    supervisors: [&[StaffId]; 2],
) -> Vec<Vec<Called>> {
    let one = |(person, because), alarm| vec![Called { rota: rota.to_owned(), person, because, alarm }];
    let alarm = order.is_empty();
    let owner = owner.map(|o| one((o, Because::Nobody), alarm));
    let mut rounds: Vec<Vec<Called>> = order.into_iter().map(|p| one(p, false)).chain(owner).collect();
    rounds.extend(supervisors.map(|s| together(rota, s, &Because::Nobody)));
    rounds
}

/// The rounds of a page where there is no rota: the supervisors of the ticket's group together, then all of them.
pub fn rounds_without_rota(supervisors: [&[StaffId]; 2]) -> Vec<Vec<Called>> {
    supervisors.map(|s| together("", s, &Because::NoRota)).into()
}

fn together(rota: &str, people: &[StaffId], because: &Because) -> Vec<Called> {
    let called = |person: &StaffId| Called {
        rota: rota.to_owned(),
        person: person.clone(),
        because: because.clone(),
        alarm: false,
    };
    people.iter().map(called).collect()
}

/// Who is paged next: of the first round in which somebody is left, those who were not paged yet.
pub fn next_round(rounds: &[Vec<Called>], paged: &BTreeSet<StaffId>) -> Vec<Called> {
    let left = |round: &Vec<Called>| -> Vec<Called> {
        round.iter().filter(|c| !paged.contains(&c.person)).cloned().collect()
    };
    rounds.iter().map(left).find(|round| !round.is_empty()).unwrap_or_default()
}
