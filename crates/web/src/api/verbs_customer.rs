//! What the customer does. A customer's own system passes it on with a token that may speak for customers; it is kept as
//! the requester's.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::ticket::{FromCustomer, say};
use domain::ticket::{Channel, Rating};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::once::location;
use super::verbs::{Answer, answer};
use super::view::TicketView;
use crate::app::App;
use crate::error::{Problem, WebError};

/// The customer confirms the solution, which closes the ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/confirmation", params(("number" = String, Path)), responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn confirm(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Answer {
    answer(&app, &caller, say(&app.desk, &caller.actor, &number, FromCustomer::Confirm).await).await
}

/// Marks and a word.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RatingBody {
    /// 1 to 5.
    speed: u8,
    /// 1 to 5.
    effect: u8,
    /// 1 to 5.
    attitude: u8,
    /// In words.
    #[schema(max_length = 100_000)]
    comment: String,
}

/// The customer rates speed, effect and attitude of a solved ticket; giving marks again replaces them.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/rating", params(("number" = String, Path)), request_body = RatingBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn rate(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<RatingBody>,
) -> Answer {
    let RatingBody { speed, effect, attitude, comment } = body.value;
    let rating = Rating { speed, effect, attitude, comment: comment.trim().to_owned() };
    answer(&app, &caller, say(&app.desk, &caller.actor, &number, FromCustomer::Rate(rating)).await).await
}

/// What the customer complains about.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ComplaintBody {
    /// In words.
    body: String,
}

/// The customer complains about the handling of a ticket: a ticket of its own, in the hands of somebody who had
/// nothing to do with the case. Answers with the complaint.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/complaints", params(("number" = String, Path)), request_body = ComplaintBody, responses((status = 201, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn complain(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ComplaintBody>,
) -> Result<Response, WebError> {
    let text = body.value.body.trim().to_owned();
    if text.is_empty() {
        return Err(caller.fail(desk::Error::field("body", "required")));
    }
    let title = words::t_args(caller.locale(), "portal-complaint-title", &[("number", &number)]);
    let said = FromCustomer::Complain { title, text, channel: Channel::Api };
    let made = say(&app.desk, &caller.actor, &number, said).await;
    let made = answer(&app, &caller, made).await?;
    let told = location("tickets", &made.number);
    Ok((StatusCode::CREATED, told, made).into_response())
}

/// The customer withdraws the request.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/withdrawal", params(("number" = String, Path)), responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn withdraw(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Answer {
    answer(&app, &caller, say(&app.desk, &caller.actor, &number, FromCustomer::Withdraw).await).await
}

/// Whether there is anything else.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ElseBody {
    /// What there is; nothing else if empty.
    #[schema(max_length = 100_000)]
    body: String,
}

/// The customer of a solved ticket says whether there is anything else: what there is becomes a ticket of its own, which
/// is linked with this one and is the answer; nothing is noted. The question is asked once.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/anything-else", params(("number" = String, Path)), request_body = ElseBody, responses((status = 200, body = TicketView), (status = 409, body = Problem)))]
pub(crate) async fn anything_else(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ElseBody>,
) -> Answer {
    let said = FromCustomer::Else { text: body.value.body, channel: Channel::Api };
    answer(&app, &caller, say(&app.desk, &caller.actor, &number, said).await).await
}
