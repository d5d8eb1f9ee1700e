//! A customer asks to be called about a case, chooses another hour, or calls it off.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::ticket::{CallBackInput, Made, ask_call_back, call_off_appointment, move_call_back};
use desk::{Error, FieldError, Result};
use domain::appointment::{Appointment, AppointmentKind, SLOT_S, offers};
use domain::people::PointKind;
use domain::ticket::{Status, Ticket};
use domain::time::{Timestamp, plus_seconds};
use serde::Deserialize;
use store::{Read, appointment, directory, ticket};
use words::{clock_time, dated};

use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::said::Said;
use crate::session::ContactPage;
use crate::tickets::{render, said};
use crate::ui::Ui;
use crate::wrong::{Wrongs, called};

/// The form as it was sent; shown again with its errors.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CallForm {
    version: String,
    from: String,
    phone: String,
    note: String,
}

impl CallForm {
    fn read(&self) -> Result<CallBackInput> {
        let mut wrong = Vec::new();
        let from: Option<Timestamp> = self.from.parse().ok();
        if from.is_none() {
            let issue = if self.from.is_empty() { "required" } else { "bad_value" };
            wrong.push(FieldError::new("from", issue));
        }
        match from.filter(|_| wrong.is_empty()) {
            Some(from) => Ok(CallBackInput { from, phone: self.phone.clone(), note: self.note.clone() }),
            None => Err(Error::Invalid(wrong)),
        }
    }
}

#[derive(Template)]
#[template(path = "appointments/portal.html")]
struct CallPage {
    ui: Ui,
    t: Ticket,
    open: Vec<Appointment>,
    /// The hours that are offered: instant and words.
    hours: Vec<(String, String)>,
    can_ask: bool,
    form: CallForm,
    errors: Wrongs,
    /// The number of the one that was to be moved.
    moved: Option<u32>,
}

impl CallPage {
    fn span(&self, a: &Appointment) -> String {
        super::span(&a.plan, (self.ui.locale, &self.ui.zone))
    }
    fn is_late(&self, a: &Appointment) -> bool {
        a.is_overdue(self.ui.now)
    }
    fn is_call(&self, a: &Appointment) -> bool {
        a.plan.kind == AppointmentKind::CallBack
    }
    fn moves(&self, a: &Appointment) -> bool {
        self.moved == Some(a.no)
    }
}

/// What is to come of a case, or was missed; the next one first.
pub(crate) fn open_of(r: &mut Read<'_>, t: &Ticket) -> Result<Vec<Appointment>> {
    let mut open = appointment::of_ticket(r, &t.id)?;
    open.retain(|a| a.state.is_open());
    open.sort_by_key(|a| (a.plan.from, a.no));
    Ok(open)
}

/// What is agreed about a case, and the form to ask for a call.
pub(super) async fn show(
    State(app): State<App>,
    page: ContactPage,
    Path(number): Path<String>,
) -> std::result::Result<Response, WebError> {
    show_with(&app, &page, number, None).await
}

async fn show_with(
    app: &App,
    page: &ContactPage,
    number: String,
    typed: Option<(StatusCode, CallForm, Wrongs, Option<u32>)>,
) -> std::result::Result<Response, WebError> {
    let fail = |e| page.visitor.fail(e);
    let ui = Ui::contact(app, page, "portal").await.map_err(fail)?;
    let (scope, me, desk) = (page.visitor.actor().scope(), page.contact.id.clone(), app.desk.clone());
    let read = app.desk.peek(move |r| {
        let rules = desk.rules_in(r)?;
        let t = ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        let open = open_of(r, &t)?;
        let phone = directory::points(r, &me)?.into_iter().find(|p| p.kind == PointKind::Phone);
        let hours = rules.service_hours().map(|c| offers(c, r.now())).unwrap_or_default();
        Ok((t, open, phone.map(|p| p.value).unwrap_or_default(), hours))
    });
    let (t, open, phone, hours) = read.await.map_err(fail)?;
    let said = |from: Timestamp| {
        let until = clock_time(&ui.zone, plus_seconds(from, SLOT_S));
        (from.to_string(), format!("{}\u{2013}{until}", dated(ui.locale, &ui.zone, from)))
    };
    let hours = hours.into_iter().map(said).collect();
    let ended = matches!(t.status, Status::Closed | Status::Cancelled | Status::Merged);
    let known = open.iter().find(|a| a.plan.kind == AppointmentKind::CallBack).map(|a| a.plan.clone());
    let can_ask = known.is_none() && !ended;
    let fresh = || {
        let (phone, note) = known.map_or((phone, String::new()), |p| (p.phone, p.note));
        (StatusCode::OK, CallForm { phone, note, ..CallForm::default() }, Wrongs::default(), None)
    };
    let (status, form, errors, moved) = typed.unwrap_or_else(fresh);
    let view = CallPage { ui, t, open, hours, can_ask, form, errors, moved };
    Ok((status, render(&view, &page.visitor)?).into_response())
}

/// Asks for a call, or shows the form again with what is wrong.
pub(super) async fn ask(
    State(app): State<App>,
    page: ContactPage,
    Path(number): Path<String>,
    Fields(form): Fields<CallForm>,
) -> std::result::Result<Response, WebError> {
    let done = match form.read() {
        Ok(input) => ask_call_back(&app.desk, page.visitor.actor(), &number, input).await,
        Err(e) => Err(e),
    };
    settled(&app, &page, number, done, ("call-asked", form, None)).await
}

/// Another hour.
pub(super) async fn put(
    State(app): State<App>,
    page: ContactPage,
    Path((number, no)): Path<(String, u32)>,
    Fields(form): Fields<CallForm>,
) -> std::result::Result<Response, WebError> {
    let seen = form.version.parse().ok();
    let done = match form.read() {
        Ok(input) => move_call_back(&app.desk, page.visitor.actor(), (&number, no), seen, input).await,
        Err(e) => Err(e),
    };
    settled(&app, &page, number, done, ("appointment-moved", form, Some(no))).await
}

/// Why it is not to be, if they say so.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OffForm {
    reason: String,
}

/// It is not to be.
pub(super) async fn call_off(
    State(app): State<App>,
    page: ContactPage,
    Path((number, no)): Path<(String, u32)>,
    Fields(form): Fields<OffForm>,
) -> std::result::Result<Response, WebError> {
    let done = call_off_appointment(&app.desk, page.visitor.actor(), (&number, no), form.reason).await;
    said(&page.visitor, done.map(|(t, _)| t), Said::done("appointment-cancelled"))
}

async fn settled(
    app: &App,
    page: &ContactPage,
    number: String,
    done: Result<Made>,
    (word, form, no): (&str, CallForm, Option<u32>),
) -> std::result::Result<Response, WebError> {
    let names = [("from", "portal-call-when"), ("note", "portal-call-note")];
    match done.map_err(|e| called(e, &names, page.visitor.locale)) {
        Err(Error::Invalid(fields)) if !page.visitor.part => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            let again = (StatusCode::UNPROCESSABLE_ENTITY, form, errors, no);
            show_with(app, page, number, Some(again)).await
        }
        Err(Error::Stale { theirs, .. }) if !page.visitor.part => {
            let said = words::t_args(page.visitor.locale, "portal-call-stale", &[("theirs", &theirs)]);
            show_with(app, page, number, Some((StatusCode::CONFLICT, form, Wrongs::whole(said), no))).await
        }
        done => said(&page.visitor, done.map(|(t, _)| t), Said::done(word)),
    }
}
