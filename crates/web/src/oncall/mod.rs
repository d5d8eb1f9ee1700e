//! The rota of a month: who is on call each day and why, with holidays, make-up days and gaps; who is on call now.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use desk::oncall::Standing;
use domain::access::Right;
use domain::id::StaffId;
use domain::oncall::{Answer, Because, DayKind, OnCall, Shift};
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, plus_seconds};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::Read;
use words::{Locale, weekday};

use crate::app::App;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;
use crate::tickets::{because, name_called, render};
use crate::ui::Ui;

/// Routes of on-call.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/on-call", get(month))
}

/// Which month.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// `2026-10`; the present one when it is none.
    month: String,
}

/// Who has a duty; nobody has no name.
struct Duty {
    name: String,
    because: String,
    is_turn: bool,
}

/// A part of a day in which nothing changes.
struct Part {
    hours: String,
    duties: [Duty; 2],
}

struct Day {
    date: String,
    mark: &'static str,
    is_off: bool,
    is_today: bool,
    parts: Vec<Part>,
}

struct Month {
    name: String,
    now: [Duty; 2],
    days: Vec<Day>,
}

#[derive(Template)]
#[template(path = "oncall/month.html")]
struct MonthPage {
    ui: Ui,
    title: String,
    before: String,
    after: String,
    rotas: Vec<Month>,
}

fn first_of(asked: &str, today: Date) -> Date {
    format!("{asked}-01")
        .parse::<Date>()
        .ok()
        .filter(|d| (2000..2200).contains(&d.year()))
        .unwrap_or_else(|| today.first_of_month())
}

fn text(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The month.
async fn month(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(&app, "oncall").await?;
    let first = first_of(&asked.month, ui.now.to_zoned(ui.zone.clone()).date());
    let (desk, look) =
        (app.desk.clone(), Look { locale: ui.locale, zone: ui.zone.clone(), now: ui.now, first });
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let rotas = store::oncall::rotas(r)?;
        rotas.into_iter().map(|row| look.rota(r, &rules, row)).collect::<desk::Result<Vec<_>>>()
    });
    let rotas = read.await.map_err(|e| page.visitor.fail(e))?;
    let before = text(first.yesterday().unwrap_or(first));
    let after = text(first.last_of_month().tomorrow().unwrap_or(first));
    render(&MonthPage { ui, title: text(first), before, after, rotas }, &page.visitor)
}

/// From where a rota is looked at.
struct Look {
    locale: Locale,
    zone: TimeZone,
    now: Timestamp,
    first: Date,
}

impl Look {
    fn start(&self, date: Date) -> Timestamp {
        date.to_zoned(self.zone.clone()).map_or(self.now, |z| z.timestamp())
    }

    fn rota(&self, r: &mut Read<'_>, rules: &Rules, row: store::oncall::RotaRow) -> desk::Result<Month> {
        let end = self.first.last_of_month().tomorrow().unwrap_or(self.first);
        let (from, until) = (self.start(self.first), self.start(end));
        let present = Standing::load(r, rules, row.clone(), (self.now, plus_seconds(self.now, 1)))?;
        let now = present.roster().on_call_at(self.now);
        let standing = Standing::load(r, rules, row, (from, until))?;
        let roster = standing.roster();
        let shifts = roster.shifts(from, until);
        let mut names = Names::default();
        for on in shifts.iter().map(|s| &s.on).chain([&now]) {
            learn(r, &mut names, on)?;
        }
        let mut days = Vec::new();
        let mut date = self.first;
        while date < end {
            days.push(self.day(date, &shifts, roster.rota.days(), &names));
            date = date.tomorrow().unwrap_or(end);
        }
        let now = [&now.primary, &now.backup].map(|a| self.duty(a, &names));
        Ok(Month { name: standing.row.name.clone(), now, days })
    }

    fn day(&self, date: Date, shifts: &[Shift], days: &domain::oncall::Days, names: &Names) -> Day {
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
            date: format!("{:02}-{:02} {}", date.month(), date.day(), weekday(self.locale, date)),
            mark,
            is_off: kind != DayKind::Workday,
            is_today: self.now.to_zoned(self.zone.clone()).date() == date,
            parts: touching.map(part).collect(),
        }
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
}

fn learn(r: &mut Read<'_>, names: &mut Names, on: &OnCall) -> desk::Result<()> {
    for answer in [&on.primary, &on.backup] {
        if let Some(person) = &answer.person {
            name_called(r, names, person, &answer.because)?;
        }
    }
    Ok(())
}
