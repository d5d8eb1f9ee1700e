//! Words that mean the same to the search: read, and changed over the version that was seen.

use axum::Json;
use axum::extract::State;
use desk::Result;
use desk::admin::save_synonyms;
use domain::access::Right;
use domain::synonym::Synonyms;
use serde::{Deserialize, Serialize};
use store::rules::{SettingKey, setting};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use crate::app::App;
use crate::error::{Problem, WebError};

/// Groups of words that mean the same, with their version.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SynonymsView {
    /// The version that you saw; send it back with a change.
    version: i64,
    /// In each group, every word stands for every other one.
    groups: Vec<Vec<String>>,
}

async fn view(app: &App) -> Result<SynonymsView> {
    let (kept, version) = app.desk.read(|r| Ok(setting::<Synonyms>(r, SettingKey::Synonyms)?)).await?;
    Ok(SynonymsView { version, groups: kept.groups })
}

/// The words that mean the same to the search.
#[utoipa::path(get, path = "/api/v1/synonyms", responses((status = 200, body = SynonymsView)))]
pub(crate) async fn synonyms(
    State(app): State<App>,
    caller: Caller,
) -> std::result::Result<Json<SynonymsView>, WebError> {
    caller.need(Right::DeskEdit)?;
    view(&app).await.map(Json).map_err(|e| caller.fail(e))
}

/// Saves them; the next question uses them.
#[utoipa::path(put, path = "/api/v1/synonyms", request_body = SynonymsView, responses((status = 200, body = SynonymsView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_synonyms(
    State(app): State<App>,
    caller: Caller,
    body: Body<SynonymsView>,
) -> std::result::Result<Json<SynonymsView>, WebError> {
    let SynonymsView { version, groups } = body.value;
    save_synonyms(&app.desk, &caller.actor, Synonyms { groups }, version)
        .await
        .map_err(|e| caller.fail(e))?;
    view(&app).await.map(Json).map_err(|e| caller.fail(e))
}
