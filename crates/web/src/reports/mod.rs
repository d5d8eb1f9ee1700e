//! Reports: an overview, a page per report, the cases behind every number, and the same numbers as files.

pub(crate) mod appraisal;
mod cases;
mod chooser;
pub(crate) mod heat;
mod overview;
pub(crate) mod query;
pub(crate) mod say;
pub(crate) mod table;
mod what_if;
pub(crate) mod what_if_asked;
mod what_if_file;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::report::{Answer, compute};
use desk::{Error, Result};
use domain::access::Right;
use domain::report::{Ask, Report};
use words::{t, t_args, word};

use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;
use chooser::Chooser;
use query::ReportQuery;
use table::{Labels, Line, Maker};

/// Routes of the reports.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/reports", get(overview::page))
        .route("/reports/appraisal", get(appraisal::page))
        .route("/reports/appraisal/export/{extension}", get(appraisal::export))
        .route("/reports/what-if", get(what_if::page))
        .route("/reports/what-if/export/{extension}", get(what_if_file::export))
        .route("/reports/{report}", get(page))
        .route("/reports/{report}/cases", get(cases::page))
        .route("/reports/{report}/cases/export/{extension}", get(cases::export))
        .route("/reports/{report}/export/{extension}", get(export))
}

/// Rows on a page.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "reports/report.html")]
struct ReportPage {
    ui: Ui,
    tab: &'static str,
    chooser: Chooser,
    body: Option<Body>,
}

impl ReportPage {
    fn tabs(&self) -> Vec<(&'static str, String)> {
        tabs(&self.ui)
    }
}

/// What a report says, when it could be computed.
struct Body {
    empty: bool,
    sentence: String,
    head: Vec<&'static str>,
    lines: Vec<Line>,
    total: Line,
    more: Option<String>,
    points: String,
    /// What the chart leaves to the table.
    left_out: Option<String>,
    greatest: &'static str,
    shape: &'static str,
    marks: Vec<Line>,
    how: &'static str,
    chart: &'static str,
    heat: Option<heat::Heat>,
}

async fn page(
    State(app): State<App>,
    page: StaffPage,
    Path(name): Path<String>,
    Query(asked): Query<ReportQuery>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    let report = query::report(&name).map_err(|e| page.visitor.fail(e))?;
    let ui = page.ui(&app, "reports").await?;
    let mut chooser = Chooser::of(&app, &ui, Some(report), asked).await.map_err(|e| page.visitor.fail(e))?;
    let asked = chooser.asked.clone();
    let body = match chooser.ask(report, &asked) {
        Some(ask) => Some(body(&app, &page, &ui, &chooser, ask).await.map_err(|e| page.visitor.fail(e))?),
        None => None,
    };
    let status = chooser.status();
    let shown = render(&ReportPage { ui, tab: report.as_str(), chooser, body }, &page.visitor)?;
    Ok((status, shown).into_response())
}

async fn body(app: &App, page: &StaffPage, ui: &Ui, chooser: &Chooser, ask: Ask) -> Result<Body> {
    let answer = compute(&app.desk, page.actor(), ask).await?;
    let locale = ui.locale;
    let (keys, more) = Maker { answer: &answer, asked: &chooser.asked, locale }.keys(ROWS);
    let labels = labels(app, &answer, locale, keys.clone()).await?;
    Ok(told(ui, chooser, &answer, &labels, &keys, more))
}

