//! A visitor asks for somebody, or leaves word where nobody is there. Either way there is a case at once, made by the same
//! decision as every other. Who is not signed in is who they say they are, as the sender of a letter is: they see nothing but
//! this chat.

use domain::access::{Action, Actor, may};
use domain::chat::{Chat, ChatState, Side, There, is_token, one_line, plain};
use domain::id::{ChatId, GroupId, ProductId, TicketId};
use domain::mail_in::title;
use domain::people::parse_email;
use domain::ticket::decide::{self, Body, Refusal};
use domain::ticket::{Channel, Facts};
use domain::time::Timestamp;
use store::chat::{self, Content, NewLine};
use store::directory::{self, ContactRow};
use store::ticket;

use super::look::{promise_of, there_in};
use super::{HOUSE, QUEUE, of_visitor, tell};
use crate::auth::secret_hash;
use crate::intake::{NewTicket, contact_actor, new_contact, open_in};
use crate::{Desk, Error, FieldError, Result, Unit, as_actor, load_case, save};

/// What a visitor says before they chat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// The secret that their page has made. Whoever sends it again asks for the same chat.
    pub token: String,
    /// Their name; of who is signed in it is known.
    pub name: String,
    /// Their mail address; of who is signed in it is known.
    pub email: String,
    /// The five facts.
    pub facts: Facts,
    /// The product.
    pub product: Option<ProductId>,
    /// The number of a case of theirs that it is about.
    pub joins: Option<String>,
    /// The site on whose page they are; empty for our own.
    pub origin: String,
    /// Their language.
    pub locale: String,
}

/// A chat that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The chat.
    pub chat: Chat,
    /// The number of its case.
    pub number: String,
    /// By when the first answer to the case is promised.
    pub promised: Option<Timestamp>,
}

/// A visitor asks for somebody.
///
/// # Errors
/// `chat_closed` when nobody is there; `Invalid`; `NotFound` for a case that is not theirs.
pub async fn ask(desk: &Desk, who: Option<Actor>, ask: Ask) -> Result<Asked> {
    asked(desk, who, ask, ChatState::Waiting).await
}

/// A visitor leaves word, because nobody is there.
///
/// # Errors
/// As [`ask`], but for `chat_closed`.
pub async fn leave_word(desk: &Desk, who: Option<Actor>, ask: Ask) -> Result<Asked> {
    asked(desk, who, ask, ChatState::Missed).await
}

async fn asked(desk: &Desk, who: Option<Actor>, ask: Ask, state: ChatState) -> Result<Asked> {
    let twice = ask.token.clone();
    let done = desk.write(&HOUSE, move |unit| asked_in(unit, who.as_ref(), &ask, state)).await;
    match done {
        // Sent twice at the same moment: the other one was faster.
        Err(Error::Store(store::Error::Exists(_))) => {
            desk.read(move |r| {
                let chat = of_visitor(r, &twice)?;
                again(r, chat)
            })
            .await
        }
        done => done,
    }
}

fn again(r: &mut store::Read<'_>, chat: Chat) -> Result<Asked> {
    let number = ticket::number_of(r, &chat.ticket)?.ok_or(Error::NotFound)?;
    let promised = promise_of(r, &chat.ticket)?;
    Ok(Asked { chat, number, promised })
}

fn asked_in(unit: &mut Unit<'_, '_>, who: Option<&Actor>, ask: &Ask, state: ChatState) -> Result<Asked> {
    if !is_token(&ask.token) {
        return Err(Error::field("token", "bad_value"));
    }
    if let Some(known) = chat::by_token(unit.work, &secret_hash(&ask.token))? {
        return again(unit.work, known);
    }
    let rules = std::sync::Arc::clone(&unit.rules);
    let s = &rules.settings;
    let elsewhere = !ask.origin.is_empty();
    let allowed = if elsewhere {
        domain::chat::allows(&s.chat_origins, &ask.origin)
    } else {
        s.chat_on || who.is_some()
    };
    if !allowed {
        return Err(Error::NotFound);
    }
    let there = there_in(unit.work, &rules)?;
    if state == ChatState::Waiting && there != There::Now {
        return Err(Refusal::ChatClosed.into());
    }
    let symptom = checked(ask, who.is_some())?;
    let contact = contact(unit, who, ask)?;
    let actor = contact_actor(&contact);
    let id = ChatId(unit.work.next_id());
    let (case, group) = match &ask.joins {
        Some(number) if who.is_some() => join(unit, &actor, number, &id)?,
        _ => open(unit, &actor, ask, (&symptom, state))?,
    };
    let chat = begin(unit, id, (&contact, who.is_some()), ask, (case, group, state))?;
    if state == ChatState::Waiting {
        let line = Content::Text(symptom);
        let new = NewLine { side: Side::Visitor, staff: None, content: &line, sent_id: Some("asked") };
        let seq = chat::add_line(unit.work, &chat.id, &new)?;
        chat::seen(unit.work, &chat.id, Side::Visitor, seq)?;
        unit.work.publish(QUEUE, chat.group.as_ref().map_or("", GroupId::as_str))?;
        tell(unit, &chat)?;
    }
    let chat = super::one(unit.work, &chat.id)?;
    again(unit.work, chat)
}

