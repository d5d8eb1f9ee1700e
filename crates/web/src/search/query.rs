//! A search's address: the words, the filters, the page.

use desk::{Error, FieldError, Result};
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use search::{Ask, Cursor, Found, MAX_LIMIT};
use serde::Deserialize;

use crate::form::{choice, id};

/// The query string of a search, as people and programs write it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// The words: a sentence, two characters, a ticket's number, an error code, a name, an address.
    pub q: String,
    /// `ticket`, `message` or `people`. Without it everything.
    pub kind: String,
    /// `open` or `closed`.
    pub status: String,
    /// `urgent` or `general`.
    pub severity: String,
    /// A product's id.
    pub product: String,
    /// An organisation's id.
    pub organisation: String,
    /// On or after this day, `2026-09-24`.
    pub from: String,
    /// On or before this day.
    pub until: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
    /// 1–100, default 20.
    pub limit: String,
}

const DEFAULT_LIMIT: usize = 20;
const MAX_CHARS: usize = 500;

impl SearchQuery {
    /// Checks every value; all wrong ones are named.
    pub(crate) fn read(&self, zone: &TimeZone) -> Result<Ask> {
        let mut wrong = Vec::new();
        let mut note = |e: Error| {
            if let Error::Invalid(fields) = e {
                wrong.extend(fields);
            }
        };
        if self.q.chars().count() > MAX_CHARS {
            note(Error::field("q", "too_long"));
        }
        let section = choice("kind", &self.kind).unwrap_or_else(|e| {
            note(e);
            None
        });
        let severity = choice("severity", &self.severity).unwrap_or_else(|e| {
            note(e);
            None
        });
        let open = self.open().unwrap_or_else(|e| {
            note(e);
            None
        });
        let from = day("from", &self.from, 0, zone).unwrap_or_else(|e| {
            note(e);
            None
        });
        let until = day("until", &self.until, 1, zone).unwrap_or_else(|e| {
            note(e);
            None
        });
        let after = self.after().unwrap_or_else(|e| {
            note(e);
            None
        });
        let limit = self.limit().unwrap_or_else(|e| {
            note(e);
            DEFAULT_LIMIT
        });
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(Ask {
            text: self.q.trim().to_owned(),
            synonyms: Vec::new(),
            section,
            open,
            severity,
            product: id(&self.product),
            organisation: id(&self.organisation),
            from,
            until,
            after,
            limit,
        })
    }

    fn open(&self) -> Result<Option<bool>> {
        match self.status.as_str() {
            "" => Ok(None),
            "open" => Ok(Some(true)),
            "closed" => Ok(Some(false)),
            _ => Err(Error::Invalid(vec![FieldError::new("status", "bad_value")])),
        }
    }

    fn after(&self) -> Result<Option<Cursor>> {
        match self.cursor.as_str() {
            "" => Ok(None),
            text => Cursor::decode(text).map(Some).ok_or_else(|| Error::field("cursor", "bad_value")),
        }
    }

    fn limit(&self) -> Result<usize> {
        match self.limit.as_str() {
            "" => Ok(DEFAULT_LIMIT),
            text => text
                .parse()
                .ok()
                .filter(|n| (1..=MAX_LIMIT).contains(n))
                .ok_or_else(|| Error::field("limit", "limit_100")),
        }
    }

    /// Is anything but the words given?
    pub(crate) fn is_filtered(&self) -> bool {
        self.filters().iter().any(|(_, v)| !v.is_empty())
    }

    fn filters(&self) -> [(&'static str, &str); 6] {
        [
            ("status", &self.status),
            ("severity", &self.severity),
            ("product", &self.product),
            ("organisation", &self.organisation),
            ("from", &self.from),
            ("until", &self.until),
        ]
    }

    /// Address and words of a question that would find something, when this one did not.
    pub(crate) fn instead(&self, found: Option<&Found>, path: &str) -> Option<(String, String)> {
        let text = found?.instead.clone()?;
        let other = Self { q: text.clone(), ..self.clone() };
        Some((other.address(path, &self.kind, ""), text))
    }

    /// The address of the same search in another section, from another place on.
    pub(crate) fn address(&self, path: &str, kind: &str, cursor: &str) -> String {
        let all = [("q", self.q.as_str()), ("kind", kind)].into_iter().chain(self.filters());
        let all = all.chain([("cursor", cursor)]).filter(|(_, v)| !v.is_empty());
        let parts: Vec<String> = all.map(|(k, v)| format!("{k}={}", crate::error::encode(v))).collect();
        format!("{path}?{}", parts.join("&"))
    }
}

/// The beginning of a day, or of the one after it.
fn day(field: &str, text: &str, days: i64, zone: &TimeZone) -> Result<Option<Timestamp>> {
    if text.is_empty() {
        return Ok(None);
    }
    let bad = |_| Error::field(field, "bad_value");
    let date: Date = text.parse().map_err(bad)?;
    let date = date.saturating_add(jiff::Span::new().days(days));
    Ok(Some(date.to_zoned(zone.clone()).map_err(bad)?.timestamp()))
}
