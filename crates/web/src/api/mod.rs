//! The JSON API `/api/v1`: the same use cases as the pages, with bearer tokens and its own views.

mod announcements;
mod appointments;
mod appraisal;
mod asked;
mod bulk;
mod caller;
mod chats;
pub(crate) mod choices;
mod conduct;
mod copied;
mod describe;
mod dkim;
mod docs;
mod document;
mod documents;
mod emergencies;
mod emergency_views;
mod house;
mod imports;
mod kit;
mod later;
mod mail_in;
mod mailboxes;
mod message;
mod oncall;
mod oncall_agree;
mod oncall_views;
mod once;
mod own;
mod pages;
mod paging;
mod people;
mod policy_preview;
mod post;
pub(crate) mod problems;
mod progress;
mod push;
mod queues;
mod reports;
mod risk_view;
mod rules;
mod rules_desk;
mod search;
mod senders;
mod synonyms;
pub(crate) mod throttle;
mod tickets;
mod unfit;
mod verbs;
mod verbs_case;
mod verbs_customer;
mod view;
mod what_if;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use later::Later;

#[derive(OpenApi)]
#[openapi(
    info(title = "Aftercare", description = "After-sales service desk. Instants are RFC 3339, errors are problem details (RFC 9457)."),
    security(("token" = []))
)]
struct Described;

/// The API's routes and their description.
fn described() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut api) = OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(tickets::list, tickets::create))
        .routes(routes!(bulk::bulk))
        .routes(routes!(tickets::show))
        .routes(routes!(tickets::events))
        .routes(routes!(tickets::messages, verbs::message))
        .routes(routes!(verbs::withdraw))
        .routes(routes!(verbs::letter))
        .routes(routes!(verbs::forward))
        .routes(routes!(progress::list, progress::report))
        .routes(routes!(verbs::note))
        .routes(routes!(verbs::hold, verbs::resume))
        .routes(routes!(verbs::solve))
        .routes(routes!(verbs::close, verbs::reopen))
        .routes(routes!(verbs::cancel))
        .routes(routes!(verbs::assign))
        .routes(routes!(verbs::take))
        .routes(routes!(verbs::escalate))
        .routes(routes!(verbs_case::edit))
        .routes(routes!(verbs_case::severity))
        .routes(routes!(verbs_case::service))
        .routes(routes!(verbs_case::plan))
        .routes(routes!(verbs_case::contact))
        .routes(routes!(verbs_case::attend))
        .routes(routes!(verbs_case::merge, verbs_case::unmerge))
        .routes(routes!(verbs_case::split))
        .routes(routes!(verbs_case::link))
        .routes(routes!(verbs_case::unlink))
        .merge(described_customer())
        .merge(described_appointments())
        .routes(routes!(verbs_case::excuse))
        .routes(routes!(house::why))
        .routes(routes!(own::draft, own::save_draft))
        .routes(routes!(own::upload))
        .routes(routes!(own::download))
        .routes(routes!(own::notices))
        .routes(routes!(own::read_notices))
        .routes(routes!(own::views, own::save_view))
        .routes(routes!(own::delete_view))
        .merge(described_house())
        .merge(described_reports())
        .routes(routes!(search::search))
        .merge(described_rules())
        .merge(people::routes())
        .merge(described_imports())
        .merge(described_emergencies())
        .merge(described_chats())
        .routes(routes!(queues::list))
        .merge(described_letters())
        .split_for_parts();
    describe::commonly(&mut api);
    let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    api.components.get_or_insert_default().add_security_scheme("token", scheme);
    (router, api)
}

/// The house's own books.
fn described_house() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(house::log))
        .routes(routes!(house::audit))
        .routes(routes!(house::jobs))
        .routes(routes!(house::retry_job))
        .routes(routes!(house::tokens, house::create_token))
        .routes(routes!(house::revoke_token))
}

/// Numbers, and what is made of those about people.
fn described_reports() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(conduct::list, conduct::search))
        .routes(routes!(conduct::objection))
        .routes(routes!(conduct::decision))
        .routes(routes!(appraisal::show))
        .routes(routes!(what_if::show))
        .routes(routes!(reports::list))
        .routes(routes!(reports::show))
        .routes(routes!(reports::cases))
}

/// Letters that leave the house, and those that come in.
fn described_letters() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(post::letters))
        .routes(routes!(post::letter))
        .routes(routes!(post::send_letter))
        .routes(routes!(post::send_again))
        .routes(routes!(mail_in::list))
        .routes(routes!(mail_in::show))
        .routes(routes!(mail_in::source))
        .routes(routes!(mail_in::read_again))
        .routes(routes!(mail_in::spam, mail_in::not_spam))
        .routes(routes!(dkim::list, dkim::create))
        .routes(routes!(dkim::begin, dkim::end))
        .routes(routes!(dkim::remove))
        .routes(routes!(senders::list))
        .routes(routes!(senders::show, senders::put))
        .routes(routes!(copied::list))
        .routes(routes!(copied::remove))
        .routes(routes!(mailboxes::list, mailboxes::create))
        .routes(routes!(mailboxes::show, mailboxes::put, mailboxes::remove))
        .routes(routes!(mailboxes::put_secret))
        .routes(routes!(mailboxes::trial))
        .routes(routes!(mailboxes::blocks, mailboxes::add_block))
        .routes(routes!(mailboxes::remove_block))
}

