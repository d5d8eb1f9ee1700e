//! People and agreements in the API: customers with what was agreed, products, staff with groups and roles.

mod contacts;
mod contracts;
mod groups;
mod installations;
mod organisations;
mod products;
mod roles;
mod staff;

use desk::{Error, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The routes of these nouns.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(organisations::list, organisations::create))
        .routes(routes!(organisations::show, organisations::change, organisations::remove))
        .routes(routes!(organisations::take_over))
        .routes(routes!(contacts::list, contacts::create))
        .routes(routes!(contacts::show, contacts::change, contacts::remove))
        .routes(routes!(contacts::merge))
        .routes(routes!(contacts::invite))
        .routes(routes!(contracts::list, contracts::create))
        .routes(routes!(contracts::show, contracts::change, contracts::remove))
        .routes(routes!(installations::list, installations::create))
        .routes(routes!(installations::show, installations::change, installations::remove))
        .routes(routes!(products::list, products::create))
        .routes(routes!(products::show, products::change, products::remove))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::show, groups::change, groups::remove))
        .routes(routes!(staff::list, staff::create))
        .routes(routes!(staff::show, staff::change, staff::remove))
        .routes(routes!(staff::invite))
        .routes(routes!(roles::list))
        .routes(routes!(roles::show, roles::change))
}

/// A change names the version that its author saw.
fn seen(version: i64) -> Result<i64> {
    if version > 0 { Ok(version) } else { Err(Error::field("version", "required")) }
}

/// An identifier in a change: absent leaves it, an empty one clears it.
fn chosen<T: From<String>>(given: Option<&String>, present: Option<T>) -> Option<T> {
    match given {
        Some(text) => crate::form::id(text),
        None => present,
    }
}
