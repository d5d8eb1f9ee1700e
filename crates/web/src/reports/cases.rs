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
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// A line: the ticket, what counted, and when.
struct Line {
    row: ListRow,
    what: String,
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
    lines: Vec<Line>,
    next: Option<String>,
}

impl CasesPage {
    fn tabs(&self) -> Vec<(&'static str, String)> {
        tabs(&self.ui)
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
    let Page { all, cases, .. } = found;
    let measure = ask.report.column(column).map(|c| c.how);
    let lines = cases.into_iter().map(|b| line(locale, measure, b)).collect();
    Ok(CasesPage { ui, tab: ask.report.as_str(), title, back: asked.address(&path, &[]), all, lines, next })
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
    let marks = measure == Some(How::Mark) || entry.cell.contains('-');
    let value = entry.value.map(|v| if marks { v.to_string() } else { words::duration(locale, v) });
    Line { row, what, value: value.unwrap_or_default(), at: entry.at }
}
