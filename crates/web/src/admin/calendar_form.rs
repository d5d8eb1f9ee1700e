//! A calendar as a form: texts that people type, to and from the document.

use std::collections::{BTreeMap, BTreeSet};

use desk::FieldError;
use domain::calendar::{
    CalendarDoc, ExceptionDoc, ExceptionKind, WEEKDAYS, read_exceptions, read_windows, write_exceptions,
    write_windows,
};
use domain::ticket::decide::Rules;
use jiff::civil::Date;
use words::{Locale, holiday, holiday_key, t, t_args, word};

use super::pairs::Pairs;
use crate::wrong::{Wrong, Wrongs};

/// The exceptions of one year.
#[derive(Debug, Clone)]
pub(super) struct YearText {
    pub year: i16,
    pub text: String,
    pub summary: String,
}

/// The form as it was sent, or as a document fills it.
#[derive(Debug, Clone, Default)]
pub(super) struct CalendarForm {
    pub id: String,
    pub rev: i64,
    pub name: String,
    pub time_zone: String,
    pub always_open: bool,
    pub week: Vec<String>,
    pub makeup: String,
    pub years: Vec<YearText>,
    pub more: String,
    pub coverage: String,
    /// What was pasted and could not be read.
    pub announcement: String,
}

impl CalendarForm {
    /// A document in the form.
    pub(super) fn of(locale: Locale, head: (&str, i64, &str), doc: &CalendarDoc, this_year: i16) -> Self {
        let mut years: BTreeMap<i16, Vec<&ExceptionDoc>> = BTreeMap::from([(this_year, Vec::new())]);
        for e in &doc.exceptions {
            years.entry(e.date.year()).or_default().push(e);
        }
        let years = years.into_iter().rev().map(|(year, list)| YearText {
            year,
            summary: summary(locale, &list),
            text: write_exceptions(
                list.into_iter(),
                |kind| kind_words(locale, kind).next().unwrap_or_default(),
                |name| holiday(locale, name),
            ),
        });
        Self {
            id: head.0.to_owned(),
            rev: head.1,
            name: head.2.to_owned(),
            time_zone: doc.time_zone.clone(),
            always_open: doc.always_open,
            week: doc.week.iter().map(|day| write_windows(day)).collect(),
            makeup: write_windows(&doc.makeup),
            years: years.collect(),
            more: String::new(),
            coverage: write_years(&doc.coverage),
            announcement: String::new(),
        }
    }

    /// What was sent.
    pub(super) fn sent(id: &str, p: &Pairs) -> Self {
        let text = |name: &str| p.get(name).to_owned();
        Self {
            id: id.to_owned(),
            rev: p.number("rev"),
            name: text("name"),
            time_zone: text("time_zone").trim().to_owned(),
            always_open: p.ticked("always_open"),
            week: WEEKDAYS.iter().map(|d| text(&format!("week.{d}"))).collect(),
            makeup: text("makeup"),
            years: p
                .rows("exceptions")
                .into_iter()
                .filter_map(|y| i16::try_from(y).ok())
                .map(|year| YearText {
                    year,
                    text: text(&format!("exceptions.{year}")),
                    summary: String::new(),
                })
                .collect(),
            more: text("more"),
            coverage: text("coverage"),
            announcement: String::new(),
        }
    }

    /// What is wrong, with the field that asks for it. A line or a date names itself.
    pub(super) fn wrongs(&self, fields: &[FieldError], locale: Locale) -> Wrongs {
        let one = |f: &FieldError| {
            let plain = Wrong::of(f, locale);
            let Some(what) = f.field.strip_prefix("exceptions.") else { return plain };
            let year = self.years.iter().find(|y| y.has(what));
            let control = year.map_or("more".to_owned(), |y| format!("exceptions.{}", y.year));
            let why = t_args(locale, "field-issue", &[("field", what), ("issue", &plain.why)]);
            Wrong { control, why, ..plain }
        };
        fields.iter().map(one).collect()
    }

    /// The document, or everything that cannot be read.
    pub(super) fn read(&self) -> Result<CalendarDoc, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut windows = |field: String, text: &str| {
            read_windows(text).unwrap_or_else(|_| {
                wrong.push(FieldError::new(field, "bad_window"));
                Vec::new()
            })
        };
        let mut week: [Vec<(String, String)>; 7] = Default::default();
        for ((day, name), text) in week.iter_mut().zip(WEEKDAYS).zip(&self.week) {
            *day = windows(format!("week.{name}"), text);
        }
        let makeup = windows("makeup".to_owned(), &self.makeup);
        let mut exceptions = Vec::new();
        for text in self.years.iter().map(|y| &y.text).chain([&self.more]) {
            match read_exceptions(text, exception_kind) {
                Ok(days) => exceptions.extend(days),
                Err(lines) => {
                    let named = |line: &String| format!("exceptions.{}", undotted(line));
                    wrong.extend(lines.iter().map(|l| FieldError::new(named(l), "bad_line")));
                }
            }
        }
        for e in &mut exceptions {
            e.name = holiday_key(&e.name);
        }
        exceptions.sort_by_key(|e| e.date);
        let coverage = read_years(&self.coverage).unwrap_or_else(|| {
            wrong.push(FieldError::new("coverage", "bad_value"));
            BTreeSet::new()
        });
        let (time_zone, always_open) = (self.time_zone.clone(), self.always_open);
        let doc = CalendarDoc { time_zone, always_open, week, makeup, exceptions, coverage };
        if wrong.is_empty() {
            return Ok(doc);
        }
        // What the rules have against the rest is said at once, but not of what could not be read.
        let week_unread = wrong.iter().any(|f| f.field.starts_with("week."));
        let more = doc.problems().into_iter().filter(|(field, _)| !(week_unread && field == "week"));
        for (field, issue) in more {
            if wrong.iter().all(|f| f.field != field) {
                wrong.push(FieldError::new(field, issue));
            }
        }
        if self.name.trim().is_empty() {
            wrong.push(FieldError::new("name", "required"));
        }
        Err(wrong)
    }

    /// The days of the week with their texts.
    pub(super) fn days(&self) -> Vec<(&'static str, &str)> {
        WEEKDAYS.iter().copied().zip(self.week.iter().map(String::as_str)).collect()
    }
}

