//! What a caller has prepared, by its code.

use axum::Json;
use axum::extract::{Path, State};
use domain::access::Right;
use domain::ticket::Facts;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};

/// What was prepared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreTicketView {
    /// Six digits.
    code: String,
    /// Product's id.
    product: Option<String>,
    /// `symptom`, `occurrence`, `system`, `version`, `error_code`.
    #[schema(value_type = Object)]
    facts: Facts,
    /// When it was prepared.
    made_at: String,
    /// When the code is good no more.
    expires_at: String,
}

/// What a caller has prepared. After five wrong codes in a row one has to wait.
#[utoipa::path(get, path = "/api/v1/pre-tickets/{code}", params(("code" = String, Path)), responses((status = 200, body = PreTicketView), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Json<PreTicketView>, WebError> {
    caller.need(Right::TicketCreate)?;
    let found = desk::kit::redeem(&app.desk, &caller.actor, &code).await.map_err(|e| caller.fail(e))?;
    Ok(Json(PreTicketView {
        code: found.code,
        product: found.product.map(|p| p.0),
        facts: found.facts,
        made_at: instant(found.made_at),
        expires_at: instant(found.expires_at),
    }))
}
