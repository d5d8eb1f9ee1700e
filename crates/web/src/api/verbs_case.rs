//! The verbs that say what a ticket is about, and those that combine tickets.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use desk::ticket as verb;
use domain::appointment::Follow;
use domain::ticket::decide::Reclassify;
use domain::ticket::{Facts, PlanStep, RaiseMode};
use domain::time::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::documents::ExtraValue;
use super::verbs::{Answer, answer};
use super::view::TicketView;
use crate::app::App;
use crate::error::Problem;
use crate::form::{choice, id, required};

/// Fields to be edited; what is absent stays, an empty text clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EditBody {
    /// The version that you saw; a field that somebody else has changed since is refused.
    version: Option<i64>,
    /// Title.
    title: Option<String>,
    /// Kind.
    kind: Option<String>,
    /// Issue class.
    class: Option<String>,
    /// Product's id.
    product: Option<String>,
    /// Module's id.
    module: Option<String>,
    /// Five facts; replaces all.
    #[schema(value_type = Option<Object>)]
    facts: Option<Facts>,
    /// Extra fields by their keys, numbers as numbers or texts; replaces all.
    extra: Option<BTreeMap<String, ExtraValue>>,
    /// Tags; replaces all.
    tags: Option<Vec<String>>,
    /// Ids of those who watch; replaces all.
    watchers: Option<Vec<String>>,
    /// How the customer wants to be reached: `phone`, `mail`, `chat`, `on_site`. With `follow_when` it replaces both.
    follow_way: Option<String>,
    /// When, in words.
    #[schema(max_length = 200)]
    follow_when: Option<String>,
}

impl EditBody {
    fn read(self) -> desk::Result<verb::EditInput> {
        let (way, when) = (self.follow_way, self.follow_when);
        let follow = if way.is_none() && when.is_none() {
            None
        } else {
            let way = choice("follow_way", &way.unwrap_or_default())?;
            Some(Follow::of(way, &when.unwrap_or_default()))
        };
        Ok(verb::EditInput {
            seen: self.version,
            title: self.title,
            kind: self.kind.map(|k| required("kind", &k)).transpose()?,
            class: self.class.map(|c| choice("class", &c)).transpose()?,
            product: self.product.map(|p| id(&p)),
            module: self.module.map(|m| id(&m)),
            facts: self.facts,
            extra: self.extra.as_ref().map(ExtraValue::all),
            tags: self.tags.map(|t| t.into_iter().collect()),
            watchers: self.watchers.map(|w| w.iter().filter_map(|w| id(w)).collect()),
            follow,
            settled: Vec::new(),
        })
    }
}

/// Edits what a ticket is about.
#[utoipa::path(patch, path = "/api/v1/tickets/{number}", params(("number" = String, Path)), request_body = EditBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<EditBody>,
) -> Answer {
    let input = body.value.read().map_err(|e| caller.fail(e))?;
    answer(&app, &caller, verb::edit(&app.desk, &caller.actor, &number, input).await).await
}

/// Severity and level.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SeverityBody {
    /// `urgent` or `general`.
    severity: String,
    /// 1 or 2, for kinds `incident` and `fault` only.
    level: Option<u8>,
    /// `new_facts` (clocks restart; default) or `misclassified` (clocks count from the start).
    mode: String,
    /// Needed for a raise.
    reason: String,
}

/// Changes severity and level.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/severity", params(("number" = String, Path)), request_body = SeverityBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn severity(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<SeverityBody>,
) -> Answer {
    let form = body.value;
    let read = || -> desk::Result<Reclassify> {
        Ok(Reclassify {
            severity: required("severity", &form.severity)?,
            level: choice("level", &form.level.map(|l| l.to_string()).unwrap_or_default())?,
            mode: choice("mode", &form.mode)?.unwrap_or(RaiseMode::NewFacts),
            reason: form.reason.clone(),
        })
    };
    let to = read().map_err(|e| caller.fail(e))?;
    answer(&app, &caller, verb::set_severity(&app.desk, &caller.actor, &number, to).await).await
}

/// What was found out; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServiceBody {
    /// The version that was seen: a field that somebody has changed since is refused with both values.
    version: Option<i64>,
    /// Where the cause lies; an empty text clears it.
    cause: Option<String>,
    /// Way round.
    workaround: Option<String>,
    /// Remark of the problem log.
    remark: Option<String>,
}

/// Notes cause, way round and remark.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/service", params(("number" = String, Path)), request_body = ServiceBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn service(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ServiceBody>,
) -> Answer {
    let form = body.value;
    let cause = form.cause.map(|c| choice("cause", &c)).transpose().map_err(|e| caller.fail(e))?;
    let (seen, workaround, remark) = (form.version, form.workaround, form.remark);
    let found = verb::ServiceInput { seen, cause, workaround, remark, settled: Vec::new() };
    answer(&app, &caller, verb::edit_service(&app.desk, &caller.actor, &number, found).await).await
}

