//! Letters that came in: what became of each and why, its source, having it read again, and unwanted ones.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use domain::access::Right;
use domain::mail_in::MailState;
use serde::Deserialize;
use store::mail_in::{self, MailRow};

use crate::app::App;
use crate::error::WebError;
use crate::form::choice;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// Filter and position.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    before: String,
}

#[derive(Template)]
#[template(path = "admin/mails.html")]
struct MailsPage {
    ui: Ui,
    tab: &'static str,
    asked: Asked,
    rows: Vec<MailRow>,
    next: Option<String>,
}

impl MailsPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn states(&self) -> &'static [MailState] {
        MailState::ALL
    }
}

#[derive(Template)]
#[template(path = "admin/mail.html")]
struct MailPage {
    ui: Ui,
    tab: &'static str,
    m: MailRow,
    ticket: Option<(String, String)>,
    source: String,
    cut: bool,
}

impl MailPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// How a state is coloured; the word stands beside it.
pub(super) fn mark(state: MailState) -> &'static str {
    match state {
        MailState::Waiting => "tag-waiting",
        MailState::Placed => "tag-closed",
        MailState::Quarantined => "tag-urgent",
        MailState::Noted | MailState::Spam => "",
    }
}

/// Who wrote it, in one line.
pub(super) fn from(m: &MailRow) -> String {
    match (m.sender_name.is_empty(), m.sender.is_empty()) {
        (_, true) => m.envelope_from.clone(),
        (true, _) => m.sender.clone(),
        _ => format!("{} <{}>", m.sender_name, m.sender),
    }
}

const PAGE: usize = 50;
/// So much of a source is shown; all of it can be downloaded.
const SHOWN: usize = 64 * 1024;

/// The letters, newest first.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let ui = page.ui(&app, "admin").await?;
    let state = choice("state", &asked.state).map_err(|e| page.visitor.fail(e))?;
    let before = if asked.before.is_empty() { "~".to_owned() } else { asked.before.clone() };
    let read = app.desk.read(move |r| Ok(mail_in::page(r, state, &before, 51)?));
    let mut rows = read.await.map_err(|e| page.visitor.fail(e))?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more);
    let next = next.map(|m| format!("/admin/mail-in?state={}&before={}", asked.state, m.id));
    render(&MailsPage { ui, tab: "mail-in", asked, rows, next }, &page.visitor)
}

/// One letter with its source.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let ui = page.ui(&app, "admin").await?;
    let read = app.desk.read(move |r| {
        let m = mail_in::one(r, &id)?.ok_or(Error::NotFound)?;
        let ticket = match &m.ticket {
            Some(t) => store::ticket::by_id(r, &domain::access::Scope::All, t)?,
            None => None,
        };
        let raw = mail_in::raw(r, &id)?.unwrap_or_default();
        Ok((m, ticket.map(|t| (t.number, t.title)), raw))
    });
    let (m, ticket, raw) = read.await.map_err(|e| page.visitor.fail(e))?;
    let cut = raw.len() > SHOWN;
    let source = String::from_utf8_lossy(raw.get(..SHOWN).unwrap_or(&raw)).into_owned();
    render(&MailPage { ui, tab: "mail-in", m, ticket, source, cut }, &page.visitor)
}

/// The letter as it came, to be saved.
pub(super) async fn source(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let raw = desk::mail_in::raw(&app.desk, &id).await.map_err(|e| page.visitor.fail(e))?;
    Ok(mail_source(&id, raw))
}

/// Bytes that nothing runs or shows.
pub(crate) fn mail_source(id: &str, raw: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.eml\"", crate::error::encode(id))),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    (headers, raw).into_response()
}

/// Has a letter read again.
pub(super) async fn read_again(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let done = desk::mail_in::read_again(&app.desk, page.actor(), id.clone()).await;
    done.map_err(|e| page.visitor.fail(e))?;
    Ok(back(&id))
}

/// Says that a letter is unwanted.
pub(super) async fn spam(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let done = desk::mail_in::spam(&app.desk, page.actor(), id.clone()).await;
    done.map_err(|e| page.visitor.fail(e))?;
    Ok(back(&id))
}

/// Takes that back.
pub(super) async fn not_spam(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let done = desk::mail_in::not_spam(&app.desk, page.actor(), id.clone()).await;
    done.map_err(|e| page.visitor.fail(e))?;
    Ok(back(&id))
}

fn back(id: &str) -> Redirect {
    Redirect::to(&format!("/admin/mail-in/{}", crate::error::encode(id)))
}
