//! Chats for programs of staff: the list, one with its lines, and what is done in it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use desk::Error;
use desk::chat::{self as verb, Standing, Word, standing};
use domain::access::{Actor, Right};
use domain::chat::{Chat, To};
use domain::id::ChatId;
use serde::{Deserialize, Serialize};
use store::Read;
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::oncall::{Answer, done};
use super::own::{before, cut, size};
use super::paging::ListView;
use super::view::instant;
use crate::app::App;
use crate::chat::view::LineView;
use crate::error::{Problem, WebError};

/// Which chats.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChatsAsked {
    /// `waiting`: those that wait, who has waited longest first; `mine`: those that the caller has; all of them, newest first,
    /// if absent.
    queue: String,
    /// The `next_cursor` of an earlier page; of all of them only.
    cursor: String,
    /// 1–200, default 50.
    limit: Option<i64>,
}

/// A chat.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatView {
    /// Key.
    id: String,
    /// `waiting`, `active`, `ended`, `left` (before anybody came), or `missed` (nobody was there).
    state: &'static str,
    /// The number of its case.
    ticket: String,
    /// The contact who asks.
    contact: String,
    /// They were signed in; otherwise only their word says who they are.
    verified: bool,
    /// What they call themselves.
    name: String,
    /// The site on whose page they are; empty for our own.
    origin: String,
    /// Whose queue it is in.
    group: Option<String>,
    /// Who has it.
    staff: Option<String>,
    /// Since when they wait.
    asked_at: String,
    /// When somebody came for the first time.
    taken_at: Option<String>,
    /// When one of us wrote for the first time.
    answered_at: Option<String>,
    /// When it was over.
    ended_at: Option<String>,
    /// Lines of the visitor that nobody has read.
    unread: i64,
    /// The message of the case that holds the transcript.
    message: Option<i64>,
}

fn view(r: &mut Read<'_>, c: Chat) -> desk::Result<ChatView> {
    let ticket = store::ticket::number_of(r, &c.ticket)?.unwrap_or_default();
    let unread = store::chat::unread(r, &c)?;
    Ok(ChatView {
        id: c.id.0,
        state: c.state.as_str(),
        ticket,
        contact: c.contact.0,
        verified: c.verified,
        name: c.name,
        origin: c.origin,
        group: c.group.map(|g| g.0),
        staff: c.staff.map(|s| s.0),
        asked_at: instant(c.asked_at),
        taken_at: c.taken_at.map(instant),
        answered_at: c.answered_at.map(instant),
        ended_at: c.ended_at.map(instant),
        unread,
        message: c.message,
    })
}

fn may_read(caller: &Caller) -> Result<(), WebError> {
    caller.need(Right::TicketView)?;
    caller.need(Right::TicketReply)
}

/// The chats.
#[utoipa::path(get, path = "/api/v1/chats", params(ChatsAsked), responses((status = 200, body = ListView<ChatView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<ChatsAsked>,
) -> Answer<ListView<ChatView>> {
    may_read(&caller)?;
    let limit = size(&caller, asked.limit)?;
    let before = before(&caller, &asked.cursor)?;
    let me = caller.actor.staff().map(|s| s.id.clone());
    let read = app.desk.read(move |r| {
        let chats = match asked.queue.as_str() {
            "waiting" => store::chat::waiting(r, limit)?,
            "mine" => me.map(|me| store::chat::active_of(r, &me)).transpose()?.unwrap_or_default(),
            "" => store::chat::page(r, &before, limit + 1)?,
            _ => return Err(Error::field("queue", "bad_value")),
        };
        chats.into_iter().map(|c| view(r, c)).collect::<desk::Result<Vec<_>>>()
    });
    let mut items = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut items, limit, |c: &ChatView| c.id.clone());
    Ok(Json(ListView { items, next_cursor }))
}

/// One chat.
#[utoipa::path(get, path = "/api/v1/chats/{id}", params(("id" = String, Path)), responses((status = 200, body = ChatView), (status = 404, body = Problem)))]
pub(crate) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer<ChatView> {
    may_read(&caller)?;
    let read = app.desk.read(move |r| {
        let chat = store::chat::one(r, &ChatId(id))?.ok_or(Error::NotFound)?;
        view(r, chat)
    });
    Ok(Json(read.await.map_err(|e| caller.fail(e))?))
}

/// From which line on.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// The place of the last line that is known.
    after: i64,
}

