//! The appointments of a ticket: all of them with a new one, and one with what can be done about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Error, ticket as verb};
use domain::access::{Action, Actor, may};
use domain::appointment::{Appointment, AppointmentKind, ContactWay, WantedBy};
use domain::ticket::Ticket;
use serde::Deserialize;
use store::directory::ContactFilter;
use store::staff::StaffRow;
use store::{Read, appointment, directory, ticket};
use words::t_args;

use super::form::{AppointmentForm, NAMES};
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, wall};
use crate::names::{Names, everybody};
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::{ListQuery, follow_text, render};
use crate::ui::Ui;
use crate::wrong::{Wrongs, called};

/// So many contacts of the customer are offered, besides who asked.
const CONTACTS: i64 = 50;

/// What both pages show.
struct Seen {
    t: Ticket,
    names: Names,
    /// With whom something can be agreed: key and name.
    contacts: Vec<(String, String)>,
    people: Vec<StaffRow>,
    /// May the reader agree on something?
    may: bool,
}

fn see(
    r: &mut Read<'_>,
    (actor, number): (&Actor, &str),
    appointments: impl FnOnce(&mut Read<'_>, &Ticket) -> desk::Result<Vec<Appointment>>,
) -> desk::Result<(Seen, Vec<Appointment>)> {
    let t = ticket::by_number(r, &actor.scope(), number)?.ok_or(Error::NotFound)?;
    let all = appointments(r, &t)?;
    let mut names = Names::default();
    names.ticket(r, &t)?;
    for a in &all {
        names.contact(r, &a.plan.contact)?;
        if let Some(s) = &a.plan.staff {
            names.staff(r, s)?;
        }
    }
    let mut keys = vec![t.requester.clone()];
    keys.extend(all.iter().map(|a| a.plan.contact.clone()));
    if let Some(org) = &t.organisation {
        let of =
            ContactFilter { organisation: Some(org.clone()), active: Some(true), ..ContactFilter::default() };
        for row in directory::find_contacts(r, &of, None, CONTACTS)? {
            names.contact(r, &row.id)?;
            keys.push(row.id);
        }
    }
    let mut contacts: Vec<(String, String)> = Vec::new();
    for key in keys {
        if !contacts.iter().any(|(k, _)| *k == key.0) {
            contacts.push((key.0.clone(), names.get(key.as_str())));
        }
    }
    let people = everybody(r)?.into_iter().filter(|p| p.active).collect();
    let may = may(actor, Action::KeepAppointment, &t).is_ok();
    Ok((Seen { t, names, contacts, people, may }, all))
}

#[derive(Template)]
#[template(path = "appointments/ticket.html")]
struct TicketPage {
    ui: Ui,
    query: ListQuery,
    t: Ticket,
    names: Names,
    all: Vec<Appointment>,
    contacts: Vec<(String, String)>,
    people: Vec<StaffRow>,
    may: bool,
    form: AppointmentForm,
    errors: Wrongs,
    asks_who: bool,
}

#[derive(Template)]
#[template(path = "appointments/one.html")]
struct OnePage {
    ui: Ui,
    query: ListQuery,
    t: Ticket,
    names: Names,
    a: Appointment,
    contacts: Vec<(String, String)>,
    people: Vec<StaffRow>,
    may: bool,
    form: AppointmentForm,
    sent: Sent,
    errors: Wrongs,
    asks_who: bool,
}

/// What the templates of both ask.
macro_rules! shown {
    ($page:ident) => {
        impl $page {
            fn kinds(&self) -> &'static [AppointmentKind] {
                AppointmentKind::ALL
            }
            fn ways(&self) -> &'static [ContactWay] {
                ContactWay::ALL
            }
            fn wanted(&self) -> &'static [WantedBy] {
                WantedBy::ALL
            }
            fn name(&self, id: &str) -> String {
                self.names.get(id)
            }
            fn span(&self, a: &Appointment) -> String {
                super::span(&a.plan, (self.ui.locale, &self.ui.zone))
            }
            fn follow(&self) -> Option<String> {
                self.t.follow.as_ref().map(|f| follow_text(self.ui.locale, f))
            }
        }
    };
}
shown!(TicketPage);
shown!(OnePage);

/// A verb's form as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    result: String,
    at: String,
    reason: String,
    #[serde(skip)]
    moves: bool,
    #[serde(skip)]
    calls_off: bool,
}

/// All appointments of a ticket, and the form of a new one.
pub(super) async fn all(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    all_with(&app, &page, number, None).await
}

async fn all_with(
    app: &App,
    page: &StaffPage,
    number: String,
    typed: Option<(AppointmentForm, Wrongs)>,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "appointments").await?;
    let actor = page.actor().clone();
    let read =
        app.desk.peek(move |r| see(r, (&actor, &number), |r, t| Ok(appointment::of_ticket(r, &t.id)?)));
    let (seen, all) = read.await.map_err(|e| page.visitor.fail(e))?;
    let status = if typed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let fresh = || {
        let way = seen.t.follow.as_ref().and_then(|f| f.way).unwrap_or(ContactWay::Phone);
        let (contact, way) = (seen.t.requester.0.clone(), way.to_string());
        (AppointmentForm { way, contact, ..AppointmentForm::default() }, Wrongs::default())
    };
    let (form, errors) = typed.unwrap_or_else(fresh);
    let Seen { t, names, contacts, people, may } = seen;
    let query = ListQuery::default();
    let view = TicketPage { ui, query, t, names, all, contacts, people, may, form, errors, asks_who: true };
    Ok((status, render(&view, &page.visitor)?).into_response())
}

