//! The verbs that say what a ticket is about, and those that combine tickets.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::response::Response;
use desk::{Error, ticket as verb};
use domain::ticket::decide::Reclassify;
use domain::ticket::{PlanStep, RaiseMode};
use domain::time::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::verbs::answer;
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, choice, facts_of, id, required, words};
use crate::session::StaffPage;

/// Classification, facts, extra fields (`extra.<key>`), tags.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ClassifyForm {
    version: Option<i64>,
    title: String,
    kind: String,
    class: String,
    product: String,
    module: String,
    tags: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

impl ClassifyForm {
    fn input(&self) -> desk::Result<verb::EditInput> {
        let extra =
            self.rest.iter().filter_map(|(k, v)| Some((k.strip_prefix("extra.")?.to_owned(), v.clone())));
        Ok(verb::EditInput {
            seen: self.version,
            title: Some(self.title.clone()),
            kind: Some(required("kind", &self.kind)?),
            class: Some(choice("class", &self.class)?),
            product: Some(id(&self.product)),
            module: Some(id(&self.module)),
            facts: Some(facts_of(&self.rest)),
            extra: Some(extra.collect()),
            tags: Some(words(&self.tags).collect()),
            watchers: None,
        })
    }
}

/// Edits what the ticket is about.
pub(super) async fn classify(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<ClassifyForm>,
) -> Result<Response, WebError> {
    let input = form.input().map_err(|e| page.visitor.fail(e))?;
    answer(&page.visitor, verb::edit(&app.desk, page.actor(), &number, input).await)
}

/// Severity, level, and how the promises follow.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SeverityForm {
    severity: String,
    level: String,
    mode: String,
    reason: String,
}

/// Changes severity and level.
pub(super) async fn severity(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<SeverityForm>,
) -> Result<Response, WebError> {
    let read = || -> desk::Result<Reclassify> {
        Ok(Reclassify {
            severity: required("severity", &form.severity)?,
            level: choice("level", &form.level)?,
            mode: choice("mode", &form.mode)?.unwrap_or(RaiseMode::NewFacts),
            reason: form.reason.clone(),
        })
    };
    let to = read().map_err(|e| page.visitor.fail(e))?;
    answer(&page.visitor, verb::set_severity(&app.desk, page.actor(), &number, to).await)
}

/// Cause, way round, remark.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ServiceForm {
    cause: String,
    workaround: String,
    remark: String,
}

/// Notes what was found out.
pub(super) async fn service(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<ServiceForm>,
) -> Result<Response, WebError> {
    let cause = choice("cause", &form.cause).map_err(|e| page.visitor.fail(e))?;
    let done = verb::edit_service(
        &app.desk,
        page.actor(),
        &number,
        Some(cause),
        Some(form.workaround),
        Some(form.remark),
    )
    .await;
    answer(&page.visitor, done)
}

/// The fix plan: a line `2026-10-09 what` per step.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PlanForm {
    plan: String,
}

/// Makes the fix plan.
pub(super) async fn plan(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<PlanForm>,
) -> Result<Response, WebError> {
    let step = |line: &str| -> Option<PlanStep> {
        let (by, what) = line.trim().split_once(char::is_whitespace)?;
        Some(PlanStep { by: by.parse().ok()?, what: what.trim().to_owned() })
    };
    let lines = form.plan.lines().filter(|l| !l.trim().is_empty());
    let steps: Option<Vec<PlanStep>> = lines.map(step).collect();
    let steps = steps.ok_or_else(|| page.visitor.fail(Error::field("plan", "bad_plan")))?;
    answer(&page.visitor, verb::plan(&app.desk, page.actor(), &number, steps).await)
}

/// An instant on the desk's wall clock, and words.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct InstantForm {
    at: String,
    note: String,
    on_site: String,
}

async fn instant(app: &App, page: &StaffPage, text: &str) -> Result<Option<Timestamp>, WebError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))?;
    let wall: Option<DateTime> = text.trim().parse().ok();
    let at = wall.and_then(|w| rules.settings.zone().to_ambiguous_timestamp(w).compatible().ok());
    at.map(Some).ok_or_else(|| page.visitor.fail(Error::field("at", "bad_value")))
}

/// Records a contact outside the system.
pub(super) async fn contact(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<InstantForm>,
) -> Result<Response, WebError> {
    let at = instant(&app, &page, &form.at).await?;
    answer(&page.visitor, verb::contact_recorded(&app.desk, page.actor(), &number, at, form.note).await)
}

/// Records that a technician is at work.
pub(super) async fn attend(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<InstantForm>,
) -> Result<Response, WebError> {
    let at = instant(&app, &page, &form.at).await?;
    answer(&page.visitor, verb::attend(&app.desk, page.actor(), &number, at, !form.on_site.is_empty()).await)
}

/// The other ticket.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct OtherForm {
    number: String,
    keep_earliest: String,
}

fn other(page: &StaffPage, text: &str) -> Result<String, WebError> {
    domain::ticket::parse_number(text).map_err(|_| page.visitor.fail(Error::field("number", "bad_value")))
}

/// Continues a ticket in another one.
pub(super) async fn merge(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<OtherForm>,
) -> Result<Response, WebError> {
    let into = other(&page, &form.number)?;
    let keep = !form.keep_earliest.is_empty();
    answer(&page.visitor, verb::merge(&app.desk, page.actor(), &number, &into, keep).await)
}

/// Links two tickets.
pub(super) async fn link(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<OtherForm>,
) -> Result<Response, WebError> {
    let to = other(&page, &form.number)?;
    answer(&page.visitor, verb::link(&app.desk, page.actor(), &number, &to).await)
}

/// A part of a ticket.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SplitForm {
    title: String,
    text: String,
    same_incident: String,
}

/// Makes a part of a ticket a ticket of its own.
pub(super) async fn split(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<SplitForm>,
) -> Result<Response, WebError> {
    let same = !form.same_incident.is_empty();
    answer(&page.visitor, verb::split(&app.desk, page.actor(), &number, form.title, form.text, same).await)
}

/// A broken promise and why it is excused.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ExcuseForm {
    clock: String,
    reason: String,
}

/// Excuses a broken promise.
pub(super) async fn excuse(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<ExcuseForm>,
) -> Result<Response, WebError> {
    let read = || -> Option<_> {
        let (milestone, cycle) = form.clock.split_once('/')?;
        Some((milestone.parse().ok()?, cycle.parse().ok()?))
    };
    let (milestone, cycle) = read().ok_or_else(|| page.visitor.fail(Error::field("clock", "bad_value")))?;
    answer(&page.visitor, verb::excuse(&app.desk, page.actor(), &number, milestone, cycle, form.reason).await)
}

/// Watches a ticket, or no longer.
pub(super) async fn watch(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let (scope, no) = (page.actor().scope(), number.clone());
    let read = app
        .desk
        .read(move |r| Ok(store::ticket::by_number(r, &scope, &no)?.ok_or(Error::NotFound)?.watchers));
    let mut watchers: BTreeSet<_> = read.await.map_err(|e| page.visitor.fail(e))?;
    if !watchers.remove(&page.staff.id) {
        watchers.insert(page.staff.id.clone());
    }
    let input = verb::EditInput { watchers: Some(watchers), ..verb::EditInput::default() };
    answer(&page.visitor, verb::edit(&app.desk, page.actor(), &number, input).await)
}
