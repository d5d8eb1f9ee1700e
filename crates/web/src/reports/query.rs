//! A report's address: period, grouping, filters; and which number's cases are asked for.

use desk::{Error, Result};
use domain::report::{Ask, Basis, Choice, Filter, Period, Report};
use domain::sla::Milestone;
use domain::time::{Timestamp, from_millis, to_millis};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::error::encode;
use crate::form::{choice, id};

/// The query string of a report, as people and programs write it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// `this_month`, `last_month`, `this_quarter`, `last_12_months`, `days`. Without it: this month.
    #[param(schema_with = crate::api::choices::period, required = false)]
    pub period: String,
    /// First day, with `days`.
    pub from: String,
    /// Last day, with `days`.
    pub until: String,
    /// `group`, `person`, `severity`, `customer`, `contract`, `kind`, `month`; for attainment also `milestone` and `hour`, for punctuality also `case`, for repeats also `contact`.
    #[param(schema_with = crate::api::choices::grouping, required = false)]
    pub by: String,
    /// Attainment only: `response`, `attend`, `update`, `reply`, `resolution`. Without it: all, if they are the rows,
    /// else `response`.
    #[param(schema_with = crate::api::choices::milestone, required = false)]
    pub milestone: String,
    /// Attainment only: `due` or `stop`. Without it: `due`.
    #[param(schema_with = crate::api::choices::basis, required = false)]
    pub basis: String,
    /// An organisation's id.
    pub organisation: String,
    /// A part of an organisation's name, for pages.
    #[param(ignore)]
    pub customer: String,
    /// A group's id.
    pub group: String,
    /// `urgent` or `general`.
    #[param(schema_with = crate::api::choices::severity, required = false)]
    pub severity: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
}

/// Which number's cases are asked for.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct NumberQuery {
    /// The column's key.
    pub column: String,
    /// The row's key. Without it: all rows.
    pub row: Option<String>,
}

impl ReportQuery {
    /// Checks every value; an unknown one is an error.
    pub(crate) fn read(&self, report: Report, zone: &TimeZone, now: Timestamp) -> Result<Ask> {
        let by = choice("by", &self.by)?.unwrap_or(report.usual_grouping());
        if !report.groupings().any(|g| g == by) {
            return Err(Error::field("by", "bad_value"));
        }
        let filter = Filter {
            organisation: id(&self.organisation),
            group: id(&self.group),
            severity: choice("severity", &self.severity)?,
            milestone: choice("milestone", &self.milestone)?,
        };
        let basis = choice("basis", &self.basis)?.unwrap_or(Basis::Due);
        let period = self.read_period(now.to_zoned(zone.clone()).date())?;
        Ok(Ask { report, period, by, basis, filter, zone: zone.clone(), now })
    }

    /// The reports of an overview: each with its usual rows, the two promises that everybody looks at first.
    pub(crate) fn headlines(&self) -> Vec<(Report, Self)> {
        let usual =
            |milestone: &str| Self { by: String::new(), milestone: milestone.to_owned(), ..self.clone() };
        let promises = [Milestone::Response, Milestone::Resolution];
        let promises = promises.map(|m| (Report::Attainment, usual(m.as_str())));
        let others = Report::ALL.iter().filter(|r| **r != Report::Attainment).map(|r| (*r, usual("")));
        promises.into_iter().chain(others).collect()
    }

    /// The year up to now by months, with the same filters.
    pub(crate) fn months(&self) -> Self {
        let text = str::to_owned;
        let (period, by, milestone) = (text("last_12_months"), text("month"), String::new());
        Self { period, by, milestone, from: String::new(), until: String::new(), ..self.clone() }
    }

    /// The period that was chosen; two days without a name are a period, too.
    pub(crate) fn chosen(&self) -> Result<Choice> {
        let days = !self.from.is_empty() || !self.until.is_empty();
        let usual = if days { Choice::Days } else { Choice::ThisMonth };
        Ok(choice("period", &self.period)?.unwrap_or(usual))
    }

    fn read_period(&self, today: Date) -> Result<Period> {
        let chosen = self.chosen()?;
        let named = Period::named(chosen, today);
        if chosen != Choice::Days {
            return Ok(named);
        }
        let day = |field: &str, text: &str, usual: Date| match text.trim() {
            "" => Ok(usual),
            text => text.parse().map_err(|_| Error::field(field, "bad_value")),
        };
        let (from, until) = (day("from", &self.from, named.from)?, day("until", &self.until, named.last())?);
        Period::days(from, until).ok_or_else(|| Error::field("until", "before_start"))
    }

    /// What is chosen besides the report itself, to be put behind another address.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("period", &self.period),
            ("from", &self.from),
            ("until", &self.until),
            ("by", &self.by),
            ("milestone", &self.milestone),
            ("basis", &self.basis),
            ("organisation", &self.organisation),
            ("group", &self.group),
            ("severity", &self.severity),
        ];
        all.into_iter().map(|(k, v)| (k, v.as_str())).filter(|(_, v)| !v.is_empty()).collect()
    }

    /// An address with what is chosen; a later pair of the same name wins, an empty one removes it.
    pub(crate) fn address(&self, path: &str, more: &[(&'static str, &str)]) -> String {
        let kept = self.pairs().into_iter().filter(|(k, _)| !more.iter().any(|(m, _)| m == k));
        let parts: Vec<String> = kept
            .chain(more.iter().copied())
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| format!("{k}={}", encode(v)))
            .collect();
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

/// The report of an address.
pub(crate) fn report(name: &str) -> Result<Report> {
    name.parse().map_err(|_| Error::NotFound)
}

/// The position after which a list of cases continues.
pub(crate) fn position(text: &str) -> Result<Option<(Timestamp, String)>> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = |text: &str| {
        let (at, rest) = text.split_once('.')?;
        Some((from_millis(i64::from_str_radix(at, 16).ok()?), rest.to_owned()))
    };
    read(text).map(Some).ok_or_else(|| Error::field("cursor", "bad_value"))
}

/// The position as text for an address.
pub(crate) fn cursor((at, rest): &(Timestamp, String)) -> String {
    format!("{:x}.{rest}", to_millis(*at))
}

/// The row after which a table continues, and whether it does.
pub(crate) fn page<'a, T>(rows: Vec<(&'a str, T)>, after: &str, limit: usize) -> (Vec<(&'a str, T)>, bool) {
    let start = if after.is_empty() { None } else { rows.iter().position(|(key, _)| *key == after) };
    let mut rest: Vec<_> = rows.into_iter().skip(start.map_or(0, |n| n + 1)).collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    (rest, more)
}
