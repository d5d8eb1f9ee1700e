//! Mail that comes in, after it was taken apart: what kind of letter it is, where it belongs, what of it is new.
//! How it was taken apart and where it came from is nobody's business here.

mod address;
mod colleague;
mod copied;
mod fold;
mod mailbox;
mod marks;
mod nature;
mod origin;
mod place;
mod state;
mod subject;

pub use address::{MailAddress, TOKEN_CHARS, reply_address, reply_token, same_mailbox, thread_keys};
pub use address::{ReplyToken, ThreadKey};
pub use colleague::{Answered, Brought, Word, is_proven, word};
pub use copied::{MOST_COPIED, named_besides};
pub use fold::{Folded, fold};
pub use mailbox::{Afterwards, Block, ImapSource, Mailbox, Proof, Protection, block_pattern, blocked};
pub use nature::{Nature, Ours, nature};
pub use origin::{Evidence, Forged, ForgedPolicy, Origin, Verdict, dmarc};
pub use place::{Candidate, Clues, Place, acknowledges, place};
pub use state::{Fault, MailState, Reason};
pub use subject::{is_forwarded, numbers, title};

use crate::time::Timestamp;

/// A letter, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incoming {
    /// Who wrote it; none if it does not say so.
    pub from: Option<MailAddress>,
    /// To whom.
    pub to: Vec<MailAddress>,
    /// And to whom besides.
    pub cc: Vec<MailAddress>,
    /// Subject in one line.
    pub subject: String,
    /// Its identity without angle brackets; empty if it has none.
    pub message_id: String,
    /// What it answers, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// The thread that it is in, oldest first.
    pub references: Vec<String>,
    /// When it says that it was written.
    pub date: Option<Timestamp>,
    /// Its text: the plain part, or the other one reduced to text.
    pub text: String,
    /// Its HTML as it came; empty if it has none. Not clean.
    pub html: String,
    /// What came with it.
    pub files: Vec<MailFile>,
    /// By what its kind is known.
    pub signs: Signs,
    /// What it reports about a letter of ours, if it is such a report.
    pub report: Option<Report>,
}

/// A letter as it was written, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It has HTML. Not clean.
    Html(String),
    /// It has text only.
    Text(String),
}

/// A file that came with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFile {
    /// Name as it came; a name by its kind if it has none.
    pub name: String,
    /// Media type as it says.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// By what the kind of a letter is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own that is there or not")]
pub struct Signs {
    /// `Auto-Submitted` in small letters without its parameters.
    pub auto_submitted: String,
    /// `Precedence` in small letters.
    pub precedence: String,
    /// Any field of a mailing list.
    pub list: bool,
    /// Asks not to be answered by machines.
    pub no_auto_answer: bool,
    /// A field by which older programs mark answers that nobody wrote.
    pub auto_reply: bool,
    /// The marks of desks through which it went.
    pub desks: Vec<String>,
    /// Through how many servers it went.
    pub hops: usize,
    /// A report about delivery (RFC 3464), whatever it says.
    pub delivery_report: bool,
    /// `Return-Path: <>`.
    pub null_sender: bool,
}

/// What a report says about a letter (RFC 3464).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The identity of the letter, without angle brackets.
    pub about: String,
    /// To whom it did not arrive.
    pub recipient: String,
    /// It will never arrive; otherwise it is late, or has arrived.
    pub failed: bool,
    /// The words of the other server.
    pub said: String,
}
