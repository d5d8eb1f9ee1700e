//! What the description says, taken apart for its page.

use std::collections::BTreeSet;

use serde_json::Value;

/// A parameter, or a field of a body or an answer.
pub(super) struct Field {
    pub name: String,
    /// Of a parameter: where it stands.
    pub place: String,
    pub type_: Type,
    pub required: bool,
    pub about: String,
}

/// What a value is.
#[derive(Default)]
pub(super) struct Type {
    /// Is it a list of these?
    pub list: bool,
    /// `string`, `integer | null`, or the name of one of ours.
    pub name: String,
    /// One of ours, which the page shows.
    pub ours: bool,
    /// The values that there are, if they are few.
    pub values: Vec<String>,
}

/// What an operation answers.
pub(super) struct Answer {
    pub status: String,
    pub about: String,
    pub type_: Type,
}

/// A text of the document without the marks of its notation.
pub(super) fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().replace('`', "")
}

/// In the path, in the query, in the head.
pub(super) fn parameters(o: &Value) -> Vec<Field> {
    let all = o.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let one = |p: &Value| Field {
        name: text(p, "name"),
        place: text(p, "in"),
        type_: p.get("schema").map(type_of).unwrap_or_default(),
        required: p.get("required").and_then(Value::as_bool).unwrap_or_default(),
        about: text(p, "description"),
    };
    all.map(one).collect()
}

/// The fields of what is sent.
pub(super) fn body(document: &Value, o: &Value) -> Vec<Field> {
    let schema = o.pointer("/requestBody").and_then(content);
    schema.map(|s| fields(resolved(document, s))).unwrap_or_default()
}

/// What comes back, the good answers first.
pub(super) fn answers(o: &Value) -> Vec<Answer> {
    let all = o.get("responses").and_then(Value::as_object).into_iter().flatten();
    let one = |(status, r): (&String, &Value)| Answer {
        status: status.clone(),
        about: text(r, "description"),
        type_: content(r).map(type_of).unwrap_or_default(),
    };
    all.map(one).collect()
}

/// The types of ours, by name.
pub(super) fn types(document: &Value) -> Vec<(String, Vec<Field>)> {
    let all = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    all.map(|(name, schema)| (name.clone(), fields(schema))).collect()
}

fn content(of: &Value) -> Option<&Value> {
    of.get("content")?.as_object()?.values().next()?.get("schema")
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    reference.and_then(|r| document.pointer(r)).unwrap_or(schema)
}

const CHOICES: [&str; 3] = ["oneOf", "anyOf", "allOf"];

fn variants(schema: &Value) -> impl Iterator<Item = &Value> {
    CHOICES.iter().filter_map(move |c| schema.get(c)?.as_array()).flatten()
}

/// The fields of an object; of one with several shapes, those of all of them.
fn fields(schema: &Value) -> Vec<Field> {
    let required: BTreeSet<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut all: Vec<Field> = properties
        .map(|(name, p)| Field {
            name: name.clone(),
            place: String::new(),
            type_: type_of(p),
            required: required.contains(name.as_str()),
            about: text(p, "description"),
        })
        .collect();
    for field in variants(schema).flat_map(fields) {
        match all.iter_mut().find(|known| known.name == field.name) {
            Some(known) => {
                known.required &= field.required;
                let new = field.type_.values.into_iter().filter(|v| !known.type_.values.contains(v));
                let new: Vec<_> = new.collect();
                known.type_.values.extend(new);
            }
            None => all.push(field),
        }
    }
    all
}

fn type_of(schema: &Value) -> Type {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
        return Type { name, ours: true, ..Type::default() };
    }
    let not_null = |s: &&Value| s.get("type").and_then(Value::as_str) != Some("null");
    if let Some(one) = variants(schema).find(not_null) {
        return type_of(one);
    }
    let name = match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => "object".to_owned(),
    };
    if let Some(items) = schema.get("items").filter(|_| name.starts_with("array")) {
        return Type { list: true, ..type_of(items) };
    }
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let values = values.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
    Type { name, values, ..Type::default() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_named() {
        let said = |schema: Value| {
            let t = type_of(&schema);
            format!(
                "{}{}{} {}",
                if t.list { "list of " } else { "" },
                t.name,
                if t.ours { "!" } else { "" },
                t.values.join(",")
            )
        };
        for (schema, expected) in [
            (json!({"type": "string"}), "string "),
            (json!({"type": ["string", "null"], "enum": ["a", "b"]}), "string | null a,b"),
            (json!({"$ref": "#/components/schemas/Ticket"}), "Ticket! "),
            (json!({"type": "array", "items": {"$ref": "#/components/schemas/Ticket"}}), "list of Ticket! "),
            (json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Ticket"}]}), "Ticket! "),
        ] {
            assert_eq!(said(schema.clone()), expected, "{schema}");
        }
    }
}
