//! Rotas: the list, and one as a form with a preview of the coming weeks before it counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::oncall::{Standing, check, overlaps, save_rota};
use desk::{Error, noted};
use domain::access::Right;
use domain::calendar::WEEKDAYS;
use domain::id::{RotaId, StaffId};
use domain::oncall::{Drafts, LayerDays, LayerDoc, RotaDoc, RotaState, Seat, ShiftUnit, lint};
use domain::ticket::decide::Rules;
use jiff::ToSpan;
use store::oncall::RotaRow;
use store::staff::StaffRow;
use store::{Read, oncall, staff};
use words::{Locale, t, t_args};

use super::look::{Day, Look};
use super::rota_form::{LayerForm, RotaForm};
use super::state;
use crate::admin::pairs::{Pairs, conflict, landed, rearrange};
use crate::app::App;
use crate::error::WebError;
use crate::names::everybody;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// Keys with names, for lists to choose from.
type Choices = Vec<(String, String)>;

/// A line of the list.
struct Line {
    id: String,
    name: String,
    state: RotaState,
    groups: Vec<String>,
    layers: Vec<String>,
    owner: String,
}

#[derive(Template)]
#[template(path = "oncall/rotas.html")]
struct RotasPage {
    ui: Ui,
    lines: Vec<Line>,
    overlaps: Vec<String>,
}

/// What a rota can name.
#[derive(Clone, Default)]
struct Known {
    people: Choices,
    /// People who are deactivated, whose names say so: a rota from before may name them.
    left: Choices,
    groups: Choices,
    calendars: Choices,
}

impl Known {
    fn load(r: &mut Read<'_>, rules: &Rules, locale: Locale) -> desk::Result<Self> {
        let (people, left): (Vec<_>, Vec<_>) = everybody(r)?.into_iter().partition(|s| s.active);
        let groups = staff::groups(r)?.into_iter().filter(|g| g.active);
        let inactive = |s: StaffRow| (s.id.0, t_args(locale, "rota-inactive", &[("name", &s.name)]));
        Ok(Self {
            people: people.into_iter().map(|s| (s.id.0, s.name)).collect(),
            left: left.into_iter().map(inactive).collect(),
            groups: groups.map(|g| (g.id.0, g.name)).collect(),
            calendars: rules.calendars.iter().map(|(id, c)| (id.0.clone(), c.name.clone())).collect(),
        })
    }

    /// To be chosen from in a form: whom it names stays in it, even if deactivated.
    fn with_named(mut self, form: &RotaForm) -> Self {
        let named = |id: &String| {
            let mut in_layers = form.layers.iter().flat_map(|l| &l.order);
            in_layers.any(|p| p == id) || form.fallback == *id || form.owner == *id
        };
        self.people.extend(self.left.iter().filter(|(id, _)| named(id)).cloned());
        self
    }

    fn person(&self, id: &str) -> String {
        let all = self.people.iter().chain(&self.left);
        all.into_iter().find(|(k, _)| k == id).map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    }

    fn names(&self) -> BTreeMap<StaffId, String> {
        self.people.iter().map(|(id, name)| (StaffId::from(id.as_str()), name.clone())).collect()
    }
}

fn name_in(list: &Choices, id: &str) -> String {
    list.iter().find(|(k, _)| k == id).map_or_else(|| id.to_owned(), |(_, name)| name.clone())
}

async fn known(app: &App, page: &StaffPage) -> Result<(Arc<Rules>, Known), WebError> {
    let (desk, locale) = (app.desk.clone(), page.visitor.locale);
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let known = Known::load(r, &rules, locale)?;
        Ok((rules, known))
    });
    read.await.map_err(|e| page.visitor.fail(e))
}

/// All rotas.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::OncallEdit)?;
    let ui = page.ui(&app, "oncall").await?;
    let (_, known) = known(&app, &page).await?;
    let read = app.desk.read(|r| Ok((oncall::rotas(r)?, overlaps(r)?))).await;
    let (rows, twice) = read.map_err(|e| page.visitor.fail(e))?;
    let line = |row: RotaRow| Line {
        groups: row.doc.groups.iter().map(|g| name_in(&known.groups, g.as_str())).collect(),
        layers: row.doc.layers.iter().map(|l| meaning(ui.locale, l, &known)).collect(),
        owner: known.person(row.doc.owner.as_str()),
        id: row.id.0,
        name: row.name,
        state: row.state,
    };
    let lines = rows.into_iter().map(line).collect();
    let overlaps = twice.iter().map(|o| state::said(ui.locale, o)).collect();
    render(&RotasPage { ui, lines, overlaps }, &page.visitor)
}

