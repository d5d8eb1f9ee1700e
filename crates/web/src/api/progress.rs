//! Progress reports of a ticket.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::{Error, ticket as verb};
use domain::access::ActorRef;
use domain::ticket::progress::{Card, Progress};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::ticket::{self, MessageRow};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::once::{Place, create_once};
use super::tickets::{may_view, shown_in};
use super::view::{TicketView, instant};
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::form::required;
use crate::tickets::{Letters, Sent, letters};

/// A progress report.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ProgressBody {
    /// `investigating`, `located`, `working`, `verifying`, `recovered`.
    phase: String,
    /// What was found.
    finding: String,
    /// What is done next.
    next: String,
    /// When it is expected to be solved; an instant in the future.
    expected_at: String,
}

impl ProgressBody {
    fn read(self) -> desk::Result<Progress> {
        let expected_at: Timestamp = required("expected_at", &self.expected_at)?;
        Ok(Progress {
            phase: required("phase", &self.phase)?,
            finding: self.finding,
            next: self.next,
            expected_at,
        })
    }
}

/// Reports progress to the customer. It meets the progress duty when it was delivered: on the portal at once, by
/// letter when the receiving server has taken it. Staff only.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/progress", params(("number" = String, Path)), request_body = ProgressBody, responses((status = 201, body = TicketView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<ProgressBody>,
) -> Result<Response, WebError> {
    let progress = body.value.read().map_err(|e| caller.fail(e))?;
    create_once(&app, &caller, body.hash, Place::Listed, move |unit| {
        let t = verb::report_in(unit, &number, &progress)?;
        shown_in(unit.work, t, &unit.rules)
    })
    .await
}

/// A progress report, or what was told automatically instead.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressView {
    /// Position among the ticket's messages.
    no: i64,
    /// When.
    at: String,
    /// Who gave it.
    #[schema(value_type = Object)]
    by: ActorRef,
    /// Nobody reported in time: the desk said by itself that work goes on. It is no report.
    automatic: bool,
    /// Phase, unless automatic.
    phase: Option<&'static str>,
    /// What was found.
    finding: Option<String>,
    /// What is done next.
    next: Option<String>,
    /// When it is expected to be solved.
    expected_at: Option<String>,
    /// Automatic: the due that passed.
    slot_at: Option<String>,
    /// Automatic: when the next report is due.
    next_at: Option<String>,
    /// On which way it counts: `portal` or `letter`.
    way: Option<&'static str>,
    /// Since when it counts as delivered; for staff.
    delivered_at: Option<String>,
    /// Its letters with what became of them; for staff.
    letters: Vec<DeliveryView>,
}

/// A letter of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    /// Address.
    recipient: String,
    /// `kept`, `queued`, `sent`, `failed` (tried again) or `rejected`.
    state: &'static str,
    /// The server's words.
    said: String,
}

/// Progress reports of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressListView {
    /// Newest first.
    items: Vec<ProgressView>,
    /// Continues the list; `null` on the last page.
    next_cursor: Option<String>,
}

/// Where a list continues, and how much of it.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Before {
    /// `next_cursor` of the page before.
    cursor: String,
    /// 1 to 200; 50 if absent.
    limit: Option<i64>,
}

impl Before {
    fn read(&self) -> desk::Result<(i64, i64)> {
        let before = if self.cursor.is_empty() { Some(i64::MAX) } else { self.cursor.parse().ok() };
        let limit = self.limit.unwrap_or(50);
        match before {
            None => Err(Error::field("cursor", "bad_value")),
            Some(_) if !(1..=200).contains(&limit) => Err(Error::field("limit", "limit_200")),
            Some(before) => Ok((before, limit)),
        }
    }
}

/// The progress reports of a ticket, and what was told automatically, newest first.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/progress", params(("number" = String, Path), Before), responses((status = 200, body = ProgressListView)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Query(asked): Query<Before>,
) -> Result<Json<ProgressListView>, WebError> {
    let read = || -> desk::Result<_> {
        may_view(&caller.actor)?;
        asked.read()
    };
    let (before, limit) = read().map_err(|e| caller.fail(e))?;
    let (scope, staff) = (caller.actor.scope(), caller.actor.staff().is_some());
    let found = app.desk.read(move |r| {
        let t = ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        let rows = ticket::reports(r, &t.id, before, limit + 1)?;
        let range = rows.last().map(|m| m.no).zip(rows.first().map(|m| m.no)).filter(|_| staff);
        let letters = range.map(|range| letters(r, &t.id, range)).transpose()?;
        Ok((rows, letters))
    });
    let (mut rows, letters) = found.await.map_err(|e| caller.fail(e))?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next_cursor = rows.last().filter(|_| more).map(|m| m.no.to_string());
    let items = rows.into_iter().filter_map(|m| view(m, letters.as_ref())).collect();
    Ok(Json(ProgressListView { items, next_cursor }))
}

fn view(m: MessageRow, letters: Option<&Letters>) -> Option<ProgressView> {
    let sent = letters.and_then(|l| l.get(&m.no)).map(Vec::as_slice).unwrap_or_default();
    let letters_of = sent.iter().map(Sent::of);
    let mut view = ProgressView {
        no: m.no,
        at: instant(m.at),
        by: m.by,
        automatic: true,
        phase: None,
        finding: None,
        next: None,
        expected_at: None,
        slot_at: None,
        next_at: None,
        way: None,
        delivered_at: m.delivered_at.filter(|_| letters.is_some()).map(instant),
        letters: letters_of
            .map(|l| DeliveryView { recipient: l.recipient, state: l.state, said: l.said })
            .collect(),
    };
    match m.card? {
        Card::Progress { progress, way } => {
            view.automatic = false;
            view.phase = Some(progress.phase.as_str());
            (view.finding, view.next) = (Some(progress.finding), Some(progress.next));
            view.expected_at = Some(instant(progress.expected_at));
            view.way = Some(way.as_str());
        }
        Card::Underway { slot_at, next_at } => {
            view.slot_at = Some(instant(slot_at));
            view.next_at = next_at.map(instant);
        }
    }
    Some(view)
}
