//! One's own browsers that a page wakes: subscribed and taken off; the service worker's script.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::oncall::push::{Browser, subscribe, unsubscribe};
use domain::ticket::decide::Refusal;
use push::{Pusher, Subscription};
use serde::Deserialize;
use store::oncall::push::BrowserRow;

use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::said::Said;
use crate::session::StaffPage;

/// What a browser gives for messages to it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Given {
    endpoint: String,
    key: String,
    auth: String,
    device: String,
}

impl Given {
    /// From what a program sends.
    pub(crate) fn new(endpoint: String, key: String, auth: String, device: String) -> Self {
        Self { endpoint, key, auth, device }
    }
}

/// A browser is kept, sealed.
pub(crate) async fn keep(app: &App, who: &domain::access::Actor, given: Given) -> desk::Result<BrowserRow> {
    let pusher: &Pusher = app.config.push.as_deref().ok_or(Refusal::PushOff)?;
    pusher.check(&given.endpoint).map_err(|_| Error::field("endpoint", "bad_value"))?;
    let to = Subscription::new(&given.endpoint, &given.key, &given.auth);
    let to = to.map_err(|_| Error::field("key", "bad_value"))?;
    let sealed = pusher.seal(&to).map_err(|e| Error::Internal(e.to_string()))?;
    subscribe(&app.desk, who, Browser { endpoint: given.endpoint, sealed, device: given.device }).await
}

/// This browser wants to be woken.
pub(super) async fn subscribed(
    State(app): State<App>,
    page: StaffPage,
    Fields(given): Fields<Given>,
) -> Result<Response, WebError> {
    keep(&app, page.actor(), given).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Said::done("push-on").with(Redirect::to("/on-call#push").into_response()))
}

/// A browser is woken no longer.
pub(super) async fn removed(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    unsubscribe(&app.desk, page.actor(), id).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Said::done("push-off").with(Redirect::to("/on-call#push").into_response()))
}

/// The service worker. It stands at the root, because it may only look after what is below its own address.
pub(super) async fn worker() -> Response {
    let mut answer = crate::assets::file("push-worker.js");
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache"));
    answer
}
