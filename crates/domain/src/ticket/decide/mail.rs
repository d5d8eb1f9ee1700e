//! What staff should know of a letter that is now in a ticket, besides its words.

use super::{Case, Change, Draft, Next, Notice, Outcome, Visibility};
use crate::access::{Actor, ActorRef};
use crate::mail_in::MailAddress;
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

/// A letter that will not arrive by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostLetter {
    /// To whom it was sent.
    pub to: String,
    /// The words of the server.
    pub said: String,
    /// The message that it carried, with who wrote it.
    pub message: Option<(i64, ActorRef)>,
}

/// Records that a letter will not arrive. Whoever wrote the message is told, and those who work on the ticket.
///
/// # Errors
/// None of its own.
pub fn letter_lost(case: &Case, lost: LostLetter, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    let (message, author) = lost.message.unzip();
    let event = next.event(Change::LetterLost { to: lost.to, said: lost.said, message });
    next.tell_staff(event);
    if let Some(ActorRef::Staff(author)) = author {
        let told = |n: &Notice| matches!(n, Notice::Staff { to, .. } if *to == author);
        if !next.out.notices.iter().any(told) {
            next.out.notices.push(Notice::Staff { to: author, event });
        }
    }
    next.finish()
}

/// Staff pass something on to somebody outside. The customer has no answer by it: it is for staff to read, and no clock
/// moves.
///
/// # Errors
/// `empty_text`.
pub fn forward(case: &Case, to: &MailAddress, draft: Draft, actor: &Actor, now: Timestamp) -> Outcome {
    draft.check()?;
    let mut next = Next::new(case, actor, now);
    let message = next.message(Visibility::Internal, draft);
    let event = next.event(Change::Forwarded { to: to.in_full(), message });
    next.out.notices.push(Notice::Outside { to: to.clone(), message });
    next.tell_staff(event);
    next.finish()
}

/// Whoever got it writes back: for staff, not for the customer.
///
/// # Errors
/// `empty_text`.
pub fn outside_wrote(
    case: &Case,
    from: &MailAddress,
    draft: Draft,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    draft.check()?;
    let mut next = Next::new(case, actor, now);
    let message = next.message(Visibility::Internal, draft);
    let event = next.event(Change::OutsideWrote { from: from.in_full(), message });
    next.tell_staff(event);
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
