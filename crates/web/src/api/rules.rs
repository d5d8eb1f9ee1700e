//! Calendars and promises: read, changed over the revision that was seen, previewed.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::admin::{preview_calendar, recounting, save_calendar, save_policy};
use desk::{Error, Result};
use domain::access::Right;
use domain::calendar::CalendarDoc;
use domain::id::{CalendarId, PolicyId};
use domain::sla::PolicyDoc;
use serde::{Deserialize, Serialize};
use store::revision::{self, RevisionRow};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::documents::CalendarDocument;
use super::documents::PolicyDocument;
use super::once::location;
use super::paging::{After, ListView};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};

type Answer<T> = std::result::Result<Json<T>, WebError>;

/// A calendar in its newest revision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarView {
    /// Key.
    id: String,
    /// Name.
    name: String,
    /// Revision; send it back with a change.
    rev: i64,
    /// Zone, weekly windows, make-up template, exceptions, coverage.
    #[schema(value_type = CalendarDocument)]
    pub(super) doc: CalendarDoc,
    /// Tickets whose running clocks are still to be read again with this revision; 0 when all have been.
    recounting: i64,
}

/// A calendar to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarBody {
    /// Name.
    name: String,
    /// The revision that you saw; 0 for a new calendar.
    #[serde(default)]
    rev: i64,
    /// The whole document.
    #[schema(value_type = CalendarDocument)]
    doc: CalendarDoc,
}

async fn calendars_of(app: &App) -> Result<Vec<CalendarView>> {
    let desk = app.desk.clone();
    let (rules, left) = app.desk.read(move |r| Ok((desk.rules_in(r)?, recounting(r)?))).await?;
    let view = |(id, c): (&CalendarId, &domain::ticket::decide::CalendarRev)| CalendarView {
        id: id.0.clone(),
        name: c.name.clone(),
        rev: c.rev,
        doc: c.doc.clone(),
        recounting: left.iter().find(|(of, _)| of == id).map_or(0, |(_, left)| left.tickets),
    };
    Ok(rules.calendars.iter().map(view).collect())
}

pub(super) async fn calendar_of(app: &App, id: &str) -> Result<CalendarView> {
    calendars_of(app).await?.into_iter().find(|c| c.id == id).ok_or(Error::NotFound)
}

/// All calendars.
#[utoipa::path(get, path = "/api/v1/calendars", params(After), responses((status = 200, body = ListView<CalendarView>)))]
pub(crate) async fn calendars(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<CalendarView>> {
    caller.need(Right::TicketView)?;
    let page = calendars_of(&app).await.and_then(|all| after.page(all, |c| c.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// A new calendar.
#[utoipa::path(post, path = "/api/v1/calendars", request_body = CalendarBody, responses((status = 201, body = CalendarView), (status = 422, body = Problem)))]
pub(crate) async fn new_calendar(
    State(app): State<App>,
    caller: Caller,
    body: Body<CalendarBody>,
) -> std::result::Result<Response, WebError> {
    let CalendarBody { name, doc, .. } = body.value;
    let saved = save_calendar(&app.desk, &caller.actor, CalendarId::from(""), name, doc, 0).await;
    let id = saved.map_err(|e| caller.fail(e))?;
    let view = calendar_of(&app, id.as_str()).await.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, location("calendars", id.as_str()), Json(view)).into_response())
}

/// One calendar.
#[utoipa::path(get, path = "/api/v1/calendars/{id}", params(("id" = String, Path)), responses((status = 200, body = CalendarView), (status = 404, body = Problem)))]
pub(crate) async fn calendar(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<CalendarView> {
    caller.need(Right::TicketView)?;
    calendar_of(&app, &id).await.map(Json).map_err(|e| caller.fail(e))
}

/// Saves a calendar as its next revision, if anything has changed. Running clocks are read again with it in the background; `recounting` says how many
/// tickets are left.
#[utoipa::path(put, path = "/api/v1/calendars/{id}", params(("id" = String, Path)), request_body = CalendarBody, responses((status = 200, body = CalendarView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_calendar(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<CalendarBody>,
) -> Answer<CalendarView> {
    let CalendarBody { name, rev, doc } = body.value;
    let saved = save_calendar(&app.desk, &caller.actor, CalendarId(id), name, doc, rev).await;
    let id = saved.map_err(|e| caller.fail(e))?;
    calendar_of(&app, id.as_str()).await.map(Json).map_err(|e| caller.fail(e))
}

/// A calendar's document to be previewed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewBody {
    /// The whole document.
    #[schema(value_type = CalendarDocument)]
    doc: CalendarDoc,
}

/// A clock whose due would move.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovedView {
    /// The ticket.
    number: String,
    /// Which clock.
    kind: &'static str,
    /// Its due now; none while it is paused.
    due_before: Option<String>,
    /// Its due with the new revision.
    due_after: Option<String>,
    /// It would be overdue at once.
    newly_late: bool,
}

