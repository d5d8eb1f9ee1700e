//! Agreed contacts with customers: of a ticket with their verbs, and all of them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::ticket::{self as verb, AppointmentInput};
use desk::{Error, FieldError, Result, noted};
use domain::access::Right;
use domain::appointment::{Appointment, AppointmentKind, ContactWay, WantedBy};
use domain::time::{Timestamp, plus_seconds};
use serde::{Deserialize, Serialize};
use store::appointment::{self as rows, AppointmentRow};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::once::{Place, create_once};
use super::paging::ListView;
use super::view::instant;
use crate::app::App;
use crate::appointments::{AppointmentQuery, NAMES, Whose};
use crate::customers::{cut, limit};
use crate::error::{Problem, WebError};
use crate::form::{id, noted_choice, required};
use crate::wrong::called;

/// An agreed contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppointmentView {
    /// Its number in the ticket.
    no: u32,
    /// Raised by one with each change; send it back with a move.
    version: i64,
    /// `call_back`, `follow_up`.
    kind: &'static str,
    /// `agreed`, `done`, `missed`, `cancelled`.
    state: &'static str,
    /// When, or from when on.
    from: String,
    /// Of a call-back: by when.
    until: Option<String>,
    /// `phone`, `mail`, `chat`, `on_site`.
    way: &'static str,
    /// Contact's id.
    contact: String,
    /// Under which number.
    phone: String,
    /// Id of who does it; whoever has the ticket if `null`.
    staff: Option<String>,
    /// Who asked for it: `customer`, `desk`.
    wanted_by: &'static str,
    /// What it is about.
    note: String,
    /// What came of it, or why it was called off.
    result: String,
    /// When it was agreed.
    made_at: String,
    /// When it was done or called off.
    ended_at: Option<String>,
}

fn view(a: Appointment) -> AppointmentView {
    let p = a.plan;
    AppointmentView {
        no: a.no,
        version: a.version,
        kind: p.kind.as_str(),
        state: a.state.as_str(),
        from: instant(p.from),
        until: p.until.map(instant),
        way: p.way.as_str(),
        contact: p.contact.0,
        phone: p.phone,
        staff: p.staff.map(|s| s.0),
        wanted_by: a.wanted_by.as_str(),
        note: p.note,
        result: a.result,
        made_at: instant(a.made_at),
        ended_at: a.ended_at.map(instant),
    }
}

/// An agreed contact with its ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedAppointment {
    /// The ticket's number.
    number: String,
    /// The ticket's title.
    title: String,
    /// Id of who has the ticket.
    assignee: Option<String>,
    /// Organisation's id.
    organisation: Option<String>,
    /// The appointment.
    #[serde(flatten)]
    appointment: AppointmentView,
}

type Answer = std::result::Result<Json<AppointmentView>, WebError>;

/// Lists appointments, the next one first; those that are over, the last one first.
#[utoipa::path(get, path = "/api/v1/appointments", params(AppointmentQuery), responses((status = 200, body = ListView<ListedAppointment>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<AppointmentQuery>,
) -> std::result::Result<Json<ListView<ListedAppointment>>, WebError> {
    caller.need(Right::TicketView)?;
    let fail = |e| caller.fail(e);
    let size = limit(&asked.limit).map_err(fail)?;
    let (desk, me) = (app.desk.clone(), caller.actor.staff().cloned());
    let read = app.desk.read(move |r| {
        let zone = desk.rules_in(r)?.settings.zone();
        let (filter, after) = asked.read(Whose::All, me.as_ref(), (&zone, r.now()))?;
        Ok(rows::list(r, &filter, after.as_ref(), size + 1)?)
    });
    let (rows, more) = cut(read.await.map_err(fail)?, size);
    let next_cursor = rows.last().filter(|_| more).map(|r| r.cursor().encode());
    let listed = |r: AppointmentRow| ListedAppointment {
        number: r.number,
        title: r.title,
        assignee: r.assignee.map(|s| s.0),
        organisation: r.organisation.map(|o| o.0),
        appointment: view(r.appointment),
    };
    Ok(Json(ListView { items: rows.into_iter().map(listed).collect(), next_cursor }))
}

