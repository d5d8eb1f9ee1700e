//! In whose name letters leave the house, for programs.

use axum::Json;
use axum::extract::{Path, State};
use desk::voice::save_voice;
use domain::access::Right;
use domain::voice::Voice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use crate::admin::{Spoken, spoken_by, spoken_by_all};
use crate::app::App;
use crate::error::{Problem, WebError};

type Answer<T> = Result<Json<T>, WebError>;

/// What a mailbox or a group says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SenderView {
    /// `mailbox` or `group`.
    kind: &'static str,
    /// The mailbox's address, or the group's key.
    id: String,
    /// Its name.
    name: String,
    /// The sender's name; may hold `{{agent}}` and `{{company}}`.
    sender: String,
    /// The signature for readers of Chinese; may also hold `{{phone}}` and `{{hours}}`.
    signature_zh: String,
    /// The signature for everybody else.
    signature_en: String,
    /// The version of all of them; send it back with a change.
    version: i64,
}

/// What it is to say; empty parts are left to the mailbox, or to the desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SenderBody {
    /// The version that you saw.
    version: i64,
    /// The sender's name.
    #[serde(default)]
    sender: String,
    /// The signature for readers of Chinese.
    #[serde(default)]
    signature_zh: String,
    /// The signature for everybody else.
    #[serde(default)]
    signature_en: String,
}

fn view((s, version): (Spoken, i64)) -> SenderView {
    let Spoken { kind, id, name, voice } = s;
    let Voice { sender, signature_zh, signature_en } = voice;
    SenderView { kind, id, name, sender, signature_zh, signature_en, version }
}

/// All mailboxes and active groups with the sender's name and the signature of each.
#[utoipa::path(get, path = "/api/v1/senders", responses((status = 200, body = Vec<SenderView>)))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Answer<Vec<SenderView>> {
    caller.need(Right::Operate)?;
    let (all, version) = spoken_by_all(&app).await.map_err(|e| caller.fail(e))?;
    Ok(Json(all.into_iter().map(|s| view((s, version))).collect()))
}

/// What one of them says.
#[utoipa::path(get, path = "/api/v1/senders/{kind}/{id}", params(("kind" = String, Path), ("id" = String, Path)), responses((status = 200, body = SenderView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Answer<SenderView> {
    caller.need(Right::Operate)?;
    spoken_by(&app, &kind, &id).await.map(|s| Json(view(s))).map_err(|e| caller.fail(e))
}

/// Saves what one of them says; the next letter follows it.
#[utoipa::path(put, path = "/api/v1/senders/{kind}/{id}", params(("kind" = String, Path), ("id" = String, Path)), request_body = SenderBody, responses((status = 200, body = SenderView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    body: Body<SenderBody>,
) -> Answer<SenderView> {
    caller.need(Right::Operate)?;
    let (found, _) = spoken_by(&app, &kind, &id).await.map_err(|e| caller.fail(e))?;
    let SenderBody { version, sender, signature_zh, signature_en } = body.value;
    let voice = Voice { sender, signature_zh, signature_en };
    let written = app.config.written_mailboxes.clone();
    let saved = save_voice(&app.desk, &caller.actor, (found.owner(), voice), version, written).await;
    saved.map_err(|e| caller.fail(e))?;
    spoken_by(&app, &kind, &id).await.map(|s| Json(view(s))).map_err(|e| caller.fail(e))
}
