//! One step for many tickets.

use axum::Json;
use axum::extract::State;
use desk::Error;
use desk::ticket::{Step, bulk as do_all};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use crate::app::App;
use crate::error::{Problem, WebError, describe};

/// Tickets and what is done to them: one step for all of `numbers`, or `steps` with one for each.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkBody {
    /// The tickets, at most 200.
    #[serde(default)]
    numbers: Vec<String>,
    /// `{"action": …}` with its fields: `take`; `assign` (`group`, `no_group`, `assignee`, `reason`); `transfer` (`group`,
    /// `reason`); `escalate` (`reason`); `severity` (`severity`, `level`, `no_level`, `mode`, `reason`); `tags` (`add`, `remove`); `hold`
    /// (`status`: `waiting_vendor` or `scheduled`, `note`); `resume`; `resolve` (`resolution`, `cause`); `close`;
    /// `cancel` (`reason`); `reopen` (`reason`).
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    step: Option<Step>,
    /// Instead of both: tickets with a step each, such as the `undo` of an earlier answer.
    #[serde(default)]
    steps: Vec<OneStep>,
}

/// A ticket with its step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneStep {
    /// The ticket.
    number: String,
    /// The step.
    #[schema(value_type = Object)]
    step: Step,
}

/// What became of the tickets.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct BulkView {
    /// Those that were changed.
    changed: Vec<ChangedView>,
    /// Numbers of those that were so already.
    unchanged: Vec<String>,
    /// Those that were not changed, and why.
    refused: Vec<RefusedView>,
}

/// A ticket that was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedView {
    /// Its number.
    number: String,
    /// Its version now.
    version: i64,
    /// Its status now.
    status: &'static str,
    /// The step that takes it back; null if nothing does.
    #[schema(value_type = Option<Object>)]
    undo: Option<Step>,
}

/// A ticket that was not changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedView {
    /// The number as it was sent.
    number: String,
    /// As the status of an answer to this alone: 404, 403, 409, 422.
    status: u16,
    /// Stable key: `not_found`, `forbidden.assign`, `refused.ended` …
    key: String,
    /// In words of the caller's language.
    title: String,
}

impl BulkBody {
    fn read(self) -> desk::Result<Vec<(String, Step)>> {
        match (self.step, self.numbers, self.steps) {
            (Some(step), numbers, steps) if steps.is_empty() => {
                Ok(numbers.into_iter().map(|n| (n, step.clone())).collect())
            }
            (None, numbers, steps) if numbers.is_empty() => {
                Ok(steps.into_iter().map(|s| (s.number, s.step)).collect())
            }
            (None, ..) => Err(Error::field("step", "required")),
            _ => Err(Error::field("step", "step_or_steps")),
        }
    }
}

/// Does one step to many tickets. Each is changed on its own, with the rights that the caller has on it: one that
/// refuses does not hold the others. A repetition changes nothing.
#[utoipa::path(post, path = "/api/v1/tickets/bulk", request_body = BulkBody, responses((status = 200, body = BulkView), (status = 422, body = Problem)))]
pub(crate) async fn bulk(
    State(app): State<App>,
    caller: Caller,
    body: Body<BulkBody>,
) -> Result<Json<BulkView>, WebError> {
    if caller.actor.staff().is_none() {
        return Err(caller.fail(Error::NotFound));
    }
    let steps = body.value.read().map_err(|e| caller.fail(e))?;
    let outcomes = do_all(&app.desk, &caller.actor, steps).await.map_err(|e| caller.fail(e))?;
    let locale = caller.locale();
    let mut view = BulkView::default();
    for outcome in outcomes {
        let number = outcome.number;
        match outcome.result {
            Ok(None) => view.unchanged.push(number),
            Ok(Some(c)) => view.changed.push(ChangedView {
                number,
                version: c.ticket.version,
                status: c.ticket.status.as_str(),
                undo: c.undo,
            }),
            Err(e) => {
                let (status, key, title) = describe(&e, locale);
                view.refused.push(RefusedView { number, status: status.as_u16(), key, title });
            }
        }
    }
    Ok(Json(view))
}
