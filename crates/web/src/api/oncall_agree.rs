//! On-call between people: swaps by agreement of both, notes to the next, the start of a shift, one's feed, the rota of
//! the coming holidays.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use desk::Error;
use desk::oncall::{self, Proposal};
use domain::access::Right;
use domain::id::{RotaId, StaffId};
use domain::oncall::{Dealt, Seat, SwapState};
use domain::time::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::oncall::SwapRow;
use store::oncall::watch::NoteRow;
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::oncall::{Answer, created, done};
use super::oncall_views::{FindingView, ParityView, finding_view, parity_view};
use super::paging::{After, ListView};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};

/// A swap.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SwapView {
    id: String,
    rota: String,
    /// `primary`, `backup`.
    seat: &'static str,
    /// Who proposes, and gives the time.
    giver: String,
    /// Who is asked, and takes it.
    taker: String,
    from: String,
    until: String,
    /// The time that the taker gives back, if any.
    back_from: Option<String>,
    back_until: Option<String>,
    note: String,
    /// `open`, `accepted`, `declined`, `withdrawn`.
    state: &'static str,
}

fn swap_view(row: SwapRow) -> SwapView {
    let s = row.swap;
    SwapView {
        id: row.id,
        rota: row.rota.0,
        seat: s.seat.as_str(),
        giver: s.giver.0,
        taker: s.taker.0,
        from: instant(s.give.0),
        until: instant(s.give.1),
        back_from: s.back.map(|b| instant(b.0)),
        back_until: s.back.map(|b| instant(b.1)),
        note: row.note,
        state: row.state.as_str(),
    }
}

/// The swaps that wait for an answer.
#[utoipa::path(get, path = "/api/v1/on-call/swaps", params(After), responses((status = 200, body = ListView<SwapView>)))]
pub(crate) async fn swaps(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<SwapView>> {
    caller.need(Right::TicketView)?;
    let all = app.desk.read(|r| {
        let now = r.now();
        Ok(store::oncall::open_swaps(r, now)?)
    });
    let all = all.await.map(|rows| rows.into_iter().map(swap_view).collect());
    let page = all.and_then(|all| after.page(all, |s: &SwapView| s.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// A swap of one's own duty to be proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwapBody {
    /// `primary`, `backup`.
    #[schema(value_type = String)]
    seat: Seat,
    /// To whom: the person's key.
    person: String,
    /// RFC 3339: the time that is given.
    #[schema(value_type = String)]
    from: Timestamp,
    /// RFC 3339.
    #[schema(value_type = String)]
    until: Timestamp,
    /// RFC 3339: the time that is wanted in return; both or none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    back_from: Option<Timestamp>,
    /// RFC 3339.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    back_until: Option<Timestamp>,
    /// Why.
    #[serde(default)]
    note: String,
}

/// Proposes a swap of one's own duty in a rota. It counts when the other one accepts.
#[utoipa::path(post, path = "/api/v1/on-call/rotas/{id}/swaps", params(("id" = String, Path)), request_body = SwapBody, responses((status = 201, body = SwapView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<SwapBody>,
) -> Result<(StatusCode, Json<SwapView>), WebError> {
    let b = body.value;
    let back = match (b.back_from, b.back_until) {
        (None, None) => None,
        (Some(from), Some(until)) => Some((from, until)),
        _ => return Err(caller.fail(Error::field("back_until", "required"))),
    };
    let (taker, give) = (StaffId(b.person), (b.from, b.until));
    let asked = Proposal { seat: b.seat, taker, give, back, note: b.note };
    created(&caller, oncall::propose_swap(&app.desk, &caller.actor, RotaId(id), asked).await, swap_view)
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwapAnswerBody {
    /// `accepted` or `declined` by who is asked, `withdrawn` by who asks.
    #[schema(value_type = String)]
    state: SwapState,
}

/// Accepts, declines or withdraws a swap.
#[utoipa::path(post, path = "/api/v1/on-call/swaps/{id}/answer", params(("id" = String, Path)), request_body = SwapAnswerBody, responses((status = 200, body = SwapView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<SwapAnswerBody>,
) -> Answer<SwapView> {
    let answered = oncall::answer_swap(&app.desk, &caller.actor, id, body.value.state).await;
    answered.map(|row| Json(swap_view(row))).map_err(|e| caller.fail(e))
}

/// A note to the next.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoteView {
    id: String,
    /// Who left it.
    person: String,
    at: String,
    text: String,
}

fn note_view(n: NoteRow) -> NoteView {
    NoteView { id: n.id, person: n.person.0, at: instant(n.at), text: n.text }
}

/// A note to be left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteBody {
    /// What the next one must know.
    text: String,
}

