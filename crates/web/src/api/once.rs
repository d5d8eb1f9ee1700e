//! Creating requests that may be sent again.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Error, Result, Unit};
use serde::{Deserialize, Serialize};
use store::admin;

use super::caller::Caller;
use crate::app::App;
use crate::error::{WebError, encode};

/// Where what was created can be read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// At a path of the API, under its number.
    Numbered(&'static str),
    /// At a path of the API, under its key.
    Keyed(&'static str),
    /// Only in a list.
    Listed,
}

/// The header that says where something can be read that was created under a path of the API.
pub(super) fn location(path: &str, key: &str) -> [(HeaderName, String); 1] {
    [(header::LOCATION, format!("/api/v1/{path}/{}", encode(key)))]
}

/// An answer: as it is kept for its key, or not written out yet.
enum Answer<T> {
    Text(String),
    Made(T),
}

/// What an answer may be found by.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    number: String,
    id: String,
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
    T: Serialize + Send + 'static,
    F: Fn(&mut Unit<'_, '_>) -> Result<T> + Send + 'static,
{
    let (owner, key) = (caller.owner(), caller.idempotency_key());
    let made = app.desk.write(&caller.actor, move |unit| {
        // Without a key nothing of the answer is kept, and others need not wait while it is written out.
        let Some(key) = &key else { return create(unit).map(Answer::Made) };
        if let Some((earlier, answer)) = admin::recall(unit.work, &owner, key)? {
            return if earlier == hash { Ok(Answer::Text(answer)) } else { Err(Error::KeyReused) };
        }
        let answer = written(&create(unit)?)?;
        admin::remember(unit.work, &owner, key, &hash, &answer)?;
        Ok(Answer::Text(answer))
    });
    let answer = match made.await.map_err(|e| caller.fail(e))? {
        Answer::Text(text) => text,
        Answer::Made(made) => written(&made).map_err(|e| caller.fail(e))?,
    };
    let found = || serde_json::from_str::<Found>(&answer).unwrap_or_default();
    let told = match place {
        Place::Numbered(path) => Some(location(path, &found().number)),
        Place::Keyed(path) => Some(location(path, &found().id)),
        Place::Listed => None,
    };
    let made = (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], answer);
    Ok(match told {
        Some(told) => (told, made).into_response(),
        None => made.into_response(),
    })
}

fn written(answer: &impl Serialize) -> Result<String> {
    serde_json::to_string(answer).map_err(|e| Error::Internal(e.to_string()))
}
