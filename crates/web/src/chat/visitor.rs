//! What a visitor does once there is a chat. Who they are is said by the secret that their page holds, in a header that no other
//! site can send.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use desk::chat::{self as verb, Word};
use desk::{Error, Result};
use domain::access::Actor;
use domain::chat::{Side, is_token};
use domain::id::FileId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::directory;

use super::types;
use crate::app::App;
use crate::error::WebError;
use crate::files::{receive, serve};
use crate::peer::Peer;

/// A visitor with a chat: their secret, and where they ask from.
pub(crate) struct Guest {
    pub token: String,
    pub headers: HeaderMap,
}

impl Guest {
    pub(super) fn fail(&self, error: impl Into<Error>) -> WebError {
        WebError::api(error.into(), &self.headers)
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, WebError> {
        let headers = parts.headers.clone();
        let fail = |e| WebError::api(e, &parts.headers);
        let bearer = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = bearer.and_then(|v| v.strip_prefix("Bearer ")).filter(|t| is_token(t));
        let token = token.ok_or(Error::Unauthenticated).map_err(fail)?.to_owned();
        let Ok(Peer(peer)) = Peer::from_request_parts(parts, app).await;
        app.chats.limits.request(&peer).map_err(|e| WebError::api(e, &headers))?;
        Ok(Self { token, headers })
    }
}

/// The longest document that a visitor's page sends.
const MAX_BODY: usize = 64 * 1024;

/// A small JSON document of a stranger's.
pub(crate) struct Small<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Small<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, _: &App) -> std::result::Result<Self, WebError> {
        let headers = request.headers().clone();
        let fail = |e| WebError::api(e, &headers);
        let bytes = to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| fail(Error::TooLarge))?;
        let read = serde_json::from_slice::<Value>(&bytes).ok().filter(|v| !holds_nul(v));
        let read = read.and_then(|v| serde_json::from_value(v).ok());
        read.map(Self).ok_or_else(|| fail(Error::Unreadable("JSON".to_owned())))
    }
}

/// A NUL is no text, and `PostgreSQL` does not keep it.
fn holds_nul(v: &Value) -> bool {
    match v {
        Value::String(s) => s.contains('\0'),
        Value::Array(all) => all.iter().any(holds_nul),
        Value::Object(all) => all.iter().any(|(k, v)| k.contains('\0') || holds_nul(v)),
        _ => false,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    text: String,
    file: Option<String>,
    sent_id: String,
}

impl From<Said> for Word {
    fn from(s: Said) -> Self {
        Self { text: s.text, file: s.file.map(FileId), sent_id: s.sent_id }
    }
}

/// A line; its place is the answer.
pub(super) async fn say(
    State(app): State<App>,
    guest: Guest,
    Small(said): Small<Said>,
) -> std::result::Result<Json<Value>, WebError> {
    app.chats.limits.line(&guest.token).map_err(|e| guest.fail(e))?;
    let seq = verb::say(&app.desk, &guest.token, said.into()).await.map_err(|e| guest.fail(e))?;
    Ok(Json(json!({"seq": seq})))
}

/// The visitor types. Too much of it is dropped without a word.
pub(super) async fn typing(
    State(app): State<App>,
    guest: Guest,
) -> std::result::Result<StatusCode, WebError> {
    if app.chats.limits.types(&guest.token) {
        let token = guest.token.clone();
        let chat = app.desk.peek(move |r| verb::of_visitor(r, &token)).await.map_err(|e| guest.fail(e))?;
        if chat.state.is_open() {
            types(&app.desk, &chat.id, Side::Visitor).await.map_err(|e| guest.fail(e))?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Seen {
    pub seq: i64,
}

/// The visitor has seen the lines up to one.
pub(super) async fn read(
    State(app): State<App>,
    guest: Guest,
    Small(seen): Small<Seen>,
) -> std::result::Result<StatusCode, WebError> {
    let done = verb::seen_by_visitor(&app.desk, &guest.token, seen.seq).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(|e| guest.fail(e))
}

/// The visitor ends the chat.
pub(super) async fn end(State(app): State<App>, guest: Guest) -> std::result::Result<StatusCode, WebError> {
    let done = verb::leave(&app.desk, &guest.token).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(|e| guest.fail(e))
}

/// The visitor wants the transcript by mail.
pub(super) async fn transcript(
    State(app): State<App>,
    guest: Guest,
) -> std::result::Result<StatusCode, WebError> {
    let done = verb::mail_transcript(&app.desk, None, &guest.token).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(|e| guest.fail(e))
}

/// A file goes up. It belongs to no line yet.
pub(super) async fn upload(
    State(app): State<App>,
    guest: Guest,
    form: Multipart,
) -> std::result::Result<(StatusCode, Json<Value>), WebError> {
    app.chats.limits.line(&guest.token).map_err(|e| guest.fail(e))?;
    let who = who(&app, &guest).await.map_err(|e| guest.fail(e))?;
    let file = receive(&app, &who, form).await.map_err(|e| guest.fail(e))?;
    Ok((StatusCode::CREATED, Json(json!({"id": file.id, "name": file.name}))))
}

/// The contact whose chat it is, while it goes on.
async fn who(app: &App, guest: &Guest) -> Result<Actor> {
    let token = guest.token.clone();
    app.desk
        .peek(move |r| {
            let chat = verb::of_visitor(r, &token)?;
            domain::chat::say_as_visitor(&chat)?;
            let contact = directory::contact(r, &chat.contact)?.ok_or(Error::NotFound)?;
            Ok(desk::intake::contact_actor(&contact))
        })
        .await
}

/// A file of the chat, of either side.
pub(super) async fn file(
    State(app): State<App>,
    guest: Guest,
    Path(id): Path<String>,
) -> std::result::Result<Response, WebError> {
    let (token, wanted) = (guest.token.clone(), id.clone());
    let known = app.desk.peek(move |r| verb::my_file(r, &token, &wanted)).await;
    known.map_err(|e| guest.fail(e))?;
    // That it is in their chat is all that counts.
    serve(&app, &Actor::System(domain::access::System::Operator), id).await.map_err(|e| guest.fail(e))
}
