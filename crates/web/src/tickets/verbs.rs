//! The verbs that move a ticket: each takes its form apart, calls the desk, and goes back to the ticket.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::ticket::{self as verb, FromCustomer};
use domain::access::Actor;
use domain::id::FileId;
use domain::ticket::decide::{Audience, Draft, Solution};
use domain::ticket::{CloseReason, Ticket};
use serde::Deserialize;
use store::ticket::DraftRow;

use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, NO_GROUP, choice, id, required};
use crate::html::clean;
use crate::said::Said;
use crate::session::{StaffPage, Visitor};
use crate::wrong::called;

/// Back to where the person was: the ticket in the console, or the case in the portal.
pub(crate) fn back(visitor: &Visitor, number: &str) -> Response {
    let place = if matches!(visitor.actor(), Actor::Contact(_)) { "portal/cases" } else { "tickets" };
    let to = format!("/{place}/{number}");
    if visitor.part {
        return [("hx-redirect", to)].into_response();
    }
    Redirect::to(&to).into_response()
}

/// The answer to a verb, with what the next page says about it.
pub(crate) fn said(
    visitor: &Visitor,
    result: desk::Result<Ticket>,
    word: Said,
) -> Result<Response, WebError> {
    let t = result.map_err(|e| visitor.fail(e))?;
    Ok(word.with(back(visitor, &t.number)))
}

/// The ticket as it is before a verb, for its undo.
pub(super) async fn before(app: &App, page: &StaffPage, number: &str) -> Result<Ticket, WebError> {
    let (scope, no) = (page.actor().scope(), number.to_owned());
    let read = app.desk.read(move |r| store::ticket::by_number(r, &scope, &no)?.ok_or(desk::Error::NotFound));
    read.await.map_err(|e| page.visitor.fail(e))
}

/// A message as a form sends it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct MessageForm {
    html: String,
    text: String,
    files: Vec<String>,
    /// A note for staff.
    internal: String,
    /// What happens with the message: nothing else, `waiting_customer`, or `resolve`.
    then: String,
    /// To whom an answer goes: `requester` or `everyone`.
    to: String,
    resolution: String,
    cause: String,
}

impl MessageForm {
    pub(crate) fn draft(&self) -> Draft {
        let body = if self.html.trim().is_empty() {
            domain::ticket::decide::Body::from_text(&self.text)
        } else {
            clean(&self.html)
        };
        let files = self.files.iter().filter(|f| !f.is_empty()).map(|f| FileId(f.clone())).collect();
        let to = if self.to == "everyone" { Audience::Everyone } else { Audience::Requester };
        Draft { body, files, to }
    }
}

/// Staff or customer write; an answer may put the ticket to wait, or solve it, in the same breath.
pub(super) async fn message(
    State(app): State<App>,
    visitor: Visitor,
    Path(number): Path<String>,
    Fields(form): Fields<MessageForm>,
) -> Result<Response, WebError> {
    let (desk, who) = (&app.desk, visitor.actor());
    let draft = form.draft();
    let result = match form.then.as_str() {
        _ if !form.internal.is_empty() => verb::note(desk, who, &number, draft, BTreeSet::new()).await,
        "waiting_customer" => {
            verb::hold(
                desk,
                who,
                &number,
                domain::ticket::Status::WaitingCustomer,
                String::new(),
                Some(draft),
            )
            .await
        }
        "resolve" => {
            let cause = choice("cause", &form.cause).map_err(|e| visitor.fail(e))?;
            let resolution =
                if form.resolution.trim().is_empty() { draft.body.text() } else { &form.resolution };
            let resolution = resolution.lines().next().unwrap_or_default().to_owned();
            verb::resolve(
                desk,
                who,
                &number,
                Solution { cause, resolution, remark: None, draft: Some(draft) },
            )
            .await
        }
        _ => verb::add_message(desk, who, &number, draft).await,
    };
    let word = match form.then.as_str() {
        _ if !form.internal.is_empty() => Said::done("noted"),
        "waiting_customer" => Said::undoable("held", &number, "hold/removal", &[]),
        "resolve" => solved(&number),
        _ if matches!(who, Actor::Contact(_)) => Said::done("wrote"),
        _ => match &result {
            Ok(t) => super::verbs_mail::sent(&app, &number, t.messages).await.map_err(|e| visitor.fail(e))?,
            Err(_) => Said::done("sent"),
        },
    };
    let called_here = match who {
        _ if !form.internal.is_empty() => "verb-note",
        Actor::Contact(_) => "portal-write",
        _ => "verb-reply",
    };
    said(&visitor, result.map_err(|e| called(e, &[("body", called_here)], visitor.locale)), word)
}

/// Solved; undo opens it again.
fn solved(number: &str) -> Said {
    Said::undoable("resolved", number, "closure/removal", &[])
}

/// A note with mentions.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NoteForm {
    #[serde(flatten)]
    message: MessageForm,
    mentions: Vec<String>,
}

/// Staff write for staff.
pub(super) async fn note(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<NoteForm>,
) -> Result<Response, WebError> {
    let mentions = form.mentions.iter().filter_map(|m| id(m)).collect();
    let result = verb::note(&app.desk, page.actor(), &number, form.message.draft(), mentions).await;
    let named = result.map_err(|e| called(e, &[("body", "verb-note")], page.visitor.locale));
    said(&page.visitor, named, Said::done("noted"))
}

