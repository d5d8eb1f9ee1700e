//! Bodies that are JSON, but not what is asked for: which field, and what it should be.

use desk::{Error, FieldError};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment, Track, deserialize};

type Unfit = serde_path_to_error::Error<serde_json::Error>;

/// The field that stands for all of what was sent.
const REQUEST: &str = "request";

/// Reads a body. A list is none, though its items would fit the fields in their order.
pub(super) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unfit> {
    let whole = |e| Unfit::new(Track::new().path(), e);
    if text.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(text).map_err(whole)?;
        return Err(whole(serde::de::Error::custom("invalid type: sequence, expected a map")));
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = deserialize(&mut reader)?;
    reader.end().map_err(whole)?;
    Ok(value)
}

/// What is wrong, at the field where it is wrong.
pub(super) fn field(e: &Unfit) -> Error {
    let (said, mut at) = (e.inner().to_string(), path(e.path()));
    let issue = if said.starts_with("unknown field") {
        "unknown_field"
    } else if let Some(name) = said.strip_prefix("missing field `").and_then(|s| s.split('`').next()) {
        at.push(name.to_owned());
        "required"
    } else {
        wanted(&said)
    };
    let field = if at.is_empty() { REQUEST.to_owned() } else { at.join(".") };
    let label = (issue == "unknown_field").then(|| field.clone());
    Error::Invalid(vec![FieldError { label, ..FieldError::new(field, issue) }])
}

fn path(path: &Path) -> Vec<String> {
    let name = |s: &Segment| match s {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(name).collect()
}

/// What the reader had expected, as an issue.
fn wanted(said: &str) -> &'static str {
    let Some((_, expected)) = said.split_once(", expected ").filter(|_| said.starts_with("invalid type"))
    else {
        return "bad_value";
    };
    let starts = |list: &[&str]| list.iter().any(|start| expected.starts_with(start));
    if starts(&["a string", "string at", "a borrowed string"]) {
        "not_text"
    } else if starts(&["a boolean"]) {
        "not_boolean"
    } else if starts(&["a sequence"]) {
        "not_list"
    } else if starts(&["struct ", "a map"]) {
        "not_object"
    } else if starts(&["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "f32", "f64"]) {
        "not_number"
    } else {
        "bad_value"
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Sent {
        title: String,
        files: Vec<String>,
        urgent: Option<bool>,
        rows: Vec<Row>,
        extra: BTreeMap<String, String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only written by the reader")]
    struct Row {
        minutes: u32,
    }

    #[test]
    fn what_does_not_fit_is_said_at_its_field() {
        let said = |text: &str| match field(&parse::<Sent>(text.as_bytes()).unwrap_err()) {
            Error::Invalid(list) => format!("{} {}", list[0].field, list[0].issue),
            other => panic!("{other}"),
        };
        for (sent, expected) in [
            (r#"{"title": 7}"#, "title not_text"),
            (r#"{"title": null}"#, "title not_text"),
            (r#"{"files": "a"}"#, "files not_list"),
            (r#"{"files": ["a", 1]}"#, "files.1 not_text"),
            (r#"{"urgent": "yes"}"#, "urgent not_boolean"),
            (r#"{"rows": [{"minutes": "5"}]}"#, "rows.0.minutes not_number"),
            (r#"{"rows": [{"minutes": -5}]}"#, "rows.0.minutes bad_value"),
            (r#"{"rows": [{}]}"#, "rows.0.minutes required"),
            (r#"{"rows": [{"minutes": 1, "hours": 1}]}"#, "rows.0.hours unknown_field"),
            (r#"{"rows": [1]}"#, "rows.0 not_object"),
            (r#"{"extra": "a"}"#, "extra not_object"),
            (r#"{"colour": "red"}"#, "colour unknown_field"),
            (r#"["title"]"#, "request not_object"),
            ("[]", "request not_object"),
            ("7", "request not_object"),
        ] {
            assert_eq!(said(sent), expected, "{sent}");
        }
    }
}
