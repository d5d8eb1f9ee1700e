//! Creating requests that may be sent again.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Error, Result, Unit};
use serde::Serialize;
use store::admin;

use super::caller::Caller;
use crate::app::App;
use crate::error::WebError;

/// Creates something once: with an `Idempotency-Key`, the same request again gets the first answer.
pub(super) async fn create_once<T, F>(
    app: &App,
    caller: &Caller,
    hash: String,
    create: F,
) -> std::result::Result<Response, WebError>
where
    T: Serialize,
    F: Fn(&mut Unit<'_, '_>) -> Result<T> + Send + 'static,
{
    let (owner, key) = (caller.owner(), caller.idempotency_key());
    let made = app.desk.write(&caller.actor, move |unit| {
        if let Some(key) = &key
            && let Some((earlier, answer)) = admin::recall(unit.work, &owner, key)?
        {
            return if earlier == hash { Ok(answer) } else { Err(Error::KeyReused) };
        }
        let answer = serde_json::to_string(&create(unit)?).map_err(|e| Error::Internal(e.to_string()))?;
        if let Some(key) = &key {
            admin::remember(unit.work, &owner, key, &hash, &answer)?;
        }
        Ok(answer)
    });
    let answer = made.await.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], answer).into_response())
}
