//! What we do in a chat. A page's plain form posts here and comes back; the page's script wants no page.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use desk::Result;
use desk::chat::{self as verb, Word};
use domain::access::Right;
use domain::chat::{Side, To};
use domain::id::{ChatId, FileId};
use serde::Deserialize;
use serde_json::json;

use super::types;
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, id as chosen};
use crate::session::StaffPage;

/// Back to the chat, or nothing for the script.
fn back(page: &StaffPage, to: &str, done: Result<()>) -> std::result::Result<Response, WebError> {
    done.map_err(|e| page.visitor.fail(e))?;
    if page.visitor.part {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Redirect::to(to).into_response())
}

fn at(id: &ChatId) -> String {
    format!("/chats/{id}")
}

/// I take chats from now on.
pub(super) async fn sit(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    let done = verb::sit(&app.desk, page.actor()).await;
    back(&page, "/chats", done)
}

/// I take no more.
pub(super) async fn rise(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    let done = verb::rise(&app.desk, page.actor()).await;
    back(&page, "/chats", done)
}

/// I take this one.
pub(super) async fn take(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> std::result::Result<Response, WebError> {
    let id = ChatId(id);
    let done = verb::take(&app.desk, page.actor(), &id).await.map(drop);
    back(&page, &at(&id), done)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnswerForm {
    text: String,
    file: String,
    sent_id: String,
}

/// A line of mine; its place is the answer for the script.
pub(super) async fn answer(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<AnswerForm>,
) -> std::result::Result<Response, WebError> {
    let id = ChatId(id);
    let file = chosen::<FileId>(&form.file);
    // A plain form gives no name: it is sent once.
    let sent_id = if form.sent_id.is_empty() { app.desk.new_secret() } else { form.sent_id };
    let word = Word { text: form.text, file, sent_id };
    let seq = verb::answer(&app.desk, page.actor(), &id, word).await.map_err(|e| page.visitor.fail(e))?;
    if page.visitor.part {
        return Ok(Json(json!({"seq": seq})).into_response());
    }
    Ok(Redirect::to(&at(&id)).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TransferForm {
    group: String,
    person: String,
    note: String,
}

/// Somebody else goes on.
pub(super) async fn transfer(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<TransferForm>,
) -> std::result::Result<Response, WebError> {
    let id = ChatId(id);
    let to = match (chosen(&form.person), chosen(&form.group)) {
        (Some(person), _) => To::Person(person),
        (None, Some(group)) => To::Group(group),
        (None, None) => return Err(page.visitor.fail(desk::Error::field("person", "required"))),
    };
    let done = verb::transfer(&app.desk, page.actor(), &id, to, form.note).await.map(drop);
    back(&page, "/chats", done)
}

/// It is over.
pub(super) async fn end(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> std::result::Result<Response, WebError> {
    let id = ChatId(id);
    let done = verb::end(&app.desk, page.actor(), &id).await;
    back(&page, &at(&id), done)
}

/// The visitor gets the transcript by mail.
pub(super) async fn transcript(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> std::result::Result<Response, WebError> {
    let id = ChatId(id);
    let done = verb::mail_transcript(&app.desk, Some((page.actor(), &id)), "").await;
    back(&page, &at(&id), done)
}

/// I type. Too much of it is dropped without a word.
pub(super) async fn typing(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    page.need(Right::TicketReply)?;
    let id = ChatId(id);
    let (wanted, me) = (id.clone(), page.staff.id.clone());
    let read = app.desk.peek(move |r| Ok(store::chat::one(r, &wanted)?)).await;
    let chat = read.and_then(|c| c.ok_or(desk::Error::NotFound)).map_err(|e| page.visitor.fail(e))?;
    let mine = chat.state.is_open() && chat.staff.as_ref() == Some(&me);
    if mine && app.chats.limits.types(&format!("{me} {id}")) {
        types(&app.desk, &id, Side::Staff).await.map_err(|e| page.visitor.fail(e))?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SeenForm {
    seq: i64,
}

/// I have seen the lines up to one.
pub(super) async fn read(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<SeenForm>,
) -> std::result::Result<Response, WebError> {
    let id = ChatId(id);
    let done = verb::seen_by_staff(&app.desk, page.actor(), &id, form.seq).await;
    back(&page, &at(&id), done)
}
