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
    /// Not a number.
    #[error("not_a_number")]
    NotANumber,
    /// Not a day.
    #[error("not_a_date")]
    NotADate,
    /// None of the choices.
    #[error("not_a_choice")]
    NotAChoice,
    /// A text that is longer than one line of it may be.
    #[error("too_long")]
    TooLong,
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
            _ => "key",
        }
    }
}

impl Field {
    /// Does it apply to a ticket of this kind and product?
    pub fn applies(&self, kind: Kind, product: Option<&ProductId>) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.products.is_empty() || product.is_some_and(|p| self.products.contains(p)))
    }

    /// A value as it is kept; none if it is not of this type. Equal values are kept as equal texts.
    pub fn kept(&self, value: &str) -> Option<String> {
        let good = match self.type_ {
            FieldType::Text => value.chars().count() <= 500,
            FieldType::Number => return number(value),
            FieldType::Date => {
                value.parse::<jiff::civil::Date>().is_ok_and(|d| d.year() >= 1 && d.to_string() == value)
            }
            FieldType::Choice => self.choices.iter().any(|c| c == value),
        };
        good.then(|| value.to_owned())
    }

    /// What is wrong with a value that is not of its type.
    pub const fn misfit(&self) -> FieldIssue {
        match self.type_ {
            FieldType::Text => FieldIssue::TooLong,
            FieldType::Number => FieldIssue::NotANumber,
            FieldType::Date => FieldIssue::NotADate,
            FieldType::Choice => FieldIssue::NotAChoice,
        }
    }
}

/// A number without a plus sign, zeros that say nothing, or an exponent.
fn number(text: &str) -> Option<String> {
    let value = text.parse::<f64>().ok().filter(|v| v.is_finite())?;
    if text.contains(['e', 'E']) {
        return number(&value.to_string());
    }
    let digits = text.trim_start_matches(['+', '-']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let plain = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    Some(if text.starts_with('-') && plain != "0" { format!("-{plain}") } else { plain })
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
            Some(f) => match f.kept(value) {
                Some(value) => drop(good.insert(key.clone(), value)),
                None => bad.push((key.clone(), f.misfit())),
            },
        }
    }
    for f in fields.iter().filter(|f| f.required && f.applies(kind, product)) {
        if !good.contains_key(&f.key) && !bad.iter().any(|(k, _)| *k == f.key) {
            bad.push((f.key.clone(), FieldIssue::Required));
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(type_: FieldType, value: &str) -> Option<String> {
        let field = Field {
            key: "x".to_owned(),
            label: "X".to_owned(),
            type_,
            required: false,
            choices: Vec::new(),
            kinds: Vec::new(),
            products: Vec::new(),
            customer: false,
        };
        field.kept(value)
    }

    #[test]
    fn equal_numbers_are_kept_as_equal_texts() {
        for (typed, text) in [
            ("1000", "1000"),
            ("1000.0", "1000"),
            ("1e3", "1000"),
            ("+5", "5"),
            ("007", "7"),
            ("-0", "0"),
            ("-0.50", "-0.5"),
            (".5", "0.5"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(kept(FieldType::Number, typed).as_deref(), Some(text), "{typed}");
        }
        for wrong in ["", "x", "inf", "1e999", "1,000", "1 000"] {
            assert_eq!(kept(FieldType::Number, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_is_a_day_and_nothing_else() {
        assert_eq!(kept(FieldType::Date, "2026-12-01").as_deref(), Some("2026-12-01"));
        for wrong in ["20261201", "2026-12-01T10:00:00", "-002026-12-01", "2026-12-32", "2026-1-1"] {
            assert_eq!(kept(FieldType::Date, wrong), None, "{wrong}");
        }
    }
}
