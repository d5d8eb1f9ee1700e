//! A chat ends: by the visitor, by who has it, or because nothing is heard of the visitor any more. What was said becomes one
//! message of the case, with its files.

use domain::access::{Actor, Right, System};
use domain::chat::{self as rule, Chat, Side};
use domain::id::{ChatId, FileId, StaffId};
use domain::ticket::decide::{self, Body, Letter};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::chat::{self, Content, LineRow};
use store::{file, job, ticket};

use super::{HOUSE, keep, of_visitor, one, tell, tell_case, visitor};
use crate::admin::need;
use crate::case::load_current;
use crate::jobs::LetterJob;
use crate::{Desk, Error, Result, Unit, as_actor, save};

/// Lines that are read at once.
const PAGE: i64 = 500;

/// The visitor ends the chat. Harmless when it is over.
///
/// # Errors
/// `NotFound`.
pub async fn leave(desk: &Desk, token: &str) -> Result<()> {
    let token = token.to_owned();
    desk.write(&HOUSE, move |unit| {
        let c = of_visitor(unit.work, &token)?;
        let actor = visitor(unit.work, &c)?;
        finish(&mut as_actor(unit, &actor), &c, Side::Visitor, None)
    })
    .await
}

/// Whoever has the chat ends it; one that waits may be ended by anybody who could take it.
///
/// # Errors
/// `NotFound`, `Lacks`, `chat_not_yours`.
pub async fn end(desk: &Desk, who: &Actor, id: &ChatId) -> Result<()> {
    let id = id.clone();
    desk.write(who, move |unit| {
        need(unit, Right::TicketReply)?;
        let c = one(unit.work, &id)?;
        let me = unit.actor.staff().map(|s| s.id.clone());
        finish(unit, &c, Side::Staff, me.as_ref())
    })
    .await
}

/// Nothing was heard of the visitor for too long; unless something is since.
pub(super) async fn fall_silent(desk: Desk, id: ChatId) -> Result<()> {
    let done = desk.write(&Actor::System(System::Silence), move |unit| {
        let c = one(unit.work, &id)?;
        let due = rule::silence_at(&c).is_some_and(|at| at <= unit.now);
        if due { finish(unit, &c, Side::House, None) } else { Ok(()) }
    });
    match done.await {
        // Somebody else was faster.
        Err(Error::Stale { .. }) => Ok(()),
        done => done,
    }
}

fn finish(unit: &mut Unit<'_, '_>, c: &Chat, by: Side, who: Option<&StaffId>) -> Result<()> {
    let Some((mut after, said)) = rule::end(c, by, who, unit.now)? else { return Ok(()) };
    let lines = all(unit, &c.id)?;
    let zone = unit.rules.settings.zone();
    let body = transcript(&lines, c, &zone);
    let mut case = load_current(unit, &c.ticket)?;
    while let Some(into) = case.ticket.merged_into.clone() {
        case = load_current(unit, &into)?;
    }
    let decision = decide::chat_ended(&case, &after, body, unit.actor, unit.now)?;
    // The message is by who had the chat, and no draft of theirs goes with it.
    save(&mut as_actor(unit, &HOUSE), &case, &decision)?;
    after.message = decision.messages.first().map(|m| m.no);
    if let Some(message) = after.message {
        for id in lines.iter().filter_map(file_of) {
            file::put_with(unit.work, id, &decision.ticket.id, message)?;
        }
    }
    keep(unit, c, &after, said)
}

fn file_of(l: &LineRow) -> Option<&FileId> {
    if let Content::File { id, .. } = &l.content { Some(id) } else { None }
}

fn all(unit: &mut Unit<'_, '_>, id: &ChatId) -> Result<Vec<LineRow>> {
    let mut lines = Vec::new();
    loop {
        let after = lines.last().map_or(0, |l: &LineRow| l.seq);
        let page = chat::lines(unit.work, id, after, PAGE)?;
        if page.is_empty() {
            return Ok(lines);
        }
        lines.extend(page);
    }
}

