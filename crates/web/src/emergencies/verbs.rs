//! The verbs of an emergency: each takes its form apart, calls the desk, and goes back to its page.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Error, FieldError, noted, ticket as verb};
use domain::emergency::Holder;
use domain::id::{OrgId, StaffId};
use domain::ticket::Ticket;
use domain::ticket::decide::MeasureInput;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::directory;

use super::show::{Sent, shown};
use crate::app::App;
use crate::error::{self, WebError};
use crate::form::{Fields, id, required, wall};
use crate::said::Said;
use crate::session::StaffPage;
use crate::wrong::called;

/// Back to the emergency, with what was done; or its page again, with what was typed and what is wrong with it. The
/// script asks for a part and gets what is wrong alone.
async fn answer(
    (app, page, number): (&App, &StaffPage, &str),
    (name, form): (&str, &impl Serialize),
    result: desk::Result<Ticket>,
    word: Said,
) -> Result<Response, WebError> {
    match result.map_err(|e| called(e, names(name), page.visitor.locale)) {
        Ok(t) => {
            let to = format!("/tickets/{}/emergency", t.number);
            let response = if page.visitor.part {
                [("hx-redirect", to)].into_response()
            } else {
                Redirect::to(&to).into_response()
            };
            Ok(word.with(response))
        }
        Err(e @ (Error::Invalid(_) | Error::Refused(_))) if !page.visitor.part => {
            let (status, _, said) = error::describe(&e, page.visitor.locale);
            let mut response = shown(app, page, number, Sent::new(name, form, e, said)).await?;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// What the forms call their fields.
fn names(form: &str) -> &'static [(&'static str, &'static str)] {
    match form {
        "end" => &[("text", "emergency-summary")],
        "call-off" | "resume" => &[("text", "field-reason")],
        "plan" => &[("text", "interim-plan"), ("state", "field-status")],
        "entry" => &[("text", "entry-text")],
        "start" | "describe" => &[("title", "field-emergency_title"), ("organisation", "affected-add")],
        _ => &[("what", "field-measure")],
    }
}

/// An instant that a form's field gives on the desk's wall clock.
async fn at(app: &App, field: &str, text: &str) -> desk::Result<Option<Timestamp>> {
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await?;
    wall(&rules.settings.zone(), field, text)
}

/// A reason or another text.
#[derive(Clone, Deserialize, Serialize, Default)]
#[serde(default)]
pub(super) struct TextForm {
    text: String,
}

/// What switches it on.
#[derive(Clone, Deserialize, Serialize, Default)]
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
    let sent = form.clone();
    let input = verb::StartInput {
        title: form.title,
        impact: form.impact,
        commander: id(&form.commander),
        organisations: BTreeSet::new(),
        reason: form.reason,
    };
    let done = verb::start_emergency(&app.desk, page.actor(), &number, input).await;
    let word = Said::undoable("emergency", &number, "emergency/removal", &[]);
    answer((&app, &page, &number), ("start", &sent), done, word).await
}

/// It was none.
pub(super) async fn call_off(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<TextForm>,
) -> Result<Response, WebError> {
    let done = verb::call_off_emergency(&app.desk, page.actor(), &number, form.text.clone()).await;
    let word = Said::done("emergency-off");
    answer((&app, &page, &number), ("call-off", &form), done, word).await
}

/// What the affected read, and who they are. Customers stay by their ticks; one more is added by its name.
#[derive(Clone, Deserialize, Serialize, Default)]
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
    let done = described(&app, &page, &number, &form).await;
    answer((&app, &page, &number), ("describe", &form), done, Said::done("saved")).await
}

async fn described(app: &App, page: &StaffPage, number: &str, form: &DescribeForm) -> desk::Result<Ticket> {
    let mut organisations: BTreeSet<OrgId> = form.organisations.iter().filter_map(|o| id(o)).collect();
    let name = form.organisation.trim().to_owned();
    if !name.is_empty() {
        let found = app.desk.read(move |r| Ok(directory::organisation_named(r, &name)?)).await?;
        organisations.insert(found.ok_or_else(|| Error::field("organisation", "unknown"))?.id);
    }
    let input = verb::DescribeInput {
        seen: Some(form.version).filter(|v| *v > 0),
        title: Some(form.title.clone()),
        impact: Some(form.impact.clone()),
        organisations: Some(organisations),
    };
    verb::describe_emergency(&app.desk, page.actor(), number, input).await
}

