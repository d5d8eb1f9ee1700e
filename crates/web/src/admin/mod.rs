//! Administration: settings, staff, tokens, outgoing letters, jobs, audit. Everything takes effect at once.

mod operate;
mod settings;
mod staff;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::app::App;

/// Routes of administration.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/admin", get(|| async { Redirect::to("/admin/letters") }))
        .route("/admin/settings", get(settings::form).post(settings::save))
        .route("/admin/staff", get(staff::list).post(staff::save))
        .route("/admin/staff/{id}", get(staff::form))
        .route("/admin/tokens", get(operate::tokens).post(operate::create_token))
        .route("/admin/tokens/{id}/removal", post(operate::revoke_token))
        .route("/admin/letters", get(operate::letters))
        .route("/admin/jobs", get(operate::jobs))
        .route("/admin/jobs/{id}/retry", post(operate::retry_job))
        .route("/admin/audit", get(operate::audit))
}

/// The pages of administration with the right that each needs.
pub(super) const TABS: [(&str, &str); 6] = [
    ("letters", "operate"),
    ("settings", "operate"),
    ("staff", "staff.edit"),
    ("tokens", "operate"),
    ("jobs", "operate"),
    ("audit", "audit.view"),
];