impl YearText {
    /// Is this one of its days or its lines?
    fn has(&self, what: &str) -> bool {
        what.parse::<Date>().map_or_else(|_| undotted(&self.text).contains(what), |d| d.year() == self.year)
    }
}

/// Field names are cut at dots; a line is shown as it was typed but for them.
fn undotted(line: &str) -> String {
    line.replace('.', "/")
}

/// The words by which a language names a kind of day.
fn kind_words(locale: Locale, kind: ExceptionKind) -> impl Iterator<Item = &'static str> {
    word(locale, "exception_words", kind.as_str()).split(',').map(str::trim)
}

fn exception_kind(word: &str) -> Option<ExceptionKind> {
    let kinds = [ExceptionKind::Off, ExceptionKind::MakeupWork];
    let word = word.to_lowercase();
    kinds.into_iter().find(|k| Locale::ALL.iter().any(|l| kind_words(*l, *k).any(|w| w == word)))
}

fn summary(locale: Locale, list: &[&ExceptionDoc]) -> String {
    if list.is_empty() {
        return t(locale, "exceptions-none").to_owned();
    }
    let kinds = [
        (ExceptionKind::Off, "exceptions-off"),
        (ExceptionKind::MakeupWork, "exceptions-makeup_work"),
        (ExceptionKind::Custom, "exceptions-custom"),
    ];
    let counted = kinds.map(|(kind, key)| (key, list.iter().filter(|e| e.kind == kind).count()));
    let parts: Vec<String> = counted
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(key, n)| t_args(locale, key, &[("n", &n.to_string())]))
        .collect();
    parts.join(t(locale, "list-comma"))
}

/// `2020–2024, 2026`.
pub(super) fn write_years(years: &BTreeSet<i16>) -> String {
    let mut runs: Vec<(i16, i16)> = Vec::new();
    for year in years {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *year => *last = *year,
            _ => runs.push((*year, *year)),
        }
    }
    let run = |(a, b): (i16, i16)| if a == b { a.to_string() } else { format!("{a}\u{2013}{b}") };
    runs.into_iter().map(run).collect::<Vec<_>>().join(", ")
}

fn read_years(text: &str) -> Option<BTreeSet<i16>> {
    let mut years = BTreeSet::new();
    for part in crate::form::words(text) {
        let ends = part.split_once(['-', '\u{2013}', '~', '\u{ff5e}', '\u{81f3}']).unwrap_or((&part, &part));
        let (first, last): (i16, i16) = (ends.0.trim().parse().ok()?, ends.1.trim().parse().ok()?);
        if first > last || last.saturating_sub(first) > 200 {
            return None;
        }
        years.extend(first..=last);
    }
    Some(years)
}

/// The service hours of the house in a line.
pub fn service_hours(locale: Locale, rules: &Rules) -> String {
    let calendar = rules.calendars.get(&rules.settings.silence_calendar);
    calendar.map(|c| week_text(locale, &c.doc)).unwrap_or_default()
}

/// The weekly hours in a line: days with the same windows stand together.
pub(super) fn week_text(locale: Locale, doc: &CalendarDoc) -> String {
    if doc.always_open {
        return t(locale, "calendar-always").to_owned();
    }
    let mut runs: Vec<(&str, &str, String)> = Vec::new();
    for (day, windows) in WEEKDAYS.iter().zip(&doc.week) {
        let text = write_windows(windows);
        match runs.last_mut() {
            Some((_, last, same)) if *same == text => *last = day,
            _ => runs.push((day, day, text)),
        }
    }
    let open: Vec<String> = runs
        .into_iter()
        .filter(|(_, _, windows)| !windows.is_empty())
        .map(|(first, last, windows)| {
            let (a, b) = (word(locale, "weekday", first), word(locale, "weekday", last));
            let days = if first == last {
                a.to_owned()
            } else {
                t_args(locale, "days-range", &[("a", a), ("b", b)])
            };
            format!("{days} {windows}")
        })
        .collect();
    open.join(t(locale, "list-comma"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_calendar_survives_the_form() {
        let doc = CalendarDoc {
            time_zone: "Asia/Shanghai".to_owned(),
            always_open: false,
            week: std::array::from_fn(|i| {
                if i < 5 { vec![("09:00".to_owned(), "18:00".to_owned())] } else { Vec::new() }
            }),
            makeup: Vec::new(),
            exceptions: domain::calendar::china_exceptions(),
            coverage: domain::calendar::china_coverage(),
        };
        for locale in Locale::ALL {
            let form = CalendarForm::of(locale, ("x", 1, "x"), &doc, 2026);
            assert_eq!(form.coverage, "2020–2026");
            assert_eq!(form.read().unwrap(), doc, "{locale:?}");
        }
        assert_eq!(week_text(Locale::Zh, &doc), "周一至周五 09:00–18:00");
    }
}
