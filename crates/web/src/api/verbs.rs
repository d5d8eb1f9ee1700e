//! The verbs that move a ticket. Each answers with the ticket afterwards.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::{Error, Result, ticket as verb};
use domain::access::Right;
use domain::id::{FileId, StaffId};
use domain::ticket::decide::{Audience, Body as Text, Draft, Solution};
use domain::ticket::{CloseReason, Ticket};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::once::{Place, create_once};
use super::tickets::{shown, shown_in};
use super::view::TicketView;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::form::{choice, id, required};
use crate::html::clean;
use crate::wrong::called;

pub(super) type Answer = std::result::Result<Json<TicketView>, WebError>;

/// The ticket after a verb.
pub(super) async fn answer(app: &App, caller: &Caller, result: Result<Ticket>) -> Answer {
    let t = result.map_err(|e| caller.fail(e))?;
    shown(&app.desk, &caller.actor, t.number).await.map(Json).map_err(|e| caller.fail(e))
}

/// A message.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MessageBody {
    /// Plain text.
    #[schema(max_length = 100_000)]
    body: String,
    /// HTML instead; it is cleaned. Its text has at most 100,000 characters.
    html: String,
    /// Ids of uploaded files.
    files: Vec<String>,
    /// Only for notes: ids of colleagues to be told.
    mentions: Vec<String>,
    /// Only for messages: the requester says it, in another system that passes it on. Needs `ticket.speak`.
    as_requester: bool,
    /// Only for answers: they go to all who are in copy as well.
    to_everyone: bool,
}

impl MessageBody {
    fn draft(&self) -> Draft {
        let body = if self.html.trim().is_empty() { Text::from_text(&self.body) } else { clean(&self.html) };
        let files = self.files.iter().map(|f| FileId(f.clone())).collect();
        Draft { body, files, to: if self.to_everyone { Audience::Everyone } else { Audience::Requester } }
    }
}

/// Writes to the other side.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/messages", params(("number" = String, Path)), request_body = MessageBody, responses((status = 201, body = TicketView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn message(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<MessageBody>,
) -> std::result::Result<Response, WebError> {
    let draft = body.value.draft();
    let (as_requester, locale) = (body.value.as_requester, caller.locale());
    create_once(&app, &caller, body.hash, Place::Listed, move |unit| {
        let t = if as_requester {
            verb::say_in(unit, &number, &verb::FromCustomer::Message(draft.clone()))?
        } else {
            let wrote = verb::add_message_in(unit, &number, &draft);
            wrote.map_err(|e| called(e, &[("body", "verb-reply")], locale))?
        };
        shown_in(unit.work, t, &unit.rules)
    })
    .await
}

/// Takes an answer back before it has left: only who gave it may, and only while nothing has happened since that builds
/// on it. What was written is the writer's draft again.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/messages/{no}", params(("number" = String, Path), ("no" = i64, Path)), responses((status = 200, body = TicketView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path((number, no)): Path<(String, String)>,
) -> Answer {
    caller.need(Right::TicketReply)?;
    let no = no.parse().map_err(|_| caller.fail(Error::NotFound))?;
    answer(&app, &caller, verb::withdraw(&app.desk, &caller.actor, &number, no).await).await
}

/// What is passed on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ForwardBody {
    /// To whom: an address, or a name with one in angle brackets.
    address: String,
    /// Plain text, the original among it where it is wanted.
    #[schema(max_length = 100_000)]
    body: String,
    /// With the files of the message.
    with_files: bool,
}

/// Passes a message on to somebody outside: a letter to them, and a note for staff. It is no first response; their answer
/// becomes a note too.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/messages/{no}/forwarding", params(("number" = String, Path), ("no" = i64, Path)), request_body = ForwardBody, responses((status = 200, body = TicketView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn forward(
    State(app): State<App>,
    caller: Caller,
    Path((number, no)): Path<(String, String)>,
    Body { value: body, .. }: Body<ForwardBody>,
) -> Answer {
    caller.need(Right::TicketReply)?;
    let no = no.parse().map_err(|_| caller.fail(Error::NotFound))?;
    let what =
        verb::Forward { to: body.address, body: Text::from_text(&body.body), with_files: body.with_files };
    answer(&app, &caller, verb::forward(&app.desk, &caller.actor, &number, no, what).await).await
}

/// The letter that became a message, as it was written: an HTML document in which nothing runs and nothing is fetched.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/messages/{no}/letter", params(("number" = String, Path), ("no" = i64, Path)), responses((status = 200, content_type = "text/html"), (status = 404, body = Problem)))]
pub(crate) async fn letter(
    State(app): State<App>,
    caller: Caller,
    Path((number, no)): Path<(String, String)>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::TicketView)?;
    crate::tickets::letter(&app, &caller.actor, caller.locale(), &number, &no)
        .await
        .map_err(|e| caller.fail(e))
}