/// A layer in a line: name, duty, days, people.
fn meaning(locale: Locale, l: &LayerDoc, known: &Known) -> String {
    let people: Vec<String> = l.order.iter().map(|p| known.person(p.as_str())).collect();
    let args = [
        ("name", l.name.as_str()),
        ("seat", words::word(locale, "seat", l.seat.as_str())),
        ("days", words::word(locale, "layer_days", l.days.as_str())),
        ("people", &people.join(t(locale, "list-comma"))),
    ];
    t_args(locale, "rota-layer-means", &args)
}

/// What the form would bring.
pub(super) struct Preview {
    days: Vec<Day>,
    findings: Vec<String>,
}

/// What the form shows beside its fields.
#[derive(Default)]
pub(super) struct Beside {
    pub wrong: Wrongs,
    pub theirs: Vec<String>,
    pub preview: Option<Preview>,
    pub landed: String,
    pub moved: bool,
    pub overlaps: Vec<String>,
}

#[derive(Template)]
#[template(path = "oncall/rota.html")]
struct RotaPage {
    ui: Ui,
    form: RotaForm,
    known: Known,
    beside: Beside,
}

impl RotaPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn landed(&self, word: &str, row: &usize) -> bool {
        self.beside.landed == format!("{word}.{row}")
    }
    fn people_of(&self, layer: &LayerForm) -> String {
        let names: Vec<String> = layer.order.iter().map(|p| self.known.person(p)).collect();
        names.join(self.ui.t("list-comma"))
    }
    fn seats(&self) -> &'static [Seat] {
        Seat::ALL
    }
    fn kinds_of_days(&self) -> &'static [LayerDays] {
        LayerDays::ALL
    }
    fn states(&self) -> &'static [RotaState] {
        RotaState::ALL
    }
    /// The other state, to which a button leads.
    fn turns_to(&self) -> RotaState {
        if self.form.state == RotaState::Draft { RotaState::InForce } else { RotaState::Draft }
    }
    fn units(&self) -> &'static [ShiftUnit] {
        ShiftUnit::ALL
    }
    fn weekdays(&self) -> &'static [&'static str] {
        &WEEKDAYS
    }
}

pub(super) async fn shown(
    app: &App,
    page: &StaffPage,
    form: RotaForm,
    mut beside: Beside,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "oncall").await?;
    let twice = app.desk.read(overlaps).await.map_err(|e| page.visitor.fail(e))?;
    let of_it = twice.iter().filter(|o| [&o.asked, &o.passed].iter().any(|row| row.id.as_str() == form.id));
    beside.overlaps = of_it.map(|o| state::said(ui.locale, o)).collect();
    let (_, known) = known(app, page).await?;
    let known = known.with_named(&form);
    render(&RotaPage { ui, form, known, beside }, &page.visitor)
}

/// A rota in the form; `new` is one that is not saved yet.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::OncallEdit)?;
    let form = if id == "new" { blank(&app, &page).await? } else { stored(&app, &page, id).await? };
    shown(&app, &page, form, Beside::default()).await
}

async fn blank(app: &App, page: &StaffPage) -> Result<RotaForm, WebError> {
    let (rules, _) = known(app, page).await?;
    let zone = &rules.settings.time_zone;
    let today = app.desk.now().to_zoned(rules.settings.zone()).date();
    // The calendar of the house is the first that knows holidays.
    let mut calendars = rules.calendars.iter();
    let calendar = calendars.find(|(_, c)| !c.doc.exceptions.is_empty() && !c.doc.always_open);
    Ok(RotaForm {
        id: "new".to_owned(),
        rev: 0,
        name: String::new(),
        state: RotaState::InForce,
        calendar: calendar.map(|(id, _)| id.0.clone()).unwrap_or_default(),
        groups: BTreeSet::new(),
        layers: vec![LayerForm::blank(zone, today)],
        fallback: String::new(),
        owner: page.staff.id.0.clone(),
        confirm_within: String::new(),
    })
}

