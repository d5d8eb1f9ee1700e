//! The customer's portal: my cases, a guided new request, a case with its promises.

mod case;
mod emergency;
mod promises;
mod request;
mod way;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use store::ticket::{Cursor, Filter, ListRow, Order};

use crate::app::App;
use crate::error::WebError;
use crate::session::ContactPage;
use crate::tickets::render;
use crate::ui::Ui;

/// Routes of the portal.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/portal", get(home))
        .route("/portal/new", get(request::form).post(request::create))
        .route("/portal/promises", get(promises::show))
        .route("/portal/emergencies/{id}", get(emergency::show))
        .route("/portal/cases/{number}", get(case::show))
        .route("/portal/cases/{number}/confirmation", post(case::confirm))
        .route("/portal/cases/{number}/anything-else", post(case::anything_else))
        .route("/portal/cases/{number}/rating", post(case::rate))
        .route("/portal/cases/{number}/complaint", post(case::complain))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HomeQuery {
    open: String,
    cursor: String,
}

#[derive(Template)]
#[template(path = "portal/home.html")]
struct HomePage {
    ui: Ui,
    rows: Vec<ListRow>,
    next: Option<String>,
    only_open: bool,
}

const PAGE: i64 = 30;

/// My cases, or my organisation's.
async fn home(
    State(app): State<App>,
    page: ContactPage,
    Query(q): Query<HomeQuery>,
) -> Result<Response, WebError> {
    let fail = |e| page.visitor.fail(e);
    let ui = Ui::contact(&app, &page, "portal").await.map_err(fail)?;
    let (scope, only_open) = (page.visitor.actor().scope(), !q.open.is_empty());
    let after = Cursor::decode(&q.cursor);
    let filter = Filter { open: only_open, ..Filter::default() };
    let read = app
        .desk
        .read(move |r| Ok(store::ticket::list(r, &scope, &filter, Order::Newest, after.as_ref(), PAGE + 1)?));
    let mut rows = read.await.map_err(fail)?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next =
        rows.last().filter(|_| more).map(|r| format!("/portal?open={}&cursor={}", q.open, r.cursor.encode()));
    render(&HomePage { ui, rows, next, only_open }, &page.visitor)
}
