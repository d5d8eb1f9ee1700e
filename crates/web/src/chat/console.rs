//! The page on which we answer: who waits, my chats with what is unread, the open chat with its case.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use desk::chat::{is_seated, standing};
use desk::{Error, Result};
use domain::access::{Right, Scope, Staff};
use domain::chat::{Chat, Said, Side};
use domain::id::{ChatId, TicketId};
use domain::ticket::Ticket;
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use store::staff::{GroupRow, StaffRow};
use store::{Read, directory, staff, ticket};
use words::Locale;

use super::view::{LineView, StateView};
use crate::answers::{Values, filled};
use crate::app::App;
use crate::error::WebError;
use crate::html::plain;
use crate::names::{Names, everybody};
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// Chats that wait and are shown.
const WAITING: i64 = 50;

/// A chat in a list.
pub(crate) struct ChatRow {
    pub chat: Chat,
    pub title: String,
    pub group: String,
    pub unread: i64,
}

/// The lists beside the open chat.
pub(crate) struct Lists {
    pub waiting: Vec<ChatRow>,
    pub mine: Vec<ChatRow>,
    pub seated: bool,
}

/// The open chat.
pub(crate) struct OpenChat {
    pub chat: Chat,
    pub t: Ticket,
    pub names: Names,
    pub who: String,
    pub lines: Vec<LineView>,
    pub mine: bool,
    pub points: Vec<String>,
    pub answers: Vec<(String, String, String)>,
    pub people: Vec<StaffRow>,
    pub groups: Vec<GroupRow>,
}

impl OpenChat {
    fn name(&self, id: &str) -> String {
        self.names.get(id)
    }
    fn last(&self) -> i64 {
        self.lines.last().map_or(0, |l| l.seq)
    }
}

#[derive(Template)]
#[template(path = "chat/page.html")]
struct ChatsPage {
    ui: Ui,
    lists: Lists,
    open: Option<OpenChat>,
}

impl ChatsPage {
    fn saids(&self) -> &'static [Said] {
        Said::ALL
    }
    fn is_open(&self, id: &ChatId) -> bool {
        self.open.as_ref().is_some_and(|o| o.chat.id == *id)
    }
    fn since(&self, at: &Timestamp) -> String {
        words::duration(self.ui.locale, self.ui.now.duration_since(*at).as_secs())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Linked {
    current: String,
}

#[derive(Template)]
#[template(path = "chat/_link.html")]
struct Link {
    ui: Ui,
}

/// The way to the chats with the number of those who wait, for pages that stand open.
pub(super) async fn link(
    State(app): State<App>,
    page: StaffPage,
    Query(linked): Query<Linked>,
) -> std::result::Result<Response, WebError> {
    let section = if linked.current.is_empty() { "" } else { "chats" };
    let ui = page.ui(&app, section).await?;
    render(&Link { ui }, &page.visitor)
}

/// The lists alone.
pub(super) async fn home(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    shown(&app, &page, None).await
}

/// An open chat.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> std::result::Result<Response, WebError> {
    shown(&app, &page, Some(ChatId(id))).await
}

async fn shown(app: &App, page: &StaffPage, id: Option<ChatId>) -> std::result::Result<Response, WebError> {
    page.need(Right::TicketReply)?;
    page.need(Right::TicketView)?;
    let ui = page.ui(app, "chats").await?;
    let (desk, me, locale, now) = (app.desk.clone(), page.staff.clone(), ui.locale, ui.now);
    let read = app.desk.peek(move |r| {
        let rules = desk.rules_in(r)?;
        let lists = lists(r, &me)?;
        let open = id.map(|id| open(r, &id, &rules, &me, (locale, now))).transpose()?;
        Ok((lists, open))
    });
    let (lists, open) = read.await.map_err(|e| page.visitor.fail(e))?;
    render(&ChatsPage { ui, lists, open }, &page.visitor)
}

fn lists(r: &mut Read<'_>, me: &Staff) -> Result<Lists> {
    let groups = staff::groups(r)?;
    let rows = |r: &mut Read<'_>, chats: Vec<Chat>| {
        chats.into_iter().map(|chat| row(r, chat, &groups)).collect::<Result<Vec<_>>>()
    };
    let waiting = store::chat::waiting(r, WAITING)?;
    let (mut waiting, mine) = (rows(r, waiting)?, store::chat::active_of(r, &me.id)?);
    // What waits for my groups comes first; among equals who has waited longest.
    waiting.sort_by_key(|w| !w.chat.group.as_ref().is_some_and(|g| me.groups.contains(g)));
    Ok(Lists { waiting, mine: rows(r, mine)?, seated: is_seated(r, &me.id)? })
}