/// What happened, as it is kept; or all that is wrong.
fn checked(ask: &Ask, known: bool) -> Result<String> {
    let mut wrong = Vec::new();
    if !known && one_line(&ask.name).is_empty() {
        wrong.push(FieldError::new("name", "required"));
    }
    if !known {
        match ask.email.trim() {
            "" => wrong.push(FieldError::new("email", "required")),
            text if parse_email(text).is_none() => wrong.push(FieldError::new("email", "bad_value")),
            _ => {}
        }
    }
    let symptom = plain(&ask.facts.symptom);
    if let Err(issue) = symptom {
        wrong.push(FieldError::new("symptom", issue));
    }
    for (name, text) in ask.facts.named() {
        if text.chars().count() > Facts::MAX_CHARS {
            wrong.push(FieldError::new(name, "too_long"));
        }
    }
    match symptom {
        Ok(symptom) if wrong.is_empty() => Ok(symptom),
        _ => Err(Error::Invalid(wrong)),
    }
}

/// Who asks. An address that we know is that contact's, as it is in a letter.
fn contact(unit: &mut Unit<'_, '_>, who: Option<&Actor>, ask: &Ask) -> Result<ContactRow> {
    if let Some(who) = who {
        let Actor::Contact(c) = who else { return Err(Error::NotFound) };
        return directory::contact(unit.work, &c.id)?.ok_or(Error::NotFound);
    }
    let point = parse_email(&ask.email).ok_or_else(|| Error::field("email", "bad_value"))?;
    match directory::by_point(unit.work, &point)? {
        Some(known) => Ok(known),
        None => new_contact(unit, (&point, &one_line(&ask.name)), &ask.locale),
    }
}

/// It is about a case that its customer sees.
fn join(
    unit: &mut Unit<'_, '_>,
    actor: &Actor,
    number: &str,
    id: &ChatId,
) -> Result<(TicketId, Option<GroupId>)> {
    let mut theirs = as_actor(unit, actor);
    let case = load_case(&mut theirs, number)?;
    may(actor, Action::Reply, &case.ticket)?;
    let decision = decide::chat_asked(&case, id, actor, theirs.now)?;
    save(&mut theirs, &case, &decision)?;
    Ok((decision.ticket.id, decision.ticket.group))
}

/// It is a case of its own. What is said in the chat comes into it when the chat is over; word that was left is its first
/// message, and is acknowledged by letter, because nobody sees the number on a page any more.
fn open(
    unit: &mut Unit<'_, '_>,
    actor: &Actor,
    ask: &Ask,
    (symptom, state): (&str, ChatState),
) -> Result<(TicketId, Option<GroupId>)> {
    let Actor::Contact(c) = actor else { return Err(Error::NotFound) };
    let live = state == ChatState::Waiting;
    let body = if live { Body::default() } else { Body::from_text(symptom) };
    let facts = Facts { symptom: symptom.to_owned(), ..ask.facts.clone() };
    let new = NewTicket {
        facts,
        product: ask.product.clone(),
        quiet: live,
        ..NewTicket::by_contact(c.id.clone(), title("", symptom), body, Channel::Chat)
    };
    let decision = open_in(&mut as_actor(unit, actor), &new)?;
    Ok((decision.ticket.id, decision.ticket.group))
}

fn begin(
    unit: &mut Unit<'_, '_>,
    id: ChatId,
    (contact, verified): (&ContactRow, bool),
    ask: &Ask,
    (ticket, group, state): (TicketId, Option<GroupId>, ChatState),
) -> Result<Chat> {
    let name = if verified { contact.name.clone() } else { one_line(&ask.name) };
    let over = !state.is_open();
    let chat = Chat {
        id,
        ticket,
        contact: contact.id.clone(),
        verified,
        name,
        origin: ask.origin.clone(),
        locale: ask.locale.clone(),
        state,
        group,
        staff: None,
        asked_at: unit.now,
        taken_at: None,
        answered_at: None,
        ended_at: over.then_some(unit.now),
        heard_at: unit.now,
        visitor_read: 0,
        staff_read: 0,
        next_seq: 1,
        mail: false,
        message: None,
        version: 1,
    };
    chat::insert(unit.work, &chat, &secret_hash(&ask.token))?;
    Ok(chat)
}
