//! Products with their modules.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::admin;
use desk::{Error, Result};
use domain::access::Right;
use domain::id::{ModuleId, ProductId};
use serde::{Deserialize, Serialize};
use store::Read;
use store::directory::{self, ModuleRow, ProductRow};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::{After, ListView};
use super::seen;
use crate::api::once::{Place, create_once};
use crate::app::App;
use crate::error::{Problem, WebError};

/// A product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductView {
    /// Id.
    pub id: String,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Can be chosen for new tickets.
    pub active: bool,
    /// Its modules by name.
    pub modules: Vec<ModuleView>,
}

/// A module.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ModuleView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

fn all(r: &mut Read<'_>) -> Result<Vec<ProductView>> {
    let modules = directory::modules(r)?;
    let view = |p: ProductRow| {
        let own = modules.iter().filter(|m| m.product == p.id);
        let modules = own.map(|m| ModuleView { id: m.id.0.clone(), name: m.name.clone() }).collect();
        ProductView { id: p.id.0, version: p.version, name: p.name, active: p.active, modules }
    };
    Ok(directory::products(r)?.into_iter().map(view).collect())
}

fn view(r: &mut Read<'_>, id: &str) -> Result<ProductView> {
    all(r)?.into_iter().find(|p| p.id == id).ok_or(Error::NotFound)
}

/// A product to be made or changed; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ProductBody {
    /// For changes: the version that you saw.
    version: i64,
    /// Name.
    name: Option<String>,
    /// Can be chosen for new tickets.
    active: Option<bool>,
    /// Its modules: exactly these.
    modules: Option<Vec<ModuleBody>>,
}

/// A module to be made or kept.
#[derive(Debug, Default, Clone, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ModuleBody {
    /// Id of a module that is there; empty for a new one.
    id: String,
    /// Name.
    name: String,
}

impl ProductBody {
    fn save(&self, unit: &mut desk::Unit<'_, '_>, row: ProductRow) -> Result<ProductView> {
        let row = ProductRow {
            name: self.name.clone().unwrap_or(row.name),
            active: self.active.unwrap_or(row.active),
            version: self.version,
            id: row.id,
        };
        let mut own = directory::modules(unit.work)?;
        own.retain(|m| m.product == row.id);
        let given = self.modules.as_ref().map(|list| {
            let module = |m: &ModuleBody| ModuleRow {
                id: ModuleId(m.id.clone()),
                product: row.id.clone(),
                name: m.name.clone(),
            };
            list.iter().map(module).collect::<Vec<_>>()
        });
        let strange = |m: &ModuleRow| !m.id.as_str().is_empty() && !own.iter().any(|o| o.id == m.id);
        if given.iter().flatten().any(strange) {
            return Err(Error::field("modules", "unknown"));
        }
        let id = admin::save_product_in(unit, &row, &given.unwrap_or(own))?;
        view(unit.work, id.as_str())
    }
}

/// Lists products by name.
#[utoipa::path(get, path = "/api/v1/products", params(After), responses((status = 200, body = ListView<ProductView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> std::result::Result<Json<ListView<ProductView>>, WebError> {
    caller.need(Right::TicketView)?;
    let read = app.desk.read(move |r| after.page(all(r)?, |p| p.id.clone()));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Makes a product. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/products", request_body = ProductBody, responses((status = 201, body = ProductView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<ProductBody>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::DeskEdit)?;
    let Body { value, hash } = body;
    let value = ProductBody { version: 0, active: Some(true), ..value };
    create_once(&app, &caller, hash, Place::Keyed("products"), move |unit| {
        let id = ProductId(unit.work.next_id());
        value.save(unit, ProductRow { id, name: String::new(), active: true, version: 0 })
    })
    .await
}

/// One product.
#[utoipa::path(get, path = "/api/v1/products/{id}", params(("id" = String, Path)), responses((status = 200, body = ProductView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<Json<ProductView>, WebError> {
    caller.need(Right::TicketView)?;
    let read = app.desk.read(move |r| view(r, &id));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes a product.
#[utoipa::path(patch, path = "/api/v1/products/{id}", params(("id" = String, Path)), request_body = ProductBody, responses((status = 200, body = ProductView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<ProductBody>,
) -> std::result::Result<Json<ProductView>, WebError> {
    caller.need(Right::DeskEdit)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        seen(body.value.version)?;
        let row = directory::products(unit.work)?.into_iter().find(|p| p.id.as_str() == id);
        body.value.save(unit, row.ok_or(Error::NotFound)?)
    });
    done.await.map(Json).map_err(|e| caller.fail(e))
}

/// Removes a product that nothing names.
#[utoipa::path(delete, path = "/api/v1/products/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::DeskEdit)?;
    let gone = admin::remove_product(&app.desk, &caller.actor, ProductId(id)).await;
    gone.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
