//! Emergencies: the page of one, its verbs, the lists of emergencies and of measures.

mod list;
mod measures;
mod query;
mod show;
mod verbs;

pub(crate) use query::{EmergencyQuery, MeasureQuery};
pub(crate) use show::{Course, course, name_people};

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Routes of emergencies.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/emergencies", get(list::list))
        .route("/emergencies/export/{extension}", get(list::export))
        .route("/emergencies/measures", get(measures::list))
        .route("/emergencies/measures/export/{extension}", get(measures::export))
        .route("/tickets/{number}/emergency", get(show::show).post(verbs::start))
        .route("/tickets/{number}/emergency/removal", post(verbs::call_off))
        .route("/tickets/{number}/emergency/description", post(verbs::describe))
        .route("/tickets/{number}/emergency/staffing", post(verbs::staffing))
        .route("/tickets/{number}/emergency/entries", post(verbs::entry))
        .route("/tickets/{number}/emergency/plan", post(verbs::plan))
        .route("/tickets/{number}/emergency/end", post(verbs::end))
        .route("/tickets/{number}/emergency/end/removal", post(verbs::resume))
        .route("/tickets/{number}/emergency/review", post(verbs::review))
        .route("/tickets/{number}/emergency/measures", post(verbs::measure))
        .route("/tickets/{number}/emergency/completion", post(verbs::finish))
}

/// The lists of the section: word and address.
const LISTS: [(&str, &str); 2] = [("emergencies", "/emergencies"), ("measures", "/emergencies/measures")];
