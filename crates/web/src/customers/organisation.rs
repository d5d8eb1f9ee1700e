//! An organisation's page: who is there, what was agreed, what is installed, what is going on.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::intake::promise_for;
use desk::{Desk, Error, admin};
use domain::access::{Right, Scope};
use domain::agreement::Standing;
use domain::id::{OrgId, ProductId};
use jiff::civil::Date;
use serde::Deserialize;
use store::directory::{self, ContactFilter, ContactRow, ContractRow, InstallationRow, OrgRow, ProductRow};
use store::ticket::{self, Filter, ListRow, Order};
use store::{Read, directory::find_contacts};

use super::query::cut;
use super::{Refused, Said};
use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::names::{Names, Policies};
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

#[derive(Template)]
#[template(path = "customers/organisation.html")]
struct OrganisationPage {
    ui: Ui,
    tab: &'static str,
    org: Shown,
    said: Option<String>,
    refused: Refused,
}

impl OrganisationPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
}

/// A line of what is promised: for which product, which promise, why, by which contract.
struct Promise {
    product: Option<ProductId>,
    policy: String,
    because: &'static str,
    contract: Option<(String, String)>,
}

/// What is read for the page.
struct Shown {
    row: OrgRow,
    promises: Vec<Promise>,
    domains: Vec<(String, usize)>,
    contacts: Vec<(ContactRow, String)>,
    more_contacts: bool,
    contracts: Vec<(ContractRow, Standing)>,
    installations: Vec<InstallationRow>,
    open: Vec<ListRow>,
    recent: Vec<ListRow>,
    names: Names,
    policies: Policies,
}

impl Shown {
    fn name(&self, id: &str) -> String {
        self.names.get(id)
    }
    fn policy(&self, id: &str) -> String {
        self.policies.name(id)
    }
}

const CONTACTS: i64 = 20;
const CASES: i64 = 10;

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(said): Query<Said>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    shown(&app, &page, OrgId(id), said, Refused::default()).await
}

async fn shown(
    app: &App,
    page: &StaffPage,
    id: OrgId,
    said: Said,
    refused: Refused,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "customers").await?;
    let (desk, scope) = (app.desk.clone(), page.actor().scope());
    let today = ui.now.to_zoned(ui.zone.clone()).date();
    let read = app.desk.read(move |r| read_organisation(r, &desk, &id, &scope, today));
    let org = read.await.map_err(|e| page.visitor.fail(e))?;
    let said = said.text(&ui);
    render(&OrganisationPage { ui, tab: "organisations", org, said, refused }, &page.visitor)
}

fn read_organisation(
    r: &mut Read<'_>,
    desk: &Desk,
    id: &OrgId,
    scope: &Scope,
    today: Date,
) -> desk::Result<Shown> {
    let row = directory::organisation(r, id)?.ok_or(Error::NotFound)?;
    let rules = desk.rules_in(r)?;
    let mut names = Names::default();
    names.products(r)?;
    let mut domains = Vec::new();
    for domain in directory::domains(r, id)? {
        let n = directory::unclaimed(r, &domain, admin::TAKE_OVER)?.len();
        domains.push((domain, n));
    }
    let filter = ContactFilter { organisation: Some(id.clone()), ..ContactFilter::default() };
    let (rows, more_contacts) = cut(find_contacts(r, &filter, None, CONTACTS + 1)?, CONTACTS);
    let mut contacts = Vec::new();
    for c in rows {
        let points = directory::points(r, &c.id)?;
        contacts.push((c, points.into_iter().map(|p| p.value).collect::<Vec<_>>().join("  ")));
    }
    let contracts = directory::contracts(r, id)?;
    let installations = directory::installations(r, id)?;
    let mut products: Vec<ProductId> = contracts.iter().filter_map(|c| c.contract.product.clone()).collect();
    products.extend(installations.iter().map(|i| i.product.clone()));
    products.sort();
    products.dedup();
    let policies = Policies::of(&rules);
    let mut promises = Vec::new();
    for product in products.into_iter().map(Some).chain([None]) {
        let (contract, picked) = promise_for(r, &rules, Some(id), product.as_ref(), today)?;
        let number = |c: &ContractRow| (c.contract.id.0.clone(), c.number.clone());
        let contract =
            contract.and_then(|c| contracts.iter().find(|row| row.contract.id == c.id)).map(number);
        let policy = policies.name(picked.policy.as_str());
        promises.push(Promise { product, policy, because: picked.because.as_str(), contract });
    }
    let of = |open| Filter { open, organisations: vec![id.clone()], ..Filter::default() };
    let open = ticket::list(r, scope, &of(true), Order::Due, None, CASES)?;
    let mut recent = ticket::list(r, scope, &of(false), Order::Newest, None, CASES)?;
    recent.retain(|t| !open.iter().any(|o| o.id == t.id));
    let contracts = contracts.into_iter().map(|c| (c.contract.standing(today), c)).map(|(s, c)| (c, s));
    Ok(Shown {
        row,
        promises,
        domains,
        contacts,
        more_contacts,
        contracts: contracts.collect(),
        installations,
        open,
        recent,
        names,
        policies,
    })
}

