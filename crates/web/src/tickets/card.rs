//! A progress report in the timeline: what it says, and for staff how it reached the customer.

use std::collections::BTreeMap;

use desk::Result;
use domain::id::TicketId;
use domain::post::LetterState;
use domain::ticket::progress::{Phase, Progress, Way};
use domain::time::Timestamp;
use store::letter::LetterRow;
use store::ticket::MessageRow;
use store::{Read, letter};

/// A report as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct ReportCard {
    pub phase: Phase,
    pub finding: String,
    pub next: String,
    pub expected_at: Timestamp,
    /// For staff; customers do not read about their own letters.
    pub delivery: Option<Delivery>,
}

/// How a report reached the customer.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// It counts by its letter; otherwise it was delivered with the commit.
    pub by_letter: bool,
    /// Since when it counts.
    pub since: Option<Timestamp>,
    /// To whom a letter went, what became of it, and what the server said.
    pub letters: Vec<Sent>,
}

/// A letter to one recipient.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub id: String,
    pub at: Timestamp,
    pub recipient: String,
    /// `queued`, `sent`, `failed`, `rejected`, `kept`.
    pub state: &'static str,
    /// In which colour it is said.
    pub role: &'static str,
    pub said: String,
}

impl Sent {
    pub(crate) fn of(l: &LetterRow) -> Self {
        // A letter that nobody tries any more was not delivered, whatever the reason.
        let given_up = l.state == LetterState::Failed && l.next_at.is_none();
        let state = if given_up { LetterState::Rejected } else { l.state };
        let role = match state {
            LetterState::Sent => "ok",
            LetterState::Rejected => "overdue",
            LetterState::Failed => "soon",
            LetterState::Kept | LetterState::Queued => "",
        };
        let said = if state == LetterState::Sent { String::new() } else { l.detail.clone() };
        Self {
            id: l.id.clone(),
            at: l.created_at,
            recipient: l.recipient.clone(),
            state: state.as_str(),
            role,
            said,
        }
    }
}

impl ReportCard {
    /// The card of a message; `letters` of the whole ticket by message, for staff.
    pub(super) fn of(m: &MessageRow, (progress, way): (&Progress, Way), letters: Option<&Letters>) -> Self {
        let delivery = letters.map(|letters| Delivery {
            by_letter: way == Way::Letter,
            since: m.delivered_at,
            letters: letters.get(&m.no).map(|l| l.iter().map(Sent::of).collect()).unwrap_or_default(),
        });
        let Progress { phase, finding, next, expected_at } = progress.clone();
        Self { phase, finding, next, expected_at, delivery }
    }
}

/// So many letters that did not arrive are named on a page.
const TROUBLE: i64 = 3;

/// The newest letters about a ticket that did not arrive, oldest first; whoever writes next should know.
pub(super) fn not_arrived(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<Sent>> {
    Ok(letter::not_arrived(r, id, TROUBLE)?.iter().rev().map(Sent::of).collect())
}

/// Letters by the message that they carried.
pub(crate) type Letters = BTreeMap<i64, Vec<LetterRow>>;

/// More letters than this are not read for one page.
const LETTERS: i64 = 1_000;

/// The letters that carried a ticket's messages, from one to another.
pub(crate) fn letters(r: &mut Read<'_>, id: &TicketId, range: (i64, i64)) -> Result<Letters> {
    let mut all = Letters::new();
    for l in letter::of_messages(r, id, range, LETTERS)? {
        all.entry(l.message.unwrap_or_default()).or_default().push(l);
    }
    Ok(all)
}
