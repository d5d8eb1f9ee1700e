//! The house's own books: problem log, audit, failed jobs, tokens, and why a clock is where it is.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::auth;
use domain::access::{Right, Scope};
use domain::id::{JobId, TokenId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::ticket::{Cursor, problem_log};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::own::{Before, cut};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::log::LogQuery;

type Answer<T> = Result<T, WebError>;

/// A line of the problem log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogLine {
    /// The case.
    number: String,
    /// When it was solved.
    date: String,
    /// Its class; without one, `kind` says what it was about.
    class: Option<&'static str>,
    /// Its kind.
    kind: &'static str,
    /// Its title.
    title: String,
    /// What was done.
    resolution: String,
    /// Who did it.
    solver: Option<String>,
    /// The solver's role.
    role: Option<&'static str>,
    /// Remark.
    remark: String,
}

/// A page of the problem log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogView {
    items: Vec<LogLine>,
    next_cursor: Option<String>,
}

const LOG_PAGE: i64 = 100;

/// The problem log: closed cases, newest first.
#[utoipa::path(get, path = "/api/v1/problem-log", params(LogQuery), responses((status = 200, body = LogView)))]
pub(crate) async fn log(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<LogQuery>,
) -> Answer<Json<LogView>> {
    caller.need(Right::ReportView)?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let zone = desk.rules_in(r)?.settings.zone();
        let (filter, after) = asked.read(&zone)?;
        Ok(problem_log(r, &Scope::All, &filter, after.as_ref(), LOG_PAGE + 1)?)
    });
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, LOG_PAGE, |l| Cursor::encode(&l.cursor));
    let line = |l: store::ticket::LogRow| LogLine {
        number: l.number,
        date: instant(l.resolved_at),
        class: l.class.map(domain::ticket::IssueClass::as_str),
        kind: l.kind.as_str(),
        title: l.title,
        resolution: l.resolution,
        role: l.solver.as_ref().map(|s| s.1.as_str()),
        solver: l.solver.map(|s| s.0),
        remark: l.remark,
    };
    Ok(Json(LogView { items: rows.into_iter().map(line).collect(), next_cursor }))
}

/// The audit: who changed people, rights and rules, newest first.
#[utoipa::path(get, path = "/api/v1/audit", params(Before), responses((status = 200)))]
pub(crate) async fn audit(
    State(app): State<App>,
    caller: Caller,
    Query(before): Query<Before>,
) -> Answer<Response> {
    caller.need(Right::AuditView)?;
    let (before, limit) = before.read(&caller)?;
    let read = app.desk.read(move |r| Ok(store::admin::page(r, &before, limit + 1)?));
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, limit, |e| e.id.clone());
    let item = |e: &store::admin::AdminEvent| {
        let value = |text: &str| serde_json::from_str(text).unwrap_or(serde_json::Value::Null);
        json!({"id": e.id, "at": instant(e.at), "by": e.by, "subject": e.subject, "subject_id": e.subject_id,
            "what": e.what, "before": value(&e.before), "after": value(&e.after)})
    };
    let items: Vec<_> = rows.iter().map(item).collect();
    Ok(Json(json!({"items": items, "next_cursor": next_cursor})).into_response())
}

const JOBS: i64 = 200;

/// Jobs that failed for good.
#[utoipa::path(get, path = "/api/v1/jobs", responses((status = 200)))]
pub(crate) async fn jobs(State(app): State<App>, caller: Caller) -> Answer<Response> {
    caller.need(Right::Operate)?;
    let read = app.desk.read(|r| Ok(store::job::page(r, "dead", "", JOBS)?));
    let rows = read.await.map_err(|e| caller.fail(e))?;
    let item = |j: &store::job::JobRow| json!({"id": j.id, "kind": j.kind, "attempts": j.attempts, "error": j.last_error});
    let items: Vec<_> = rows.iter().map(item).collect();
    Ok(Json(json!({"items": items, "next_cursor": null})).into_response())
}

/// Tries a failed job again.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn retry_job(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    caller.need(Right::Operate)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        store::job::revive(unit.work, &JobId(id.clone()))?;
        Ok(unit.work.publish("job", &id)?)
    });
    done.await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Key.
    id: String,
    /// What it is for.
    name: String,
    /// Rights that it may use; `*` for all of its person's.
    scopes: Vec<String>,
    /// Since when.
    created_at: String,
    /// Since when no more.
    revoked_at: Option<String>,
}

/// All tokens.
#[utoipa::path(get, path = "/api/v1/tokens", responses((status = 200, body = Vec<TokenView>)))]
pub(crate) async fn tokens(State(app): State<App>, caller: Caller) -> Answer<Json<Vec<TokenView>>> {
    caller.need(Right::Operate)?;
    let rows = app.desk.read(|r| Ok(store::session::tokens(r)?)).await.map_err(|e| caller.fail(e))?;
    let view = |t: store::session::TokenRow| TokenView {
        id: t.id.0,
        name: t.name,
        scopes: t.scopes,
        created_at: instant(t.created_at),
        revoked_at: t.revoked_at.map(instant),
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// A new token.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewToken {
    /// What it is for.
    name: String,
    /// Rights that it may use; `*` for all of the caller's.
    scopes: Vec<String>,
}

/// Makes a token that acts for the caller; its secret is shown once.
#[utoipa::path(post, path = "/api/v1/tokens", request_body = NewToken, responses((status = 201), (status = 422, body = Problem)))]
pub(crate) async fn create_token(
    State(app): State<App>,
    caller: Caller,
    body: Body<NewToken>,
) -> Answer<Response> {
    caller.need(Right::Operate)?;
    let me = caller.person()?;
    let made = auth::create_token(&app.desk, &caller.actor, me.id, body.value.name, body.value.scopes).await;
    let (id, secret) = made.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, Json(json!({"id": id, "token": secret}))).into_response())
}

/// Revokes a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    caller.need(Right::Operate)?;
    auth::revoke_token(&app.desk, &caller.actor, TokenId(id)).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why a clock's due is when it is, step by step, in the caller's language.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/clocks/{kind}/{cycle}", params(("number" = String, Path), ("kind" = String, Path), ("cycle" = u32, Path)), responses((status = 200), (status = 404, body = Problem)))]
pub(crate) async fn why(
    State(app): State<App>,
    caller: Caller,
    Path((number, kind, cycle)): Path<(String, String, u32)>,
) -> Answer<Response> {
    let (desk, scope, locale) = (app.desk.clone(), caller.actor.scope(), caller.locale());
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let now = r.now();
        crate::tickets::told(r, &rules, &scope, (&number, &kind, cycle), locale, now)
    });
    let told = read.await.map_err(|e| caller.fail(e))?;
    let steps: Vec<_> = told.lines.iter().map(|l| json!({"kind": l.kind, "text": l.text})).collect();
    Ok(Json(json!({"milestone": told.title, "promise": told.calendar, "steps": steps})).into_response())
}