fn told(ui: &Ui, chooser: &Chooser, answer: &Answer, labels: &Labels, keys: &[String], more: bool) -> Body {
    let (locale, asked, report) = (ui.locale, &chooser.asked, answer.ask.report);
    let maker = Maker { answer, asked, locale };
    let columns = report.columns();
    let next = keys.last().filter(|_| more);
    Body {
        empty: answer.now.is_empty(),
        sentence: say::sentence(locale, answer),
        head: columns.iter().map(|c| word(locale, "column", c.key)).collect(),
        lines: keys.iter().map(|k| maker.line(labels.get(k), Some(k), columns)).collect(),
        total: maker.line(t(locale, "report-total").to_owned(), None, columns),
        more: next.map(|k| asked.address(&format!("/reports/{report}"), &[("cursor", k)])),
        points: maker.points(labels, keys),
        left_out: maker.uncharted().map(|rows| {
            let (shown, all) = (table::CHARTED.to_string(), rows.to_string());
            t_args(locale, "report-charted", &[("shown", &shown), ("all", &all)])
        }),
        greatest: maker.greatest(),
        shape: maker.shape(),
        marks: report
            .distribution()
            .iter()
            .map(|(question, columns)| maker.line(word(locale, "column", question).to_owned(), None, columns))
            .collect(),
        how: word(locale, "report-how", report.as_str()),
        chart: word(locale, "column", report.headline().key),
        heat: heat::heat(answer, asked, locale),
    }
}

/// The names of rows.
pub(crate) async fn labels(
    app: &App,
    answer: &Answer,
    locale: words::Locale,
    keys: Vec<String>,
) -> Result<Labels> {
    let by = answer.ask.by;
    app.desk.read(move |r| Labels::find(r, by, locale, &keys)).await
}

async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path((name, extension)): Path<(String, String)>,
    Query(asked): Query<ReportQuery>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "reports").await?;
    file(&app, &page, &ui, &name, &extension, &asked).await.map_err(|e| page.visitor.fail(e))
}

async fn file(
    app: &App,
    page: &StaffPage,
    ui: &Ui,
    name: &str,
    extension: &str,
    asked: &ReportQuery,
) -> Result<Response> {
    let ask = asked.read(query::report(name)?, &ui.zone, ui.now)?;
    let answer = compute(&app.desk, page.actor(), ask).await?;
    let keys = answer.now.rows.keys().cloned().collect();
    let labels = labels(app, &answer, ui.locale, keys).await?;
    let locale = ui.locale;
    let first = word(locale, "grouped", answer.ask.by.as_str());
    let columns = table::exported(answer.ask.report);
    let head = std::iter::once(first).chain(columns.iter().map(|c| say::export_head(locale, c))).collect();
    let rows = table::export(&answer, &labels, locale);
    let numbered = |row: Vec<String>| {
        let mut texts = row.into_iter();
        let first = texts.next().map(Cell::Text);
        first.into_iter().chain(texts.map(Cell::Number)).collect()
    };
    let (rows, sheet) =
        (rows.into_iter().map(numbered).collect(), word(locale, "report", answer.ask.report.as_str()));
    Table { name: answer.ask.report.as_str(), sheet, head, rows }.file(extension)
}

/// Pages for those who supervise.
const PEOPLE: [(&str, &str); 2] = [(appraisal::PLACE, "/reports/appraisal"), ("conduct", "/reports/conduct")];

/// The reports of the side bar, the overview first.
pub(crate) fn tabs(ui: &Ui) -> Vec<(&'static str, String)> {
    let one = |r: &Report| (r.as_str(), format!("/reports/{r}"));
    let people = ui.may(Right::TicketExcuse.as_str()).then(|| PEOPLE.map(|(name, to)| (name, to.to_owned())));
    let first = std::iter::once(("overview", "/reports".to_owned()));
    let all = first.chain(Report::ALL.iter().map(one)).chain([("what_if", "/reports/what-if".to_owned())]);
    all.chain(people.into_iter().flatten()).collect()
}

impl Chooser {
    /// 422 when something could not be read.
    fn status(&self) -> StatusCode {
        if self.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// The question, unless something could not be read or the customer has to be chosen first.
    fn ask(&mut self, report: Report, asked: &ReportQuery) -> Option<Ask> {
        if !self.errors.is_empty() || !self.choices.is_empty() {
            return None;
        }
        match asked.read(report, &self.zone, self.now) {
            Ok(ask) => Some(ask),
            Err(Error::Invalid(fields)) => {
                self.errors = fields.iter().map(|f| crate::error::field_text(f, self.locale)).collect();
                None
            }
            Err(_) => None,
        }
    }
}
