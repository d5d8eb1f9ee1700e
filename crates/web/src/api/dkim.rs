//! Keys with which letters of a domain are signed, for programs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use desk::dkim::{add_key, remove_key, rest_key, use_key};
use domain::access::Right;
use domain::dkim::{record_name, record_text};
use serde::{Deserialize, Serialize};
use store::dkim::{self, KeyRow};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::view::instant;
use crate::admin::made_key;
use crate::app::App;
use crate::error::{Problem, WebError};

/// A key, without its secret part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailKeyView {
    /// Key of the row.
    id: String,
    /// Whose letters it signs.
    domain: String,
    /// By which name it is found.
    selector: String,
    /// `rsa` or `ed25519`.
    algorithm: &'static str,
    /// Name of the TXT record that is to be published.
    record_name: String,
    /// Its text.
    record_text: String,
    /// Does it sign now?
    signing: bool,
    /// Since when it is here.
    made_at: String,
}

impl From<KeyRow> for MailKeyView {
    fn from(k: KeyRow) -> Self {
        Self {
            record_name: record_name(&k.domain, &k.selector),
            record_text: record_text(k.algorithm, &k.public),
            id: k.id,
            domain: k.domain,
            selector: k.selector,
            algorithm: k.algorithm.as_str(),
            signing: k.active,
            made_at: instant(k.made_at),
        }
    }
}

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailKeyBody {
    /// Whose letters it is to sign.
    domain: String,
    /// By which name it is to be found: small letters, digits, hyphens.
    selector: String,
    /// An RSA key of yours as PEM; absent to have an Ed25519 key made. It is never shown again.
    #[serde(default)]
    pem: String,
}

/// All keys.
#[utoipa::path(get, path = "/api/v1/mail-keys", responses((status = 200, body = Vec<MailKeyView>)))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Vec<MailKeyView>>, WebError> {
    caller.need(Right::Operate)?;
    let read = app.desk.read(|r| Ok(dkim::all(r)?)).await.map_err(|e| caller.fail(e))?;
    Ok(Json(read.into_iter().map(MailKeyView::from).collect()))
}

/// Makes a key, or keeps yours. It signs nothing before it is put to use.
#[utoipa::path(post, path = "/api/v1/mail-keys", request_body = MailKeyBody, responses((status = 201, body = MailKeyView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<MailKeyBody>,
) -> Result<(StatusCode, Json<MailKeyView>), WebError> {
    caller.need(Right::Operate)?;
    let MailKeyBody { domain, selector, pem } = body.value;
    let key = made_key(&app, (&domain, &selector), &pem).map_err(|e| caller.fail(e))?;
    let row = add_key(&app.desk, &caller.actor, (domain, selector), key).await.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// Has a key sign all letters of its domain; publish its record first.
#[utoipa::path(put, path = "/api/v1/mail-keys/{id}/signing", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn begin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    let done = use_key(&app.desk, &caller.actor, id).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}

/// Has a key sign no more.
#[utoipa::path(delete, path = "/api/v1/mail-keys/{id}/signing", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    let done = rest_key(&app.desk, &caller.actor, id).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}

/// Removes a key for good.
#[utoipa::path(delete, path = "/api/v1/mail-keys/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    let done = remove_key(&app.desk, &caller.actor, id).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
