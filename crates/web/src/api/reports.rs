//! Reports for programs: the numbers of the pages, by the same folds, with the cases behind each.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use desk::Result;
use desk::report::{Answer, Behind, Page, behind, compute, compute_all, may_see};
use domain::report::{Ask, Column, Figure, How, Report};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::own::Limit;
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::reports::labels;
use crate::reports::query::{NumberQuery, ReportQuery, cursor, page, position, report};

/// A number. A share lies between 0 and 1, times are seconds, marks 1 to 5.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureView {
    /// `null` when there was nothing to measure.
    pub value: Option<f64>,
    /// Numerator of a share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// Denominator of a share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<usize>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ColumnView {
    /// Its key in `figures`, and for asking for cases.
    pub key: &'static str,
    /// `count`, `share`, `seconds` or `mark`.
    pub unit: &'static str,
}

/// A row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineView {
    /// Its key, for asking for cases: an id, a word, a month; `-` for none.
    pub key: String,
    /// For people.
    pub label: String,
    /// Numbers by column.
    #[schema(value_type = Object)]
    pub figures: BTreeMap<&'static str, FigureView>,
}

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportView {
    /// Which one.
    pub report: &'static str,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: String,
    /// What a row stands for.
    pub by: &'static str,
    /// The milestone that was counted; `null` for all.
    pub milestone: Option<&'static str>,
    /// By which instant promises were counted.
    pub basis: &'static str,
    /// The columns.
    pub columns: Vec<ColumnView>,
    /// Over all rows.
    #[schema(value_type = Object)]
    pub total: BTreeMap<&'static str, FigureView>,
    /// Over all rows of the period before; `null` for reports as of this moment.
    #[schema(value_type = Option<Object>)]
    pub before: Option<BTreeMap<&'static str, FigureView>>,
    /// The rows.
    pub items: Vec<LineView>,
    /// Continues the rows; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// All reports in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportsView {
    /// Each report over the whole, without rows.
    pub items: Vec<ReportView>,
}

/// A case behind a number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseView {
    /// The ticket.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What it counted as.
    pub cell: &'static str,
    /// Of a promise.
    pub milestone: Option<&'static str>,
    /// Which cycle of the promise.
    pub cycle: Option<u32>,
    /// The instant by which it counted.
    pub at: String,
    /// Seconds or a mark.
    pub value: Option<i64>,
}

/// The cases behind a number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CasesView {
    /// How many there are on all pages.
    pub all: usize,
    /// Newest first.
    pub items: Vec<CaseView>,
    /// Continues the list; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// The reports in short, over one period; attainment of first response and of resolution apart.
#[utoipa::path(get, path = "/api/v1/reports", params(ReportQuery), responses((status = 200, body = ReportsView), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<ReportQuery>,
) -> std::result::Result<Json<ReportsView>, WebError> {
    let all = async {
        let mut asks = Vec::new();
        for (report, asked) in asked.headlines() {
            asks.push(ask(&app, &caller, report, &asked).await?);
        }
        compute_all(&app.desk, &caller.actor, asks).await
    };
    let answers = all.await.map_err(|e| caller.fail(e))?;
    Ok(Json(ReportsView { items: answers.iter().map(|a| view(a, Vec::new(), None)).collect() }))
}

/// A report: `attainment`, `recovery`, `satisfaction`, `solving`, `punctuality`, `repeats`, `backlog`.
#[utoipa::path(get, path = "/api/v1/reports/{report}", params(("report" = String, Path), ReportQuery, Limit), responses((status = 200, body = ReportView), (status = 422, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(asked): Query<ReportQuery>,
    Query(limit): Query<Limit>,
) -> std::result::Result<Json<ReportView>, WebError> {
    let rows = limit.size(&caller)?;
    shown(&app, &caller, &name, &asked, rows).await.map(Json).map_err(|e| caller.fail(e))
}

