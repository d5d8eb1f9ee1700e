//! Shifts as people read them: day by day, who has which duty and why, and what is not in order.

use std::collections::BTreeMap;

use desk::oncall::Standing;
use domain::id::StaffId;
use domain::oncall::{Answer, Because, DayKind, Days, Finding, Issue, OnCall, Shift};
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Read;
use words::{Locale, t, t_args, weekday, word};

use crate::names::Names;
use crate::tickets::{because, name_called};
use crate::ui::Ui;

/// Who has a duty; nobody has no name.
pub(super) struct Duty {
    pub name: String,
    pub because: String,
    pub is_turn: bool,
}

/// A part of a day in which nothing changes.
pub(super) struct Part {
    pub hours: String,
    pub duties: [Duty; 2],
}

pub(super) struct Day {
    pub date: String,
    pub mark: &'static str,
    pub is_off: bool,
    pub is_today: bool,
    pub is_past: bool,
    pub parts: Vec<Part>,
}

/// From where a rota is looked at.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub locale: Locale,
    pub zone: TimeZone,
    pub now: Timestamp,
}

impl Look {
    /// From a page.
    pub(super) fn of(ui: &Ui) -> Self {
        Self { locale: ui.locale, zone: ui.zone.clone(), now: ui.now }
    }

    /// The first instant of a date.
    pub(super) fn start(&self, date: Date) -> Timestamp {
        date.to_zoned(self.zone.clone()).map_or(self.now, |z| z.timestamp())
    }

    pub(super) fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// The days from `first` on, before `end`, of a rota that was loaded for them.
    pub(super) fn days(
        &self,
        r: &mut Read<'_>,
        standing: &Standing,
        (first, end): (Date, Date),
    ) -> desk::Result<Vec<Day>> {
        let roster = standing.roster();
        let shifts = standing.shifts(self.start(first), self.start(end));
        let mut names = Names::default();
        for shift in &shifts {
            learn(r, &mut names, &shift.on)?;
        }
        let mut days = Vec::new();
        let mut date = first;
        while date < end {
            days.push(self.day(date, &shifts, roster.rota.days(), &names));
            date = date.tomorrow().unwrap_or(end);
        }
        Ok(days)
    }

    /// Both duties at the instant of the look.
    pub(super) fn present(&self, r: &mut Read<'_>, on: &OnCall) -> desk::Result<[Duty; 2]> {
        let mut names = Names::default();
        learn(r, &mut names, on)?;
        Ok([&on.primary, &on.backup].map(|a| self.duty(a, &names)))
    }

    fn day(&self, date: Date, shifts: &[Shift], days: &Days, names: &Names) -> Day {
        let (from, until) = (self.start(date), self.start(date.tomorrow().unwrap_or(date)));
        let touching = shifts.iter().filter(|s| s.from < until && from < s.until);
        let part = |s: &Shift| {
            let (a, b) = (s.from.max(from), s.until.min(until));
            let hours = if (a, b) == (from, until) { String::new() } else { self.hours(a, b, until) };
            let mut duties = [&s.on.primary, &s.on.backup].map(|a| self.duty(a, names));
            // Behind the primary comes the next in the same order: that needs no word.
            if let ([_, backup], Because::Next { passed, .. }) = (&mut duties, &s.on.backup.because) {
                let primary = s.on.primary.person.as_ref();
                backup.is_turn = passed.len() == 1 && passed.first() == primary;
            }
            Part { hours, duties }
        };
        let kind = days.kind(date);
        let mark = match kind {
            DayKind::Holiday => "holiday",
            _ if days.is_makeup(date) => "makeup",
            _ => "",
        };
        Day {
            date: self.date(date),
            mark,
            is_off: kind != DayKind::Workday,
            is_today: self.today() == date,
            is_past: date < self.today(),
            parts: touching.map(part).collect(),
        }
    }

    /// `10-01 Thu`.
    pub(super) fn date(&self, date: Date) -> String {
        format!("{:02}-{:02} {}", date.month(), date.day(), weekday(self.locale, date))
    }

    /// `10-01 Thu 09:00 – 10-02 Fri 09:00`.
    pub(super) fn span(&self, from: Timestamp, until: Timestamp) -> String {
        let one = |at: Timestamp| words::dated(self.locale, &self.zone, at);
        format!("{} \u{2013} {}", one(from), one(until))
    }

    fn hours(&self, a: Timestamp, b: Timestamp, midnight: Timestamp) -> String {
        let end = if b == midnight { "24:00".to_owned() } else { words::clock_time(&self.zone, b) };
        format!("{}\u{2013}{end}", words::clock_time(&self.zone, a))
    }

    fn duty(&self, a: &Answer, names: &Names) -> Duty {
        Duty {
            name: a.person.as_ref().map(|p: &StaffId| names.get(p.as_str())).unwrap_or_default(),
            because: because(&a.because, names, self.locale),
            is_turn: matches!(a.because, Because::Turn { .. }),
        }
    }

    /// What is not in order, in lines: times one by one, people without a confirmed phone together.
    pub(super) fn findings(&self, found: &[Finding], names: &BTreeMap<StaffId, String>) -> Vec<String> {
        let missing = |f: &&Finding| f.issue != Issue::NoPhone;
        let times = found.iter().filter(missing).map(|f| {
            let (seat, issue) = (word(self.locale, "seat", f.seat.as_str()), f.issue.as_str());
            let span = self.span(f.from, f.until);
            let args = [("span", span.as_str()), ("seat", seat)];
            t_args(self.locale, &format!("oncall-finding-{issue}"), &args)
        });
        let mut lines: Vec<String> = times.take(MOST).collect();
        let more = found.iter().filter(missing).count().saturating_sub(MOST);
        if more > 0 {
            lines.push(t_args(self.locale, "oncall-finding-more", &[("n", &more.to_string())]));
        }
        let people: Vec<&StaffId> =
            found.iter().filter(|f| f.issue == Issue::NoPhone).filter_map(|f| f.person.as_ref()).collect();
        let mut people: Vec<&str> =
            people.into_iter().filter_map(|p| names.get(p)).map(String::as_str).collect();
        people.sort_unstable();
        people.dedup();
        if !people.is_empty() {
            let who = people.join(t(self.locale, "list-comma"));
            lines.push(t_args(self.locale, "oncall-finding-no_phone", &[("who", &who)]));
        }
        lines
    }
}

/// Findings that are named one by one.
const MOST: usize = 12;

fn learn(r: &mut Read<'_>, names: &mut Names, on: &OnCall) -> desk::Result<()> {
    for answer in [&on.primary, &on.backup] {
        if let Some(person) = &answer.person {
            name_called(r, names, person, &answer.because)?;
        }
    }
    Ok(())
}