pub(super) async fn stored(app: &App, page: &StaffPage, id: String) -> Result<RotaForm, WebError> {
    let read = app.desk.read(move |r| oncall::one(r, &RotaId(id))?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    Ok(RotaForm::of(&row))
}

/// Rearranges the form, shows what it would bring, or saves it.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, WebError> {
    page.need(Right::OncallEdit)?;
    let mut form = RotaForm::sent(&id, &pairs);
    if rearrange(&mut form.layers, pairs.wish(), || LayerForm::blank("", jiff::civil::Date::ZERO)) {
        fill_new(&app, &page, &mut form).await?;
        let landed = landed(pairs.wish(), form.layers.len());
        return shown(&app, &page, form, Beside { landed, moved: true, ..Beside::default() }).await;
    }
    let result = match read(&app, &form).await {
        Err(e) => Err(e),
        Ok(doc) if pairs.wish().0 == "preview" => match preview(&app, &page, &form, doc).await {
            Ok(preview) => {
                let beside = Beside { preview: Some(preview), ..Beside::default() };
                return shown(&app, &page, form, beside).await;
            }
            Err(e) => Err(e),
        },
        Ok(doc) => save_rota(&app.desk, page.actor(), row_of(&form, doc)).await,
    };
    match result {
        Ok(row) => {
            let to = Redirect::to(&format!("/on-call/rotas/{}", row.id)).into_response();
            Ok(Said::done("saved").with(to))
        }
        Err(Error::Invalid(fields)) => {
            let wrong = Wrongs::of(&fields, page.visitor.locale);
            let mut back = shown(&app, &page, form, Beside { wrong, ..Beside::default() }).await?;
            *back.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(back)
        }
        Err(Error::Stale { .. }) => stale(&app, &page, form).await,
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// The document of a form; or all that is wrong with it, what cannot be read and what must not be so.
async fn read(app: &App, form: &RotaForm) -> desk::Result<RotaDoc> {
    let (doc, mut wrong) = form.read();
    if wrong.is_empty() {
        return Ok(doc);
    }
    let (desk, row) = (app.desk.clone(), row_of(form, doc));
    let checked = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        check(r, &rules, &row)
    });
    let checked = checked.await;
    let mut also = Vec::new();
    noted(checked, &mut also)?;
    also.retain(|f| !wrong.iter().any(|w| w.field == f.field));
    wrong.extend(also);
    Err(Error::Invalid(wrong))
}

/// A layer that was just added begins in the zone of the house, today.
async fn fill_new(app: &App, page: &StaffPage, form: &mut RotaForm) -> Result<(), WebError> {
    let (rules, _) = known(app, page).await?;
    let today = app.desk.now().to_zoned(rules.settings.zone()).date();
    for layer in form.layers.iter_mut().filter(|l| l.time_zone.is_empty() && l.name.is_empty()) {
        *layer = LayerForm::blank(&rules.settings.time_zone, today);
    }
    Ok(())
}

fn row_of(form: &RotaForm, doc: RotaDoc) -> RotaRow {
    let id = RotaId(if form.id == "new" { String::new() } else { form.id.clone() });
    RotaRow { id, name: form.name.clone(), rev: form.rev, doc, state: form.state, drafts: Drafts::default() }
}

/// Days that the preview shows.
const AHEAD: i64 = 35;

async fn preview(app: &App, page: &StaffPage, form: &RotaForm, doc: RotaDoc) -> desk::Result<Preview> {
    let desk = app.desk.clone();
    let row = row_of(form, doc);
    let locale = page.visitor.locale;
    app.desk
        .read(move |r| {
            let rules = desk.rules_in(r)?;
            check(r, &rules, &row)?;
            let look = Look { locale, zone: rules.settings.zone(), now: r.now() };
            let (first, end) = (look.today(), look.today().saturating_add(AHEAD.days()));
            let span = (look.start(first), look.start(end));
            let standing = Standing::load(r, &rules, row, span)?;
            let found = lint(&standing.roster().shifts(span.0, span.1), &oncall::confirmed(r)?);
            let names = Known::load(r, &rules, locale)?.names();
            Ok(Preview {
                days: look.days(r, &standing, (first, end))?,
                findings: look.findings(&found, &names),
            })
        })
        .await
}

/// Somebody else saved first: what their layers say, and the next save knows it.
async fn stale(app: &App, page: &StaffPage, mut form: RotaForm) -> Result<Response, WebError> {
    let id = RotaId(form.id.clone());
    let read = app.desk.read(move |r| oncall::one(r, &id)?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    let (_, known) = known(app, page).await?;
    let locale = page.visitor.locale;
    let theirs =
        std::iter::once(row.name.clone()).chain(row.doc.layers.iter().map(|l| meaning(locale, l, &known)));
    let theirs = theirs.collect();
    (form.rev, form.state) = (row.rev, row.state);
    conflict(shown(app, page, form, Beside { theirs, ..Beside::default() }).await)
}
