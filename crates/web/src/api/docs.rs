//! The API's description: `OpenAPI` for programs, a page for people.

use std::sync::OnceLock;

use askama::Template;
use axum::Json;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use utoipa::openapi::OpenApi;
use words::{Locale, t};

use crate::error::header_locale;

fn description() -> &'static OpenApi {
    static DESCRIPTION: OnceLock<OpenApi> = OnceLock::new();
    DESCRIPTION.get_or_init(|| super::described().1)
}

/// `openapi.json`.
pub(super) async fn document() -> Response {
    Json(description()).into_response()
}

/// An operation on the page.
struct Operation {
    method: &'static str,
    path: String,
    summary: String,
    description: String,
    body: String,
}

#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    locale: Locale,
    assets: &'static str,
    operations: Vec<Operation>,
}

impl DocsPage {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
}

/// The page: every operation with what it takes.
pub(super) async fn page(headers: HeaderMap) -> Response {
    let mut operations = Vec::new();
    for (path, item) in &description().paths.paths {
        let all = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PATCH", &item.patch),
            ("PUT", &item.put),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in all {
            let Some(o) = operation else { continue };
            let body =
                serde_json::to_value(&o.request_body).ok().and_then(|b| schema_name(&b)).unwrap_or_default();
            operations.push(Operation {
                method,
                path: path.clone(),
                summary: o.summary.clone().unwrap_or_default(),
                description: o.description.clone().unwrap_or_default(),
                body,
            });
        }
    }
    let page = DocsPage { locale: header_locale(&headers), assets: crate::assets::version(), operations };
    Html(page.render().unwrap_or_default()).into_response()
}

/// The last part of the first `$ref` in a request body's description.
fn schema_name(body: &serde_json::Value) -> Option<String> {
    let reference = body.pointer("/content/application~1json/schema/$ref")?.as_str()?;
    reference.rsplit('/').next().map(str::to_owned)
}
