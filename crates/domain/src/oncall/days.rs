//! What kind of day a local date is, as the calendar says: the holidays and make-up days of the notice decide.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::calendar::{CalendarDoc, ExceptionKind, weekday_index};
use crate::named;

named! {
    /// The kind of a date.
    pub enum DayKind ("day kind") {
        /// A workday of the week or a make-up day.
        Workday = "workday",
        /// A day off of the week.
        Weekend = "weekend",
        /// A public holiday.
        Holiday = "holiday",
    }
}

/// The kinds of all dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    week: [DayKind; 7],
    exceptions: BTreeMap<Date, ExceptionKind>,
}

/// Consecutive days that are no workdays, a public holiday among them; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Days {
    /// The days of a calendar. One that is always open says nothing of workdays: then they are Monday to Friday.
    pub fn of(doc: &CalendarDoc) -> Self {
        let works = |i: usize| {
            if doc.always_open { i < 5 } else { doc.week.get(i).is_some_and(|w| !w.is_empty()) }
        };
        Self {
            week: std::array::from_fn(|i| if works(i) { DayKind::Workday } else { DayKind::Weekend }),
            exceptions: doc.exceptions.iter().map(|e| (e.date, e.kind)).collect(),
        }
    }

    /// The kind of a date.
    pub fn kind(&self, date: Date) -> DayKind {
        match self.exceptions.get(&date) {
            Some(ExceptionKind::Off) => DayKind::Holiday,
            Some(ExceptionKind::MakeupWork) => DayKind::Workday,
            Some(ExceptionKind::Custom) | None => self.ordinary(date),
        }
    }

    /// Is this a day off of the week on which people work to make up for a holiday?
    pub fn is_makeup(&self, date: Date) -> bool {
        self.exceptions.get(&date) == Some(&ExceptionKind::MakeupWork)
    }

    /// What the date would be without a notice.
    pub(super) fn ordinary(&self, date: Date) -> DayKind {
        self.week.get(usize::from(weekday_index(date.weekday()))).copied().unwrap_or(DayKind::Workday)
    }

    /// The first block of days off with a holiday whose last day is not before `from`, within `within` days.
    pub fn next_block(&self, from: Date, within: u16) -> Option<Block> {
        let end = from.saturating_add(jiff::Span::new().days(within));
        let mut date = from;
        while self.kind(date) != DayKind::Holiday {
            date = date.tomorrow().ok().filter(|d| *d <= end)?;
        }
        let (mut first, mut last) = (date, date);
        while let Some(d) = first.yesterday().ok().filter(|d| self.kind(*d) != DayKind::Workday) {
            first = d;
        }
        while let Some(d) = last.tomorrow().ok().filter(|d| self.kind(*d) != DayKind::Workday) {
            last = d;
        }
        Some(Block { first, last })
    }
}
