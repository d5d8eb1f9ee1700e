//! The rotas of a month: who is on call each day and why, with holidays, make-up days and gaps; who is on call now;
//! the forms for overrides and leave.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::FieldError;
use desk::oncall::Standing;
use domain::access::Right;
use domain::id::StaffId;
use domain::oncall::Seat;
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, plus_seconds};
use jiff::civil::Date;
use serde::Deserialize;
use store::{Read, oncall};
use words::{Locale, t_args};

use super::around::{Around, Left};
use super::look::{Day, Duty, Look};
use crate::app::App;
use crate::error::WebError;
use crate::names::everybody;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::{Wrong, Wrongs};

/// Which month.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `2026-10`; the present one when it is none.
    month: String,
}

/// A rota in the month.
struct Month {
    id: String,
    name: String,
    /// As lists call it: a draft says so.
    called: String,
    draft: bool,
    now: [Duty; 2],
    days: Vec<Day>,
    puts: Vec<Span>,
}

/// Somebody for some time: put in, or away.
struct Span {
    id: String,
    who: String,
    seat: &'static str,
    span: String,
    note: String,
    swap: bool,
    mine: bool,
}

/// What a form sent that could not be done, with what is wrong.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Which form.
    pub form: &'static str,
    /// What was typed.
    pub fields: BTreeMap<String, String>,
    /// What is wrong with it.
    pub wrong: Vec<FieldError>,
}

/// All that the page shows.
struct View {
    rotas: Vec<Month>,
    leaves: Vec<Span>,
    people: Vec<(String, String)>,
    choices: Vec<(String, String)>,
    my_phone: String,
    is_confirmed: bool,
    browsers: Vec<oncall::push::BrowserRow>,
    around: Around,
}

#[derive(Template)]
#[template(path = "oncall/month.html")]
struct MonthPage {
    ui: Ui,
    me: String,
    title: String,
    before: String,
    after: String,
    view: View,
    sent: Sent,
    /// The key with which a browser subscribes, where browsers can be woken.
    push_key: Option<String>,
}

impl MonthPage {
    fn is_current(&self) -> bool {
        self.view.rotas.iter().any(|r| r.days.iter().any(|d| d.is_past) && r.days.iter().any(|d| !d.is_past))
    }
    fn open(&self, form: &str) -> bool {
        self.sent.form == form
    }
    /// What was typed into a field of a form.
    fn typed(&self, form: &str, field: &str) -> &str {
        let of = self.sent.fields.get(field).filter(|_| self.open(form));
        of.map(String::as_str).unwrap_or_default()
    }
    fn chosen(&self, form: &str, field: &str, value: &str) -> bool {
        self.typed(form, field) == value
    }
    /// What is wrong with a form. An answer to a swap has buttons and no fields.
    fn wrongs(&self, form: &str) -> Wrongs {
        let wrong = self.sent.wrong.iter().filter(|_| self.open(form));
        let mut all: Vec<Wrong> = wrong.map(|f| Wrong::of(f, self.ui.locale)).collect();
        if form == "answer" {
            for w in &mut all {
                w.control.clear();
            }
        }
        all.into_iter().collect()
    }
    fn left(&self, rota: &str) -> &[Left] {
        self.view.around.left.get(rota).map_or(&[], |(notes, _)| notes)
    }
    /// Nobody leaves a note in a draft.
    fn may_leave(&self, rota: &str) -> bool {
        let left = self.view.around.left.get(rota);
        left.is_some_and(|(_, named)| *named || self.ui.may("oncall.edit"))
    }
    fn seats(&self) -> &'static [Seat] {
        Seat::ALL
    }
}

/// A rota in a list to choose from: a draft says so.
pub(crate) fn called(locale: Locale, row: &oncall::RotaRow) -> String {
    if row.in_force() { row.name.clone() } else { t_args(locale, "rota-draft-name", &[("name", &row.name)]) }
}

fn first_of(asked: &str, today: Date) -> Date {
    format!("{asked}-01")
        .parse::<Date>()
        .ok()
        .filter(|d| (2000..2200).contains(&d.year()))
        .unwrap_or_else(|| today.first_of_month())
}

