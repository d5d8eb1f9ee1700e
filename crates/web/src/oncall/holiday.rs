//! The rota of the coming holidays, proposed from the fairness counters, to be changed and put in.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::oncall::{HolidayPlan, holiday_plan, put_in_holidays};
use desk::{Error, FieldError};
use domain::access::Right;
use domain::id::{RotaId, StaffId};
use domain::oncall::Dealt;
use jiff::civil::Date;
use store::oncall;
use words::{t, t_args};

use super::look::Look;
use super::month::text;
use super::parity::Parity;
use super::verbs::Form;
use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::names::everybody;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::{Wrong, Wrongs};

/// A day of the proposal.
struct Line {
    date: String,
    key: String,
    primary: String,
    backup: String,
}

/// What somebody had in the year before.
struct Count {
    name: String,
    holidays: u32,
    weekends: u32,
    workdays: u32,
}

#[derive(Template)]
#[template(path = "oncall/holiday.html")]
struct HolidayPage {
    ui: Ui,
    id: String,
    name: String,
    draft: bool,
    block: String,
    counts: Vec<Count>,
    lines: Vec<Line>,
    findings: Vec<String>,
    parity: Option<Parity>,
    people: Vec<(String, String)>,
    wrongs: Wrongs,
}

async fn shown(
    app: &App,
    page: &StaffPage,
    id: String,
    typed: &Form,
    wrong: &[FieldError],
) -> Result<Response, WebError> {
    let ui = page.ui(app, "oncall").await?;
    let (desk, look) = (app.desk.clone(), Look::of(&ui));
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let row = oncall::one(r, &RotaId(id))?.ok_or(Error::NotFound)?;
        Ok((holiday_plan(r, &rules, &row)?, everybody(r)?, row))
    });
    let (plan, staff, row) = read.await.map_err(|e| page.visitor.fail(e))?;
    let names: BTreeMap<StaffId, String> = staff.iter().map(|s| (s.id.clone(), s.name.clone())).collect();
    let people = staff.into_iter().filter(|s| s.active).map(|s| (s.id.0, s.name)).collect();
    let (mut block, mut counts, mut lines, mut findings, mut parity) =
        (String::new(), Vec::new(), Vec::new(), Vec::new(), None);
    if let Some(HolidayPlan { block: days, counts: had, dealt, findings: found, parity: held }) = plan {
        block = format!("{} \u{2013} {}", look.date(days.first), look.date(days.last));
        let count = |(p, t): (StaffId, domain::oncall::Tally)| Count {
            name: names.get(&p).cloned().unwrap_or_default(),
            holidays: t.holidays,
            weekends: t.weekends,
            workdays: t.workdays,
        };
        counts = had.into_iter().map(count).collect();
        lines = dealt.iter().map(|d| line(&look, d, typed)).collect();
        findings = look.findings(&found, &names);
        parity = held.map(|p| Parity::of(&look, p));
    }
    let wrongs = wrong.iter().map(|f| of_day(&look, f)).collect();
    let (draft, id, name) = (!row.in_force(), row.id.0, row.name);
    let shown = HolidayPage { ui, id, name, draft, block, counts, lines, findings, parity, people, wrongs };
    render(&shown, &page.visitor)
}

/// What is wrong with a day, at who takes it.
fn of_day(look: &Look, f: &FieldError) -> Wrong {
    let plain = Wrong::of(f, look.locale);
    let Ok(date) = f.field.parse() else { return plain };
    let said = [("field", look.date(date)), ("issue", plain.why.clone())];
    let said = said.each_ref().map(|(k, v)| (*k, v.as_str()));
    Wrong { control: format!("primary.{date}"), said: t_args(look.locale, "field-issue", &said), ..plain }
}

fn line(look: &Look, d: &Dealt, typed: &Form) -> Line {
    let key = d.date.to_string();
    let typed = |seat: &str, proposed: &str| {
        typed.get(&format!("{seat}.{key}")).cloned().unwrap_or_else(|| proposed.to_owned())
    };
    Line {
        date: look.date(d.date),
        primary: typed("primary", d.primary.as_str()),
        backup: typed("backup", d.backup.as_ref().map_or("", StaffId::as_str)),
        key,
    }
}

/// The proposal.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::OncallEdit)?;
    shown(&app, &page, id, &Form::new(), &[]).await
}

/// Puts in what the form says.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, WebError> {
    page.need(Right::OncallEdit)?;
    let days: Vec<Dealt> = form
        .iter()
        .filter_map(|(key, person)| {
            let date: Date = key.strip_prefix("primary.")?.parse().ok()?;
            let backup = form.get(&format!("backup.{date}")).filter(|p| !p.is_empty());
            let backup = backup.map(|p| StaffId::from(p.as_str()));
            Some(Dealt { date, primary: StaffId::from(person.as_str()), backup })
        })
        .collect();
    let month = days.first().map(|d| text(d.date)).unwrap_or_default();
    let note = t(page.visitor.locale, "oncall-holiday-note").to_owned();
    match put_in_holidays(&app.desk, page.actor(), RotaId(id.clone()), days, note).await {
        Ok(()) => {
            let to = Redirect::to(&format!("/on-call?month={month}")).into_response();
            Ok(Said::done("oncall-holidays").with(to))
        }
        Err(Error::Invalid(wrong)) => shown(&app, &page, id, &form, &wrong).await,
        Err(e) => Err(page.visitor.fail(e)),
    }
}
