//! Installations.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::admin;
use desk::{Error, Result};
use domain::access::Right;
use domain::id::{OrgId, ProductId};
use serde::{Deserialize, Serialize};
use store::Read;
use store::directory::{self, InstallationRow, find_installations};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::ListView;
use super::seen;
use crate::api::once::{Place, create_once};
use crate::app::App;
use crate::customers::{InstallationQuery, bad_cursor, cut, limit};
use crate::error::{Problem, WebError};

/// An installation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InstallationView {
    /// Id.
    pub id: String,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Organisation's id.
    pub organisation: String,
    /// Product's id.
    pub product: String,
    /// Which version of the product.
    pub product_version: String,
    /// Operating system, database, servers.
    pub environment: String,
}

fn view_of(i: InstallationRow) -> InstallationView {
    InstallationView {
        id: i.id,
        version: i.version,
        organisation: i.organisation.0,
        product: i.product.0,
        product_version: i.product_version,
        environment: i.environment,
    }
}

fn view(r: &mut Read<'_>, id: &str) -> Result<InstallationView> {
    Ok(view_of(directory::installation(r, id)?.ok_or(Error::NotFound)?))
}

/// An installation to be made or changed; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InstallationBody {
    /// For changes: the version that you saw.
    version: i64,
    /// Organisation's id.
    organisation: Option<String>,
    /// Product's id.
    product: Option<String>,
    /// Which version of the product.
    product_version: Option<String>,
    /// Operating system, database, servers.
    environment: Option<String>,
}

impl InstallationBody {
    fn row(&self, row: InstallationRow) -> InstallationRow {
        InstallationRow {
            id: row.id,
            organisation: self.organisation.clone().map_or(row.organisation, OrgId),
            product: self.product.clone().map_or(row.product, ProductId),
            product_version: self.product_version.clone().unwrap_or(row.product_version),
            environment: self.environment.clone().unwrap_or(row.environment),
            version: self.version,
        }
    }
}

/// Lists installations by version.
#[utoipa::path(get, path = "/api/v1/installations", params(InstallationQuery), responses((status = 200, body = ListView<InstallationView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<InstallationQuery>,
) -> std::result::Result<Json<ListView<InstallationView>>, WebError> {
    caller.need(Right::PeopleView)?;
    let limit = limit(&query.limit).map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| {
        let after = (!query.cursor.is_empty()).then_some(query.cursor.as_str());
        let rows = find_installations(r, &query.filter(), after, limit + 1).map_err(bad_cursor)?;
        let (rows, more) = cut(rows, limit);
        let next_cursor = rows.last().filter(|_| more).map(|i| i.id.clone());
        Ok(ListView { items: rows.into_iter().map(view_of).collect(), next_cursor })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Makes an installation. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/installations", request_body = InstallationBody, responses((status = 201, body = InstallationView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<InstallationBody>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::PeopleEdit)?;
    let Body { value, hash } = body;
    create_once(&app, &caller, hash, Place::Keyed("installations"), move |unit| {
        let empty = InstallationRow {
            id: String::new(),
            organisation: OrgId(String::new()),
            product: ProductId(String::new()),
            product_version: String::new(),
            environment: String::new(),
            version: 0,
        };
        let row = InstallationRow { version: 0, ..value.row(empty) };
        let id = admin::save_installation_in(unit, &row)?;
        view(unit.work, &id)
    })
    .await
}

/// One installation.
#[utoipa::path(get, path = "/api/v1/installations/{id}", params(("id" = String, Path)), responses((status = 200, body = InstallationView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<Json<InstallationView>, WebError> {
    caller.need(Right::PeopleView)?;
    let read = app.desk.read(move |r| view(r, &id));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes an installation.
#[utoipa::path(patch, path = "/api/v1/installations/{id}", params(("id" = String, Path)), request_body = InstallationBody, responses((status = 200, body = InstallationView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<InstallationBody>,
) -> std::result::Result<Json<InstallationView>, WebError> {
    caller.need(Right::PeopleEdit)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        seen(body.value.version)?;
        let row = directory::installation(unit.work, &id)?.ok_or(Error::NotFound)?;
        admin::save_installation_in(unit, &body.value.row(row))?;
        view(unit.work, &id)
    });
    done.await.map(Json).map_err(|e| caller.fail(e))
}

/// Removes an installation that nothing names.
#[utoipa::path(delete, path = "/api/v1/installations/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::PeopleEdit)?;
    let gone = admin::remove_installation(&app.desk, &caller.actor, id).await;
    gone.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
