//! Contacts.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::admin::{self, ContactInput};
use desk::{Error, Result, auth};
use domain::access::{Right, Sees};
use domain::id::ContactId;
use domain::people::PointEdit;
use serde::{Deserialize, Serialize};
use store::Read;
use store::directory::{self, ContactRow, find_contacts};
use utoipa::ToSchema;

use super::super::caller::{Body, Caller};
use super::super::paging::ListView;
use super::super::view::instant;
use super::{chosen, seen};
use crate::api::once::{Place, create_once};
use crate::app::App;
use crate::customers::{ContactQuery, bad_cursor, cut, limit};
use crate::error::{Problem, WebError};
use crate::form::choice;

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactView {
    /// Id.
    pub id: String,
    /// Raised by one with each edit; send it back with edits.
    pub version: i64,
    /// Organisation's id.
    pub organisation: Option<String>,
    /// Name.
    pub name: String,
    /// Job.
    pub position: String,
    /// `own` or `organisation`: which cases the person sees.
    pub sees: &'static str,
    /// `zh-CN` or `en`.
    pub locale: String,
    /// May sign in.
    pub active: bool,
    /// Addresses and numbers, the preferred one first.
    pub points: Vec<String>,
    /// The contact who is the same person.
    pub merged_into: Option<String>,
    /// Since when.
    pub created_at: String,
    /// In the answer that made it: the confirmed mail domain by which it joined its organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_by_domain: Option<String>,
}

fn view_of(r: &mut Read<'_>, c: ContactRow) -> Result<ContactView> {
    Ok(ContactView {
        points: directory::points(r, &c.id)?.into_iter().map(|p| p.value).collect(),
        merged_into: directory::merged_into(r, &c.id)?.map(|c| c.0),
        id: c.id.0,
        version: c.version,
        organisation: c.organisation.map(|o| o.0),
        name: c.name,
        position: c.position,
        sees: c.sees.as_str(),
        locale: c.locale,
        active: c.active,
        created_at: instant(c.created_at),
        joined_by_domain: None,
    })
}

fn view(r: &mut Read<'_>, id: &ContactId) -> Result<ContactView> {
    let row = directory::contact(r, id)?.ok_or(Error::NotFound)?;
    view_of(r, row)
}

/// A contact to be made or changed; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ContactBody {
    /// For changes: the version that you saw.
    version: i64,
    /// Organisation's id; empty for none. A new contact without one joins the organisation of its mail domain.
    organisation: Option<String>,
    /// Name.
    name: Option<String>,
    /// Job.
    position: Option<String>,
    /// `own` or `organisation`.
    sees: Option<String>,
    /// `zh-CN` or `en`.
    locale: Option<String>,
    /// May sign in.
    active: Option<bool>,
    /// Addresses and numbers: exactly these, the preferred one first.
    points: Option<Vec<String>>,
}

impl ContactBody {
    fn row(&self, row: ContactRow) -> Result<ContactRow> {
        let sees = choice("sees", self.sees.as_deref().unwrap_or_default())?;
        let locale = self.locale.clone().unwrap_or(row.locale);
        if !["zh-CN", "en"].contains(&locale.as_str()) {
            return Err(Error::field("locale", "bad_value"));
        }
        Ok(ContactRow {
            organisation: chosen(self.organisation.as_ref(), row.organisation),
            name: self.name.clone().unwrap_or(row.name),
            position: self.position.clone().unwrap_or(row.position),
            sees: sees.unwrap_or(row.sees),
            locale,
            active: self.active.unwrap_or(row.active),
            version: self.version,
            ..row
        })
    }
}