/// What people said, each under their name and the time of the house. What the house says of the chat stands in the case's own
/// history. A very long talk ends where a message has to; the chat itself stays whole.
fn transcript(lines: &[LineRow], c: &Chat, zone: &TimeZone) -> Body {
    let (mut html, mut text) = (String::new(), String::new());
    let mut chars = 0;
    let mut last: Option<(&str, Timestamp)> = None;
    for l in lines {
        let who = if l.side == Side::Visitor { c.name.as_str() } else { l.who.as_str() };
        let said = match &l.content {
            Content::Said(_) => continue,
            Content::Text(text) => text.clone(),
            Content::File { name, .. } => name.clone(),
        };
        chars += said.chars().count();
        if chars > Body::MAX_CHARS / 2 {
            html.push_str("<p>…</p>");
            text.push('…');
            break;
        }
        let minute = l.at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
        if last.is_none_or(|(w, at)| w != who || l.at.duration_since(at).as_secs() >= 60) {
            html.extend(["<p><strong>", escaped(who).as_str(), "</strong> ", minute.as_str(), "</p>"]);
            text.extend([who, " ", minute.as_str(), "\n"]);
        }
        last = Some((who, l.at));
        match &l.content {
            Content::File { id, name, media_type, .. } if media_type.starts_with("image/") => {
                html.extend([
                    "<p><img src=\"/files/",
                    id.as_str(),
                    "\" alt=\"",
                    escaped(name).as_str(),
                    "\"></p>",
                ]);
            }
            Content::File { id, name, .. } => {
                html.extend(["<p><a href=\"/files/", id.as_str(), "\">", escaped(name).as_str(), "</a></p>"]);
            }
            _ => html.push_str(Body::from_text(&said).html()),
        }
        text.extend([said.as_str(), "\n"]);
    }
    Body::from_clean(html, text)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Who asks for the transcript.
enum Asks {
    Visitor(String),
    Staff(ChatId),
}

/// The transcript goes to the visitor by mail: when the chat is over, or now if it is. Once, however often it is asked for.
///
/// # Errors
/// `NotFound`, `Lacks`.
pub async fn mail_transcript(desk: &Desk, who: Option<(&Actor, &ChatId)>, token: &str) -> Result<()> {
    let (actor, asks) = match who {
        Some((actor, id)) => (actor.clone(), Asks::Staff(id.clone())),
        None => (HOUSE, Asks::Visitor(token.to_owned())),
    };
    desk.write(&actor, move |unit| {
        let c = match &asks {
            Asks::Visitor(token) => of_visitor(unit.work, token)?,
            Asks::Staff(id) => {
                need(unit, Right::TicketReply)?;
                one(unit.work, id)?
            }
        };
        if c.mail {
            return Ok(());
        }
        chat::update(unit.work, &Chat { mail: true, ..c.clone() })?;
        if let (false, Some(message)) = (c.state.is_open(), c.message) {
            send(unit, &c, message)?;
        }
        tell(unit, &c)?;
        tell_case(unit, &c)
    })
    .await
}

fn send(unit: &mut Unit<'_, '_>, c: &Chat, message: i64) -> Result<()> {
    let mut at = c.ticket.clone();
    let scope = domain::access::Scope::All;
    // The message is in the case in which the chat went on when it ended.
    while let Some(into) =
        ticket::by_id(unit.work, &scope, &at)?.filter(|t| t.messages < message).and_then(|t| t.merged_into)
    {
        at = into;
    }
    let payload = LetterJob {
        letter: Letter::Transcript,
        ticket: at,
        to: c.contact.clone(),
        message: Some(message),
        copy: None,
        event: None,
    };
    job::insert(unit.work, LetterJob::KIND, &payload, unit.now)?;
    Ok(())
}
