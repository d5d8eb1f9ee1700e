//! Repeated misses, for programs: proposals with evidence, objection, decision.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use desk::conduct::{Shown, decide, look, object, proposals};
use domain::conduct::Stand;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::paging::{After, ListView};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::form::choice;

/// A missed first response of the evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MissView {
    /// The ticket.
    pub number: String,
    /// Which cycle of the promise.
    pub cycle: u32,
    /// When it was due.
    pub due_at: String,
    /// It was excused since, and counts no more.
    pub excused: bool,
}

/// A proposal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConductView {
    pub id: String,
    /// Staff id.
    pub person: String,
    /// `talk`, `training`.
    pub consequence: &'static str,
    /// The rule: so many misses …
    pub enough: u32,
    /// … in so many days.
    pub days: u32,
    pub misses: Vec<MissView>,
    /// `proposed`, `objected`, `upheld`, `dropped`.
    pub state: &'static str,
    pub made_at: String,
    /// What the person says.
    pub objection: String,
    /// Why it was decided so.
    pub reason: String,
    /// Staff id.
    pub decided_by: Option<String>,
    pub decided_at: Option<String>,
}

fn view(shown: Shown) -> ConductView {
    let (row, excused) = (shown.row, shown.excused);
    let miss = |m: domain::conduct::Miss| MissView {
        excused: excused.contains(&(m.number.clone(), m.cycle)),
        due_at: instant(m.due_at),
        number: m.number,
        cycle: m.cycle,
    };
    ConductView {
        id: row.id,
        person: row.person.0,
        consequence: row.consequence.as_str(),
        enough: row.enough,
        days: row.days,
        misses: row.misses.into_iter().map(miss).collect(),
        state: row.state.as_str(),
        made_at: instant(row.made_at),
        objection: row.objection,
        reason: row.reason,
        decided_by: row.decided_by.map(|p| p.0),
        decided_at: row.decided_at.map(instant),
    }
}

/// Whose proposals.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// `own`: about oneself, for which no right is needed. Without it: all.
    pub whose: String,
}

/// Proposals after repeated misses, newest first; all need `report.view` and `ticket.excuse`.
#[utoipa::path(get, path = "/api/v1/conduct", params(Whose, After), responses((status = 200, body = ListView<ConductView>), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Whose>,
    Query(after): Query<After>,
) -> Result<Json<ListView<ConductView>>, WebError> {
    let found = async {
        let own = match asked.whose.as_str() {
            "" => false,
            "own" => true,
            _ => return Err(desk::Error::field("whose", "bad_value")),
        };
        let all = proposals(&app.desk, &caller.actor, own).await?;
        after.page(all.into_iter().map(view).collect(), |c| c.id.clone())
    };
    found.await.map(Json).map_err(|e| caller.fail(e))
}

/// What came of looking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LookedView {
    /// New proposals.
    pub made: usize,
}

/// Looks for people whose missed first responses make a proposal by the rule of the settings; a miss is named once.
#[utoipa::path(post, path = "/api/v1/conduct", responses((status = 200, body = LookedView), (status = 403, body = Problem)))]
pub(crate) async fn search(State(app): State<App>, caller: Caller) -> Result<Json<LookedView>, WebError> {
    let made = look(&app.desk, &caller.actor).await.map_err(|e| caller.fail(e))?;
    Ok(Json(LookedView { made }))
}

/// An objection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectionBody {
    text: String,
}

/// Objects to what is proposed about oneself.
#[utoipa::path(post, path = "/api/v1/conduct/{id}/objection", params(("id" = String, Path)), request_body = ObjectionBody, responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn objection(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<ObjectionBody>,
) -> Result<StatusCode, WebError> {
    let done = object(&app.desk, &caller.actor, id, body.value.text).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionBody {
    /// `upheld`, `dropped`.
    state: String,
    reason: String,
}

/// Upholds or drops a proposal; upheld only after the objection or seven days, never one about oneself.
#[utoipa::path(post, path = "/api/v1/conduct/{id}/decision", params(("id" = String, Path)), request_body = DecisionBody, responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn decision(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<DecisionBody>,
) -> Result<StatusCode, WebError> {
    let done = async {
        desk::report::may_appraise(&caller.actor)?;
        let state: Option<Stand> = choice("state", &body.value.state)?;
        let state = state.ok_or_else(|| desk::Error::field("state", "required"))?;
        decide(&app.desk, &caller.actor, id, state, body.value.reason).await
    };
    done.await.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
