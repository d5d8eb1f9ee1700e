//! Somebody of ours takes a chat, or hands it on. The case goes along.

use domain::access::{Action, Actor, Right, may};
use domain::chat::{self as rule, Chat, To};
use domain::id::ChatId;
use domain::routing::{RouteKind, RouteReason};
use domain::ticket::decide::{self, Assignment};
use store::{chat, staff};

use super::{keep, one, tell_case};
use crate::admin::need;
use crate::case::load_current;
use crate::ticket::allowed;
use crate::{Desk, Error, Result, Unit, save};

/// Somebody takes a chat that waits; a case that nobody has becomes theirs. Harmless when they have it.
///
/// # Errors
/// `NotFound`, `Lacks`, `Forbidden`, `chat_over`, `chat_taken`, `chats_full`.
pub async fn take(desk: &Desk, who: &Actor, id: &ChatId) -> Result<Chat> {
    let id = id.clone();
    desk.write(who, move |unit| {
        need(unit, Right::TicketReply)?;
        let c = one(unit.work, &id)?;
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        let held = chat::count_active(unit.work, &me)?;
        let most = unit.rules.settings.chats_per_person;
        let Some((after, said)) = rule::take(&c, &me, (held, most), unit.now)? else { return Ok(c) };
        let case = load_current(unit, &c.ticket)?;
        allowed(unit, Action::Reply, &case.ticket)?;
        keep(unit, &c, &after, said)?;
        let free = case.ticket.assignee.is_none() && case.ticket.status.is_open();
        if free && may(unit.actor, Action::Assign, &case.ticket).is_ok() {
            let because = RouteReason { kind: RouteKind::Taken, text: String::new() };
            let to = Assignment { group: None, assignee: Some(me), because };
            let decision = decide::assign(&case, &to, unit.actor, unit.now)?;
            save(unit, &case, &decision)?;
        } else {
            tell_case(unit, &c)?;
        }
        one(unit.work, &id)
    })
    .await
}

/// Whoever has a chat hands it on, to a person or into the queue of a group, with a note; the case goes along with the note
/// as its reason.
///
/// # Errors
/// `NotFound`, `Lacks`, `Forbidden`, `chat_over`, `chat_not_yours`, `Invalid`.
pub async fn transfer(desk: &Desk, who: &Actor, id: &ChatId, to: To, note: String) -> Result<Chat> {
    let id = id.clone();
    desk.write(who, move |unit| {
        need(unit, Right::TicketReply)?;
        let c = one(unit.work, &id)?;
        known(unit, &to)?;
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        let Some((after, said)) = rule::transfer(&c, &me, &to, unit.now)? else { return Ok(c) };
        keep(unit, &c, &after, said)?;
        hand_on_case(unit, &c, &to, &note)?;
        one(unit.work, &id)
    })
    .await
}

fn known(unit: &mut Unit<'_, '_>, to: &To) -> Result<()> {
    match to {
        To::Person(person) => match staff::one(unit.work, person)? {
            Some(row) if row.active => Ok(()),
            Some(_) => Err(Error::field("person", "inactive_person")),
            None => Err(Error::field("person", "unknown")),
        },
        To::Group(group) => {
            let known = staff::groups(unit.work)?.iter().any(|g| g.id == *group && g.active);
            if known { Ok(()) } else { Err(Error::field("group", "unknown")) }
        }
    }
}

fn hand_on_case(unit: &mut Unit<'_, '_>, c: &Chat, to: &To, note: &str) -> Result<()> {
    let case = load_current(unit, &c.ticket)?;
    if !case.ticket.status.is_open() {
        return Ok(());
    }
    may(unit.actor, Action::Assign, &case.ticket)?;
    let because = RouteReason { kind: RouteKind::Person, text: note.trim().to_owned() };
    let to = match to {
        To::Group(group) => Assignment { group: Some(Some(group.clone())), assignee: None, because },
        To::Person(person) => {
            crate::ticket::stands_apart(unit, &case.ticket, person)?;
            Assignment { group: None, assignee: Some(person.clone()), because }
        }
    };
    let decision = decide::assign(&case, &to, unit.actor, unit.now)?;
    save(unit, &case, &decision)
}
