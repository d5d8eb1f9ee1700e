//! The verbs that say what a ticket is about, and those that combine tickets.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::response::Response;
use desk::{Error, ticket as verb};
use domain::appointment::Follow;
use domain::ticket::decide::Reclassify;
use domain::ticket::{PlanStep, RaiseMode, Ticket};
use domain::time::Timestamp;
use serde::Deserialize;

use super::edited::clashing;
use super::stale::{self, Clash};
use super::verbs::{before, said};
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, choice, facts_of, id, required, wall, words as parts};
use crate::said::Said;
use crate::session::StaffPage;

/// Classification, facts, extra fields (`extra.<key>`), tags; `mine` and `theirs` name the fields in which the
/// editor has chosen between two values.
fn edit_of(form: &BTreeMap<String, String>) -> desk::Result<verb::EditInput> {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let theirs: Vec<String> = parts(text("theirs")).collect();
    let wanted = |name: &str| !theirs.iter().any(|t| t == name);
    let follow =
        || Ok::<_, Error>(Follow::of(choice("follow_way", text("follow_way"))?, text("follow_when")));
    let asked = wanted("follow") && form.contains_key("follow_way");
    let extra = form.iter().filter_map(|(k, v)| Some((k.strip_prefix("extra.")?.to_owned(), v.clone())));
    Ok(verb::EditInput {
        seen: text("version").parse().ok(),
        title: wanted("title").then(|| text("title").to_owned()),
        kind: wanted("kind").then(|| required("kind", text("kind"))).transpose()?,
        class: wanted("class").then(|| choice("class", text("class"))).transpose()?,
        product: wanted("product").then(|| id(text("product"))),
        module: wanted("module").then(|| id(text("module"))),
        facts: wanted("facts").then(|| facts_of(form)),
        extra: wanted("extra").then(|| extra.collect()),
        tags: wanted("tags").then(|| parts(text("tags")).collect()),
        watchers: None,
        follow: asked.then(follow).transpose()?,
        settled: parts(text("mine")).filter_map(|f| f.parse().ok()).collect(),
    })
}

