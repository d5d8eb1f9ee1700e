//! The calendar as people edit it and as it is stored: one JSON document per revision.
//! Reading it checks everything, so that counting cannot fail on a bad document.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Calendar, Window, Windows};
use crate::named;

named! {
    /// Why a local date differs from its weekday (C2).
    pub enum ExceptionKind ("exception kind") {
        /// Closed: a public holiday.
        Off = "off",
        /// Open like a workday although it falls on a weekend (调休).
        MakeupWork = "makeup_work",
        /// Open in windows of its own.
        Custom = "custom",
    }
}

/// A pair of wall times, `["09:00", "18:00"]`.
pub(crate) type WindowText = (String, String);

/// One date's exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionDoc {
    /// The local date.
    pub date: Date,
    /// What kind of day it is.
    pub kind: ExceptionKind,
    /// Name for people, for example the holiday's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Only for `custom`; a make-up day takes the template's windows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowText>,
}

/// The editable document of a calendar revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDoc {
    /// IANA name, for example `Asia/Shanghai`.
    pub time_zone: String,
    /// 24×7: weekly windows and exceptions are ignored.
    #[serde(default)]
    pub always_open: bool,
    /// Windows per weekday, Monday first. An overnight window `22:00–06:00` is split by [`CalendarDoc::compile`].
    #[serde(default)]
    pub week: [Vec<WindowText>; 7],
    /// Windows of a make-up workday; Monday's when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub makeup: Vec<WindowText>,
    /// Dates that differ from their weekday; one entry per date.
    #[serde(default)]
    pub exceptions: Vec<ExceptionDoc>,
    /// Years whose official holidays are in `exceptions`. Empty: the calendar follows no holiday notice.
    #[serde(default)]
    pub coverage: BTreeSet<i16>,
}

/// What is wrong with a calendar document; names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocError {
    /// Not an IANA zone that we know.
    #[error("unknown time zone {0:?}")]
    Zone(String),
    /// Not a wall-clock window of one day.
    #[error("not a window: {0:?}–{1:?}")]
    Window(String, String),
    /// The date has two exceptions.
    #[error("two exceptions on {0}")]
    Twice(Date),
    /// A custom day without windows is an `off` day and must say so.
    #[error("custom day {0} has no windows")]
    NoWindows(Date),
    /// No weekday and no exception is open.
    #[error("the calendar never opens")]
    NeverOpen,
}

impl CalendarDoc {
    /// Checks the document and makes it ready to count.
    ///
    /// # Errors
    /// [`DocError`] with the first thing that is wrong.
    pub fn compile(&self) -> Result<Calendar, DocError> {
        let zone = TimeZone::get(&self.time_zone).map_err(|_| DocError::Zone(self.time_zone.clone()))?;
        if self.always_open {
            return Ok(Calendar::always_open(zone));
        }
        let week = self.compile_week()?;
        let makeup = if self.makeup.is_empty() { first(&week) } else { parse_day(&self.makeup)? };
        let mut exceptions = BTreeMap::new();
        for e in &self.exceptions {
            let windows = match e.kind {
                ExceptionKind::Off => Windows::EMPTY,
                ExceptionKind::MakeupWork => makeup.clone(),
                ExceptionKind::Custom if e.windows.is_empty() => return Err(DocError::NoWindows(e.date)),
                ExceptionKind::Custom => parse_day(&e.windows)?,
            };
            if exceptions.insert(e.date, windows).is_some() {
                return Err(DocError::Twice(e.date));
            }
        }
        if week.iter().chain(exceptions.values()).all(Windows::is_empty) {
            return Err(DocError::NeverOpen);
        }
        Ok(Calendar::new(zone, week, exceptions, self.coverage.clone()))
    }

    /// The weekly windows with overnight shifts split at midnight: 22:00–06:00 on Friday
    /// is Friday 22:00–24:00 and Saturday 00:00–06:00 (C1).
    fn compile_week(&self) -> Result<[Windows; 7], DocError> {
        let mut days: [Vec<Window>; 7] = Default::default();
        for (i, day) in self.week.iter().enumerate() {
            for (start, end) in day {
                let overnight = is_overnight(start, end);
                let today =
                    if overnight { Window::parse(start, "24:00") } else { Window::parse(start, end) }?;
                if let Some(d) = days.get_mut(i) {
                    d.push(today);
                }
                if let (true, Some(d)) = (overnight, days.get_mut((i + 1) % 7)) {
                    d.push(Window::parse("00:00", end)?);
                }
            }
        }
        Ok(days.map(Windows::new))
    }
}

/// Does the window end on the next day? `22:00–06:00`.
pub(super) fn is_overnight(start: &str, end: &str) -> bool {
    let today = Window::parse(start, "24:00").is_ok();
    today && end != "24:00" && end <= start && Window::parse("00:00", end).is_ok()
}

fn first(week: &[Windows; 7]) -> Windows {
    week.first().cloned().unwrap_or_default()
}

fn parse_day(day: &[WindowText]) -> Result<Windows, DocError> {
    day.iter().map(|(a, b)| Window::parse(a, b)).collect::<Result<_, _>>().map(Windows::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(json: &str) -> Result<Calendar, DocError> {
        serde_json::from_str::<CalendarDoc>(json).unwrap().compile()
    }

    #[test]
    fn refuses_bad_documents_and_names_the_field() {
        assert_eq!(doc(r#"{"time_zone":"Mars/Base"}"#), Err(DocError::Zone("Mars/Base".into())));
        assert_eq!(doc(r#"{"time_zone":"Asia/Shanghai"}"#), Err(DocError::NeverOpen));
        let twice = r#"{"time_zone":"UTC","week":[[["09:00","18:00"]],[],[],[],[],[],[]],
            "exceptions":[{"date":"2025-10-01","kind":"off"},{"date":"2025-10-01","kind":"makeup_work"}]}"#;
        assert_eq!(doc(twice), Err(DocError::Twice(jiff::civil::date(2025, 10, 1))));
        assert!(serde_json::from_str::<CalendarDoc>(r#"{"time_zone":"UTC","hollidays":[]}"#).is_err());
    }

    #[test]
    fn an_overnight_window_continues_on_the_next_day() {
        let c = doc(r#"{"time_zone":"UTC","week":[[],[],[],[],[],[],[["22:00","06:00"]]]}"#).unwrap();
        assert_eq!(c.windows_of(jiff::civil::date(2025, 10, 5)).iter().next().unwrap().text().0, "22:00");
        assert_eq!(c.windows_of(jiff::civil::date(2025, 10, 6)).iter().next().unwrap().text().1, "06:00");
    }
}
