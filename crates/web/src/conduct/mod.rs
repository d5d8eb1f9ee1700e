//! Repeated misses: what is proposed, with its evidence; the person's objection; a supervisor's decision.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::conduct::{Shown, decide, look, object, proposals};
use desk::report::may_appraise;
use desk::{Error, Result};
use domain::access::Right;
use domain::conduct::{HEARD_DAYS, Stand};
use domain::id::StaffId;
use domain::sla::Milestone;
use domain::time::{Timestamp, plus_seconds};
use serde::Deserialize;
use words::{Locale, t, t_args, word};

use crate::app::App;
use crate::chip::why_of;
use crate::error::WebError;
use crate::form::{Fields, choice};
use crate::reports::{appraisal::names, tabs};
use crate::said::Said;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// Routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/reports/conduct", get(list).post(search))
        .route("/reports/conduct/export/{extension}", get(export))
        .route("/reports/conduct/{id}/decision", post(decision))
        .route("/account/conduct", get(own))
        .route("/account/conduct/{id}/objection", post(objection))
}

/// A missed response of the evidence.
struct Miss {
    number: String,
    due: String,
    /// Where this due is explained.
    why: String,
    excused: bool,
}

/// A proposal in words.
struct Card {
    id: String,
    head: String,
    state: Stand,
    made: String,
    because: String,
    misses: Vec<Miss>,
    objection: String,
    decided: String,
    /// What was typed, and what is wrong with it.
    typed: String,
    wrong: Wrongs,
    may_object: bool,
    may_decide: bool,
    may_uphold: bool,
    help: String,
}

#[derive(Template)]
#[template(path = "conduct/list.html")]
struct ConductPage {
    ui: Ui,
    tab: &'static str,
    rule: String,
    cards: Vec<Card>,
    own: bool,
}

impl ConductPage {
    fn tabs(&self) -> Vec<(&'static str, String)> {
        tabs(&self.ui)
    }
}

/// What was sent for a proposal, to be shown again.
#[derive(Debug, Default)]
struct Typed {
    id: String,
    text: String,
    errors: Wrongs,
}

fn card(
    ui: &Ui,
    shown: Shown,
    names: &BTreeMap<StaffId, String>,
    (me, typed): (Option<&StaffId>, &Typed),
) -> Card {
    let (row, excused, locale) = (shown.row, shown.excused, ui.locale);
    let name = |p: &StaffId| names.get(p).cloned().unwrap_or_default();
    let heard_at = plus_seconds(row.made_at, HEARD_DAYS * 86_400);
    let (enough, days) = (row.enough.to_string(), row.days.to_string());
    let n = row.misses.len().to_string();
    let misses = row.misses.iter().map(|m| Miss {
        number: m.number.clone(),
        due: ui.when(&m.due_at),
        why: why_of(&m.number, Milestone::Response, m.cycle),
        excused: excused.contains(&(m.number.clone(), m.cycle)),
    });
    let misses: Vec<Miss> = misses.collect();
    let left = misses.iter().filter(|m| !m.excused).count();
    let decided = row.decided_by.as_ref().map(|by| {
        let at = row.decided_at.map(|at| ui.when(&at)).unwrap_or_default();
        let who = name(by);
        t_args(locale, "conduct-decided", &[("who", &who), ("at", &at), ("reason", &row.reason)])
    });
    let mine = typed.id == row.id;
    let is_own = me == Some(&row.person);
    let heard = row.state == Stand::Objected || ui.now >= heard_at;
    Card {
        head: format!(
            "{} \u{b7} {}",
            name(&row.person),
            word(locale, "consequence", row.consequence.as_str())
        ),
        state: row.state,
        made: ui.when(&row.made_at),
        because: t_args(locale, "conduct-because", &[("days", &days), ("n", &n), ("enough", &enough)]),
        misses,
        objection: row.objection,
        decided: decided.unwrap_or_default(),
        typed: if mine { typed.text.clone() } else { String::new() },
        wrong: if mine { typed.errors.clone() } else { Wrongs::default() },
        may_object: is_own && row.state == Stand::Proposed,
        may_decide: !is_own && !row.state.is_decided(),
        may_uphold: heard && left >= usize::try_from(row.enough).unwrap_or(usize::MAX),
        help: if heard {
            t(locale, "conduct-too-few").to_owned()
        } else {
            t_args(locale, "conduct-heard", &[("at", &ui.when(&heard_at))])
        },
        id: row.id,
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    own: bool,
    typed: Typed,
) -> std::result::Result<Response, WebError> {
    let all = proposals(&app.desk, page.actor(), own).await.map_err(|e| page.visitor.fail(e))?;
    let ui = page.ui(app, if own { "" } else { "reports" }).await?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| Ok((names(r)?, desk.rules_in(r)?)));
    let (names, rules) = read.await.map_err(|e| page.visitor.fail(e))?;
    let s = &rules.settings;
    let rule = rule(ui.locale, (s.miss_count, s.miss_days, s.miss_consequence.as_str()));
    let me = page.actor().staff().map(|s| s.id.clone());
    let cards = all.into_iter().map(|p| card(&ui, p, &names, (me.as_ref(), &typed))).collect();
    let wrong = !typed.errors.is_empty();
    let mut response = render(&ConductPage { ui, tab: "conduct", rule, cards, own }, &page.visitor)?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn rule(locale: Locale, (count, days, consequence): (u32, u32, &str)) -> String {
    let (n, days) = (count.to_string(), days.to_string());
    let what = word(locale, "consequence", consequence);
    t_args(locale, "conduct-rule", &[("n", &n), ("days", &days), ("what", what)])
}

/// All proposals.
async fn list(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    shown(&app, &page, false, Typed::default()).await
}

/// All proposals as a file: one line for each miss of the evidence.
async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
) -> std::result::Result<Response, WebError> {
    let all = proposals(&app.desk, page.actor(), false).await.map_err(|e| page.visitor.fail(e))?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "reports").await?;
    let names = app.desk.read(names).await.map_err(|e| page.visitor.fail(e))?;
    let heads = [
        "field-person",
        "conduct-proposed",
        "field-state",
        "conduct-made",
        "field-number",
        "conduct-due",
        "conduct-excused",
        "conduct-objection",
        "conduct-decider",
        "conduct-reason",
    ];
    let rows = all.iter().flat_map(|shown| lines(&ui, shown, &names)).collect();
    let (head, sheet) = (heads.map(|h| ui.t(h)).to_vec(), ui.w("report", "conduct"));
    let table = Table { name: "repeated-misses", sheet, head, rows };
    table.file(&extension).map_err(|e| page.visitor.fail(e))
}

