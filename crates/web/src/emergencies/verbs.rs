//! The verbs of an emergency: each takes its form apart, calls the desk, and goes back to its page.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Error, FieldError, ticket as verb};
use domain::emergency::Holder;
use domain::id::{OrgId, StaffId};
use domain::ticket::Ticket;
use domain::ticket::decide::MeasureInput;
use serde::Deserialize;
use store::directory;

use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, id, required};
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::instant;

/// Back to the emergency, with what was done.
fn said(page: &StaffPage, result: desk::Result<Ticket>, word: Said) -> Result<Response, WebError> {
    let t = result.map_err(|e| page.visitor.fail(e))?;
    let to = format!("/tickets/{}/emergency", t.number);
    let response = if page.visitor.part {
        [("hx-redirect", to)].into_response()
    } else {
        Redirect::to(&to).into_response()
    };
    Ok(word.with(response))
}

/// A reason or another text.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct TextForm {
    text: String,
}

/// What switches it on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct StartForm {
    title: String,
    impact: String,
    commander: String,
    reason: String,
}

/// Switches emergency mode on.
pub(super) async fn start(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<StartForm>,
) -> Result<Response, WebError> {
    let input = verb::StartInput {
        title: form.title,
        impact: form.impact,
        commander: id(&form.commander),
        organisations: BTreeSet::new(),
        reason: form.reason,
    };
    let done = verb::start_emergency(&app.desk, page.actor(), &number, input).await;
    said(&page, done, Said::undoable("emergency", &number, "emergency/removal", &[]))
}

/// It was none.
pub(super) async fn call_off(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<TextForm>,
) -> Result<Response, WebError> {
    let done = verb::call_off_emergency(&app.desk, page.actor(), &number, form.text).await;
    said(&page, done, Said::done("emergency-off"))
}

/// What the affected read, and who they are. Customers stay by their ticks; one more is added by its name.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DescribeForm {
    version: i64,
    title: String,
    impact: String,
    organisations: Vec<String>,
    organisation: String,
}

/// Edits it.
pub(super) async fn describe(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<DescribeForm>,
) -> Result<Response, WebError> {
    let mut organisations: BTreeSet<OrgId> = form.organisations.iter().filter_map(|o| id(o)).collect();
    let name = form.organisation.trim().to_owned();
    if !name.is_empty() {
        let read = app.desk.read(move |r| Ok(directory::organisation_named(r, &name)?));
        let found = read.await.map_err(|e| page.visitor.fail(e))?;
        let found = found.ok_or_else(|| page.visitor.fail(Error::field("organisations", "unknown")))?;
        organisations.insert(found.id);
    }
    let input = verb::DescribeInput {
        seen: Some(form.version).filter(|v| *v > 0),
        title: Some(form.title),
        impact: Some(form.impact),
        organisations: Some(organisations),
    };
    let done = verb::describe_emergency(&app.desk, page.actor(), &number, input).await;
    said(&page, done, Said::done("saved"))
}

/// Commander and roles: `r.0.role`, `r.0.person`, …; a role without a person is none.
pub(super) async fn staffing(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, WebError> {
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let commander =
        id(&field("commander")).ok_or_else(|| page.visitor.fail(Error::field("commander", "required")))?;
    let holder = |i: usize| -> Option<Holder> {
        let person = id(&field(&format!("r.{i}.person")))?;
        Some(Holder { role: field(&format!("r.{i}.role")), person })
    };
    let roles = (0..=domain::ticket::decide::MOST_ROLES + 3).filter_map(holder).collect();
    let seen = field("version").parse().ok();
    let done = verb::staff_emergency(&app.desk, page.actor(), &number, (commander, roles), seen).await;
    said(&page, done, Said::done("saved"))
}

/// An entry.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct EntryForm {
    text: String,
    public: String,
    next_report_at: String,
}

/// Writes an entry of the timeline.
pub(super) async fn entry(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<EntryForm>,
) -> Result<Response, WebError> {
    let next = instant(&app, &page, ("next_report_at", &form.next_report_at)).await?;
    let text = (form.text, !form.public.is_empty());
    let done = verb::post_in_emergency(&app.desk, page.actor(), &number, text, next).await;
    said(&page, done, Said::done("recorded"))
}

/// The interim plan.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PlanForm {
    version: i64,
    text: String,
    state: String,
    promised_at: String,
}

/// Makes or changes the interim plan.
pub(super) async fn plan(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<PlanForm>,
) -> Result<Response, WebError> {
    let state = required("state", &form.state).map_err(|e| page.visitor.fail(e))?;
    let promised = instant(&app, &page, ("promised_at", &form.promised_at)).await?;
    let seen = Some(form.version).filter(|v| *v > 0);
    let done = verb::plan_interim(&app.desk, page.actor(), &number, (form.text, state, promised), seen).await;
    said(&page, done, Said::done("saved"))
}

/// It is over.
pub(super) async fn end(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<TextForm>,
) -> Result<Response, WebError> {
    let done = verb::end_emergency(&app.desk, page.actor(), &number, form.text).await;
    said(&page, done, Said::undoable("emergency-ended", &number, "emergency/end/removal", &[]))
}

/// It is not over after all.
pub(super) async fn resume(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<TextForm>,
) -> Result<Response, WebError> {
    let done = verb::resume_emergency(&app.desk, page.actor(), &number, form.text).await;
    said(&page, done, Said::done("emergency-on"))
}

/// What was learnt.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ReviewForm {
    version: i64,
    causes: String,
    lessons: String,
}

/// Writes or changes the review.
pub(super) async fn review(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<ReviewForm>,
) -> Result<Response, WebError> {
    let seen = Some(form.version).filter(|v| *v > 0);
    let words = (form.causes, form.lessons);
    let done = verb::review_emergency(&app.desk, page.actor(), &number, words, seen).await;
    said(&page, done, Said::done("saved"))
}

/// A measure.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct MeasureForm {
    version: i64,
    no: String,
    what: String,
    owner: String,
    due_on: String,
    done: String,
    effect: String,
}

impl MeasureForm {
    fn read(self) -> desk::Result<MeasureInput> {
        let owner: Option<StaffId> = id(&self.owner);
        let due_on = self.due_on.trim().parse();
        let mut wrong = Vec::new();
        if owner.is_none() {
            wrong.push(FieldError::new("owner", "required"));
        }
        if due_on.is_err() {
            let issue = if self.due_on.trim().is_empty() { "required" } else { "bad_value" };
            wrong.push(FieldError::new("due_on", issue));
        }
        let (Some(owner), Ok(due_on)) = (owner, due_on) else { return Err(Error::Invalid(wrong)) };
        let no = crate::form::choice("no", &self.no)?;
        let (done, effect) = (!self.done.is_empty(), self.effect);
        Ok(MeasureInput { no, what: self.what, owner, due_on, done, effect })
    }
}

/// Adds or changes a measure.
pub(super) async fn measure(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<MeasureForm>,
) -> Result<Response, WebError> {
    let seen = Some(form.version).filter(|v| *v > 0);
    let input = form.read().map_err(|e| page.visitor.fail(e))?;
    let done = verb::measure_emergency(&app.desk, page.actor(), &number, input, seen).await;
    said(&page, done, Said::done("saved"))
}

/// Over and reviewed.
pub(super) async fn finish(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let done = verb::finish_emergency(&app.desk, page.actor(), &number).await;
    said(&page, done, Said::done("emergency-finished"))
}
