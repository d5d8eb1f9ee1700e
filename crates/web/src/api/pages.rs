//! The caller's pages: what rings, and the acknowledgement.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use desk::oncall::acknowledge;
use serde::Serialize;
use store::oncall::page::PageRow;
use utoipa::ToSchema;

use super::caller::Caller;
use super::oncall::{Answer, done};
use super::paging::{After, ListView};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};

/// A page that rings until somebody answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageView {
    /// The ticket's number.
    ticket: String,
    /// Its title.
    title: String,
    /// The event of the step that paged.
    step_event: i64,
    /// The event that tells of the page.
    event: i64,
    /// When.
    at: String,
    /// `in_app`, `mail`, `push`.
    means: Vec<&'static str>,
    /// When the next one is paged; absent if others were paged meanwhile or nobody is left.
    next_at: Option<String>,
}

fn view(p: PageRow) -> PageView {
    PageView {
        ticket: p.number,
        title: p.title,
        step_event: p.step,
        event: p.event,
        at: instant(p.paged_at),
        means: p.means.iter().map(|m| m.as_str()).collect(),
        next_at: p.next_at.map(instant),
    }
}

/// The caller's pages that nobody has answered, newest first.
#[utoipa::path(get, path = "/api/v1/pages", params(After), responses((status = 200, body = ListView<PageView>)))]
pub(crate) async fn pages(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<PageView>> {
    let me = caller.person()?;
    let open = app.desk.read(move |r| Ok(store::oncall::page::open(r, &me.id)?)).await;
    let open = open.map(|rows| rows.into_iter().map(view).collect());
    let page = open.and_then(|all| after.page(all, |p: &PageView| format!("{}/{}", p.ticket, p.step_event)));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// Acknowledges one's pages for a ticket: nobody else is paged for it. Harmless when they have ended already.
#[utoipa::path(post, path = "/api/v1/pages/{number}/acknowledgement", params(("number" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn acknowledgement(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<StatusCode, WebError> {
    done(&caller, acknowledge(&app.desk, &caller.actor, &number).await)
}
