//! Administration: rules, settings, staff, tokens, letters in and out, jobs, audit. Everything takes effect at once.

mod answers;
mod audit;
mod audit_words;
mod calendar_form;
mod calendar_preview;
mod calendar_take;
mod calendars;
mod dkim;
mod fields;
mod groups;
mod history;
pub(crate) mod imports;
mod letters;
mod mail_in;
mod mailbox_form;
mod mailboxes;
mod operate;
pub(crate) mod pairs;
mod policies;
mod policy_form;
mod policy_preview;
mod products;
mod roles;
mod routing;
mod routing_form;
mod senders;
mod settings;
mod staff;
mod step_form;
mod synonyms;

pub use calendar_form::service_hours;
pub(crate) use calendar_take::read as announced;
pub(crate) use dkim::made as made_key;
pub(crate) use mail_in::mail_source;
pub(crate) use senders::{Spoken, all as spoken_by_all, one as spoken_by};

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::{get, post};
use desk::Error;
use domain::access::Right;

use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::ui::Ui;

/// Routes of administration.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/admin", get(first))
        .route("/admin/settings", get(settings::form).post(settings::save))
        .route("/admin/staff", get(staff::list).post(staff::save))
        .route("/admin/staff/{id}", get(staff::form))
        .route("/admin/staff/{id}/invitation", post(staff::invite))
        .route("/admin/staff/{id}/removal", post(staff::remove))
        .route("/admin/groups", get(groups::list).post(groups::save))
        .route("/admin/groups/{id}", get(groups::form))
        .route("/admin/groups/{id}/removal", post(groups::remove))
        .route("/admin/roles", get(roles::table).post(roles::save))
        .route("/admin/products", get(products::list).post(products::save))
        .route("/admin/products/{id}", get(products::form))
        .route("/admin/products/{id}/removal", post(products::remove))
        .route("/admin/tokens", get(operate::tokens).post(operate::create_token))
        .route("/admin/tokens/{id}/removal", post(operate::revoke_token))
        .route("/admin/letters", get(letters::list))
        .route("/admin/letters/{id}", get(letters::show))
        .route("/admin/letters/{id}/delivery", post(letters::send))
        .route("/admin/mail-in", get(mail_in::list))
        .route("/admin/mail-in/{id}", get(mail_in::show))
        .route("/admin/mail-in/{id}/source", get(mail_in::source))
        .route("/admin/mail-in/{id}/reading", post(mail_in::read_again))
        .route("/admin/mail-in/{id}/spam", post(mail_in::spam))
        .route("/admin/mail-in/{id}/spam/removal", post(mail_in::not_spam))
        .route("/admin/mailboxes", get(mailboxes::list).post(mailboxes::save))
        .route("/admin/mailboxes/new", get(mailboxes::new))
        .route("/admin/mailboxes/trial", post(mailboxes::trial))
        .route("/admin/mailboxes/blocks", post(mailboxes::add_block))
        .route("/admin/mailboxes/blocks/{id}/removal", post(mailboxes::remove_block))
        .route("/admin/mailboxes/{id}", get(mailboxes::form))
        .route("/admin/mailboxes/{id}/removal", post(mailboxes::remove))
        .route("/admin/mail-keys", get(dkim::list).post(dkim::add))
        .route("/admin/mail-keys/{id}/signing", post(dkim::begin))
        .route("/admin/mail-keys/{id}/signing/removal", post(dkim::end))
        .route("/admin/mail-keys/{id}/removal", post(dkim::remove))
        .route("/admin/senders", get(senders::list))
        .route("/admin/senders/{kind}/{id}", get(senders::form).post(senders::save))
        .route("/admin/imports", get(imports::list).post(imports::upload))
        .route("/admin/imports/new", get(imports::new))
        .route("/admin/imports/{id}", get(imports::show))
        .route("/admin/imports/{id}/mapping", post(imports::told))
        .route("/admin/imports/{id}/removal", post(imports::discard))
        .route("/admin/imports/{id}/bad.csv", get(imports::bad))
        .route("/admin/jobs", get(operate::jobs))
        .route("/admin/jobs/{id}/retry", post(operate::retry_job))
        .route("/admin/audit", get(audit::page))
        .merge(rules())
}

/// Routes of the rules. `new` is a calendar, promise or answer that is not saved yet.
fn rules() -> Router<App> {
    Router::new()
        .route("/admin/calendars", get(calendars::list))
        .route("/admin/calendars/{id}", get(calendars::form).post(calendars::save))
        .route("/admin/calendars/{id}/history", get(calendars::history))
        .route("/admin/calendars/{id}/export/{format}", get(calendar_take::export))
        .route("/admin/policies", get(policies::list))
        .route("/admin/policies/{id}", get(policies::form).post(policies::save))
        .route("/admin/policies/{id}/history", get(policies::history))
        .route("/admin/routing", get(routing::form).post(routing::save))
        .route("/admin/fields", get(fields::form).post(fields::save))
        .route("/admin/synonyms", get(synonyms::form).post(synonyms::save))
        .route("/admin/answers", get(answers::list))
        .route("/admin/answers/{id}", get(answers::form).post(answers::save))
        .route("/admin/answers/{id}/removal", post(answers::delete))
        .route("/admin/answers/{id}/removal/undo", post(answers::restore))
}

/// The pages of administration by topic, each with the right that it needs.
pub(super) const TABS: &[(&str, &[(&str, &str)])] = &[
    ("people", &[("staff", "staff.edit"), ("groups", "staff.edit"), ("roles", "staff.edit")]),
    (
        "rules",
        &[
            ("calendars", "promise.edit"),
            ("policies", "promise.edit"),
            ("routing", "desk.edit"),
            ("fields", "desk.edit"),
            ("answers", "desk.edit"),
            ("products", "desk.edit"),
            ("synonyms", "desk.edit"),
        ],
    ),
    (
        "operation",
        &[
            ("settings", "operate"),
            ("mailboxes", "operate"),
            ("senders", "operate"),
            ("mail-keys", "operate"),
            ("mail-in", "operate"),
            ("letters", "operate"),
            ("imports", "import"),
            ("tokens", "operate"),
            ("jobs", "operate"),
            ("audit", "audit.view"),
        ],
    ),
];

/// The topics of which the person may see a page, with these pages.
pub(super) fn tabs(ui: &Ui) -> Vec<(&'static str, Vec<&'static str>)> {
    let seen = |pages: &'static [(&str, &str)]| -> Vec<&'static str> {
        pages.iter().filter(|(_, right)| ui.may(right)).map(|(page, _)| *page).collect()
    };
    TABS.iter().map(|(topic, pages)| (*topic, seen(pages))).filter(|(_, pages)| !pages.is_empty()).collect()
}

/// Each right with what it allows.
pub(super) fn rights(ui: &Ui) -> Vec<(&'static str, &'static str)> {
    let said = |r: &Right| ui.w("right", &r.as_str().replace('.', "_"));
    Right::ALL.iter().map(|r| (r.as_str(), said(r))).collect()
}

/// The first page that the person may see.
async fn first(State(app): State<App>, page: StaffPage) -> Result<Redirect, WebError> {
    let ui = page.ui(&app, "admin").await?;
    let to = tabs(&ui).first().and_then(|(_, pages)| pages.first().copied());
    to.map(|to| Redirect::to(&format!("/admin/{to}"))).ok_or_else(|| page.visitor.fail(Error::NotFound))
}
