//! People in copy of a ticket, for programs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use desk::{Error, ticket::take_out_of_copy};
use domain::access::Right;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use crate::app::App;
use crate::error::{Problem, WebError};

/// Somebody in copy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CopiedView {
    /// Address.
    address: String,
    /// Name; may be empty.
    name: String,
}

/// Who is in copy of a ticket: an answer with `to_everyone` goes to them as well.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/copied", params(("number" = String, Path)), responses((status = 200, body = Vec<CopiedView>), (status = 404, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<Vec<CopiedView>>, WebError> {
    caller.need(Right::TicketView)?;
    let scope = caller.actor.scope();
    let read = app.desk.read(move |r| {
        let t = store::ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        Ok(store::copied::of_ticket(r, &t.id)?)
    });
    let all = read.await.map_err(|e| caller.fail(e))?;
    Ok(Json(all.into_iter().map(|a| CopiedView { address: a.address, name: a.name }).collect()))
}

/// Takes somebody out of copy.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/copied/{address}", params(("number" = String, Path), ("address" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((number, address)): Path<(String, String)>,
) -> Result<StatusCode, WebError> {
    take_out_of_copy(&app.desk, &caller.actor, &number, address).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}
