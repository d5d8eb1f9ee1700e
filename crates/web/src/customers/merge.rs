//! Two contacts who are one person: both side by side first, then merged.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Error, admin};
use domain::access::{Right, Scope};
use domain::id::ContactId;
use domain::people::{Requester, parse_requester};
use serde::Deserialize;
use store::Read;
use store::directory::{self, ContactRow};
use store::ticket::{self, Filter, Order};

use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// One of the two, with addresses and the number of cases, counted up to a limit.
struct Side {
    row: ContactRow,
    organisation: String,
    points: Vec<String>,
    cases: usize,
}

#[derive(Template)]
#[template(path = "customers/merge.html")]
struct MergePage {
    ui: Ui,
    tab: &'static str,
    from: Side,
    into: Option<Side>,
    typed: String,
    errors: Wrongs,
}

impl MergePage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
}

/// The other contact: an address, a number or an id.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Other {
    into: String,
}

const COUNTED: i64 = 1_000;

fn side(r: &mut Read<'_>, row: ContactRow) -> desk::Result<Side> {
    let points = directory::points(r, &row.id)?.into_iter().map(|p| p.value).collect();
    let organisation = match &row.organisation {
        Some(org) => directory::organisation(r, org)?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let filter = Filter { requester: Some(row.id.clone()), ..Filter::default() };
    let cases = ticket::list(r, &Scope::All, &filter, Order::Newest, None, COUNTED)?.len();
    Ok(Side { row, organisation, points, cases })
}

fn find(r: &mut Read<'_>, from: &ContactId, typed: &str) -> desk::Result<ContactRow> {
    let found = match parse_requester(typed) {
        Requester::Point(point) => directory::by_point(r, &point)?,
        Requester::Id(id) => directory::contact(r, &ContactId(id))?,
    };
    match found {
        Some(row) if row.id == *from => Err(Error::field("contact", "same")),
        Some(row) => Ok(row),
        None => Err(Error::field("contact", "unknown")),
    }
}

/// Asks for the other contact, then shows both.
pub(super) async fn compare(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(other): Query<Other>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let ui = page.ui(&app, "customers").await?;
    let typed = other.into.clone();
    let read = app.desk.read(move |r| {
        let row = directory::contact(r, &ContactId(id))?.ok_or(Error::NotFound)?;
        let found = if typed.trim().is_empty() { None } else { Some(find(r, &row.id, &typed)) };
        let (into, wrong) = match found {
            Some(Ok(into)) => (Some(side(r, into)?), Vec::new()),
            Some(Err(Error::Invalid(wrong))) => (None, wrong),
            Some(Err(e)) => return Err(e),
            None => (None, Vec::new()),
        };
        Ok((side(r, row)?, into, wrong))
    });
    let (from, into, wrong) = read.await.map_err(|e| page.visitor.fail(e))?;
    let errors = Wrongs::of(&wrong, ui.locale);
    render(&MergePage { ui, tab: "contacts", from, into, typed: other.into, errors }, &page.visitor)
}

/// Merges the contact into the other one.
pub(super) async fn merge(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(other): Fields<Other>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let (from, into) = (ContactId(id), ContactId(other.into));
    let to = format!("/customers/contacts/{into}?said=merged");
    let merged = admin::merge_contacts(&app.desk, page.actor(), from, into).await;
    merged.map(|()| Redirect::to(&to).into_response()).map_err(|e| page.visitor.fail(e))
}
