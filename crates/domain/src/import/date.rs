//! Instants as people and programs write them in tables.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::named;
use crate::time::Timestamp;

named! {
    /// In which order a date without a leading year is written.
    pub enum DateOrder ("date order") {
        /// Only dates that begin with the year.
        YearFirst = "ymd",
        /// 29/2/2016.
        DayFirst = "dmy",
        /// 2/29/2016.
        MonthFirst = "mdy",
    }
}

/// Reads an instant: with an offset of its own, else in the zone; a date alone is its midnight. `None` for what is
/// no such text or no such day. A wall time that a change of clocks skips or repeats is read as is usual.
pub fn read_instant(text: &str, zone: &TimeZone, order: DateOrder) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{5e74}' | '\u{6708}' | '/' | '.' => '-',
            '\u{65f6}' | '\u{70b9}' | '\u{5206}' | '\u{ff1a}' => ':',
            '\u{65e5}' | '\u{79d2}' | 'T' | ',' => ' ',
            c => c,
        })
        .collect();
    let mut parts = plain.split_whitespace();
    let date = read_date(parts.next()?, order)?;
    let time = parts.next().map_or(Some(Time::midnight()), read_time)?;
    if parts.next().is_some() {
        return None;
    }
    zone.to_ambiguous_timestamp(DateTime::from_parts(date, time)).compatible().ok()
}

fn read_date(text: &str, order: DateOrder) -> Option<Date> {
    let mut numbers = text.split('-').map(|n| n.parse::<i16>().ok());
    let (a, b, c) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() {
        return None;
    }
    let (year, month, day) = match order {
        _ if a > 999 => (a, b, c),
        DateOrder::DayFirst if c > 999 => (c, b, a),
        DateOrder::MonthFirst if c > 999 => (c, a, b),
        _ => return None,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn read_time(text: &str) -> Option<Time> {
    // A fraction of the second is a dash by now, and nobody needs it.
    let text = text.split('-').next()?.trim_end_matches(':');
    let mut numbers = text.split(':').map(|n| n.parse::<i8>().ok());
    let (hour, minute) = (numbers.next()??, numbers.next().unwrap_or(Some(0))?);
    let second = numbers.next().unwrap_or(Some(0))?;
    if numbers.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_tables_hold() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let read = |text, order| read_instant(text, &zone, order).map_or("–".to_owned(), |t| t.to_string());
        for text in [
            "2026-09-24 10:05",
            "2026-09-24 10:05:00",
            "2026/9/24 10:05",
            "2026.9.24 10:05",
            "2026年9月24日 10时05分",
            "2026年9月24日10:05:00",
            "2026-09-24T10:05",
            "2026-09-24T02:05:00Z",
            "2026-09-24T10:05:00+08:00",
            "2026/09/24 10:05:00.000",
        ] {
            assert_eq!(read(text, DateOrder::YearFirst), "2026-09-24T02:05:00Z", "{text}");
        }
        assert_eq!(read("2026-09-24", DateOrder::YearFirst), "2026-09-23T16:00:00Z");
        assert_eq!(read("24/9/2026 10:05", DateOrder::DayFirst), "2026-09-24T02:05:00Z");
        assert_eq!(read("9/24/2026 10:05", DateOrder::MonthFirst), "2026-09-24T02:05:00Z");
        for text in
            ["24/9/2026", "2026-02-30", "2026-09-24 25:00", "yesterday", "2026-09", "2026-09-24 1:2:3:4", ""]
        {
            assert_eq!(read(text, DateOrder::YearFirst), "–", "{text}");
        }
    }
}
