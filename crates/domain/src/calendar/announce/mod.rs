//! Announcements of holidays, as they are published: calendar feeds, tables in JSON, the text of the notice. Reading
//! one changes nothing; [`CalendarDoc::with_announced`] says what a calendar would be with it.

mod ics;
mod json;
mod mark;
mod notice;
mod numeral;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};

use super::{CalendarDoc, ExceptionDoc, ExceptionKind};

pub use ics::{content_line as ics_line, escaped as ics_escaped, read_ics, write_ics};
pub use json::HolidayJson;
pub use notice::read_notice;

/// A year counts as announced when at least so many of its days are off: a file that ends on 31 December with the
/// first day of the next New Year does not announce that year.
const WHOLE_YEAR: usize = 7;
/// The longest stretch of days that one line or event may name.
const MAX_STRETCH: usize = 62;
/// A holiday is made longer by no more than so many days.
const LONGER_BY: i64 = 14;

/// What an announcement says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Announcement {
    /// One entry per date, in order.
    pub days: Vec<ExceptionDoc>,
    /// Events or clauses that speak of days and were not understood, for people to look at.
    pub unread: Vec<String>,
    /// Holidays that are made longer: where they end now. [`Announcement::for_calendar`] finds their days.
    pub extended: Vec<Extension>,
    /// Clauses with a stretch that ends before it begins; nothing of them was read.
    pub backwards: Vec<String>,
    /// Dates with a weekday that is not theirs; they were read by the date.
    pub doubts: Vec<Doubt>,
    /// Numbers of days that are not those of the dates; they were read by the dates.
    pub miscounts: Vec<Miscount>,
    /// The year by which days were read, where the text names none.
    pub assumed_year: Option<i16>,
}

/// A holiday that is made longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Its last day.
    pub until: Date,
    /// How the item names it, if it does.
    pub name: String,
    /// As it was read.
    pub line: String,
}

/// A date and the weekday that was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The date.
    pub date: Date,
    /// What it is not.
    pub said: Weekday,
    /// Where it stands.
    pub line: String,
}

/// A number of days off that is not that of the dates beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miscount {
    /// So many days the text says.
    pub said: usize,
    /// So many it names.
    pub read: usize,
    /// Where it stands.
    pub line: String,
}

impl Announcement {
    fn of(days: impl IntoIterator<Item = ExceptionDoc>, unread: Vec<String>) -> Self {
        let mut by_date: BTreeMap<Date, ExceptionDoc> = BTreeMap::new();
        for day in days {
            // A make-up day inside a stretch of days off is the exact word about that date.
            let wins = day.kind != ExceptionKind::Off;
            let entry = by_date.entry(day.date).or_insert_with(|| day.clone());
            if wins {
                *entry = day;
            }
        }
        Self { days: by_date.into_values().collect(), unread, ..Self::default() }
    }

    /// With the days of what is made longer: from the day after the last one off that the calendar, or the
    /// announcement, has before its new end. Where there is none, it cannot be said which days these are.
    #[must_use]
    pub fn for_calendar(mut self, doc: &CalendarDoc) -> Self {
        for longer in std::mem::take(&mut self.extended) {
            let earliest = longer.until.saturating_sub(jiff::Span::new().days(LONGER_BY));
            let off = |e: &&ExceptionDoc| e.kind == ExceptionKind::Off;
            let near = |e: &&ExceptionDoc| e.date >= earliest && e.date < longer.until;
            let before = doc.exceptions.iter().chain(&self.days).filter(|e| off(e) && near(e));
            let Some(last) = before.max_by_key(|e| e.date) else {
                self.unread.push(longer.line);
                continue;
            };
            let name = if longer.name.is_empty() { last.name.clone() } else { longer.name };
            let days = stretch(last.date, longer.until).into_iter().skip(1);
            let days: Vec<_> = days.map(|d| plain(d, ExceptionKind::Off, &name)).collect();
            self.days.retain(|e| days.iter().all(|d| d.date != e.date));
            self.days.extend(days);
            self.days.sort_by_key(|e| e.date);
        }
        self
    }

    /// The years that it announces as a whole.
    pub fn years(&self) -> BTreeSet<i16> {
        let mut off: BTreeMap<i16, usize> = BTreeMap::new();
        for day in self.days.iter().filter(|d| d.kind == ExceptionKind::Off) {
            *off.entry(day.date.year()).or_default() += 1;
        }
        off.into_iter().filter(|(_, n)| *n >= WHOLE_YEAR).map(|(year, _)| year).collect()
    }

