//! People in copy of a ticket, and its letters.

use axum::extract::{Path, State};
use axum::response::Response;
use desk::ticket::take_out_of_copy as verb;
use domain::access::Right;
use serde::Deserialize;

use super::verbs::said;
use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::said::Said;
use crate::session::StaffPage;

/// Takes an answer back before it has left.
pub(super) async fn withdraw(
    State(app): State<App>,
    page: StaffPage,
    Path((number, no)): Path<(String, String)>,
) -> Result<Response, WebError> {
    page.need(Right::TicketReply)?;
    let no = no.parse().map_err(|_| page.visitor.fail(desk::Error::NotFound))?;
    let result = desk::ticket::withdraw(&app.desk, page.actor(), &number, no).await;
    said(&page.visitor, result, Said::done("withdrawn"))
}

/// What is said of an answer that was given: whether it waits, and the form that takes it back.
pub(super) async fn sent(app: &App, number: &str, no: i64) -> desk::Result<Said> {
    let desk = app.desk.clone();
    let waits = app.desk.read(move |r| Ok(desk.rules_in(r)?.settings.undo_seconds > 0)).await?;
    Ok(if waits {
        Said::undoable("sent_soon", number, &format!("messages/{no}/removal"), &[])
    } else {
        Said::done("sent")
    })
}

/// Has a letter of the ticket sent now.
pub(super) async fn send_again(
    State(app): State<App>,
    page: StaffPage,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    if !app.config.sends_letters {
        return Err(page.visitor.fail(desk::Error::NotFound));
    }
    let result = desk::post::send_again(&app.desk, page.actor(), &number, id).await;
    said(&page.visitor, result, Said::done("sent_again"))
}

/// Whom.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CopiedForm {
    address: String,
}

/// Takes somebody out of copy. What was typed meanwhile is a draft and stays.
pub(super) async fn take_out_of_copy(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<CopiedForm>,
) -> Result<Response, WebError> {
    let result = verb(&app.desk, page.actor(), &number, form.address).await;
    said(&page.visitor, result, Said::done("not_copied"))
}
