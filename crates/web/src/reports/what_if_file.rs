//! A what-if as a file: the rates, then the promises that come out otherwise. Each line says what was asked, so that the
//! file says it when the page is long closed.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::Result;
use desk::what_if::{Flip, Line, Tally, what_if};
use domain::access::Right;
use domain::id::StaffId;
use domain::time::Timestamp;

use super::what_if::{Choices, answered, choices, on_duty, rate};
use super::what_if_asked::{Asked, NOBODY};
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::ui::Ui;

const HEADS: [&str; 22] = [
    "field-number",
    "field-title",
    "field-milestone",
    "field-severity",
    "what-if-before",
    "what-if-after",
    "what-if-due",
    "what-if-answered",
    "what-if-answered-after",
    "what-if-since",
    "what-if-on-duty",
    "what-if-rate-before",
    "what-if-rate-after",
    "what-if-promised",
    "what-if-made-month",
    "what-if-made-severity",
    "what-if-made-group",
    "what-if-made-rota",
    "what-if-made-policy",
    "what-if-made-calendar",
    "what-if-made-response",
    "what-if-made-resolution",
];

/// The cases as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "reports").await?;
    file(&app, &page, &ui, &asked, &extension).await.map_err(|e| page.visitor.fail(e))
}

async fn file(app: &App, page: &StaffPage, ui: &Ui, asked: &Asked, extension: &str) -> Result<Response> {
    let (question, _) = asked.question(&app.desk, Some(ui.zone.clone()), ui.locale).await?;
    let month = question.period.from.strftime("%Y-%m").to_string();
    let choices = choices(app, ui.locale, asked).await?;
    let made = made_with(ui, asked, month, &choices);
    let answer = what_if(&app.desk, page.actor(), question).await?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if answer.is_empty() {
        rows.push([text(""), text(ui.t("what-if-empty"))].into_iter().chain(blank(12)).collect());
    } else {
        rows.extend(answer.lines.iter().map(|l| rates(ui, l)));
        rows.extend(answer.flips.iter().map(|f| flip(ui, &choices.names, f)));
    }
    for row in &mut rows {
        row.extend(made.iter().cloned());
    }
    let head = HEADS.map(|h| ui.t(h)).to_vec();
    Table { name: "what-if", sheet: ui.w("report", "what_if"), head, rows }.file(extension)
}

fn text(t: &str) -> Cell {
    Cell::Text(t.to_owned())
}

fn blank(n: usize) -> Vec<Cell> {
    vec![text(""); n]
}

/// What was asked, in the words of the form.
fn made_with(ui: &Ui, asked: &Asked, month: String, of: &Choices) -> Vec<Cell> {
    let chosen = |key: &str, all: &[(String, String)], none: &str| {
        let name = all.iter().find(|(k, _)| k == key).map(|(_, name)| name.clone());
        name.unwrap_or_else(|| ui.t(none).to_owned())
    };
    let severity = match asked.severity.trim() {
        "" => ui.t("what-if-all"),
        word => ui.w("severity", word),
    };
    let rota = match asked.rota.as_str() {
        NOBODY => ui.t("what-if-nobody").to_owned(),
        key => chosen(key, &of.rotas, "what-if-as-it-stood"),
    };
    [
        month,
        severity.to_owned(),
        chosen(asked.group.trim(), &of.groups, "what-if-all"),
        rota,
        chosen(&asked.policy, &of.policies, "what-if-as-it-was"),
        chosen(asked.calendar.trim(), &of.calendars, "what-if-as-promised"),
        asked.response.trim().to_owned(),
        asked.resolution.trim().to_owned(),
    ]
    .map(Cell::Text)
    .to_vec()
}

/// A promise that comes out otherwise.
fn flip(ui: &Ui, people: &BTreeMap<StaffId, String>, f: &Flip) -> Vec<Cell> {
    let words = [
        ui.w("milestone", f.milestone.as_str()),
        ui.w("severity", f.severity.as_str()),
        ui.w("outcome", f.before.as_str()),
        ui.w("outcome", f.after.as_str()),
    ];
    let texts = [f.number.clone(), f.title.clone()].into_iter().chain(words.map(str::to_owned));
    let times = [f.due].into_iter().chain(answered(f.answer.as_ref())).map(|at| instant(ui, at));
    let on_duty = f.answer.as_ref().map_or(String::new(), |a| on_duty(ui, people, a));
    texts.map(Cell::Text).chain(times).chain([Cell::Text(on_duty)]).chain(blank(3)).collect()
}

fn instant(ui: &Ui, at: Option<Timestamp>) -> Cell {
    let cell = at.map(|at| Cell::At(at.to_zoned(ui.zone.clone()).datetime(), ui.full(&at)));
    cell.unwrap_or_else(|| text(""))
}

/// What came out of a promise, and what would have: a line of the file without a case.
fn rates(ui: &Ui, line: &Line) -> Vec<Cell> {
    let rate = |tally: Tally| {
        let rate = rate(tally);
        Cell::Number(rate.strip_suffix('%').unwrap_or_default().to_owned())
    };
    let which = [ui.w("milestone", line.milestone.as_str()), ui.w("severity", line.severity.as_str())];
    let all = Cell::Number((line.before.0 + line.before.1).to_string());
    let mut cells = vec![text(""), text(ui.t("what-if-rate"))];
    cells.extend(which.map(text));
    cells.extend(blank(7));
    cells.extend([rate(line.before), rate(line.after), all]);
    cells
}