/// The appointments of a ticket, the last one first; at most 200.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/appointments", params(("number" = String, Path)), responses((status = 200, body = Vec<AppointmentView>), (status = 404, body = Problem)))]
pub(crate) async fn of_ticket(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> std::result::Result<Json<Vec<AppointmentView>>, WebError> {
    caller.need(Right::TicketView)?;
    let scope = caller.actor.scope();
    let read = app.desk.peek(move |r| {
        let t = store::ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        Ok(rows::of_ticket(r, &t.id)?)
    });
    let found = read.await.map_err(|e| caller.fail(e))?;
    Ok(Json(found.into_iter().map(view).collect()))
}

/// What is agreed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AppointmentBody {
    /// For a move: the version that you saw.
    version: Option<i64>,
    /// `call_back`, `follow_up`.
    kind: String,
    /// When, or from when on.
    #[schema(value_type = String)]
    from: Option<Timestamp>,
    /// Of a call-back: by when, at most a day later.
    #[schema(value_type = Option<String>)]
    until: Option<Timestamp>,
    /// `phone`, `mail`, `chat`, `on_site`.
    way: String,
    /// Contact's id; the requester if empty. Others must be of the same organisation.
    contact: String,
    /// Under which number; the contact's if empty.
    #[schema(max_length = 40)]
    phone: String,
    /// Id of who does it; whoever has the ticket if empty.
    staff: String,
    /// Who asked for it: `customer`, `desk`; `desk` if absent.
    wanted_by: String,
    /// What it is about.
    #[schema(max_length = 2_000)]
    note: String,
}

impl AppointmentBody {
    fn read(&self, now: Timestamp) -> Result<AppointmentInput> {
        let mut misread = Vec::new();
        let kind = noted(required("kind", &self.kind), &mut misread)?;
        let way = noted(required("way", &self.way), &mut misread)?;
        if self.from.is_none() {
            misread.push(FieldError::new("from", "required"));
        }
        let wanted_by = noted_choice("wanted_by", &self.wanted_by, &mut misread)?;
        Ok(AppointmentInput {
            kind: kind.unwrap_or(AppointmentKind::CallBack),
            from: self.from.unwrap_or_else(|| plus_seconds(now, 60)),
            until: self.until.filter(|_| self.from.is_some()),
            way: way.unwrap_or(ContactWay::Phone),
            contact: id(&self.contact),
            phone: self.phone.clone(),
            staff: id(&self.staff),
            wanted_by: wanted_by.unwrap_or(WantedBy::Desk),
            note: self.note.clone(),
            misread,
        })
    }
}

/// Agrees on a contact. `Idempotency-Key` makes the request repeatable.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/appointments", params(("number" = String, Path)), request_body = AppointmentBody, responses((status = 201, body = AppointmentView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<AppointmentBody>,
) -> std::result::Result<Response, WebError> {
    let input = body.value.read(app.desk.now()).map_err(|e| caller.fail(e))?;
    let locale = caller.locale();
    create_once(&app, &caller, body.hash, Place::Listed, move |unit| {
        let made = verb::appoint_in(unit, &number, &input);
        made.map(|(_, a)| view(a)).map_err(|e| called(e, NAMES, locale))
    })
    .await
}

fn answer(caller: &Caller, done: Result<verb::Made>) -> Answer {
    done.map(|(_, a)| Json(view(a))).map_err(|e| caller.fail(called(e, NAMES, caller.locale())))
}

/// Agrees on something else instead: all fields as they are to be. What was missed is to come again.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/appointments/{no}", params(("number" = String, Path), ("no" = u32, Path)), request_body = AppointmentBody, responses((status = 200, body = AppointmentView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((number, no)): Path<(String, u32)>,
    body: Body<AppointmentBody>,
) -> Answer {
    let (seen, now) = (body.value.version, app.desk.now());
    let input = body.value.read(now).map_err(|e| caller.fail(e))?;
    let place = (number.as_str(), no);
    answer(&caller, verb::move_appointment(&app.desk, &caller.actor, place, seen, input).await)
}

/// What came of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ResultBody {
    /// In words.
    #[schema(max_length = 2_000)]
    result: String,
    /// When it took place, if not now.
    #[schema(value_type = Option<String>)]
    at: Option<Timestamp>,
}

/// It took place. Unless the way is `mail`, that is a contact of the ticket as well, as long as work goes on.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/appointments/{no}/result", params(("number" = String, Path), ("no" = u32, Path)), request_body = ResultBody, responses((status = 200, body = AppointmentView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn keep(
    State(app): State<App>,
    caller: Caller,
    Path((number, no)): Path<(String, u32)>,
    body: Body<ResultBody>,
) -> Answer {
    let ResultBody { result, at } = body.value;
    let place = (number.as_str(), no);
    answer(&caller, verb::keep_appointment(&app.desk, &caller.actor, place, (result, at)).await)
}

/// Why it is not to be.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallOffBody {
    /// In words.
    #[schema(max_length = 2_000)]
    reason: String,
}

/// Calls it off.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/appointments/{no}", params(("number" = String, Path), ("no" = u32, Path)), request_body = CallOffBody, responses((status = 200, body = AppointmentView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn call_off(
    State(app): State<App>,
    caller: Caller,
    Path((number, no)): Path<(String, u32)>,
    body: Body<CallOffBody>,
) -> Answer {
    let place = (number.as_str(), no);
    answer(&caller, verb::call_off_appointment(&app.desk, &caller.actor, place, body.value.reason).await)
}