/// Commander and roles: `r.0.role`, `r.0.person`, …; a role without a person is none.
pub(super) async fn staffing(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, WebError> {
    let done = staffed(&app, &page, &number, &form).await;
    answer((&app, &page, &number), ("staffing", &form), done, Said::done("saved")).await
}

async fn staffed(
    app: &App,
    page: &StaffPage,
    number: &str,
    form: &BTreeMap<String, String>,
) -> desk::Result<Ticket> {
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let commander = id(&field("commander")).ok_or_else(|| Error::field("commander", "required"))?;
    let holder = |i: usize| -> Option<Holder> {
        let person = id(&field(&format!("r.{i}.person")))?;
        Some(Holder { role: field(&format!("r.{i}.role")), person })
    };
    let roles = (0..=domain::ticket::decide::MOST_ROLES + 3).filter_map(holder).collect();
    let seen = field("version").parse().ok();
    verb::staff_emergency(&app.desk, page.actor(), number, (commander, roles), seen).await
}

/// An entry.
#[derive(Clone, Deserialize, Serialize, Default)]
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
    let done = match at(&app, "next_report_at", &form.next_report_at).await {
        Ok(next) => {
            let text = (form.text.clone(), !form.public.is_empty());
            verb::post_in_emergency(&app.desk, page.actor(), &number, text, next).await
        }
        Err(e) => Err(e),
    };
    answer((&app, &page, &number), ("entry", &form), done, Said::done("recorded")).await
}

/// The interim plan.
#[derive(Clone, Deserialize, Serialize, Default)]
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
    let done = planned(&app, &page, &number, &form).await;
    answer((&app, &page, &number), ("plan", &form), done, Said::done("saved")).await
}

async fn planned(app: &App, page: &StaffPage, number: &str, form: &PlanForm) -> desk::Result<Ticket> {
    let mut wrong = Vec::new();
    let promised = noted(at(app, "promised_at", &form.promised_at).await, &mut wrong)?;
    let state = noted(required("state", &form.state), &mut wrong)?;
    let (Some(promised), Some(state)) = (promised, state) else { return Err(Error::Invalid(wrong)) };
    let plan = (form.text.clone(), state, promised);
    let seen = Some(form.version).filter(|v| *v > 0);
    verb::plan_interim(&app.desk, page.actor(), number, plan, seen).await
}

/// It is over.
pub(super) async fn end(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<TextForm>,
) -> Result<Response, WebError> {
    let done = verb::end_emergency(&app.desk, page.actor(), &number, form.text.clone()).await;
    let word = Said::undoable("emergency-ended", &number, "emergency/end/removal", &[]);
    answer((&app, &page, &number), ("end", &form), done, word).await
}

/// It is not over after all.
pub(super) async fn resume(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<TextForm>,
) -> Result<Response, WebError> {
    let done = verb::resume_emergency(&app.desk, page.actor(), &number, form.text.clone()).await;
    let word = Said::done("emergency-on");
    answer((&app, &page, &number), ("resume", &form), done, word).await
}

/// What was learnt.
#[derive(Clone, Deserialize, Serialize, Default)]
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
    let words = (form.causes.clone(), form.lessons.clone());
    let done = verb::review_emergency(&app.desk, page.actor(), &number, words, seen).await;
    answer((&app, &page, &number), ("review", &form), done, Said::done("saved")).await
}

/// A measure.
#[derive(Clone, Deserialize, Serialize, Default)]
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
    fn read(&self) -> desk::Result<MeasureInput> {
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
        let (done, effect) = (!self.done.is_empty(), self.effect.clone());
        Ok(MeasureInput { no, what: self.what.clone(), owner, due_on, done, effect })
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
    let done = match form.read() {
        Ok(input) => verb::measure_emergency(&app.desk, page.actor(), &number, input, seen).await,
        Err(e) => Err(e),
    };
    let name = format!("measure {}", form.no);
    answer((&app, &page, &number), (&name, &form), done, Said::done("saved")).await
}

/// Over and reviewed.
pub(super) async fn finish(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let done = verb::finish_emergency(&app.desk, page.actor(), &number).await;
    answer((&app, &page, &number), ("finish", &()), done, Said::done("emergency-finished")).await
}
