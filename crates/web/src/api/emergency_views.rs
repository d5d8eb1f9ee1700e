//! What the API shows of emergencies, and their lists.

use axum::Json;
use axum::extract::{Query, State};
use domain::access::Right;
use domain::emergency::{Emergency, Measure};
use domain::ticket::Ticket;
use serde::{Deserialize, Serialize};
use store::emergency::{EmergencyRow, MeasureRow, emergencies, measures};
use utoipa::ToSchema;

use super::caller::Caller;
use super::paging::ListView;
use super::view::instant;
use crate::app::App;
use crate::customers::{bad_cursor, cut, limit};
use crate::emergencies::{EmergencyQuery, MeasureQuery};
use crate::error::{Problem, WebError};

/// Who does what.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolderView {
    /// Name of the role.
    pub role: String,
    /// Person's id.
    pub person: String,
}

/// How basic operations go on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterimPlanView {
    /// In words.
    text: String,
    /// `planned`, `in_force`, `ended`.
    state: &'static str,
    /// By when it is promised.
    promised_at: Option<String>,
}

/// What was learnt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewView {
    /// Why it came to this.
    causes: String,
    /// What went well and what did not.
    lessons: String,
}

/// Something that is to prevent the next one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasureView {
    /// Its number in the emergency.
    no: u32,
    /// What is to be done.
    what: String,
    /// Person's id.
    owner: String,
    /// Until which day.
    due_on: String,
    /// When it was done.
    done_at: Option<String>,
    /// What came of it.
    effect: String,
}

fn measure_view(m: &Measure) -> MeasureView {
    MeasureView {
        no: m.no,
        what: m.what.clone(),
        owner: m.owner.0.clone(),
        due_on: m.due_on.to_string(),
        done_at: m.done_at.map(instant),
        effect: m.effect.clone(),
    }
}

/// An emergency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmergencyView {
    /// Key; the address of the status page carries it.
    id: String,
    /// The ticket.
    number: String,
    /// Version of the ticket; send it back with edits.
    version: i64,
    /// `running`, `ended`, `finished`, `called_off`.
    state: &'static str,
    /// Over, but without a review.
    owes_review: bool,
    /// What customers read as its name.
    title: String,
    /// Who notices what.
    impact: String,
    /// Person's id.
    commander: String,
    /// Who does what.
    roles: Vec<HolderView>,
    /// Ids of the affected organisations.
    organisations: Vec<String>,
    /// How basic operations go on.
    plan: Option<InterimPlanView>,
    /// When the affected hear from us again.
    next_report_at: Option<String>,
    /// When it was started.
    started_at: String,
    /// When it ended.
    ended_at: Option<String>,
    /// What was learnt.
    review: Option<ReviewView>,
    /// What is done against the next one.
    measures: Vec<MeasureView>,
}

pub(super) fn view(t: Ticket, e: Emergency) -> EmergencyView {
    EmergencyView {
        owes_review: e.owes_review(),
        id: e.id.0,
        number: t.number,
        version: t.version,
        state: e.state.as_str(),
        title: e.title,
        impact: e.impact,
        commander: e.commander.0,
        roles: e.roles.into_iter().map(|h| HolderView { role: h.role, person: h.person.0 }).collect(),
        organisations: e.organisations.into_iter().map(|o| o.0).collect(),
        plan: e.plan.map(|p| InterimPlanView {
            text: p.text,
            state: p.state.as_str(),
            promised_at: p.promised_at.map(instant),
        }),
        next_report_at: e.next_report_at.map(instant),
        started_at: instant(e.started_at),
        ended_at: e.ended_at.map(instant),
        review: e.review.map(|r| ReviewView { causes: r.causes, lessons: r.lessons }),
        measures: e.measures.iter().map(measure_view).collect(),
    }
}

/// A line of the list of emergencies.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmergencyLine {
    /// The ticket.
    number: String,
    /// What customers read as its name.
    title: String,
    /// `running`, `ended`, `finished`, `called_off`.
    state: &'static str,
    /// A review was written.
    reviewed: bool,
    /// Person's id.
    commander: String,
    /// When it was started.
    started_at: String,
    /// When it ended.
    ended_at: Option<String>,
    /// When the affected hear from us again.
    next_report_at: Option<String>,
    /// Affected organisations.
    organisations: i64,
    /// Measures.
    measures: i64,
    /// Measures that are not done.
    open_measures: i64,
}

fn line(row: EmergencyRow) -> EmergencyLine {
    EmergencyLine {
        number: row.number,
        title: row.title,
        state: row.state.as_str(),
        reviewed: row.reviewed,
        commander: row.commander.0,
        started_at: instant(row.started_at),
        ended_at: row.ended_at.map(instant),
        next_report_at: row.next_report_at.map(instant),
        organisations: row.organisations,
        measures: row.measures.0,
        open_measures: row.measures.1,
    }
}

/// Lists emergencies, newest first.
#[utoipa::path(get, path = "/api/v1/emergencies", params(EmergencyQuery), responses((status = 200, body = ListView<EmergencyLine>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<EmergencyQuery>,
) -> Result<Json<ListView<EmergencyLine>>, WebError> {
    caller.need(Right::TicketView)?;
    let (filter, after) = query.read().map_err(|e| caller.fail(e))?;
    let limit = limit(&query.limit).map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| {
        let (rows, more) = cut(emergencies(r, &filter, after.as_ref(), limit + 1)?, limit);
        let next_cursor = rows.last().filter(|_| more).map(|e| e.cursor.encode());
        Ok(ListView { items: rows.into_iter().map(line).collect(), next_cursor })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// A measure with its emergency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasureLine {
    /// The ticket.
    number: String,
    /// The emergency's name.
    title: String,
    /// The measure.
    measure: MeasureView,
}

/// Lists measures, the first to be due first.
#[utoipa::path(get, path = "/api/v1/emergencies/measures", params(MeasureQuery), responses((status = 200, body = ListView<MeasureLine>), (status = 422, body = Problem)))]
pub(crate) async fn list_measures(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MeasureQuery>,
) -> Result<Json<ListView<MeasureLine>>, WebError> {
    caller.need(Right::TicketView)?;
    let limit = limit(&query.limit).map_err(|e| caller.fail(e))?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let today = r.now().to_zoned(desk.rules_in(r)?.settings.zone()).date();
        let rows = measures(r, &query.read(today)?, &query.cursor, limit + 1).map_err(bad_cursor)?;
        let (rows, more) = cut(rows, limit);
        let next_cursor = rows.last().filter(|_| more).map(MeasureRow::cursor);
        let line = |row: MeasureRow| MeasureLine {
            number: row.number,
            title: row.title,
            measure: measure_view(&row.measure),
        };
        Ok(ListView { items: rows.into_iter().map(line).collect(), next_cursor })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}
