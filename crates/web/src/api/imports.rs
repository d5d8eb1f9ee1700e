//! Imports of tables: upload, columns, preview, run, bad rows.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::Error;
use desk::import::{Maker, Plan, Told, Tried, Upload, read_sheet};
use domain::access::Right;
use domain::import::{DateOrder, Line, Mapping, Wrong};
use domain::time::{Timestamp, from_millis, to_millis};
use serde::{Deserialize, Serialize};
use store::import::{self, ImportRow};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::once::location;
use super::own::{cut, size};
use super::view::instant;
use crate::admin::imports::{TRIED, bad_table, received};
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::form::choice;

type Answer<T> = Result<T, WebError>;

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportView {
    id: String,
    /// What it reads: `tickets`, `customers`, or the name of a log.
    of: String,
    /// Name of the file.
    name: String,
    /// `loading`, `draft`, `running`, `done`.
    state: &'static str,
    /// Names of the columns.
    columns: Vec<String>,
    /// Which column (from 0) gives which field.
    mapping: BTreeMap<String, usize>,
    /// Zone of times without an offset.
    zone: String,
    /// How dates are written: `ymd`, `dmy`, `mdy`.
    order: Option<&'static str>,
    /// Rows of the file.
    rows: i64,
    /// Rows that made something new.
    made: i64,
    /// Rows that were there already.
    known: i64,
    /// Rows that could not be imported.
    bad: i64,
    /// Tickets that do not tell when somebody first answered: their first response is outside attainment.
    unanswered: usize,
    created_at: String,
    ended_at: Option<String>,
    /// For changes.
    version: i64,
}

impl From<ImportRow> for ImportView {
    fn from(row: ImportRow) -> Self {
        let plan = Plan::of(&row);
        Self {
            id: row.id,
            of: row.source,
            name: row.name,
            state: row.state.as_str(),
            columns: plan.head,
            mapping: plan.mapping.0,
            zone: plan.zone,
            order: plan.order.map(DateOrder::as_str),
            rows: row.all,
            made: row.made,
            known: row.known,
            bad: row.bad,
            unanswered: plan.unanswered,
            created_at: instant(row.created_at),
            ended_at: row.ended_at.map(instant),
            version: row.version,
        }
    }
}

/// A page of imports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportsView {
    items: Vec<ImportView>,
    next_cursor: Option<String>,
}

/// Where the list continues.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportsAsked {
    /// The `next_cursor` of an earlier page.
    cursor: String,
    /// 1–200, default 50.
    limit: Option<i64>,
}

/// The imports, newest first.
#[utoipa::path(get, path = "/api/v1/imports", params(ImportsAsked), responses((status = 200, body = ImportsView)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<ImportsAsked>,
) -> Answer<Json<ImportsView>> {
    caller.need(Right::Import)?;
    let place = |text: &str| {
        Some((from_millis(text.split_once('-')?.0.parse().ok()?), text.split_once('-')?.1.to_owned()))
    };
    let before = match asked.cursor.as_str() {
        "" => (Timestamp::MAX, String::new()),
        text => place(text).ok_or_else(|| caller.fail(Error::field("cursor", "bad_value")))?,
    };
    let limit = size(&caller, asked.limit)?;
    let read = app.desk.read(move |r| Ok(import::page(r, (before.0, &before.1), limit + 1)?));
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, limit, |row| format!("{}-{}", to_millis(row.created_at), row.id));
    Ok(Json(ImportsView { items: rows.into_iter().map(ImportView::from).collect(), next_cursor }))
}

/// Uploads a table: the parts `of` (`tickets` or `customers`) and `file` of a form. Its columns are guessed.
#[utoipa::path(post, path = "/api/v1/imports", responses((status = 201, body = ImportView), (status = 422, body = Problem)))]
pub(crate) async fn upload(State(app): State<App>, caller: Caller, request: Request) -> Answer<Response> {
    caller.need(Right::Import)?;
    let missing = || Error::field("file", "required");
    let form = Multipart::from_request(request, &app).await.map_err(|_| caller.fail(missing()))?;
    let (noun, file) = received(form).await.map_err(|e| caller.fail(e))?;
    let (name, bytes) = file.ok_or_else(missing).map_err(|e| caller.fail(e))?;
    let sheet = read_sheet(&bytes).map_err(|e| caller.fail(e))?;
    let (file, words) = (Upload { noun, name, sheet }, words::vocabulary());
    let id =
        desk::import::upload(&app.desk, &caller.actor, file, &words).await.map_err(|e| caller.fail(e))?;
    let told = location("imports", id.as_str());
    Ok((StatusCode::CREATED, told, one(&app, &caller, id).await?).into_response())
}