/// What a new revision would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewView {
    /// Clocks that run in the calendar.
    running: usize,
    /// Those that would change.
    changed: usize,
    /// Those that would be overdue at once.
    newly_late: usize,
    /// The first twenty of them.
    first: Vec<MovedView>,
}

/// What a document would do to running clocks if it were saved; saves nothing.
#[utoipa::path(post, path = "/api/v1/calendars/{id}/preview", params(("id" = String, Path)), request_body = PreviewBody, responses((status = 200, body = PreviewView), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<PreviewBody>,
) -> Answer<PreviewView> {
    caller.need(Right::PromiseEdit)?;
    let known = calendar_of(&app, &id).await.map_err(|e| caller.fail(e))?;
    let previewed = preview_calendar(&app.desk, &caller.actor, CalendarId(known.id), body.value.doc).await;
    let p = previewed.map_err(|e| caller.fail(e))?;
    let first = p.first.iter().map(|c| MovedView {
        number: c.number.clone(),
        kind: c.milestone.as_str(),
        due_before: c.shift.before.due.map(instant),
        due_after: c.shift.after.due.map(instant),
        newly_late: c.shift.is_newly_late(),
    });
    let first = first.collect();
    Ok(Json(PreviewView { running: p.running, changed: p.changed, newly_late: p.newly_late, first }))
}

/// Where a list of revisions continues.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Before {
    /// Only revisions before this one: the `next_cursor` of an earlier page.
    cursor: Option<i64>,
}

/// A revision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionView {
    /// Its number.
    rev: i64,
    /// When it was saved.
    at: String,
    /// By whom.
    #[schema(value_type = Object)]
    by: domain::access::ActorRef,
}

/// A page of revisions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionsView {
    /// Newest first.
    items: Vec<RevisionView>,
    /// Continues the list; `null` on the last page.
    next_cursor: Option<i64>,
}

const PAGE: usize = 50;
const PAGE_AND_ONE: i64 = 51;

fn page_of(mut rows: Vec<RevisionRow>) -> RevisionsView {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next_cursor = rows.last().filter(|_| more).map(|r| r.rev);
    let view = |r: RevisionRow| RevisionView { rev: r.rev, at: instant(r.at), by: r.by };
    RevisionsView { items: rows.into_iter().map(view).collect(), next_cursor }
}

/// The revisions of a calendar.
#[utoipa::path(get, path = "/api/v1/calendars/{id}/revisions", params(("id" = String, Path), Before), responses((status = 200, body = RevisionsView)))]
pub(crate) async fn calendar_revisions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(before): Query<Before>,
) -> Answer<RevisionsView> {
    caller.need(Right::TicketView)?;
    let before = before.cursor.unwrap_or(i64::MAX);
    let read =
        app.desk.read(move |r| Ok(revision::of_calendar(r, &CalendarId(id), before, PAGE_AND_ONE)?)).await;
    Ok(Json(page_of(read.map_err(|e| caller.fail(e))?)))
}

