//! Letters that came in for programs: what became of each, its source, having it read again, and unwanted ones.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Error;
use domain::access::Right;
use domain::mail_in::{MailState, Origin};
use serde::{Deserialize, Serialize};
use store::mail_in::{self, MailRow};
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
pub(crate) struct MailAsked {
    /// `waiting`, `placed`, `noted`, `quarantined` or `spam`; all if absent.
    state: String,
    /// The `next_cursor` of an earlier page.
    cursor: String,
    /// 1–200, default 50.
    limit: Option<i64>,
}

/// A letter that came in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailView {
    /// Key.
    id: String,
    /// The mailbox into which it came.
    mailbox: String,
    /// By what way: `smtp`, `lmtp`.
    source: String,
    /// What became of it.
    state: &'static str,
    /// Why.
    reason: &'static str,
    /// In words, where the reason has some.
    detail: String,
    /// Address of whoever wrote it; empty if it does not say so.
    sender: String,
    /// Their name.
    sender_name: String,
    /// The sender by whom a server handed it over; empty for reports.
    envelope_from: String,
    /// The address to which it was sent.
    recipient: String,
    /// Subject.
    subject: String,
    /// Bytes.
    size: i64,
    /// The number of the ticket in which it is, or to which it belongs; only of a single letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// The message of the ticket that it became.
    message: Option<i64>,
    /// Where it really comes from (SPF, DKIM, DMARC), where that is looked at.
    #[schema(value_type = Option<Object>)]
    origin: Option<Origin>,
    /// When it was kept.
    received_at: String,
    /// When it was read.
    read_at: Option<String>,
}

impl From<MailRow> for MailView {
    fn from(m: MailRow) -> Self {
        Self {
            id: m.id,
            mailbox: m.mailbox,
            source: m.source,
            state: m.state.as_str(),
            reason: m.reason.as_str(),
            detail: m.detail,
            sender: m.sender,
            sender_name: m.sender_name,
            envelope_from: m.envelope_from,
            recipient: m.recipient,
            subject: m.subject,
            size: m.size,
            ticket: None,
            message: m.message,
            origin: m.origin,
            received_at: instant(m.received_at),
            read_at: m.read_at.map(instant),
        }
    }
}

/// A page of letters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailsView {
    items: Vec<MailView>,
    next_cursor: Option<String>,
}

/// Letters that came in, newest first.
#[utoipa::path(get, path = "/api/v1/mail-in", params(MailAsked), responses((status = 200, body = MailsView)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<MailAsked>,
) -> Answer<Json<MailsView>> {
    caller.need(Right::Operate)?;
    let state: Option<MailState> = choice("state", &asked.state).map_err(|e| caller.fail(e))?;
    let (from, limit) = (before(&caller, &asked.cursor)?, size(&caller, asked.limit)?);
    let read = app.desk.read(move |r| Ok(mail_in::page(r, state, &from, limit + 1)?));
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, limit, |m| m.id.clone());
    Ok(Json(MailsView { items: rows.into_iter().map(MailView::from).collect(), next_cursor }))
}

/// One letter.
#[utoipa::path(get, path = "/api/v1/mail-in/{id}", params(("id" = String, Path)), responses((status = 200, body = MailView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<MailView>> {
    caller.need(Right::Operate)?;
    let read = app.desk.read(move |r| {
        let m = mail_in::one(r, &id)?.ok_or(Error::NotFound)?;
        let number = m.ticket.as_ref().map(|t| store::ticket::number_of(r, t)).transpose()?.flatten();
        Ok(MailView { ticket: number, ..m.into() })
    });
    Ok(Json(read.await.map_err(|e| caller.fail(e))?))
}

/// The letter as it came.
#[utoipa::path(get, path = "/api/v1/mail-in/{id}/source", params(("id" = String, Path)), responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(crate) async fn source(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    caller.need(Right::Operate)?;
    let raw = desk::mail_in::raw(&app.desk, &id).await.map_err(|e| caller.fail(e))?;
    Ok(crate::admin::mail_source(&id, raw))
}

/// Has a letter read again that waits for a person, or about which there was nothing to do.
#[utoipa::path(post, path = "/api/v1/mail-in/{id}/reading", params(("id" = String, Path)), responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn read_again(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    desk::mail_in::read_again(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a letter is unwanted. An open ticket that it opened ends with it.
#[utoipa::path(post, path = "/api/v1/mail-in/{id}/spam", params(("id" = String, Path)), responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn spam(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    desk::mail_in::spam(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes that back.
#[utoipa::path(delete, path = "/api/v1/mail-in/{id}/spam", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn not_spam(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    desk::mail_in::not_spam(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}
