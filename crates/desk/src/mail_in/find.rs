//! What points to tickets, and who takes part in them.

use domain::access::Scope;
use domain::id::TicketId;
use domain::mail_in::{Candidate, Clues, ThreadKey, numbers, reply_token, thread_keys};
use domain::ticket::Ticket;
use store::directory::ContactRow;
use store::{letter, mail_in, ticket};

use super::ReplyKey;
use super::read::Letter;
use crate::intake::contact_actor;
use crate::{Result, Unit};

/// The most numbers of a subject that are looked up.
const MAX_NUMBERS: usize = 5;

/// What a letter points to, seen by its sender, who may be unknown.
pub(super) fn clues(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    contact: Option<&ContactRow>,
    key: Option<&ReplyKey>,
) -> Result<Clues> {
    clues_of(unit, l, contact.map(|c| contact_actor(c).scope()).as_ref(), key)
}

/// What a letter points to, seen by somebody with a scope.
pub(super) fn clues_of(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    scope: Option<&Scope>,
    key: Option<&ReplyKey>,
) -> Result<Clues> {
    let candidate =
        |t: Ticket| Candidate { takes_part: scope.is_some_and(|s| s.sees(&t)), id: t.id, number: t.number };
    let mut clues = Clues { token: by_token(unit, l, key)?.map(candidate), ..Clues::default() };
    for thread in thread_keys(&l.mail.in_reply_to, &l.mail.references) {
        clues.thread.extend(of_thread(unit, &thread)?.map(candidate));
    }
    for number in numbers(&l.mail.subject).iter().take(MAX_NUMBERS) {
        clues.subject.extend(ticket::by_number(unit.work, &Scope::All, number)?.map(candidate));
    }
    Ok(clues)
}

/// The ticket whose address the letter was sent to, if the secret part is right.
fn by_token(unit: &mut Unit<'_, '_>, l: &Letter<'_>, key: Option<&ReplyKey>) -> Result<Option<Ticket>> {
    by_code(unit, l, |id, code| key.is_some_and(|k| k.is_right(id, code)))
}

/// The ticket of which something was passed on to whoever writes.
pub(super) fn by_outside_token(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    key: Option<&ReplyKey>,
) -> Result<Option<Ticket>> {
    by_code(unit, l, |id, code| key.is_some_and(|k| k.is_outside(id, code)))
}

fn by_code(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    is_right: impl Fn(&TicketId, &str) -> bool,
) -> Result<Option<Ticket>> {
    let named = l.mail.to.iter().chain(&l.mail.cc).map(|a| a.address.as_str());
    let tokens: Vec<_> = std::iter::once(l.row.recipient.as_str())
        .chain(named)
        .filter_map(|address| reply_token(address, &l.row.mailbox))
        .take(MAX_NUMBERS)
        .collect();
    for token in tokens {
        let found = ticket::by_number(unit.work, &Scope::All, &token.number)?;
        if let Some(t) = found.filter(|t| is_right(&t.id, &token.code)) {
            return Ok(Some(t));
        }
    }
    Ok(None)
}

fn of_thread(unit: &mut Unit<'_, '_>, key: &ThreadKey) -> Result<Option<Ticket>> {
    let id = match key {
        ThreadKey::Ticket(id) => Some(id.clone()),
        ThreadKey::Letter(identity) => {
            let ours = letter::one(unit.work, letter_key(identity))?.and_then(|l| l.ticket);
            if ours.is_some() { ours } else { mail_in::ticket_of(unit.work, identity)? }
        }
    };
    Ok(id.map(|id| ticket::by_id(unit.work, &Scope::All, &id)).transpose()?.flatten())
}

/// The key of a letter of ours in its identity.
pub(super) fn letter_key(identity: &str) -> &str {
    identity.split_once('@').map_or(identity, |(key, _)| key)
}
