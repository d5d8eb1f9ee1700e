//! Roles: sets of named rights.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, Query, State};
use desk::admin;
use desk::{Error, Result};
use domain::access::{Right, Role};
use serde::{Deserialize, Serialize};
use store::{Read, staff};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::{After, ListView};
use crate::app::App;
use crate::error::{Problem, WebError};

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    /// Name.
    pub name: &'static str,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Its rights, which are also the scopes of tokens.
    pub rights: Vec<&'static str>,
}

fn view(r: &mut Read<'_>, role: Role) -> Result<RoleView> {
    let (rights, version) = staff::role(r, role)?;
    Ok(RoleView { name: role.as_str(), version, rights: rights.into_iter().map(Right::as_str).collect() })
}

/// The rights of a role: exactly these.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RoleBody {
    /// The version that you saw.
    version: i64,
    /// The rights.
    rights: Vec<String>,
}

/// Lists the roles with their rights.
#[utoipa::path(get, path = "/api/v1/roles", params(After), responses((status = 200, body = ListView<RoleView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> std::result::Result<Json<ListView<RoleView>>, WebError> {
    caller.need(Right::StaffEdit)?;
    let read = app.desk.read(move |r| {
        let all = Role::ALL.iter().map(|role| view(r, *role)).collect::<Result<_>>()?;
        after.page(all, |v| v.name.to_owned())
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// One role.
#[utoipa::path(get, path = "/api/v1/roles/{name}", params(("name" = String, Path)), responses((status = 200, body = RoleView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> std::result::Result<Json<RoleView>, WebError> {
    caller.need(Right::StaffEdit)?;
    let role: Role = name.parse().map_err(|_| caller.fail(Error::NotFound))?;
    app.desk.read(move |r| view(r, role)).await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes the rights of a role; the administrator's are fixed.
#[utoipa::path(put, path = "/api/v1/roles/{name}", params(("name" = String, Path)), request_body = RoleBody, responses((status = 200, body = RoleView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    body: Body<RoleBody>,
) -> std::result::Result<Json<RoleView>, WebError> {
    caller.need(Right::StaffEdit)?;
    let role: Role = name.parse().map_err(|_| caller.fail(Error::NotFound))?;
    let rights: std::result::Result<BTreeSet<Right>, _> =
        body.value.rights.iter().map(|r| r.parse()).collect();
    let rights = rights.map_err(|_| caller.fail(Error::field("rights", "unknown")))?;
    let wanted = admin::RoleRights { role, rights, version: body.value.version };
    let saved = admin::save_roles(&app.desk, &caller.actor, vec![wanted]).await;
    saved.map_err(|e| caller.fail(e))?;
    app.desk.read(move |r| view(r, role)).await.map(Json).map_err(|e| caller.fail(e))
}
