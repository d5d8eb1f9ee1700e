//! Both sides write. A line that is sent again is not there twice, also after the end.

use domain::access::{Action, Actor, Right};
use domain::chat::{Chat, Side, is_sent_id, plain, say_as_staff, say_as_visitor};
use domain::id::{ChatId, FileId, StaffId};
use domain::ticket::decide::{self, Refusal};
use store::chat::{self, Content, NewLine};
use store::file;

use super::{HOUSE, of_visitor, one, tell, visitor};
use crate::admin::need;
use crate::case::load_current;
use crate::ticket::allowed;
use crate::{Desk, Error, Result, Unit, as_actor, save};

/// Lines of a chat at most; whoever needs more goes on in the case.
const MOST_LINES: i64 = 2_000;

/// What somebody sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// The text; not looked at where there is a file.
    pub text: String,
    /// An uploaded file.
    pub file: Option<FileId>,
    /// The name that the sender gives the line.
    pub sent_id: String,
}

/// A visitor writes; returns the place of the line.
///
/// # Errors
/// `NotFound`, `chat_over`, `too_many`, `Invalid`.
pub async fn say(desk: &Desk, token: &str, word: Word) -> Result<i64> {
    let token = token.to_owned();
    let send = move |unit: &mut Unit<'_, '_>| {
        let c = of_visitor(unit.work, &token)?;
        let actor = visitor(unit.work, &c)?;
        said(unit, &c, (&actor, None), &word)
    };
    once(desk, &HOUSE, send).await
}

/// Whoever of us has the chat writes; returns the place of the line. The first one answers the case.
///
/// # Errors
/// As [`say`]; `Lacks`, `Forbidden`, `chat_not_yours`.
pub async fn answer(desk: &Desk, who: &Actor, id: &ChatId, word: Word) -> Result<i64> {
    let id = id.clone();
    let send = move |unit: &mut Unit<'_, '_>| {
        need(unit, Right::TicketReply)?;
        let c = one(unit.work, &id)?;
        let actor = unit.actor.clone();
        let me = actor.staff().ok_or(Error::NotFound)?.id.clone();
        said(unit, &c, (&actor, Some(&me)), &word)
    };
    once(desk, who, send).await
}

/// A line that is sent twice at the same moment is refused by the store the second time, and found the third.
async fn once<F>(desk: &Desk, who: &Actor, send: F) -> Result<i64>
where
    F: Fn(&mut Unit<'_, '_>) -> Result<i64> + Clone + Send + 'static,
{
    match desk.write(who, send.clone()).await {
        Err(Error::Store(store::Error::Exists(_))) => desk.write(who, send).await,
        sent => sent,
    }
}

fn said(
    unit: &mut Unit<'_, '_>,
    c: &Chat,
    (actor, me): (&Actor, Option<&StaffId>),
    word: &Word,
) -> Result<i64> {
    let side = if me.is_some() { Side::Staff } else { Side::Visitor };
    if !is_sent_id(&word.sent_id) {
        return Err(Error::field("sent_id", "bad_value"));
    }
    if let Some(seq) = chat::sent(unit.work, &c.id, side, &word.sent_id)? {
        return Ok(seq);
    }
    match me {
        Some(me) => say_as_staff(c, me)?,
        None => say_as_visitor(c)?,
    }
    if c.next_seq > MOST_LINES {
        return Err(Refusal::TooMany.into());
    }
    let content = match &word.file {
        Some(id) => attached(unit, c, actor, id)?,
        None => Content::Text(plain(&word.text).map_err(|issue| Error::field("text", issue))?),
    };
    let line = NewLine { side, staff: me, content: &content, sent_id: Some(&word.sent_id) };
    let seq = chat::add_line(unit.work, &c.id, &line)?;
    chat::seen(unit.work, &c.id, side, seq)?;
    match me {
        Some(_) if c.answered_at.is_none() => answered(unit, c)?,
        Some(_) => {}
        None => chat::heard(unit.work, &c.id)?,
    }
    tell(unit, c)?;
    Ok(seq)
}

/// The file belongs to the case from now on, and whoever sees the case may see it.
fn attached(unit: &mut Unit<'_, '_>, c: &Chat, actor: &Actor, id: &FileId) -> Result<Content> {
    let unknown = || Error::field("file", "unknown");
    let row = file::one(unit.work, id)?.ok_or_else(unknown)?;
    file::give(unit.work, id, &c.ticket, &actor.reference()).map_err(|_| unknown())?;
    Ok(Content::File { id: id.clone(), name: row.name, media_type: row.media_type, size: row.size })
}

/// The first word of ours meets what was promised as an answer does.
fn answered(unit: &mut Unit<'_, '_>, c: &Chat) -> Result<()> {
    let after = Chat { answered_at: Some(unit.now), ..c.clone() };
    chat::update(unit.work, &after)?;
    let mut case = load_current(unit, &c.ticket)?;
    while let Some(into) = case.ticket.merged_into.clone() {
        case = load_current(unit, &into)?;
    }
    allowed(unit, Action::Reply, &case.ticket)?;
    let decision = decide::chat_answered(&case, &c.id, unit.actor, unit.now)?;
    // What somebody is writing in the case is another matter: nothing of it was said here.
    save(&mut as_actor(unit, &HOUSE), &case, &decision)
}

/// The visitor has seen the lines up to a place.
///
/// # Errors
/// `NotFound`.
pub async fn seen_by_visitor(desk: &Desk, token: &str, seq: i64) -> Result<()> {
    let token = token.to_owned();
    desk.write(&HOUSE, move |unit| {
        let c = of_visitor(unit.work, &token)?;
        seen(unit, &c, Side::Visitor, seq)
    })
    .await
}

/// Who has the chat has seen the lines up to a place; for a colleague nothing happens.
///
/// # Errors
/// `NotFound`, `Lacks`.
pub async fn seen_by_staff(desk: &Desk, who: &Actor, id: &ChatId, seq: i64) -> Result<()> {
    let id = id.clone();
    desk.write(who, move |unit| {
        need(unit, Right::TicketReply)?;
        let c = one(unit.work, &id)?;
        let mine = unit.actor.staff().is_some_and(|me| c.staff.as_ref() == Some(&me.id));
        if mine { seen(unit, &c, Side::Staff, seq) } else { Ok(()) }
    })
    .await
}

fn seen(unit: &mut Unit<'_, '_>, c: &Chat, side: Side, seq: i64) -> Result<()> {
    if chat::seen(unit.work, &c.id, side, seq)? { tell(unit, c) } else { Ok(()) }
}
