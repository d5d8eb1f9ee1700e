//! The list of measures, the first to be due first.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::access::Right;
use jiff::civil::Date;
use store::emergency::{MeasureRow, WhichMeasures, measures};
use store::staff::StaffRow;
use words::t;

use super::MeasureQuery;
use crate::app::App;
use crate::customers::{bad_cursor, cut};
use crate::error::WebError;
use crate::names::everybody;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;

const PAGE: i64 = 50;
const EXPORT: i64 = 20_000;

#[derive(Template)]
#[template(path = "emergencies/measures.html")]
struct MeasuresPage {
    ui: Ui,
    tab: &'static str,
    asked: MeasureQuery,
    rows: Vec<MeasureRow>,
    next: Option<String>,
    people: Vec<StaffRow>,
    today: Date,
}

impl MeasuresPage {
    fn lists(&self) -> [(&'static str, &'static str); 2] {
        super::LISTS
    }
    fn states(&self) -> &'static [WhichMeasures] {
        WhichMeasures::ALL
    }
    fn name(&self, id: &domain::id::StaffId) -> String {
        name(&self.people, id)
    }
    fn standing(&self, row: &MeasureRow) -> &'static str {
        standing(row, self.today)
    }
}

fn name(people: &[StaffRow], id: &domain::id::StaffId) -> String {
    people.iter().find(|p| p.id == *id).map_or_else(|| id.to_string(), |p| p.name.clone())
}

fn standing(row: &MeasureRow, today: Date) -> &'static str {
    match row.measure.done_at {
        Some(_) => "done",
        None if row.measure.is_late(today) => "overdue",
        None => "open",
    }
}

async fn read(
    app: &App,
    page: &StaffPage,
    (asked, today): (&MeasureQuery, Date),
    limit: i64,
) -> Result<(Vec<MeasureRow>, Vec<StaffRow>), WebError> {
    let filter = asked.read(today).map_err(|e| page.visitor.fail(e))?;
    let cursor = asked.cursor.clone();
    let read = app
        .desk
        .read(move |r| Ok((measures(r, &filter, &cursor, limit).map_err(bad_cursor)?, everybody(r)?)));
    read.await.map_err(|e| page.visitor.fail(e))
}

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<MeasureQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(&app, "emergencies").await?;
    let today = ui.now.to_zoned(ui.zone.clone()).date();
    let (rows, people) = read(&app, &page, (&asked, today), PAGE + 1).await?;
    let (rows, more) = cut(rows, PAGE);
    let address = |r: &MeasureRow| format!("/emergencies/measures?{}&cursor={}", asked.same(), r.cursor());
    let next = rows.last().filter(|_| more).map(address);
    render(&MeasuresPage { ui, tab: "measures", asked, rows, next, people, today }, &page.visitor)
}

/// The list as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<MeasureQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "emergencies").await?;
    let today = ui.now.to_zoned(ui.zone.clone()).date();
    let asked = MeasureQuery { cursor: String::new(), ..asked };
    let (rows, people) = read(&app, &page, (&asked, today), EXPORT).await?;
    let cells = |r: &MeasureRow| {
        let m = &r.measure;
        let done = m.done_at.map_or(Cell::Text(String::new()), |at| {
            Cell::Day(at.to_zoned(ui.zone.clone()).date(), ui.day(&at))
        });
        vec![
            Cell::Text(m.what.clone()),
            Cell::Text(name(&people, &m.owner)),
            Cell::Day(m.due_on, m.due_on.to_string()),
            Cell::Text(ui.w("measure", standing(r, today)).to_owned()),
            done,
            Cell::Text(m.effect.clone()),
            Cell::Text(r.number.clone()),
            Cell::Text(r.title.clone()),
        ]
    };
    let head = [
        "field-measure",
        "field-owner",
        "field-due_on",
        "field-status",
        "measure-done",
        "field-effect",
        "field-number",
        "field-emergency_title",
    ]
    .map(|k| t(ui.locale, k))
    .to_vec();
    let (rows, sheet) = (rows.iter().map(cells).collect(), t(ui.locale, "lists-measures"));
    Table { name: "measures", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
