//! First responses by person, fairly compared, for programs.

use axum::Json;
use axum::extract::{Query, State};
use desk::report::{appraise, may_appraise};
use domain::report::Report;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::reports::ask;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::reports::appraisal::{names, ordered};
use crate::reports::query::ReportQuery;

/// A person's first responses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppraisedView {
    /// Id; `null` for cases that nobody had.
    pub person: Option<String>,
    /// For people.
    pub name: String,
    /// Promises that count: kept or missed, not excused.
    pub cases: usize,
    /// Kept.
    pub met: usize,
    /// How many everybody would have kept of the same cases.
    pub expected: f64,
    /// Kept ÷ expected; `null` with fewer than 20 cases.
    pub ratio: Option<f64>,
    /// Its 95 % interval.
    pub low: Option<f64>,
    /// Its 95 % interval.
    pub high: Option<f64>,
    /// `too_few`, `usual`, `better`, `worse`.
    pub verdict: &'static str,
    /// Median of the counted seconds.
    pub median_s: Option<f64>,
    /// The median that everybody has with these strata.
    pub expected_median_s: Option<f64>,
    /// Share of the counted life of their cases that waited for the customer.
    pub waiting: Option<f64>,
    /// Cases that this is the share of.
    pub waiting_cases: usize,
    /// Far above that of everybody.
    pub waits_far_above: bool,
}

/// The first responses of a period by person, in the order of names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppraisalView {
    /// Promises that count.
    pub cases: usize,
    /// Kept.
    pub met: usize,
    /// Share of waiting for the customer, of everybody.
    pub waiting: Option<f64>,
    /// People.
    pub items: Vec<AppraisedView>,
}

/// First responses by person, compared with what their cases let expect. Needs `report.view` and `ticket.excuse`.
#[utoipa::path(get, path = "/api/v1/reports/appraisal", params(ReportQuery), responses((status = 200, body = AppraisalView), (status = 422, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<ReportQuery>,
) -> Result<Json<AppraisalView>, WebError> {
    let all = async {
        may_appraise(&caller.actor)?;
        let ask = ask(&app, &caller, Report::Attainment, &asked).await?;
        let all = appraise(&app.desk, &caller.actor, ask).await?;
        Ok::<_, desk::Error>((all, app.desk.read(names).await?))
    };
    let (all, names) = all.await.map_err(|e| caller.fail(e))?;
    let (cases, met, waited) = (all.cases, all.met, all.waited);
    let nobody = words::word(caller.locale(), "nobody", "person");
    let view = |(name, a): (String, domain::report::Appraised)| AppraisedView {
        person: a.person.map(|p| p.0),
        name,
        cases: a.cases,
        met: a.met,
        expected: a.expected,
        ratio: a.ratio.map(|r| r.value),
        low: a.ratio.map(|r| r.low),
        high: a.ratio.map(|r| r.high),
        verdict: a.verdict.as_str(),
        median_s: a.median,
        expected_median_s: a.expected_median,
        waiting: a.waited.share(),
        waiting_cases: a.waited.cases,
        waits_far_above: a.waited.is_far_above(&waited),
    };
    let items = ordered(all, &names, nobody).into_iter().map(view).collect();
    Ok(Json(AppraisalView { cases, met, waiting: waited.share(), items }))
}