/// A fix plan.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PlanBody {
    /// Steps with `what` and `by` (a date).
    #[schema(value_type = Vec<Object>)]
    steps: Vec<PlanStep>,
    /// The version that was seen: a newer plan is not replaced unseen.
    version: Option<i64>,
}

/// Makes the fix plan; replaces the earlier one.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/plan", params(("number" = String, Path)), request_body = PlanBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn plan(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<PlanBody>,
) -> Answer {
    let PlanBody { steps, version } = body.value;
    answer(&app, &caller, verb::plan(&app.desk, &caller.actor, &number, steps, version).await).await
}

/// Something that happened outside the system.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HappenedBody {
    /// When; now if absent. Neither in the future nor before the ticket came.
    #[schema(value_type = Option<String>)]
    at: Option<Timestamp>,
    /// In words; needed for a contact.
    #[schema(max_length = 2_000)]
    note: String,
    /// On site, not remote.
    on_site: bool,
}

/// Records a contact outside the system. On site it also stops the clock of the technician at work.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/contact", params(("number" = String, Path)), request_body = HappenedBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn contact(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<HappenedBody>,
) -> Answer {
    let form = body.value;
    let done =
        verb::contact_recorded(&app.desk, &caller.actor, &number, form.at, form.note, form.on_site).await;
    answer(&app, &caller, done).await
}

/// Records that a technician is at work.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/attendance", params(("number" = String, Path)), request_body = HappenedBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn attend(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<HappenedBody>,
) -> Answer {
    let form = body.value;
    answer(&app, &caller, verb::attend(&app.desk, &caller.actor, &number, form.at, form.on_site).await).await
}

/// Another ticket.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OtherBody {
    /// Its number.
    number: String,
    /// Only for a merge: clocks count from the earlier of both starts.
    keep_earliest: bool,
}

impl OtherBody {
    fn read(&self) -> desk::Result<String> {
        domain::ticket::parse_number(&self.number).map_err(|_| desk::Error::field("number", "bad_value"))
    }
}

/// Continues a ticket in another one of the same requester or organisation; answers with the one that goes on.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/merge", params(("number" = String, Path)), request_body = OtherBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn merge(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<OtherBody>,
) -> Answer {
    let into = body.value.read().map_err(|e| caller.fail(e))?;
    let done = verb::merge(&app.desk, &caller.actor, &number, &into, body.value.keep_earliest).await;
    answer(&app, &caller, done).await
}

/// Takes a merge back that was a slip: at once, by who merged, while nothing has happened to either ticket since.
/// Answers with the ticket that goes on by itself again; one that was never merged is refused.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/merge", params(("number" = String, Path)), responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn unmerge(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Answer {
    answer(&app, &caller, verb::unmerge(&app.desk, &caller.actor, &number).await).await
}

/// Links two tickets.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/links", params(("number" = String, Path)), request_body = OtherBody, responses((status = 200, body = TicketView)))]
pub(crate) async fn link(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<OtherBody>,
) -> Answer {
    let to = body.value.read().map_err(|e| caller.fail(e))?;
    answer(&app, &caller, verb::link(&app.desk, &caller.actor, &number, &to).await).await
}

/// Takes the link of two tickets away.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/links/{other}", params(("number" = String, Path), ("other" = String, Path)), responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn unlink(
    State(app): State<App>,
    caller: Caller,
    Path((number, other)): Path<(String, String)>,
) -> Answer {
    answer(&app, &caller, verb::unlink(&app.desk, &caller.actor, &number, &other).await).await
}

/// A part of a ticket.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SplitBody {
    /// Title of the new ticket.
    title: String,
    /// Its first message.
    #[schema(max_length = 100_000)]
    body: String,
    /// The same incident: its resolution counts from the parent's start.
    same_incident: bool,
}

/// Makes a part of a ticket a ticket of its own; answers with the new one.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/split", params(("number" = String, Path)), request_body = SplitBody, responses((status = 200, body = TicketView)))]
pub(crate) async fn split(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<SplitBody>,
) -> Answer {
    let form = body.value;
    let done =
        verb::split(&app.desk, &caller.actor, &number, form.title, form.body, form.same_incident).await;
    answer(&app, &caller, done).await
}

/// A broken promise.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExcuseBody {
    /// Which clock.
    kind: String,
    /// Which cycle.
    cycle: u32,
    /// Why it is excused.
    reason: String,
}

/// Excuses a broken promise; it stays recorded and is counted apart.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/excuses", params(("number" = String, Path)), request_body = ExcuseBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn excuse(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ExcuseBody>,
) -> Answer {
    let form = body.value;
    let kind = required("kind", &form.kind).map_err(|e| caller.fail(e))?;
    let done = verb::excuse(&app.desk, &caller.actor, &number, kind, form.cycle, form.reason).await;
    answer(&app, &caller, done).await
}