/// Lines of a chat.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinesView {
    /// In their order.
    items: Vec<LineView>,
    /// There are more behind these.
    more: bool,
    /// The last line that the visitor has seen.
    visitor_read: i64,
    /// The last line that we have seen.
    staff_read: i64,
}

/// The lines of a chat behind a place, at most 200.
#[utoipa::path(get, path = "/api/v1/chats/{id}/lines", params(("id" = String, Path), From), responses((status = 200, body = LinesView), (status = 404, body = Problem)))]
pub(crate) async fn lines(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Answer<LinesView> {
    may_read(&caller)?;
    let read = app.desk.read(move |r| {
        let chat = store::chat::one(r, &ChatId(id))?.ok_or(Error::NotFound)?;
        standing(r, chat, from.after)
    });
    let Standing { chat, lines, more, .. } = read.await.map_err(|e| caller.fail(e))?;
    let items = lines.into_iter().map(LineView::of).collect();
    let (visitor_read, staff_read) = (chat.visitor_read, chat.staff_read);
    Ok(Json(LinesView { items, more, visitor_read, staff_read }))
}

/// A line.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewLine {
    /// Plain text, at most 4,000 characters.
    text: String,
    /// An uploaded file instead.
    file: Option<String>,
    /// A name for the line, 1–64 letters and digits: sent again under it, it is there once.
    sent_id: String,
}

/// The place of a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Placed {
    seq: i64,
}

/// Writes a line; only who has the chat.
#[utoipa::path(post, path = "/api/v1/chats/{id}/lines", params(("id" = String, Path)), request_body = NewLine, responses((status = 201, body = Placed), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn say(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<NewLine>,
) -> Result<(StatusCode, Json<Placed>), WebError> {
    let NewLine { text, file, sent_id } = body.value;
    let word = Word { text, file: file.map(Into::into), sent_id };
    let seq = verb::answer(&app.desk, staff(&caller)?, &ChatId(id), word).await;
    Ok((StatusCode::CREATED, Json(Placed { seq: seq.map_err(|e| caller.fail(e))? })))
}

/// A customer finds nothing here.
fn staff(caller: &Caller) -> Result<&Actor, WebError> {
    caller.need(Right::TicketReply)?;
    Ok(&caller.actor)
}

/// Takes a chat that waits. Harmless when the caller has it.
#[utoipa::path(post, path = "/api/v1/chats/{id}/taking", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn take(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    done(&caller, verb::take(&app.desk, staff(&caller)?, &ChatId(id)).await)
}

/// To whom a chat goes: to a person, or into the queue of a group.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Transfer {
    person: Option<String>,
    group: Option<String>,
    /// Goes along with the case; the visitor does not see it.
    note: String,
}

/// Hands a chat on, and its case with it.
#[utoipa::path(post, path = "/api/v1/chats/{id}/transfer", params(("id" = String, Path)), request_body = Transfer, responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn transfer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Transfer>,
) -> Result<StatusCode, WebError> {
    let Transfer { person, group, note } = body.value;
    let to = match (person, group) {
        (Some(person), None) => To::Person(person.into()),
        (None, Some(group)) => To::Group(group.into()),
        _ => return Err(caller.fail(Error::field("person", "required"))),
    };
    done(&caller, verb::transfer(&app.desk, staff(&caller)?, &ChatId(id), to, note).await)
}

/// Ends a chat. Harmless when it is over.
#[utoipa::path(post, path = "/api/v1/chats/{id}/end", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    done(&caller, verb::end(&app.desk, staff(&caller)?, &ChatId(id)).await)
}

/// Mails the transcript to the visitor, now or when the chat is over; once, however often it is asked for.
#[utoipa::path(post, path = "/api/v1/chats/{id}/transcript", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn transcript(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    let id = ChatId(id);
    done(&caller, verb::mail_transcript(&app.desk, Some((staff(&caller)?, &id)), "").await)
}

/// Takes chats from now on. It counts for three minutes; ask again to stay.
#[utoipa::path(put, path = "/api/v1/chats/seat", responses((status = 204)))]
pub(crate) async fn sit(State(app): State<App>, caller: Caller) -> Result<StatusCode, WebError> {
    done(&caller, verb::sit(&app.desk, staff(&caller)?).await)
}

/// Takes no more chats; those that the caller has go on.
#[utoipa::path(delete, path = "/api/v1/chats/seat", responses((status = 204)))]
pub(crate) async fn rise(State(app): State<App>, caller: Caller) -> Result<StatusCode, WebError> {
    done(&caller, verb::rise(&app.desk, staff(&caller)?).await)
}
