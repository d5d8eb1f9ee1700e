//! The problem log (S1-34): five columns over closed cases, as page, CSV and XLSX.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use desk::{Error, FieldError, Result, noted};
use domain::access::{Right, Scope};
use domain::ticket::IssueClass;
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::Read;
use store::staff::{self, StaffRow};
use store::ticket::{Cursor, LogFilter, LogRow, problem_log};
use words::{Locale, t, t_args, word};

use crate::app::App;
use crate::error::{WebError, field_text};
use crate::form::{choice, id};
use crate::names::everybody;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::{ListQuery, render};
use crate::ui::Ui;

/// Routes of the log.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/log", get(page)).route("/log/export/{extension}", get(export))
}

/// Filters of the log.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogQuery {
    /// First day, `2026-09-01`.
    from: String,
    /// Last day.
    until: String,
    /// Issue class.
    class: String,
    /// Id of the person who solved it.
    solver: String,
    /// The `next_cursor` of an earlier page.
    cursor: String,
}

impl LogQuery {
    pub(crate) fn read(&self, r: &mut Read<'_>, zone: &TimeZone) -> Result<(LogFilter, Option<Cursor>)> {
        let day = |field: &str, text: &str, days: i64| -> Result<Option<Timestamp>> {
            if text.is_empty() {
                return Ok(None);
            }
            let bad = |_| Error::field(field, "bad_value");
            let date: Date = text.parse().map_err(bad)?;
            let date = date.saturating_add(jiff::Span::new().days(days));
            Ok(Some(date.to_zoned(zone.clone()).map_err(bad)?.timestamp()))
        };
        let mut wrong = Vec::new();
        let (from, until) = (day("from", &self.from, 0), day("until", &self.until, 1));
        if let (Ok(Some(from)), Ok(Some(until))) = (&from, &until)
            && from >= until
        {
            wrong.push(FieldError::new("until", "before_start"));
        }
        let solver = id(&self.solver);
        if let Some(id) = &solver
            && staff::one(r, id)?.is_none()
        {
            wrong.push(FieldError::new("solver", "unknown"));
        }
        let filter = LogFilter {
            from: noted(from, &mut wrong)?.flatten(),
            until: noted(until, &mut wrong)?.flatten(),
            class: noted(choice("class", &self.class), &mut wrong)?.flatten(),
            solver,
        };
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let decoded = || Cursor::decode(&self.cursor).ok_or_else(|| Error::field("cursor", "bad_value"));
        let after = if self.cursor.is_empty() { None } else { Some(decoded()?) };
        Ok((filter, after))
    }

    /// The query string without the position.
    fn same(&self) -> String {
        let pairs =
            [("from", &self.from), ("until", &self.until), ("class", &self.class), ("solver", &self.solver)];
        let all = pairs.iter().filter(|(_, v)| !v.is_empty());
        all.map(|(k, v)| format!("{k}={}", crate::error::encode(v))).collect::<Vec<_>>().join("&")
    }
}

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    ui: Ui,
    query: ListQuery,
    asked: LogQuery,
    rows: Vec<(String, Vec<String>)>,
    next: Option<String>,
    people: Vec<StaffRow>,
    wrong: Vec<FieldError>,
}

impl LogPage {
    /// What is wrong with a filter, if anything is.
    fn wrong(&self, field: &str) -> Option<String> {
        self.wrong.iter().find(|f| f.field == field).map(|f| field_text(f, self.ui.locale))
    }

    /// What a printed log was narrowed to: on paper the filters themselves are not there.
    fn narrowed(&self) -> String {
        let LogQuery { from, until, class, solver, .. } = &self.asked;
        let days =
            if from.is_empty() && until.is_empty() { String::new() } else { format!("{from} – {until}") };
        let class = if class.is_empty() { "" } else { self.ui.w("class", class) };
        let person = self.people.iter().find(|p| p.id.as_str() == solver).map_or("", |p| &p.name);
        [days.trim(), class, person]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    fn classes(&self) -> &'static [IssueClass] {
        IssueClass::ALL
    }
}

const PAGE: i64 = 100;
const EXPORT: i64 = 20_000;

/// The five cells of a line: date, problem type, resolution, solver, remark.
fn cells(row: &LogRow, zone: &TimeZone, locale: Locale) -> Vec<String> {
    let kind =
        row.class.map_or(word(locale, "kind", row.kind.as_str()), |c| word(locale, "class", c.as_str()));
    let solver = row.solver.as_ref().map(|(name, role)| {
        t_args(locale, "log-by", &[("name", name), ("role", word(locale, "role", role.as_str()))])
    });
    vec![
        words::date(zone, row.resolved_at),
        kind.to_owned(),
        row.resolution.clone(),
        solver.unwrap_or_default(),
        row.remark.clone(),
    ]
}

async fn page(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<LogQuery>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    let ui = page.ui(&app, "log").await?;
    let (query, zone, part) = (asked.clone(), ui.zone.clone(), page.visitor.part);
    let read = app.desk.read(move |r| {
        let (rows, wrong) = match query.read(r, &zone) {
            Ok((filter, after)) => {
                (problem_log(r, &Scope::All, &filter, after.as_ref(), PAGE + 1)?, Vec::new())
            }
            Err(Error::Invalid(wrong)) if !part => (Vec::new(), wrong),
            Err(e) => return Err(e),
        };
        Ok((rows, everybody(r)?, wrong))
    });
    let (mut rows, people, wrong) = read.await.map_err(|e| page.visitor.fail(e))?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next =
        rows.last().filter(|_| more).map(|r| format!("/log?{}&cursor={}", asked.same(), r.cursor.encode()));
    let rows = rows.iter().map(|r| (r.number.clone(), cells(r, &ui.zone, ui.locale))).collect();
    let refused = !wrong.is_empty();
    let view = LogPage { ui, query: ListQuery::default(), asked, rows, next, people, wrong };
    let mut response = render(&view, &page.visitor)?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<LogQuery>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "log").await?;
    let zone = ui.zone.clone();
    let read = app.desk.read(move |r| {
        let (filter, _) = asked.read(r, &zone)?;
        Ok(problem_log(r, &Scope::All, &filter, None, EXPORT)?)
    });
    let rows = read.await.map_err(|e| page.visitor.fail(e))?;
    let head =
        ["log-date", "log-type", "log-result", "log-solver", "log-remark"].map(|k| t(ui.locale, k)).to_vec();
    let typed = |row: &LogRow| {
        let day = row.resolved_at.to_zoned(ui.zone.clone()).date();
        let mut texts = cells(row, &ui.zone, ui.locale).into_iter();
        let first = texts.next().map(|text| Cell::Day(day, text));
        first.into_iter().chain(texts.map(Cell::from)).collect()
    };
    let rows = rows.iter().map(typed).collect();
    let sheet = t(ui.locale, "log-title");
    Table { name: "problem-log", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
