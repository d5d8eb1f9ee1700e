//! The list of appointments: one's own, one's groups', everybody's.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::access::Right;
use domain::appointment::AppointmentState;
use store::appointment::{AppointmentRow, list as rows_of};
use words::{t, word};

use super::query::{AppointmentQuery, When, Whose};
use super::span;
use crate::app::App;
use crate::customers::cut;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::{ListQuery, render};
use crate::ui::Ui;

const PAGE: i64 = 50;
const EXPORT: i64 = 20_000;

#[derive(Template)]
#[template(path = "appointments/list.html")]
struct ListPage {
    ui: Ui,
    query: ListQuery,
    asked: AppointmentQuery,
    rows: Vec<AppointmentRow>,
    names: Names,
    next: Option<String>,
}

impl ListPage {
    fn whose(&self) -> &'static [Whose] {
        Whose::ALL
    }
    fn whens(&self) -> &'static [When] {
        When::ALL
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_whose(&self, whose: &Whose) -> bool {
        self.asked.whose == whose.as_str() || (self.asked.whose.is_empty() && *whose == Whose::Mine)
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_when(&self, when: &When) -> bool {
        self.asked.when == when.as_str() || (self.asked.when.is_empty() && *when == When::Open)
    }
    fn span(&self, row: &AppointmentRow) -> String {
        span(&row.appointment.plan, (self.ui.locale, &self.ui.zone))
    }
    fn customer(&self, row: &AppointmentRow) -> String {
        customer(row, &self.names)
    }
    fn doer(&self, row: &AppointmentRow) -> String {
        doer(row, &self.names)
    }
    /// Its time is over by now, whether the sweep was there already or not.
    fn state(&self, row: &AppointmentRow) -> AppointmentState {
        if row.appointment.is_overdue(self.ui.now) { AppointmentState::Missed } else { row.appointment.state }
    }
}

fn customer(row: &AppointmentRow, names: &Names) -> String {
    let contact = names.get(row.appointment.plan.contact.as_str());
    row.organisation.as_ref().map_or(contact.clone(), |o| format!("{} · {contact}", names.get(o.as_str())))
}

fn doer(row: &AppointmentRow, names: &Names) -> String {
    row.doer().map(|s| names.get(s.as_str())).unwrap_or_default()
}

async fn read(
    app: &App,
    page: &StaffPage,
    (asked, ui): (&AppointmentQuery, &Ui),
    limit: i64,
) -> Result<(Vec<AppointmentRow>, Names), WebError> {
    let fail = |e| page.visitor.fail(e);
    let me = page.actor().staff();
    let (filter, after) = asked.read(Whose::Mine, me, (&ui.zone, ui.now)).map_err(fail)?;
    let read = app.desk.read(move |r| {
        let rows = rows_of(r, &filter, after.as_ref(), limit)?;
        let mut names = Names::default();
        for row in &rows {
            names.contact(r, &row.appointment.plan.contact)?;
            if let Some(s) = row.doer() {
                names.staff(r, s)?;
            }
            if let Some(o) = &row.organisation {
                names.organisation(r, o)?;
            }
        }
        Ok((rows, names))
    });
    read.await.map_err(fail)
}

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<AppointmentQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(&app, "appointments").await?;
    let (rows, names) = read(&app, &page, (&asked, &ui), PAGE + 1).await?;
    let (rows, more) = cut(rows, PAGE);
    let address =
        |r: &AppointmentRow| format!("/appointments?{}&cursor={}", asked.same(), r.cursor().encode());
    let next = rows.last().filter(|_| more).map(address);
    render(&ListPage { ui, query: ListQuery::default(), asked, rows, names, next }, &page.visitor)
}

/// The list as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<AppointmentQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "appointments").await?;
    let asked = AppointmentQuery { cursor: String::new(), ..asked };
    let (rows, names) = read(&app, &page, (&asked, &ui), EXPORT).await?;
    let moment =
        |at: &domain::time::Timestamp| Cell::At(at.to_zoned(ui.zone.clone()).datetime(), ui.full(at));
    let cells = |r: &AppointmentRow| {
        let (a, p) = (&r.appointment, &r.appointment.plan);
        vec![
            moment(&p.from),
            p.until.as_ref().map_or(Cell::Text(String::new()), moment),
            Cell::Text(word(ui.locale, "appointment", p.kind.as_str()).to_owned()),
            Cell::Text(word(ui.locale, "appointment", a.state.as_str()).to_owned()),
            Cell::Text(word(ui.locale, "contact_way", p.way.as_str()).to_owned()),
            Cell::Text(customer(r, &names)),
            Cell::Text(p.phone.clone()),
            Cell::Text(doer(r, &names)),
            Cell::Text(word(ui.locale, "wanted_by", a.wanted_by.as_str()).to_owned()),
            Cell::Text(p.note.clone()),
            Cell::Text(a.result.clone()),
            Cell::Text(r.number.clone()),
            Cell::Text(r.title.clone()),
        ]
    };
    let head = [
        "field-appointment_from",
        "field-appointment_until",
        "field-appointment_kind",
        "field-status",
        "field-contact_way",
        "field-customer",
        "field-phone",
        "field-appointment_staff",
        "field-wanted_by",
        "field-appointment_note",
        "field-result",
        "field-number",
        "field-title",
    ]
    .map(|k| t(ui.locale, k))
    .to_vec();
    let (rows, sheet) = (rows.iter().map(cells).collect(), t(ui.locale, "appointments"));
    Table { name: "appointments", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
