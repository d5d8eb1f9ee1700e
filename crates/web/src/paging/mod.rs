//! Pages that ring until somebody answers: the band on every page of the desk, the acknowledgement there, and the one by
//! the link of a letter, which needs no sign-in.

mod link;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::oncall::{acknowledge, step_of};
use domain::id::StaffId;
use domain::time::Timestamp;
use store::Read;
use store::oncall::page;
use words::{Locale, step_fired};

use crate::app::App;
use crate::error::WebError;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// Routes of paging.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/pages", get(band))
        .route("/pages/link/{token}", get(link::form).post(link::acknowledged))
        .route("/pages/{number}/acknowledgement", post(acknowledged))
}

/// A page that rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ringing {
    pub number: String,
    pub title: String,
    /// For which step.
    pub why: String,
    pub since: Timestamp,
}

/// What rings for a person, one line for each ticket, newest first.
pub(crate) fn ringing(r: &mut Read<'_>, me: &StaffId, locale: Locale) -> desk::Result<Vec<Ringing>> {
    let mut found: Vec<Ringing> = Vec::new();
    for p in page::open(r, me)? {
        if found.iter().any(|f| f.number == p.number) {
            continue;
        }
        let step = step_of(r, &p.ticket, p.step)?;
        let why = step.and_then(|s| step_fired(locale, &s)).unwrap_or_default();
        found.push(Ringing { number: p.number, title: p.title, why, since: p.paged_at });
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "paging/_band.html")]
struct Band {
    ui: Ui,
}

/// The band, for pages that stand open.
async fn band(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    let ui = page.ui(&app, "").await?;
    render(&Band { ui }, &page.visitor)
}

/// Somebody acknowledges, and the case opens.
async fn acknowledged(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let done = acknowledge(&app.desk, page.actor(), &number).await;
    let done = done.map_err(|e| page.visitor.fail(e))?;
    let to = format!("/tickets/{}", done.number);
    Ok(Said::done("page-acknowledged").with(Redirect::to(&to).into_response()))
}
