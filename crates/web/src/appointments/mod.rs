//! Agreed contacts with customers: those of a ticket with their verbs, the list of all, and what customers do with theirs.

mod form;
mod line;
mod list;
mod portal;
mod query;
mod ticket;

pub(crate) use form::NAMES;
pub(crate) use line::{line, name_people, span};
pub(crate) use portal::open_of;
pub(crate) use query::{AppointmentQuery, Whose};

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Routes of appointments.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/appointments", get(list::list))
        .route("/appointments/export/{extension}", get(list::export))
        .route("/tickets/{number}/appointments", get(ticket::all).post(ticket::make))
        .route("/tickets/{number}/appointments/{no}", get(ticket::one).post(ticket::put))
        .route("/tickets/{number}/appointments/{no}/result", post(ticket::keep))
        .route("/tickets/{number}/appointments/{no}/removal", post(ticket::call_off))
        .route("/portal/cases/{number}/appointments", get(portal::show).post(portal::ask))
        .route("/portal/cases/{number}/appointments/{no}", post(portal::put))
        .route("/portal/cases/{number}/appointments/{no}/removal", post(portal::call_off))
}
