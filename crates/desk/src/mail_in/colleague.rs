//! A letter from a colleague's address into a case: theirs if something speaks for it, else a person looks.

use std::collections::BTreeSet;

use domain::access::{Action, Actor};
use domain::mail_in::{
    Answered, Brought, MailState, Place, Reason, ThreadKey, Word, is_proven, place, thread_keys, word,
};
use domain::ticket::decide::{self, Draft};
use store::staff::StaffRow;
use store::{letter, mail_in};

use super::ReplyKey;
use super::find::{clues_of, letter_key};
use super::read::{Fate, Letter, attach, body, change};
use crate::auth::staff_actor;
use crate::case::load_current;
use crate::jobs::PageJob;
use crate::ticket::allowed;
use crate::{Result, Unit, as_actor};

/// Takes it as an answer to the customer if it answers the correspondence, else as a note.
pub(super) fn take_in(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    key: Option<&ReplyKey>,
    person: &StaffRow,
) -> Result<Fate> {
    let aside = |reason| Fate::of(MailState::Quarantined, reason);
    if !person.active {
        return Ok(aside(Reason::Staff));
    }
    let actor = Actor::Staff(staff_actor(unit.work, &person.id)?.0);
    let Place::In(id) = place(&clues_of(unit, l, Some(&actor.scope()), key)?) else {
        return Ok(aside(Reason::Staff));
    };
    let brought = match (l.row.source.as_str(), l.row.peer) {
        ("smtp" | "lmtp", None) => Brought::ByHouse,
        ("smtp" | "lmtp", Some(_)) => Brought::ByStranger,
        _ => Brought::Fetched,
    };
    if !is_proven(&person.email, l.row.origin.as_ref(), brought) {
        return Ok(Fate::before_a_person(Reason::StaffUnproven, id));
    }
    let mut case = load_current(unit, &id)?;
    while let Some(into) = case.ticket.merged_into.clone() {
        case = load_current(unit, &into)?;
    }
    let id = case.ticket.id.clone();
    let said = word(answered(unit, l)?);
    let action = if said == Word::Note { Action::Note } else { Action::Reply };
    if allowed(&mut as_actor(unit, &actor), action, &case.ticket).is_err() {
        return Ok(Fate::before_a_person(Reason::Staff, id));
    }
    if body(l).is_empty() && l.files.is_empty() {
        return Ok(Fate::about(Reason::Empty, Some(id)));
    }
    let draft = Draft { body: body(l), files: attach(unit, l, &actor)?, ..Draft::default() };
    let after = change(unit, &id, &actor, |case, who, now| match said {
        Word::Answer => decide::reply(case, draft.clone(), who, now),
        Word::Note => decide::note(case, draft.clone(), &BTreeSet::new(), who, now),
    })?;
    Ok(Fate::in_ticket(Reason::Appended, &after))
}

/// What it answers: the newest letter of those to which it refers that is known here.
fn answered(unit: &mut Unit<'_, '_>, l: &Letter<'_>) -> Result<Answered> {
    for key in thread_keys(&l.mail.in_reply_to, &l.mail.references) {
        let ThreadKey::Letter(identity) = key else { continue };
        if let Some(sent) = letter::one(unit.work, letter_key(&identity))? {
            let beside = [PageJob::KIND, decide::Letter::Forwarded.as_str()].contains(&sent.kind.as_str());
            return Ok(if beside { Answered::Page } else { Answered::Correspondence });
        }
        if mail_in::ticket_of(unit.work, &identity)?.is_some() {
            return Ok(Answered::Correspondence);
        }
    }
    Ok(Answered::Nothing)
}