/// Writes for staff only.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/notes", params(("number" = String, Path)), request_body = MessageBody, responses((status = 201, body = TicketView)))]
pub(crate) async fn note(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<MessageBody>,
) -> std::result::Result<(StatusCode, Json<TicketView>), WebError> {
    let mentions: BTreeSet<StaffId> = body.value.mentions.iter().filter_map(|m| id(m)).collect();
    let done = verb::note(&app.desk, &caller.actor, &number, body.value.draft(), mentions).await;
    let done = done.map_err(|e| called(e, &[("body", "verb-note")], caller.locale()));
    Ok((StatusCode::CREATED, answer(&app, &caller, done).await?))
}

/// Waiting.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HoldBody {
    /// `waiting_customer`, `waiting_vendor`, `scheduled`.
    #[schema(schema_with = crate::api::choices::waiting)]
    status: String,
    /// The reason; needed unless there is a message.
    note: String,
    /// A message to the customer; needed when the customer has to act.
    #[schema(max_length = 100_000)]
    body: String,
}

/// Puts a ticket to wait.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/hold", params(("number" = String, Path)), request_body = HoldBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn hold(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<HoldBody>,
) -> Answer {
    let form = body.value;
    let status = required("status", &form.status).map_err(|e| caller.fail(e))?;
    let text = Text::from_text(&form.body);
    let draft = (!text.is_empty()).then(|| Draft { body: text, ..Draft::default() });
    let done = verb::hold(&app.desk, &caller.actor, &number, status, form.note, draft).await;
    answer(&app, &caller, done).await
}

/// Takes a waiting ticket up again.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/hold", params(("number" = String, Path)), responses((status = 200, body = TicketView)))]
pub(crate) async fn resume(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Answer {
    answer(&app, &caller, verb::resume(&app.desk, &caller.actor, &number).await).await
}

/// A solution.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SolutionBody {
    /// What was done, in a sentence.
    resolution: String,
    /// Where the cause lay.
    #[schema(schema_with = crate::api::choices::cause)]
    cause: String,
    /// Remark of the problem log.
    remark: Option<String>,
    /// A message to the customer.
    #[schema(max_length = 100_000)]
    body: String,
}

/// Solves a ticket; the customer is asked to confirm.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/solution", params(("number" = String, Path)), request_body = SolutionBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn solve(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<SolutionBody>,
) -> Answer {
    let form = body.value;
    let cause = choice("cause", &form.cause).map_err(|e| caller.fail(e))?;
    let text = Text::from_text(&form.body);
    let draft = (!text.is_empty()).then(|| Draft { body: text, ..Draft::default() });
    let solution = Solution { cause, resolution: form.resolution, remark: form.remark, draft };
    answer(&app, &caller, verb::resolve(&app.desk, &caller.actor, &number, solution).await).await
}

/// Closes a solved ticket without the customer's word.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/closure", params(("number" = String, Path)), responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn close(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Answer {
    answer(&app, &caller, verb::close(&app.desk, &caller.actor, &number, CloseReason::Staff).await).await
}

/// A reason in words, or a word of a list.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReasonBody {
    /// The reason.
    reason: String,
}

/// Opens a ticket again.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/closure", params(("number" = String, Path)), request_body = ReasonBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn reopen(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ReasonBody>,
) -> Answer {
    answer(&app, &caller, verb::reopen(&app.desk, &caller.actor, &number, body.value.reason).await).await
}

/// Ends a ticket without work: `withdrawn`, `duplicate`, `spam`.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/cancellation", params(("number" = String, Path)), request_body = ReasonBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ReasonBody>,
) -> Answer {
    let reason =
        choice("reason", &body.value.reason).map_err(|e| caller.fail(e))?.unwrap_or(CloseReason::Withdrawn);
    answer(&app, &caller, verb::cancel(&app.desk, &caller.actor, &number, reason).await).await
}

/// Who gets it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AssignBody {
    /// Group's id; unchanged if absent.
    group: String,
    /// Into no group's queue.
    no_group: bool,
    /// Person's id; nobody if absent.
    assignee: String,
    /// In words.
    reason: String,
}

/// Assigns or transfers a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/assignment", params(("number" = String, Path)), request_body = AssignBody, responses((status = 200, body = TicketView)))]
pub(crate) async fn assign(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<AssignBody>,
) -> Answer {
    let form = body.value;
    let group = if form.no_group { Some(None) } else { id(&form.group).map(Some) };
    let input = verb::AssignInput { group, assignee: id(&form.assignee), reason: form.reason };
    answer(&app, &caller, verb::assign(&app.desk, &caller.actor, &number, input).await).await
}

/// Takes a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/taking", params(("number" = String, Path)), responses((status = 200, body = TicketView)))]
pub(crate) async fn take(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Answer {
    answer(&app, &caller, verb::take(&app.desk, &caller.actor, &number).await).await
}

/// Hands a ticket to a senior engineer: of its group if there is one, with the least load. A reason is needed.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/escalation", params(("number" = String, Path)), request_body = ReasonBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn escalate(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ReasonBody>,
) -> Answer {
    answer(&app, &caller, verb::escalate(&app.desk, &caller.actor, &number, body.value.reason).await).await
}