/// A draft as the editor sends it while somebody types.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DraftForm {
    html: String,
    internal: String,
    files: Vec<String>,
}

/// Keeps what was typed so far.
pub(super) async fn draft(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<DraftForm>,
) -> Result<Response, WebError> {
    let html = clean(&form.html);
    let html = if html.is_empty() { String::new() } else { html.html().to_owned() };
    let files = form.files.iter().filter_map(|f| id(f)).collect();
    let draft = DraftRow { html, internal: !form.internal.is_empty(), files };
    let saved = verb::save_draft(&app.desk, page.actor(), &number, draft).await;
    saved.map_err(|e| page.visitor.fail(e))?;
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

/// Waiting.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct HoldForm {
    status: String,
    note: String,
    text: String,
}

/// Puts a ticket to wait.
pub(super) async fn hold(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<HoldForm>,
) -> Result<Response, WebError> {
    let status = required("status", &form.status).map_err(|e| page.visitor.fail(e))?;
    let body = domain::ticket::decide::Body::from_text(&form.text);
    let draft = (!body.is_empty()).then(|| Draft { body, ..Draft::default() });
    let word = Said::undoable("held", &number, "hold/removal", &[]);
    let held = verb::hold(&app.desk, page.actor(), &number, status, form.note, draft).await;
    let names = [("note", "field-reason"), ("body", "hold-message")];
    said(&page.visitor, held.map_err(|e| called(e, &names, page.visitor.locale)), word)
}

/// Takes a waiting ticket up again.
pub(super) async fn resume(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    said(&page.visitor, verb::resume(&app.desk, page.actor(), &number).await, Said::done("resumed"))
}

/// A solution.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SolveForm {
    cause: String,
    resolution: String,
    remark: String,
    text: String,
}

/// Solves a ticket.
pub(super) async fn solve(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<SolveForm>,
) -> Result<Response, WebError> {
    let cause = choice("cause", &form.cause).map_err(|e| page.visitor.fail(e))?;
    let body = domain::ticket::decide::Body::from_text(&form.text);
    let draft = (!body.is_empty()).then(|| Draft { body, ..Draft::default() });
    let solution = Solution { cause, resolution: form.resolution, remark: Some(form.remark), draft };
    let word = solved(&number);
    let solved = verb::resolve(&app.desk, page.actor(), &number, solution).await;
    let names = [("body", "solve-message")];
    said(&page.visitor, solved.map_err(|e| called(e, &names, page.visitor.locale)), word)
}

/// Closes a solved ticket.
pub(super) async fn close(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let word = Said::undoable("closed", &number, "closure/removal", &[]);
    said(&page.visitor, verb::close(&app.desk, page.actor(), &number, CloseReason::Staff).await, word)
}

/// A reason in words.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct ReasonForm {
    pub reason: String,
}

/// Opens a ticket again.
pub(super) async fn reopen(
    State(app): State<App>,
    visitor: Visitor,
    Path(number): Path<String>,
    Fields(form): Fields<ReasonForm>,
) -> Result<Response, WebError> {
    said(
        &visitor,
        verb::reopen(&app.desk, visitor.actor(), &number, form.reason).await,
        Said::done("reopened"),
    )
}

/// Ends a ticket without work: staff say why, its customer withdraws it.
pub(super) async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    Path(number): Path<String>,
    Fields(form): Fields<ReasonForm>,
) -> Result<Response, WebError> {
    let (desk, who) = (&app.desk, visitor.actor());
    if who.staff().is_none() {
        let withdrawn = verb::say(desk, who, &number, FromCustomer::Withdraw).await;
        return said(&visitor, withdrawn, Said::done("cancelled"));
    }
    let reason =
        choice("reason", &form.reason).map_err(|e| visitor.fail(e))?.unwrap_or(CloseReason::Withdrawn);
    let word = Said::undoable("cancelled", &number, "closure/removal", &[]);
    said(&visitor, verb::cancel(desk, who, &number, reason).await, word)
}

/// Who gets it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AssignForm {
    group: String,
    assignee: String,
    reason: String,
}

/// Assigns or transfers a ticket.
pub(super) async fn assign(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<AssignForm>,
) -> Result<Response, WebError> {
    let group = if form.group == NO_GROUP { Some(None) } else { id(&form.group).map(Some) };
    let input = verb::AssignInput { group, assignee: id(&form.assignee), reason: form.reason };
    let was = before(&app, &page, &number).await?;
    said(&page.visitor, verb::assign(&app.desk, page.actor(), &number, input).await, Said::moved(&was))
}

/// Takes a ticket.
pub(super) async fn take(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let was = before(&app, &page, &number).await?;
    said(&page.visitor, verb::take(&app.desk, page.actor(), &number).await, Said::moved(&was).named("taken"))
}

/// Hands a ticket to a senior engineer.
pub(super) async fn escalate(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<ReasonForm>,
) -> Result<Response, WebError> {
    let was = before(&app, &page, &number).await?;
    let done = verb::escalate(&app.desk, page.actor(), &number, form.reason).await;
    said(&page.visitor, done, Said::moved(&was).named("escalated"))
}
