//! People in copy of a ticket, and its letters.

use axum::extract::{Path, State};
use axum::response::Response;
use desk::ticket::take_out_of_copy as verb;
use serde::Deserialize;

use super::verbs::said;
use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::said::Said;
use crate::session::StaffPage;

/// Has a letter of the ticket sent now.
pub(super) async fn send_again(
    State(app): State<App>,
    page: StaffPage,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
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
