//! Dates, times of day, durations, countdowns, as `look.md` wants them.

use std::borrow::Cow;
use std::sync::OnceLock;

use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use crate::{Locale, t, t_args, word};

/// `今天 14:05`, `昨天 09:40`, `10-01 周三 09:40`, in another year `2025-10-01 09:40`.
pub fn when(locale: Locale, zone: &TimeZone, at: Timestamp, now: Timestamp) -> String {
    let (local, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
    let (date, time) = (local.date(), clock_time(zone, at));
    let days = today.until(date).map_or(i32::MAX, |s| s.get_days());
    match days {
        0 => format!("{} {time}", t(locale, "day-today")),
        -1 => format!("{} {time}", t(locale, "day-yesterday")),
        1 => format!("{} {time}", t(locale, "day-tomorrow")),
        _ if date.year() == today.year() => {
            let weekday = weekday(locale, date);
            format!("{:02}-{:02} {weekday} {time}", date.month(), date.day())
        }
        _ => format!("{date} {time}"),
    }
}

/// `2026-11-25 周三 14:05`: in what is read on another day, such as a letter.
pub fn dated(locale: Locale, zone: &TimeZone, at: Timestamp) -> String {
    let date = at.to_zoned(zone.clone()).date();
    format!("{date} {} {}", weekday(locale, date), clock_time(zone, at))
}

/// The weekday of a date, in words.
pub fn weekday(locale: Locale, date: Date) -> &'static str {
    word(locale, "weekday", weekday_key(date))
}

fn weekday_key(date: Date) -> &'static str {
    match date.weekday().to_monday_one_offset() {
        1 => "mon",
        2 => "tue",
        3 => "wed",
        4 => "thu",
        5 => "fri",
        6 => "sat",
        _ => "sun",
    }
}

/// `14:05`, with seconds only where they are not zero.
pub fn clock_time(zone: &TimeZone, at: Timestamp) -> String {
    let local = at.to_zoned(zone.clone());
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// `2026-10-01`.
pub fn date(zone: &TimeZone, at: Timestamp) -> String {
    at.to_zoned(zone.clone()).date().to_string()
}

/// The full instant with its offset, for hovering.
pub fn instant(zone: &TimeZone, at: Timestamp) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// `1 小时 12 分`, `45 秒`, `3 天 4 小时`: the two largest units.
pub fn duration(locale: Locale, seconds: i64) -> String {
    let s = seconds.unsigned_abs();
    let parts = [
        ("unit-day", s / 86_400),
        ("unit-hour", s / 3600 % 24),
        ("unit-minute", s / 60 % 60),
        ("unit-second", s % 60),
    ];
    let first = parts.iter().position(|(_, n)| *n > 0).unwrap_or(3);
    let shown: Vec<_> = parts
        .iter()
        .skip(first)
        .take(2)
        .filter(|(_, n)| *n > 0 || s == 0)
        .map(|(unit, n)| in_units(locale, unit, *n))
        .collect();
    shown.join(" ")
}

/// `12 分`. Formatted once per language and kept, as far as a clock goes: a list says a hundred durations.
fn in_units(locale: Locale, unit: &'static str, n: u64) -> Cow<'static, str> {
    static KEPT: OnceLock<FxHashMap<(Locale, &str, u64), String>> = OnceLock::new();
    let said = |locale, unit, n: u64| t_args(locale, unit, &[("n", &n.to_string())]);
    let all = || {
        let units = ["unit-day", "unit-hour", "unit-minute", "unit-second"];
        let keys = Locale::ALL.into_iter().flat_map(|l| units.map(|u| (l, u)));
        keys.flat_map(|(l, u)| (0..60).map(move |n| ((l, u, n), said(l, u, n)))).collect()
    };
    let kept = KEPT.get_or_init(all).get(&(locale, unit, n));
    kept.map_or_else(|| said(locale, unit, n).into(), |text| text.as_str().into())
}

/// Counted time in its two largest units, and never in days: nobody takes 27 counted hours for a day and three hours of
/// the calendar.
pub fn counted(locale: Locale, seconds: i64) -> String {
    let s = seconds.unsigned_abs();
    let hours = in_units(locale, "unit-hour", s / 3600);
    match (s / 3600, s / 60 % 60) {
        (0, _) => duration(locale, seconds),
        (_, 0) => hours.into_owned(),
        (_, minutes) => format!("{hours} {}", in_units(locale, "unit-minute", minutes)),
    }
}

/// From here on a countdown says days and hours.
const LONG_S: u64 = 48 * 3600;

/// `1:12:08`, `0:03:20`; from two days on `28 天 10 小时`.
pub fn countdown(locale: Locale, seconds: i64) -> String {
    let s = seconds.unsigned_abs();
    if s >= LONG_S {
        return duration(locale, (s / 3600 * 3600).cast_signed());
    }
    format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_when_as_people_do() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let now: Timestamp = "2026-10-02T03:00:00Z".parse().unwrap();
        let say = |at: &str| when(Locale::Zh, &zone, at.parse().unwrap(), now);
        assert_eq!(say("2026-10-02T06:05:00Z"), "今天 14:05");
        assert_eq!(say("2026-10-01T01:40:00Z"), "昨天 09:40");
        assert_eq!(say("2026-10-02T16:30:00Z"), "明天 00:30");
        assert_eq!(say("2026-09-30T01:40:00Z"), "09-30 周三 09:40");
        assert_eq!(say("2025-09-30T01:40:00Z"), "2025-09-30 09:40");
        assert_eq!(dated(Locale::Zh, &zone, now), "2026-10-02 周五 11:00");
    }

    #[test]
    fn durations_show_their_two_largest_units() {
        assert_eq!(duration(Locale::Zh, 4_320), "1 小时 12 分");
        assert_eq!(duration(Locale::Zh, 0), "0 秒");
        assert_eq!(duration(Locale::Zh, 3 * 86_400 + 4 * 3_600 + 59), "3 天 4 小时");
        assert_eq!(duration(Locale::En, 3_600), "1 h");
        assert_eq!(counted(Locale::Zh, 27 * 3_600), "27 小时");
        assert_eq!(counted(Locale::Zh, 27 * 3_600 + 1_859), "27 小时 30 分");
        assert_eq!(counted(Locale::Zh, 330), "5 分 30 秒");
        assert_eq!(countdown(Locale::Zh, 4_328), "1:12:08");
        assert_eq!(countdown(Locale::Zh, -200), "0:03:20");
        assert_eq!(countdown(Locale::Zh, -(28 * 24 + 10) * 3600 - 59), "28 天 10 小时");
    }
}
