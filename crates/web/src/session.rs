//! Who is asking: the session cookie of pages, with its guard for forms.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use desk::auth::{Session, SignedIn, who_is};
use desk::{Desk, Error};
use domain::access::{Actor, Contact, Right, Staff};
use words::Locale;

use crate::app::App;
use crate::error::{Finder, Form, WebError, header_theme};
use crate::said::Said;
use crate::ui::Ui;

pub(crate) const COOKIE: &str = "aftercare_session";

/// A signed-in person with what a page needs.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub signed_in: SignedIn,
    pub locale: Locale,
    pub theme: &'static str,
    pub part: bool,
    pub path: String,
    pub said: Option<Said>,
}

impl Visitor {
    /// Wraps an error of the desk for this visitor.
    pub(crate) fn fail(&self, error: impl Into<Error>) -> WebError {
        let form = if self.part { Form::Part } else { Form::Page };
        let finder = if matches!(self.actor(), Actor::Contact(_)) { Finder::Portal } else { Finder::Console };
        WebError::new(error.into(), form, self.locale, self.theme).back_to(&self.path).found_by(finder)
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.signed_in.actor
    }
}

/// The session cookie's token, if there is one.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(COOKIE).map(|c| c.value().to_owned())
}

/// The session cookie: not readable by scripts, not sent by foreign pages.
pub(crate) fn cookie(app: &App, session: &Session) -> Cookie<'static> {
    let secure = app.config.public_url.starts_with("https://");
    Cookie::build((COOKIE, session.token.clone()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .path("/")
        .build()
}

/// Was this asked by a script, for a part of a page or for live updates? Then no sign-in page is of use.
pub(crate) fn is_part(headers: &HeaderMap) -> bool {
    let stream = headers.get("accept").is_some_and(|a| a.as_bytes() == b"text/event-stream");
    stream || headers.contains_key("hx-request")
}

impl FromRequestParts<App> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        load(&app.desk, parts.uri.path_and_query().map_or("/", |p| p.as_str()), &parts.headers).await
    }
}

async fn load(desk: &Desk, path: &str, headers: &HeaderMap) -> Result<Visitor, WebError> {
    let jar = CookieJar::from_headers(headers);
    let part = is_part(headers);
    let form = if part { Form::Part } else { Form::Page };
    let fail = |e| WebError::asked(e, form, headers).back_to(path);
    let token = jar.get(COOKIE).map(|c| c.value().to_owned()).ok_or(Error::Unauthenticated).map_err(fail)?;
    let signed_in = who_is(desk, &token).await.map_err(fail)?;
    let chosen = jar.get("locale").map(|c| Locale::parse(c.value()));
    let locale = chosen.unwrap_or_else(|| Locale::parse(&signed_in.locale));
    Ok(Visitor {
        signed_in,
        locale,
        theme: header_theme(headers),
        part,
        path: path.to_owned(),
        said: Said::read(&jar),
    })
}

/// Requests that change something must come from our own pages: the browser says so in `Sec-Fetch-Site`, older
/// ones in `Origin`. A request with a session cookie that says neither is refused; one without a session has
/// nothing to steal. Together with `SameSite=Lax` this needs no secret in forms.
pub(crate) async fn guard_forms(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let has_session = token(headers).is_some();
    if !safe && !from_our_pages(headers).unwrap_or(!has_session) {
        let form = if is_part(headers) { Form::Part } else { Form::Page };
        return WebError::asked(Error::ForeignForm, form, headers).into_response();
    }
    if has_session {
        let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
        if let Ok(visitor) = load(&app.desk, &path, request.headers()).await {
            request.extensions_mut().insert(visitor);
        }
    }
    next.run(request).await
}

/// What the browser says about where the request comes from; `None` if it says nothing.
fn from_our_pages(headers: &HeaderMap) -> Option<bool> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return Some(matches!(site, "same-origin" | "none"));
    }
    let host = text("host").unwrap_or_default();
    text("origin").map(|origin| origin.split_once("://").is_some_and(|(_, rest)| rest == host))
}

/// A member of staff on a page of the console.
pub(crate) struct StaffPage {
    pub visitor: Visitor,
    pub staff: Staff,
}

impl FromRequestParts<App> for StaffPage {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        match visitor.actor().clone() {
            Actor::Staff(staff) => Ok(Self { visitor, staff }),
            _ => Err(visitor.fail(Error::NotFound)),
        }
    }
}

impl StaffPage {
    /// The member of staff as an actor.
    pub(crate) fn actor(&self) -> &Actor {
        self.visitor.actor()
    }

    /// The person must hold the right to see this page.
    pub(crate) fn need(&self, right: Right) -> Result<(), WebError> {
        if self.staff.rights.contains(&right) { Ok(()) } else { Err(self.visitor.fail(Error::Lacks(right))) }
    }

    /// What the page's frame needs.
    pub(crate) async fn ui(&self, app: &App, section: &'static str) -> Result<Ui, WebError> {
        Ui::staff(app, self, section).await.map_err(|e| self.visitor.fail(e))
    }
}

/// A customer on a page of the portal.
pub(crate) struct ContactPage {
    pub visitor: Visitor,
    pub contact: Contact,
}

impl FromRequestParts<App> for ContactPage {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        match visitor.actor().clone() {
            Actor::Contact(contact) => Ok(Self { visitor, contact }),
            _ => Err(visitor.fail(Error::NotFound)),
        }
    }
}
