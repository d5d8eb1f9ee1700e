//! The list of installations: who runs which version.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::access::Right;
use store::directory::{
    InstallationFilter, InstallationRow, ProductRow, find_installations, products as all_products,
};

use super::organisations::{EXPORT, PAGE};
use super::query::{InstallationQuery, bad_cursor, cut};
use crate::app::App;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;
use crate::table::{Table, texts};
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "customers/installations.html")]
struct InstallationsPage {
    ui: Ui,
    tab: &'static str,
    asked: InstallationQuery,
    rows: Vec<InstallationRow>,
    next: Option<String>,
    products: Vec<ProductRow>,
    names: Names,
}

impl InstallationsPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
}

type Found = (Vec<InstallationRow>, Vec<ProductRow>, Names);

async fn read(
    app: &App,
    page: &StaffPage,
    filter: InstallationFilter,
    cursor: String,
    limit: i64,
) -> Result<Found, WebError> {
    let read = app.desk.read(move |r| {
        let mut names = Names::default();
        names.products(r)?;
        let after = (!cursor.is_empty()).then_some(cursor.as_str());
        let rows = find_installations(r, &filter, after, limit).map_err(bad_cursor)?;
        for i in &rows {
            names.organisation(r, &i.organisation)?;
        }
        Ok((rows, all_products(r)?, names))
    });
    read.await.map_err(|e| page.visitor.fail(e))
}

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<InstallationQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let ui = page.ui(&app, "customers").await?;
    let found = read(&app, &page, asked.filter(), asked.cursor.clone(), PAGE + 1).await?;
    let (rows, products, names) = found;
    let (rows, more) = cut(rows, PAGE);
    let address = |i: &InstallationRow| format!("/customers/installations?{}&cursor={}", asked.same(), i.id);
    let next = rows.last().filter(|_| more).map(address);
    let tab = "installations";
    render(&InstallationsPage { ui, tab, asked, rows, next, products, names }, &page.visitor)
}

/// The list as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<InstallationQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "customers").await?;
    let (rows, _, names) = read(&app, &page, asked.filter(), String::new(), EXPORT).await?;
    let cells = |i: InstallationRow| {
        vec![
            names.get(i.organisation.as_str()),
            names.get(i.product.as_str()),
            i.product_version,
            i.environment,
        ]
    };
    let head = ["field-organisation", "field-product", "field-product_version", "field-environment"]
        .map(|k| words::t(ui.locale, k))
        .to_vec();
    let rows = texts(rows.into_iter().map(cells));
    let sheet = words::t(ui.locale, "customers-installations");
    Table { name: "installations", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