/// Edits what the ticket is about.
pub(super) async fn classify(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, WebError> {
    let input = edit_of(&form).map_err(|e| page.visitor.fail(e))?;
    let was = before(&app, &page, &number).await?;
    match verb::edit(&app.desk, page.actor(), &number, input).await {
        Err(Error::Stale { field, mine, theirs }) => {
            let said = |v: String| clashing(&field, v, page.visitor.locale);
            let (mine, theirs) = (said(mine), said(theirs));
            stale::show(&app, &page, Clash { number, at: "classification", field, mine, theirs, sent: form })
                .await
        }
        Ok(t) => {
            let word = Said::classified(&was, &t);
            said(&page.visitor, Ok(t), word)
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
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
    let was = before(&app, &page, &number).await?;
    let undo = [
        ("severity", was.severity.to_string()),
        ("level", was.level.map(|l| l.to_string()).unwrap_or_default()),
        ("reason", words::t(page.visitor.locale, "undo").to_owned()),
    ];
    let word = Said::undoable("severity", &number, "severity", &undo);
    said(&page.visitor, verb::set_severity(&app.desk, page.actor(), &number, to).await, word)
}

/// Fields of the form that the editor does not want to change after all.
fn left(form: &BTreeMap<String, String>) -> Vec<String> {
    parts(form.get("theirs").map(String::as_str).unwrap_or_default()).collect()
}

/// What was found out: cause, way round, remark.
fn service_of(form: &BTreeMap<String, String>) -> desk::Result<verb::ServiceInput> {
    let theirs = left(form);
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let wanted = |name: &str| !theirs.iter().any(|t| t == name);
    Ok(verb::ServiceInput {
        seen: text("version").parse().ok(),
        cause: wanted("cause").then(|| choice("cause", text("cause"))).transpose()?,
        workaround: wanted("workaround").then(|| text("workaround").to_owned()),
        remark: wanted("remark").then(|| text("remark").to_owned()),
        settled: parts(text("mine")).filter_map(|f| f.parse().ok()).collect(),
    })
}

/// Notes what was found out.
pub(super) async fn service(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, WebError> {
    let input = service_of(&form).map_err(|e| page.visitor.fail(e))?;
    let done = verb::edit_service(&app.desk, page.actor(), &number, input).await;
    settled(&app, &page, (number, "service"), form, done).await
}

/// Makes the fix plan: a line `2026-10-09 what` per step.
pub(super) async fn plan(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, WebError> {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if left(&form).iter().any(|f| f == "plan") {
        let as_it_is = before(&app, &page, &number).await?;
        return said(&page.visitor, Ok(as_it_is), Said::done("saved"));
    }
    let step = |line: &str| -> Option<PlanStep> {
        let (by, what) = line.trim().split_once(char::is_whitespace)?;
        Some(PlanStep { by: by.parse().ok()?, what: what.trim().to_owned() })
    };
    let lines = text("plan").lines().filter(|l| !l.trim().is_empty());
    let steps: Option<Vec<PlanStep>> = lines.map(step).collect();
    let steps = steps.ok_or_else(|| page.visitor.fail(Error::field("plan", "bad_plan")))?;
    let chosen = parts(text("mine")).any(|f| f == "plan");
    let seen = text("version").parse().ok().filter(|_| !chosen);
    let done = verb::plan(&app.desk, page.actor(), &number, steps, seen).await;
    settled(&app, &page, (number, "plan"), form, done).await
}

/// Says that it is saved, or shows both versions and the form at `at` that goes on with one of them.
async fn settled(
    app: &App,
    page: &StaffPage,
    (number, at): (String, &'static str),
    sent: BTreeMap<String, String>,
    done: desk::Result<Ticket>,
) -> Result<Response, WebError> {
    match done {
        Err(Error::Stale { field, mine, theirs }) => {
            stale::show(app, page, Clash { number, at, field, mine, theirs, sent }).await
        }
        done => said(&page.visitor, done, Said::done("saved")),
    }
}

/// An instant on the desk's wall clock, and words.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct InstantForm {
    at: String,
    note: String,
    on_site: String,
}

async fn instant(
    app: &App,
    page: &StaffPage,
    (field, text): (&str, &str),
) -> Result<Option<Timestamp>, WebError> {
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))?;
    wall(&rules.settings.zone(), field, text).map_err(|e| page.visitor.fail(e))
}

/// Records a contact outside the system.
pub(super) async fn contact(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<InstantForm>,
) -> Result<Response, WebError> {
    let at = instant(&app, &page, ("at", &form.at)).await?;
    said(
        &page.visitor,
        verb::contact_recorded(&app.desk, page.actor(), &number, at, form.note, !form.on_site.is_empty())
            .await,
        Said::done("recorded"),
    )
}

/// Records that a technician is at work.
pub(super) async fn attend(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<InstantForm>,
) -> Result<Response, WebError> {
    let at = instant(&app, &page, ("at", &form.at)).await?;
    said(
        &page.visitor,
        verb::attend(&app.desk, page.actor(), &number, at, !form.on_site.is_empty()).await,
        Said::done("recorded"),
    )
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
    said(
        &page.visitor,
        verb::merge(&app.desk, page.actor(), &number, &into, keep).await,
        Said::undoable("merged", &number, "merge/removal", &[]),
    )
}

/// Takes a merge back that was a slip.
pub(super) async fn unmerge(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let parted = verb::unmerge(&app.desk, page.actor(), &number).await;
    said(&page.visitor, parted, Said::done("unmerged"))
}

/// Links two tickets.
pub(super) async fn link(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<OtherForm>,
) -> Result<Response, WebError> {
    let to = other(&page, &form.number)?;
    let linked = verb::link(&app.desk, page.actor(), &number, &to).await;
    said(&page.visitor, linked, Said::undoable("linked", &number, "links/removal", &[("number", to)]))
}

/// Takes a link away.
pub(super) async fn unlink(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<OtherForm>,
) -> Result<Response, WebError> {
    let from = other(&page, &form.number)?;
    let gone = verb::unlink(&app.desk, page.actor(), &number, &from).await;
    said(&page.visitor, gone, Said::undoable("unlinked", &number, "links", &[("number", from)]))
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
    said(
        &page.visitor,
        verb::split(&app.desk, page.actor(), &number, form.title, form.text, same).await,
        Said::done("split"),
    )
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
    said(
        &page.visitor,
        verb::excuse(&app.desk, page.actor(), &number, milestone, cycle, form.reason).await,
        Said::done("excused"),
    )
}

/// Who watches; oneself if nobody is named.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WatchForm {
    person: String,
}

/// Somebody watches a ticket, or no longer.
pub(super) async fn watch(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<WatchForm>,
) -> Result<Response, WebError> {
    let (scope, no) = (page.actor().scope(), number.clone());
    let read = app
        .desk
        .read(move |r| Ok(store::ticket::by_number(r, &scope, &no)?.ok_or(Error::NotFound)?.watchers));
    let mut watchers: BTreeSet<_> = read.await.map_err(|e| page.visitor.fail(e))?;
    let person = id(&form.person).unwrap_or_else(|| page.staff.id.clone());
    let word = if watchers.remove(&person) { "unwatched" } else { "watched" };
    if word == "watched" {
        watchers.insert(person.clone());
    }
    let input = verb::EditInput { watchers: Some(watchers), ..verb::EditInput::default() };
    let back = Said::undoable(word, &number, "watching", &[("person", person.0)]);
    said(&page.visitor, verb::edit(&app.desk, page.actor(), &number, input).await, back)
}
