//! What a chat does to its case: it is asked for, one of us writes, and it is over.

use super::talk::answered;
use super::{Body, Case, Change, Draft, Letter, Next, Outcome, Refusal, Visibility};
use crate::access::{Actor, ActorRef};
use crate::chat::Chat;
use crate::id::ChatId;
use crate::sla::Milestone;
use crate::ticket::Status;
use crate::time::Timestamp;

/// The customer asks for somebody about a case that there is. It waits for an answer from now on, as after a message (K7).
///
/// # Errors
/// `merged`, `ended` (cancelled), `window_over`.
pub fn chat_asked(case: &Case, chat: &ChatId, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    match case.ticket.status {
        Status::Merged => return Err(Refusal::Merged),
        Status::Cancelled => return Err(Refusal::Ended),
        Status::Resolved | Status::Closed => super::finish::open_again(&mut next, "")?,
        Status::WaitingCustomer => next.set_status(Status::Open, ""),
        _ => {}
    }
    let event = next.event(Change::ChatAsked { chat: chat.clone() });
    next.out.ticket.unanswered_since.get_or_insert(now);
    if !next.is_running(Milestone::Response) && !next.is_running(Milestone::Reply) {
        next.start(Milestone::Reply, now);
    }
    next.tell_staff(event);
    next.finish()
}

/// One of us writes for the first time in a chat: a person has answered (K4, K7). A case that has ended meanwhile stays so.
///
/// # Errors
/// None that a person can mend.
pub fn chat_answered(case: &Case, chat: &ChatId, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    if !case.ticket.status.is_open() {
        return next.unchanged();
    }
    let event = next.event(Change::ChatAnswered { chat: chat.clone() });
    answered(&mut next)?;
    if next.out.ticket.status == Status::New {
        next.set_status(Status::Open, "");
    }
    next.tell_staff(event);
    next.finish()
}

/// A chat is over. What was said becomes one message of the case that its customer reads too, and a letter if they want
/// one. It moves no clock: who was answered has been answered, and who was not still waits.
///
/// # Errors
/// None that a person can mend.
pub fn chat_ended(case: &Case, chat: &Chat, said: Body, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    let by = match &chat.staff {
        Some(person) => ActorRef::Staff(person.clone()),
        None => ActorRef::Contact(chat.contact.clone()),
    };
    let message = (!said.is_empty())
        .then(|| next.message_of(by, Visibility::Public, Draft { body: said, ..Draft::default() }));
    let event = next.event(Change::ChatEnded { chat: chat.id.clone(), message });
    if let (true, Some(message)) = (chat.mail, message) {
        next.letter(Letter::Transcript, Some(message));
    }
    next.tell_staff(event);
    next.finish()
}
