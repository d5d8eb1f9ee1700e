//! Every refusal of the API is a problem document, also those that come from below the handlers: a method that an
//! address does not know, a path or query that cannot be read.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk::Error;

use crate::error::{Form, Problem, WebError, header_locale, problem};

/// Most that is quoted of a reason.
const DETAIL: usize = 500;

/// Turns bare answers into problem documents.
pub(super) async fn speak(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let answer = next.run(request).await;
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let told = kind.starts_with("application/");
    match answer.status() {
        StatusCode::METHOD_NOT_ALLOWED if !told => method(answer, &headers),
        StatusCode::BAD_REQUEST if !told => {
            let detail = axum::body::to_bytes(answer.into_body(), DETAIL).await.unwrap_or_default();
            let detail = String::from_utf8_lossy(&detail).into_owned();
            WebError::api(Error::Unreadable(detail), &headers).into_response()
        }
        _ => answer,
    }
}

fn method(answer: Response, headers: &HeaderMap) -> Response {
    let (status, locale) = (StatusCode::METHOD_NOT_ALLOWED, header_locale(headers));
    let told = Problem::bare(status, "method", words::t(locale, "error-method").to_owned());
    let mut out = problem(status, told);
    if let Some(allow) = answer.headers().get(header::ALLOW) {
        out.headers_mut().insert(header::ALLOW, allow.clone());
    }
    out
}

/// An address with a NUL is refused before anything reads it: no text has one, and `PostgreSQL` keeps none.
pub(crate) async fn refuse_nul(request: Request, next: Next) -> Response {
    if !request.uri().to_string().contains("%00") {
        return next.run(request).await;
    }
    let api = request.uri().path().starts_with("/api/");
    let form = if api { Form::Json } else { Form::Page };
    let error = Error::Unreadable("%00".to_owned());
    WebError::asked(error, form, request.headers()).into_response()
}
