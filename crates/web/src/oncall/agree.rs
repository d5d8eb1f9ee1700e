//! Swaps that are proposed and answered, the start of a shift that is confirmed, notes to the next, the feed of one's shifts.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::oncall::{self as verb, Proposal};
use domain::access::Right;
use domain::id::{RotaId, StaffId};
use domain::oncall::{FeedEvent, SwapState, write_feed};
use domain::time::{Timestamp, from_millis, to_millis};
use words::{Locale, t_args, word};

use super::month::{Sent, shown};
use super::verbs::{Form, answer, get, span, zone};
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, required};
use crate::said::Said;
use crate::session::StaffPage;

/// Proposes a swap.
pub(super) async fn propose(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<Form>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let done = proposed(&app, &page, &form).await;
    answer(&app, &page, ("swap", form), done).await
}

async fn proposed(app: &App, page: &StaffPage, form: &Form) -> desk::Result<(Timestamp, Said)> {
    let zone = zone(app).await?;
    let bad = || Error::field("shift", "required");
    let parts: Vec<&str> = get(form, "shift").split('|').collect();
    let [rota, seat, from, until] = parts.as_slice() else { return Err(bad()) };
    let ms = |text: &str| text.parse().map(from_millis).map_err(|_| bad());
    let whole = (ms(from)?, ms(until)?);
    let part = |fields: (&str, &str)| {
        let empty = get(form, fields.0).is_empty() && get(form, fields.1).is_empty();
        if empty { Ok(None) } else { span(&zone, form, fields).map(Some) }
    };
    let give = part(("from", "until"))?.unwrap_or(whole);
    let back = part(("back_from", "back_until"))?;
    let asked = Proposal {
        seat: required("seat", seat)?,
        taker: StaffId::from(get(form, "person")),
        give,
        back,
        note: get(form, "note").to_owned(),
    };
    let row = verb::propose_swap(&app.desk, page.actor(), RotaId::from(*rota), asked).await;
    let row = row.map_err(|e| if matches!(e, Error::NotFound) { bad() } else { e })?;
    let undo = vec![("state".to_owned(), SwapState::Withdrawn.to_string())];
    Ok((give.0, Said::undone_at("swap-open", format!("/on-call/swaps/{}/answer", row.id), undo)))
}

/// Accepts, declines or withdraws a proposal.
pub(super) async fn answer_swap(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, WebError> {
    let done = answered(&app, &page, id, &form).await;
    answer(&app, &page, ("answer", form), done).await
}

async fn answered(app: &App, page: &StaffPage, id: String, form: &Form) -> desk::Result<(Timestamp, Said)> {
    let state: SwapState = required("state", get(form, "state"))?;
    let row = verb::answer_swap(&app.desk, page.actor(), id, state).await?;
    Ok((row.swap.give.0, Said::done(&format!("swap-{state}"))))
}

/// One can be reached, and has read what was left.
pub(super) async fn start(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    verb::confirm_start(&app.desk, page.actor()).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Said::done("oncall-start").with(Redirect::to("/on-call").into_response()))
}

/// Leaves a note to the next.
pub(super) async fn note(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, WebError> {
    let done = verb::leave_note(&app.desk, page.actor(), RotaId(id), get(&form, "text").to_owned()).await;
    let done = done.map(|n| (n.at, Said::done("oncall-note")));
    answer(&app, &page, ("note", form), done).await
}

/// A new address for the feed of one's own shifts; the page shows it once.
pub(super) async fn renew(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let token = verb::renew_feed(&app.desk, page.actor()).await.map_err(|e| page.visitor.fail(e))?;
    let address = format!("{}/on-call/feed/{token}", app.config.public_url);
    let fields = [("address".to_owned(), address)].into();
    shown(&app, &page, "", Sent { form: "feed", fields, wrong: Vec::new() }).await
}

/// The feed is no more.
pub(super) async fn end(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    verb::end_feed(&app.desk, page.actor()).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Said::done("oncall-feed-ended").with(Redirect::to("/on-call#mine").into_response()))
}

/// An agreed contact as a calendar shows it.
fn agreed(row: &store::appointment::AppointmentRow, locale: Locale) -> FeedEvent {
    let (a, plan) = (&row.appointment, &row.appointment.plan);
    let args = [
        ("what", word(locale, "appointment", plan.kind.as_str())),
        ("number", row.number.as_str()),
        ("title", row.title.as_str()),
        ("phone", plan.phone.as_str()),
    ];
    FeedEvent {
        uid: format!("{}@appointment.aftercare", a.id),
        from: plan.from,
        until: plan.end(),
        summary: t_args(locale, "feed-appointment", &args).trim_end().to_owned(),
    }
}

/// The feed, for whoever knows the secret.
pub(super) async fn feed(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: axum::http::HeaderMap,
) -> Result<Response, WebError> {
    let fail = |e| WebError::asked(e, crate::error::Form::Page, &headers);
    let verb::Feed { person: me, duties, appointments } =
        verb::feed(&app.desk, &token).await.map_err(fail)?;
    let locale = Locale::parse(&me.locale);
    let event = |(rota, d): &(store::oncall::RotaRow, domain::oncall::Duty)| {
        let seat = word(locale, "seat", d.seat.as_str());
        FeedEvent {
            uid: format!("{}-{}-{}@oncall.aftercare", rota.id, d.seat, to_millis(d.from)),
            from: d.from,
            until: d.until,
            summary: t_args(locale, "feed-summary", &[("seat", seat), ("rota", &rota.name)]),
        }
    };
    let shifts = duties.iter().map(event);
    let events: Vec<FeedEvent> = shifts.chain(appointments.iter().map(|a| agreed(a, locale))).collect();
    let title = t_args(locale, "feed-title", &[("who", &me.name)]);
    let text = write_feed(&title, &events, app.desk.now());
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}
