//! Who calls the API: the bearer token, or the session of a page that asks for JSON.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use desk::{Error, auth};
use domain::access::{Actor, Right};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::app::App;
use crate::error::WebError;
use crate::session;

/// A caller.
pub(crate) struct Caller {
    pub actor: Actor,
    pub(super) headers: HeaderMap,
}

impl Caller {
    /// Wraps an error of the desk for this caller.
    pub(crate) fn fail(&self, error: impl Into<Error>) -> WebError {
        WebError::api(error.into(), &self.headers)
    }

    /// The language that the caller reads.
    pub(crate) fn locale(&self) -> words::Locale {
        crate::error::header_locale(&self.headers)
    }

    /// A member of staff must hold the right; for a customer there is nothing here.
    pub(crate) fn need(&self, right: Right) -> Result<(), WebError> {
        match &self.actor {
            Actor::Contact(_) => Err(self.fail(Error::NotFound)),
            actor if actor.has(right) => Ok(()),
            _ => Err(self.fail(Error::Lacks(right))),
        }
    }

    /// The key that makes a creating request repeatable.
    pub(crate) fn idempotency_key(&self) -> Option<String> {
        let key = self.headers.get("idempotency-key")?.to_str().ok()?;
        (!key.is_empty() && key.len() <= 200).then(|| key.to_owned())
    }

    /// Whose idempotency keys these are.
    pub(crate) fn owner(&self) -> String {
        serde_json::to_string(&self.actor.reference()).unwrap_or_default()
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let headers = parts.headers.clone();
        let fail = |e| WebError::api(e, &parts.headers);
        let bearer =
            headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
        let actor = if let Some(secret) = bearer {
            app.throttle.take(secret).map_err(|s| fail(Error::RateLimited { retry_after_s: s }))?;
            auth::token_actor(&app.desk, secret).await.map_err(fail)?
        } else {
            // A page may read with its session; changes need a token, which foreign pages cannot send.
            let token = session::token(&headers).filter(|_| parts.method == Method::GET);
            let token = token.ok_or(Error::Unauthenticated).map_err(fail)?;
            auth::who_is(&app.desk, &token).await.map_err(fail)?.actor
        };
        match super::asked::wrong(parts) {
            Some(wrong) => Err(WebError::api(Error::Invalid(vec![wrong]), &headers)),
            None => Ok(Self { actor, headers }),
        }
    }
}

/// A JSON body; what cannot be read is refused with the field, or with the place at which reading ended.
pub(crate) struct Body<T> {
    pub value: T,
    /// The body's hash, for idempotency keys.
    pub hash: String,
}

const MAX_BODY: usize = 4 * 1024 * 1024;

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, _: &App) -> Result<Self, WebError> {
        let headers = request.headers().clone();
        read(request, &headers).await.map_err(|e| WebError::api(e, &headers))
    }
}

async fn read<T: DeserializeOwned>(request: Request, headers: &HeaderMap) -> Result<Body<T>, Error> {
    let bytes = axum::body::to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| Error::TooLarge)?;
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("application/json");
    // A verb without a body is a verb without options.
    let text = if bytes.is_empty() { &b"{}"[..] } else { &bytes };
    if text.windows(NUL.len()).any(|w| w == NUL) {
        return Err(Error::Unreadable("a NUL character is no text".to_owned()));
    }
    let value = super::unfit::parse(text).map_err(|e| match e.inner().classify() {
        // Well-formed, but not what is asked for here.
        Category::Data => super::unfit::field(&e),
        // JSON under another name is taken as it is meant; a form under its own name is told what is wanted.
        _ if !kind.starts_with("application/json") => Error::NotJson,
        _ => Error::Unreadable(e.inner().to_string()),
    })?;
    Ok(Body { value, hash: auth::secret_hash(&String::from_utf8_lossy(text)) })
}

/// A character that no text has and that `PostgreSQL` does not keep, as JSON writes it.
const NUL: &[u8] = b"\\u0000";
