//! The API's description: `OpenAPI` for programs, a page for people.

use std::sync::OnceLock;

use askama::Template;
use axum::Json;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::OpenApi;
use words::{Locale, t};

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
    /// Name, where it stands, what it means.
    parameters: Vec<[String; 3]>,
    /// Field of the body, type, what it means.
    fields: Vec<[String; 3]>,
}

#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    /// By what they are about: the first part of the path.
    topics: Vec<(String, Vec<Operation>)>,
}

impl DocsPage {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
}

/// The page: every operation with what it takes.
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
    let page = DocsPage { locale, theme, assets: crate::assets::version(), topics };
    Html(page.render().unwrap_or_default()).into_response()
}

const METHODS: [&str; 5] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

fn operation(document: &Value, method: &'static str, path: &str, o: &Value) -> Operation {
    let parameters = o.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let parameter = |p: &Value| [text(p, "name"), text(p, "in"), text(p, "description")];
    let schema = o.pointer("/requestBody/content/application~1json/schema").map(|s| resolved(document, s));
    let properties = schema.and_then(|s| s.get("properties")).and_then(Value::as_object);
    let field = |(name, p): (&String, &Value)| [name.clone(), kind(p), text(p, "description")];
    Operation {
        method,
        path: path.to_owned(),
        summary: text(o, "summary"),
        description: text(o, "description"),
        parameters: parameters.map(parameter).collect(),
        fields: properties.into_iter().flatten().map(field).collect(),
    }
}

/// A text of the document without the marks of its notation.
fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().replace('`', "")
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    reference.and_then(|r| document.pointer(r)).unwrap_or(schema)
}

fn kind(property: &Value) -> String {
    match property.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => "object".to_owned(),
    }
}
