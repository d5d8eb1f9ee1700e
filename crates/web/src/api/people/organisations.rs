//! Organisations.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::admin;
use desk::{Error, Result};
use domain::access::Right;
use domain::id::OrgId;
use serde::{Deserialize, Serialize};
use store::Read;
use store::directory::{self, OrgRow, find_organisations};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::ListView;
use super::super::view::instant;
use super::{chosen, seen};
use crate::api::once::{Place, create_once};
use crate::app::App;
use crate::customers::{OrganisationQuery, bad_cursor, cut, limit};
use crate::error::{Problem, WebError};

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationView {
    /// Id.
    pub id: String,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Id of its own promise; contracts that name one go first.
    pub policy: Option<String>,
    /// For staff.
    pub note: String,
    /// Is served; contacts of others cannot sign in.
    pub active: bool,
    /// Confirmed mail domains.
    pub domains: Vec<String>,
    /// Since when.
    pub created_at: String,
}

fn view_of(r: &mut Read<'_>, o: OrgRow) -> Result<OrganisationView> {
    Ok(OrganisationView {
        domains: directory::domains(r, &o.id)?,
        id: o.id.0,
        version: o.version,
        name: o.name,
        policy: o.policy.map(|p| p.0),
        note: o.note,
        active: o.active,
        created_at: instant(o.created_at),
    })
}

fn view(r: &mut Read<'_>, id: &OrgId) -> Result<OrganisationView> {
    let row = directory::organisation(r, id)?.ok_or(Error::NotFound)?;
    view_of(r, row)
}

/// An organisation to be made or changed; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OrganisationBody {
    /// For changes: the version that you saw.
    version: i64,
    /// Name.
    name: Option<String>,
    /// Promise's id; empty for the default one.
    policy: Option<String>,
    /// For staff.
    note: Option<String>,
    /// Is served.
    active: Option<bool>,
    /// Confirmed mail domains: exactly these.
    domains: Option<Vec<String>>,
}

impl OrganisationBody {
    fn row(&self, row: OrgRow) -> OrgRow {
        OrgRow {
            name: self.name.clone().unwrap_or(row.name),
            policy: chosen(self.policy.as_ref(), row.policy),
            note: self.note.clone().unwrap_or(row.note),
            active: self.active.unwrap_or(row.active),
            version: self.version,
            ..row
        }
    }
}

/// Lists organisations by name.
#[utoipa::path(get, path = "/api/v1/organisations", params(OrganisationQuery), responses((status = 200, body = ListView<OrganisationView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OrganisationQuery>,
) -> std::result::Result<Json<ListView<OrganisationView>>, WebError> {
    caller.need(Right::PeopleView)?;
    let filter = query.filter().map_err(|e| caller.fail(e))?;
    let limit = limit(&query.limit).map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| {
        let after = crate::form::id(&query.cursor);
        let rows = find_organisations(r, &filter, after.as_ref(), limit + 1).map_err(bad_cursor)?;
        let (rows, more) = cut(rows, limit);
        let next_cursor = rows.last().filter(|_| more).map(|o| o.id.0.clone());
        let items = rows.into_iter().map(|o| view_of(r, o)).collect::<Result<_>>()?;
        Ok(ListView { items, next_cursor })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Makes an organisation. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/organisations", request_body = OrganisationBody, responses((status = 201, body = OrganisationView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<OrganisationBody>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::PeopleEdit)?;
    let Body { value, hash } = body;
    create_once(&app, &caller, hash, Place::Keyed("organisations"), move |unit| {
        let empty = OrgRow {
            id: OrgId(String::new()),
            name: String::new(),
            policy: None,
            note: String::new(),
            active: true,
            created_at: unit.now,
            version: 0,
        };
        let row = OrgRow { version: 0, active: true, ..value.row(empty) };
        let domains = value.domains.clone().unwrap_or_default();
        let id = admin::save_organisation_in(unit, &row, &domains)?;
        view(unit.work, &id)
    })
    .await
}

/// One organisation.
#[utoipa::path(get, path = "/api/v1/organisations/{id}", params(("id" = String, Path)), responses((status = 200, body = OrganisationView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<Json<OrganisationView>, WebError> {
    caller.need(Right::PeopleView)?;
    let read = app.desk.read(move |r| view(r, &OrgId(id)));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes an organisation.
#[utoipa::path(patch, path = "/api/v1/organisations/{id}", params(("id" = String, Path)), request_body = OrganisationBody, responses((status = 200, body = OrganisationView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<OrganisationBody>,
) -> std::result::Result<Json<OrganisationView>, WebError> {
    caller.need(Right::PeopleEdit)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        seen(body.value.version)?;
        let id = OrgId(id.clone());
        let row = directory::organisation(unit.work, &id)?.ok_or(Error::NotFound)?;
        admin::save_organisation_in(unit, &body.value.row(row), &[])?;
        if let Some(domains) = &body.value.domains {
            admin::set_domains(unit, &id, domains)?;
        }
        view(unit.work, &id)
    });
    done.await.map(Json).map_err(|e| caller.fail(e))
}

/// Which of the domains.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TakeOverBody {
    /// One of the organisation's mail domains.
    domain: String,
}

/// How many contacts joined.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakeOverView {
    /// At most 500 at a time.
    joined: usize,
}

/// Lets contacts without organisation who have an address of the domain join.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/takeover", params(("id" = String, Path)), request_body = TakeOverBody, responses((status = 200, body = TakeOverView), (status = 422, body = Problem)))]
pub(crate) async fn take_over(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<TakeOverBody>,
) -> std::result::Result<Json<TakeOverView>, WebError> {
    caller.need(Right::PeopleEdit)?;
    let done = admin::take_over(&app.desk, &caller.actor, OrgId(id), body.value.domain).await;
    done.map(|joined| Json(TakeOverView { joined })).map_err(|e| caller.fail(e))
}

/// Removes an organisation that nothing names.
#[utoipa::path(delete, path = "/api/v1/organisations/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::PeopleEdit)?;
    let gone = admin::remove_organisation(&app.desk, &caller.actor, OrgId(id)).await;
    gone.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
