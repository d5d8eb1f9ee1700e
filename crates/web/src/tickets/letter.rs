//! The letter that became a message, as it was written: a document of its own in a frame without any right.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use desk::{Error, Result};
use domain::access::{Actor, Right};
use domain::mail_in::Written;
use store::{mail_in, ticket};
use words::{Locale, t};

use crate::app::App;
use crate::error::WebError;
use crate::html::clean_letter;
use crate::mailbox_port::needed;
use crate::session::StaffPage;

/// Nothing runs and nothing is fetched; only pictures and looks that stand in the letter itself.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

#[derive(Template)]
#[template(path = "tickets/letter.html")]
struct LetterPage {
    locale: Locale,
    html: String,
    text: String,
}

impl LetterPage {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }

    /// A picture does not stand in the letter, and is not fetched.
    fn leaves_out(&self) -> bool {
        self.html
            .split("<img")
            .skip(1)
            .any(|tag| !tag.split('>').next().is_some_and(|tag| tag.contains("src=")))
    }
}

/// The letter of a message.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path((number, no)): Path<(String, String)>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::TicketView)?;
    document(&app, page.actor(), page.visitor.locale, &number, &no).await.map_err(|e| page.visitor.fail(e))
}

/// The document; also what the API answers.
pub(crate) async fn document(
    app: &App,
    who: &Actor,
    locale: Locale,
    number: &str,
    no: &str,
) -> Result<Response> {
    let no = no.parse().map_err(|_| Error::NotFound)?;
    let (scope, number) = (who.scope(), number.to_owned());
    let read = app.desk.read(move |r| {
        let ticket = ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        mail_in::raw_of(r, &ticket.id, no)?.ok_or(Error::NotFound)
    });
    let written = needed(app.config.mailboxes.as_ref())?.as_written(&read.await?);
    let (html, text) = match written {
        Ok(Written::Html(html)) => (clean_letter(&html), String::new()),
        Ok(Written::Text(text)) => (String::new(), text),
        Err(_) => return Err(Error::NotFound),
    };
    let page = LetterPage { locale, html, text }.render().map_err(|e| Error::Internal(e.to_string()))?;
    Ok(([(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_FRAME_OPTIONS, "SAMEORIGIN")], Html(page))
        .into_response())
}
