//! Saved views: a list's address under a name. What could not be opened again is not kept.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Redirect;
use desk::{Desk, Error, FieldError};
use domain::access::Actor;
use domain::id::ViewId;
use serde::Deserialize;
use store::ticket::SavedView;
use words::Locale;

use super::ListQuery;
use super::columns;
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, words};
use crate::session::StaffPage;

/// The form that saves a view.
#[derive(Deserialize)]
pub(super) struct ViewForm {
    name: String,
    query: String,
    #[serde(default)]
    shared: String,
}

/// Keeps the list's present address under a name.
pub(super) async fn save_view(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<ViewForm>,
) -> Result<Redirect, WebError> {
    let (kept, shared) = ((form.name, form.query.clone()), !form.shared.is_empty());
    keep_view(&app.desk, page.actor(), kept, shared).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to(&form.query))
}

/// Forgets a view of one's own.
pub(super) async fn delete_view(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let me = page.staff.id.clone();
    let gone = app.desk.write(page.actor(), move |unit| {
        Ok(store::ticket::delete_view(unit.work, &ViewId(id.clone()), &me)?)
    });
    gone.await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to("/tickets"))
}

/// Keeps an address of the list under a name, if the list can be opened with it.
pub(crate) async fn keep_view(
    desk: &Desk,
    who: &Actor,
    (name, query): (String, String),
    shared: bool,
) -> desk::Result<SavedView> {
    can_be_opened(desk, who, query.clone()).await?;
    desk::ticket::save_view(desk, who, (name, query), shared).await
}

/// Everything in the address is a filter, a value or a column that there is; what is not is named.
async fn can_be_opened(desk: &Desk, who: &Actor, query: String) -> desk::Result<()> {
    let me = who.staff().ok_or(Error::NotFound)?.clone();
    let of_query = |f: FieldError| FieldError { names: vec![f.field], ..FieldError::new("query", f.issue) };
    // People write addresses as they read them.
    let plain = |b: u8| if b.is_ascii_graphic() { char::from(b).to_string() } else { format!("%{b:02X}") };
    let uri: Option<Uri> = query.bytes().map(plain).collect::<String>().parse().ok();
    let uri = uri.filter(|uri| uri.path() == "/tickets" && uri.host().is_none());
    let asked = uri.and_then(|uri| ListQuery::read(&uri).ok());
    let asked = asked.ok_or_else(|| Error::field("query", "bad_value"))?;
    let rules = desk.clone();
    let opened = desk.read(move |r| {
        let rules = rules.rules_in(r)?;
        asked.ask(r, &rules, Some(&me))?;
        let all = columns::all(Locale::Zh, &rules.fields);
        match words(&asked.columns).find(|name| !all.iter().any(|c| c.name == *name)) {
            Some(name) => Err(Error::field(&format!("columns.{name}"), "unknown")),
            None => Ok(()),
        }
    });
    opened.await.map_err(|e| match e {
        Error::Invalid(fields) => Error::Invalid(fields.into_iter().map(of_query).collect()),
        e => e,
    })
}
