//! All that is wrong with a calendar document at once, each with the name of its field.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::doc::{WindowText, is_overnight};
use super::{CalendarDoc, ExceptionKind, Window};

/// The weekdays as fields name them, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// More exceptions than this are a mistake: a hundred years of holidays fit.
const MAX_EXCEPTIONS: usize = 4_000;

impl CalendarDoc {
    /// Field and issue of everything that is wrong; nothing if the document may be saved. Stricter than
    /// [`CalendarDoc::compile`]: a calendar that people save has weekly hours, so that no clock can run out of them.
    pub fn problems(&self) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        if TimeZone::get(&self.time_zone).is_err() {
            found.push(("time_zone".to_owned(), "unknown"));
        }
        if self.coverage.iter().any(|y| !(1990..=2200).contains(y)) {
            found.push(("coverage".to_owned(), "bad_value"));
        }
        if self.exceptions.len() > MAX_EXCEPTIONS {
            found.push(("exceptions".to_owned(), "too_long"));
        }
        for (day, windows) in WEEKDAYS.iter().zip(&self.week) {
            // Equal ends could mean nothing or the whole day: people say which.
            let good = |a: &str, b: &str| Window::parse(a, b).is_ok() || (a != b && is_overnight(a, b));
            if !windows.iter().all(|(a, b)| good(a, b)) {
                found.push((format!("week.{day}"), "bad_window"));
            }
        }
        if !self.always_open && self.week.iter().all(Vec::is_empty) {
            found.push(("week".to_owned(), "never_opens"));
        }
        if !of_one_day(&self.makeup) {
            found.push(("makeup".to_owned(), "bad_window"));
        }
        let mut seen = BTreeSet::new();
        for e in &self.exceptions {
            let issue = match e.kind {
                _ if !seen.insert(e.date) => "twice",
                ExceptionKind::Custom if e.windows.is_empty() => "no_windows",
                ExceptionKind::Custom if !of_one_day(&e.windows) => "bad_window",
                _ => continue,
            };
            found.push((format!("exceptions.{}", e.date), issue));
        }
        found
    }
}

fn of_one_day(windows: &[WindowText]) -> bool {
    windows.iter().all(|(a, b)| Window::parse(a, b).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &[(&str, &str)]) {
        let doc: CalendarDoc = serde_json::from_str(json).unwrap();
        let found = doc.problems();
        let found: Vec<_> = found.iter().map(|(f, i)| (f.as_str(), *i)).collect();
        assert_eq!(found, expected, "{json}");
    }

    #[test]
    fn every_problem_is_found_and_names_its_field() {
        check(r#"{"time_zone":"UTC","always_open":true}"#, &[]);
        check(r#"{"time_zone":"UTC","week":[[["22:00","06:00"]],[],[],[],[],[],[]]}"#, &[]);
        check(
            r#"{"time_zone":"Mars/Base","week":[[["09:00","25:00"]],[],[],[],[],[],[]],"makeup":[["18:00","09:00"]],"coverage":[26]}"#,
            &[
                ("time_zone", "unknown"),
                ("coverage", "bad_value"),
                ("week.mon", "bad_window"),
                ("makeup", "bad_window"),
            ],
        );
        check(
            r#"{"time_zone":"UTC","exceptions":[{"date":"2026-10-01","kind":"off"},{"date":"2026-10-01","kind":"off"},
                {"date":"2026-10-02","kind":"custom"},{"date":"2026-10-03","kind":"custom","windows":[["22:00","06:00"]]}]}"#,
            &[
                ("week", "never_opens"),
                ("exceptions.2026-10-01", "twice"),
                ("exceptions.2026-10-02", "no_windows"),
                ("exceptions.2026-10-03", "bad_window"),
            ],
        );
    }
}