/// Agreed contacts with customers, and what callers prepare.
fn described_appointments() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(appointments::list))
        .routes(routes!(appointments::of_ticket, appointments::create))
        .routes(routes!(appointments::put, appointments::call_off))
        .routes(routes!(appointments::keep))
        .routes(routes!(kit::show))
}

/// Chats.
fn described_chats() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(chats::list))
        .routes(routes!(chats::sit, chats::rise))
        .routes(routes!(chats::show))
        .routes(routes!(chats::lines, chats::say))
        .routes(routes!(chats::take))
        .routes(routes!(chats::transfer))
        .routes(routes!(chats::end))
        .routes(routes!(chats::transcript))
}

/// What the requester does, passed on.
fn described_customer() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(verbs_customer::confirm))
        .routes(routes!(verbs_customer::rate))
        .routes(routes!(verbs_customer::complain))
        .routes(routes!(verbs_customer::withdraw))
        .routes(routes!(verbs_customer::anything_else))
}

/// Tables that are read in.
fn described_imports() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(imports::list, imports::upload))
        .routes(routes!(imports::show, imports::discard))
        .routes(routes!(imports::tell))
        .routes(routes!(imports::preview))
        .routes(routes!(imports::run))
        .routes(routes!(imports::bad))
}

/// Emergencies.
fn described_emergencies() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(emergency_views::list))
        .routes(routes!(emergency_views::list_measures))
        .routes(routes!(emergencies::show, emergencies::start, emergencies::call_off))
        .routes(routes!(emergencies::describe))
        .routes(routes!(emergencies::staffing))
        .routes(routes!(emergencies::entry))
        .routes(routes!(emergencies::plan))
        .routes(routes!(emergencies::end, emergencies::resume))
        .routes(routes!(emergencies::review))
        .routes(routes!(emergencies::measure))
        .routes(routes!(emergencies::finish))
}

/// The rules of the house.
fn described_oncall() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(oncall::now))
        .routes(routes!(oncall::rotas, oncall::new_rota))
        .routes(routes!(oncall::rota, oncall::put_rota))
        .routes(routes!(oncall::shifts))
        .routes(routes!(oncall::put_in))
        .routes(routes!(oncall::take_out))
        .routes(routes!(oncall::leave))
        .routes(routes!(oncall::cancel_leave))
        .routes(routes!(oncall::confirm_phone))
        .routes(routes!(oncall_agree::swaps))
        .routes(routes!(oncall_agree::propose))
        .routes(routes!(oncall_agree::answer))
        .routes(routes!(oncall_agree::notes, oncall_agree::leave_note))
        .routes(routes!(oncall_agree::start))
        .routes(routes!(oncall_agree::renew_feed, oncall_agree::end_feed))
        .routes(routes!(oncall_agree::holidays, oncall_agree::put_in_holidays))
        .routes(routes!(pages::pages))
        .routes(routes!(pages::acknowledgement))
        .routes(routes!(push::browsers, push::add_browser))
        .routes(routes!(push::remove_browser))
}

fn described_rules() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rules::calendars, rules::new_calendar))
        .routes(routes!(rules::calendar, rules::put_calendar))
        .routes(routes!(rules::preview))
        .routes(routes!(announcements::announcements))
        .routes(routes!(rules::calendar_revisions))
        .routes(routes!(rules::policies, rules::new_policy))
        .routes(routes!(policy_preview::preview))
        .routes(routes!(rules::policy, rules::put_policy))
        .routes(routes!(rules::policy_revisions))
        .routes(routes!(rules_desk::routing, rules_desk::put_routing))
        .routes(routes!(rules_desk::dry_run))
        .routes(routes!(rules_desk::fields, rules_desk::put_fields))
        .routes(routes!(rules_desk::answers, rules_desk::new_answer))
        .routes(routes!(rules_desk::put_answer, rules_desk::remove_answer))
        .routes(routes!(rules_desk::settings, rules_desk::put_settings))
        .routes(routes!(synonyms::synonyms, synonyms::put_synonyms))
        .merge(described_oncall())
}

/// The API's document and its page; its routes are made later.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/openapi.json", get(docs::document))
        .route("/api", get(|| async { Redirect::to("/api/docs") }))
        .route("/api/docs", get(docs::page))
}
