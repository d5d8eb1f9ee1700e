//! Canned answers: the list, one in the same editor as replies, and what it says in a real ticket.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::{delete_answer, restore_answer, save_answer};
use domain::access::{Right, Scope};
use domain::answer::Variable;
use domain::ticket::decide::Body;
use serde::Deserialize;
use store::answer::{self, AnswerRow};
use store::ticket::{self, Filter, Order};

use super::pairs::{Pairs, conflict};
use crate::answers::Values;
use crate::app::App;
use crate::error::WebError;
use crate::html::{clean, plain};
use crate::names::Names;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

#[derive(Template)]
#[template(path = "admin/answers.html")]
struct AnswersPage {
    ui: Ui,
    tab: &'static str,
    rows: Vec<(AnswerRow, String)>,
    gone: String,
}

impl AnswersPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// Which answer was just deleted, and may be brought back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Gone {
    gone: String,
}

/// Characters of an answer that the list shows.
const EXCERPT: usize = 120;

/// All answers.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Gone>,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let ui = page.ui(&app, "admin").await?;
    let rows = app.desk.read(|r| Ok(answer::all(r)?)).await.map_err(|e| page.visitor.fail(e))?;
    let excerpt = |a: &AnswerRow| plain(&a.html).replace('\n', " ").chars().take(EXCERPT).collect();
    let rows = rows.into_iter().map(|a| (a.clone(), excerpt(&a))).collect();
    render(&AnswersPage { ui, tab: "answers", rows, gone: asked.gone }, &page.visitor)
}

/// An answer as it reads in a ticket.
struct Shown {
    number: String,
    html: String,
}

#[derive(Template)]
#[template(path = "admin/answer.html")]
struct AnswerPage {
    ui: Ui,
    tab: &'static str,
    row: AnswerRow,
    number: String,
    beside: Beside,
}

/// What the form shows beside its fields.
#[derive(Default)]
struct Beside {
    errors: Wrongs,
    theirs: Option<String>,
    preview: Option<Shown>,
}

impl AnswerPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn variables(&self) -> &'static [Variable] {
        Variable::ALL
    }
    /// A variable as it stands in a text.
    fn braces(&self, name: &str) -> String {
        format!("{{{{{name}}}}}")
    }
    fn text(&self) -> String {
        plain(&self.row.html)
    }
    fn address(&self) -> &str {
        if self.row.id.is_empty() { "new" } else { &self.row.id }
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    (row, number): (AnswerRow, String),
    beside: Beside,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    render(&AnswerPage { ui, tab: "answers", row, number, beside }, &page.visitor)
}

/// An answer in the form, or an empty form.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let row = if id == "new" {
        AnswerRow { id: String::new(), name: String::new(), html: String::new(), version: 0 }
    } else {
        let read = app.desk.read(move |r| answer::one(r, &id)?.ok_or(Error::NotFound));
        read.await.map_err(|e| page.visitor.fail(e))?
    };
    shown(&app, &page, (row, String::new()), Beside::default()).await
}

/// Shows what an answer says in a ticket, or saves it.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let html = pairs.get("html");
    // Without script the editor is a plain text field.
    let body = if html.trim().is_empty() { Body::from_text(pairs.get("text")) } else { clean(html) };
    let row = AnswerRow {
        id: if id == "new" { String::new() } else { id },
        name: pairs.get("name").to_owned(),
        html: body.html().to_owned(),
        version: pairs.number("version"),
    };
    let number = pairs.get("number").trim().to_owned();
    let result = if pairs.wish().0 == "preview" {
        match preview(&app, &page, &row.html, number.clone()).await {
            Ok(preview) => {
                let beside = Beside { preview, ..Beside::default() };
                return shown(&app, &page, (row, number), beside).await;
            }
            Err(e) => Err(e),
        }
    } else {
        save_answer(&app.desk, page.actor(), row.clone()).await
    };
    match result {
        Ok(_) => Ok(Redirect::to("/admin/answers").into_response()),
        Err(Error::Invalid(fields)) => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            shown(&app, &page, (row, number), Beside { errors, ..Beside::default() }).await
        }
        Err(Error::Stale { theirs, .. }) => stale(&app, &page, (row, number), theirs).await,
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// Somebody else saved first: their text beside ours, and the next save knows it.
async fn stale(
    app: &App,
    page: &StaffPage,
    (mut row, number): (AnswerRow, String),
    theirs: String,
) -> Result<Response, WebError> {
    let id = row.id.clone();
    let kept = app.desk.read(move |r| answer::one(r, &id)?.ok_or(Error::NotFound)).await;
    row.version = kept.map_err(|e| page.visitor.fail(e))?.version;
    conflict(shown(app, page, (row, number), Beside { theirs: Some(theirs), ..Beside::default() }).await)
}

/// The answer in the ticket with this number, or in the newest one; nothing if there is none yet.
async fn preview(app: &App, page: &StaffPage, html: &str, number: String) -> desk::Result<Option<Shown>> {
    domain::answer::variables(html)
        .map_err(|name| Error::field(&format!("html.{name}"), "unknown_variable"))?;
    let (desk, me, locale, html) =
        (app.desk.clone(), page.staff.clone(), page.visitor.locale, html.to_owned());
    app.desk
        .read(move |r| {
            let number = if number.is_empty() {
                let newest = ticket::list(r, &Scope::All, &Filter::default(), Order::Newest, None, 1)?;
                newest.into_iter().next().map(|row| row.number)
            } else {
                Some(number)
            };
            let Some(number) = number else { return Ok(None) };
            let found = ticket::by_number(r, &Scope::All, &number)?;
            let t = found.ok_or_else(|| Error::field("number", "unknown"))?;
            let mut names = Names::default();
            names.ticket(r, &t)?;
            let (clocks, now) = (ticket::clocks(r, &t.id)?, r.now());
            let rules = desk.rules_in(r)?;
            let values = Values::of((&t, &clocks), &names, &rules, &me, (locale, now));
            Ok(Some(Shown { number, html: values.fill(&html) }))
        })
        .await
}

/// Deletes an answer; the list offers to bring it back.
pub(super) async fn delete(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let gone = delete_answer(&app.desk, page.actor(), id).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to(&format!("/admin/answers?gone={}", gone.id)))
}

/// Brings a deleted answer back.
pub(super) async fn restore(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    restore_answer(&app.desk, page.actor(), id).await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to("/admin/answers"))
}
