//! What jobs carry. They are written here, in the transaction of their cause, and done by the workers.

use domain::id::{CalendarId, ContactId, StaffId, TicketId};
use domain::ticket::decide::Letter;
use serde::{Deserialize, Serialize};

/// A letter about a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterJob {
    /// Which template.
    pub letter: Letter,
    /// About which ticket.
    pub ticket: TicketId,
    /// To whom.
    pub to: ContactId,
    /// The message that it carries, if any.
    pub message: Option<i64>,
    /// To somebody in copy instead: they read the message and answer by mail, and see nothing else.
    #[serde(default)]
    pub copy: Option<(String, String)>,
    /// The event of the ticket that it tells, where that is no message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<i64>,
}

impl LetterJob {
    /// The job's kind.
    pub const KIND: &str = "letter";
}

/// A letter with a one-time link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkJob {
    /// `sign_in`, `invitation` or `password`.
    pub purpose: String,
    /// Address.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Language of the letter.
    pub locale: String,
    /// The secret part of the link. It is good once and for a short time.
    pub token: String,
}

impl LinkJob {
    /// The job's kind.
    pub const KIND: &str = "link";
}

/// A letter to somebody who is paged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageJob {
    /// About which ticket.
    pub ticket: TicketId,
    /// The event of the step's firing.
    pub step: i64,
    /// Who.
    pub person: StaffId,
}

impl PageJob {
    /// The job's kind.
    pub const KIND: &str = "page";
}

/// A message to a browser of somebody who is paged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushJob {
    /// About which ticket.
    pub ticket: TicketId,
    /// The event of the step's firing.
    pub step: i64,
    /// Who.
    pub person: StaffId,
    /// Which browser.
    pub browser: String,
}

impl PushJob {
    /// The job's kind.
    pub const KIND: &str = "push";
}

/// Running clocks are to be read again with the newest revision of their calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecountJob {
    /// The calendar.
    pub calendar: CalendarId,
    /// The key of the last ticket that was read; empty at the beginning.
    pub after: String,
}

impl RecountJob {
    /// The job's kind.
    pub const KIND: &str = "recount";
}
