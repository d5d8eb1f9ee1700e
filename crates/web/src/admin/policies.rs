//! Promises: the list with what uses them, and one as a table of targets with a preview.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::{preview_policy, save_policy};
use domain::access::Right;
use domain::id::{CalendarId, PolicyId};
use domain::sla::{Milestone, PolicyDoc, Step, StepAction};
use domain::ticket::decide::Rules;
use serde::Deserialize;
use store::{Read, revision, staff};
use words::t_args;

use super::calendars::UNCHANGED;
use super::history::{Revisions, Which, revisions};
use super::pairs::{Pairs, conflict};
use super::policy_form::{PolicyForm, in_words, meaning};
use super::policy_preview::{ClassPreview, at_of, previews};
use super::step_form::WAYS;
use crate::app::App;
use crate::error::WebError;
use crate::names::everybody;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// A line of the list.
struct Line {
    id: String,
    name: String,
    means: Vec<(&'static str, String)>,
    uses: Vec<String>,
    rev: i64,
    edited: String,
}

#[derive(Template)]
#[template(path = "admin/policies.html")]
struct PoliciesPage {
    ui: Ui,
    tab: &'static str,
    lines: Vec<Line>,
}

impl PoliciesPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// All promises with what they mean and what uses them.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let ui = page.ui(&app, "admin").await?;
    let (desk, today) = (app.desk.clone(), words::date(&ui.zone, ui.now));
    let read = app.desk.read(move |r| {
        let organisations: BTreeMap<_, _> = revision::organisations_by_policy(r)?.into_iter().collect();
        let contracts: BTreeMap<_, _> = revision::contracts_by_policy(r, &today)?.into_iter().collect();
        let edited: BTreeMap<_, _> = revision::policies_edited(r)?.into_iter().collect();
        Ok((desk.rules_in(r)?, organisations, contracts, edited))
    });
    let (rules, organisations, contracts, edited) = read.await.map_err(|e| page.visitor.fail(e))?;
    let line = |(id, (name, rev)): (&PolicyId, &(String, i64))| {
        let mut uses = Vec::new();
        if rules.settings.default_policy == *id {
            uses.push(ui.t("used-default").to_owned());
        }
        for (key, counts) in [("used-organisations", &organisations), ("used-contracts", &contracts)] {
            uses.extend(counts.get(id).map(|n| ui.t1(key, "n", n)));
        }
        let doc = rules.policies.get(&(id.clone(), *rev)).cloned().unwrap_or_default();
        let edited = edited.get(id).map(|at| ui.when(at)).unwrap_or_default();
        let means = meaning(ui.locale, &doc, |c| calendar_name(&rules, c));
        Line { id: id.0.clone(), name: name.clone(), means, uses, rev: *rev, edited }
    };
    let lines = rules.newest.iter().map(line).collect();
    render(&PoliciesPage { ui, tab: "policies", lines }, &page.visitor)
}

fn calendar_name(rules: &Rules, id: &CalendarId) -> String {
    rules.calendars.get(id).map_or_else(|| id.0.clone(), |c| c.name.clone())
}

/// What the form shows beside its fields.
#[derive(Default)]
struct Beside {
    shown: Option<i64>,
    said: Option<String>,
    errors: Wrongs,
    theirs: Vec<(&'static str, String)>,
    means: Vec<(&'static str, String)>,
    preview: Vec<ClassPreview>,
}

#[derive(Template)]
#[template(path = "admin/policy.html")]
struct PolicyPage {
    ui: Ui,
    tab: &'static str,
    form: PolicyForm,
    newest: i64,
    calendars: Vec<(String, String)>,
    users: Vec<String>,
    hands: Hands,
    beside: Beside,
}

impl PolicyPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn next(&self) -> i64 {
        self.newest + 1
    }
    fn milestones(&self) -> &'static [Milestone] {
        Milestone::ALL
    }
    fn actions(&self) -> &'static [StepAction] {
        StepAction::ALL
    }
    fn ways(&self) -> [&'static str; 4] {
        WAYS
    }
}

/// Whom a step can give a ticket to: keys and names.
#[derive(Default)]
pub(super) struct Hands {
    people: Vec<(String, String)>,
    groups: Vec<(String, String)>,
}

impl Hands {
    /// The name of a step's person or group.
    pub(super) fn name(&self, step: &Step) -> Option<&str> {
        let key = step.person.as_ref().map(|p| format!("p:{p}"));
        let key = key.or_else(|| step.group.as_ref().map(|g| format!("g:{g}")))?;
        let mut all = self.people.iter().chain(&self.groups);
        all.find(|(k, _)| *k == key).map(|(_, name)| name.as_str())
    }
}

fn hands(r: &mut Read<'_>) -> desk::Result<Hands> {
    let people = everybody(r)?.into_iter().filter(|s| s.active);
    let groups = staff::groups(r)?.into_iter().filter(|g| g.active);
    Ok(Hands {
        people: people.map(|s| (format!("p:{}", s.id), s.name)).collect(),
        groups: groups.map(|g| (format!("g:{}", g.id), g.name)).collect(),
    })
}

/// Users that are named one by one.
const NAMED: i64 = 20;

