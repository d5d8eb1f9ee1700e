//! On-call: who is on call and why, rotas with their shifts, overrides, leave, one's own phone.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::Error;
use desk::oncall::{self, Standing};
use domain::access::Right;
use domain::id::{RotaId, StaffId};
use domain::oncall::{self as rules, Drafts, Leave, Override, RotaDoc, RotaState, Seat};
use domain::time::{Timestamp, plus_seconds};
use serde::Deserialize;
use store::oncall::RotaRow;
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::documents::RotaDocument;
use super::oncall_views::{
    LeaveView, NowView, OverrideView, RotaView, ShiftsView, leave_view, now_view, override_view, shifts_view,
    view,
};
use super::once::location;
use super::paging::{After, ListView};
use crate::app::App;
use crate::error::{Problem, WebError};

pub(super) type Answer<T> = Result<Json<T>, WebError>;

/// A rota to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotaBody {
    /// Name.
    name: String,
    /// The revision that you saw; 0 for a new rota.
    #[serde(default)]
    rev: i64,
    /// `in_force` or `draft`, which counts for nothing; as it was if absent, `in_force` for a new rota.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    state: Option<RotaState>,
    /// The whole document.
    #[schema(value_type = RotaDocument)]
    doc: RotaDoc,
}

/// An instant.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct At {
    /// RFC 3339; now if absent.
    at: String,
}

/// A time.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// RFC 3339; now if absent.
    from: String,
    /// RFC 3339; four weeks after `from` if absent, at most a year after it.
    until: String,
}

/// What was made, with 201.
pub(super) fn created<T, V>(
    caller: &Caller,
    made: desk::Result<T>,
    view: fn(T) -> V,
) -> Result<(StatusCode, Json<V>), WebError> {
    made.map(|row| (StatusCode::CREATED, Json(view(row)))).map_err(|e| caller.fail(e))
}

