//! Contracts.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::admin;
use desk::{Desk, Error, Result};
use domain::access::Right;
use domain::agreement::Contract;
use domain::id::{ContractId, OrgId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::directory::{self, ContractRow, find_contracts};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::ListView;
use super::{chosen, seen};
use crate::api::once::{Place, create_once};
use crate::app::App;
use crate::customers::{ContractQuery, bad_cursor, cut, limit};
use crate::error::{Problem, WebError};

/// A contract.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContractView {
    /// Id.
    pub id: String,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Number.
    pub number: String,
    /// Organisation's id.
    pub organisation: String,
    /// Product's id; for all products if none.
    pub product: Option<String>,
    /// Promise's id; the organisation's if none.
    pub policy: Option<String>,
    /// First day.
    pub starts_on: String,
    /// Last day, which still counts.
    pub ends_on: Option<String>,
    /// For staff.
    pub note: String,
    /// It promises on days off the response of workdays.
    pub parity: bool,
}

fn view_of(row: ContractRow) -> ContractView {
    let c = row.contract;
    ContractView {
        id: c.id.0,
        version: row.version,
        number: row.number,
        organisation: c.organisation.0,
        product: c.product.map(|p| p.0),
        policy: c.policy.map(|p| p.0),
        starts_on: c.starts_on.to_string(),
        ends_on: c.ends_on.map(|d| d.to_string()),
        note: row.note,
        parity: c.parity,
    }
}

fn view(r: &mut Read<'_>, id: &ContractId) -> Result<ContractView> {
    Ok(view_of(directory::contract(r, id)?.ok_or(Error::NotFound)?))
}

/// A contract to be made or changed; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ContractBody {
    /// For changes: the version that you saw.
    version: i64,
    /// Number.
    number: Option<String>,
    /// Organisation's id.
    organisation: Option<String>,
    /// Product's id; empty for all products.
    product: Option<String>,
    /// Promise's id; empty for the organisation's.
    policy: Option<String>,
    /// First day, `2026-10-01`.
    starts_on: Option<String>,
    /// Last day; empty for an open end.
    ends_on: Option<String>,
    /// For staff.
    note: Option<String>,
    /// It promises on days off the response of workdays.
    parity: Option<bool>,
}

fn day(field: &str, text: &str) -> Result<Date> {
    text.parse().map_err(|_| Error::field(field, "bad_value"))
}

impl ContractBody {
    fn row(&self, row: ContractRow) -> Result<ContractRow> {
        let c = row.contract;
        let contract = Contract {
            id: c.id,
            organisation: self.organisation.clone().map_or(c.organisation, OrgId),
            product: chosen(self.product.as_ref(), c.product),
            policy: chosen(self.policy.as_ref(), c.policy),
            starts_on: self.starts_on.as_ref().map_or(Ok(c.starts_on), |d| day("starts_on", d))?,
            ends_on: match self.ends_on.as_deref() {
                None => c.ends_on,
                Some("") => None,
                Some(text) => Some(day("ends_on", text)?),
            },
            parity: self.parity.unwrap_or(c.parity),
        };
        Ok(ContractRow {
            contract,
            number: self.number.clone().unwrap_or(row.number),
            note: self.note.clone().unwrap_or(row.note),
            version: self.version,
        })
    }
}

async fn today(desk: &Desk) -> Result<Date> {
    let (of, now) = (desk.clone(), desk.now());
    desk.read(move |r| Ok(now.to_zoned(of.rules_in(r)?.settings.zone()).date())).await
}

/// Lists contracts, the first to end first.
#[utoipa::path(get, path = "/api/v1/contracts", params(ContractQuery), responses((status = 200, body = ListView<ContractView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ContractQuery>,
) -> std::result::Result<Json<ListView<ContractView>>, WebError> {
    caller.need(Right::PeopleView)?;
    let today = today(&app.desk).await.map_err(|e| caller.fail(e))?;
    let filter = query.filter(today).map_err(|e| caller.fail(e))?;
    let limit = limit(&query.limit).map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| {
        let after = crate::form::id(&query.cursor);
        let rows = find_contracts(r, &filter, after.as_ref(), limit + 1).map_err(bad_cursor)?;
        let (rows, more) = cut(rows, limit);
        let next_cursor = rows.last().filter(|_| more).map(|c| c.contract.id.0.clone());
        Ok(ListView { items: rows.into_iter().map(view_of).collect(), next_cursor })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Makes a contract; it begins today unless you say otherwise. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/contracts", request_body = ContractBody, responses((status = 201, body = ContractView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<ContractBody>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::PeopleEdit)?;
    let Body { value, hash } = body;
    create_once(&app, &caller, hash, Place::Keyed("contracts"), move |unit| {
        let contract = Contract {
            id: ContractId(String::new()),
            organisation: OrgId(String::new()),
            product: None,
            policy: None,
            starts_on: unit.now.to_zoned(unit.rules.settings.zone()).date(),
            ends_on: None,
            parity: false,
        };
        let empty = ContractRow { contract, number: String::new(), note: String::new(), version: 0 };
        let row = ContractRow { version: 0, ..value.row(empty)? };
        let id = admin::save_contract_in(unit, &row)?;
        view(unit.work, &id)
    })
    .await
}

/// One contract.
#[utoipa::path(get, path = "/api/v1/contracts/{id}", params(("id" = String, Path)), responses((status = 200, body = ContractView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<Json<ContractView>, WebError> {
    caller.need(Right::PeopleView)?;
    let read = app.desk.read(move |r| view(r, &ContractId(id)));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes a contract.
#[utoipa::path(patch, path = "/api/v1/contracts/{id}", params(("id" = String, Path)), request_body = ContractBody, responses((status = 200, body = ContractView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<ContractBody>,
) -> std::result::Result<Json<ContractView>, WebError> {
    caller.need(Right::PeopleEdit)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        seen(body.value.version)?;
        let id = ContractId(id.clone());
        let row = directory::contract(unit.work, &id)?.ok_or(Error::NotFound)?;
        admin::save_contract_in(unit, &body.value.row(row)?)?;
        view(unit.work, &id)
    });
    done.await.map(Json).map_err(|e| caller.fail(e))
}

/// Removes a contract that nothing names.
#[utoipa::path(delete, path = "/api/v1/contracts/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::PeopleEdit)?;
    let gone = admin::remove_contract(&app.desk, &caller.actor, ContractId(id)).await;
    gone.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
