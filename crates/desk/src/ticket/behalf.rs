//! What a customer says: themselves, or in another system that passes it on. A portal or a mailbox of the house's own
//! has a token that may speak for customers; what it passes on is kept as theirs.

use std::sync::Arc;

use domain::access::{Action, Actor, Right};
use domain::ticket::decide::{self, Draft};
use domain::ticket::{Channel, CloseReason, Rating, Ticket};
use serde_json::json;
use store::{directory, file};

use super::anything_else::something_else_in;
use super::complaint::complain_in;
use super::talk::add_message_in;
use super::verb_in;
use crate::intake::contact_actor;
use crate::{Desk, Error, Result, Unit, load_case};

/// What only the customer can say.
#[derive(Debug, Clone)]
pub enum FromCustomer {
    /// A message.
    Message(Draft),
    /// The solution works.
    Confirm,
    /// Marks and a word.
    Rate(Rating),
    /// The handling was bad; a ticket of its own.
    Complain {
        /// Its title.
        title: String,
        /// In words.
        text: String,
        /// How it came.
        channel: Channel,
    },
    /// The request is withdrawn.
    Withdraw,
    /// Whether there is anything else: in words what it is, or nothing.
    Else {
        /// In words; nothing if empty.
        text: String,
        /// How it came.
        channel: Channel,
    },
}

impl FromCustomer {
    fn action(&self) -> Action {
        match self {
            Self::Message(_) => Action::Reply,
            Self::Confirm => Action::Confirm,
            Self::Rate(_) => Action::Rate,
            Self::Complain { .. } => Action::Complain,
            Self::Withdraw => Action::Withdraw,
            Self::Else { .. } => Action::AnythingElse,
        }
    }
}

/// The customer says something; see [`say_in`].
///
/// # Errors
/// As [`say_in`].
pub async fn say(desk: &Desk, who: &Actor, number: &str, said: FromCustomer) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| say_in(unit, &number, &said)).await
}

/// The customer says something, or staff pass on what the requester of the ticket said; a customer speaks for nobody
/// else. What was uploaded for it becomes the requester's. The audit keeps who passed on what. Returns the ticket
/// afterwards, the new one for a complaint and for something else.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`, `Lacks`, `Invalid` for a file that the caller did not upload.
pub fn say_in(unit: &mut Unit<'_, '_>, number: &str, said: &FromCustomer) -> Result<Ticket> {
    if matches!(unit.actor, Actor::Contact(_)) {
        return heard(unit, number, said);
    }
    let case = load_case(unit, number)?;
    if !unit.actor.has(Right::TicketSpeak) {
        return Err(Error::Lacks(Right::TicketSpeak));
    }
    let contact = directory::contact(unit.work, &case.ticket.requester)?.ok_or(Error::NotFound)?;
    let (customer, by) = (contact_actor(&contact), unit.actor.reference());
    if let FromCustomer::Message(draft) = said {
        for f in &draft.files {
            file::hand_over(unit.work, f, &by, &customer.reference())
                .map_err(|_| Error::field("files", "unknown"))?;
        }
    }
    let mut theirs =
        Unit { work: &mut *unit.work, actor: &customer, now: unit.now, rules: Arc::clone(&unit.rules) };
    let after = heard(&mut theirs, number, said)?;
    let passed_on =
        json!({"name": contact.name, "ticket": case.ticket.number, "verb": said.action().as_str()});
    let whose = ("contact", case.ticket.requester.as_str());
    store::admin::record(unit.work, &by, whose, "spoken_for", "", &passed_on.to_string())?;
    Ok(after)
}

/// The verb itself, by the customer.
fn heard(unit: &mut Unit<'_, '_>, number: &str, said: &FromCustomer) -> Result<Ticket> {
    let action = said.action();
    match said {
        FromCustomer::Message(draft) => add_message_in(unit, number, draft),
        FromCustomer::Confirm => verb_in(unit, number, action, decide::confirm),
        FromCustomer::Rate(rating) => {
            verb_in(unit, number, action, |case, who, now| decide::rate(case, rating.clone(), who, now))
        }
        FromCustomer::Complain { title, text, channel } => complain_in(unit, number, title, text, *channel),
        FromCustomer::Withdraw => verb_in(unit, number, action, |case, who, now| {
            decide::cancel(case, CloseReason::Withdrawn, who, now)
        }),
        FromCustomer::Else { text, .. } if text.trim().is_empty() => {
            verb_in(unit, number, action, |case, who, now| decide::say_else(case, None, who, now))
        }
        FromCustomer::Else { text, channel } => something_else_in(unit, number, text, *channel),
    }
}
