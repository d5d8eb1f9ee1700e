//! Outgoing letters for programs: what became of each, its text, and sending it again.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use desk::Error;
use domain::access::Right;
use domain::post::LetterState;
use serde::{Deserialize, Serialize};
use store::letter::{self, LetterRow};
use utoipa::ToSchema;

use super::caller::Caller;
use super::own::{before, cut, size};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::form::choice;

type Answer<T> = Result<T, WebError>;

/// Which letters.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct LettersAsked {
    /// `kept`, `queued`, `sent`, `failed` or `rejected`; all if absent.
    state: String,
    /// The `next_cursor` of an earlier page.
    cursor: String,
    /// 1–200, default 50.
    limit: Option<i64>,
}

/// A letter to one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterView {
    /// Key.
    id: String,
    /// Which template.
    kind: String,
    /// What became of it.
    state: &'static str,
    /// Address.
    recipient: String,
    /// Subject.
    subject: String,
    /// Plain text; only of a single letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// What the server said.
    answer: String,
    /// How often it was tried.
    attempts: i64,
    /// When it was written.
    created_at: String,
    /// When the server took it.
    sent_at: Option<String>,
    /// When it is tried next.
    next_at: Option<String>,
}

impl From<LetterRow> for LetterView {
    fn from(l: LetterRow) -> Self {
        Self {
            id: l.id,
            kind: l.kind,
            state: l.state.as_str(),
            recipient: l.recipient,
            subject: l.subject,
            body: None,
            answer: l.detail,
            attempts: l.attempts,
            created_at: instant(l.created_at),
            sent_at: l.sent_at.map(instant),
            next_at: l.next_at.map(instant),
        }
    }
}

/// A page of letters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LettersView {
    items: Vec<LetterView>,
    next_cursor: Option<String>,
}

/// Outgoing letters, newest first.
#[utoipa::path(get, path = "/api/v1/letters", params(LettersAsked), responses((status = 200, body = LettersView)))]
pub(crate) async fn letters(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<LettersAsked>,
) -> Answer<Json<LettersView>> {
    caller.need(Right::Operate)?;
    let state: Option<LetterState> = choice("state", &asked.state).map_err(|e| caller.fail(e))?;
    let (from, limit) = (before(&caller, &asked.cursor)?, size(&caller, asked.limit)?);
    let read = app.desk.read(move |r| Ok(letter::page_in(r, state, &from, limit + 1)?));
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, limit, |l| l.id.clone());
    Ok(Json(LettersView { items: rows.into_iter().map(LetterView::from).collect(), next_cursor }))
}

/// One letter with its text.
#[utoipa::path(get, path = "/api/v1/letters/{id}", params(("id" = String, Path)), responses((status = 200, body = LetterView), (status = 404, body = Problem)))]
pub(crate) async fn letter(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<LetterView>> {
    caller.need(Right::Operate)?;
    let read = app.desk.read(move |r| letter::one(r, &id)?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| caller.fail(e))?;
    let body = Some(row.body.clone());
    Ok(Json(LetterView { body, ..row.into() }))
}

/// Sends a letter of a ticket again: one that was refused, came back, or waits for its next attempt.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/letters/{id}/delivery", params(("number" = String, Path), ("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn send_again(
    State(app): State<App>,
    caller: Caller,
    Path((number, id)): Path<(String, String)>,
) -> Answer<StatusCode> {
    if !app.config.sends_letters {
        return Err(caller.fail(Error::NotFound));
    }
    let done = desk::post::send_again(&app.desk, &caller.actor, &number, id).await;
    done.map(|_| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}

/// Sends a letter that was kept, refused, or waits for its next attempt.
#[utoipa::path(post, path = "/api/v1/letters/{id}/delivery", params(("id" = String, Path)), responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn send_letter(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    if !app.config.sends_letters {
        return Err(caller.fail(Error::NotFound));
    }
    desk::post::send_now(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}
