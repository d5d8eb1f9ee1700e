//! Staff.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::admin;
use desk::{Error, Result, auth};
use domain::access::{Right, Role};
use domain::id::StaffId;
use serde::{Deserialize, Serialize};
use store::Read;
use store::staff::{self, StaffRow};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::{After, ListView};
use super::super::view::instant;
use super::seen;
use crate::api::once::{Place, create_once};
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::form::choice;
use crate::names::everybody;

/// A member of staff.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StaffView {
    /// Id.
    pub id: String,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Name at sign-in.
    pub login: String,
    /// Name.
    pub name: String,
    /// Address for letters; only for those who may edit staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone; only for those who may edit staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Role.
    pub role: &'static str,
    /// `zh-CN` or `en`.
    pub locale: String,
    /// What the person knows.
    pub skills: Vec<String>,
    /// Languages that the person speaks: codes such as `zh-CN`, `en`, `ja`.
    pub languages: Vec<String>,
    /// May sign in and get tickets.
    pub active: bool,
    /// Ids of the person's groups.
    pub groups: Vec<String>,
    /// Since when.
    pub created_at: String,
}

/// `edits`: the reader may edit staff.
fn view_of(r: &mut Read<'_>, s: StaffRow, edits: bool) -> Result<StaffView> {
    Ok(StaffView {
        groups: staff::groups_of(r, &s.id)?.into_iter().map(|g| g.0).collect(),
        id: s.id.0,
        version: s.version,
        login: s.login,
        name: s.name,
        email: edits.then_some(s.email),
        phone: edits.then_some(s.phone),
        role: s.role.as_str(),
        locale: s.locale,
        skills: s.skills,
        languages: s.languages,
        active: s.active,
        created_at: instant(s.created_at),
    })
}

fn view(r: &mut Read<'_>, id: &StaffId, edits: bool) -> Result<StaffView> {
    let row = staff::one(r, id)?.ok_or(Error::NotFound)?;
    view_of(r, row, edits)
}

/// A member of staff to be made or changed; what is absent stays. The login cannot be changed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StaffBody {
    /// For changes: the version that you saw.
    version: i64,
    /// Name at sign-in.
    login: Option<String>,
    /// Name.
    name: Option<String>,
    /// Address for letters.
    email: Option<String>,
    /// Telephone.
    phone: Option<String>,
    /// Role; `agent` if absent at first.
    role: Option<String>,
    /// `zh-CN` or `en`.
    locale: Option<String>,
    /// What the person knows.
    skills: Option<Vec<String>>,
    /// Languages that the person speaks: codes of the list that the staff form offers, such as `zh-CN`, `en`, `ja`.
    languages: Option<Vec<String>>,
    /// May sign in and get tickets; who may not hands over the open work.
    active: Option<bool>,
}

impl StaffBody {
    fn row(&self, row: StaffRow) -> Result<StaffRow> {
        let role = choice("role", self.role.as_deref().unwrap_or_default())?;
        let locale = self.locale.clone().unwrap_or(row.locale);
        if !["zh-CN", "en"].contains(&locale.as_str()) {
            return Err(Error::field("locale", "bad_value"));
        }
        if self.login.as_ref().is_some_and(|l| row.version > 0 && *l != row.login) {
            return Err(Error::field("login", "fixed"));
        }
        Ok(StaffRow {
            login: self.login.clone().unwrap_or(row.login),
            name: self.name.clone().unwrap_or(row.name),
            email: self.email.clone().unwrap_or(row.email),
            phone: self.phone.clone().unwrap_or(row.phone),
            role: role.unwrap_or(row.role),
            locale,
            skills: self.skills.clone().unwrap_or(row.skills),
            languages: self.languages.clone().unwrap_or(row.languages),
            active: self.active.unwrap_or(row.active),
            version: self.version,
            ..row
        })
    }
}

/// Lists staff, active ones first.
#[utoipa::path(get, path = "/api/v1/staff", params(After), responses((status = 200, body = ListView<StaffView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> std::result::Result<Json<ListView<StaffView>>, WebError> {
    caller.need(Right::TicketView)?;
    let edits = caller.need(Right::StaffEdit).is_ok();
    let read = app.desk.read(move |r| {
        let ListView { items, next_cursor } = after.page(everybody(r)?, |s| s.id.0.clone())?;
        let items = items.into_iter().map(|s| view_of(r, s, edits)).collect::<Result<_>>()?;
        Ok(ListView { items, next_cursor })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Makes a member of staff, who is invited by another request. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/staff", request_body = StaffBody, responses((status = 201, body = StaffView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<StaffBody>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::StaffEdit)?;
    let Body { value, hash } = body;
    create_once(&app, &caller, hash, Place::Keyed("staff"), move |unit| {
        let empty = StaffRow {
            id: StaffId(String::new()),
            login: String::new(),
            name: String::new(),
            email: String::new(),
            phone: String::new(),
            role: Role::Agent,
            locale: "zh-CN".to_owned(),
            skills: Vec::new(),
            languages: Vec::new(),
            active: true,
            created_at: unit.now,
            version: 0,
        };
        let row = StaffRow { version: 0, ..value.row(empty)? };
        let id = admin::save_staff_in(unit, &row)?;
        view(unit.work, &id, true)
    })
    .await
}

/// One member of staff.
#[utoipa::path(get, path = "/api/v1/staff/{id}", params(("id" = String, Path)), responses((status = 200, body = StaffView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<Json<StaffView>, WebError> {
    caller.need(Right::TicketView)?;
    let edits = caller.need(Right::StaffEdit).is_ok();
    let read = app.desk.read(move |r| view(r, &StaffId(id), edits));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes a member of staff.
#[utoipa::path(patch, path = "/api/v1/staff/{id}", params(("id" = String, Path)), request_body = StaffBody, responses((status = 200, body = StaffView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<StaffBody>,
) -> std::result::Result<Json<StaffView>, WebError> {
    caller.need(Right::StaffEdit)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        seen(body.value.version)?;
        let id = StaffId(id.clone());
        let row = staff::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        admin::save_staff_in(unit, &body.value.row(row)?)?;
        view(unit.work, &id, true)
    });
    done.await.map(Json).map_err(|e| caller.fail(e))
}

/// Invites a member of staff by letter to set a password; without an address nothing is sent.
#[utoipa::path(post, path = "/api/v1/staff/{id}/invitation", params(("id" = String, Path)), responses((status = 202), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::StaffEdit)?;
    let done = auth::invite(&app.desk, &caller.actor, &StaffId(id)).await;
    done.map(|()| StatusCode::ACCEPTED).map_err(|e| caller.fail(e))
}

/// Removes a member of staff who never did anything; others can only be deactivated.
#[utoipa::path(delete, path = "/api/v1/staff/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::StaffEdit)?;
    let gone = admin::remove_staff(&app.desk, &caller.actor, StaffId(id)).await;
    gone.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
