//! Tickets: list, open, show, their messages and events.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::intake::{FirstTold, NewTicket, open_in};
use desk::risk::risks;
use desk::{Desk, Error, Result};
use domain::access::{Actor, ActorRef, Right};
use domain::appointment::Follow;
use domain::id::FileId;
use domain::sla::Clock;
use domain::ticket::decide::{Body as Text, Refusal, Rules};
use domain::ticket::{Channel, Event, Facts, Kind, Ticket, pauses};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Read, file, ticket};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::documents::ExtraValue;
use super::message::{self, MessagesView};
use super::once::{Place, create_once};
use super::paging::ListView;
use super::view::{self, RowsView, TicketView};
use crate::app::App;
use crate::chip::live;
use crate::error::{Problem, WebError};
use crate::form::{id, noted_choice};
use crate::names::Names;
use crate::tickets::{ListQuery, letters};

/// A new ticket.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewTicketBody {
    /// What the customer calls the matter.
    title: String,
    /// The customer's words, plain text.
    #[schema(max_length = 100_000)]
    body: String,
    /// An e-mail address, a telephone number, or a contact's id. An unknown one becomes a contact.
    requester: String,
    /// Name of a requester whom we do not know yet.
    requester_name: String,
    /// `urgent` or `general`.
    #[schema(schema_with = crate::api::choices::severity)]
    severity: String,
    /// 1 or 2, for kinds `incident` and `fault` only.
    level: Option<u8>,
    /// Kind; `fault` if absent.
    #[schema(schema_with = crate::api::choices::kind)]
    kind: String,
    /// Issue class.
    #[schema(schema_with = crate::api::choices::class)]
    class: String,
    /// Channel; `api` if absent.
    #[schema(schema_with = crate::api::choices::channel)]
    channel: String,
    /// Product's id.
    product: String,
    /// Module's id.
    module: String,
    /// `symptom`, `occurrence`, `system`, `version`, `error_code`.
    #[schema(value_type = Object)]
    facts: Facts,
    /// Extra fields by their keys: texts, dates as texts, numbers as numbers or texts.
    extra: BTreeMap<String, ExtraValue>,
    /// Tags.
    tags: Vec<String>,
    /// Group's id; routing decides if absent.
    group: String,
    /// Person's id.
    assignee: String,
    /// Ids of uploaded files.
    files: Vec<String>,
    /// When it reached you, if not now; at most 72 hours ago.
    #[schema(value_type = Option<String>)]
    received_at: Option<Timestamp>,
    /// Why it is entered only now; needed with `received_at`.
    received_reason: String,
    /// Of an entry after the fact: when the customer was reached first, not before `received_at` and not in the future. A
    /// contact in time keeps the promise of the first response, and nobody is alarmed because it is entered late.
    #[schema(value_type = Option<String>)]
    first_contact_at: Option<Timestamp>,
    /// By whom: a person's id; the caller if absent.
    first_contact_by: String,
    /// The code of what the caller had prepared; it is used up.
    code: String,
    /// How the customer wants to be reached: `phone`, `mail`, `chat`, `on_site`.
    follow_way: String,
    /// When, in words.
    #[schema(max_length = 200)]
    follow_when: String,
}

impl NewTicketBody {
    fn read(&self) -> Result<NewTicket> {
        let level = self.level.map(|l| l.to_string()).unwrap_or_default();
        let mut misread = Vec::new();
        Ok(NewTicket {
            title: self.title.clone(),
            body: Text::from_text(&self.body),
            files: self.files.iter().map(|f| FileId(f.clone())).collect(),
            requester: self.requester.clone(),
            requester_name: self.requester_name.clone(),
            kind: noted_choice("kind", &self.kind, &mut misread)?.unwrap_or(Kind::Fault),
            class: noted_choice("class", &self.class, &mut misread)?,
            severity: noted_choice("severity", &self.severity, &mut misread)?,
            level: noted_choice("level", &level, &mut misread)?,
            channel: noted_choice("channel", &self.channel, &mut misread)?.unwrap_or(Channel::Api),
            product: id(&self.product),
            module: id(&self.module),
            facts: self.facts.clone(),
            extra: ExtraValue::all(&self.extra),
            tags: self.tags.iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect(),
            group: id(&self.group),
            assignee: id(&self.assignee),
            received_at: self.received_at,
            received_reason: self.received_reason.clone(),
            first_contact: FirstTold { at: self.first_contact_at, by: id(&self.first_contact_by) },
            own_words: false,
            external_ref: None,
            follow: Follow::of(
                noted_choice("follow_way", &self.follow_way, &mut misread)?,
                &self.follow_when,
            ),
            prepared: id(&self.code),
            quiet: false,
            misread,
        })
    }
}

