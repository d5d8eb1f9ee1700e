//! Who takes chats now, and of whom something was heard: whoever has a page open says so every minute.

use domain::access::{Actor, Right};
use domain::id::{ChatId, StaffId};
use domain::time::plus_seconds;
use store::Read;
use store::chat;

use super::{HOUSE, QUEUE};
use crate::admin::need;
use crate::{Desk, Error, Result};

/// Whoever takes chats, and of whose page nothing was heard for so long, is not there.
pub(super) const THERE_S: i64 = 180;

/// Somebody takes chats from now on.
///
/// # Errors
/// `Lacks`.
pub async fn sit(desk: &Desk, who: &Actor) -> Result<()> {
    desk.write(who, |unit| {
        need(unit, Right::TicketReply)?;
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        chat::sit(unit.work, &me)?;
        Ok(unit.work.publish(QUEUE, "")?)
    })
    .await
}

/// Somebody takes no more chats; those that they have go on.
///
/// # Errors
/// `Lacks`.
pub async fn rise(desk: &Desk, who: &Actor) -> Result<()> {
    desk.write(who, |unit| {
        need(unit, Right::TicketReply)?;
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        chat::rise(unit.work, &me)?;
        Ok(unit.work.publish(QUEUE, "")?)
    })
    .await
}

/// Does somebody take chats, and is there?
///
/// # Errors
/// The store's.
pub fn is_seated(r: &mut Read<'_>, who: &StaffId) -> Result<bool> {
    let since = plus_seconds(r.now(), -THERE_S);
    Ok(chat::seat(r, who)?.is_some_and(|at| at > since))
}

/// The pages of these visitors, and of these of us, are open. Nobody is told: nothing has happened.
///
/// # Errors
/// The store's.
pub async fn heard(desk: &Desk, chats: Vec<ChatId>, people: Vec<StaffId>) -> Result<()> {
    desk.write(&HOUSE, move |unit| {
        for id in &chats {
            chat::heard(unit.work, id)?;
        }
        for person in &people {
            chat::still_there(unit.work, person)?;
        }
        Ok(())
    })
    .await
}
