//! The list of contracts; the first to end comes first.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::access::Right;
use domain::agreement::Standing;
use store::directory::{ContractFilter, ContractRow, find_contracts};

use super::organisations::{EXPORT, PAGE};
use super::query::{ContractQuery, bad_cursor, cut};
use crate::app::App;
use crate::error::WebError;
use crate::names::{Names, Policies};
use crate::session::StaffPage;
use crate::table::{Table, texts};
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "customers/contracts.html")]
struct ContractsPage {
    ui: Ui,
    tab: &'static str,
    asked: ContractQuery,
    rows: Vec<(ContractRow, Standing)>,
    next: Option<String>,
    names: Names,
}

impl ContractsPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
    fn standings(&self) -> &'static [Standing] {
        Standing::ALL
    }
}

async fn read(
    app: &App,
    page: &StaffPage,
    filter: ContractFilter,
    cursor: &str,
    limit: i64,
) -> Result<(Vec<ContractRow>, Names), WebError> {
    let (after, desk) = (crate::form::id(cursor), app.desk.clone());
    let read = app.desk.read(move |r| {
        let mut names = Names::default();
        names.products(r)?;
        names.policies(&Policies::of(&*desk.rules_in(r)?));
        if let Some(org) = &filter.organisation {
            names.organisation(r, org)?;
        }
        let rows = find_contracts(r, &filter, after.as_ref(), limit).map_err(bad_cursor)?;
        for c in &rows {
            names.organisation(r, &c.contract.organisation)?;
        }
        Ok((rows, names))
    });
    read.await.map_err(|e| page.visitor.fail(e))
}

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<ContractQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let ui = page.ui(&app, "customers").await?;
    let today = ui.now.to_zoned(ui.zone.clone()).date();
    let filter = asked.filter(today).map_err(|e| page.visitor.fail(e))?;
    let (rows, names) = read(&app, &page, filter, &asked.cursor, PAGE + 1).await?;
    let (rows, more) = cut(rows, PAGE);
    let address = |c: &ContractRow| format!("/customers/contracts?{}&cursor={}", asked.same(), c.contract.id);
    let next = rows.last().filter(|_| more).map(address);
    let rows = rows.into_iter().map(|c| (c.contract.standing(today), c)).map(|(s, c)| (c, s)).collect();
    render(&ContractsPage { ui, tab: "contracts", asked, rows, next, names }, &page.visitor)
}

/// The list as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<ContractQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "customers").await?;
    let today = ui.now.to_zoned(ui.zone.clone()).date();
    let filter = asked.filter(today).map_err(|e| page.visitor.fail(e))?;
    let (rows, names) = read(&app, &page, filter, "", EXPORT).await?;
    let cells = |row: ContractRow| {
        let c = &row.contract;
        let name = |id: Option<&str>| id.map(|id| names.get(id)).unwrap_or_default();
        vec![
            row.number.clone(),
            names.get(c.organisation.as_str()),
            name(c.product.as_ref().map(domain::id::ProductId::as_str)),
            name(c.policy.as_ref().map(domain::id::PolicyId::as_str)),
            c.starts_on.to_string(),
            c.ends_on.map(|d| d.to_string()).unwrap_or_default(),
            ui.w("standing", c.standing(today).as_str()).to_owned(),
            ui.w("parity", if c.parity { "true" } else { "false" }).to_owned(),
            row.note.clone(),
        ]
    };
    let head = [
        "field-number",
        "field-organisation",
        "field-product",
        "field-policy",
        "field-starts_on",
        "field-ends_on",
        "field-standing",
        "field-parity",
        "customer-note",
    ]
    .map(|k| words::t(ui.locale, k))
    .to_vec();
    let rows = texts(rows.into_iter().map(cells));
    let sheet = words::t(ui.locale, "customers-contracts");
    Table { name: "contracts", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
