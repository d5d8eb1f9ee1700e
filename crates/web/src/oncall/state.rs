//! Whether a rota is in force or a draft: the buttons that change it, and what is said of two in force that serve the same.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::oncall::{Overlap, set_rota_state};
use domain::access::Right;
use domain::id::RotaId;
use domain::oncall::RotaState;
use words::{Locale, t, t_args};

use super::rotas::{Beside, shown, stored};
use super::verbs::{Form, get};
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, required};
use crate::said::Said;
use crate::session::StaffPage;
use crate::wrong::Wrongs;

/// Two rotas in force that serve the same, and how to mend it.
pub(super) fn said(locale: Locale, o: &Overlap) -> String {
    let key = if o.groups.is_empty() { "rota-overlap-rest" } else { "rota-overlap" };
    let groups = o.groups.join(t(locale, "list-comma"));
    t_args(locale, key, &[("asked", &*o.asked.name), ("passed", &*o.passed.name), ("groups", &*groups)])
}

/// Puts a draft in force, or makes a draft of a rota.
pub(super) async fn set(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(sent): Fields<Form>,
) -> Result<Response, WebError> {
    page.need(Right::OncallEdit)?;
    let state = required("state", get(&sent, "state")).map_err(|e| page.visitor.fail(e))?;
    match set_rota_state(&app.desk, page.actor(), RotaId(id.clone()), state).await {
        Ok(row) => {
            let address = format!("/on-call/rotas/{}/state", row.id);
            let back = if state == RotaState::Draft { RotaState::InForce } else { RotaState::Draft };
            let undo = vec![("state".to_owned(), back.to_string())];
            let to = Redirect::to(&format!("/on-call/rotas/{}", row.id)).into_response();
            Ok(Said::undone_at(&format!("rota-{state}"), address, undo).with(to))
        }
        Err(Error::Invalid(fields)) => {
            let form = stored(&app, &page, id).await?;
            let wrong = Wrongs::of(&fields, page.visitor.locale);
            let mut back = shown(&app, &page, form, Beside { wrong, ..Beside::default() }).await?;
            *back.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(back)
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}
