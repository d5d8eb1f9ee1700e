//! A contact's page and form: who it is, how to reach the person, what the person sees, the cases.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Error, admin, auth};
use domain::access::{Right, Sees};
use domain::id::{ContactId, OrgId};
use domain::people::{Point, PointEdit, fold};
use serde::Deserialize;
use store::directory::{self, ContactRow, OrgFilter, find_organisations};
use store::ticket::{self, Filter, ListRow, Order};

use super::{Back, Refused, Said};
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, required, words};
use crate::names::Names;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

#[derive(Template)]
#[template(path = "customers/contact.html")]
struct ContactPage {
    ui: Ui,
    tab: &'static str,
    row: ContactRow,
    points: Vec<Point>,
    organisation: Option<String>,
    merged: Option<(ContactId, String)>,
    cases: Vec<ListRow>,
    said: Option<String>,
    refused: Refused,
}

impl ContactPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
    fn has_address(&self) -> bool {
        self.points.iter().any(|p| p.kind == domain::people::PointKind::Email)
    }
}

const CASES: i64 = 20;

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(said): Query<Said>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    shown(&app, &page, ContactId(id), said, Refused::default()).await
}

async fn shown(
    app: &App,
    page: &StaffPage,
    id: ContactId,
    said: Said,
    refused: Refused,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "customers").await?;
    let scope = page.actor().scope();
    let said = said.text(&ui);
    let read = app.desk.read(move |r| {
        let row = directory::contact(r, &id)?.ok_or(Error::NotFound)?;
        let points = directory::points(r, &id)?;
        let organisation = match &row.organisation {
            Some(org) => directory::organisation(r, org)?.map(|o| o.name),
            None => None,
        };
        let merged = match directory::merged_into(r, &id)? {
            Some(into) => directory::contact(r, &into)?.map(|c| (c.id, c.name)),
            None => None,
        };
        let filter = Filter { requester: Some(id), ..Filter::default() };
        let cases = ticket::list(r, &scope, &filter, Order::Newest, None, CASES)?;
        Ok((row, points, organisation, merged, cases))
    });
    let (row, points, organisation, merged, cases) = read.await.map_err(|e| page.visitor.fail(e))?;
    let view = ContactPage { ui, tab: "contacts", row, points, organisation, merged, cases, said, refused };
    render(&view, &page.visitor)
}

#[derive(Template)]
#[template(path = "customers/contact_form.html")]
struct ContactForm {
    ui: Ui,
    tab: &'static str,
    row: ContactRow,
    organisation: String,
    points: String,
    back: Back,
}

impl ContactForm {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
    fn sees(&self) -> &'static [Sees] {
        Sees::ALL
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
}

/// The form as it was sent; version 0 makes a new contact.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    version: i64,
    name: String,
    position: String,
    organisation: String,
    sees: String,
    locale: String,
    active: String,
    points: String,
}

/// The organisation with this name.
pub(super) async fn named(app: &App, name: &str) -> desk::Result<Option<OrgId>> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    let (wanted, filter) = (fold(name), OrgFilter { text: name.to_owned(), ..OrgFilter::default() });
    let found = app.desk.read(move |r| {
        // The name itself sorts before all names that go on after it.
        let all = find_organisations(r, &filter, None, 200)?;
        Ok(all.into_iter().filter(|o| fold(&o.name) == wanted).map(|o| o.id).collect::<Vec<_>>())
    });
    match found.await?.as_slice() {
        [one] => Ok(Some(one.clone())),
        [] => Err(Error::field("organisation", "unknown")),
        _ => Err(Error::field("organisation", "ambiguous")),
    }
}

async fn form(
    app: &App,
    page: &StaffPage,
    mut row: ContactRow,
    (organisation, points): (String, String),
    mut back: Back,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "customers").await?;
    if back.is_stale() {
        let (id, mine) = (row.id.clone(), row.organisation.clone());
        let read = app.desk.read(move |r| {
            let theirs = directory::contact(r, &id)?.ok_or(Error::NotFound)?;
            let mut names = Names::default();
            for org in theirs.organisation.iter().chain(&mine) {
                names.organisation(r, org)?;
            }
            Ok((theirs, names))
        });
        let (theirs, names) = read.await.map_err(|e| page.visitor.fail(e))?;
        back.compare(&row, &theirs, &names, ui.locale);
        row.version = theirs.version;
    }
    let view = ContactForm { ui, tab: "contacts", row, organisation, points, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

fn nobody(app: &App) -> ContactRow {
    ContactRow {
        id: ContactId(String::new()),
        organisation: None,
        name: String::new(),
        position: String::new(),
        sees: Sees::Own,
        locale: "zh-CN".to_owned(),
        active: true,
        created_at: app.desk.now(),
        version: 0,
    }
}

/// Where a new contact belongs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct At {
    organisation: String,
}

