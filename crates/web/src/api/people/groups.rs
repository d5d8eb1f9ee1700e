//! Groups with their members.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::admin;
use desk::{Error, Result};
use domain::access::Right;
use domain::id::{GroupId, StaffId};
use serde::{Deserialize, Serialize};
use store::Read;
use store::staff::{self, GroupRow};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::{After, ListView};
use super::seen;
use crate::api::once::{Place, create_once};
use crate::app::App;
use crate::error::{Problem, WebError};

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupView {
    /// Id.
    pub id: String,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Can be assigned to.
    pub active: bool,
    /// Ids of the members.
    pub members: Vec<String>,
}

fn all(r: &mut Read<'_>) -> Result<Vec<GroupView>> {
    let mut views = Vec::new();
    for g in staff::groups(r)? {
        let members = staff::members(r, &g.id)?.into_iter().map(|s| s.0).collect();
        views.push(GroupView { id: g.id.0, version: g.version, name: g.name, active: g.active, members });
    }
    Ok(views)
}

fn view(r: &mut Read<'_>, id: &str) -> Result<GroupView> {
    all(r)?.into_iter().find(|g| g.id == id).ok_or(Error::NotFound)
}

/// A group to be made or changed; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct GroupBody {
    /// For changes: the version that you saw.
    version: i64,
    /// Name.
    name: Option<String>,
    /// Can be assigned to.
    active: Option<bool>,
    /// Ids of the members: exactly these.
    members: Option<Vec<String>>,
}

impl GroupBody {
    fn save(&self, unit: &mut desk::Unit<'_, '_>, row: GroupRow) -> Result<GroupView> {
        let members = match &self.members {
            Some(list) => list.iter().cloned().map(StaffId).collect(),
            None => staff::members(unit.work, &row.id)?,
        };
        let row = GroupRow {
            name: self.name.clone().unwrap_or(row.name),
            active: self.active.unwrap_or(row.active),
            version: self.version,
            id: row.id,
        };
        let id = admin::save_group_in(unit, &row, &members)?;
        view(unit.work, id.as_str())
    }
}

/// Lists groups by name.
#[utoipa::path(get, path = "/api/v1/groups", params(After), responses((status = 200, body = ListView<GroupView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> std::result::Result<Json<ListView<GroupView>>, WebError> {
    caller.need(Right::TicketView)?;
    let read = app.desk.read(move |r| after.page(all(r)?, |g| g.id.clone()));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Makes a group. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/groups", request_body = GroupBody, responses((status = 201, body = GroupView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<GroupBody>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::StaffEdit)?;
    let Body { value, hash } = body;
    let value = GroupBody { version: 0, active: Some(true), ..value };
    create_once(&app, &caller, hash, Place::Keyed("groups"), move |unit| {
        let id = GroupId(unit.work.next_id());
        value.save(unit, GroupRow { id, name: String::new(), active: true, version: 0 })
    })
    .await
}

/// One group.
#[utoipa::path(get, path = "/api/v1/groups/{id}", params(("id" = String, Path)), responses((status = 200, body = GroupView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<Json<GroupView>, WebError> {
    caller.need(Right::TicketView)?;
    let read = app.desk.read(move |r| view(r, &id));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes a group.
#[utoipa::path(patch, path = "/api/v1/groups/{id}", params(("id" = String, Path)), request_body = GroupBody, responses((status = 200, body = GroupView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<GroupBody>,
) -> std::result::Result<Json<GroupView>, WebError> {
    caller.need(Right::StaffEdit)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        seen(body.value.version)?;
        let row = staff::groups(unit.work)?.into_iter().find(|g| g.id.as_str() == id);
        body.value.save(unit, row.ok_or(Error::NotFound)?)
    });
    done.await.map(Json).map_err(|e| caller.fail(e))
}

/// Removes a group that nothing uses; one that ever had a ticket can only be deactivated.
#[utoipa::path(delete, path = "/api/v1/groups/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::StaffEdit)?;
    let gone = admin::remove_group(&app.desk, &caller.actor, GroupId(id)).await;
    gone.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
