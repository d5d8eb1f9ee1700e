//! Where a ticket stands, and which way it may go from there.

use crate::named;

named! {
    /// The status of a ticket.
    pub enum Status ("status") {
        /// Nobody has answered yet.
        New = "new",
        /// Being worked on.
        Open = "open",
        /// The customer has to answer or do something.
        WaitingCustomer = "waiting_customer",
        /// A third party has to.
        WaitingVendor = "waiting_vendor",
        /// Agreed for a later time.
        Scheduled = "scheduled",
        /// Solved in our view; the customer has not confirmed.
        Resolved = "resolved",
        /// Ended.
        Closed = "closed",
        /// Ended without work: withdrawn, spam, duplicate.
        Cancelled = "cancelled",
        /// Continued in another ticket.
        Merged = "merged",
    }
}

impl Status {
    /// Work is still to be done.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Open) || self.is_waiting()
    }

    /// One of the three waiting states.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::WaitingCustomer | Self::WaitingVendor | Self::Scheduled)
    }

    /// Nothing more happens unless it is opened again.
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled | Self::Merged)
    }
}

named! {
    /// How a ticket ended; confirmed and silent ones are counted apart.
    pub enum CloseReason ("close reason") {
        /// The customer confirmed the solution (S2-61).
        Confirmed = "confirmed",
        /// The customer stayed silent until the rule closed it.
        Silent = "silent",
        /// A member of staff closed it.
        Staff = "staff",
        /// Withdrawn by the customer.
        Withdrawn = "withdrawn",
        /// The same request twice.
        Duplicate = "duplicate",
        /// Not a request.
        Spam = "spam",
        /// Closed in the system from which it was imported.
        Imported = "imported",
    }
}