/// An empty form.
pub(super) async fn new(
    State(app): State<App>,
    page: StaffPage,
    Query(at): Query<At>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let read = app.desk.read(move |r| Ok(directory::organisation(r, &OrgId(at.organisation))?));
    let org = read.await.map_err(|e| page.visitor.fail(e))?.map(|o| o.name).unwrap_or_default();
    form(&app, &page, nobody(&app), (org, String::new()), Back::default()).await
}

/// The form of a contact who is there.
pub(super) async fn edit(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let read = app.desk.read(move |r| {
        let row = directory::contact(r, &ContactId(id))?.ok_or(Error::NotFound)?;
        let org = match &row.organisation {
            Some(org) => directory::organisation(r, org)?.map(|o| o.name).unwrap_or_default(),
            None => String::new(),
        };
        Ok((row, org))
    });
    let (row, org) = read.await.map_err(|e| page.visitor.fail(e))?;
    form(&app, &page, row, (org, String::new()), Back::default()).await
}

/// Makes a contact.
pub(super) async fn create(
    State(app): State<App>,
    page: StaffPage,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    put(&app, &page, Sent { version: 0, active: "1".to_owned(), ..sent }, String::new()).await
}

/// Saves a contact.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(sent): Fields<Sent>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    if sent.version == 0 {
        return Err(page.visitor.fail(Error::field("version", "required")));
    }
    put(&app, &page, Sent { points: String::new(), ..sent }, id).await
}

async fn put(app: &App, page: &StaffPage, sent: Sent, id: String) -> Result<Response, WebError> {
    let sees = required("sees", &sent.sees).map_err(|e| page.visitor.fail(e))?;
    let locale = if sent.locale == "en" { "en" } else { "zh-CN" }.to_owned();
    let mut row = ContactRow {
        id: ContactId(id),
        name: sent.name,
        position: sent.position,
        sees,
        locale,
        active: !sent.active.is_empty(),
        version: sent.version,
        ..nobody(app)
    };
    let found = named(app, &sent.organisation).await;
    let saved = match found {
        Ok(organisation) => {
            row.organisation = organisation;
            let input = admin::ContactInput { row: row.clone(), points: words(&sent.points).collect() };
            admin::save_contact(&app.desk, page.actor(), input).await
        }
        Err(e) => Err(e),
    };
    match saved {
        Ok(saved) => {
            let to = format!("/customers/contacts/{}", saved.id);
            let said = saved.joined.map_or("", |_| "?said=by_domain");
            Ok(Redirect::to(&format!("{to}{said}")).into_response())
        }
        Err(e) => {
            let back = Back::new(e, &page.visitor)?;
            form(app, page, row, (sent.organisation, sent.points), back).await
        }
    }
}

fn to(id: &str) -> Redirect {
    Redirect::to(&format!("/customers/contacts/{id}"))
}

/// What is done to an address or number.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PointForm {
    action: String,
    point: String,
}

impl PointForm {
    fn read(&self) -> desk::Result<PointEdit> {
        let point = admin::point(&self.point)?;
        match self.action.as_str() {
            "add" => Ok(PointEdit::Add(point)),
            "remove" => Ok(PointEdit::Remove(point)),
            "first" => Ok(PointEdit::First(point)),
            _ => Err(Error::field("action", "bad_value")),
        }
    }
}

impl PointForm {
    /// What was typed to be added.
    fn typed(&self) -> String {
        if self.action == "add" { self.point.clone() } else { String::new() }
    }
}

/// Adds, removes or prefers an address or number.
pub(super) async fn points(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(sent): Fields<PointForm>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    let (key, typed) = (ContactId(id.clone()), sent.typed());
    let done = match sent.read() {
        Ok(edit) => admin::edit_points(&app.desk, page.actor(), key, edit).await,
        Err(e) => Err(e),
    };
    answer(&app, &page, (id, typed), done).await
}

async fn answer(
    app: &App,
    page: &StaffPage,
    (id, typed): (String, String),
    done: desk::Result<()>,
) -> Result<Response, WebError> {
    match done {
        Ok(()) => Ok(to(&id).into_response()),
        Err(Error::Invalid(fields)) => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            let view = shown(app, page, ContactId(id), Said::default(), Refused { errors, typed }).await?;
            Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, view).into_response())
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// Invites the contact to the portal by letter.
pub(super) async fn invite(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleEdit)?;
    match auth::invite_contact(&app.desk, page.actor(), &ContactId(id.clone())).await {
        Ok(_) => Ok(Redirect::to(&format!("/customers/contacts/{id}?said=invited")).into_response()),
        Err(e) => answer(&app, &page, (id, String::new()), Err(e)).await,
    }
}

/// Removes a contact who has asked and written nothing.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    page.need(Right::PeopleEdit)?;
    let gone = admin::remove_contact(&app.desk, page.actor(), ContactId(id)).await;
    gone.map(|()| Redirect::to("/customers/contacts")).map_err(|e| page.visitor.fail(e))
}
