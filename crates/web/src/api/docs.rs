//! The API's description: `OpenAPI` for programs, a page for people.

use std::sync::OnceLock;

use askama::Template;
use axum::Json;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::OpenApi;
use words::{Locale, t};

use super::document::{Answer, Field, answers, body, parameters, text, types};
use crate::error::{header_locale, header_theme};

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
    /// Whether it wants a token, and the rights that the token must hold.
    rights: Option<Vec<String>>,
    parameters: Vec<Field>,
    body: Vec<Field>,
    answers: Vec<Answer>,
}

#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    /// By what they are about: the first part of the path.
    topics: Vec<(String, Vec<Operation>)>,
    /// What bodies and answers are made of.
    types: Vec<(String, Vec<Field>)>,
}

impl DocsPage {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
    fn right(&self, right: &str) -> &'static str {
        words::word(self.locale, "right", &right.replace('.', "_"))
    }
    /// Where a parameter stands.
    fn place(&self, place: &str) -> &'static str {
        words::word(self.locale, "place", place)
    }
}

/// The page: every operation with what it takes, what it answers, and who may.
pub(super) async fn page(headers: HeaderMap) -> Response {
    let document = serde_json::to_value(description()).unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(|m| Some(operation(&document, m, path, item.get(m.to_lowercase())?)))
    });
    let mut topics: Vec<(String, Vec<Operation>)> = Vec::new();
    for o in operations {
        let about = o.path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default().to_owned();
        match topics.iter_mut().find(|(topic, _)| *topic == about) {
            Some((_, known)) => known.push(o),
            None => topics.push((about, vec![o])),
        }
    }
    let (locale, theme) = (header_locale(&headers), header_theme(&headers));
    let (assets, types) = (crate::assets::version(), types(&document));
    let page = DocsPage { locale, theme, assets, topics, types };
    Html(page.render().unwrap_or_default()).into_response()
}

const METHODS: [&str; 5] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

fn operation(document: &Value, method: &'static str, path: &str, o: &Value) -> Operation {
    Operation {
        method,
        path: path.to_owned(),
        summary: text(o, "summary"),
        description: text(o, "description"),
        rights: rights(o),
        parameters: parameters(o),
        body: body(document, o),
        answers: answers(o),
    }
}

fn rights(o: &Value) -> Option<Vec<String>> {
    let scopes = o.pointer("/security/0/token").and_then(Value::as_array)?;
    Some(scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
