//! Creating requests that may be sent again.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Error, Result, Unit};
use serde::Serialize;
use serde_json::Value;
use store::admin;

use super::caller::Caller;
use crate::app::App;
use crate::error::{WebError, encode};

/// Where what was created can be read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// At a path of the API, under the value that the answer has in a field.
    At(&'static str, &'static str),
    /// Only in a list.
    Listed,
}

/// The header that says where something can be read that was created under a path of the API.
pub(super) fn location(path: &str, key: &str) -> [(HeaderName, String); 1] {
    [(header::LOCATION, format!("/api/v1/{path}/{}", encode(key)))]
}

/// Creates something once: with an `Idempotency-Key`, the same request again gets the first answer.
pub(super) async fn create_once<T, F>(
    app: &App,
    caller: &Caller,
    hash: String,
    place: Place,
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
    let told = match place {
        Place::At(path, field) => {
            let body: Value = serde_json::from_str(&answer).unwrap_or_default();
            body.get(field).and_then(Value::as_str).map(|key| location(path, key))
        }
        Place::Listed => None,
    };
    let made = (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], answer);
    Ok(match told {
        Some(told) => (told, made).into_response(),
        None => made.into_response(),
    })
}
