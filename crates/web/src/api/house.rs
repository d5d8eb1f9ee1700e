//! The house's own books: problem log, audit, failed jobs, tokens, and why a clock is where it is.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::auth;
use domain::access::{ActorRef, Right, Scope};
use domain::id::{JobId, TokenId};
use serde::{Deserialize, Serialize};
use store::ticket::{Cursor, problem_log};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::own::{Before, Limit, cut};
use super::paging::{After, ListView};
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

/// The problem log: closed cases, newest first.
#[utoipa::path(get, path = "/api/v1/problem-log", params(LogQuery, Limit), responses((status = 200, body = LogView)))]
pub(crate) async fn log(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<LogQuery>,
    Query(limit): Query<Limit>,
) -> Answer<Json<LogView>> {
    caller.need(Right::ReportView)?;
    let limit = limit.read(&caller)?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let zone = desk.rules_in(r)?.settings.zone();
        let (filter, after) = asked.read(r, &zone)?;
        Ok(problem_log(r, &Scope::All, &filter, after.as_ref(), limit + 1)?)
    });
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, limit, |l| Cursor::encode(&l.cursor));
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

/// A line of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    /// Key.
    id: String,
    /// When.
    at: String,
    /// Who did it.
    #[schema(value_type = Object)]
    by: ActorRef,
    /// What kind of thing was changed.
    subject: String,
    /// Which one.
    subject_id: String,
    /// What was done.
    what: String,
    /// As it was; `null` of what is new.
    #[schema(value_type = Option<Object>)]
    before: serde_json::Value,
    /// As it is; `null` of what is gone.
    #[schema(value_type = Option<Object>)]
    after: serde_json::Value,
}

/// The audit: who changed people, rights and rules, newest first.
#[utoipa::path(get, path = "/api/v1/audit", params(Before), responses((status = 200, body = ListView<AuditView>)))]
pub(crate) async fn audit(
    State(app): State<App>,
    caller: Caller,
    Query(before): Query<Before>,
) -> Answer<Json<ListView<AuditView>>> {
    caller.need(Right::AuditView)?;
    let (before, limit) = before.read(&caller)?;
    let read = app.desk.read(move |r| Ok(store::admin::page(r, &before, limit + 1)?));
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, limit, |e| e.id.clone());
    let value = |text: &str| serde_json::from_str(text).unwrap_or(serde_json::Value::Null);
    let item = |e: store::admin::AdminEvent| AuditView {
        id: e.id,
        at: instant(e.at),
        by: e.by,
        subject: e.subject,
        subject_id: e.subject_id,
        what: e.what,
        before: value(&e.before),
        after: value(&e.after),
    };
    Ok(Json(ListView { items: rows.into_iter().map(item).collect(), next_cursor }))
}

/// Most jobs that failed for good that are looked at.
const JOBS: i64 = 1_000;

/// A job that failed for good.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Key.
    id: String,
    /// What it does.
    kind: String,
    /// How often it was tried.
    attempts: i64,
    /// Why it failed the last time.
    error: String,
}

/// Jobs that failed for good.
#[utoipa::path(get, path = "/api/v1/jobs", params(After), responses((status = 200, body = ListView<JobView>)))]
pub(crate) async fn jobs(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<Json<ListView<JobView>>> {
    caller.need(Right::Operate)?;
    let read = app.desk.read(|r| Ok(store::job::page(r, "dead", "", JOBS)?));
    let rows = read.await.map_err(|e| caller.fail(e))?;
    let view = |j: store::job::JobRow| JobView {
        id: j.id.to_string(),
        kind: j.kind,
        attempts: j.attempts,
        error: j.last_error,
    };
    let page = after.page(rows.into_iter().map(view).collect(), |j| j.id.clone());
    page.map(Json).map_err(|e| caller.fail(e))
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
#[utoipa::path(get, path = "/api/v1/tokens", params(After), responses((status = 200, body = ListView<TokenView>)))]
pub(crate) async fn tokens(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<Json<ListView<TokenView>>> {
    caller.need(Right::Operate)?;
    let rows = app.desk.read(|r| Ok(store::session::tokens(r)?)).await.map_err(|e| caller.fail(e))?;
    let view = |t: store::session::TokenRow| TokenView {
        id: t.id.0,
        name: t.name,
        scopes: t.scopes,
        created_at: instant(t.created_at),
        revoked_at: t.revoked_at.map(instant),
    };
    let page = after.page(rows.into_iter().map(view).collect(), |t| t.id.clone());
    page.map(Json).map_err(|e| caller.fail(e))
}

/// A new token.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewToken {
    /// What it is for.
    name: String,
    /// Rights that it may use; `*` for all of the caller's.
    scopes: Vec<String>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeToken {
    /// Key.
    id: String,
    /// The secret; it is not shown again.
    token: String,
}

/// Makes a token that acts for the caller; its secret is shown once.
#[utoipa::path(post, path = "/api/v1/tokens", request_body = NewToken, responses((status = 201, body = MadeToken), (status = 422, body = Problem)))]
pub(crate) async fn create_token(
    State(app): State<App>,
    caller: Caller,
    body: Body<NewToken>,
) -> Answer<Response> {
    caller.need(Right::Operate)?;
    let me = caller.person()?;
    let made = auth::create_token(&app.desk, &caller.actor, me.id, body.value.name, body.value.scopes).await;
    let (id, secret) = made.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, Json(MadeToken { id: id.0, token: secret })).into_response())
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

/// A step of an explanation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhyStep {
    /// `started`, `counted`, `closed`, `paused`, `folded`, `due`, `stopped`, `uncertain`, `missed`, `risk`, `excused`.
    kind: &'static str,
    /// The sentence.
    text: String,
}

/// An explanation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhyView {
    /// What was promised.
    milestone: &'static str,
    /// How much, in which calendar.
    promise: String,
    /// Step by step.
    steps: Vec<WhyStep>,
}

/// Why a clock's due is when it is, step by step, in the caller's language.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/clocks/{kind}/{cycle}", params(("number" = String, Path), ("kind" = String, Path), ("cycle" = u32, Path)), responses((status = 200, body = WhyView), (status = 404, body = Problem)))]
pub(crate) async fn why(
    State(app): State<App>,
    caller: Caller,
    Path((number, kind, cycle)): Path<(String, String, u32)>,
) -> Answer<Json<WhyView>> {
    let (desk, scope, locale) = (app.desk.clone(), caller.actor.scope(), caller.locale());
    let courses = crate::tickets::courses(&app, &caller.actor).await.map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let of = (number.as_str(), kind.as_str(), cycle);
        crate::tickets::told(r, &rules, &scope, of, locale, courses.as_deref())
    });
    let told = read.await.map_err(|e| caller.fail(e))?;
    let steps = told.lines.into_iter().map(|l| WhyStep { kind: l.kind, text: l.text }).collect();
    Ok(Json(WhyView { milestone: told.title, promise: told.calendar, steps }))
}