/// Nothing more to say.
pub(super) fn done<T>(caller: &Caller, done: desk::Result<T>) -> Result<StatusCode, WebError> {
    done.map(|_| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}

fn read(field: &str, text: &str, absent: Timestamp) -> desk::Result<Timestamp> {
    if text.is_empty() { Ok(absent) } else { text.parse().map_err(|_| Error::field(field, "bad_value")) }
}

const WEEK_S: i64 = 7 * 86_400;

/// Who is on call in each rota in force, and why.
#[utoipa::path(get, path = "/api/v1/on-call", params(At), responses((status = 200, body = ListView<NowView>), (status = 422, body = Problem)))]
pub(crate) async fn now(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<At>,
) -> Answer<ListView<NowView>> {
    caller.need(Right::TicketView)?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let at = read("at", &asked.at, r.now())?;
        let house = desk.rules_in(r)?;
        let mut items = Vec::new();
        for row in store::oncall::in_force(r)? {
            let standing = Standing::load(r, &house, row, (at, plus_seconds(at, 1)))?;
            items.push(now_view(&standing.row, standing.roster().on_call_at(at)));
        }
        Ok(ListView { items, next_cursor: None })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// All rotas, drafts among them.
#[utoipa::path(get, path = "/api/v1/on-call/rotas", params(After), responses((status = 200, body = ListView<RotaView>)))]
pub(crate) async fn rotas(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<RotaView>> {
    caller.need(Right::TicketView)?;
    let all = app.desk.read(|r| Ok(store::oncall::rotas(r)?)).await;
    let page = all.and_then(|all| after.page(all.into_iter().map(view).collect(), |r| r.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// A new rota.
#[utoipa::path(post, path = "/api/v1/on-call/rotas", request_body = RotaBody, responses((status = 201, body = RotaView), (status = 422, body = Problem)))]
pub(crate) async fn new_rota(
    State(app): State<App>,
    caller: Caller,
    body: Body<RotaBody>,
) -> Result<Response, WebError> {
    let RotaBody { name, doc, state, .. } = body.value;
    let state = state.unwrap_or(RotaState::InForce);
    let row = RotaRow { id: RotaId::from(""), name, rev: 0, doc, state, drafts: Drafts::default() };
    let made = created(&caller, oncall::save_rota(&app.desk, &caller.actor, row).await, view)?;
    Ok((location("on-call/rotas", &made.1.id), made).into_response())
}

/// One rota.
#[utoipa::path(get, path = "/api/v1/on-call/rotas/{id}", params(("id" = String, Path)), responses((status = 200, body = RotaView), (status = 404, body = Problem)))]
pub(crate) async fn rota(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer<RotaView> {
    caller.need(Right::TicketView)?;
    let read = app.desk.read(move |r| store::oncall::one(r, &RotaId(id))?.ok_or(Error::NotFound));
    read.await.map(|row| Json(view(row))).map_err(|e| caller.fail(e))
}

/// Saves a rota over the revision that you saw.
#[utoipa::path(put, path = "/api/v1/on-call/rotas/{id}", params(("id" = String, Path)), request_body = RotaBody, responses((status = 200, body = RotaView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_rota(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<RotaBody>,
) -> Answer<RotaView> {
    let RotaBody { name, rev, doc, state } = body.value;
    let id = RotaId(id);
    let state = if let Some(state) = state {
        state
    } else {
        let key = id.clone();
        let kept = app.desk.read(move |r| Ok(store::oncall::one(r, &key)?)).await;
        kept.map_err(|e| caller.fail(e))?.map_or(RotaState::InForce, |row| row.state)
    };
    let row = RotaRow { id, name, rev, doc, state, drafts: Drafts::default() };
    let saved = oncall::save_rota(&app.desk, &caller.actor, row).await;
    saved.map(|row| Json(view(row))).map_err(|e| caller.fail(e))
}

/// The shifts of a rota with what is not in order in them: gaps, the fallback, phones that nobody confirmed.
#[utoipa::path(get, path = "/api/v1/on-call/rotas/{id}/shifts", params(("id" = String, Path), Span), responses((status = 200, body = ShiftsView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn shifts(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<Span>,
) -> Answer<ShiftsView> {
    caller.need(Right::TicketView)?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let from = read("from", &asked.from, r.now())?;
        let until = read("until", &asked.until, plus_seconds(from, 4 * WEEK_S))?;
        if until <= from || until > plus_seconds(from, 53 * WEEK_S) {
            return Err(Error::field("until", "bad_value"));
        }
        let row = store::oncall::one(r, &RotaId(id))?.ok_or(Error::NotFound)?;
        let house = desk.rules_in(r)?;
        let standing = Standing::load(r, &house, row, (from, until))?;
        let shifts = standing.shifts(from, until);
        let found = rules::lint(&shifts, &store::oncall::confirmed(r)?);
        Ok(shifts_view(standing, shifts, found))
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Somebody to be put in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideBody {
    /// `primary`, `backup`.
    #[schema(value_type = String)]
    seat: Seat,
    /// The person's key.
    person: String,
    /// RFC 3339.
    #[schema(value_type = String)]
    from: Timestamp,
    /// RFC 3339.
    #[schema(value_type = String)]
    until: Timestamp,
    /// Why.
    #[serde(default)]
    note: String,
}

/// Puts somebody in over the layers of a rota.
#[utoipa::path(post, path = "/api/v1/on-call/rotas/{id}/overrides", params(("id" = String, Path)), request_body = OverrideBody, responses((status = 201, body = OverrideView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_in(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<OverrideBody>,
) -> Result<(StatusCode, Json<OverrideView>), WebError> {
    let OverrideBody { seat, person, from, until, note } = body.value;
    let put = Override { seat, person: StaffId(person), from, until, swap: false };
    created(&caller, oncall::put_in(&app.desk, &caller.actor, RotaId(id), put, note).await, override_view)
}

/// Takes back that somebody was put in.
#[utoipa::path(delete, path = "/api/v1/on-call/overrides/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn take_out(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    done(&caller, oncall::take_out(&app.desk, &caller.actor, id).await)
}

/// A leave to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaveBody {
    /// The person's key: one's own, or anybody's for who edits rotas.
    person: String,
    /// RFC 3339.
    #[schema(value_type = String)]
    from: Timestamp,
    /// RFC 3339.
    #[schema(value_type = String)]
    until: Timestamp,
    /// Why.
    #[serde(default)]
    note: String,
}

/// Enters a leave. The next in order takes over.
#[utoipa::path(post, path = "/api/v1/on-call/leaves", request_body = LeaveBody, responses((status = 201, body = LeaveView), (status = 422, body = Problem)))]
pub(crate) async fn leave(
    State(app): State<App>,
    caller: Caller,
    body: Body<LeaveBody>,
) -> Result<(StatusCode, Json<LeaveView>), WebError> {
    let LeaveBody { person, from, until, note } = body.value;
    let leave = Leave { person: StaffId(person), from, until };
    created(&caller, oncall::go_on_leave(&app.desk, &caller.actor, leave, note).await, leave_view)
}

/// Takes a leave back.
#[utoipa::path(delete, path = "/api/v1/on-call/leaves/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn cancel_leave(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    done(&caller, oncall::cancel_leave(&app.desk, &caller.actor, id).await)
}

/// Says that the phone that is kept of a person reaches them: one's own, or anybody's for who edits rotas.
#[utoipa::path(post, path = "/api/v1/on-call/phones/{person}", params(("person" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn confirm_phone(
    State(app): State<App>,
    caller: Caller,
    Path(person): Path<String>,
) -> Result<StatusCode, WebError> {
    done(&caller, oncall::confirm_phone(&app.desk, &caller.actor, StaffId(person)).await)
}
