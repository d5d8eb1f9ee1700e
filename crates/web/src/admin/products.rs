//! Products and their modules.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::{remove_product, save_product};
use domain::access::Right;
use domain::id::{ModuleId, ProductId};
use serde::Deserialize;
use store::directory::{self, ModuleRow, ProductRow};

use crate::app::App;
use crate::customers::Back;
use crate::error::WebError;
use crate::form::Fields;
use crate::names::Names;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "admin/products.html")]
struct ProductsPage {
    ui: Ui,
    tab: &'static str,
    products: Vec<(ProductRow, String)>,
    edited: ProductRow,
    modules: String,
    back: Back,
}

impl ProductsPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
}

/// The form as it was sent; version 0 makes a new product. Modules are lines.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProductForm {
    id: String,
    version: i64,
    name: String,
    active: String,
    modules: String,
}

fn lines(modules: &[ModuleRow], product: &ProductId, between: &str) -> String {
    let own = modules.iter().filter(|m| m.product == *product);
    own.map(|m| m.name.as_str()).collect::<Vec<_>>().join(between)
}

async fn shown(
    app: &App,
    page: &StaffPage,
    (mut edited, modules): (ProductRow, String),
    mut back: Back,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let read = app.desk.read(|r| Ok((directory::products(r)?, directory::modules(r)?)));
    let (products, all) = read.await.map_err(|e| page.visitor.fail(e))?;
    if back.is_stale()
        && let Some(theirs) = products.iter().find(|p| p.id == edited.id)
    {
        back.compare(&edited, theirs, &Names::default(), ui.locale);
        edited.version = theirs.version;
    }
    let products = products.into_iter().map(|p| (lines(&all, &p.id, ", "), p)).map(|(m, p)| (p, m));
    let view = ProductsPage { ui, tab: "products", products: products.collect(), edited, modules, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// All products, with an empty form.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let edited = ProductRow { id: ProductId::from(""), name: String::new(), active: true, version: 0 };
    shown(&app, &page, (edited, String::new()), Back::default()).await
}

/// All products, with one in the form.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let read = app.desk.read(move |r| {
        let row = directory::products(r)?.into_iter().find(|p| p.id.as_str() == id);
        let row = row.ok_or(Error::NotFound)?;
        let modules = lines(&directory::modules(r)?, &row.id, "\n");
        Ok((row, modules))
    });
    let edited = read.await.map_err(|e| page.visitor.fail(e))?;
    shown(&app, &page, edited, Back::default()).await
}

/// Saves a product. A module keeps its identity by its name.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<ProductForm>,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let active = form.version == 0 || !form.active.is_empty();
    let row = ProductRow { id: ProductId(form.id), name: form.name, active, version: form.version };
    let read = app.desk.read(|r| Ok(directory::modules(r)?));
    let known = read.await.map_err(|e| page.visitor.fail(e))?;
    let names = form.modules.lines().map(str::trim).filter(|l| !l.is_empty());
    let modules = names.map(|name| {
        let same = known.iter().find(|m| m.product == row.id && m.name == name);
        let id = same.map_or_else(|| ModuleId(String::new()), |m| m.id.clone());
        ModuleRow { id, product: row.id.clone(), name: name.to_owned() }
    });
    match save_product(&app.desk, page.actor(), row.clone(), modules.collect()).await {
        Ok(_) => Ok(Said::done("saved").with(Redirect::to("/admin/products").into_response())),
        Err(e) => shown(&app, &page, (row, form.modules), Back::new(e, &page.visitor)?).await,
    }
}

/// Removes a product that nothing names.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    page.need(Right::DeskEdit)?;
    let gone = remove_product(&app.desk, page.actor(), ProductId(id)).await;
    gone.map(|()| Redirect::to("/admin/products")).map_err(|e| page.visitor.fail(e))
}
