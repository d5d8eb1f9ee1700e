//! Chat: a visitor asks, somebody takes it, both write, it ends and is in its case. Lines have numbers and the names that
//! their senders gave them, so whatever is sent again is there once.

mod ask;
mod close;
mod look;
mod say;
mod seat;
mod staff;

pub use ask::{Ask, Asked, ask, leave_word};
pub use close::{end, leave, mail_transcript};
pub use look::{Place, Standing, expected_wait, follow, my_file, place, promised_by, standing, there_in};
pub use say::{Word, answer, say, seen_by_staff, seen_by_visitor};
pub use seat::{heard, is_seated, rise, sit};
pub use staff::{take, transfer};

use domain::access::{Actor, System};
use domain::chat::{ASLEEP_S, Chat, GONE_S, Said, Side};
use domain::id::ChatId;
use domain::time::{Timestamp, plus_seconds};
use store::chat::{self, Content, NewLine};
use store::{Read, directory, ticket};

use crate::auth::secret_hash;
use crate::intake::contact_actor;
use crate::{Desk, Error, Result, Unit, each};

/// Under this topic the outbox says which chat has something new.
pub const TOPIC: &str = "chat";
/// Under this one it says that the queue is another one.
pub const QUEUE: &str = "chats";

/// Chats that end in one round because nothing is heard of their visitors.
const ROUND: i64 = 200;

/// What nobody does by hand.
const HOUSE: Actor = Actor::System(System::Operator);

/// The chat of the visitor who has this secret, as long as they may read it.
///
/// # Errors
/// `NotFound`.
pub fn of_visitor(r: &mut Read<'_>, token: &str) -> Result<Chat> {
    let now = r.now();
    let found = chat::by_token(r, &secret_hash(token))?;
    found.filter(|c| domain::chat::may_follow(c, now)).ok_or(Error::NotFound)
}

fn one(r: &mut Read<'_>, id: &ChatId) -> Result<Chat> {
    chat::one(r, id)?.ok_or(Error::NotFound)
}

/// Who the visitor is, as an actor.
fn visitor(r: &mut Read<'_>, c: &Chat) -> Result<Actor> {
    let id = directory::merged_into(r, &c.contact)?.unwrap_or_else(|| c.contact.clone());
    Ok(contact_actor(&directory::contact(r, &id)?.ok_or(Error::NotFound)?))
}

/// Keeps what a step changed, with the line that tells of it.
fn keep(unit: &mut Unit<'_, '_>, before: &Chat, after: &Chat, said: Said) -> Result<()> {
    chat::update(unit.work, after)?;
    let (side, content) = (Side::House, Content::Said(said));
    let staff = if said == Said::Ended { before.staff.as_ref() } else { after.staff.as_ref() };
    chat::add_line(unit.work, &after.id, &NewLine { side, staff, content: &content, sent_id: None })?;
    tell(unit, after)?;
    Ok(unit.work.publish(QUEUE, after.group.as_ref().map_or("", domain::id::GroupId::as_str))?)
}

/// Says that a chat has something new; its case shows it too.
fn tell(unit: &mut Unit<'_, '_>, c: &Chat) -> Result<()> {
    Ok(unit.work.publish(TOPIC, c.id.as_str())?)
}

/// The case of a chat shows that the chat is another one.
fn tell_case(unit: &mut Unit<'_, '_>, c: &Chat) -> Result<()> {
    let number = ticket::number_of(unit.work, &c.ticket)?;
    number.map_or(Ok(()), |number| Ok(unit.work.publish("ticket", &number)?))
}

/// When the next chat ends by itself, unless something is heard of its visitor.
pub(crate) fn next_silent(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    let [waiting, active] = chat::most_silent(r)?;
    let ends = [waiting.map(|at| plus_seconds(at, GONE_S)), active.map(|at| plus_seconds(at, ASLEEP_S))];
    let now = r.now();
    Ok(ends.into_iter().flatten().min().map(|at| at.max(now)))
}

/// Ends the chats of visitors who have gone. Returns how many.
pub(crate) async fn sweep(desk: &Desk) -> Result<usize> {
    let silent = desk
        .read(|r| {
            let now = r.now();
            if next_silent(r)?.is_none_or(|at| at > now) {
                return Ok(Vec::new());
            }
            Ok(chat::silent(r, (plus_seconds(now, -GONE_S), plus_seconds(now, -ASLEEP_S)), ROUND)?)
        })
        .await?;
    let n = silent.len();
    each(silent, |id| close::fall_silent(desk.clone(), id)).await.map(|()| n)
}
