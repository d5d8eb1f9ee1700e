//! Routing: the rules in their order, tried on past tickets before they count.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::admin::{Trial, save_routing, try_routing};
use desk::{Error, FieldError};
use domain::access::Right;
use domain::routing::{RouteReason, Rule};
use domain::ticket::{Channel, IssueClass, Kind, Severity};
use serde::Deserialize;
use store::directory::ProductRow;
use store::rules::{SettingKey, setting};
use store::staff::GroupRow;
use store::{directory, staff};
use words::{Locale, t_args};

use super::pairs::{Pairs, conflict, landed, rearrange};
use super::routing_form::{RuleForm, filled, resolved};
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// A ticket of the dry run.
struct TriedRow {
    number: String,
    title: String,
    at: String,
    got: String,
    got_because: String,
    gets: String,
    because: String,
    differs: bool,
}

/// The dry run in words.
struct TrialView {
    total: usize,
    differ: usize,
    to_default: usize,
    per_rule: Vec<(String, usize, Option<String>)>,
    rows: Vec<TriedRow>,
}

impl TrialView {
    /// Rules that took none of the tickets.
    fn idle(&self) -> Vec<&str> {
        self.per_rule.iter().filter(|(_, n, _)| *n == 0).map(|(name, _, _)| name.as_str()).collect()
    }
    fn changed(&self) -> Vec<&TriedRow> {
        self.rows.iter().filter(|r| r.differs).collect()
    }
    fn same(&self) -> Vec<&TriedRow> {
        self.rows.iter().filter(|r| !r.differs).collect()
    }
}

#[derive(Template)]
#[template(path = "admin/routing.html")]
struct RoutingPage {
    ui: Ui,
    tab: &'static str,
    version: i64,
    rules: Vec<RuleForm>,
    products: Vec<ProductRow>,
    groups: Vec<GroupRow>,
    default_group: String,
    last: usize,
    beside: Beside,
}

/// What the form shows beside its fields.
#[derive(Default)]
struct Beside {
    said: Option<String>,
    errors: Wrongs,
    theirs: Vec<String>,
    trial: Option<TrialView>,
    /// The button that has the focus: it moved a rule.
    landed: String,
}

impl RoutingPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    /// The closed lists that a rule may look at: form field, list of words, words.
    fn lists(&self) -> [(&'static str, &'static str, Vec<&'static str>); 4] {
        [
            ("severities", "severity", Severity::ALL.iter().map(|v| v.as_str()).collect()),
            ("kinds", "kind", Kind::ALL.iter().map(|v| v.as_str()).collect()),
            ("classes", "class", IssueClass::ALL.iter().map(|v| v.as_str()).collect()),
            ("channels", "channel", Channel::ALL.iter().map(|v| v.as_str()).collect()),
        ]
    }
    fn conditions(&self, rule: &RuleForm) -> String {
        let names = self.products.iter().map(|p| (p.id.0.clone(), p.name.clone())).collect();
        rule.conditions(self.ui.locale, &names)
    }
    /// Has the button of a rule the focus?
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn landed(&self, word: &str, row: &usize) -> bool {
        self.beside.landed == format!("{word}.{row}")
    }
    fn group_name(&self, id: &str) -> String {
        self.groups.iter().find(|g| g.id.as_str() == id).map_or_else(String::new, |g| g.name.clone())
    }
    fn summary(&self, trial: &TrialView) -> String {
        let (total, differ) = (trial.total.to_string(), trial.differ.to_string());
        t_args(self.ui.locale, "trial-summary", &[("total", &total), ("differ", &differ)])
    }
}

/// Tickets of a dry run if nobody says how many.
const USUAL: usize = 200;

async fn shown(
    app: &App,
    page: &StaffPage,
    (rules, version, last): (Vec<RuleForm>, i64, usize),
    beside: Beside,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let default = desk.rules_in(r)?.settings.default_group.clone();
        Ok((directory::products(r)?, staff::groups(r)?, default))
    });
    let (products, groups, default) = read.await.map_err(|e| page.visitor.fail(e))?;
    let default = default.and_then(|id| groups.iter().find(|g| g.id == id).map(|g| g.name.clone()));
    let default_group = default.unwrap_or_default();
    let view =
        RoutingPage { ui, tab: "routing", version, rules, products, groups, default_group, last, beside };
    render(&view, &page.visitor)
}

/// Did the page just save?
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    pub(super) saved: String,
}

/// The rules of the moment.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Saved>,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let (rules, version) = stored(&app, &page).await?;
    let said = (!asked.saved.is_empty()).then(|| words::t(page.visitor.locale, "rules-saved").to_owned());
    shown(&app, &page, (rules, version, USUAL), Beside { said, ..Beside::default() }).await
}