/// The cases behind the number of a column, in one row or in all.
#[utoipa::path(get, path = "/api/v1/reports/{report}/cases", params(("report" = String, Path), ReportQuery, NumberQuery, Limit), responses((status = 200, body = CasesView), (status = 422, body = Problem)))]
pub(crate) async fn cases(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(asked): Query<ReportQuery>,
    Query(number): Query<NumberQuery>,
    Query(limit): Query<Limit>,
) -> std::result::Result<Json<CasesView>, WebError> {
    let size = limit.size(&caller)?;
    let found = async {
        let ask = ask(&app, &caller, report(&name)?, &asked).await?;
        let (row, after) = (number.row.as_deref(), position(&asked.cursor)?);
        behind(&app.desk, &caller.actor, ask, &number.column, row, after, size).await
    };
    let Page { cases, all, more } = found.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cases.last().filter(|_| more).map(|c| cursor(&c.position));
    Ok(Json(CasesView { all, items: cases.into_iter().map(case).collect(), next_cursor }))
}

/// The question, in the zone of the desk. Whoever may not see reports learns nothing about what is asked.
pub(super) async fn ask(app: &App, caller: &Caller, report: Report, asked: &ReportQuery) -> Result<Ask> {
    may_see(&caller.actor)?;
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await?;
    asked.read(report, &rules.settings.zone(), app.desk.now())
}

async fn shown(
    app: &App,
    caller: &Caller,
    name: &str,
    asked: &ReportQuery,
    rows: usize,
) -> Result<ReportView> {
    let ask = ask(app, caller, report(name)?, asked).await?;
    let answer = compute(&app.desk, &caller.actor, ask).await?;
    let (rows, more) = page(answer.now.ordered(answer.ask.by), &asked.cursor, rows);
    let keys: Vec<String> = rows.into_iter().map(|(key, _)| key.to_owned()).collect();
    let labels = labels(app, &answer, caller.locale(), keys.clone()).await?;
    let next = keys.last().filter(|_| more).cloned();
    let line = |key: String| LineView {
        label: labels.get(&key),
        figures: figures(answer.ask.report, |c| answer.now.figure(c, Some(&key))),
        key,
    };
    Ok(view(&answer, keys.into_iter().map(line).collect(), next))
}

fn view(answer: &Answer, items: Vec<LineView>, next_cursor: Option<String>) -> ReportView {
    let Ask { report, period, by, basis, .. } = &answer.ask;
    let unit = |c: &Column| match c.how {
        How::Count => "count",
        How::Share(_) => "share",
        How::Mark => "mark",
        _ => "seconds",
    };
    let columns = crate::reports::table::exported(*report);
    ReportView {
        report: report.as_str(),
        from: period.from.to_string(),
        until: period.last().to_string(),
        by: by.as_str(),
        milestone: answer.ask.milestone().map(domain::sla::Milestone::as_str),
        basis: basis.as_str(),
        columns: columns.iter().map(|c| ColumnView { key: c.key, unit: unit(c) }).collect(),
        total: figures(*report, |c| answer.now.figure(c, None)),
        before: answer.before.as_ref().map(|b| figures(*report, |c| b.figure(c, None))),
        items,
        next_cursor,
    }
}

fn figures(report: Report, of: impl Fn(&Column) -> Figure) -> BTreeMap<&'static str, FigureView> {
    let view = |figure: Figure| {
        let (part, whole) = match figure {
            Figure::Share { part, whole } => (Some(part), Some(whole)),
            _ => (None, None),
        };
        FigureView { value: figure.value(), part, whole }
    };
    crate::reports::table::exported(report).into_iter().map(|c| (c.key, view(of(c)))).collect()
}

fn case(b: Behind) -> CaseView {
    let promise = b.entry.milestone;
    CaseView {
        number: b.row.number,
        title: b.row.title,
        cell: b.entry.cell,
        milestone: promise.map(domain::sla::Milestone::as_str),
        cycle: promise.map(|_| b.entry.cycle),
        at: instant(b.entry.at),
        value: b.entry.value,
    }
}
