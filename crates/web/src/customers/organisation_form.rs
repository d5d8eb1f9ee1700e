//! The form of an organisation.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::save_organisation;
use domain::access::Right;
use domain::id::OrgId;
use serde::Deserialize;
use store::directory::{self, OrgRow};

use super::Back;
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, id, words};
use crate::names::{Names, Policies};
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "customers/organisation_form.html")]
struct OrganisationForm {
    ui: Ui,
    tab: &'static str,
    row: OrgRow,
    domains: String,
    policies: Policies,
    back: Back,
}

impl OrganisationForm {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
    fn chosen(&self, policy: &str) -> bool {
        self.row.policy.as_ref().is_some_and(|p| p.as_str() == policy)
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
}

/// The form as it was sent; version 0 makes a new organisation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    version: i64,
    name: String,
    policy: String,
    note: String,
    active: String,
    domains: String,
}

impl Sent {
    fn row(&self, app: &App, key: String) -> OrgRow {
        OrgRow {
            id: OrgId(key),
            name: self.name.clone(),
            policy: id(&self.policy),
            note: self.note.clone(),
            active: self.version == 0 || !self.active.is_empty(),
            created_at: app.desk.now(),
            version: self.version,
        }
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    mut row: OrgRow,
    domains: String,
    mut back: Back,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "customers").await?;
    let (desk, key) = (app.desk.clone(), row.id.clone());
    let read =
        app.desk.read(move |r| Ok((Policies::of(&*desk.rules_in(r)?), directory::organisation(r, &key)?)));
    let (policies, theirs) = read.await.map_err(|e| page.visitor.fail(e))?;
    if let Some(theirs) = theirs.filter(|_| back.is_stale()) {
        let mut names = Names::default();
        names.policies(&policies);
        back.compare(&row, &theirs, &names, ui.locale);
        row.version = theirs.version;
    }
    let form = OrganisationForm { ui, tab: "organisations", row, domains, policies, back };
    Ok(form.back.answer(render(&form, &page.visitor)?))
}

/// An empty form.
pub(super) async fn new(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let row = Sent::default().row(&app, String::new());
    shown(&app, &page, row, String::new(), Back::default()).await
}

/// The form of an organisation that is there.
pub(super) async fn edit(
    State(app): State<App>,
    page: StaffPage,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let read = app.desk.read(move |r| directory::organisation(r, &OrgId(key))?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    shown(&app, &page, row, String::new(), Back::default()).await
}

/// Makes an organisation.
pub(super) async fn create(
    State(app): State<App>,
    page: StaffPage,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let row = OrgRow { version: 0, active: true, ..sent.row(&app, String::new()) };
    put(&app, &page, row, sent.domains).await
}

/// Saves an organisation.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(key): Path<String>,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    if sent.version == 0 {
        return Err(page.visitor.fail(Error::field("version", "required")));
    }
    put(&app, &page, sent.row(&app, key), String::new()).await
}

async fn put(app: &App, page: &StaffPage, row: OrgRow, domains: String) -> Result<Response, WebError> {
    let list = words(&domains).collect();
    match save_organisation(&app.desk, page.actor(), row.clone(), list).await {
        Ok(key) => Ok(Redirect::to(&format!("/customers/{key}")).into_response()),
        Err(e) => shown(app, page, row, domains, Back::new(e, &page.visitor)?).await,
    }
}