/// The last hundred notes of a rota, newest first.
#[utoipa::path(get, path = "/api/v1/on-call/rotas/{id}/notes", params(("id" = String, Path), After), responses((status = 200, body = ListView<NoteView>)))]
pub(crate) async fn notes(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Answer<ListView<NoteView>> {
    caller.need(Right::TicketView)?;
    let read = app.desk.read(move |r| {
        let rota = store::oncall::one(r, &RotaId(id))?.ok_or(Error::NotFound)?;
        Ok(store::oncall::watch::notes(r, &rota.id, 100)?)
    });
    let all = read.await.map(|rows| rows.into_iter().map(note_view).collect());
    let page = all.and_then(|all| after.page(all, |n: &NoteView| n.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// Leaves a note to the next.
#[utoipa::path(post, path = "/api/v1/on-call/rotas/{id}/notes", params(("id" = String, Path)), request_body = NoteBody, responses((status = 201, body = NoteView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn leave_note(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<NoteBody>,
) -> Result<(StatusCode, Json<NoteView>), WebError> {
    let left = oncall::leave_note(&app.desk, &caller.actor, RotaId(id), body.value.text).await;
    created(&caller, left, note_view)
}

/// Confirms that one can be reached in all of one's shifts that have begun.
#[utoipa::path(post, path = "/api/v1/on-call/start", responses((status = 204)))]
pub(crate) async fn start(State(app): State<App>, caller: Caller) -> Result<StatusCode, WebError> {
    done(&caller, oncall::confirm_start(&app.desk, &caller.actor).await)
}

/// The feed's secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedView {
    /// The feed's address, told once.
    address: String,
}

/// A new address for the feed of one's own shifts; the one before is good no more.
#[utoipa::path(post, path = "/api/v1/on-call/feed", responses((status = 201, body = FeedView)))]
pub(crate) async fn renew_feed(
    State(app): State<App>,
    caller: Caller,
) -> Result<(StatusCode, Json<FeedView>), WebError> {
    let token = oncall::renew_feed(&app.desk, &caller.actor).await.map_err(|e| caller.fail(e))?;
    let address = format!("{}/on-call/feed/{token}", app.config.public_url);
    Ok((StatusCode::CREATED, Json(FeedView { address })))
}

/// Ends the feed of one's own shifts.
#[utoipa::path(delete, path = "/api/v1/on-call/feed", responses((status = 204)))]
pub(crate) async fn end_feed(State(app): State<App>, caller: Caller) -> Result<StatusCode, WebError> {
    done(&caller, oncall::end_feed(&app.desk, &caller.actor).await)
}

/// Who takes a day of holidays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolidayView {
    /// `2026-10-01`.
    #[schema(value_type = String)]
    date: Date,
    /// The person's key.
    primary: String,
    /// The person's key; without one the layers decide.
    backup: Option<String>,
}

/// What somebody had in the year before the holidays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountView {
    person: String,
    /// Days as primary on public holidays.
    holidays: u32,
    /// On days off of the week.
    weekends: u32,
    /// On workdays.
    workdays: u32,
}

/// The coming holidays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HolidaysView {
    /// First day of the block of days off; `null` if the calendar knows none within 400 days.
    #[schema(value_type = Option<String>)]
    first: Option<Date>,
    /// Last day.
    #[schema(value_type = Option<String>)]
    last: Option<Date>,
    /// The fairness counters, in the order of the layers.
    counts: Vec<CountView>,
    /// Who would take which day.
    proposal: Vec<HolidayView>,
    /// What is not in order in the block as it stands.
    findings: Vec<FindingView>,
    /// Whether the block holds the response of workdays; `null` where no contract promises that.
    parity: Option<ParityView>,
}

/// The coming holidays with the fairness counters and a proposal from them: the one with the fewest, ties by order.
#[utoipa::path(get, path = "/api/v1/on-call/rotas/{id}/holidays", params(("id" = String, Path)), responses((status = 200, body = HolidaysView), (status = 404, body = Problem)))]
pub(crate) async fn holidays(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<HolidaysView> {
    caller.need(Right::TicketView)?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let row = store::oncall::one(r, &RotaId(id))?.ok_or(Error::NotFound)?;
        oncall::holiday_plan(r, &rules, &row)
    });
    let plan = read.await.map_err(|e| caller.fail(e))?;
    let block = plan.as_ref().map(|p| p.block);
    let (counts, dealt, found, parity) =
        plan.map(|p| (p.counts, p.dealt, p.findings, p.parity)).unwrap_or_default();
    let count = |(person, t): (StaffId, domain::oncall::Tally)| CountView {
        person: person.0,
        holidays: t.holidays,
        weekends: t.weekends,
        workdays: t.workdays,
    };
    let day = |d: Dealt| HolidayView { date: d.date, primary: d.primary.0, backup: d.backup.map(|p| p.0) };
    Ok(Json(HolidaysView {
        first: block.map(|b| b.first),
        last: block.map(|b| b.last),
        counts: counts.into_iter().map(count).collect(),
        proposal: dealt.into_iter().map(day).collect(),
        findings: found.into_iter().map(finding_view).collect(),
        parity: parity.map(parity_view),
    }))
}

/// Days to be put in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolidaysBody {
    /// Who takes which day.
    days: Vec<HolidayView>,
    /// Why, for people.
    #[serde(default)]
    note: String,
}

/// Puts in who takes which day of holidays, from midnight to midnight.
#[utoipa::path(post, path = "/api/v1/on-call/rotas/{id}/holidays", params(("id" = String, Path)), request_body = HolidaysBody, responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_in_holidays(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<HolidaysBody>,
) -> Result<StatusCode, WebError> {
    let HolidaysBody { days, note } = body.value;
    let day = |d: HolidayView| {
        let backup = d.backup.map(StaffId);
        Dealt { date: d.date, primary: StaffId(d.primary), backup }
    };
    let days = days.into_iter().map(day).collect();
    done(&caller, oncall::put_in_holidays(&app.desk, &caller.actor, RotaId(id), days, note).await)
}
