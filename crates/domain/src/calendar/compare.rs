//! A calendar day by day, and what a new revision changes: what people look at before they save.

use jiff::civil::{Date, date};

use super::{Calendar, Window, Windows};

/// A local date as the calendar has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub date: Date,
    /// Its open windows; none on a closed day.
    pub windows: Windows,
    /// It differs from its weekday.
    pub special: bool,
    /// What the earlier revision had, where that differs.
    pub was: Option<Windows>,
}

impl Calendar {
    /// The open windows of a date as people see them: a 24×7 calendar is open all day.
    pub fn day(&self, date: Date) -> Windows {
        if self.always_open {
            return Windows::new(vec![Window { start: 0, end: 86_400 }]);
        }
        self.windows_of(date).clone()
    }
}

/// The days of a year, each compared with an earlier revision if there is one.
pub fn days_of_year(calendar: &Calendar, earlier: Option<&Calendar>, year: i16) -> Vec<Day> {
    let first = date(year.clamp(1, 9998), 1, 1);
    first
        .series(jiff::Span::new().days(1))
        .take_while(|d| d.year() == first.year())
        .map(|date| {
            let windows = calendar.day(date);
            let was = earlier.map(|e| e.day(date)).filter(|w| *w != windows);
            let special = !calendar.always_open && calendar.has_exception(date);
            Day { date, windows, special, was }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::CalendarDoc;
    use super::*;

    #[test]
    fn a_year_shows_its_open_days_and_what_changed() {
        let doc = r#"{"time_zone":"Asia/Shanghai","week":[[["09:00","18:00"]],[["09:00","18:00"]],[["09:00","18:00"]],
            [["09:00","18:00"]],[["09:00","18:00"]],[],[]],"exceptions":[{"date":"2026-10-01","kind":"off"}]}"#;
        let old: CalendarDoc = serde_json::from_str(doc).unwrap();
        let mut new = old.clone();
        new.exceptions[0].date = date(2026, 10, 2);
        let (old, new) = (old.compile().unwrap(), new.compile().unwrap());
        let days = days_of_year(&new, Some(&old), 2026);
        assert_eq!(days.len(), 365);
        let changed: Vec<_> =
            days.iter().filter(|d| d.was.is_some()).map(|d| (d.date, d.windows.seconds())).collect();
        assert_eq!(changed, [(date(2026, 10, 1), 9 * 3600), (date(2026, 10, 2), 0)]);
        assert!(days_of_year(&new, None, 2026).iter().all(|d| d.was.is_none()));
        let open = Calendar::always_open(jiff::tz::TimeZone::UTC);
        assert_eq!(
            days_of_year(&open, None, 2024).iter().map(|d| d.windows.seconds()).sum::<u32>(),
            366 * 86_400
        );
    }
}
