//! People are put in and taken off, go on leave and come back, confirm their phone. What is removed can be undone.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::oncall as verb;
use desk::{Error, FieldError};
use domain::id::{RotaId, StaffId};
use domain::oncall::{Leave, Override};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::oncall::{LeaveRow, OverrideRow};

use super::month::{Sent, shown, text};
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, required, wall};
use crate::said::Said;
use crate::session::StaffPage;
use crate::wrong::called;

/// What a form of the month sends.
pub(super) type Form = BTreeMap<String, String>;

/// The form with what is wrong, or the month with what was done.
pub(super) async fn answer(
    app: &App,
    page: &StaffPage,
    (form, fields): (&'static str, Form),
    done: desk::Result<(Timestamp, Said)>,
) -> Result<Response, WebError> {
    let month = fields.get("month").cloned().unwrap_or_default();
    match done {
        Ok((at, said)) => {
            let zone = zone(app).await.map_err(|e| page.visitor.fail(e))?;
            let month = text(at.to_zoned(zone).date());
            Ok(said.with(Redirect::to(&format!("/on-call?month={month}")).into_response()))
        }
        Err(e) => match called(e, names(form), page.visitor.locale) {
            Error::Invalid(wrong) => shown(app, page, &month, Sent { form, fields, wrong }).await,
            e => Err(page.visitor.fail(e)),
        },
    }
}

/// What the forms call their fields.
fn names(form: &str) -> &'static [(&'static str, &'static str)] {
    match form {
        "swap" => &[
            ("shift", "swap-shift"),
            ("person", "swap-with"),
            ("from", "swap-part-from"),
            ("until", "swap-part-until"),
            ("back_from", "swap-back-from"),
            ("back_until", "swap-back-until"),
            ("note", "field-reason"),
        ],
        "note" => &[("text", "oncall-note-text")],
        _ => &[("from", "oncall-from"), ("until", "oncall-until"), ("note", "field-reason")],
    }
}

/// The zone of the house, in which forms give times.
pub(super) async fn zone(app: &App) -> desk::Result<TimeZone> {
    let desk = app.desk.clone();
    Ok(app.desk.read(move |r| desk.rules_in(r)).await?.settings.zone())
}

/// What a form sent; empty if it did not.
pub(super) fn get<'f>(form: &'f Form, field: &str) -> &'f str {
    form.get(field).map(String::as_str).unwrap_or_default()
}

/// A time between two fields, with all that is wrong with both.
pub(super) fn span(
    zone: &TimeZone,
    form: &Form,
    (from, until): (&str, &str),
) -> desk::Result<(Timestamp, Timestamp)> {
    let one = |field: &str| {
        let read = wall(zone, field, get(form, field)).ok();
        read.ok_or("bad_value")
            .and_then(|at| at.ok_or("required"))
            .map_err(|issue| FieldError::new(field, issue))
    };
    match (one(from), one(until)) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(Error::Invalid([a.err(), b.err()].into_iter().flatten().collect())),
    }
}

/// The instant as such a field has it.
fn typed(zone: &TimeZone, at: Timestamp) -> String {
    at.to_zoned(zone.clone()).datetime().to_string()
}

/// Puts somebody in over the layers.
pub(super) async fn put_in(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<Form>,
) -> Result<Response, WebError> {
    let done = put(&app, &page, &form).await;
    answer(&app, &page, ("put", form), done).await
}

async fn put(app: &App, page: &StaffPage, form: &Form) -> desk::Result<(Timestamp, Said)> {
    let (from, until) = span(&zone(app).await?, form, ("from", "until"))?;
    let person = StaffId::from(get(form, "person"));
    let put = Override { seat: required("seat", get(form, "seat"))?, person, from, until, swap: false };
    let rota = RotaId::from(get(form, "rota"));
    let row = verb::put_in(&app.desk, page.actor(), rota, put, get(form, "note").to_owned())
        .await
        .map_err(named)?;
    let undo = format!("/on-call/overrides/{}/removal", row.id);
    Ok((from, Said::undone_at("oncall-put", undo, Vec::new())))
}

/// The rota is a field of the form.
fn named(e: Error) -> Error {
    match e {
        Error::NotFound => Error::field("rota", "unknown"),
        e => e,
    }
}

/// Takes back that somebody was put in.
pub(super) async fn take_out(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let done = taken_out(&app, &page, id).await;
    answer(&app, &page, ("put", Form::new()), done).await
}

async fn taken_out(app: &App, page: &StaffPage, id: String) -> desk::Result<(Timestamp, Said)> {
    let OverrideRow { rota, put, note, .. } = verb::take_out(&app.desk, page.actor(), id).await?;
    if put.swap {
        // A swap comes back only by agreement of both.
        return Ok((put.from, Said::done("oncall-out")));
    }
    let zone = zone(app).await?;
    let fields = vec![
        ("rota".to_owned(), rota.0),
        ("seat".to_owned(), put.seat.to_string()),
        ("person".to_owned(), put.person.0),
        ("from".to_owned(), typed(&zone, put.from)),
        ("until".to_owned(), typed(&zone, put.until)),
        ("note".to_owned(), note),
    ];
    Ok((put.from, Said::undone_at("oncall-out", "/on-call/overrides".to_owned(), fields)))
}

/// Enters a leave.
pub(super) async fn leave(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<Form>,
) -> Result<Response, WebError> {
    let done = left(&app, &page, &form).await;
    answer(&app, &page, ("leave", form), done).await
}

async fn left(app: &App, page: &StaffPage, form: &Form) -> desk::Result<(Timestamp, Said)> {
    let (from, until) = span(&zone(app).await?, form, ("from", "until"))?;
    let leave = Leave { person: StaffId::from(get(form, "person")), from, until };
    let row = verb::go_on_leave(&app.desk, page.actor(), leave, get(form, "note").to_owned()).await?;
    let undo = format!("/on-call/leaves/{}/removal", row.id);
    Ok((from, Said::undone_at("oncall-leave", undo, Vec::new())))
}

/// Takes a leave back.
pub(super) async fn cancel_leave(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let done = back(&app, &page, id).await;
    answer(&app, &page, ("leave", Form::new()), done).await
}

async fn back(app: &App, page: &StaffPage, id: String) -> desk::Result<(Timestamp, Said)> {
    let LeaveRow { leave, note, .. } = verb::cancel_leave(&app.desk, page.actor(), id).await?;
    let zone = zone(app).await?;
    let fields = vec![
        ("person".to_owned(), leave.person.0),
        ("from".to_owned(), typed(&zone, leave.from)),
        ("until".to_owned(), typed(&zone, leave.until)),
        ("note".to_owned(), note),
    ];
    Ok((leave.from, Said::undone_at("oncall-back", "/on-call/leaves".to_owned(), fields)))
}

/// Says that one's own phone reaches one.
pub(super) async fn confirm_phone(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    let me = page.staff.id.clone();
    verb::confirm_phone(&app.desk, page.actor(), me).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Said::done("oncall-phone").with(Redirect::to("/on-call").into_response()))
}
