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
use crate::customers::Back;
use crate::error::WebError;
use crate::form::Fields;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// What one of these pages shows.
enum Shown {
    Jobs(Vec<JobRow>),
    Tokens(Vec<TokenRow>, Option<String>, TokenForm),
}

#[derive(Template)]
#[template(path = "admin/operate.html")]
struct OperatePage {
    ui: Ui,
    tab: &'static str,
    shown: Shown,
    back: Back,
}

impl OperatePage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    /// Each right that the reader has, with what it allows: nobody hands out more.
    fn rights(&self) -> Vec<(&'static str, &'static str)> {
        let mine = super::rights(&self.ui).into_iter();
        mine.filter(|(right, _)| self.ui.may(right)).collect()
    }
}

/// The most failed jobs that the page shows.
const PAGE: i64 = 50;

async fn page_of(
    app: &App,
    page: &StaffPage,
    tab: &'static str,
    (shown, back): (Shown, Back),
) -> std::result::Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let view = OperatePage { ui, tab, shown, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// Jobs that failed for good.
pub(super) async fn jobs(State(app): State<App>, page: StaffPage) -> std::result::Result<Response, WebError> {
    page.need(Right::Operate)?;
    let rows =
        app.desk.read(|r| Ok(job::page(r, "dead", "", PAGE)?)).await.map_err(|e| page.visitor.fail(e))?;
    page_of(&app, &page, "jobs", (Shown::Jobs(rows), Back::default())).await
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
    page_of(&app, &page, "tokens", (Shown::Tokens(rows, None, TokenForm::default()), Back::default())).await
}

/// A new token.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TokenForm {
    name: String,
    scopes: Vec<String>,
}

impl TokenForm {
    fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
}

/// Makes a token that acts for the person who asks; its secret is shown once. A refused form keeps what was typed.
pub(super) async fn create_token(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<TokenForm>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::Operate)?;
    let (owner, name, scopes) = (page.staff.id.clone(), form.name.clone(), form.scopes.clone());
    let (secret, form, back) = match auth::create_token(&app.desk, page.actor(), owner, name, scopes).await {
        Ok((_, secret)) => (Some(secret), TokenForm::default(), Back::default()),
        Err(e) => (None, form, Back::new(e, &page.visitor)?),
    };
    let rows = all_tokens(&app).await.map_err(|e| page.visitor.fail(e))?;
    page_of(&app, &page, "tokens", (Shown::Tokens(rows, secret, form), back)).await
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
