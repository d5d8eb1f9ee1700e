//! Periods in whole local days, and the one before each.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use crate::named;
use crate::time::Timestamp;

named! {
    /// Periods that have a name.
    pub enum Choice ("period") {
        /// The calendar month of today.
        ThisMonth = "this_month",
        /// The one before.
        LastMonth = "last_month",
        /// The calendar quarter of today.
        ThisQuarter = "this_quarter",
        /// Twelve calendar months, the last one is that of today.
        LastTwelveMonths = "last_12_months",
        /// From one day to another.
        Days = "days",
    }
}

/// Days from `from` to the one before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// The day after the last one.
    pub until: Date,
}

impl Period {
    /// A period that has a name, as of a day. [`Choice::Days`] names none; it answers with this month.
    pub fn named(choice: Choice, today: Date) -> Self {
        let month = today.first_of_month();
        let quarter = month.saturating_sub(i64::from((month.month() - 1) % 3).months());
        let (from, months) = match choice {
            Choice::ThisMonth | Choice::Days => (month, 1),
            Choice::LastMonth => (month.saturating_sub(1.month()), 1),
            Choice::ThisQuarter => (quarter, 3),
            Choice::LastTwelveMonths => (month.saturating_sub(11.months()), 12),
        };
        Self { from, until: from.saturating_add(Span::new().months(months)) }
    }

    /// From one day to another, both included. `None` if the last comes before the first.
    pub fn days(first: Date, last: Date) -> Option<Self> {
        (first <= last).then(|| Self { from: first, until: last.saturating_add(1.day()) })
    }

    /// The last day.
    pub fn last(&self) -> Date {
        self.until.saturating_sub(1.day())
    }

    /// The period before, of the same length: whole months before whole months, else as many days.
    #[must_use]
    pub fn before(&self) -> Self {
        let length = if self.from.day() == 1 && self.until.day() == 1 {
            let months = |d: Date| i64::from(d.year()) * 12 + i64::from(d.month());
            Span::new().months(months(self.until) - months(self.from))
        } else {
            let days = self.from.until(self.until).map_or(0, |s| s.get_days());
            Span::new().days(days)
        };
        Self { from: self.from.saturating_sub(length), until: self.from }
    }

    /// The first instant, and the first one after.
    pub fn instants(&self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let start = |d: Date| d.to_zoned(zone.clone()).map_or(Timestamp::MAX, |z| z.timestamp());
        (start(self.from), start(self.until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(p: Period) -> String {
        format!("{}…{}", p.from, p.last())
    }

    #[test]
    fn periods_and_the_ones_before() {
        let today: Date = "2026-09-24".parse().unwrap();
        let cases = [
            (Choice::ThisMonth, "2026-09-01…2026-09-30", "2026-08-01…2026-08-31"),
            (Choice::LastMonth, "2026-08-01…2026-08-31", "2026-07-01…2026-07-31"),
            (Choice::ThisQuarter, "2026-07-01…2026-09-30", "2026-04-01…2026-06-30"),
            (Choice::LastTwelveMonths, "2025-10-01…2026-09-30", "2024-10-01…2025-09-30"),
        ];
        for (choice, this, before) in cases {
            let p = Period::named(choice, today);
            assert_eq!((text(p).as_str(), text(p.before()).as_str()), (this, before), "{choice}");
        }
        let week = Period::days(today, "2026-09-30".parse().unwrap()).unwrap();
        assert_eq!(text(week.before()), "2026-09-17…2026-09-23");
        assert!(Period::days(week.last(), today).is_none());
    }

    #[test]
    fn days_begin_at_midnight_of_the_zone() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let (from, until) = Period::named(Choice::ThisMonth, "2026-09-24".parse().unwrap()).instants(&zone);
        assert_eq!(
            (from.to_string(), until.to_string()),
            ("2026-08-31T16:00:00Z".into(), "2026-09-30T16:00:00Z".into())
        );
    }
}
