//! Is this node well? For load balancers and watchdogs, without credentials; says nothing about tickets.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::app::App;

/// What a node says about itself.
#[derive(Debug, Serialize)]
struct Health {
    /// `ok` or `unhealthy`.
    status: &'static str,
    /// Does the database answer?
    database: bool,
    /// Milliseconds by which this node's clock is ahead of the database server's, if they differ too much to fire by.
    clock_ahead_ms: i64,
}

/// The route.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(health))
}

async fn health(State(app): State<App>) -> Response {
    let database = app.desk.peek(|r| Ok(store::node::alive(r)?)).await.is_ok();
    let clock_ahead_ms = app.desk.clock_ahead_ms();
    let well = database && clock_ahead_ms == 0;
    let (code, status) =
        if well { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unhealthy") };
    (code, Json(Health { status, database, clock_ahead_ms })).into_response()
}
