//! The agent console: the list, a ticket, its verbs.

mod bulk;
mod called;
mod card;
mod columns;
mod edited;
mod emergency_line;
mod filters;
mod forward;
mod history;
mod letter;
mod list;
mod mail_line;
mod new;
mod news;
mod notices;
mod query;
mod report;
mod show;
mod stale;
mod timed_line;
mod timeline;
mod verbs;
mod verbs_case;
mod verbs_mail;
mod views;
mod why;

pub(crate) use called::{because, name_called};
pub(crate) use card::{Letters, Sent, letters};
pub(crate) use edited::follow_text;
pub(crate) use emergency_line::line as emergency_line;
pub(crate) use history::{Part, Timeline, timeline};
pub(crate) use letter::document as letter;
pub(crate) use list::render;
pub(crate) use query::ListQuery;
pub(crate) use show::tally;
pub(crate) use timeline::EntryBody;
pub(crate) use verbs::{back, said};
pub(crate) use views::keep_view;
pub(crate) use why::{WhyPart, asked as why_asked, courses, told};

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Routes of the console. Endpoints are nouns; a page's form posts to them.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(list::home))
        .route("/tickets", get(list::list).post(new::create))
        .route("/tickets/bulk", post(bulk::bulk))
        .route("/tickets/columns", post(columns::keep))
        .route("/tickets/export/{extension}", get(list::export))
        .route("/tickets/new", get(new::form))
        .route("/tickets/print", get(list::print))
        .route("/tickets/{number}", get(show::show))
        .route("/tickets/{number}/clocks/{milestone}/{cycle}", get(why::why))
        .route("/tickets/{number}/messages", post(verbs::message))
        .route("/tickets/{number}/notes", post(verbs::note))
        .route("/tickets/{number}/progress", get(report::form).post(report::send))
        .route("/tickets/{number}/draft", post(verbs::draft))
        .route("/tickets/{number}/hold", post(verbs::hold))
        .route("/tickets/{number}/hold/removal", post(verbs::resume))
        .route("/tickets/{number}/solution", post(verbs::solve))
        .route("/tickets/{number}/closure", post(verbs::close))
        .route("/tickets/{number}/closure/removal", post(verbs::reopen))
        .route("/tickets/{number}/cancellation", post(verbs::cancel))
        .route("/tickets/{number}/assignment", post(verbs::assign))
        .route("/tickets/{number}/taking", post(verbs::take))
        .route("/tickets/{number}/escalation", post(verbs::escalate))
        .route("/tickets/{number}/classification", post(verbs_case::classify))
        .route("/tickets/{number}/severity", post(verbs_case::severity))
        .route("/tickets/{number}/service", post(verbs_case::service))
        .route("/tickets/{number}/plan", post(verbs_case::plan))
        .route("/tickets/{number}/contact", post(verbs_case::contact))
        .route("/tickets/{number}/copied/removal", post(verbs_mail::take_out_of_copy))
        .route("/tickets/{number}/messages/{no}/removal", post(verbs_mail::withdraw))
        .route("/tickets/{number}/messages/{no}/letter", get(letter::show))
        .route("/tickets/{number}/messages/{no}/forwarding", get(forward::form).post(forward::send))
        .route("/tickets/{number}/letters/{id}/delivery", post(verbs_mail::send_again))
        .route("/tickets/{number}/attendance", post(verbs_case::attend))
        .route("/tickets/{number}/merge", post(verbs_case::merge))
        .route("/tickets/{number}/merge/removal", post(verbs_case::unmerge))
        .route("/tickets/{number}/split", post(verbs_case::split))
        .route("/tickets/{number}/links", post(verbs_case::link))
        .route("/tickets/{number}/links/removal", post(verbs_case::unlink))
        .route("/tickets/{number}/excuses", post(verbs_case::excuse))
        .route("/tickets/{number}/watching", post(verbs_case::watch))
        .route("/queues", get(list::queues))
        .route("/views", post(views::save_view))
        .route("/views/{id}/removal", post(views::delete_view))
        .route("/notices", get(notices::notices).post(notices::read_notices))
}
