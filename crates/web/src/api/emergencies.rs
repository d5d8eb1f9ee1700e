//! The emergency of a ticket with its verbs.

use axum::Json;
use axum::extract::{Path, State};
use desk::{Error, Result, ticket as verb};
use domain::access::Right;
use domain::id::{OrgId, StaffId};
use domain::ticket::Ticket;
use domain::time::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::emergency_views::{EmergencyView, HolderView, view};
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::form::{id, required};

type Answer = std::result::Result<Json<EmergencyView>, WebError>;

/// The emergency of a ticket that the caller may see.
async fn read(
    app: &App,
    caller: &Caller,
    number: String,
) -> std::result::Result<Option<EmergencyView>, WebError> {
    let scope = caller.actor.scope();
    let read = app.desk.read(move |r| {
        let t = store::ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        Ok(store::emergency::by_ticket(r, &t.id)?.map(|e| view(t, e)))
    });
    read.await.map_err(|e| caller.fail(e))
}

async fn answer(app: &App, caller: &Caller, done: Result<Ticket>) -> Answer {
    let t = done.map_err(|e| caller.fail(e))?;
    let shown = read(app, caller, t.number).await?;
    shown.map(Json).ok_or_else(|| caller.fail(Error::NotFound))
}

/// The emergency of a ticket; `null` if it has none.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/emergency", params(("number" = String, Path)), responses((status = 200, body = Option<EmergencyView>), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> std::result::Result<Json<Option<EmergencyView>>, WebError> {
    caller.need(Right::TicketView)?;
    read(&app, &caller, number).await.map(Json)
}

/// What switches it on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StartBody {
    /// What customers read as its name; the ticket's title if empty.
    title: String,
    /// Who notices what.
    impact: String,
    /// Person's id; you if empty.
    commander: String,
    /// Ids of affected organisations besides the ticket's own.
    organisations: Vec<String>,
    /// Why it is one.
    reason: String,
}

/// Switches emergency mode on.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/emergency", params(("number" = String, Path)), request_body = StartBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn start(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<StartBody>,
) -> Answer {
    let form = body.value;
    let input = verb::StartInput {
        title: form.title,
        impact: form.impact,
        commander: id(&form.commander),
        organisations: form.organisations.iter().filter_map(|o| id(o)).collect(),
        reason: form.reason,
    };
    answer(&app, &caller, verb::start_emergency(&app.desk, &caller.actor, &number, input).await).await
}

/// A reason or another text.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TextBody {
    /// In words.
    text: String,
}

/// Calls it off: a mistake, or it was none. Within five minutes its author needs no reason.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/emergency", params(("number" = String, Path)), request_body = TextBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn call_off(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<TextBody>,
) -> Answer {
    let text = body.value.text;
    answer(&app, &caller, verb::call_off_emergency(&app.desk, &caller.actor, &number, text).await).await
}

/// What the affected read; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DescribeBody {
    /// The version that you saw.
    version: Option<i64>,
    /// Name.
    title: Option<String>,
    /// Who notices what.
    impact: Option<String>,
    /// Ids of the affected organisations; replaces all but the ticket's own.
    organisations: Option<Vec<String>>,
}

/// Edits what the affected read, and who they are.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/emergency/description", params(("number" = String, Path)), request_body = DescribeBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn describe(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<DescribeBody>,
) -> Answer {
    let form = body.value;
    let organisations = form.organisations.map(|all| all.into_iter().map(OrgId).collect());
    let (seen, title, impact) = (form.version, form.title, form.impact);
    let input = verb::DescribeInput { seen, title, impact, organisations };
    answer(&app, &caller, verb::describe_emergency(&app.desk, &caller.actor, &number, input).await).await
}

/// Who leads and who does what.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StaffingBody {
    /// The version that you saw.
    version: Option<i64>,
    /// Person's id.
    commander: String,
    /// Roles; replaces all.
    roles: Vec<HolderView>,
}

/// Sets commander and roles.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/emergency/staffing", params(("number" = String, Path)), request_body = StaffingBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn staffing(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<StaffingBody>,
) -> Answer {
    let form = body.value;
    let commander: Option<StaffId> = id(&form.commander);
    let commander = commander.ok_or_else(|| caller.fail(Error::field("commander", "required")))?;
    let holder = |h: HolderView| domain::emergency::Holder { role: h.role, person: StaffId(h.person) };
    let who = (commander, form.roles.into_iter().map(holder).collect());
    let done = verb::staff_emergency(&app.desk, &caller.actor, &number, who, form.version).await;
    answer(&app, &caller, done).await
}

