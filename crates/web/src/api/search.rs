//! Search over tickets, messages and people.

use axum::Json;
use axum::extract::{Query, State};
use desk::{Error, Result};
use domain::access::Right;
use search::{Ask, Found, Hit, Section};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::view;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::search::{SearchQuery, find};

/// A page of what was found, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundView {
    /// How many there are in all.
    total: u64,
    /// How many there are of each kind, whatever `kind` was asked for.
    counts: CountsView,
    /// A page of them.
    items: Vec<HitView>,
    /// Continues after this page.
    next_cursor: Option<String>,
    /// The newest change that can be found: an event id of `/live`.
    indexed_seq: i64,
    /// Nothing was found; by these words something would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
}

/// How many there are of each kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountsView {
    ticket: u64,
    message: u64,
    people: u64,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HitView {
    /// `ticket`, `message`, `contact`, `organisation` or `staff`.
    kind: String,
    /// Id of the contact, organisation or member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The ticket's number.
    number: Option<String>,
    /// Position of the message in its ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<u64>,
    /// The ticket's title, or the name.
    title: String,
    /// HTML: text with the words in `<mark>`, everything else escaped.
    snippet: String,
    /// Organisation and requester.
    names: String,
    /// Only staff can find it.
    internal: bool,
    /// When it was entered or written.
    at: String,
}

fn hit(h: Hit) -> HitView {
    let person = h.number.is_empty();
    HitView {
        kind: h.kind.as_str().to_owned(),
        id: person.then_some(h.id),
        number: (!person).then_some(h.number),
        message: h.message,
        title: h.title,
        snippet: h.snippet,
        names: h.names,
        internal: h.internal,
        at: view::instant(h.at),
    }
}

/// Finds tickets, messages and people. Words are found in any form of Chinese writing, two characters are enough;
/// numbers and error codes are found exactly. What the caller may not see is neither listed nor counted.
#[utoipa::path(get, path = "/api/v1/search", params(SearchQuery), responses((status = 200, body = FoundView), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> std::result::Result<Json<FoundView>, WebError> {
    if caller.actor.staff().is_some() {
        caller.need(Right::TicketView)?;
    }
    let ask = ask(&app, &query).await.map_err(|e| caller.fail(e))?;
    let found: Found = find(&app, &caller.actor, ask).await.map_err(|e| caller.fail(e))?;
    let count = |s| found.count(s);
    Ok(Json(FoundView {
        total: found.total,
        counts: CountsView {
            ticket: count(Section::Ticket),
            message: count(Section::Message),
            people: count(Section::People),
        },
        next_cursor: found.next.map(|c| c.encode()),
        indexed_seq: found.indexed_seq,
        did_you_mean: found.instead,
        items: found.hits.into_iter().map(hit).collect(),
    }))
}

/// Days are those of the desk's zone.
async fn ask(app: &App, query: &SearchQuery) -> Result<Ask> {
    if query.q.trim().is_empty() {
        return Err(Error::field("q", "required"));
    }
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await?;
    query.read(&rules.settings.zone())
}
