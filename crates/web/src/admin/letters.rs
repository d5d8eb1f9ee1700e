//! Outgoing letters: what became of each, its full text, and sending it again.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use desk::Error;
use domain::access::Right;
use domain::post::LetterState;
use serde::Deserialize;
use store::letter::{self, LetterRow};

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
#[template(path = "admin/letters.html")]
struct LettersPage {
    ui: Ui,
    tab: &'static str,
    asked: Asked,
    sends: bool,
    rows: Vec<LetterRow>,
    next: Option<String>,
}

impl LettersPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn states(&self) -> &'static [LetterState] {
        LetterState::ALL
    }
}

#[derive(Template)]
#[template(path = "admin/letter.html")]
struct LetterPage {
    ui: Ui,
    tab: &'static str,
    sends: bool,
    l: LetterRow,
    ticket: Option<(String, String)>,
}

impl LetterPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// How a state is coloured; the word stands beside it.
pub(super) fn mark(state: LetterState) -> &'static str {
    match state {
        LetterState::Kept => "",
        LetterState::Queued | LetterState::Failed => "tag-waiting",
        LetterState::Sent => "tag-closed",
        LetterState::Rejected => "tag-urgent",
    }
}

const PAGE: usize = 50;

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
    let read = app.desk.read(move |r| Ok(letter::page_in(r, state, &before, 51)?));
    let mut rows = read.await.map_err(|e| page.visitor.fail(e))?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more);
    let next = next.map(|l| format!("/admin/letters?state={}&before={}", asked.state, l.id));
    let sends = app.config.sends_letters;
    render(&LettersPage { ui, tab: "letters", asked, sends, rows, next }, &page.visitor)
}

/// One letter, whole.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let ui = page.ui(&app, "admin").await?;
    let read = app.desk.read(move |r| {
        let l = letter::one(r, &id)?.ok_or(Error::NotFound)?;
        let ticket = match &l.ticket {
            Some(t) => store::ticket::by_id(r, &domain::access::Scope::All, t)?,
            None => None,
        };
        Ok((l, ticket.map(|t| (t.number, t.title))))
    });
    let (l, ticket) = read.await.map_err(|e| page.visitor.fail(e))?;
    let sends = app.config.sends_letters;
    render(&LetterPage { ui, tab: "letters", sends, l, ticket }, &page.visitor)
}

/// Sends a letter now. Where nothing is sent, there is nothing to press.
pub(super) async fn send(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    if !app.config.sends_letters {
        return Err(page.visitor.fail(Error::NotFound));
    }
    let done = desk::post::send_now(&app.desk, page.actor(), id.clone()).await;
    done.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to(&format!("/admin/letters/{id}")))
}
