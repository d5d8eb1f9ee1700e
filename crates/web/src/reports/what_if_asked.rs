//! The question of a what-if, as people and programs write it.

use std::collections::BTreeMap;

use desk::oncall::OtherRota;
use desk::what_if::Question;
use desk::{Error, Result};
use domain::id::{CalendarId, PolicyId};
use domain::report::Period;
use domain::sla::{Milestone, Other};
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use words::read_span;

use crate::error::encode;
use crate::form::{choice, id};

/// The word for a rota in which nobody is on call.
pub(crate) const NOBODY: &str = "none";

/// The query string.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Promises that fell due in this month, `2026-08`. Without it: last month.
    pub month: String,
    /// Only of this severity: `urgent` or `general`.
    pub severity: String,
    /// Only of this group, by its id.
    pub group: String,
    /// Another promise, by its id.
    pub policy: String,
    /// Another calendar for all times, by its id.
    pub calendar: String,
    /// Another rota for all groups, by its id; `none` for nobody on call.
    pub rota: String,
    /// Another time to first response, as `30 min`.
    pub response: String,
    /// Another time to resolution.
    pub resolution: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
}

impl Asked {
    /// Checks every value.
    pub(crate) fn read(&self, rules: &Rules, zone: &TimeZone, now: Timestamp) -> Result<Question> {
        let from = match self.month.trim() {
            "" => month_of(now, zone).saturating_sub(1.month()),
            month => format!("{month}-01").parse().map_err(|_| Error::field("month", "bad_value"))?,
        };
        let period = Period { from, until: from.saturating_add(1.month()) };
        let severity = choice("severity", &self.severity)?;
        let rota = match self.rota.as_str() {
            "" => None,
            NOBODY => Some(OtherRota::Nobody),
            key => Some(OtherRota::Rota(key.into())),
        };
        let (zone, group, other) = (zone.clone(), id(&self.group), self.other(rules)?);
        Ok(Question { period, zone, severity, group, other, rota })
    }

    fn other(&self, rules: &Rules) -> Result<Other> {
        let policy = match self.policy.as_str() {
            "" => None,
            key => {
                let newest =
                    rules.newest.get_key_value(&PolicyId::from(key)).map(|(id, (_, rev))| (id.clone(), *rev));
                let doc = newest.and_then(|newest| rules.policies.get(&newest));
                Some(doc.ok_or_else(|| Error::field("policy", "unknown"))?.clone())
            }
        };
        let calendar: Option<CalendarId> = id(&self.calendar);
        if calendar.as_ref().is_some_and(|c| !rules.calendars.contains_key(c)) {
            return Err(Error::field("calendar", "unknown"));
        }
        let mut seconds = BTreeMap::new();
        for (field, milestone, text) in [
            ("target_response", Milestone::Response, &self.response),
            ("target_resolution", Milestone::Resolution, &self.resolution),
        ] {
            if !text.trim().is_empty() {
                let read = read_span(text).filter(|s| (1..=domain::calendar::MAX_TARGET_S).contains(s));
                seconds.insert(milestone, read.ok_or_else(|| Error::field(field, "bad_span"))?);
            }
        }
        Ok(Other { policy, calendar, seconds })
    }

    /// How many cases come before.
    pub(crate) fn skip(&self) -> Result<usize> {
        let skip = if self.cursor.is_empty() { Ok(0) } else { self.cursor.parse() };
        skip.map_err(|_| Error::field("cursor", "bad_value"))
    }

    /// The address of the same question.
    pub(super) fn address(&self, path: &str, skip: usize) -> String {
        let cursor = if skip == 0 { String::new() } else { skip.to_string() };
        let all = [
            ("month", &self.month),
            ("severity", &self.severity),
            ("group", &self.group),
            ("policy", &self.policy),
            ("calendar", &self.calendar),
            ("rota", &self.rota),
            ("response", &self.response),
            ("resolution", &self.resolution),
            ("cursor", &cursor),
        ];
        let given = all.into_iter().filter(|(_, v)| !v.is_empty());
        let parts: Vec<String> = given.map(|(k, v)| format!("{k}={}", encode(v))).collect();
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

/// The first day of the month of an instant.
pub(super) fn month_of(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned(zone.clone()).date().first_of_month()
}