async fn stored(app: &App, page: &StaffPage) -> Result<(Vec<RuleForm>, i64), WebError> {
    let read = app.desk.read(|r| {
        let (rules, version): (Vec<Rule>, i64) = setting(r, SettingKey::Routing)?;
        Ok((filled(r, &rules)?, version))
    });
    read.await.map_err(|e| page.visitor.fail(e))
}

/// Rearranges the form, tries it on past tickets, or saves it.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    pairs: Pairs,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let locale = page.visitor.locale;
    let (mut forms, version) = (RuleForm::sent(&pairs), pairs.number("version"));
    let last = pairs.get("last").parse().unwrap_or(USUAL);
    if rearrange(&mut forms, pairs.wish(), RuleForm::blank) {
        let said = Some(words::t(locale, "rules-unsaved").to_owned());
        let beside = Beside { said, landed: landed(pairs.wish(), forms.len()), ..Beside::default() };
        return shown(&app, &page, (forms, version, last), beside).await;
    }
    let result = match rules_of(&app, &forms).await {
        Err(e) => Err(e),
        Ok(rules) if pairs.wish().0 == "try" => {
            match try_routing(&app.desk, page.actor(), rules.clone(), last).await {
                Err(e) => Err(e),
                Ok(trial) => {
                    let trial = Some(in_words(&app, &page, &rules, trial).await?);
                    let beside = Beside { trial, ..Beside::default() };
                    return shown(&app, &page, (forms, version, last), beside).await;
                }
            }
        }
        Ok(rules) => save_routing(&app.desk, page.actor(), rules, version).await,
    };
    match result {
        Ok(()) => Ok(Redirect::to("/admin/routing?saved=1").into_response()),
        Err(Error::Invalid(fields)) => {
            let errors = Wrongs::of(&fields, locale);
            shown(&app, &page, (forms, version, last), Beside { errors, ..Beside::default() }).await
        }
        Err(Error::Stale { .. }) => stale(&app, &page, forms, last).await,
        Err(e) => Err(page.visitor.fail(e)),
    }
}

async fn rules_of(app: &App, forms: &[RuleForm]) -> desk::Result<Vec<Rule>> {
    let forms = forms.to_vec();
    let (rules, wrong): (Vec<Rule>, Vec<FieldError>) = app.desk.read(move |r| resolved(r, &forms)).await?;
    if wrong.is_empty() { Ok(rules) } else { Err(Error::Invalid(wrong)) }
}

/// Somebody else saved first: their rules by name, and the next save knows them.
async fn stale(app: &App, page: &StaffPage, forms: Vec<RuleForm>, last: usize) -> Result<Response, WebError> {
    let (theirs, version) = stored(app, page).await?;
    let locale = page.visitor.locale;
    let line = |f: &RuleForm| format!("{}: {}", f.rule.name, f.conditions(locale, &BTreeMap::new()));
    let theirs = theirs.iter().map(line).collect();
    conflict(shown(app, page, (forms, version, last), Beside { theirs, ..Beside::default() }).await)
}

async fn in_words(app: &App, page: &StaffPage, rules: &[Rule], trial: Trial) -> Result<TrialView, WebError> {
    let read = app.desk.read(|r| {
        let groups: BTreeMap<_, _> = staff::groups(r)?.into_iter().map(|g| (g.id, g.name)).collect();
        let people: BTreeMap<_, _> = staff::all(r)?.into_iter().map(|s| (s.id, s.name)).collect();
        Ok((groups, people))
    });
    let (groups, people) = read.await.map_err(|e| page.visitor.fail(e))?;
    let ui = page.ui(app, "admin").await?;
    let group = |id: &Option<domain::id::GroupId>| match id {
        Some(id) => groups.get(id).cloned().unwrap_or_else(|| id.0.clone()),
        None => ui.t("nobody").to_owned(),
    };
    let person = |i: usize| trial.persons.get(i)?.as_ref().and_then(|id| people.get(id)).cloned();
    let per_rule = rules.iter().zip(&trial.per_rule).enumerate();
    Ok(TrialView {
        total: trial.tried.len(),
        differ: trial.differ,
        to_default: trial.to_default,
        per_rule: per_rule.map(|(i, (rule, n))| (rule.name.clone(), *n, person(i))).collect(),
        rows: trial
            .tried
            .iter()
            .map(|t| TriedRow {
                number: t.row.number.clone(),
                title: t.row.title.clone(),
                at: ui.when(&t.row.at),
                got: group(&t.past.got),
                got_because: reason(ui.locale, &t.past.because),
                gets: group(&t.pick.route.group),
                because: reason(ui.locale, &t.pick.route.because),
                differs: t.pick.differs,
            })
            .collect(),
    })
}

/// Why a group got a ticket: the rule's name, or what else decided.
fn reason(locale: Locale, because: &RouteReason) -> String {
    if because.text.is_empty() {
        words::word(locale, "route", because.kind.as_str()).to_owned()
    } else {
        because.text.clone()
    }
}