/// Lists contacts by name.
#[utoipa::path(get, path = "/api/v1/contacts", params(ContactQuery), responses((status = 200, body = ListView<ContactView>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ContactQuery>,
) -> std::result::Result<Json<ListView<ContactView>>, WebError> {
    caller.need(Right::PeopleView)?;
    let filter = query.filter().map_err(|e| caller.fail(e))?;
    let limit = limit(&query.limit).map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| {
        let after = crate::form::id(&query.cursor);
        let rows = find_contacts(r, &filter, after.as_ref(), limit + 1).map_err(bad_cursor)?;
        let (rows, more) = cut(rows, limit);
        let next_cursor = rows.last().filter(|_| more).map(|c| c.id.0.clone());
        let items = rows.into_iter().map(|c| view_of(r, c)).collect::<Result<_>>()?;
        Ok(ListView { items, next_cursor })
    });
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Makes a contact. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/contacts", request_body = ContactBody, responses((status = 201, body = ContactView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<ContactBody>,
) -> std::result::Result<Response, WebError> {
    caller.need(Right::PeopleEdit)?;
    let Body { value, hash } = body;
    create_once(&app, &caller, hash, Place::Keyed("contacts"), move |unit| {
        let empty = ContactRow {
            id: ContactId(String::new()),
            organisation: None,
            name: String::new(),
            position: String::new(),
            sees: Sees::Own,
            locale: "zh-CN".to_owned(),
            active: true,
            created_at: unit.now,
            version: 0,
        };
        let row = ContactRow { version: 0, active: true, ..value.row(empty)? };
        let points = value.points.clone().unwrap_or_default();
        let saved = admin::save_contact_in(unit, &ContactInput { row, points })?;
        Ok(ContactView { joined_by_domain: saved.joined, ..view(unit.work, &saved.id)? })
    })
    .await
}

/// One contact.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", params(("id" = String, Path)), responses((status = 200, body = ContactView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<Json<ContactView>, WebError> {
    caller.need(Right::PeopleView)?;
    let read = app.desk.read(move |r| view(r, &ContactId(id)));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Changes a contact.
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", params(("id" = String, Path)), request_body = ContactBody, responses((status = 200, body = ContactView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<ContactBody>,
) -> std::result::Result<Json<ContactView>, WebError> {
    caller.need(Right::PeopleEdit)?;
    let done = app.desk.write(&caller.actor, move |unit| {
        seen(body.value.version)?;
        let id = ContactId(id.clone());
        let row = directory::contact(unit.work, &id)?.ok_or(Error::NotFound)?;
        let input = ContactInput { row: body.value.row(row)?, points: Vec::new() };
        admin::save_contact_in(unit, &input)?;
        if let Some(points) = &body.value.points {
            let all = points.iter().map(|p| admin::point(p)).collect::<Result<_>>()?;
            admin::set_points(unit, &id, &PointEdit::All(all))?;
        }
        view(unit.work, &id)
    });
    done.await.map(Json).map_err(|e| caller.fail(e))
}

/// The contact who stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MergeContactBody {
    /// Contact's id.
    into: String,
}

/// Makes one person of two contacts: cases, addresses and numbers go to `into`.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/merge", params(("id" = String, Path)), request_body = MergeContactBody, responses((status = 200, body = ContactView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn merge(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<MergeContactBody>,
) -> std::result::Result<Json<ContactView>, WebError> {
    caller.need(Right::PeopleEdit)?;
    let into = ContactId(body.value.into);
    let done = admin::merge_contacts(&app.desk, &caller.actor, ContactId(id), into.clone()).await;
    done.map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| view(r, &into));
    read.await.map(Json).map_err(|e| caller.fail(e))
}

/// Invites a contact to the portal by letter.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/invitation", params(("id" = String, Path)), responses((status = 202), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::PeopleEdit)?;
    let done = auth::invite_contact(&app.desk, &caller.actor, &ContactId(id)).await;
    done.map(|_| StatusCode::ACCEPTED).map_err(|e| caller.fail(e))
}

/// Removes a contact that nothing names.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::PeopleEdit)?;
    let gone = admin::remove_contact(&app.desk, &caller.actor, ContactId(id)).await;
    gone.map(|()| StatusCode::NO_CONTENT).map_err(|e| caller.fail(e))
}
