//! Two people swap: one gives a time of duty, the other takes it and may give one back. It counts when both agree.

use super::{Override, Roster, Seat};
use crate::id::StaffId;
use crate::named;
use crate::time::{Timestamp, plus_seconds};

named! {
    /// What became of a proposal.
    pub enum SwapState ("swap state") {
        /// The other one has not answered.
        Open = "open",
        /// Both agree: it counts.
        Accepted = "accepted",
        /// The other one does not want it.
        Declined = "declined",
        /// Whoever proposed it takes it back.
        Withdrawn = "withdrawn",
    }
}

/// A time from one instant to before another.
pub type Span = (Timestamp, Timestamp);

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// Which duty.
    pub seat: Seat,
    /// Who proposes, and gives.
    pub giver: StaffId,
    /// Who is asked, and takes.
    pub taker: StaffId,
    /// The time that is given: a shift or a part of one.
    pub give: Span,
    /// The time that the taker gives back, if any.
    pub back: Option<Span>,
}

/// A form is filled for a minute before it is sent.
const GRACE_S: i64 = 60;

impl Swap {
    /// What it puts in when it counts.
    pub fn overrides(&self) -> Vec<Override> {
        let put = |person: &StaffId, (from, until): Span| Override {
            seat: self.seat,
            person: person.clone(),
            from,
            until,
            swap: true,
        };
        let back = self.back.map(|span| put(&self.giver, span));
        std::iter::once(put(&self.taker, self.give)).chain(back).collect()
    }

    /// What forbids it, as field and issue: each gives only a time in which the duty is theirs, that has not begun, and in
    /// which the other one then really has it. The roster must know both times.
    pub fn fault(&self, roster: &Roster<'_>, now: Timestamp) -> Option<(&'static str, &'static str)> {
        if self.giver == self.taker {
            return Some(("person", "same_person"));
        }
        let times = [
            (Some(self.give), &self.giver, &self.taker, ["from", "until", "person"]),
            (self.back, &self.taker, &self.giver, ["back_from", "back_until", "back_from"]),
        ];
        let puts: Vec<Override> = roster.overrides.iter().cloned().chain(self.overrides()).collect();
        let then = Roster { overrides: &puts, ..*roster };
        for (span, has, gets, [from, until, person]) in times {
            let Some(span) = span else { continue };
            if span.1 <= span.0 {
                return Some((until, "not_after"));
            }
            if span.0 < plus_seconds(now, -GRACE_S) {
                return Some((from, "past"));
            }
            if !holds(roster, self.seat, has, span) {
                return Some((from, "not_theirs"));
            }
            if !holds(&then, self.seat, gets, span) {
                return Some((person, "not_free"));
            }
        }
        None
    }
}

/// Has the person the duty all the time?
fn holds(roster: &Roster<'_>, seat: Seat, person: &StaffId, (from, until): Span) -> bool {
    roster.shifts(from, until).iter().all(|s| s.on.at(seat).person.as_ref() == Some(person))
}
