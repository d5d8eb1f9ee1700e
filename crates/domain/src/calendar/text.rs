//! Windows and exceptions as people type them, and back: `09:00–12:00, 13:00–18:00`, one exception per line.
//! Knows no language: the words for kinds of days come from the caller.

use jiff::civil::Date;

use super::doc::WindowText;
use super::{ExceptionDoc, ExceptionKind};

/// Dashes, tildes and the two Chinese words for "to".
const DASHES: [char; 8] = ['-', '\u{2013}', '\u{2014}', '\u{ff0d}', '~', '\u{ff5e}', '\u{81f3}', '\u{5230}'];
/// What stands between the two dates of a stretch; a hyphen is part of a date.
const STRETCH: [char; 5] = ['\u{2013}', '~', '\u{ff5e}', '\u{81f3}', '\u{5230}'];
/// Separators between windows: comma, semicolon, their wide forms, the enumeration comma.
const BETWEEN: [char; 5] = [',', ';', '\u{ff0c}', '\u{ff1b}', '\u{3001}'];
/// The longest stretch of days that one line may name.
const MAX_STRETCH: usize = 62;

/// Reads the windows of a day; an empty text is a closed day. Hours may have one digit, minutes may be left out.
/// Whether a window is one is checked with the document.
///
/// # Errors
/// The piece that is no pair of times.
pub fn read_windows(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut tight = String::with_capacity(text.len());
    for c in text.chars().map(|c| if c == '\u{ff1a}' { ':' } else { c }) {
        let c = if DASHES.contains(&c) { '-' } else { c };
        if c == '-' {
            tight.truncate(tight.trim_end().len());
        }
        if !(c.is_whitespace() && tight.ends_with('-')) {
            tight.push(c);
        }
    }
    tight
        .split(|c: char| BETWEEN.contains(&c) || c.is_whitespace())
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (start, end) = piece.split_once('-').ok_or_else(|| piece.to_owned())?;
            time(start).zip(time(end)).ok_or_else(|| piece.to_owned())
        })
        .collect()
}

/// `9` and `9:00` become `09:00`.
fn time(text: &str) -> Option<String> {
    let (hour, rest) = text.split_once(':').unwrap_or((text, "00"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b':');
    (digits(hour) && hour.len() <= 2 && digits(rest)).then(|| format!("{hour:0>2}:{rest}"))
}

/// The windows of a day as people read them; empty for a closed day.
pub fn write_windows(windows: &[(String, String)]) -> String {
    windows.iter().map(|(a, b)| format!("{a}\u{2013}{b}")).collect::<Vec<_>>().join(", ")
}

/// Reads exceptions, one per line: date, what kind of day or which windows, name. A date may be a stretch,
/// `2026-10-01~2026-10-07`; empty lines are skipped.
///
/// # Errors
/// All lines that cannot be read.
pub fn read_exceptions(
    text: &str,
    kind_of: impl Fn(&str) -> Option<ExceptionKind>,
) -> Result<Vec<ExceptionDoc>, Vec<String>> {
    let (mut days, mut wrong) = (Vec::new(), Vec::new());
    for text in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        match line(text, &kind_of) {
            Some(found) => days.extend(found),
            None => wrong.push(text.to_owned()),
        }
    }
    if wrong.is_empty() { Ok(days) } else { Err(wrong) }
}

fn line(text: &str, kind_of: &impl Fn(&str) -> Option<ExceptionKind>) -> Option<Vec<ExceptionDoc>> {
    let mut words = text.split_whitespace().peekable();
    let (first, last) = dates(words.next()?)?;
    let word = words.next()?;
    let (kind, windows) = if let Some(kind) = kind_of(word) {
        (kind, Vec::new())
    } else {
        let mut all = word.to_owned();
        while let Some(more) = words.next_if(|w| w.starts_with(|c: char| c.is_ascii_digit())) {
            all.push(',');
            all.push_str(more);
        }
        (ExceptionKind::Custom, read_windows(&all).ok().filter(|w| !w.is_empty())?)
    };
    let name = words.collect::<Vec<_>>().join(" ");
    let days: Vec<Date> =
        first.series(jiff::Span::new().days(1)).take_while(|d| *d <= last).take(MAX_STRETCH + 1).collect();
    let fits = !days.is_empty() && days.len() <= MAX_STRETCH;
    fits.then(|| {
        let day = |date| ExceptionDoc { date, kind, name: name.clone(), windows: windows.clone() };
        days.into_iter().map(day).collect()
    })
}