    /// How many days of a kind there are.
    pub fn count(&self, kind: ExceptionKind) -> usize {
        self.days.iter().filter(|d| d.kind == kind).count()
    }
}

impl CalendarDoc {
    /// This calendar with what was announced: in announced years it replaces all days off and make-up days, elsewhere
    /// it adds its dates. Days with hours of their own are the house's and stay; so do the names of days that agree.
    #[must_use]
    pub fn with_announced(&self, announced: &Announcement) -> Self {
        let announced = announced.clone().for_calendar(self);
        let years = announced.years();
        let mut days: BTreeMap<Date, ExceptionDoc> = self
            .exceptions
            .iter()
            .filter(|e| e.kind == ExceptionKind::Custom || !years.contains(&e.date.year()))
            .map(|e| (e.date, e.clone()))
            .collect();
        for day in &announced.days {
            if days.get(&day.date).is_some_and(|e| e.kind == ExceptionKind::Custom) {
                continue;
            }
            let same = self.exceptions.iter().find(|e| e.date == day.date && e.kind == day.kind);
            let name = same.map_or(&day.name, |e| &e.name).clone();
            days.insert(day.date, ExceptionDoc { name, ..day.clone() });
        }
        let coverage = self.coverage.union(&years).copied().collect();
        Self { exceptions: days.into_values().collect(), coverage, ..self.clone() }
    }

    /// The first year that ought to be announced and is not: from 1 November the next one, and the present one always
    /// (C5). `None` for a calendar that follows no announcements.
    pub fn missing_year(&self, today: Date) -> Option<i16> {
        if self.always_open || self.coverage.is_empty() {
            return None;
        }
        let last = if today.month() >= 11 { today.year() + 1 } else { today.year() };
        (today.year()..=last).find(|y| !self.coverage.contains(y))
    }
}

/// All dates from `first` to `last`, both included; nothing if that is no sensible stretch.
fn stretch(first: Date, last: Date) -> Vec<Date> {
    let days: Vec<Date> =
        first.series(jiff::Span::new().days(1)).take_while(|d| *d <= last).take(MAX_STRETCH + 1).collect();
    if days.len() > MAX_STRETCH { Vec::new() } else { days }
}

fn plain(date: Date, kind: ExceptionKind, name: &str) -> ExceptionDoc {
    ExceptionDoc { date, kind, name: name.to_owned(), windows: Vec::new() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::{china_coverage, china_exceptions};
    use super::*;

    fn shipped() -> CalendarDoc {
        let doc = r#"{"time_zone":"Asia/Shanghai","week":[[["09:00","18:00"]],[],[],[],[],[],[]]}"#;
        let doc: CalendarDoc = serde_json::from_str(doc).unwrap();
        CalendarDoc { exceptions: china_exceptions(), coverage: china_coverage(), ..doc }
    }

    #[test]
    fn an_announced_year_replaces_what_was_guessed_and_leaves_the_houses_own_days() {
        let mut doc = shipped();
        doc.exceptions.retain(|e| e.date.year() < 2026);
        doc.coverage.remove(&2026);
        let own = |day: i8, kind, windows: &[(&str, &str)]| ExceptionDoc {
            date: date(2026, 10, day),
            kind,
            name: "own".to_owned(),
            windows: windows.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        };
        doc.exceptions.push(own(1, ExceptionKind::Custom, &[("10:00", "12:00")]));
        doc.exceptions.push(own(12, ExceptionKind::Off, &[]));
        let all = shipped().exceptions.into_iter().filter(|e| e.date.year() == 2026);
        let announced = Announcement::of(all, Vec::new());
        let after = doc.with_announced(&announced);
        assert_eq!(after.coverage, china_coverage());
        let on = |day: i8| after.exceptions.iter().find(|e| e.date == date(2026, 10, day)).map(|e| e.kind);
        assert_eq!(on(1), Some(ExceptionKind::Custom));
        assert_eq!(
            (on(2), on(10), on(12)),
            (Some(ExceptionKind::Off), Some(ExceptionKind::MakeupWork), None)
        );
        assert_eq!(after.with_announced(&announced), after, "taking it again changes nothing");
    }

    #[test]
    fn a_year_that_is_missing_is_asked_for_from_november() {
        let doc = shipped();
        assert_eq!(doc.missing_year(date(2026, 10, 31)), None);
        assert_eq!(doc.missing_year(date(2026, 11, 1)), Some(2027));
        assert_eq!(doc.missing_year(date(2027, 3, 1)), Some(2027));
        let none = CalendarDoc { coverage: BTreeSet::new(), ..shipped() };
        assert_eq!(none.missing_year(date(2027, 3, 1)), None);
    }
}