/// Lists tickets. Without `view` all that the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/tickets", params(ListQuery), responses((status = 200, body = RowsView), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> std::result::Result<Json<RowsView>, WebError> {
    may_view(&caller.actor).map_err(|e| caller.fail(e))?;
    let (scope, desk, me) = (caller.actor.scope(), app.desk.clone(), caller.actor.staff().cloned());
    let (filtered, internal) = (query.is_filtered(), me.is_some());
    let read = move |r: &mut Read<'_>| {
        let rules = desk.rules_in(r)?;
        let asked = query.ask(r, &rules, me.as_ref())?;
        let rows =
            ticket::list(r, &scope, &asked.filter, asked.order, asked.after.as_ref(), asked.limit + 1)?;
        Ok((rows, asked.limit))
    };
    let read = if filtered { app.desk.read(read).await } else { app.desk.peek(read).await };
    let (mut rows, limit) = read.map_err(|e| caller.fail(e))?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next_cursor = rows.last().filter(|_| more).map(|r| r.cursor.encode());
    Ok(Json(RowsView { items: rows.into_iter().map(|r| view::row(r, internal)).collect(), next_cursor }))
}

pub(super) fn may_view(actor: &Actor) -> Result<()> {
    let lacks = actor.staff().is_some() && !actor.has(Right::TicketView);
    if lacks { Err(Error::Lacks(Right::TicketView)) } else { Ok(()) }
}

/// Opens a ticket. `Idempotency-Key` makes the request repeatable: the same key with the same body answers
/// with the first ticket, with another body it is refused.
#[utoipa::path(post, path = "/api/v1/tickets", request_body = NewTicketBody, responses((status = 201, body = TicketView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<NewTicketBody>,
) -> std::result::Result<Response, WebError> {
    let new = body.value.read().map_err(|e| caller.fail(e))?;
    create_once(&app, &caller, body.hash, Place::Numbered("tickets"), move |unit| {
        let opened = open_in(unit, &new)?;
        let mut names = Names::default();
        names.ticket(unit.work, &opened.ticket)?;
        Ok(view::ticket(opened.ticket, &opened.clocks, &unit.rules, &names))
    })
    .await
}

/// One ticket with its clocks.
#[utoipa::path(get, path = "/api/v1/tickets/{number}", params(("number" = String, Path)), responses((status = 200, body = TicketView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> std::result::Result<Json<TicketView>, WebError> {
    shown(&app.desk, &caller.actor, number).await.map(Json).map_err(|e| caller.fail(e))
}

/// The ticket as the caller may see it, with its clocks.
pub(super) async fn shown(desk: &Desk, who: &Actor, number: String) -> Result<TicketView> {
    may_view(who)?;
    let scope = who.scope();
    let by_customer = matches!(who, Actor::Contact(_));
    let of_desk = desk.clone();
    let courses = desk.courses().await?;
    desk.peek(move |r| {
        let rules = of_desk.rules_in(r)?;
        let t = ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        let risks = if by_customer { Vec::new() } else { risks(r, &rules, &courses, &t)? };
        let shown = shown_in(r, t, &rules)?;
        if by_customer {
            return Ok(shown.for_customer(&rules));
        }
        Ok(shown.with_risks(&risks))
    })
    .await
}

/// The ticket with its clocks, within a unit of work or a read.
pub(super) fn shown_in(r: &mut Read<'_>, t: Ticket, rules: &Rules) -> Result<TicketView> {
    let mut clocks = ticket::shown_clocks(r, &t.id)?;
    read_now(r, &t, &mut clocks, rules)?;
    let merged_into = t.merged_into.as_ref().map(|id| ticket::number_of(r, id)).transpose()?.flatten();
    let mut names = Names::default();
    names.ticket(r, &t)?;
    Ok(TicketView { merged_into, ..view::ticket(t, &clocks, rules, &names) })
}

