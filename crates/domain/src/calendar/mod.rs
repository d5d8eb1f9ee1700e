//! Service calendars: when a promise's clock counts. Rules C1–C6 and A1–A6 of the SLA specification.
//! A [`CalendarDoc`] is what people edit; [`Calendar`] is the same, checked and ready to count.

mod announce;
mod check;
mod china;
mod compare;
mod count;
mod doc;
mod text;
mod windows;

pub use announce::{
    Announcement, Doubt, Extension, HolidayJson, Miscount, ics_escaped, ics_line, read_ics, read_notice,
    write_ics,
};
pub use check::WEEKDAYS;
pub use china::{china_coverage, china_exceptions};
pub use compare::{Day, days_of_year};
pub use count::{CountError, MAX_TARGET_S, Span, check_duration};
pub use doc::{CalendarDoc, DocError, ExceptionDoc, ExceptionKind};
pub use text::{read_exceptions, read_windows, write_exceptions, write_windows};
pub use windows::{Window, Windows};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// A calendar that can count. Immutable; one per revision.
#[derive(Debug)]
pub struct Calendar {
    zone: TimeZone,
    week: [Windows; 7],
    exceptions: BTreeMap<Date, Windows>,
    always_open: bool,
    coverage: BTreeSet<i16>,
    chunks: Box<[OnceLock<count::Chunk>]>,
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.zone == other.zone
            && self.week == other.week
            && self.exceptions == other.exceptions
            && self.always_open == other.always_open
            && self.coverage == other.coverage
    }
}

impl Calendar {
    /// A calendar from its parts. `week` starts on Monday. `coverage` are the years whose holidays are known.
    pub fn new(
        zone: TimeZone,
        week: [Windows; 7],
        exceptions: BTreeMap<Date, Windows>,
        coverage: BTreeSet<i16>,
    ) -> Self {
        Self { zone, week, exceptions, always_open: false, coverage, chunks: count::empty_chunks() }
    }

    /// 24×7: `due = start + target`, whatever the zone (C3). The zone only serves the display.
    pub fn always_open(zone: TimeZone) -> Self {
        let week = std::array::from_fn(|_| Windows::default());
        Self {
            zone,
            week,
            exceptions: BTreeMap::new(),
            always_open: true,
            coverage: BTreeSet::new(),
            chunks: Box::default(),
        }
    }

    /// Is this a 24×7 calendar?
    pub fn is_always_open(&self) -> bool {
        self.always_open
    }

    /// The zone in which the calendar's wall times are meant.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The open windows of a local date: its exception if there is one, else the weekday's (C2).
    pub fn windows_of(&self, date: Date) -> &Windows {
        static CLOSED: Windows = Windows::EMPTY;
        self.exceptions
            .get(&date)
            .or_else(|| self.week.get(usize::from(weekday_index(date.weekday()))))
            .unwrap_or(&CLOSED)
    }

    /// Has this local date an exception of its own?
    pub fn has_exception(&self, date: Date) -> bool {
        self.exceptions.contains_key(&date)
    }

    /// Are the holidays of this year known (C5)? A 24×7 calendar needs none.
    pub fn covers(&self, year: i16) -> bool {
        self.always_open || self.coverage.is_empty() || self.coverage.contains(&year)
    }
}

/// Monday = 0 … Sunday = 6.
pub(crate) fn weekday_index(day: Weekday) -> u8 {
    day.to_monday_zero_offset().unsigned_abs()
}