/// The lines of a proposal in the file.
fn lines(ui: &Ui, shown: &Shown, names: &BTreeMap<StaffId, String>) -> Vec<Vec<Cell>> {
    let row = &shown.row;
    let name = |p: Option<&StaffId>| Cell::Text(p.and_then(|p| names.get(p)).cloned().unwrap_or_default());
    let at = |at: &Timestamp| Cell::At(at.to_zoned(ui.zone.clone()).datetime(), ui.full(at));
    let line = |m: &domain::conduct::Miss| {
        let excused = shown.excused.contains(&(m.number.clone(), m.cycle));
        vec![
            name(Some(&row.person)),
            Cell::Text(ui.w("consequence", row.consequence.as_str()).to_owned()),
            Cell::Text(ui.w("stand", row.state.as_str()).to_owned()),
            at(&row.made_at),
            Cell::Text(m.number.clone()),
            at(&m.due_at),
            Cell::Text(ui.t(if excused { "audit-yes" } else { "audit-no" }).to_owned()),
            Cell::Text(row.objection.clone()),
            name(row.decided_by.as_ref()),
            Cell::Text(row.reason.clone()),
        ]
    };
    row.misses.iter().map(line).collect()
}

/// Looks for new ones.
async fn search(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    let made = look(&app.desk, page.actor()).await.map_err(|e| page.visitor.fail(e))?;
    let said = if made == 0 { "conduct-none-new" } else { "conduct-new" };
    Ok(Said::done(said).with(Redirect::to("/reports/conduct").into_response()))
}

/// One's own.
async fn own(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    shown(&app, &page, true, Typed::default()).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    text: String,
    state: String,
}

async fn answered(
    app: &App,
    page: &StaffPage,
    (own, id, text): (bool, String, String),
    done: Result<()>,
) -> std::result::Result<Response, WebError> {
    match done {
        Ok(()) => {
            let to = if own { "/account/conduct" } else { "/reports/conduct" };
            Ok(Said::done("saved").with(Redirect::to(to).into_response()))
        }
        Err(Error::Invalid(fields)) => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            shown(app, page, own, Typed { id, text, errors }).await
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// One objects to what is proposed about oneself.
async fn objection(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(sent): Fields<Sent>,
) -> std::result::Result<Response, WebError> {
    let done = object(&app.desk, page.actor(), id.clone(), sent.text.clone()).await;
    answered(&app, &page, (true, id, sent.text), done).await
}

/// A supervisor decides.
async fn decision(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(sent): Fields<Sent>,
) -> std::result::Result<Response, WebError> {
    may_appraise(page.actor()).map_err(|e| page.visitor.fail(e))?;
    let done = async {
        let state = choice("state", &sent.state)?.ok_or_else(|| Error::field("state", "required"))?;
        decide(&app.desk, page.actor(), id.clone(), state, sent.text.clone()).await
    };
    let done = done.await;
    answered(&app, &page, (false, id, sent.text), done).await
}
