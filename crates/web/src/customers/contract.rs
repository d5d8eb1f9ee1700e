//! A contract: its page is its form.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Error, admin};
use domain::access::Right;
use domain::agreement::{Contract, Standing};
use domain::id::{ContractId, OrgId};
use jiff::civil::Date;
use serde::Deserialize;
use store::directory::{self, ContractRow, OrgRow, ProductRow};

use super::whose::{Whose, whose};
use super::{Back, organisation::choosable};
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, id};
use crate::names::{Names, Policies};
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "customers/contract.html")]
struct ContractPage {
    ui: Ui,
    tab: &'static str,
    row: ContractRow,
    organisation: OrgRow,
    products: Vec<ProductRow>,
    policies: Policies,
    standing: Standing,
    dates: (String, String),
    back: Back,
}

impl ContractPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
    fn chosen(&self, policy: &str) -> bool {
        self.row.contract.policy.as_ref().is_some_and(|p| p.as_str() == policy)
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
}

/// The form as it was sent; version 0 makes a new contract.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    version: i64,
    organisation: String,
    number: String,
    product: String,
    policy: String,
    starts_on: String,
    ends_on: String,
    note: String,
    parity: String,
}

/// A day as the browser's date field sends it; an empty one is none.
pub(super) fn day(field: &str, text: &str) -> desk::Result<Option<Date>> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::field(field, "bad_value")),
    }
}

impl Sent {
    fn row(&self, key: String) -> desk::Result<ContractRow> {
        let starts_on = day("starts_on", &self.starts_on)?;
        let contract = Contract {
            starts_on: starts_on.ok_or_else(|| Error::field("starts_on", "required"))?,
            ends_on: day("ends_on", &self.ends_on)?,
            ..self.contract(key)
        };
        Ok(ContractRow {
            contract,
            number: self.number.clone(),
            note: self.note.clone(),
            version: self.version,
        })
    }

    /// All but the days, which can be wrong.
    fn contract(&self, key: String) -> Contract {
        Contract {
            id: ContractId(key),
            organisation: OrgId(self.organisation.clone()),
            product: id(&self.product),
            policy: id(&self.policy),
            starts_on: Date::ZERO,
            ends_on: None,
            parity: !self.parity.is_empty(),
        }
    }

    /// The form with what was typed, right or wrong.
    fn typed(&self, key: String) -> (ContractRow, (String, String)) {
        let row = ContractRow {
            contract: self.contract(key),
            number: self.number.clone(),
            note: self.note.clone(),
            version: self.version,
        };
        (row, (self.starts_on.clone(), self.ends_on.clone()))
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    (mut row, dates): (ContractRow, (String, String)),
    mut back: Back,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "customers").await?;
    let (desk, key, org) = (app.desk.clone(), row.contract.id.clone(), row.contract.organisation.clone());
    let chosen = row.contract.product.clone();
    let read = app.desk.read(move |r| {
        let mut names = Names::default();
        names.products(r)?;
        let policies = Policies::of(&*desk.rules_in(r)?);
        names.policies(&policies);
        let organisation = directory::organisation(r, &org)?;
        let organisation = organisation.ok_or_else(|| Error::field("organisation", "unknown"))?;
        Ok((directory::contract(r, &key)?, organisation, choosable(r, chosen.as_ref())?, policies, names))
    });
    let (theirs, organisation, products, policies, names) = read.await.map_err(|e| page.visitor.fail(e))?;
    if let Some(theirs) = theirs.filter(|_| back.is_stale()) {
        back.compare(&row, &theirs, &names, ui.locale);
        row.version = theirs.version;
    }
    let standing = row.contract.standing(ui.now.to_zoned(ui.zone.clone()).date());
    let tab = "contracts";
    let view = ContractPage { ui, tab, row, organisation, products, policies, standing, dates, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// An empty form for an organisation; the contract begins today.
pub(super) async fn new(
    State(app): State<App>,
    page: StaffPage,
    Query(at): Query<Whose>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let organisation = match whose(&app, &page, ("contracts", "contract-new"), at).await? {
        Ok(id) => id.0,
        Err(asks) => return Ok(asks),
    };
    let ui = page.ui(&app, "customers").await?;
    let today = ui.now.to_zoned(ui.zone).date();
    let (row, _) = Sent { organisation, ..Sent::default() }.typed(String::new());
    shown(&app, &page, (row, (today.to_string(), String::new())), Back::default()).await
}

/// A contract.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let read = app.desk.read(move |r| directory::contract(r, &ContractId(key))?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    let c = &row.contract;
    let dates = (c.starts_on.to_string(), c.ends_on.map(|d| d.to_string()).unwrap_or_default());
    shown(&app, &page, (row, dates), Back::default()).await
}

/// Makes a contract.
pub(super) async fn create(
    State(app): State<App>,
    page: StaffPage,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    put(&app, &page, Sent { version: 0, ..sent }, String::new()).await
}

/// Saves a contract.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(key): Path<String>,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    if sent.version == 0 {
        return Err(page.visitor.fail(Error::field("version", "required")));
    }
    put(&app, &page, sent, key).await
}

async fn put(app: &App, page: &StaffPage, sent: Sent, key: String) -> Result<Response, WebError> {
    let org = sent.organisation.clone();
    let read = sent.row(key.clone());
    let compared = read.as_ref().ok().cloned();
    let saved = match read {
        Ok(row) => admin::save_contract(&app.desk, page.actor(), row).await,
        Err(e) => Err(e),
    };
    match saved {
        Ok(_) => Ok(Redirect::to(&format!("/customers/{org}")).into_response()),
        Err(e) => {
            let (typed, dates) = sent.typed(key);
            shown(app, page, (compared.unwrap_or(typed), dates), Back::new(e, &page.visitor)?).await
        }
    }
}

/// Removes a contract that no ticket names.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(key): Path<String>,
) -> Result<Redirect, WebError> {
    page.need(Right::PeopleEdit)?;
    let id = ContractId(key.clone());
    let read = app.desk.read(move |r| directory::contract(r, &ContractId(key))?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    let gone = admin::remove_contract(&app.desk, page.actor(), id).await;
    let to = format!("/customers/{}", row.contract.organisation);
    gone.map(|()| Redirect::to(&to)).map_err(|e| page.visitor.fail(e))
}
