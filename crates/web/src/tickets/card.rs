//! A progress report in the timeline: what it says, and for staff how it reached the customer.

use std::collections::BTreeMap;

use desk::Result;
use domain::id::TicketId;
use domain::post::{Delivery, LetterState};
use domain::ticket::progress::{Phase, Progress, Way};
use domain::ticket::{Change, Ticket};
use domain::time::Timestamp;
use store::letter::LetterRow;
use store::ticket::MessageRow;
use store::{Read, letter};
use words::{Locale, t_args};

/// A report as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct ReportCard {
    pub phase: Phase,
    pub finding: String,
    pub next: String,
    pub expected_at: Timestamp,
    /// For staff; customers do not read about their own letters.
    pub delivery: Option<Counted>,
}

/// How a report reached the customer.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
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
    /// How far it came.
    pub delivery: Delivery,
    /// In which colour it is said.
    pub role: &'static str,
    pub said: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When the other side took it.
    pub sent_at: Option<Timestamp>,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// Where a form sends it again, if a person may have that.
    pub again: Option<String>,
}

impl Sent {
    pub(crate) fn of(l: &LetterRow) -> Self {
        let delivery = Delivery::of(l.state, l.next_at);
        // A letter that nobody tries any more was not delivered, whatever the reason.
        let state = if delivery.is_lost() { LetterState::Rejected } else { l.state };
        let role = match delivery {
            Delivery::Accepted => "ok",
            Delivery::Bounced | Delivery::GivenUp => "overdue",
            Delivery::Deferred => "soon",
            Delivery::Kept | Delivery::Queued => "",
        };
        let said = if delivery == Delivery::Accepted { String::new() } else { l.detail.clone() };
        Self {
            id: l.id.clone(),
            at: l.created_at,
            recipient: l.recipient.clone(),
            state: state.as_str(),
            delivery,
            role,
            said,
            attempts: l.attempts,
            sent_at: l.sent_at,
            next_at: l.next_at,
            again: None,
        }
    }

    /// The same on the page of its ticket, where those who may have it sent again.
    pub(super) fn on_page(l: &LetterRow, number: &str) -> Self {
        let sent = Self::of(l);
        let may = sent.delivery.is_lost() || sent.delivery == Delivery::Deferred;
        let again = may.then(|| format!("/tickets/{number}/letters/{}/delivery", l.id));
        Self { again, ..sent }
    }
}

impl ReportCard {
    /// The card of a message; `letters` of the whole ticket by message, for staff.
    pub(super) fn of(m: &MessageRow, (progress, way): (&Progress, Way), sent: Option<Vec<Sent>>) -> Self {
        let delivery =
            sent.map(|letters| Counted { by_letter: way == Way::Letter, since: m.delivered_at, letters });
        let Progress { phase, finding, next, expected_at } = progress.clone();
        Self { phase, finding, next, expected_at, delivery }
    }
}

/// So many letters that did not arrive are named on a page.
const TROUBLE: i64 = 3;

/// The newest letters about a ticket that did not arrive, oldest first; whoever writes next should know.
pub(super) fn not_arrived(r: &mut Read<'_>, t: &Ticket) -> Result<Vec<Sent>> {
    let rows = letter::not_arrived(r, &t.id, TROUBLE)?;
    Ok(rows.iter().rev().map(|l| Sent::on_page(l, &t.number)).collect())
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

/// Is it about a report?
pub(super) fn is_about_a_report(change: &Change) -> bool {
    matches!(
        change,
        Change::Reported { .. }
            | Change::ReportDelivered { .. }
            | Change::ReportFailed { .. }
            | Change::ToldUnderway { .. }
    )
}

/// What became of a report; the report itself is a card.
pub(super) fn report_line(change: &Change, locale: Locale) -> Option<(String, &'static str)> {
    let Change::ReportFailed { said, reopened, .. } = change else { return None };
    let key = if reopened.is_some() { "event-report-reopened" } else { "event-report-failed" };
    Some((t_args(locale, key, &[("said", said)]), "overdue"))
}
