//! The audit: who changed people, rights and rules, what exactly, before and after.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use desk::Result;
use domain::access::Right;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use store::Read;
use store::admin::{AdminEvent, SUBJECTS};
use words::{Locale, word};

use super::audit_words;
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
    /// Changes that are shown when they are asked for.
    rest: Vec<Differs>,
}

/// One value that differs.
struct Differs {
    what: String,
    before: Said,
    after: Said,
}

/// A value; of a long one also its start, which opens to the whole.
struct Said {
    text: String,
    start: Option<String>,
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
/// Values that one line shows before it is opened; a calendar has hundreds.
const SHOWN: usize = 8;
/// Characters of a value that are shown before it is opened.
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
        let rules = desk.rules_in(r)?;
        names.few(r, &rules)?;
        let rows = store::admin::page_of(r, subject.as_deref(), &before, PAGE + 1)?;
        let zone = rules.settings.zone();
        rows.into_iter().map(|e| line(r, e, &mut names, (locale, &zone))).collect::<Result<Vec<_>>>()
    });
    let mut lines = read.await.map_err(|e| page.visitor.fail(e))?;
    let whole = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = lines.len() > whole;
    lines.truncate(whole);
    let address = |l: &Line| format!("/admin/audit?subject={}&before={}", asked.subject, l.event.id);
    let next = lines.last().filter(|_| more).map(address);
    render(&AuditPage { ui, tab: "audit", asked, lines, next }, &page.visitor)
}

fn line(
    r: &mut Read<'_>,
    event: AdminEvent,
    names: &mut Names,
    (locale, zone): (Locale, &TimeZone),
) -> Result<Line> {
    names.actor(r, &event.by)?;
    let who = names.of_actor(&event.by, locale);
    let (was, is) = (parse(&event.before), parse(&event.after));
    let object = object(r, &event, [&is, &was], names, locale)?;
    let (mut from, mut to) = (BTreeMap::new(), BTreeMap::new());
    flatten("", &was, &mut from);
    flatten("", &is, &mut to);
    let paths = from.keys().chain(to.keys().filter(|k| !from.contains_key(*k)));
    let differ: Vec<&String> = paths.filter(|k| from.get(*k) != to.get(*k)).collect();
    let mut changes = Vec::new();
    for path in differ {
        let subject = event.subject.as_str();
        let what = if path.is_empty() {
            word(locale, "subject", subject).to_owned()
        } else {
            audit_words::label(path, locale)
        };
        let mut say = |value| shown(r, value, names, (subject, path), (locale, zone));
        changes.push(Differs { what, before: say(from.get(path))?, after: say(to.get(path))? });
    }
    let rest = changes.split_off(SHOWN.min(changes.len()));
    Ok(Line { event, who, object, changes, rest })
}

/// A document; a few events keep a bare word.
fn parse(text: &str) -> Value {
    let bare = || if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) };
    serde_json::from_str(text).unwrap_or_else(|_| bare())
}

/// What the change was made to: by its own name, else as it is called today.
fn object(
    r: &mut Read<'_>,
    e: &AdminEvent,
    documents: [&Value; 2],
    names: &mut Names,
    locale: Locale,
) -> Result<String> {
    for key in ["name", "title", "number", "login", "file"] {
        if let Some(name) = documents.iter().find_map(|d| d.get(key)?.as_str()) {
            return Ok(name.to_owned());
        }
    }
    let id = e.subject_id.as_str();
    match e.subject.as_str() {
        "role" => return Ok(word(locale, "role", id).to_owned()),
        "installation" => return installed(r, documents, names),
        _ => names.any(r, id)?,
    }
    Ok(if names.knows(id) { names.get(id) } else { String::new() })
}

/// An installation has no name: its product, at whose.
fn installed(r: &mut Read<'_>, documents: [&Value; 2], names: &mut Names) -> Result<String> {
    let mut parts = Vec::new();
    for key in ["product", "organisation"] {
        if let Some(id) = documents.iter().find_map(|d| d.get(key)?.as_str()) {
            names.any(r, id)?;
            parts.push(names.get(id));
        }
    }
    Ok(parts.join(" · "))
}

/// Every single value of a document by its place in it; nothing for what is empty.
fn flatten(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Null => {}
        // A step's identifier says the same as the step.
        Value::Object(map) => {
            map.iter().filter(|(key, _)| *key != "id").for_each(|(key, v)| flatten(&below(key), v, out));
        }
        Value::Array(list) if list.iter().all(|v| !v.is_object() && !v.is_array()) => {
            let text: Vec<String> = list.iter().map(plain).collect();
            let hours = |t: &String| t.len() == 5 && t.as_bytes().get(2) == Some(&b':');
            let between = if text.len() == 2 && text.iter().all(hours) { "\u{2013}" } else { ", " };
            if !text.is_empty() {
                out.insert(path.to_owned(), text.join(between));
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

/// A value for people: identifiers by name, codes in words.
fn shown(
    r: &mut Read<'_>,
    value: Option<&String>,
    names: &mut Names,
    place: (&str, &str),
    (locale, zone): (Locale, &TimeZone),
) -> Result<Said> {
    let mut parts = Vec::new();
    for part in value.map(String::as_str).unwrap_or_default().split(", ") {
        names.any(r, part)?;
        let in_words = audit_words::value(place, part, locale, zone);
        parts.push(in_words.unwrap_or_else(|| names.get(part)));
    }
    let text = parts.join(", ");
    let long = text.chars().count() > LONGEST;
    let start = long.then(|| text.chars().take(LONGEST).chain(['\u{2026}']).collect());
    Ok(Said { text, start })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_compared_value_by_value() {
        let mut out = BTreeMap::new();
        flatten(
            "",
            &parse(
                r#"{"a":{"b":[1,2]},"c":[{"d":"x","id":"y"}],"e":"","f":null,"g":"{\"h\":true}","w":[["09:00","18:00"]]}"#,
            ),
            &mut out,
        );
        let pairs: Vec<_> = out.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("a.b", "1, 2"), ("c.1.d", "x"), ("g.h", "true"), ("w.1", "09:00\u{2013}18:00")]);
    }
}