/// Products that people may choose, with the one that was chosen.
pub(super) fn choosable(r: &mut Read<'_>, chosen: Option<&ProductId>) -> desk::Result<Vec<ProductRow>> {
    Ok(directory::products(r)?.into_iter().filter(|p| p.active || Some(&p.id) == chosen).collect())
}

/// What the small forms of the page send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Small {
    version: i64,
    active: String,
    domain: String,
}

fn to(id: &str) -> Redirect {
    Redirect::to(&format!("/customers/{id}"))
}

/// The page again with what was wrong, or the error as it is.
async fn again(
    app: &App,
    page: &StaffPage,
    (id, typed): (String, String),
    error: Error,
) -> Result<Response, WebError> {
    let errors = match &error {
        Error::Invalid(fields) => Wrongs::of(fields, page.visitor.locale),
        _ => return Err(page.visitor.fail(error)),
    };
    let shown = shown(app, page, OrgId(id), Said::default(), Refused { errors, typed }).await?;
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

/// Deactivates an organisation or serves it again.
pub(super) async fn activity(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<Small>,
) -> Result<Redirect, WebError> {
    page.need(Right::PeopleEdit)?;
    let key = OrgId(id.clone());
    let read = app.desk.read(move |r| directory::organisation(r, &key)?.ok_or(Error::NotFound));
    let row = read.await.map_err(|e| page.visitor.fail(e))?;
    let row = OrgRow { active: !form.active.is_empty(), version: form.version, ..row };
    let saved = admin::save_organisation(&app.desk, page.actor(), row, Vec::new()).await;
    saved.map(|_| to(&id)).map_err(|e| page.visitor.fail(e))
}

/// Removes an organisation on which nothing depends.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    page.need(Right::PeopleEdit)?;
    let gone = admin::remove_organisation(&app.desk, page.actor(), OrgId(id)).await;
    gone.map(|()| Redirect::to("/customers")).map_err(|e| page.visitor.fail(e))
}

/// Confirms a mail domain.
pub(super) async fn add_domain(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<Small>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    match admin::add_domain(&app.desk, page.actor(), OrgId(id.clone()), form.domain.clone()).await {
        Ok(_) => Ok(to(&id).into_response()),
        Err(e) => again(&app, &page, (id, form.domain), e).await,
    }
}

/// Takes a mail domain away.
pub(super) async fn remove_domain(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<Small>,
) -> Result<Redirect, WebError> {
    page.need(Right::PeopleEdit)?;
    let gone = admin::remove_domain(&app.desk, page.actor(), OrgId(id.clone()), form.domain).await;
    gone.map(|()| to(&id)).map_err(|e| page.visitor.fail(e))
}

/// Contacts with an address of a domain join the organisation.
pub(super) async fn take_over(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<Small>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    match admin::take_over(&app.desk, page.actor(), OrgId(id.clone()), form.domain).await {
        Ok(n) => Ok(Redirect::to(&format!("/customers/{id}?said=joined&n={n}")).into_response()),
        Err(e) => again(&app, &page, (id, String::new()), e).await,
    }
}
