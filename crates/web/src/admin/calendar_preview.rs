//! A year of a calendar to look at; and what a calendar will be: that year with the differences to the present revision,
//! and the running clocks whose dues would move.

use desk::admin::CalendarPreview;
use domain::calendar::{Calendar, Day, Windows, days_of_year, write_windows};
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use words::{Locale, t, t_args, weekday, when, word};

/// A day of the grid; a blank before the first and after the last of a month has no number.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub number: i8,
    pub role: &'static str,
    pub mark: &'static str,
    pub changed: bool,
    pub title: String,
}

/// A month of the grid, week by week from Monday.
pub(super) struct Month {
    pub name: &'static str,
    pub weeks: Vec<Vec<Cell>>,
}

/// A date whose windows change.
pub(super) struct ChangedDay {
    pub date: String,
    pub before: String,
    pub after: String,
}

/// A clock whose due would move.
pub(super) struct MovedClock {
    pub number: String,
    pub title: String,
    pub milestone: &'static str,
    pub before: String,
    pub after: String,
    pub late: bool,
}

/// A year, month by month.
pub(super) struct Year {
    pub year: i16,
    pub open_days: usize,
    pub hours: String,
    pub months: Vec<Month>,
    /// Its holidays are not announced.
    pub uncertain: bool,
    /// Is there an earlier revision from which days may differ?
    pub compared: bool,
}

/// The preview.
pub(super) struct Preview {
    pub year: Year,
    pub changed_days: usize,
    pub changes: Vec<ChangedDay>,
    pub clocks: CalendarPreview,
    pub moved: Vec<MovedClock>,
}

/// Changed dates that are listed one by one.
const LISTED: usize = 24;
/// Years from today in which differences are counted.
const AHEAD: i16 = 5;

impl Year {
    /// A year, with the differences to an earlier revision.
    pub(super) fn of(locale: Locale, year: i16, calendar: &Calendar, earlier: Option<&Calendar>) -> Self {
        let days = days_of_year(calendar, earlier, year);
        let open = days.iter().filter(|d| !d.windows.is_empty());
        let seconds: i64 = open.clone().map(|d| i64::from(d.windows.seconds())).sum();
        Self {
            year,
            open_days: open.count(),
            hours: words::span(locale, seconds),
            months: months(locale, &days),
            uncertain: !calendar.covers(year),
            compared: earlier.is_some(),
        }
    }

    /// The years on either side.
    pub(super) fn beside(&self) -> [i16; 2] {
        [self.year.saturating_sub(1), self.year.saturating_add(1)]
    }
}

impl Preview {
    /// Puts it together for one year.
    pub(super) fn of(
        locale: Locale,
        (now, year): (Timestamp, i16),
        calendar: &Calendar,
        earlier: Option<&Calendar>,
        clocks: CalendarPreview,
    ) -> Self {
        let today = now.to_zoned(calendar.zone().clone()).date();
        let until = today.saturating_add(jiff::Span::new().years(AHEAD));
        let all = (today.year()..=until.year()).flat_map(|y| days_of_year(calendar, earlier, y));
        let changed: Vec<Day> = all.filter(|d| d.was.is_some() && (today..until).contains(&d.date)).collect();
        let moved = clocks.first.iter().map(|c| moved(locale, calendar.zone(), now, c)).collect();
        Self {
            year: Year::of(locale, year, calendar, earlier),
            changed_days: changed.len(),
            changes: changed.iter().take(LISTED).map(|d| change(locale, d)).collect(),
            moved,
            clocks,
        }
    }

    /// Changed dates that are not listed.
    pub(super) fn unlisted(&self) -> usize {
        self.changed_days.saturating_sub(self.changes.len())
    }
}

fn moved(locale: Locale, zone: &TimeZone, now: Timestamp, c: &desk::admin::ShiftedClock) -> MovedClock {
    let due = |at: Option<Timestamp>| {
        at.map_or_else(|| t(locale, "chip-paused").to_owned(), |at| when(locale, zone, at, now))
    };
    MovedClock {
        number: c.number.clone(),
        title: c.title.clone(),
        milestone: c.milestone.as_str(),
        before: due(c.shift.before.due),
        after: due(c.shift.after.due),
        late: c.shift.is_newly_late(),
    }
}

fn windows_text(locale: Locale, windows: &Windows) -> String {
    let texts: Vec<_> = windows.iter().map(domain::calendar::Window::text).collect();
    if texts.is_empty() { t(locale, "calendar-closed").to_owned() } else { write_windows(&texts) }
}

fn change(locale: Locale, day: &Day) -> ChangedDay {
    ChangedDay {
        date: format!("{} {}", day.date, weekday(locale, day.date)),
        before: day.was.as_ref().map(|w| windows_text(locale, w)).unwrap_or_default(),
        after: windows_text(locale, &day.windows),
    }
}

fn months(locale: Locale, days: &[Day]) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::with_capacity(12);
    for day in days {
        let column = usize::from(day.date.weekday().to_monday_zero_offset().unsigned_abs());
        if day.date.day() == 1 {
            let name = word(locale, "month_name", &day.date.month().to_string());
            months.push(Month { name, weeks: vec![vec![Cell::default(); column]] });
        }
        let Some(month) = months.last_mut() else { continue };
        if column == 0 && day.date.day() > 1 {
            month.weeks.push(Vec::with_capacity(7));
        }
        if let Some(week) = month.weeks.last_mut() {
            week.push(cell(locale, day));
        }
    }
    for month in &mut months {
        if let Some(week) = month.weeks.last_mut() {
            week.resize(7, Cell::default());
        }
    }
    months
}

/// Colour never stands alone: a special day carries its mark, a changed one a dot and the words in its title.
fn cell(locale: Locale, day: &Day) -> Cell {
    let open = !day.windows.is_empty();
    let mark = match (day.special, open) {
        (false, _) => "",
        (true, false) => t(locale, "day-mark-off"),
        (true, true) if weekend(day.date) => t(locale, "day-mark-work"),
        (true, true) => t(locale, "day-mark-custom"),
    };
    let now = windows_text(locale, &day.windows);
    let title = match &day.was {
        None => format!("{} {now}", day.date),
        Some(was) => {
            let was = windows_text(locale, was);
            let args = [("date", &*day.date.to_string()), ("before", &*was), ("after", &*now)];
            t_args(locale, "day-changed", &args)
        }
    };
    let role = if open { "open" } else { "closed" };
    Cell { number: day.date.day(), role, mark, changed: day.was.is_some(), title }
}

fn weekend(date: Date) -> bool {
    date.weekday().to_monday_one_offset() > 5
}
