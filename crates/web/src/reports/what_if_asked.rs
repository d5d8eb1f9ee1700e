//! The question of a what-if, as people and programs write it.

use std::collections::BTreeMap;

use desk::oncall::OtherRota;
use desk::what_if::{Question, check};
use desk::{Desk, Error, FieldError, Result, noted};
use domain::id::{CalendarId, PolicyId};
use domain::report::Period;
use domain::sla::{Milestone, Other};
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::Read;
use words::{Locale, read_span, t};

use crate::error::encode;
use crate::form::{id, noted_choice};

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
    #[param(schema_with = crate::api::choices::severity, required = false)]
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

/// No month before this year is asked for.
const FIRST_YEAR: i16 = 2000;

impl Asked {
    /// The question, and how many cases come before; in the zone of the house if none is given.
    ///
    /// # Errors
    /// `Invalid` with all that is wrong, called as people call it.
    pub(crate) async fn question(
        &self,
        of: &Desk,
        zone: Option<TimeZone>,
        locale: Locale,
    ) -> Result<(Question, usize)> {
        let (desk, asked, now) = (of.clone(), self.clone(), of.now());
        let read = of.read(move |r| {
            let rules = desk.rules_in(r)?;
            let zone = zone.unwrap_or_else(|| rules.settings.zone());
            asked.read(r, &rules, zone, now)
        });
        read.await.map_err(|e| called(e, locale))
    }

    fn read(
        &self,
        r: &mut Read<'_>,
        rules: &Rules,
        zone: TimeZone,
        now: Timestamp,
    ) -> Result<(Question, usize)> {
        let mut wrong = Vec::new();
        let period = noted(self.period(&zone, now), &mut wrong)?;
        let severity = noted_choice("severity", &self.severity, &mut wrong)?;
        let group = id(&self.group);
        let rota = match self.rota.as_str() {
            "" => None,
            NOBODY => Some(OtherRota::Nobody),
            key => Some(OtherRota::Rota(key.into())),
        };
        noted(check(r, group.as_ref(), rota.as_ref()), &mut wrong)?;
        let other = self.other(rules, &mut wrong)?;
        let skip = noted(self.skip(), &mut wrong)?;
        match (period, skip) {
            (Some(period), Some(skip)) if wrong.is_empty() => {
                Ok((Question { period, zone, severity, group, other, rota }, skip))
            }
            _ => Err(Error::Invalid(wrong)),
        }
    }

    /// A month that has begun.
    fn period(&self, zone: &TimeZone, now: Timestamp) -> Result<Period> {
        let this = month_of(now, zone);
        let from = match self.month.trim() {
            "" => this.saturating_sub(1.month()),
            month => {
                let first =
                    format!("{month}-01").parse::<Date>().ok().filter(|_| month.len() == "2026-08".len());
                let first = first.filter(|d| d.year() >= FIRST_YEAR && *d <= this);
                first.ok_or_else(|| Error::field("month", "bad_month"))?
            }
        };
        Ok(Period { from, until: from.saturating_add(1.month()) })
    }

    fn other(&self, rules: &Rules, wrong: &mut Vec<FieldError>) -> Result<Other> {
        let policy = match self.policy.as_str() {
            "" => None,
            key => {
                let newest =
                    rules.newest.get_key_value(&PolicyId::from(key)).map(|(id, (_, rev))| (id.clone(), *rev));
                let doc = newest.and_then(|newest| rules.policies.get(&newest));
                noted(doc.cloned().ok_or_else(|| Error::field("policy", "unknown")), wrong)?
            }
        };
        let calendar: Option<CalendarId> = id(&self.calendar);
        if calendar.as_ref().is_some_and(|c| !rules.calendars.contains_key(c)) {
            wrong.push(FieldError::new("calendar", "unknown"));
        }
        let mut seconds = BTreeMap::new();
        for (field, milestone, text) in [
            ("response", Milestone::Response, &self.response),
            ("resolution", Milestone::Resolution, &self.resolution),
        ] {
            if !text.trim().is_empty() {
                let read = read_span(text).filter(|s| (1..=domain::calendar::MAX_TARGET_S).contains(s));
                let read = noted(read.ok_or_else(|| Error::field(field, "bad_span")), wrong)?;
                seconds.extend(read.map(|s| (milestone, s)));
            }
        }
        Ok(Other { policy, calendar, seconds })
    }

    /// How many cases come before.
    pub(super) fn skip(&self) -> Result<usize> {
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

/// Times are called what the form calls them: `resolution` elsewhere is what was done.
fn called(error: Error, locale: Locale) -> Error {
    let Error::Invalid(mut wrong) = error else { return error };
    for f in wrong.iter_mut().filter(|f| ["response", "resolution"].contains(&f.field.as_str())) {
        f.label = Some(t(locale, &format!("field-target_{}", f.field)).to_owned());
    }
    Error::Invalid(wrong)
}

/// The first day of the month of an instant.
pub(super) fn month_of(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned(zone.clone()).date().first_of_month()
}
