//! The caller's browsers that a page wakes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use desk::oncall::push::unsubscribe;
use domain::ticket::decide::Refusal;
use serde::{Deserialize, Serialize};
use store::oncall::push::{BrowserRow, of_person};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::oncall::{Answer, created, done};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::oncall::{Given, keep};

/// A browser.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BrowserView {
    id: String,
    /// As its owner knows it.
    device: String,
    /// Since when.
    since: String,
}

fn view(b: BrowserRow) -> BrowserView {
    BrowserView { id: b.id, device: b.device, since: instant(b.made_at) }
}

/// The browsers, and the key with which another one subscribes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushView {
    /// The desk's public key (VAPID), `applicationServerKey` in a browser.
    public_key: String,
    items: Vec<BrowserView>,
}

/// The caller's browsers that pages wake. `refused.push_off` where browser push is not set up.
#[utoipa::path(get, path = "/api/v1/push", responses((status = 200, body = PushView), (status = 409, body = Problem)))]
pub(crate) async fn browsers(State(app): State<App>, caller: Caller) -> Answer<PushView> {
    let me = caller.person()?;
    let key = app.config.push.as_ref().map(|p| p.public_key());
    let public_key = key.ok_or_else(|| caller.fail(Refusal::PushOff))?;
    let rows = app.desk.read(move |r| Ok(of_person(r, &me.id)?)).await.map_err(|e| caller.fail(e))?;
    Ok(Json(PushView { public_key, items: rows.into_iter().map(view).collect() }))
}

/// What a browser gives: `endpoint`, and the two keys of its subscription in base64.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrowserBody {
    endpoint: String,
    /// `p256dh`.
    key: String,
    auth: String,
    #[serde(default)]
    device: String,
}

/// A browser is to be woken by the caller's pages. Again is harmless.
#[utoipa::path(post, path = "/api/v1/push", request_body = BrowserBody, responses((status = 201, body = BrowserView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_browser(
    State(app): State<App>,
    caller: Caller,
    body: Body<BrowserBody>,
) -> Result<(StatusCode, Json<BrowserView>), WebError> {
    let b = body.value;
    let given = Given::new(b.endpoint, b.key, b.auth, b.device);
    created(&caller, keep(&app, &caller.actor, given).await, view)
}

/// A browser is woken no longer.
#[utoipa::path(delete, path = "/api/v1/push/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove_browser(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    done(&caller, unsubscribe(&app.desk, &caller.actor, id).await)
}