/// An entry of the timeline.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EntryBody {
    /// In words.
    text: String,
    /// The affected read it.
    public: bool,
    /// When they hear from us again.
    #[schema(value_type = Option<String>)]
    next_report_at: Option<Timestamp>,
}

/// Writes an entry. The entries are the ticket's events of the type `emergency`.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/emergency/entries", params(("number" = String, Path)), request_body = EntryBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn entry(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<EntryBody>,
) -> Answer {
    let EntryBody { text, public, next_report_at } = body.value;
    let done =
        verb::post_in_emergency(&app.desk, &caller.actor, &number, (text, public), next_report_at).await;
    answer(&app, &caller, done).await
}

/// The interim plan.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InterimPlanBody {
    /// The version that you saw.
    version: Option<i64>,
    /// In words.
    text: String,
    /// `planned`, `in_force`, `ended`.
    state: String,
    /// By when it is promised; needed while it is planned.
    #[schema(value_type = Option<String>)]
    promised_at: Option<Timestamp>,
}

/// Makes or changes the interim plan.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/emergency/plan", params(("number" = String, Path)), request_body = InterimPlanBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn plan(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<InterimPlanBody>,
) -> Answer {
    let form = body.value;
    let state = required("state", &form.state).map_err(|e| caller.fail(e))?;
    let plan = (form.text, state, form.promised_at);
    let done = verb::plan_interim(&app.desk, &caller.actor, &number, plan, form.version).await;
    answer(&app, &caller, done).await
}

/// Ends it; the affected read the text.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/emergency/end", params(("number" = String, Path)), request_body = TextBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<TextBody>,
) -> Answer {
    let text = body.value.text;
    answer(&app, &caller, verb::end_emergency(&app.desk, &caller.actor, &number, text).await).await
}

/// It is not over after all. Within five minutes whoever ended it needs no reason.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/emergency/end", params(("number" = String, Path)), request_body = TextBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<TextBody>,
) -> Answer {
    let text = body.value.text;
    answer(&app, &caller, verb::resume_emergency(&app.desk, &caller.actor, &number, text).await).await
}

/// The review.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReviewBody {
    /// The version that you saw.
    version: Option<i64>,
    /// Why it came to this.
    causes: String,
    /// What went well and what did not.
    lessons: String,
}

/// Writes or changes the review.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/emergency/review", params(("number" = String, Path)), request_body = ReviewBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn review(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ReviewBody>,
) -> Answer {
    let form = body.value;
    let words = (form.causes, form.lessons);
    let done = verb::review_emergency(&app.desk, &caller.actor, &number, words, form.version).await;
    answer(&app, &caller, done).await
}

/// A measure; `no` names the one to be changed, and adds one if it is absent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MeasureBody {
    /// The version that you saw.
    version: Option<i64>,
    /// Its number.
    no: Option<u32>,
    /// What is to be done.
    what: String,
    /// Person's id.
    owner: String,
    /// Until which day, `2026-10-31`.
    due_on: String,
    /// Is it done?
    done: bool,
    /// What came of it.
    effect: String,
}

/// Adds or changes a measure. Its owner may say what became of it.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/emergency/measures", params(("number" = String, Path)), request_body = MeasureBody, responses((status = 200, body = EmergencyView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn measure(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<MeasureBody>,
) -> Answer {
    let form = body.value;
    let read = || -> Result<domain::ticket::decide::MeasureInput> {
        let owner = id(&form.owner).ok_or_else(|| Error::field("owner", "required"))?;
        let due_on = form.due_on.parse().map_err(|_| Error::field("due_on", "bad_value"))?;
        let (no, what, done, effect) = (form.no, form.what.clone(), form.done, form.effect.clone());
        Ok(domain::ticket::decide::MeasureInput { no, what, owner, due_on, done, effect })
    };
    let input = read().map_err(|e| caller.fail(e))?;
    let done = verb::measure_emergency(&app.desk, &caller.actor, &number, input, form.version).await;
    answer(&app, &caller, done).await
}

/// Finishes an emergency that is over and reviewed.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/emergency/completion", params(("number" = String, Path)), responses((status = 200, body = EmergencyView), (status = 409, body = Problem)))]
pub(crate) async fn finish(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Answer {
    answer(&app, &caller, verb::finish_emergency(&app.desk, &caller.actor, &number).await).await
}
