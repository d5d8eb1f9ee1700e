//! An installation: its page is its form.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Error, admin};
use domain::access::Right;
use domain::id::{OrgId, ProductId};
use serde::Deserialize;
use store::directory::{self, InstallationRow, OrgRow, ProductRow};

use super::whose::{Whose, whose};
use super::{Back, organisation::choosable};
use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::names::Names;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "customers/installation.html")]
struct InstallationPage {
    ui: Ui,
    tab: &'static str,
    row: InstallationRow,
    organisation: OrgRow,
    products: Vec<ProductRow>,
    back: Back,
}

impl InstallationPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
}

/// The form as it was sent; version 0 makes a new installation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    version: i64,
    organisation: String,
    product: String,
    product_version: String,
    environment: String,
}

impl Sent {
    fn row(self, id: String) -> InstallationRow {
        InstallationRow {
            id,
            organisation: OrgId(self.organisation),
            product: ProductId(self.product),
            product_version: self.product_version,
            environment: self.environment,
            version: self.version,
        }
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    mut row: InstallationRow,
    mut back: Back,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "customers").await?;
    let (key, org, chosen) = (row.id.clone(), row.organisation.clone(), row.product.clone());
    let read = app.desk.read(move |r| {
        let mut names = Names::default();
        names.products(r)?;
        let organisation = directory::organisation(r, &org)?;
        let organisation = organisation.ok_or_else(|| Error::field("organisation", "unknown"))?;
        Ok((directory::installation(r, &key)?, organisation, choosable(r, Some(&chosen))?, names))
    });
    let (theirs, organisation, products, names) = read.await.map_err(|e| page.visitor.fail(e))?;
    if let Some(theirs) = theirs.filter(|_| back.is_stale()) {
        back.compare(&row, &theirs, &names, ui.locale);
        row.version = theirs.version;
    }
    let view = InstallationPage { ui, tab: "installations", row, organisation, products, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// An empty form for an organisation.
pub(super) async fn new(
    State(app): State<App>,
    page: StaffPage,
    Query(at): Query<Whose>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let organisation = match whose(&app, &page, ("installations", "installation-new"), at).await? {
        Ok(id) => id.0,
        Err(asks) => return Ok(asks),
    };
    let row = Sent { organisation, ..Sent::default() }.row(String::new());
    shown(&app, &page, row, Back::default()).await
}

/// An installation.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let read = app.desk.read(move |r| directory::installation(r, &id)?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    shown(&app, &page, row, Back::default()).await
}

/// Makes an installation.
pub(super) async fn create(
    State(app): State<App>,
    page: StaffPage,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    put(&app, &page, Sent { version: 0, ..sent }.row(String::new())).await
}

/// Saves an installation.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    if sent.version == 0 {
        return Err(page.visitor.fail(Error::field("version", "required")));
    }
    put(&app, &page, sent.row(id)).await
}

async fn put(app: &App, page: &StaffPage, row: InstallationRow) -> Result<Response, WebError> {
    match admin::save_installation(&app.desk, page.actor(), row.clone()).await {
        Ok(_) => Ok(Redirect::to(&format!("/customers/{}", row.organisation)).into_response()),
        Err(e) => shown(app, page, row, Back::new(e, &page.visitor)?).await,
    }
}

/// Removes an installation.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    page.need(Right::PeopleEdit)?;
    let key = id.clone();
    let read = app.desk.read(move |r| directory::installation(r, &key)?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    let gone = admin::remove_installation(&app.desk, page.actor(), id).await;
    let to = format!("/customers/{}", row.organisation);
    gone.map(|()| Redirect::to(&to)).map_err(|e| page.visitor.fail(e))
}
