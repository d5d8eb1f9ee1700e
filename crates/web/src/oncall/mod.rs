//! On-call: the month with who is on call each day and why, rotas as forms, people put in and taken off.

mod agree;
mod around;
mod holiday;
mod look;
mod month;
mod parity;
mod push;
mod rota_form;
mod rotas;
mod state;
mod verbs;

pub(crate) use month::called;
pub(crate) use push::{Given, keep};

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Routes of on-call. `new` is a rota that is not saved yet.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/on-call", get(month::month))
        .route("/on-call/rotas", get(rotas::list))
        .route("/on-call/rotas/{id}", get(rotas::form).post(rotas::save))
        .route("/on-call/rotas/{id}/state", post(state::set))
        .route("/on-call/overrides", post(verbs::put_in))
        .route("/on-call/overrides/{id}/removal", post(verbs::take_out))
        .route("/on-call/leaves", post(verbs::leave))
        .route("/on-call/leaves/{id}/removal", post(verbs::cancel_leave))
        .route("/on-call/phone", post(verbs::confirm_phone))
        .route("/on-call/swaps", post(agree::propose))
        .route("/on-call/swaps/{id}/answer", post(agree::answer_swap))
        .route("/on-call/start", post(agree::start))
        .route("/on-call/rotas/{id}/notes", post(agree::note))
        .route("/on-call/rotas/{id}/holiday", get(holiday::form).post(holiday::save))
        .route("/on-call/feed", post(agree::renew))
        .route("/on-call/feed/removal", post(agree::end))
        .route("/on-call/feed/{token}", get(agree::feed))
        .route("/on-call/push", post(push::subscribed))
        .route("/on-call/push/{id}/removal", post(push::removed))
        .route("/push-worker.js", get(push::worker))
}
