//! Durations as people type and read them where every second counts: targets of promises.

use crate::{Locale, t, t_args};

const UNITS: [(&str, i64); 4] = [
    ("span-words-day", 86_400),
    ("span-words-hour", 3_600),
    ("span-words-minute", 60),
    ("span-words-second", 1),
];

/// Reads `30 minutes`, `2 h`, `1 hour 30 min`, and the same in Chinese; units of both languages are understood.
/// A day is 24 counted hours. `None` for anything else, also for a bare number.
pub fn read_span(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut total: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|n| *n > 0)?;
        let (number, tail) = rest.split_at(digits);
        let tail = tail.trim_start();
        let end = tail.find(|c: char| c.is_whitespace() || c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(seconds_of(unit)?)?)?;
        rest = tail.trim_start();
    }
    Some(total)
}

fn seconds_of(unit: &str) -> Option<i64> {
    let unit = unit.to_lowercase();
    let names = |key: &str| Locale::ALL.map(|l| t(l, key)).join(",");
    UNITS.iter().find(|(key, _)| names(key).split(',').any(|word| word.trim() == unit)).map(|(_, s)| *s)
}

/// `24 hours`, `1 hour 30 minutes`: exactly, and never in days, so that nobody takes counted hours for a
/// calendar day.
pub fn span(locale: Locale, seconds: i64) -> String {
    let s = seconds.unsigned_abs();
    let parts = [("unit-hour", s / 3600), ("unit-minute", s / 60 % 60), ("unit-second", s % 60)];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(unit, n)| *n > 0 || (s == 0 && *unit == "unit-second"))
        .map(|(unit, n)| t_args(locale, unit, &[("n", &n.to_string())]))
        .collect();
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_both_languages_and_written_back() {
        for (text, seconds) in [
            ("30 分钟", Some(1_800)),
            ("30分", Some(1_800)),
            ("2 小时", Some(7_200)),
            ("1小时30分钟", Some(5_400)),
            ("1 天", Some(86_400)),
            ("1 h 30 min", Some(5_400)),
            ("90 seconds", Some(90)),
            ("30", None),
            ("", None),
            ("半小时", None),
            ("99999999999999999 天", None),
        ] {
            assert_eq!(read_span(text), seconds, "{text}");
        }
        for seconds in [1, 90, 1_800, 5_400, 86_400, 93_784] {
            for locale in Locale::ALL {
                assert_eq!(read_span(&span(locale, seconds)), Some(seconds));
            }
        }
    }
}
