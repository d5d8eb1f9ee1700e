//! What became of a letter that came in, and why.

use crate::named;

named! {
    /// What became of a letter that came in.
    pub enum MailState ("mail state") {
        /// It is kept and waits to be read.
        Waiting = "waiting",
        /// It is in a ticket.
        Placed = "placed",
        /// It is kept; there was nothing to do about it.
        Noted = "noted",
        /// Nobody could say what to do about it: a person looks.
        Quarantined = "quarantined",
        /// A person said that it is unwanted.
        Spam = "spam",
    }
}

impl MailState {
    /// May a person have it read again? What is in a ticket stays there.
    pub const fn may_be_read_again(self) -> bool {
        matches!(self, Self::Quarantined | Self::Noted)
    }

    /// May a person say that it is unwanted?
    pub const fn may_be_spam(self) -> bool {
        matches!(self, Self::Quarantined | Self::Noted | Self::Placed)
    }
}

named! {
    /// Why a letter is where it is.
    pub enum Reason ("mail reason") {
        /// Nothing to say.
        None = "none",
        /// It opened a ticket.
        Opened = "opened",
        /// It was added to a ticket.
        Appended = "appended",
        /// A machine answered; kept with the ticket as a note, if there is one.
        AutoReply = "auto_reply",
        /// From somebody outside to whom something of a ticket was passed on: a note there.
        Outside = "outside",
        /// From a mailing list or to many.
        List = "list",
        /// A report about a letter of ours.
        Bounce = "bounce",
        /// It came from ourselves.
        Loop = "loop",
        /// There is nothing in it.
        Empty = "empty",
        /// From an address of our own staff, who open cases in the console.
        Staff = "staff",
        /// From an address of our own staff into a case, and nothing speaks for it.
        StaffUnproven = "staff_unproven",
        /// It does not say who wrote it.
        NoSender = "no_sender",
        /// It cannot be taken apart.
        Unreadable = "unreadable",
        /// Its text is in UTF-7.
        Utf7 = "utf7",
        /// Parts in parts in parts.
        TooDeep = "too_deep",
        /// Too many parts.
        TooManyParts = "too_many_parts",
        /// Too much text.
        TooMuchText = "too_much_text",
        /// Too many files.
        TooManyFiles = "too_many_files",
        /// The desk refused it; the words stand beside it.
        Refused = "refused",
        /// Its mailbox is not one of ours any more.
        NoMailbox = "no_mailbox",
        /// Larger than letters may be; only its head is here, the letter lies where it was.
        TooLarge = "too_large",
        /// The domain of its sender disowns it.
        Forged = "forged",
        /// Its sender is on the list of those whom nobody wants to hear.
        Blocked = "blocked",
    }
}

/// Why a letter could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub Reason);