/// A promise in its newest revision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyView {
    /// Key.
    id: String,
    /// Name.
    name: String,
    /// Revision; send it back with a change.
    rev: i64,
    /// Targets and steps.
    #[schema(value_type = PolicyDocument)]
    doc: PolicyDoc,
}

/// A promise to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyBody {
    /// Name.
    name: String,
    /// The revision that you saw; 0 for a new promise.
    #[serde(default)]
    rev: i64,
    /// The whole document.
    #[schema(value_type = PolicyDocument)]
    doc: PolicyDoc,
}

async fn policies_of(app: &App) -> Result<Vec<PolicyView>> {
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await?;
    let view = |(id, (name, rev)): (&PolicyId, &(String, i64))| PolicyView {
        id: id.0.clone(),
        name: name.clone(),
        rev: *rev,
        doc: rules.policies.get(&(id.clone(), *rev)).cloned().unwrap_or_default(),
    };
    Ok(rules.newest.iter().map(view).collect())
}

async fn policy_of(app: &App, id: &str) -> Result<PolicyView> {
    policies_of(app).await?.into_iter().find(|p| p.id == id).ok_or(Error::NotFound)
}

/// All promises.
#[utoipa::path(get, path = "/api/v1/policies", params(After), responses((status = 200, body = ListView<PolicyView>)))]
pub(crate) async fn policies(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<PolicyView>> {
    caller.need(Right::TicketView)?;
    let page = policies_of(&app).await.and_then(|all| after.page(all, |p| p.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// A new promise.
#[utoipa::path(post, path = "/api/v1/policies", request_body = PolicyBody, responses((status = 201, body = PolicyView), (status = 422, body = Problem)))]
pub(crate) async fn new_policy(
    State(app): State<App>,
    caller: Caller,
    body: Body<PolicyBody>,
) -> std::result::Result<Response, WebError> {
    let PolicyBody { name, doc, .. } = body.value;
    let saved = save_policy(&app.desk, &caller.actor, PolicyId::from(""), name, doc, 0).await;
    let id = saved.map_err(|e| caller.fail(e))?;
    let view = policy_of(&app, id.as_str()).await.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, location("policies", id.as_str()), Json(view)).into_response())
}

/// One promise.
#[utoipa::path(get, path = "/api/v1/policies/{id}", params(("id" = String, Path)), responses((status = 200, body = PolicyView), (status = 404, body = Problem)))]
pub(crate) async fn policy(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<PolicyView> {
    caller.need(Right::TicketView)?;
    policy_of(&app, &id).await.map(Json).map_err(|e| caller.fail(e))
}

/// Saves a promise as its next revision. Tickets keep the revision with which they came in.
#[utoipa::path(put, path = "/api/v1/policies/{id}", params(("id" = String, Path)), request_body = PolicyBody, responses((status = 200, body = PolicyView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_policy(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<PolicyBody>,
) -> Answer<PolicyView> {
    let PolicyBody { name, rev, doc } = body.value;
    let saved = save_policy(&app.desk, &caller.actor, PolicyId(id), name, doc, rev).await;
    let id = saved.map_err(|e| caller.fail(e))?;
    policy_of(&app, id.as_str()).await.map(Json).map_err(|e| caller.fail(e))
}

/// The revisions of a promise.
#[utoipa::path(get, path = "/api/v1/policies/{id}/revisions", params(("id" = String, Path), Before), responses((status = 200, body = RevisionsView)))]
pub(crate) async fn policy_revisions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(before): Query<Before>,
) -> Answer<RevisionsView> {
    caller.need(Right::TicketView)?;
    let before = before.cursor.unwrap_or(i64::MAX);
    let read = app.desk.read(move |r| Ok(revision::of_policy(r, &PolicyId(id), before, PAGE_AND_ONE)?)).await;
    Ok(Json(page_of(read.map_err(|e| caller.fail(e))?)))
}