async fn shown(
    app: &App,
    page: &StaffPage,
    rules: &Rules,
    form: PolicyForm,
    beside: Beside,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let (id, today) = (PolicyId(form.id.clone()), words::date(&ui.zone, ui.now));
    let newest = rules.newest.get(&id).map_or(0, |(_, rev)| *rev);
    let read = app.desk.read(move |r| Ok((revision::users_of_policy(r, &id, &today, NAMED)?, hands(r)?)));
    let ((organisations, contracts), hands) = read.await.map_err(|e| page.visitor.fail(e))?;
    let users = organisations.into_iter().chain(contracts).collect();
    let calendars = rules.calendars.iter().map(|(id, c)| (id.0.clone(), c.name.clone())).collect();
    render(&PolicyPage { ui, tab: "policies", form, newest, calendars, users, hands, beside }, &page.visitor)
}

async fn rules_of(app: &App, page: &StaffPage) -> Result<Arc<Rules>, WebError> {
    let desk = app.desk.clone();
    app.desk.read(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))
}

/// Which document fills the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// An earlier revision, to look at or to bring back.
    rev: Option<i64>,
    /// The promise that a new one copies.
    from: String,
    saved: String,
}

/// A promise in the form: its newest revision, an earlier one, or a copy of another.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let rules = rules_of(&app, &page).await?;
    let locale = page.visitor.locale;
    let newest_of = |id: &str| rules.newest.get(&PolicyId::from(id)).cloned();
    let doc_of = |id: &str, rev: i64| rules.policies.get(&(PolicyId::from(id), rev)).cloned();
    if id == "new" {
        let doc = newest_of(&asked.from).and_then(|(_, rev)| doc_of(&asked.from, rev)).unwrap_or_default();
        let form = PolicyForm::of(locale, ("new", 0, ""), &doc);
        return shown(&app, &page, &rules, form, Beside::default()).await;
    }
    let (name, newest) = newest_of(&id).ok_or_else(|| page.visitor.fail(Error::NotFound))?;
    let earlier = asked.rev.filter(|rev| *rev != newest);
    let doc = doc_of(&id, earlier.unwrap_or(newest)).ok_or_else(|| page.visitor.fail(Error::NotFound))?;
    let rev = newest.to_string();
    let key = if asked.saved == UNCHANGED { "rules-unchanged" } else { "policy-saved" };
    let said = (!asked.saved.is_empty()).then(|| t_args(locale, key, &[("rev", &rev)]));
    let means = meaning(locale, &doc, |c| calendar_name(&rules, c));
    let form = PolicyForm::of(locale, (&id, newest, &name), &doc);
    shown(&app, &page, &rules, form, Beside { shown: earlier, said, means, ..Beside::default() }).await
}

/// Shows what the form would promise, or saves it as the next revision.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let rules = rules_of(&app, &page).await?;
    let form = PolicyForm::sent(&id, &pairs);
    let key = PolicyId(if id == "new" { String::new() } else { id });
    let (wish, _) = pairs.wish();
    let read = form.read();
    let result = match read.clone() {
        Err(wrong) => Err(Error::Invalid(wrong)),
        Ok(doc) if wish == "preview" => match preview(&app, &page, &rules, &form, &doc).await {
            Ok(beside) => return shown(&app, &page, &rules, form, beside).await,
            Err(e) => Err(e),
        },
        Ok(doc) => save_policy(&app.desk, page.actor(), key, form.name.clone(), doc, form.rev).await,
    };
    match result {
        Ok(id) => {
            let after = rules_of(&app, &page).await?.newest.get(&id).map_or(0, |(_, rev)| *rev);
            let saved = if after == form.rev { UNCHANGED } else { "1" };
            Ok(Redirect::to(&format!("/admin/policies/{id}?saved={saved}")).into_response())
        }
        Err(Error::Invalid(fields)) => {
            let doc = read.unwrap_or_default();
            let fields: Vec<_> = fields.into_iter().map(|f| in_words(&doc, f)).collect();
            let errors = Wrongs::of(&fields, page.visitor.locale);
            shown(&app, &page, &rules, form, Beside { errors, ..Beside::default() }).await
        }
        Err(Error::Stale { theirs, .. }) => stale(&app, &page, form, &theirs).await,
        Err(e) => Err(page.visitor.fail(e)),
    }
}

async fn preview(
    app: &App,
    page: &StaffPage,
    rules: &Rules,
    form: &PolicyForm,
    doc: &PolicyDoc,
) -> desk::Result<Beside> {
    let (locale, now) = (page.visitor.locale, app.desk.now());
    let at = at_of(&form.at, &rules.settings.zone(), now)?;
    let outlooks = preview_policy(&app.desk, page.actor(), doc.clone(), at).await?;
    let hands = app.desk.read(hands).await?;
    let means = meaning(locale, doc, |c| calendar_name(rules, c));
    Ok(Beside { preview: previews(locale, rules, &hands, (at, now), outlooks), means, ..Beside::default() })
}

/// Somebody else saved first: what the newer revision means, and the next save knows it.
async fn stale(
    app: &App,
    page: &StaffPage,
    mut form: PolicyForm,
    theirs: &str,
) -> Result<Response, WebError> {
    let rules = rules_of(app, page).await?;
    let doc: PolicyDoc = serde_json::from_str(theirs).unwrap_or_default();
    let theirs = meaning(page.visitor.locale, &doc, |c| calendar_name(&rules, c));
    form.rev = rules.newest.get(&PolicyId(form.id.clone())).map_or(form.rev, |(_, rev)| *rev);
    conflict(shown(app, page, &rules, form, Beside { theirs, ..Beside::default() }).await)
}

/// The revisions of a promise.
pub(super) async fn history(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(asked): Query<Revisions>,
) -> Result<Response, WebError> {
    revisions(&app, &page, Which::Policy(PolicyId(id)), asked).await
}
