//! The list of contacts over all organisations.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::access::Right;
use store::directory::{self, ContactFilter, ContactRow, find_contacts};

use super::organisations::{EXPORT, PAGE};
use super::query::{ContactQuery, bad_cursor, cut};
use crate::app::App;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;
use crate::table::{Table, texts};
use crate::tickets::render;
use crate::ui::Ui;

/// A contact with the addresses and numbers.
type Row = (ContactRow, String);

#[derive(Template)]
#[template(path = "customers/contacts.html")]
struct ContactsPage {
    ui: Ui,
    tab: &'static str,
    asked: ContactQuery,
    rows: Vec<Row>,
    next: Option<String>,
    names: Names,
}

impl ContactsPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
}

async fn read(
    app: &App,
    page: &StaffPage,
    filter: ContactFilter,
    cursor: &str,
    limit: i64,
) -> Result<(Vec<Row>, Names), WebError> {
    let after = crate::form::id(cursor);
    let read = app.desk.read(move |r| {
        let (mut rows, mut names) = (Vec::new(), Names::default());
        if let Some(org) = &filter.organisation {
            names.organisation(r, org)?;
        }
        for c in find_contacts(r, &filter, after.as_ref(), limit).map_err(bad_cursor)? {
            if let Some(org) = &c.organisation {
                names.organisation(r, org)?;
            }
            let points = directory::points(r, &c.id)?;
            rows.push((c, points.into_iter().map(|p| p.value).collect::<Vec<_>>().join("  ")));
        }
        Ok((rows, names))
    });
    read.await.map_err(|e| page.visitor.fail(e))
}

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<ContactQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let ui = page.ui(&app, "customers").await?;
    let filter = asked.filter().map_err(|e| page.visitor.fail(e))?;
    let (rows, names) = read(&app, &page, filter, &asked.cursor, PAGE + 1).await?;
    let (rows, more) = cut(rows, PAGE);
    let address = |c: &ContactRow| format!("/customers/contacts?{}&cursor={}", asked.same(), c.id);
    let next = rows.last().filter(|_| more).map(|(c, _)| address(c));
    render(&ContactsPage { ui, tab: "contacts", asked, rows, next, names }, &page.visitor)
}

/// The list as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<ContactQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "customers").await?;
    let filter = asked.filter().map_err(|e| page.visitor.fail(e))?;
    let (rows, names) = read(&app, &page, filter, "", EXPORT).await?;
    let cells = |(c, points): Row| {
        let org = c.organisation.as_ref().map(|o| names.get(o.as_str())).unwrap_or_default();
        let sees = ui.w("sees", c.sees.as_str()).to_owned();
        let state = ui.w("active", if c.active { "true" } else { "false" }).to_owned();
        vec![c.name, org, c.position, points, sees, state, words::date(&ui.zone, c.created_at)]
    };
    let head = [
        "field-contact",
        "field-organisation",
        "field-position",
        "field-points",
        "field-sees",
        "field-active",
        "since",
    ]
    .map(|k| words::t(ui.locale, k))
    .to_vec();
    let rows = texts(rows.into_iter().map(cells));
    let sheet = words::t(ui.locale, "customers-contacts");
    Table { name: "contacts", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
