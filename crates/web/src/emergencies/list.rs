//! The list of emergencies, newest first.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::access::Right;
use store::emergency::{EmergencyRow, Which, emergencies};
use store::staff::StaffRow;
use words::t;

use super::EmergencyQuery;
use crate::app::App;
use crate::customers::cut;
use crate::error::WebError;
use crate::names::everybody;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;

const PAGE: i64 = 50;
const EXPORT: i64 = 20_000;

#[derive(Template)]
#[template(path = "emergencies/list.html")]
struct ListPage {
    ui: Ui,
    tab: &'static str,
    asked: EmergencyQuery,
    rows: Vec<EmergencyRow>,
    next: Option<String>,
    people: Vec<StaffRow>,
}

impl ListPage {
    fn lists(&self) -> [(&'static str, &'static str); 2] {
        super::LISTS
    }
    fn states(&self) -> &'static [Which] {
        Which::ALL
    }
    fn name(&self, id: &domain::id::StaffId) -> String {
        name(&self.people, id)
    }
    fn standing(&self, row: &EmergencyRow) -> &'static str {
        standing(row)
    }
}

fn name(people: &[StaffRow], id: &domain::id::StaffId) -> String {
    people.iter().find(|p| p.id == *id).map_or_else(|| id.to_string(), |p| p.name.clone())
}

/// The word for where it stands: what owes a review says so.
fn standing(row: &EmergencyRow) -> &'static str {
    let owes = row.state == domain::emergency::State::Ended && !row.reviewed;
    if owes { Which::OwesReview.as_str() } else { row.state.as_str() }
}

async fn read(
    app: &App,
    page: &StaffPage,
    asked: &EmergencyQuery,
    limit: i64,
) -> Result<(Vec<EmergencyRow>, Vec<StaffRow>), WebError> {
    let (filter, after) = asked.read().map_err(|e| page.visitor.fail(e))?;
    let read = app.desk.read(move |r| Ok((emergencies(r, &filter, after.as_ref(), limit)?, everybody(r)?)));
    read.await.map_err(|e| page.visitor.fail(e))
}

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<EmergencyQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(&app, "emergencies").await?;
    let (rows, people) = read(&app, &page, &asked, PAGE + 1).await?;
    let (rows, more) = cut(rows, PAGE);
    let address = |r: &EmergencyRow| format!("/emergencies?{}&cursor={}", asked.same(), r.cursor.encode());
    let next = rows.last().filter(|_| more).map(address);
    render(&ListPage { ui, tab: "emergencies", asked, rows, next, people }, &page.visitor)
}

/// The list as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<EmergencyQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "emergencies").await?;
    let asked = EmergencyQuery { cursor: String::new(), ..asked };
    let (rows, people) = read(&app, &page, &asked, EXPORT).await?;
    let at = |at: Option<domain::time::Timestamp>| match at {
        Some(at) => Cell::At(at.to_zoned(ui.zone.clone()).datetime(), ui.full(&at)),
        None => Cell::Text(String::new()),
    };
    let number = |n: i64| Cell::Number(n.to_string());
    let cells = |r: &EmergencyRow| {
        vec![
            Cell::Text(r.number.clone()),
            Cell::Text(r.title.clone()),
            Cell::Text(ui.w("emergency", standing(r)).to_owned()),
            Cell::Text(name(&people, &r.commander)),
            at(Some(r.started_at)),
            at(r.ended_at),
            number(r.organisations),
            number(r.measures.0),
            number(r.measures.1),
        ]
    };
    let head = [
        "field-number",
        "field-emergency_title",
        "field-status",
        "field-commander",
        "emergency-started",
        "emergency-ended-at",
        "emergency-affected",
        "emergency-measures",
        "emergency-measures-open",
    ]
    .map(|k| t(ui.locale, k))
    .to_vec();
    let (rows, sheet) = (rows.iter().map(cells).collect(), t(ui.locale, "lists-emergencies"));
    Table { name: "emergencies", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