/// A date, or a stretch of dates.
fn dates(text: &str) -> Option<(Date, Date)> {
    match text.split_once(STRETCH.as_slice()) {
        Some((first, last)) => Some((date(first)?, date(last)?)),
        None => date(text).map(|d| (d, d)),
    }
}

/// `2026-10-01`, `2026/10/1`, `2026.10.1`, or with the Chinese words for year, month, day.
fn date(text: &str) -> Option<Date> {
    let separators = ['-', '/', '.', '\u{5e74}', '\u{6708}', '\u{65e5}'];
    let mut parts = text.split(separators.as_slice()).filter(|p| !p.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Exceptions as [`read_exceptions`] reads them, in the order of their dates.
pub fn write_exceptions<'a>(
    exceptions: impl Iterator<Item = &'a ExceptionDoc>,
    word_of: impl Fn(ExceptionKind) -> &'static str,
    name_of: impl Fn(&str) -> String,
) -> String {
    let mut sorted: Vec<_> = exceptions.collect();
    sorted.sort_by_key(|e| e.date);
    let line = |e: &ExceptionDoc| {
        let what =
            if e.kind == ExceptionKind::Custom { custom(&e.windows) } else { word_of(e.kind).to_owned() };
        format!("{} {what} {}", e.date, name_of(&e.name)).trim_end().to_owned()
    };
    sorted.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn custom(windows: &[WindowText]) -> String {
    windows.iter().map(|(a, b)| format!("{a}\u{2013}{b}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, windows: &str) {
        let read = read_windows(text).map_or_else(|bad| format!("? {bad}"), |w| write_windows(&w));
        assert_eq!(read, windows, "{text}");
    }

    #[test]
    fn windows_are_read_as_people_type_them() {
        check("", "");
        check("09:00–12:00, 13:00–18:00", "09:00–12:00, 13:00–18:00");
        check("9:00-12:00 13:00-18:00", "09:00–12:00, 13:00–18:00");
        check("9：00 至 12：00，13：00～18：00", "09:00–12:00, 13:00–18:00");
        check("9-18", "09:00–18:00");
        check("22:00–06:00", "22:00–06:00");
        check("09:00", "? 09:00");
        check("九点-18:00", "? 九点-18:00");
    }

    fn kind(word: &str) -> Option<ExceptionKind> {
        match word {
            "休" => Some(ExceptionKind::Off),
            "班" => Some(ExceptionKind::MakeupWork),
            _ => None,
        }
    }

    #[test]
    fn exceptions_survive_reading_and_writing() {
        let text =
            "2026-10-10 班\n2026/10/1~2026/10/3 休 国庆节\n\n2026年10月4日 10:00-12:00, 14:00-16:00 节日值班";
        let read = read_exceptions(text, kind).unwrap();
        let word = |k| if k == ExceptionKind::Off { "休" } else { "班" };
        let written = write_exceptions(read.iter(), word, str::to_owned);
        assert_eq!(
            written,
            "2026-10-01 休 国庆节\n2026-10-02 休 国庆节\n2026-10-03 休 国庆节\n\
             2026-10-04 10:00–12:00,14:00–16:00 节日值班\n2026-10-10 班"
        );
        let again = read_exceptions(&written, kind).unwrap();
        assert_eq!(again.len(), read.len());
        assert!(read.iter().all(|e| again.contains(e)));
    }

    #[test]
    fn the_line_that_cannot_be_read_is_named() {
        for bad in [
            "2026-13-01 休",
            "10-01 休",
            "2026-10-01",
            "2026-10-01 放",
            "2026-10-03~2026-10-01 休",
            "2026-01-01~2026-12-31 休",
        ] {
            let text = format!("2026-05-01 休\n{bad}");
            assert_eq!(read_exceptions(&text, kind), Err(vec![bad.to_owned()]));
        }
    }
}