/// Running clocks as of this moment: what is kept of them is of the last change. Their dues stay as they are kept, also
/// while a changed calendar is still being counted.
fn read_now(r: &mut Read<'_>, t: &Ticket, clocks: &mut [Clock], rules: &Rules) -> Result<()> {
    let (holds, now) = (ticket::holds(r, &t.id)?, r.now());
    for clock in clocks.iter_mut().filter(|c| c.is_running()) {
        let Some(calendar) = rules.calendar(&clock.calendar) else { continue };
        let pauses = pauses(&holds, clock);
        let reading = clock.run(calendar, &pauses).read(now);
        clock.counted_s = reading.map_err(|_| Error::Refused(Refusal::NeverOpens))?.counted_s;
        clock.state = live(clock, now);
    }
    Ok(())
}

/// Where a list of a ticket's parts continues.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// The `next_cursor` of an earlier page.
    cursor: String,
    /// 1–200, default 50.
    limit: Option<i64>,
}

impl After {
    fn read(&self) -> Result<(i64, i64)> {
        let after = if self.cursor.is_empty() { Some(0) } else { self.cursor.parse().ok() };
        let limit = self.limit.unwrap_or(50);
        match after {
            None => Err(Error::field("cursor", "bad_value")),
            Some(_) if !(1..=200).contains(&limit) => Err(Error::field("limit", "limit_200")),
            Some(after) => Ok((after, limit)),
        }
    }
}

/// The messages of a ticket, oldest first.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/messages", params(("number" = String, Path), After), responses((status = 200, body = MessagesView)))]
pub(crate) async fn messages(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Query(after): Query<After>,
) -> std::result::Result<Json<MessagesView>, WebError> {
    let read = || -> Result<_> {
        may_view(&caller.actor)?;
        after.read()
    };
    let (after, limit) = read().map_err(|e| caller.fail(e))?;
    let (scope, internal) = (caller.actor.scope(), caller.actor.staff().is_some());
    let desk = app.desk.clone();
    let found = app.desk.read(move |r| {
        let t = ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        let mut rows = ticket::messages(r, &t.id, after, internal, limit + 1)?;
        let zone = desk.rules_in(r)?.settings.zone();
        message::say_by_itself(r, &zone, &t.requester, &mut rows)?;
        let files = if rows.is_empty() { Vec::new() } else { file::of_ticket(r, &t.id)? };
        let range = rows.first().zip(rows.last()).filter(|_| internal).map(|(a, b)| (a.no, b.no));
        let sent = range.map(|range| letters(r, &t.id, range)).transpose()?.unwrap_or_default();
        let held = if internal { ticket::held(r, &t.id)? } else { Vec::new() };
        Ok((rows, files, (sent, held)))
    });
    let (mut rows, files, (sent, held)) = found.await.map_err(|e| caller.fail(e))?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next_cursor = rows.last().filter(|_| more).map(|m| m.no.to_string());
    Ok(Json(MessagesView {
        items: rows.into_iter().map(|m| message::message(m, &files, (&sent, &held))).collect(),
        next_cursor,
    }))
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// Position in the ticket's history.
    no: i64,
    /// When.
    at: String,
    /// Who did it.
    #[schema(value_type = Object)]
    by: ActorRef,
    /// What, with before and after.
    #[schema(value_type = Object)]
    change: serde_json::Value,
}

/// The events of a ticket: what happened, when, by whom, before and after. Staff only.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/events", params(("number" = String, Path), After), responses((status = 200, body = ListView<EventView>)))]
pub(crate) async fn events(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Query(after): Query<After>,
) -> std::result::Result<Json<ListView<EventView>>, WebError> {
    let read = || -> Result<_> {
        if caller.actor.staff().is_none() {
            return Err(Error::NotFound);
        }
        may_view(&caller.actor)?;
        after.read()
    };
    let (after, limit) = read().map_err(|e| caller.fail(e))?;
    let scope = caller.actor.scope();
    let found = app.desk.read(move |r| {
        let t = ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        Ok(ticket::events(r, &t.id, after, limit + 1)?)
    });
    let mut rows = found.await.map_err(|e| caller.fail(e))?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next_cursor = rows.last().filter(|_| more).map(|e| e.no.to_string());
    let view = |e: Event| EventView {
        no: e.no,
        at: view::instant(e.at),
        by: e.by,
        change: serde_json::json!(e.change),
    };
    Ok(Json(ListView { items: rows.into_iter().map(view).collect(), next_cursor }))
}