/// `2026-10`.
pub(super) fn text(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The month.
pub(super) async fn month(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    shown(&app, &page, &asked.month, Sent::default()).await
}

/// The month, with a form that comes back.
pub(super) async fn shown(
    app: &App,
    page: &StaffPage,
    month: &str,
    sent: Sent,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(app, "oncall").await?;
    let look = Look::of(&ui);
    let first = first_of(month, look.today());
    let (desk, me) = (app.desk.clone(), page.staff.id.clone());
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        view(r, &rules, &look, first, &me)
    });
    let view = read.await.map_err(|e| page.visitor.fail(e))?;
    let before = text(first.yesterday().unwrap_or(first));
    let after = text(first.last_of_month().tomorrow().unwrap_or(first));
    let status = if sent.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let me = page.staff.id.0.clone();
    let push_key = app.config.push.as_ref().map(|p| p.public_key());
    let page_of = MonthPage { ui, me, title: text(first), before, after, view, sent, push_key };
    let mut response = render(&page_of, &page.visitor)?;
    *response.status_mut() = status;
    Ok(response)
}

fn view(r: &mut Read<'_>, rules: &Rules, look: &Look, first: Date, me: &StaffId) -> desk::Result<View> {
    let end = first.last_of_month().tomorrow().unwrap_or(first);
    let (from, until) = (look.start(first), look.start(end));
    let all = everybody(r)?;
    let names: BTreeMap<StaffId, String> = all.iter().map(|s| (s.id.clone(), s.name.clone())).collect();
    let mut rows = oncall::rotas(r)?;
    rows.sort_by_key(|row| !row.in_force());
    let choices = rows.iter().map(|row| (row.id.0.clone(), called(look.locale, row))).collect();
    let mut rotas = Vec::new();
    for row in rows {
        rotas.push(rota(r, rules, look, row, (first, end), &names)?);
    }
    let away = oncall::leaves(r, from, until)?.into_iter().map(|l| Span {
        who: names.get(&l.leave.person).cloned().unwrap_or_default(),
        seat: "",
        span: look.span(l.leave.from, l.leave.until),
        note: l.note,
        swap: false,
        mine: l.leave.person == *me,
        id: l.id,
    });
    let leaves = away.collect();
    let my_phone = all.iter().find(|s| s.id == *me).map(|s| s.phone.clone()).unwrap_or_default();
    let people = all.into_iter().filter(|s| s.active).map(|s| (s.id.0, s.name)).collect();
    let is_confirmed = oncall::confirmed(r)?.contains(me);
    let around = Around::load(r, rules, look, me, &names)?;
    let browsers = oncall::push::of_person(r, me)?;
    Ok(View { rotas, leaves, people, choices, my_phone, is_confirmed, browsers, around })
}

fn rota(
    r: &mut Read<'_>,
    rules: &Rules,
    look: &Look,
    row: oncall::RotaRow,
    (first, end): (Date, Date),
    names: &BTreeMap<StaffId, String>,
) -> desk::Result<Month> {
    let at = |t: Timestamp| (t, plus_seconds(t, 1));
    let now = Standing::load(r, rules, row.clone(), at(look.now))?.roster().on_call_at(look.now);
    let now = look.present(r, &now)?;
    let standing = Standing::load(r, rules, row, (look.start(first), look.start(end)))?;
    let days = look.days(r, &standing, (first, end))?;
    let put = |o: &oncall::OverrideRow| Span {
        id: o.id.clone(),
        who: names.get(&o.put.person).cloned().unwrap_or_default(),
        seat: o.put.seat.as_str(),
        span: look.span(o.put.from, o.put.until),
        note: o.note.clone(),
        swap: o.put.swap,
        mine: false,
    };
    let puts = standing.overrides.iter().map(put).collect();
    let draft = !standing.row.in_force();
    let called = called(look.locale, &standing.row);
    Ok(Month { id: standing.row.id.0, name: standing.row.name, called, draft, now, days, puts })
}
