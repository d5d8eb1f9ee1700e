//! The link of a letter: a page with a button, because mail scanners open links too; the button acknowledges.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use desk::Error;
use desk::oncall::{acknowledge_by_link, page_of_link, step_of};
use domain::oncall::PageEnd;
use words::{Locale, step_fired, t, t_args};

use crate::app::App;
use crate::error::{Form, WebError, encode, header_locale, header_theme};
use crate::names::Names;

#[derive(Template)]
#[template(path = "paging/link.html")]
struct LinkPage {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    /// Empty if the link is not good.
    number: String,
    title: String,
    why: String,
    /// What became of the page; empty while it rings.
    over: String,
    action: String,
}

impl LinkPage {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
}

/// What was paged, with the button or with what became of it.
pub(super) async fn form(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    shown(&app, &token, &headers).await
}

/// The button. Pressing it again only tells what became of the page.
pub(super) async fn acknowledged(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    match acknowledge_by_link(&app.desk, &token).await {
        Ok(_) | Err(Error::NotFound) => shown(&app, &token, &headers).await,
        Err(e) => Err(WebError::asked(e, Form::Page, &headers)),
    }
}

async fn shown(app: &App, token: &str, headers: &HeaderMap) -> Result<Response, WebError> {
    let fail = |e| WebError::asked(e, Form::Page, headers);
    let mut page = LinkPage {
        locale: header_locale(headers),
        theme: header_theme(headers),
        assets: crate::assets::version(),
        number: String::new(),
        title: String::new(),
        why: String::new(),
        over: String::new(),
        action: format!("/pages/link/{}", encode(token)),
    };
    let Some((row, person)) = page_of_link(&app.desk, token).await.map_err(fail)? else {
        return Ok((StatusCode::NOT_FOUND, Html(page.render().unwrap_or_default())).into_response());
    };
    page.locale = Locale::parse(&person.locale);
    let (locale, desk) = (page.locale, app.desk.clone());
    let read = app.desk.read(move |r| {
        let step = step_of(r, &row.ticket, row.step)?;
        let why = step.and_then(|s| step_fired(locale, &s)).unwrap_or_default();
        let mut names = Names::default();
        let zone = desk.rules_in(r)?.settings.zone();
        let who = match &row.ended_by {
            Some(id) => {
                names.staff(r, id)?;
                names.get(id.as_str())
            }
            None => String::new(),
        };
        let over = row.ended.zip(row.ended_at).map(|(how, at)| {
            let at = words::dated(locale, &zone, at);
            t_args(locale, over_key(how), &[("who", &who), ("at", &at)])
        });
        Ok((row, why, over.unwrap_or_default()))
    });
    let (row, why, over) = read.await.map_err(fail)?;
    let page = LinkPage { number: row.number, title: row.title, why, over, ..page };
    Ok(Html(page.render().unwrap_or_default()).into_response())
}

fn over_key(how: PageEnd) -> &'static str {
    match how {
        PageEnd::Acknowledged => "page-over-acknowledged",
        PageEnd::Responded => "page-over-responded",
        PageEnd::Taken => "page-over-taken",
        PageEnd::Over => "page-over-over",
        PageEnd::CalledOff => "page-over-called_off",
    }
}
