//! The audit: who changed people, rights and rules, what exactly, before and after.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use desk::{Desk, Result};
use domain::access::Right;
use domain::id::{ContactId, OrgId, PolicyId, StaffId};
use serde::Deserialize;
use serde_json::Value;
use store::Read;
use store::admin::{AdminEvent, SUBJECTS};
use words::{Locale, t};

use crate::app::App;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// Which part of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    before: String,
    subject: String,
}

/// A line: the event, who did it, to what, and what differs.
struct Line {
    event: AdminEvent,
    who: String,
    object: String,
    changes: Vec<Differs>,
    /// Changes that are not shown.
    more: usize,
}

/// One value that differs.
struct Differs {
    what: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage {
    ui: Ui,
    tab: &'static str,
    asked: Asked,
    lines: Vec<Line>,
    next: Option<String>,
}

impl AuditPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn subjects(&self) -> &'static [&'static str] {
        SUBJECTS
    }
}

const PAGE: i64 = 50;
/// Values that one line shows; a calendar has hundreds.
const SHOWN: usize = 8;
const LONGEST: usize = 120;

/// The page, newest first.
pub(super) async fn page(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::AuditView)?;
    let ui = page.ui(&app, "admin").await?;
    let (desk, locale) = (app.desk.clone(), ui.locale);
    let before = if asked.before.is_empty() { "~".to_owned() } else { asked.before.clone() };
    let subject: Option<String> = crate::form::id(&asked.subject);
    let read = app.desk.read(move |r| {
        let mut names = Names::default();
        let rows = store::admin::page_of(r, subject.as_deref(), &before, PAGE + 1)?;
        rows.into_iter().map(|e| line(r, &desk, e, &mut names, locale)).collect::<Result<Vec<_>>>()
    });
    let mut lines = read.await.map_err(|e| page.visitor.fail(e))?;
    let whole = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = lines.len() > whole;
    lines.truncate(whole);
    let address = |l: &Line| format!("/admin/audit?subject={}&before={}", asked.subject, l.event.id);
    let next = lines.last().filter(|_| more).map(address);
    render(&AuditPage { ui, tab: "audit", asked, lines, next }, &page.visitor)
}

fn line(r: &mut Read<'_>, desk: &Desk, event: AdminEvent, names: &mut Names, locale: Locale) -> Result<Line> {
    names.actor(r, &event.by)?;
    let who = names.of_actor(&event.by, locale);
    let (was, is) = (parse(&event.before), parse(&event.after));
    let object = object(r, desk, &event, [&is, &was], names)?;
    let (mut from, mut to) = (BTreeMap::new(), BTreeMap::new());
    flatten("", &was, &mut from);
    flatten("", &is, &mut to);
    for org in [from.get("organisation"), to.get("organisation")].into_iter().flatten() {
        names.organisation(r, &OrgId(org.clone()))?;
    }
    let paths = from.keys().chain(to.keys().filter(|k| !from.contains_key(*k)));
    let differ = paths.filter(|k| from.get(*k) != to.get(*k));
    let mut changes: Vec<Differs> = differ
        .map(|path| Differs {
            what: label(path, locale),
            before: shown(from.get(path), names),
            after: shown(to.get(path), names),
        })
        .collect();
    let more = changes.len().saturating_sub(SHOWN);
    changes.truncate(SHOWN);
    Ok(Line { event, who, object, changes, more })
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// What the change was made to: by its own name, else as it is called today.
fn object(
    r: &mut Read<'_>,
    desk: &Desk,
    e: &AdminEvent,
    documents: [&Value; 2],
    names: &mut Names,
) -> Result<String> {
    for key in ["name", "title", "number", "login"] {
        if let Some(name) = documents.iter().find_map(|d| d.get(key)?.as_str()) {
            return Ok(name.to_owned());
        }
    }
    let id = e.subject_id.clone();
    match e.subject.as_str() {
        "staff" => names.staff(r, &StaffId(id.clone()))?,
        "contact" | "points" => names.contact(r, &ContactId(id.clone()))?,
        "organisation" | "domain" => names.organisation(r, &OrgId(id.clone()))?,
        "group" | "members" => names.groups(r)?,
        "product" | "modules" => names.products(r)?,
        "role" => return Ok(id),
        "policy" => {
            let rules = desk.rules_in(r)?;
            return Ok(rules.newest.get(&PolicyId(id)).map(|(name, _)| name.clone()).unwrap_or_default());
        }
        "calendar" => {
            let rules = desk.rules_in(r)?;
            return Ok(rules.calendars.get(&id.as_str().into()).map(|c| c.name.clone()).unwrap_or_default());
        }
        _ => {}
    }
    Ok(if names.knows(&id) { names.get(&id) } else { String::new() })
}

/// Every single value of a document by its place in it; nothing for what is empty.
fn flatten(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Null => {}
        Value::Object(map) => map.iter().for_each(|(key, v)| flatten(&below(key), v, out)),
        Value::Array(list) if list.iter().all(|v| !v.is_object() && !v.is_array()) => {
            let text: Vec<String> = list.iter().map(plain).collect();
            if !text.is_empty() {
                out.insert(path.to_owned(), text.join(", "));
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, v)| flatten(&below(&(i + 1).to_string()), v, out));
        }
        // Some documents are kept as text within a document.
        Value::String(text) if text.starts_with(['{', '[']) => match serde_json::from_str::<Value>(text) {
            Ok(inner) => flatten(path, &inner, out),
            Err(_) => drop(out.insert(path.to_owned(), text.clone())),
        },
        scalar if plain(scalar).is_empty() => {}
        scalar => drop(out.insert(path.to_owned(), plain(scalar))),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The field's name for people, with the place below it.
fn label(path: &str, locale: Locale) -> String {
    let (first, rest) = path.split_once('.').map_or((path, ""), |(first, rest)| (first, rest));
    let key = format!("field-{first}");
    let name = if words::has(locale, &key) { t(locale, &key) } else { first };
    if rest.is_empty() { name.to_owned() } else { format!("{name} {rest}") }
}

fn shown(value: Option<&String>, names: &Names) -> String {
    let text = value.map(|v| names.get(v)).unwrap_or_default();
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['\u{2026}']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_compared_value_by_value() {
        let mut out = BTreeMap::new();
        flatten(
            "",
            &parse(r#"{"a":{"b":[1,2]},"c":[{"d":"x"}],"e":"","f":null,"g":"{\"h\":true}"}"#),
            &mut out,
        );
        let pairs: Vec<_> = out.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("a.b", "1, 2"), ("c.1.d", "x"), ("g.h", "true")]);
    }
}
