//! Customers: organisations, contacts, contracts, installations, each with its list, page and form.

mod back;
mod contact;
mod contacts;
mod contract;
mod contracts;
mod installation;
mod installations;
mod merge;
mod organisation;
mod organisation_form;
mod organisations;
mod query;
mod requesters;
mod whose;

pub(crate) use back::Back;
pub(crate) use query::{
    ContactQuery, ContractQuery, InstallationQuery, OrganisationQuery, bad_cursor, cut, limit,
};

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Routes of the customers.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/customers", get(organisations::list).post(organisation_form::create))
        .route("/customers/new", get(organisation_form::new))
        .route("/customers/names", get(organisations::names))
        .route("/customers/requesters", get(requesters::names))
        .route("/customers/export/{extension}", get(organisations::export))
        .route("/customers/{id}", get(organisation::show).post(organisation_form::save))
        .route("/customers/{id}/edit", get(organisation_form::edit))
        .route("/customers/{id}/activity", post(organisation::activity))
        .route("/customers/{id}/removal", post(organisation::remove))
        .route("/customers/{id}/domains", post(organisation::add_domain))
        .route("/customers/{id}/domains/removal", post(organisation::remove_domain))
        .route("/customers/{id}/takeover", post(organisation::take_over))
        .route("/customers/contacts", get(contacts::list).post(contact::create))
        .route("/customers/contacts/new", get(contact::new))
        .route("/customers/contacts/export/{extension}", get(contacts::export))
        .route("/customers/contacts/{id}", get(contact::show).post(contact::save))
        .route("/customers/contacts/{id}/edit", get(contact::edit))
        .route("/customers/contacts/{id}/removal", post(contact::remove))
        .route("/customers/contacts/{id}/points", post(contact::points))
        .route("/customers/contacts/{id}/invitation", post(contact::invite))
        .route("/customers/contacts/{id}/merge", get(merge::compare).post(merge::merge))
        .route("/customers/contracts", get(contracts::list).post(contract::create))
        .route("/customers/contracts/new", get(contract::new))
        .route("/customers/contracts/export/{extension}", get(contracts::export))
        .route("/customers/contracts/{id}", get(contract::show).post(contract::save))
        .route("/customers/contracts/{id}/removal", post(contract::remove))
        .route("/customers/installations", get(installations::list).post(installation::create))
        .route("/customers/installations/new", get(installation::new))
        .route("/customers/installations/export/{extension}", get(installations::export))
        .route("/customers/installations/{id}", get(installation::show).post(installation::save))
        .route("/customers/installations/{id}/removal", post(installation::remove))
}

/// The lists of the section: word and address.
const LISTS: [(&str, &str); 4] = [
    ("organisations", "/customers"),
    ("contacts", "/customers/contacts"),
    ("contracts", "/customers/contracts"),
    ("installations", "/customers/installations"),
];

/// What a page has to say about what was just done.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Said {
    said: String,
    n: String,
}

impl Said {
    /// The sentence, if it is one of ours.
    fn text(&self, ui: &crate::ui::Ui) -> Option<String> {
        match self.said.as_str() {
            "joined" => Some(ui.t1("said-joined", "n", self.n.parse::<u32>().unwrap_or_default())),
            "by_domain" => Some(ui.t("said-by-domain").to_owned()),
            "invited" => Some(ui.t("said-invited").to_owned()),
            "merged" => Some(ui.t("said-people-merged").to_owned()),
            _ => None,
        }
    }
}

/// A small form of a page that was refused: why, and what was typed into it.
#[derive(Debug, Default)]
struct Refused {
    errors: crate::wrong::Wrongs,
    typed: String,
}
