//! What is fed to the index: plain values, loaded by whoever has a database.

use domain::id::{ContactId, OrgId, ProductId, TicketId};
use domain::named;
use domain::ticket::Severity;
use domain::time::Timestamp;

/// Something that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A ticket with its messages.
    Ticket(Box<TicketEntry>),
    /// A contact, an organisation or a member of staff.
    Person(PersonEntry),
}

/// A ticket with its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketEntry {
    /// Key.
    pub id: TicketId,
    /// Number.
    pub number: String,
    /// The number it had in another system, if it was imported; only for staff.
    pub outside: String,
    /// Title.
    pub title: String,
    /// Work is still to be done.
    pub open: bool,
    /// Severity.
    pub severity: Severity,
    /// Product.
    pub product: Option<ProductId>,
    /// Whose case it is.
    pub organisation: Option<OrgId>,
    /// Who asked.
    pub requester: ContactId,
    /// Names of both: found, but not quoted.
    pub names: String,
    /// When it was entered.
    pub at: Timestamp,
    /// What the customer may read, besides the messages.
    pub text: String,
    /// What only staff may read, besides the notes.
    pub note: String,
    /// Its messages.
    pub messages: Vec<MessageEntry>,
}

/// A message of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEntry {
    /// Position in the ticket.
    pub no: i64,
    /// Only for staff.
    pub internal: bool,
    /// When.
    pub at: Timestamp,
    /// Plain text.
    pub text: String,
}

named! {
    /// Kinds of people.
    pub enum PersonKind ("person kind") {
        /// A person of a customer.
        Contact = "contact",
        /// A customer.
        Organisation = "organisation",
        /// One of the house.
        Staff = "staff",
    }
}

/// A contact, an organisation or a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonEntry {
    /// Key.
    pub id: String,
    /// Which.
    pub kind: PersonKind,
    /// Name.
    pub name: String,
    /// A contact's organisation, or the organisation itself.
    pub organisation: Option<OrgId>,
    /// Position, organisation's name, login, skills, addresses, numbers, mail domains.
    pub text: String,
    /// Since when.
    pub at: Timestamp,
}

impl Entry {
    /// The key under which the entry is replaced and removed.
    pub fn key(&self) -> &str {
        match self {
            Self::Ticket(t) => t.id.as_str(),
            Self::Person(p) => &p.id,
        }
    }
}
