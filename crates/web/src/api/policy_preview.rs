//! What a promise would say, before it is saved: dues and the instants of its steps for an example.

use axum::Json;
use axum::extract::State;
use desk::admin::preview_policy;
use domain::access::Right;
use domain::sla::{Outlook, PolicyDoc, PromiseClass, Step};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::documents::PolicyDocument;
use super::documents::StepDocument;
use super::paging::ListView;
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};

/// A promise's document to be previewed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyPreviewBody {
    /// The whole document.
    #[schema(value_type = PolicyDocument)]
    doc: PolicyDoc,
    /// When the example is reported; now if left out.
    #[schema(value_type = Option<String>)]
    at: Option<Timestamp>,
}

/// A step and when it would fire.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepView {
    /// The step, as in the document.
    #[schema(value_type = StepDocument)]
    step: Step,
    /// Its instant; missed reports count as if nobody ever reported.
    at: String,
}

/// A promised time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromisedView {
    /// `urgent`, `level_2` or `general`.
    class: &'static str,
    /// Which promise.
    kind: &'static str,
    /// Promised seconds of counted time.
    target_s: i64,
    /// The calendar in which it counts.
    calendar: String,
    /// When it would be due.
    due_at: String,
    /// The steps in the order in which they would fire.
    steps: Vec<StepView>,
}

/// What a document would promise if it were saved; saves nothing.
#[utoipa::path(post, path = "/api/v1/policies/preview", request_body = PolicyPreviewBody, responses((status = 200, body = ListView<PromisedView>), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    body: Body<PolicyPreviewBody>,
) -> Result<Json<ListView<PromisedView>>, WebError> {
    caller.need(Right::PromiseEdit)?;
    let PolicyPreviewBody { doc, at } = body.value;
    let at = at.unwrap_or_else(|| app.desk.now());
    let previewed = preview_policy(&app.desk, &caller.actor, doc, at).await;
    let outlooks = previewed.map_err(|e| caller.fail(e))?;
    let of_class = |(class, list): (&PromiseClass, Vec<Outlook>)| {
        let class = class.as_str();
        list.into_iter().map(move |o| promised(class, o)).collect::<Vec<_>>()
    };
    let items = PromiseClass::ALL.iter().zip(outlooks).flat_map(of_class).collect();
    Ok(Json(ListView { items, next_cursor: None }))
}

fn promised(class: &'static str, o: Outlook) -> PromisedView {
    let step = |(step, at): (Step, Timestamp)| StepView { step, at: instant(at) };
    PromisedView {
        class,
        kind: o.milestone.as_str(),
        target_s: o.seconds,
        calendar: o.calendar.0,
        due_at: instant(o.due),
        steps: o.steps.into_iter().map(step).collect(),
    }
}
