//! Chat with somebody who visits a page: who may do what in which state, when we are there, whose pages may have it.

mod decide;
mod hours;
mod origin;
mod queue;
mod text;

pub use decide::{
    ASLEEP_S, GONE_S, Stepped, To, end, may_follow, say_as_staff, say_as_visitor, silence_at, take, transfer,
};
pub use hours::{There, there};
pub use origin::{MOST_ORIGINS, allows, parse_origin};
pub use queue::{FEWEST_WAITS, MOST_WAITS, Wait, Waiting, expected, position};
pub use text::{MAX_CHARS, MAX_NAME, is_sent_id, is_token, one_line, plain};

use crate::id::{ChatId, ContactId, GroupId, StaffId, TicketId};
use crate::named;
use crate::time::Timestamp;

named! {
    /// Where a chat stands.
    pub enum ChatState ("chat state") {
        /// The visitor waits for somebody.
        Waiting = "waiting",
        /// Somebody has taken it.
        Active = "active",
        /// It was taken, and is over.
        Ended = "ended",
        /// The visitor went away before anybody came.
        Left = "left",
        /// Nobody was there; what the visitor wrote is a case.
        Missed = "missed",
    }
}

impl ChatState {
    /// Does it still go on?
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Active)
    }
}

named! {
    /// Whose line it is.
    pub enum Side ("chat side") {
        /// The visitor's.
        Visitor = "visitor",
        /// Ours.
        Staff = "staff",
        /// Nobody's: it says what happened.
        House = "house",
    }
}

named! {
    /// What a line without words of its own says.
    pub enum Said ("chat said") {
        /// Somebody of ours is there.
        Joined = "joined",
        /// Somebody else goes on.
        Transferred = "transferred",
        /// It waits for another group.
        Queued = "queued",
        /// We have ended it.
        Ended = "ended",
        /// The visitor has ended it.
        Left = "left",
        /// Nothing was heard of the visitor any more.
        Silent = "silent",
    }
}

/// A chat. Its lines have numbers from 1, without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// Key.
    pub id: ChatId,
    /// The case that it is, or that it joined.
    pub ticket: TicketId,
    /// Who asks.
    pub contact: ContactId,
    /// They were signed in; otherwise only their word says who they are.
    pub verified: bool,
    /// What they call themselves.
    pub name: String,
    /// The site on whose page they are; empty for our own.
    pub origin: String,
    /// Their language.
    pub locale: String,
    /// Where it stands.
    pub state: ChatState,
    /// Whose queue it is in.
    pub group: Option<GroupId>,
    /// Who has it.
    pub staff: Option<StaffId>,
    /// Since when they wait.
    pub asked_at: Timestamp,
    /// When somebody came for the first time.
    pub taken_at: Option<Timestamp>,
    /// When one of us wrote for the first time.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// When the visitor's page was last heard of.
    pub heard_at: Timestamp,
    /// The last line that the visitor has seen.
    pub visitor_read: i64,
    /// The last line that we have seen.
    pub staff_read: i64,
    /// The number of the next line.
    pub next_seq: i64,
    /// The transcript is to be mailed to the visitor.
    pub mail: bool,
    /// The message of the case that holds the transcript.
    pub message: Option<i64>,
    /// Number of its changes besides lines.
    pub version: i64,
}
