//! Signing in and out: password, one-time link, language and theme of the reader.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use desk::{Error, auth};
use domain::ticket::decide::Refusal;
use serde::Deserialize;
use words::{Locale, t, t_args};

use crate::app::App;
use crate::error::{Form, THEMES, WebError, describe, header_locale, header_theme};
use crate::form::Fields;
use crate::peer::Peer;
use crate::session::{COOKIE, Visitor, cookie, token};

/// Routes of signing in.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(form).post(sign_in))
        .route("/sign-in/link", post(request_link))
        .route("/sign-in/link/{token}", get(link_page).post(use_link))
        .route("/sign-out", post(sign_out))
        .route("/sign-out/everywhere", post(sign_out_everywhere))
        .route("/account/password", get(password_page).post(set_password))
        .route("/preferences", post(preferences))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    error: String,
    said: String,
    login: &'a str,
    back: &'a str,
    accounts: &'a [(String, String, String)],
    mode: &'static str,
    action: String,
    /// A password must be set with the link.
    wants_password: bool,
    /// The person has a password, which is asked for before a new one is set.
    has_password: bool,
}

impl SignInPage<'_> {
    /// An empty page in the language and theme of the request.
    fn asked(headers: &HeaderMap, mode: &'static str, action: String) -> Self {
        Self {
            locale: header_locale(headers),
            theme: header_theme(headers),
            assets: crate::assets::version(),
            error: String::new(),
            said: String::new(),
            login: "",
            back: "",
            accounts: &[],
            mode,
            action,
            wants_password: false,
            has_password: false,
        }
    }
    fn title(&self) -> &'static str {
        self.t(match self.mode {
            "link" => "sign-in-link-title",
            "set" => "password-set",
            _ => "sign-in-title",
        })
    }
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
    fn login_is(&self) -> String {
        t_args(self.locale, "password-of", &[("login", self.login)])
    }
    fn role(&self, key: &str) -> &'static str {
        words::word(self.locale, "role", key)
    }
}

/// Where to go afterwards.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Back {
    back: String,
}

fn page(app: &App, headers: &HeaderMap, login: &str, back: &str, error: String, said: String) -> Response {
    let accounts = &app.config.demo_accounts;
    let asked = SignInPage::asked(headers, "password", String::new());
    let page = SignInPage { error, said, login, back, accounts, ..asked };
    Html(page.render().unwrap_or_default()).into_response()
}

