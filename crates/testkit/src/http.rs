//! A browser or a program that talks to the test application, in the same process.

use std::future::poll_fn;
use std::pin::Pin;

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client {
    router: Router,
    token: Option<String>,
    session: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Where a redirection leads; empty without one.
    pub location: String,
    /// The cookies that it sets, as a browser sends them back.
    pub cookies: String,
    /// All headers.
    pub headers: axum::http::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; `null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
}

/// An answer that goes on.
pub struct Stream(Body);

impl Stream {
    /// The next piece; nothing after the end.
    pub async fn next(&mut self) -> Option<String> {
        let frame = poll_fn(|context| Pin::new(&mut self.0).poll_frame(context)).await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }
}

impl Client {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, token: None, session: None }
    }

    /// With a bearer token.
    #[must_use]
    pub fn with_token(mut self, token: String) -> Self {
        self.token = Some(token);
        self
    }

    /// With a session's cookie.
    #[must_use]
    pub fn with_session(mut self, session: String) -> Self {
        self.session = Some(session);
        self
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Body::empty(), &[]).await
    }

    /// A JSON request.
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(method, path, "application/json", Body::from(body.to_string()), &[]).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    /// POST of JSON with an idempotency key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        let body = Body::from(body.to_string());
        self.send(Method::POST, path, "application/json", body, &[("idempotency-key", key)]).await
    }

    /// A form from one of our own pages.
    pub async fn form(&self, path: &str, fields: &str) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        self.send(
            Method::POST,
            path,
            kind,
            Body::from(fields.to_owned()),
            &[("sec-fetch-site", "same-origin")],
        )
        .await
    }

    /// Any request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Body,
        more: &[(&str, &str)],
    ) -> Answer {
        let (answer, body) = self.begin(method, path, kind, body, more).await;
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer { text: String::from_utf8_lossy(&bytes).into_owned(), ..answer }
    }

    /// Any request, of whose answer only the head is read: live updates have no end.
    pub async fn head_of(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Body,
        more: &[(&str, &str)],
    ) -> Answer {
        self.begin(method, path, kind, body, more).await.0
    }

    /// What a page gets without end.
    pub async fn stream(&self, path: &str) -> Stream {
        Stream(self.begin(Method::GET, path, "", Body::empty(), &[]).await.1)
    }

    async fn begin(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Body,
        more: &[(&str, &str)],
    ) -> (Answer, Body) {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "desk.example");
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(session) = &self.session {
            request = request.header(header::COOKIE, format!("aftercare_session={session}"));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let location = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        let set = response.headers().get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok());
        let cookies = set.filter_map(|v| v.split(';').next()).collect::<Vec<_>>().join("; ");
        let (parts, body) = response.into_parts();
        let (status, headers) = (parts.status, parts.headers);
        (Answer { status, location, cookies, headers, text: String::new() }, body)
    }
}
