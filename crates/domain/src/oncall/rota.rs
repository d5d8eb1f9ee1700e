//! A rota ready to answer: which layers cover an instant, and whose turn it is in each. Turns are counted in local
//! dates, so that a change of the clocks moves nobody (O1).

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::{DayKind, Days, LayerDays, LayerDoc, RotaDoc, Seat, ShiftUnit};
use crate::calendar::{CalendarDoc, WEEKDAYS, Window, weekday_index};
use crate::id::StaffId;
use crate::time::Timestamp;

/// A window of duty in seconds after midnight; one that ends at or before its beginning ends on the next day.
type Duty = (u32, u32);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub name: String,
    pub seat: Seat,
    pub order: Vec<StaffId>,
    /// The ordinary layers of its duty are all of its kind of days.
    alone: bool,
    days: LayerDays,
    zone: TimeZone,
    handoff_s: u32,
    length: i64,
    starts_on: Date,
    anchor: Date,
    windows: Vec<Duty>,
}

/// A rota that can answer. Answering cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Rota {
    pub(super) layers: Vec<Layer>,
    pub(super) fallback: Option<StaffId>,
    pub(super) days: Days,
}

impl Rota {
    /// A document with its calendar; none if the document has problems.
    pub fn new(doc: &RotaDoc, calendar: &CalendarDoc) -> Option<Self> {
        let mut layers = doc.layers.iter().map(Layer::new).collect::<Option<Vec<_>>>()?;
        let ordinary: Vec<_> = layers.iter().map(|l| (l.seat, l.days)).collect();
        for l in &mut layers {
            let others =
                ordinary.iter().filter(|(seat, days)| *seat == l.seat && *days != LayerDays::Holiday);
            l.alone = others.map(|(_, days)| days).all(|days| *days == l.days);
        }
        Some(Self { layers, fallback: doc.fallback.clone(), days: Days::of(calendar) })
    }

    /// The kinds of days that it knows.
    pub fn days(&self) -> &Days {
        &self.days
    }

    /// The layers that cover an instant: those of holidays first, else in their order. On a holiday without one of
    /// those, the ordinary layers of its weekday; and where a duty has layers only for workdays, or only for weekends,
    /// these (O2 a: never nobody).
    pub(super) fn covering(&self, seat: Seat, at: Timestamp) -> impl Iterator<Item = &Layer> {
        let of = move |holiday: bool| {
            self.layers
                .iter()
                .filter(move |l| l.seat == seat && (l.days == LayerDays::Holiday) == holiday)
                .filter(move |l| l.covers(&self.days, at))
        };
        of(true).chain(of(false))
    }
}

impl Layer {
    fn new(doc: &LayerDoc) -> Option<Self> {
        let weekday = weekday_of(&doc.handoff_day)?;
        let back = (i64::from(weekday_index(doc.starts_on.weekday())) - i64::from(weekday)).rem_euclid(7);
        let (per, back) = match doc.unit {
            ShiftUnit::Days => (1, 0),
            ShiftUnit::Weeks => (7, back),
        };
        if doc.order.is_empty() || doc.every == 0 {
            return None;
        }
        Some(Self {
            name: doc.name.clone(),
            seat: doc.seat,
            order: doc.order.clone(),
            alone: false,
            days: doc.days,
            zone: TimeZone::get(&doc.time_zone).ok()?,
            handoff_s: time_of(&doc.handoff_at)?,
            length: i64::from(doc.every) * per,
            starts_on: doc.starts_on,
            anchor: doc.starts_on.saturating_sub(jiff::Span::new().days(back)),
            windows: windows_of(&doc.windows)?,
        })
    }

    /// Has the layer duty at this instant? Without windows, and on holidays always, the kind of the instant's own date
    /// decides, from midnight to midnight (O2 a, b); a window over midnight belongs to the date on which it begins.
    fn covers(&self, days: &Days, at: Timestamp) -> bool {
        let Some(shift) = self.shift_date(at) else { return false };
        if shift < self.starts_on {
            return false;
        }
        let by_date = self.windows.is_empty() || self.days == LayerDays::Holiday;
        if by_date && !self.fits(days, self.date_of(at)) {
            return false;
        }
        let within =
            |d: Date| self.spans(d).any(|(a, b)| a.is_some_and(|a| a <= at) && b.is_some_and(|b| at < b));
        self.windows.is_empty()
            || self.near(at).into_iter().any(|d| (by_date || self.fits(days, d)) && within(d))
    }

