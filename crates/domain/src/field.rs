//! Typed extra fields per kind and product: what a vendor wants to know beyond the five facts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::ProductId;
use crate::named;
use crate::ticket::{Extra, Kind};

named! {
    /// What a field holds.
    pub enum FieldType ("field type") {
        /// One line of text, at most 500 characters.
        Text = "text",
        /// A decimal number.
        Number = "number",
        /// A local date.
        Date = "date",
        /// One of a list.
        Choice = "choice",
    }
}

/// An extra field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Stable name in API and export: lower case letters, digits, `_`.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub type_: FieldType,
    /// The choices of a `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Only for these kinds; for all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// Only for these products; for all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// Must be given when a ticket is opened.
    #[serde(default)]
    pub required: bool,
    /// Customers see and fill it in on their portal; otherwise only staff do.
    #[serde(default)]
    pub customer: bool,
}

/// What is wrong with a value or a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldIssue {
    /// A field that does not exist, or not for this kind and product.
    #[error("unknown_field")]
    Unknown,
    /// Must be given.
    #[error("required")]
    Required,
    /// Not a value of its type.
    #[error("bad_value")]
    BadValue,
    /// A definition with a bad or repeated key.
    #[error("bad_key")]
    BadKey,
    /// A choice without choices.
    #[error("no_choices")]
    NoChoices,
}

impl FieldIssue {
    /// The part of a definition that it is about.
    pub fn part(self) -> &'static str {
        match self {
            Self::Required => "label",
            Self::NoChoices => "choices",
            Self::Unknown | Self::BadValue | Self::BadKey => "key",
        }
    }
}

impl Field {
    /// Does it apply to a ticket of this kind and product?
    pub fn applies(&self, kind: Kind, product: Option<&ProductId>) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.products.is_empty() || product.is_some_and(|p| self.products.contains(p)))
    }

    fn accepts(&self, value: &str) -> bool {
        match self.type_ {
            FieldType::Text => value.chars().count() <= 500,
            FieldType::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            FieldType::Date => value.parse::<jiff::civil::Date>().is_ok(),
            FieldType::Choice => self.choices.iter().any(|c| c == value),
        }
    }
}

/// Tags of a ticket.
const MAX_TAGS: usize = 30;
/// Characters of a tag.
const MAX_TAG: usize = 40;

/// Tags are few and short.
///
/// # Errors
/// The issue.
pub fn check_tags(tags: &BTreeSet<String>) -> Result<(), &'static str> {
    match tags.iter().map(|t| t.chars().count()).max() {
        _ if tags.len() > MAX_TAGS => Err("too_many"),
        Some(longest) if longest > MAX_TAG => Err("too_long"),
        _ => Ok(()),
    }
}

/// Checks a set of definitions.
///
/// # Errors
/// The position of the first bad one, and why.
pub fn check_fields(fields: &[Field]) -> Result<(), (usize, FieldIssue)> {
    for (i, f) in fields.iter().enumerate() {
        let good_key = !f.key.is_empty()
            && f.key.len() <= 40
            && f.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !good_key || fields.iter().take(i).any(|g| g.key == f.key) {
            return Err((i, FieldIssue::BadKey));
        }
        if f.label.trim().is_empty() {
            return Err((i, FieldIssue::Required));
        }
        if f.type_ == FieldType::Choice && !f.choices.iter().any(|c| !c.trim().is_empty()) {
            return Err((i, FieldIssue::NoChoices));
        }
    }
    Ok(())
}

/// Checks the extra values of a ticket; empty values are dropped.
///
/// # Errors
/// All keys that are wrong, and why.
pub fn check_values(
    fields: &[Field],
    kind: Kind,
    product: Option<&ProductId>,
    values: &Extra,
) -> Result<Extra, Vec<(String, FieldIssue)>> {
    let (mut good, mut bad) = (Extra::new(), Vec::new());
    for (key, value) in values.iter().map(|(k, v)| (k, v.trim())).filter(|(_, v)| !v.is_empty()) {
        match fields.iter().find(|f| f.key == *key && f.applies(kind, product)) {
            None => bad.push((key.clone(), FieldIssue::Unknown)),
            Some(f) if !f.accepts(value) => bad.push((key.clone(), FieldIssue::BadValue)),
            Some(_) => {
                good.insert(key.clone(), value.to_owned());
            }
        }
    }
    for f in fields.iter().filter(|f| f.required && f.applies(kind, product)) {
        if !good.contains_key(&f.key) && !bad.iter().any(|(k, _)| *k == f.key) {
            bad.push((f.key.clone(), FieldIssue::Required));
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}
