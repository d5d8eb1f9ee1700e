//! What runs in the background, and the tokens that programs use.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use desk::Result;
use desk::auth;
use domain::access::Right;
use domain::id::{JobId, TokenId};
use serde::Deserialize;
use store::job::JobRow;
use store::session::TokenRow;
use store::{job, session};

use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, words};
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// What one of these pages shows.
enum Shown {
    Jobs(Vec<JobRow>),
    Tokens(Vec<TokenRow>, Option<String>),
}

#[derive(Template)]
#[template(path = "admin/operate.html")]
struct OperatePage {
    ui: Ui,
    tab: &'static str,
    shown: Shown,
}

impl OperatePage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// The most failed jobs that the page shows.
const PAGE: i64 = 50;

async fn page_of(
    app: &App,
    page: &StaffPage,
    tab: &'static str,
    shown: Shown,
) -> std::result::Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    render(&OperatePage { ui, tab, shown }, &page.visitor)
}

/// Jobs that failed for good.
pub(super) async fn jobs(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    page.need(Right::Operate)?;
    let rows =
        app.desk.read(|r| Ok(job::page(r, "dead", "", PAGE)?)).await.map_err(|e| page.visitor.fail(e))?;
    page_of(&app, &page, "jobs", Shown::Jobs(rows)).await
}

/// Tries a dead job again.
pub(super) async fn retry_job(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> std::result::Result<Redirect, WebError> {
    page.need(Right::Operate)?;
    let done = app.desk.write(page.actor(), move |unit| {
        job::revive(unit.work, &JobId(id.clone()))?;
        Ok(unit.work.publish("job", &id)?)
    });
    done.await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to("/admin/jobs"))
}

async fn all_tokens(app: &App) -> Result<Vec<TokenRow>> {
    app.desk.read(|r| Ok(session::tokens(r)?)).await
}

/// Tokens of the API.
pub(super) async fn tokens(
    State(app): State<App>,
    page: StaffPage,
) -> std::result::Result<Response, WebError> {
    page.need(Right::Operate)?;
    let rows = all_tokens(&app).await.map_err(|e| page.visitor.fail(e))?;
    page_of(&app, &page, "tokens", Shown::Tokens(rows, None)).await
}

/// A new token.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TokenForm {
    name: String,
    scopes: String,
}

/// Makes a token that acts for the person who asks; its secret is shown once.
pub(super) async fn create_token(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<TokenForm>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::Operate)?;
    let scopes = words(&form.scopes).collect();
    let made = auth::create_token(&app.desk, page.actor(), page.staff.id.clone(), form.name, scopes).await;
    let (_, secret) = made.map_err(|e| page.visitor.fail(e))?;
    let rows = all_tokens(&app).await.map_err(|e| page.visitor.fail(e))?;
    page_of(&app, &page, "tokens", Shown::Tokens(rows, Some(secret))).await
}

/// Revokes a token.
pub(super) async fn revoke_token(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> std::result::Result<Redirect, WebError> {
    page.need(Right::Operate)?;
    let done = auth::revoke_token(&app.desk, page.actor(), TokenId(id)).await;
    done.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to("/admin/tokens"))
}
