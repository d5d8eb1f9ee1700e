//! The cases behind a number: one line for each that counted.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::Result;
use desk::report::{Behind, Page, behind};
use domain::access::Right;
use domain::report::{Ask, How, Report};
use store::ticket::ListRow;
use words::{Locale, t, word};

use super::query::{NumberQuery, ReportQuery, cursor, position, report};
use super::table::Labels;
use super::{say, tabs};
use crate::app::App;
use crate::chip::why_of;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;

/// A line: the ticket, what counted, and when.
struct Line {
    row: ListRow,
    what: String,
    /// Where the promise that counted is explained, if it is one.
    why: Option<String>,
    value: String,
    at: domain::time::Timestamp,
}

#[derive(Template)]
#[template(path = "reports/cases.html")]
struct CasesPage {
    ui: Ui,
    tab: &'static str,
    title: String,
    back: String,
    all: usize,
    /// The same as a file, before its extension.
    file: String,
    lines: Vec<Line>,
    next: Option<String>,
}

impl CasesPage {
    fn tabs(&self) -> Vec<(&'static str, String)> {
        tabs(&self.ui)
    }

    fn file(&self, extension: &str) -> String {
        self.file.replacen("/cases", &format!("/cases/export/{extension}"), 1)
    }

    /// Was anything measured, or only counted?
    fn has_values(&self) -> bool {
        self.lines.iter().any(|l| !l.value.is_empty())
    }
}

const LINES: usize = 50;

/// The cases behind a number.
pub(super) async fn page(
    State(app): State<App>,
    page: StaffPage,
    Path(name): Path<String>,
    Query(asked): Query<ReportQuery>,
    Query(number): Query<NumberQuery>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    let ui = page.ui(&app, "reports").await?;
    let view = shown(&app, &page, ui, &name, &asked, &number).await.map_err(|e| page.visitor.fail(e))?;
    render(&view, &page.visitor)
}

async fn shown(
    app: &App,
    page: &StaffPage,
    ui: Ui,
    name: &str,
    asked: &ReportQuery,
    number: &NumberQuery,
) -> Result<CasesPage> {
    let ask = asked.read(report(name)?, &ui.zone, ui.now)?;
    let after = position(&asked.cursor)?;
    let (row, column) = (number.row.as_deref(), number.column.as_str());
    let found = behind(&app.desk, page.actor(), ask.clone(), column, row, after, LINES).await?;
    let (by, locale, keys) = (ask.by, ui.locale, row.map(str::to_owned).into_iter().collect::<Vec<_>>());
    let labels = app.desk.read(move |r| Labels::find(r, by, locale, &keys)).await?;
    let label = row.map_or_else(|| t(locale, "report-total").to_owned(), |r| labels.get(r));
    let title = title(locale, &ask, &label, column);
    let path = format!("/reports/{}", ask.report);
    let next = found.cases.last().filter(|_| found.more).map(|last| cursor(&last.position));
    let next = next.map(|next| {
        let mut more = vec![("column", column), ("cursor", next.as_str())];
        more.extend(row.map(|row| ("row", row)));
        asked.address(&format!("{path}/cases"), &more)
    });
    let mut same = vec![("column", column)];
    same.extend(row.map(|row| ("row", row)));
    let file = asked.address(&format!("{path}/cases"), &same);
    let Page { all, cases, .. } = found;
    let measure = ask.report.column(column).map(|c| c.how);
    let lines = cases.into_iter().map(|b| line(locale, measure, b)).collect();
    let (tab, back) = (ask.report.as_str(), asked.address(&path, &[]));
    Ok(CasesPage { ui, tab, title, back, all, file, lines, next })
}

/// The cases as a file: all of them, up to a limit.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path((name, extension)): Path<(String, String)>,
    Query(asked): Query<ReportQuery>,
    Query(number): Query<NumberQuery>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "reports").await?;
    let made = file(&app, &page, &ui, (&name, &extension), (&asked, &number)).await;
    made.map_err(|e| page.visitor.fail(e))
}

const EXPORT: usize = 20_000;

async fn file(
    app: &App,
    page: &StaffPage,
    ui: &Ui,
    (name, extension): (&str, &str),
    (asked, number): (&ReportQuery, &NumberQuery),
) -> Result<Response> {
    let ask = asked.read(report(name)?, &ui.zone, ui.now)?;
    let (report, column) = (ask.report, number.column.as_str());
    let found = behind(&app.desk, page.actor(), ask, column, number.row.as_deref(), None, EXPORT).await?;
    let measure = report.column(column).map(|c| c.how);
    let marks = found.cases.iter().any(|b| counts_marks(measure, b.entry.cell));
    let value = if marks { "report-value" } else { "export-value" };
    let heads = [
        "field-number",
        "field-title",
        "field-customer",
        "field-assignee",
        "report-counted-as",
        value,
        "field-at",
    ];
    let row = |b: Behind| -> Vec<Cell> {
        let (at, plain) = (b.entry.at, b.entry.value.map(|v| v.to_string()).unwrap_or_default());
        let Line { row, what, at: said, .. } = line(ui.locale, measure, b);
        let customer = row.organisation.unwrap_or(row.requester);
        let who = row.assignee.unwrap_or_else(|| ui.t("nobody").to_owned());
        let texts = [row.number, row.title, customer, who, what].map(Cell::Text);
        let at = Cell::At(at.to_zoned(ui.zone.clone()).datetime(), ui.full(&said));
        texts.into_iter().chain([Cell::Number(plain), at]).collect()
    };
    let (head, rows) = (heads.map(|h| ui.t(h)).to_vec(), found.cases.into_iter().map(row).collect());
    let sheet = word(ui.locale, "report", report.as_str());
    Table { name: "report-cases", sheet, head, rows }.file(extension)
}

/// Is the value of a cell a mark, and not seconds?
fn counts_marks(measure: Option<How>, cell: &str) -> bool {
    measure == Some(How::Mark) || cell.contains('-')
}

/// `承诺达成 · 首次响应 · 未达成 · 2026 年 9 月`.
fn title(locale: Locale, ask: &Ask, label: &str, column: &str) -> String {
    let milestone = ask.milestone().filter(|_| ask.report == Report::Attainment);
    let milestone = milestone.map(|m| word(locale, "milestone", m.as_str()).to_owned());
    let mut parts: Vec<String> = milestone.into_iter().collect();
    parts.extend([label.to_owned(), word(locale, "column", column).to_owned()]);
    if ask.report.has_period() {
        parts.push(say::period(locale, ask.period));
    }
    parts.join(" · ")
}

fn line(locale: Locale, measure: Option<How>, b: Behind) -> Line {
    let Behind { entry, row, .. } = b;
    let cell = entry.cell.split('-').next().unwrap_or_default();
    let mut what = word(locale, "column", cell).to_owned();
    if let Some(milestone) = entry.milestone {
        what = format!("{} · {what}", word(locale, "milestone", milestone.as_str()));
    }
    let marks = counts_marks(measure, entry.cell);
    let value = entry.value.map(|v| if marks { v.to_string() } else { words::duration(locale, v) });
    let why = entry.milestone.map(|m| why_of(&row.number, m, entry.cycle));
    Line { row, what, why, value: value.unwrap_or_default(), at: entry.at }
}