async fn form(State(app): State<App>, Query(q): Query<Back>, headers: HeaderMap) -> Response {
    page(&app, &headers, "", &q.back, String::new(), String::new())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignInForm {
    login: String,
    password: String,
    back: String,
}

/// Only addresses of our own: `/…`, never `//host`.
fn own_address(back: &str) -> &str {
    if back.starts_with('/') && !back.starts_with("//") && !back.contains('\\') { back } else { "/" }
}

async fn sign_in(
    State(app): State<App>,
    Peer(from): Peer,
    jar: CookieJar,
    headers: HeaderMap,
    Fields(form): Fields<SignInForm>,
) -> Response {
    match auth::sign_in(&app.desk, &form.login, form.password.clone(), &from).await {
        Ok(session) => {
            (jar.add(cookie(&app, &session)), Redirect::to(own_address(&form.back))).into_response()
        }
        Err(e) => {
            let locale = header_locale(&headers);
            let (status, _, text) = describe(&e, locale);
            let text = if matches!(e, Error::Unauthenticated) {
                t(locale, "sign-in-wrong").to_owned()
            } else {
                text
            };
            let page = page(&app, &headers, &form.login, &form.back, text, String::new());
            let Error::RateLimited { retry_after_s } = e else { return (status, page).into_response() };
            (status, [(RETRY_AFTER, retry_after_s.to_string())], page).into_response()
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LinkForm {
    email: String,
}

/// The answer is the same whether the address is somebody's or not.
async fn request_link(
    State(app): State<App>,
    headers: HeaderMap,
    Fields(form): Fields<LinkForm>,
) -> Response {
    let locale = header_locale(&headers);
    match auth::request_link(&app.desk, &form.email).await {
        Ok(()) => {
            page(&app, &headers, &form.email, "", String::new(), t(locale, "sign-in-link-sent").to_owned())
        }
        Err(e) => {
            let (status, _, text) = describe(&e, locale);
            (status, page(&app, &headers, &form.email, "", text, String::new())).into_response()
        }
    }
}

/// A link is opened by mail scanners too: only the button uses it up.
async fn link_page(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    link_form(&app, &headers, &token, String::new()).await
}

/// What the link is for decides whether a password is asked for or only offered.
async fn link_form(app: &App, headers: &HeaderMap, token: &str, error: String) -> Result<Response, WebError> {
    let dead = |key: &str| {
        let text = t(header_locale(headers), key).to_owned();
        Ok((StatusCode::UNAUTHORIZED, page(app, headers, "", "", text, String::new())).into_response())
    };
    let link = match auth::link_of(&app.desk, token).await {
        Ok(Some(link)) => link,
        Ok(None) => return dead("sign-in-link-dead"),
        Err(Error::Refused(Refusal::InactivePerson)) => return dead("sign-in-link-inactive"),
        Err(e) => return Err(WebError::asked(e, Form::Page, headers)),
    };
    let asked = SignInPage::asked(headers, "link", format!("/sign-in/link/{}", crate::error::encode(token)));
    let wants_password = link.purpose != auth::SIGN_IN;
    let page = SignInPage { login: &link.login, wants_password, error, ..asked };
    Ok(Html(page.render().unwrap_or_default()).into_response())
}

async fn use_link(
    State(app): State<App>,
    jar: CookieJar,
    headers: HeaderMap,
    Path(token): Path<String>,
    Fields(form): Fields<PasswordForm>,
) -> Result<Response, WebError> {
    let password = Some(form.password).filter(|p| !p.is_empty());
    match auth::use_link(&app.desk, &token, password).await {
        Ok(session) => Ok((jar.add(cookie(&app, &session)), Redirect::to("/")).into_response()),
        Err(Error::Unauthenticated | Error::Refused(Refusal::InactivePerson)) => {
            link_form(&app, &headers, &token, String::new()).await
        }
        Err(e) => {
            let (status, _, text) = describe(&e, header_locale(&headers));
            Ok((status, link_form(&app, &headers, &token, text).await?).into_response())
        }
    }
}

fn signed_out(jar: CookieJar) -> Response {
    (jar.remove(Cookie::build(COOKIE).path("/")), Redirect::to("/sign-in")).into_response()
}

async fn sign_out(State(app): State<App>, jar: CookieJar, headers: HeaderMap) -> Result<Response, WebError> {
    if let Some(token) = token(&headers) {
        let gone = auth::sign_out(&app.desk, &token).await;
        gone.map_err(|e| WebError::asked(e, Form::Page, &headers))?;
    }
    Ok(signed_out(jar))
}

async fn sign_out_everywhere(
    State(app): State<App>,
    visitor: Visitor,
    jar: CookieJar,
) -> Result<Response, WebError> {
    auth::sign_out_everywhere(&app.desk, visitor.actor()).await.map_err(|e| visitor.fail(e))?;
    Ok(signed_out(jar))
}

/// Says whose password it will be.
async fn password_page(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    password_form(&app, &visitor, &headers, String::new()).await
}

async fn password_form(
    app: &App,
    visitor: &Visitor,
    headers: &HeaderMap,
    error: String,
) -> Result<Response, WebError> {
    let actor = visitor.actor().reference();
    let read = app.desk.read(move |r| Ok((auth::login_of(r, &actor)?, auth::has_password(r, &actor)?)));
    let (login, has_password) = read.await.map_err(|e| visitor.fail(e))?;
    let asked = SignInPage::asked(headers, "set", "/account/password".to_owned());
    let page = SignInPage { locale: visitor.locale, login: &login, has_password, error, ..asked };
    Ok(Html(page.render().unwrap_or_default()).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PasswordForm {
    present: String,
    password: String,
}

async fn set_password(
    State(app): State<App>,
    visitor: Visitor,
    jar: CookieJar,
    headers: HeaderMap,
    Fields(form): Fields<PasswordForm>,
) -> Result<Response, WebError> {
    match auth::set_own_password(&app.desk, visitor.actor(), form.present, form.password).await {
        Ok(()) => Ok(signed_out(jar)),
        Err(e) => {
            let (status, _, text) = describe(&e, visitor.locale);
            Ok((status, password_form(&app, &visitor, &headers, text).await?).into_response())
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Preferences {
    locale: String,
    theme: String,
    back: String,
}

/// Language and theme are the browser's: two plain cookies.
async fn preferences(jar: CookieJar, Fields(form): Fields<Preferences>) -> Response {
    let keep = |name: &'static str, value: String| {
        let year = axum_extra::extract::cookie::Expiration::from(None);
        let mut cookie =
            Cookie::build((name, value)).path("/").same_site(SameSite::Lax).expires(year).build();
        cookie.make_permanent();
        cookie
    };
    let mut jar = jar;
    if !form.locale.is_empty() {
        jar = jar.add(keep("locale", Locale::parse(&form.locale).tag().to_owned()));
    }
    if THEMES.contains(&form.theme.as_str()) {
        jar = jar.add(keep("theme", form.theme));
    }
    (jar, Redirect::to(own_address(&form.back))).into_response()
}