    fn fits(&self, days: &Days, date: Date) -> bool {
        let ordinary = |kind| {
            let holiday = || days.kind(date) == DayKind::Holiday;
            days.kind(date) == kind || (holiday() && (self.alone || days.ordinary(date) == kind))
        };
        match self.days {
            LayerDays::All => true,
            LayerDays::Workday => ordinary(DayKind::Workday),
            LayerDays::Weekend => ordinary(DayKind::Weekend),
            LayerDays::Holiday => days.kind(date) == DayKind::Holiday,
        }
    }

    /// Everybody in order, beginning with whose turn it is.
    pub(super) fn in_turn(&self, at: Timestamp) -> impl Iterator<Item = &StaffId> {
        self.order.iter().cycle().skip(self.turn(at)).take(self.order.len())
    }

    /// Whose turn it is: an index into the order.
    fn turn(&self, at: Timestamp) -> usize {
        let Some(shift) = self.shift_date(at) else { return 0 };
        let passed = days_between(self.anchor, shift).div_euclid(self.length);
        let n = i64::try_from(self.order.len()).unwrap_or(1).max(1);
        usize::try_from(passed.rem_euclid(n)).unwrap_or(0)
    }

    /// The local date on which the shift of an instant began: before the handoff's time it is the day before.
    fn shift_date(&self, at: Timestamp) -> Option<Date> {
        self.near(at).into_iter().rev().find(|d| self.instant(*d, self.handoff_s).is_some_and(|t| t <= at))
    }

    /// The local dates whose duties can touch an instant.
    fn near(&self, at: Timestamp) -> [Date; 4] {
        let today = self.date_of(at);
        [-2, -1, 0, 1].map(|n| today.saturating_add(jiff::Span::new().days(n)))
    }

    fn date_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The windows of a date as instants.
    fn spans(&self, date: Date) -> impl Iterator<Item = (Option<Timestamp>, Option<Timestamp>)> {
        self.windows.iter().map(move |(a, b)| {
            let end = if b > a { Some(date) } else { date.tomorrow().ok() };
            (self.instant(date, *a), end.and_then(|d| self.instant(d, *b)))
        })
    }

    /// Wall time to instant as calendars do it (C4): the earlier one of a fold, forward in a gap.
    fn instant(&self, date: Date, seconds: u32) -> Option<Timestamp> {
        let wall = date.to_datetime(Time::midnight()).checked_add(jiff::Span::new().seconds(seconds)).ok()?;
        self.zone.to_ambiguous_timestamp(wall).compatible().ok()
    }

    /// All instants in a time at which the layer may answer otherwise than before.
    pub(super) fn edges(&self, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let mut edges = Vec::new();
        let [mut day, ..] = self.near(from);
        let [.., last] = self.near(until);
        while day <= last {
            edges.extend([0, self.handoff_s].into_iter().filter_map(|s| self.instant(day, s)));
            edges.extend(self.spans(day).flat_map(|(a, b)| [a, b]).flatten());
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        edges
    }
}

fn days_between(a: Date, b: Date) -> i64 {
    a.until(b).map_or(0, |span| i64::from(span.get_days()))
}

/// Monday = 0 … Sunday = 6.
pub(super) fn weekday_of(name: &str) -> Option<u8> {
    WEEKDAYS.iter().position(|d| *d == name).and_then(|i| u8::try_from(i).ok())
}

/// Seconds after midnight of `HH:MM`.
pub(super) fn time_of(text: &str) -> Option<u32> {
    Window::parse(text, "24:00").ok().map(|w| w.start)
}

/// Windows, over midnight where they end before they begin. Equal ends could mean nothing or the whole day.
pub(super) fn windows_of(windows: &[(String, String)]) -> Option<Vec<Duty>> {
    let one = |(a, b): &(String, String)| match Window::parse(a, b) {
        Ok(w) => Some((w.start, w.end)),
        Err(_) => time_of(a).zip(time_of(b)).filter(|(a, b)| a != b),
    };
    windows.iter().map(one).collect()
}