fn row(r: &mut Read<'_>, chat: Chat, groups: &[GroupRow]) -> Result<ChatRow> {
    let title = ticket::by_id(r, &Scope::All, &chat.ticket)?.map(|t| t.title).unwrap_or_default();
    let group = groups.iter().find(|g| Some(&g.id) == chat.group.as_ref()).map(|g| g.name.clone());
    let unread = store::chat::unread(r, &chat)?;
    Ok(ChatRow { title, group: group.unwrap_or_default(), unread, chat })
}

fn open(
    r: &mut Read<'_>,
    id: &ChatId,
    rules: &Rules,
    me: &Staff,
    (locale, now): (Locale, Timestamp),
) -> Result<OpenChat> {
    let (chat, who, lines) = whole(r, id, &rules.settings.zone())?;
    let t = ticket::by_id(r, &Scope::All, &chat.ticket)?.ok_or(Error::NotFound)?;
    let mut names = Names::default();
    names.ticket(r, &t)?;
    let clocks = ticket::shown_clocks(r, &t.id)?;
    let values = Values::of((&t, &clocks), &names, rules, me, (locale, now));
    let answers = filled(r, &values)?.into_iter().map(|(id, name, html)| (id, name, plain(&html)));
    let points = directory::points(r, &chat.contact)?.into_iter().map(|p| p.value).collect();
    let people = everybody(r)?.into_iter().filter(|s| s.active && s.id != me.id).collect();
    let groups = staff::groups(r)?.into_iter().filter(|g| g.active).collect();
    let mine = chat.staff.as_ref() == Some(&me.id);
    Ok(OpenChat { answers: answers.collect(), chat, t, names, who, lines, mine, points, people, groups })
}

/// A chat with all its lines.
fn whole(r: &mut Read<'_>, id: &ChatId, zone: &TimeZone) -> Result<(Chat, String, Vec<LineView>)> {
    let chat = store::chat::one(r, id)?.ok_or(Error::NotFound)?;
    let (mut lines, mut who) = (Vec::new(), String::new());
    loop {
        let after = lines.last().map_or(0, |l: &LineView| l.seq);
        let part = standing(r, chat.clone(), after)?;
        lines.extend(part.lines.into_iter().map(|l| LineView::ours(l, &chat.name, zone)));
        who = if part.who.is_empty() { who } else { part.who };
        if !part.more {
            return Ok((chat, who, lines));
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    after: i64,
}

/// The lines after one, and how the chat stands.
pub(super) async fn lines(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(from): Query<After>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::TicketReply)?;
    page.need(Right::TicketView)?;
    let desk = app.desk.clone();
    let answer = app.desk.peek(move |r| {
        let zone = desk.rules_in(r)?.settings.zone();
        lines_after(r, &ChatId(id), from.after, &zone)
    });
    let answer = answer.await;
    Ok(Json(answer.map_err(|e| page.visitor.fail(e))?).into_response())
}

fn lines_after(r: &mut Read<'_>, id: &ChatId, after: i64, zone: &TimeZone) -> Result<Value> {
    let chat = store::chat::one(r, id)?.ok_or(Error::NotFound)?;
    let s = standing(r, chat, after)?;
    let state = StateView::of(&s, Side::Staff);
    let name = s.chat.name;
    let lines: Vec<_> = s.lines.into_iter().map(|l| LineView::ours(l, &name, zone)).collect();
    Ok(json!({"state": state, "lines": lines, "more": s.more}))
}

/// A chat that goes on in a case, as its page shows it.
pub(crate) struct Running {
    pub chat: Chat,
    pub who: String,
    pub lines: Vec<LineView>,
}

/// The chats that go on in a case.
pub(crate) fn running(r: &mut Read<'_>, id: &TicketId, zone: &TimeZone) -> Result<Vec<Running>> {
    let open = store::chat::of_ticket(r, id)?.into_iter().filter(|c| c.state.is_open());
    open.map(|c| {
        let (chat, who, lines) = whole(r, &c.id, zone)?;
        Ok(Running { chat, who, lines })
    })
    .collect()
}
