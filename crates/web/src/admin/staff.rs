//! Staff: who works here, in which role, in which groups' queues; invitation and deactivation.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::{remove_staff, save_staff};
use domain::access::{Right, Role};
use domain::id::StaffId;
use domain::people::LANGUAGES;
use serde::Deserialize;
use store::oncall::{self, OverrideRow};
use store::staff::{self, StaffRow};

use crate::app::App;
use crate::customers::Back;
use crate::error::WebError;
use crate::form::{Fields, required, words};
use crate::names::{Names, everybody};
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "admin/staff.html")]
struct StaffListPage {
    ui: Ui,
    tab: &'static str,
    people: Vec<StaffRow>,
    edited: StaffRow,
    /// The rotas that name the person: key and name. Until they do not, the person cannot be deactivated.
    rotas: Vec<(String, String)>,
    /// The times to come for which the person is put in, whatever the layers say.
    put_in: Vec<PutIn>,
    back: Back,
}

/// A time for which somebody is put in.
struct PutIn {
    rota: String,
    month: String,
    seat: &'static str,
    from: String,
    until: String,
    note: String,
}

impl PutIn {
    fn of(ui: &Ui, (row, rota): (OverrideRow, String)) -> Self {
        let (from, until) = (ui.when(&row.put.from), ui.when(&row.put.until));
        let month = ui.day(&row.put.from).chars().take("2026-10".len()).collect();
        Self { rota, month, seat: row.put.seat.as_str(), from, until, note: row.note }
    }
}

impl StaffListPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }
    fn skills(&self) -> String {
        self.edited.skills.join(", ")
    }
    /// Known languages, and what the person was said to speak before there was a list: code, name, chosen.
    fn languages(&self) -> Vec<(String, String, bool)> {
        let spoken = &self.edited.languages;
        let known = LANGUAGES
            .iter()
            .map(|l| ((*l).to_owned(), self.ui.w("speaks", l).to_owned(), spoken.iter().any(|s| s == l)));
        let others = spoken.iter().filter(|s| !LANGUAGES.contains(&s.as_str()));
        known.chain(others.map(|s| (s.clone(), s.clone(), true))).collect()
    }
}

/// The form as it was sent; version 0 makes a new person.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StaffForm {
    id: String,
    version: i64,
    login: String,
    name: String,
    email: String,
    phone: String,
    role: String,
    locale: String,
    skills: String,
    languages: Vec<String>,
    active: String,
}

fn nobody(app: &App) -> StaffRow {
    StaffRow {
        id: StaffId::from(""),
        login: String::new(),
        name: String::new(),
        email: String::new(),
        phone: String::new(),
        role: Role::Agent,
        locale: "zh-CN".to_owned(),
        skills: Vec::new(),
        languages: Vec::new(),
        active: true,
        created_at: app.desk.now(),
        version: 0,
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    mut edited: StaffRow,
    mut back: Back,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    let ui = page.ui(app, "admin").await?;
    let id = edited.id.clone();
    let read = app.desk.read(move |r| {
        let rotas = oncall::rotas(r)?.into_iter().filter(|rota| rota.doc.names(&id));
        let rotas: Vec<_> = rotas.map(|rota| (rota.id.0, rota.name)).collect();
        Ok((everybody(r)?, rotas, oncall::put_in_from_now(r, &id)?))
    });
    let (people, rotas, put_in) = read.await.map_err(|e| page.visitor.fail(e))?;
    if back.is_stale()
        && let Some(theirs) = people.iter().find(|p| p.id == edited.id)
    {
        back.compare(&edited, theirs, &Names::default(), ui.locale);
        edited.version = theirs.version;
    }
    let put_in = put_in.into_iter().map(|p| PutIn::of(&ui, p)).collect();
    let view = StaffListPage { ui, tab: "staff", people, edited, rotas, put_in, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// Everybody, with an empty form.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    let edited = nobody(&app);
    shown(&app, &page, edited, Back::default()).await
}

/// Everybody, with one person in the form.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    let edited = one(&app, &page, id).await?;
    shown(&app, &page, edited, Back::default()).await
}

async fn one(app: &App, page: &StaffPage, id: String) -> Result<StaffRow, WebError> {
    let read = app.desk.read(move |r| staff::one(r, &StaffId(id))?.ok_or(Error::NotFound));
    read.await.map_err(|e| page.visitor.fail(e))
}

/// Saves a person. A new one is invited by letter; a deactivated one hands over the open work.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<StaffForm>,
) -> Result<Response, WebError> {
    let role = required("role", &form.role).map_err(|e| page.visitor.fail(e))?;
    let row = StaffRow {
        id: StaffId(form.id),
        login: form.login,
        name: form.name,
        email: form.email,
        phone: form.phone,
        role,
        locale: if form.locale == "en" { "en" } else { "zh-CN" }.to_owned(),
        skills: words(&form.skills).collect(),
        languages: form.languages,
        active: !form.active.is_empty(),
        created_at: app.desk.now(),
        version: form.version,
    };
    match save_staff(&app.desk, page.actor(), row.clone()).await {
        Ok(id) if row.version == 0 && row.active => {
            let invited = desk::auth::invite(&app.desk, page.actor(), &id).await;
            invited.map_err(|e| page.visitor.fail(e))?;
            Ok(Said::done("saved").with(Redirect::to("/admin/staff").into_response()))
        }
        Ok(_) => Ok(Said::done("saved").with(Redirect::to("/admin/staff").into_response())),
        Err(e) => shown(&app, &page, row, Back::new(e, &page.visitor)?).await,
    }
}

/// Sends the invitation again: the letter of the first one may be lost, or its link too old.
pub(super) async fn invite(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    let invited = desk::auth::invite(&app.desk, page.actor(), &StaffId(id.clone())).await;
    invited.map_err(|e| page.visitor.fail(e))?;
    Ok(Said::done("invited").with(Redirect::to(&format!("/admin/staff/{id}")).into_response()))
}

/// Removes a person who never did anything; otherwise the form says what names them.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    match remove_staff(&app.desk, page.actor(), StaffId(id.clone())).await {
        Ok(()) => Ok(Said::done("removed").with(Redirect::to("/admin/staff").into_response())),
        Err(e) => {
            let back = Back::new(e, &page.visitor)?;
            let edited = one(&app, &page, id).await?;
            shown(&app, &page, edited, back).await
        }
    }
}