async fn one(app: &App, caller: &Caller, id: String) -> Answer<Json<ImportView>> {
    let read = app.desk.read(move |r| import::one(r, &id)?.ok_or(Error::NotFound));
    Ok(Json(read.await.map_err(|e| caller.fail(e))?.into()))
}

/// One import.
#[utoipa::path(get, path = "/api/v1/imports/{id}", params(("id" = String, Path)), responses((status = 200, body = ImportView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<ImportView>> {
    caller.need(Right::Import)?;
    one(&app, &caller, id).await
}

/// What the columns mean.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MappingBody {
    /// Field → column, counted from 0; replaces what was guessed.
    mapping: BTreeMap<String, usize>,
    /// Zone of times without an offset.
    zone: String,
    /// How dates are written: `ymd`, `dmy`, `mdy`.
    order: String,
    /// The version that was seen.
    version: i64,
}

/// Says what the columns of a draft mean.
#[utoipa::path(put, path = "/api/v1/imports/{id}/mapping", params(("id" = String, Path)), request_body = MappingBody, responses((status = 200, body = ImportView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn tell(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<MappingBody>,
) -> Answer<Json<ImportView>> {
    caller.need(Right::Import)?;
    let MappingBody { mapping, zone, order, version } = body.value;
    let order = choice("order", &order).map_err(|e| caller.fail(e))?.unwrap_or(DateOrder::YearFirst);
    let told = Told { mapping: Mapping(mapping), zone, order, version };
    let saved = desk::import::tell(&app.desk, &caller.actor, id.clone(), told).await;
    saved.map_err(|e| caller.fail(e))?;
    one(&app, &caller, id).await
}

/// A row that would be, or is, bad.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BadRow {
    /// Its number in the file, from 1; the head is not counted.
    row: i64,
    /// Fields and issues.
    #[schema(value_type = Vec<Object>)]
    reasons: Vec<Wrong>,
    /// The reasons in the caller's language.
    text: String,
}

/// What an import would come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportTriedView {
    /// Rows that were tried, from the first.
    tried: usize,
    /// Rows of the file.
    rows: i64,
    /// Those that would be bad.
    bad: Vec<BadRow>,
    /// Titles, or names, that the first rows would have.
    first: Vec<String>,
}

const SHOWN: usize = 20;

/// Tries the first 2,000 rows of a draft as the import would make them, and keeps nothing.
#[utoipa::path(get, path = "/api/v1/imports/{id}/preview", params(("id" = String, Path)), responses((status = 200, body = ImportTriedView), (status = 404, body = Problem)))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<ImportTriedView>> {
    caller.need(Right::Import)?;
    let Json(row) = one(&app, &caller, id.clone()).await?;
    let tried = desk::import::preview(&app.desk, id, words::vocabulary(), (TRIED, SHOWN)).await;
    let Tried { rows, first, bad } = tried.map_err(|e| caller.fail(e))?;
    let name = |line| match line {
        Line::Ticket(t) => t.title,
        Line::Customer(c) if c.contact.is_empty() => c.organisation,
        Line::Customer(c) => c.contact,
    };
    let locale = caller.locale();
    let bad_row =
        |(row, reasons): (i64, Vec<Wrong>)| BadRow { row, text: words::wrong(locale, &reasons), reasons };
    Ok(Json(ImportTriedView {
        tried: rows,
        rows: row.rows,
        bad: bad.into_iter().map(bad_row).collect(),
        first: first.into_iter().filter_map(|(_, line)| line.ok().map(name)).collect(),
    }))
}

/// Begins to make the rows, in the background; `GET` shows how far it is.
#[utoipa::path(post, path = "/api/v1/imports/{id}/run", params(("id" = String, Path)), responses((status = 202, body = ImportView), (status = 422, body = Problem)))]
pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<(StatusCode, Json<ImportView>)> {
    caller.need(Right::Import)?;
    let begun = desk::import::start(&app.desk, &caller.actor, id.clone(), Maker::Workers).await;
    begun.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::ACCEPTED, one(&app, &caller, id).await?))
}

/// The bad rows as CSV with their reasons, to be corrected and imported again.
#[utoipa::path(get, path = "/api/v1/imports/{id}/bad-rows", params(("id" = String, Path)), responses((status = 200, content_type = "text/csv"), (status = 404, body = Problem)))]
pub(crate) async fn bad(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer<Response> {
    caller.need(Right::Import)?;
    let bytes = bad_table(&app, id).await.map_err(|e| caller.fail(e))?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], bytes).into_response())
}

/// Forgets an import that has not begun or is done; what it made stays.
#[utoipa::path(delete, path = "/api/v1/imports/{id}", params(("id" = String, Path)), responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    caller.need(Right::Import)?;
    desk::import::discard(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}