/// Agrees on a contact, or shows the form again with what is wrong.
pub(super) async fn make(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<AppointmentForm>,
) -> Result<Response, WebError> {
    let zone = zone(&app, &page).await?;
    let done = match form.read(&zone, app.desk.now()) {
        Ok(input) => verb::appoint(&app.desk, page.actor(), &number, input).await,
        Err(e) => Err(e),
    };
    match done.map_err(|e| called(e, NAMES, page.visitor.locale)) {
        Ok((t, a)) => Ok(went(&page, &t, &a, "appointed")),
        Err(Error::Invalid(fields)) if !page.visitor.part => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            all_with(&app, &page, number, Some((form, errors))).await
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// One appointment.
pub(super) async fn one(
    State(app): State<App>,
    page: StaffPage,
    Path((number, no)): Path<(String, u32)>,
) -> Result<Response, WebError> {
    one_with(&app, &page, (number, no), Again::default()).await
}

/// What was sent and could not be done.
#[derive(Default)]
struct Again {
    status: StatusCode,
    form: Option<AppointmentForm>,
    sent: Sent,
    errors: Wrongs,
}

async fn one_with(
    app: &App,
    page: &StaffPage,
    (number, no): (String, u32),
    again: Again,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "appointments").await?;
    let actor = page.actor().clone();
    let read = app.desk.peek(move |r| {
        see(r, (&actor, &number), |r, t| Ok(vec![appointment::of_no(r, &t.id, no)?.ok_or(Error::NotFound)?]))
    });
    let (seen, mut found) = read.await.map_err(|e| page.visitor.fail(e))?;
    let a = found.pop().ok_or_else(|| page.visitor.fail(Error::NotFound))?;
    let Again { status, form, sent, errors } = again;
    let form = form.unwrap_or_else(|| AppointmentForm::of(&a, &ui.zone));
    let Seen { t, names, contacts, people, may } = seen;
    let query = ListQuery::default();
    let view = OnePage { ui, query, t, names, a, contacts, people, may, form, sent, errors, asks_who: false };
    Ok((status, render(&view, &page.visitor)?).into_response())
}

/// Another time, another way, somebody else.
pub(super) async fn put(
    State(app): State<App>,
    page: StaffPage,
    Path((number, no)): Path<(String, u32)>,
    Fields(form): Fields<AppointmentForm>,
) -> Result<Response, WebError> {
    let zone = zone(&app, &page).await?;
    let seen = form.version.parse().ok();
    let done = match form.read(&zone, app.desk.now()) {
        Ok(input) => verb::move_appointment(&app.desk, page.actor(), (&number, no), seen, input).await,
        Err(e) => Err(e),
    };
    let sent = Sent { moves: true, ..Sent::default() };
    settled(&app, &page, (number, no), done, "appointment-moved", (Some(form), sent)).await
}

/// It took place.
pub(super) async fn keep(
    State(app): State<App>,
    page: StaffPage,
    Path((number, no)): Path<(String, u32)>,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    let zone = zone(&app, &page).await?;
    let done = match wall(&zone, "at", &sent.at) {
        Ok(at) => {
            let said = (sent.result.clone(), at);
            verb::keep_appointment(&app.desk, page.actor(), (&number, no), said).await
        }
        Err(e) => Err(e),
    };
    settled(&app, &page, (number, no), done, "appointment-kept", (None, sent)).await
}

/// It is not to be.
pub(super) async fn call_off(
    State(app): State<App>,
    page: StaffPage,
    Path((number, no)): Path<(String, u32)>,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    let reason = sent.reason.clone();
    let done = verb::call_off_appointment(&app.desk, page.actor(), (&number, no), reason).await;
    let sent = Sent { calls_off: true, ..sent };
    settled(&app, &page, (number, no), done, "appointment-cancelled", (None, sent)).await
}

/// Back to the ticket's appointments, or the page again with what is wrong. Who was overtaken reads both times and may
/// send again what they have typed.
async fn settled(
    app: &App,
    page: &StaffPage,
    place: (String, u32),
    done: desk::Result<verb::Made>,
    word: &str,
    (form, sent): (Option<AppointmentForm>, Sent),
) -> Result<Response, WebError> {
    match done.map_err(|e| called(e, NAMES, page.visitor.locale)) {
        Ok((t, a)) => Ok(went(page, &t, &a, word)),
        Err(Error::Invalid(fields)) if !page.visitor.part => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            one_with(app, page, place, Again { status, form, sent, errors }).await
        }
        Err(Error::Stale { field, mine, theirs }) if field == "appointment" && !page.visitor.part => {
            let args = [("mine", mine.as_str()), ("theirs", theirs.as_str())];
            let errors = Wrongs::whole(t_args(page.visitor.locale, "appointment-stale", &args));
            // The next time it is known what it replaces.
            let form = form.map(|f| AppointmentForm { version: String::new(), ..f });
            one_with(app, page, place, Again { status: StatusCode::CONFLICT, form, sent, errors }).await
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

fn went(page: &StaffPage, t: &Ticket, a: &Appointment, word: &str) -> Response {
    let to = format!("/tickets/{}/appointments/{}", t.number, a.no);
    let response = if page.visitor.part {
        [("hx-redirect", to)].into_response()
    } else {
        Redirect::to(&to).into_response()
    };
    Said::done(word).with(response)
}

async fn zone(app: &App, page: &StaffPage) -> Result<jiff::tz::TimeZone, WebError> {
    let desk = app.desk.clone();
    let rules = app.desk.peek(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))?;
    Ok(rules.settings.zone())
}
