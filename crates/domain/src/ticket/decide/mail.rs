//! What staff should know of a letter that is now in a ticket, besides its words.

use super::{Case, Change, Next, Outcome};
use crate::access::Actor;
use crate::time::Timestamp;

/// What is remarkable about a letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailRemarks {
    /// It points to this ticket, in which its sender has no part.
    pub named: Option<String>,
    /// Files that the desk does not take.
    pub left_out: Vec<String>,
    /// Who is in copy from now on.
    pub copied: Vec<String>,
}

/// Records what is remarkable about a letter. Nothing of the other ticket is shown, and no clock moves.
///
/// # Errors
/// None of its own.
pub fn remark_mail(case: &Case, remarks: MailRemarks, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    if let Some(number) = remarks.named {
        next.event(Change::MailNamed { number });
    }
    if !remarks.left_out.is_empty() {
        next.event(Change::MailFilesLeft { names: remarks.left_out });
    }
    if !remarks.copied.is_empty() {
        next.event(Change::Copied { people: remarks.copied });
    }
    next.finish()
}

/// Records that somebody is in copy no more.
///
/// # Errors
/// None of its own.
pub fn take_out_of_copy(case: &Case, address: &str, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    next.event(Change::NotCopied { address: address.to_owned() });
    next.finish()
}
