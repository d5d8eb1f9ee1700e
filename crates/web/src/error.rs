//! Errors as people and programs see them. Logged once, here, with the id that they are shown.

use askama::Template;
use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use desk::{Error, FieldError, Use};
use serde::Serialize;
use words::{Locale, t, t_args};

use crate::app::App;
use crate::session::Visitor;
use crate::wrong::{Wrong, with_names};

/// Which form the answer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A whole page.
    Page,
    /// A part for htmx: a toast.
    Part,
    /// Problem details (RFC 9457).
    Json,
}

/// A desk error on its way out.
#[derive(Debug)]
pub(crate) struct WebError {
    error: Error,
    form: Form,
    locale: Locale,
    theme: &'static str,
    back: String,
    finder: Finder,
}

/// Where somebody can search for what is not there. A word, not an address: errors are kept small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finder {
    /// Nobody knows who it is.
    Nowhere,
    /// Staff.
    Console,
    /// A customer.
    Portal,
}

impl Finder {
    fn address(self) -> Option<&'static str> {
        match self {
            Self::Nowhere => None,
            Self::Console => Some("/search"),
            Self::Portal => Some("/portal/search"),
        }
    }
}

/// Problem details.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Problem {
    /// `about:blank#refused.ended`, stable.
    #[serde(rename = "type")]
    pub type_: String,
    /// For people, in the language that was asked for.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Which fields are wrong, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ProblemField>,
    /// The newer value when somebody else saved first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<String>,
    /// What exactly could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// To be found in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Problem {
    /// One that needs no more words.
    pub(crate) fn bare(status: StatusCode, key: &str, title: String) -> Self {
        let type_ = format!("about:blank#{key}");
        let (fields, theirs, detail, id) = (Vec::new(), None, None, None);
        Self { type_, title, status: status.as_u16(), fields, theirs, detail, id }
    }
}

/// A problem document as an answer.
pub(crate) fn problem(status: StatusCode, problem: Problem) -> Response {
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A wrong field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ProblemField {
    /// Name.
    pub field: String,
    /// Why.
    pub issue: String,
    /// What stands in the way, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    title: &'a str,
    detail: &'a str,
    back: &'a str,
    search: Option<&'static str>,
}

impl ErrorPage<'_> {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
}

impl WebError {
    pub(crate) fn new(error: Error, form: Form, locale: Locale, theme: &'static str) -> Self {
        Self { error, form, locale, theme, back: String::new(), finder: Finder::Nowhere }
    }

    /// An error for somebody of whom only the request is known.
    pub(crate) fn asked(error: Error, form: Form, headers: &HeaderMap) -> Self {
        Self::new(error, form, header_locale(headers), header_theme(headers))
    }

    /// An API error in the language that the caller reads.
    pub(crate) fn api(error: Error, headers: &HeaderMap) -> Self {
        Self::asked(error, Form::Json, headers)
    }

    /// Where to search for what is not there.
    pub(crate) fn found_by(mut self, finder: Finder) -> Self {
        self.finder = finder;
        self
    }

    /// Where to go back to after signing in.
    pub(crate) fn back_to(mut self, path: &str) -> Self {
        path.clone_into(&mut self.back);
        self
    }
}

/// The language of a request that nobody has signed in for: what was chosen, else what the browser prefers.
pub(crate) fn header_locale(headers: &HeaderMap) -> Locale {
    if let Some(chosen) = CookieJar::from_headers(headers).get("locale") {
        return Locale::parse(chosen.value());
    }
    headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map_or(Locale::Zh, Locale::parse)
}

/// The theme that was chosen; `auto` follows the system.
pub(crate) fn header_theme(headers: &HeaderMap) -> &'static str {
    let jar = CookieJar::from_headers(headers);
    let chosen = jar.get("theme").map(Cookie::value);
    THEMES.into_iter().find(|t| chosen == Some(t)).unwrap_or("auto")
}

/// The themes that can be chosen.
pub(crate) const THEMES: [&str; 3] = ["auto", "light", "dark"];

/// Status, stable key, and the sentence for people.
pub(crate) fn describe(error: &Error, locale: Locale) -> (StatusCode, String, String) {
    let say = |key: &str| t(locale, key).to_owned();
    match error {
        Error::NotFound => (StatusCode::NOT_FOUND, "not_found".into(), say("error-not_found")),
        Error::Unauthenticated => {
            (StatusCode::UNAUTHORIZED, "unauthenticated".into(), say("error-unauthenticated"))
        }
        Error::Forbidden(a) => (StatusCode::FORBIDDEN, format!("forbidden.{a}"), say("error-forbidden")),
        Error::Lacks(r) => (StatusCode::FORBIDDEN, format!("forbidden.{r}"), say("error-forbidden")),
        Error::Invalid(fields) => {
            let list: Vec<String> = fields.iter().map(|f| field_text(f, locale)).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid".into(), list.join(t(locale, "list-semicolon")))
        }
        Error::Refused(r) => (StatusCode::CONFLICT, format!("refused.{r}"), say(&format!("refusal-{r}"))),
        Error::Used(uses) => (StatusCode::CONFLICT, "refused.in_use".into(), used_text(uses, locale)),
        Error::Stale { .. } => (StatusCode::CONFLICT, "stale".into(), say("error-stale")),
        Error::RateLimited { retry_after_s } => {
            let text = t_args(locale, "error-rate_limited", &[("seconds", &retry_after_s.to_string())]);
            (StatusCode::TOO_MANY_REQUESTS, "rate_limited".into(), text)
        }
        Error::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "busy".into(), say("error-busy")),
        Error::ForeignForm => (StatusCode::FORBIDDEN, "foreign_form".into(), say("error-foreign_form")),
        Error::Unreadable(_) => (StatusCode::BAD_REQUEST, "unreadable".into(), say("error-unreadable")),
        Error::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large".into(), say("error-too_large")),
        Error::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json".into(), say("error-not_json")),
        Error::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key_reused".into(), say("error-key_reused")),
        Error::Store(_) | Error::Internal(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal".into(), say("error-internal"))
        }
    }
}

/// What still names something, one after the other.
fn used_text(uses: &[Use], locale: Locale) -> String {
    let one = |u: &Use| {
        let what = words::word(locale, "use", u.what);
        if u.name.is_empty() { what.to_owned() } else { format!("{what} {}", u.name) }
    };
    let all: Vec<String> = uses.iter().map(one).collect();
    t_args(locale, "refusal-in_use_by", &[("uses", &all.join(t(locale, "list-comma")))])
}

/// `标题：必填`.
pub(crate) fn field_text(f: &FieldError, locale: Locale) -> String {
    let text = match &f.label {
        Some(label) => {
            let issue = words::issue(locale, &f.field, &f.issue);
            t_args(locale, "field-issue", &[("field", label), ("issue", &issue)])
        }
        None => words::field_issue(locale, &f.field, &f.issue),
    };
    with_names(f, locale, text)
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let (status, key, text) = describe(&self.error, self.locale);
        let id = (status == StatusCode::INTERNAL_SERVER_ERROR).then(|| incident_id(&self.error));
        let wait = match self.error {
            Error::RateLimited { retry_after_s } | Error::Busy { retry_after_s } => Some(retry_after_s),
            _ => None,
        };
        let mut response = match self.form {
            Form::Json => self.json(status, &key, text, id),
            Form::Page if matches!(self.error, Error::Unauthenticated) => {
                let back = if self.back.is_empty() {
                    String::new()
                } else {
                    format!("?back={}", encode(&self.back))
                };
                return Redirect::to(&format!("/sign-in{back}")).into_response();
            }
            Form::Part => {
                (status, [("hx-retarget", "#toasts"), ("hx-reswap", "beforeend")], self.toast(&text, id))
                    .into_response()
            }
            Form::Page => (status, Html(self.page(&text, id))).into_response(),
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl WebError {
    fn json(self, status: StatusCode, key: &str, title: String, id: Option<String>) -> Response {
        let (mut fields, mut theirs, mut detail) = (Vec::new(), None, None);
        match self.error {
            Error::Invalid(list) => {
                let field = |f: FieldError| ProblemField { field: f.field, issue: f.issue, names: f.names };
                fields = list.into_iter().map(field).collect();
            }
            Error::Stale { theirs: value, .. } => theirs = Some(value),
            Error::Unreadable(why) => detail = Some(why),
            _ => {}
        }
        problem(status, Problem { fields, theirs, detail, id, ..Problem::bare(status, key, title) })
    }

    fn toast(&self, text: &str, id: Option<String>) -> Html<String> {
        let id = id.map(|id| format!(" ({id})")).unwrap_or_default();
        let both = match &self.error {
            Error::Stale { mine, theirs, .. } if !theirs.is_empty() => t_args(
                self.locale,
                "error-stale-both",
                &[("mine", mine.as_str()), ("theirs", theirs.as_str())],
            ),
            _ => String::new(),
        };
        let text = askama::filters::escape(format!("{text}{id} {both}"), askama::filters::Html);
        let text = text.map_or_else(|_| String::new(), |t| t.to_string());
        if matches!(self.error, Error::Unauthenticated) {
            let (why, link) = (t(self.locale, "error-signed-out"), t(self.locale, "sign-in-again"));
            // In a new tab, so that what was typed stays in this one.
            let link = format!("<a href=\"/sign-in\" target=\"_blank\">{link}</a>");
            return Html(format!(
                "<p class=\"toast toast-error\" role=\"alert\" data-stays>{why} {link}</p>"
            ));
        }
        Html(format!("<p class=\"toast toast-error\" role=\"alert\">{text}{}</p>", self.wrong_fields()))
    }

    /// Which field is wrong and why, for the form that was sent: it says so at the field.
    fn wrong_fields(&self) -> String {
        let Error::Invalid(list) = &self.error else { return String::new() };
        let escaped = |text: &str| {
            askama::filters::escape(text, askama::filters::Html)
                .map_or_else(|_| String::new(), |t| t.to_string())
        };
        let one = |f: &FieldError| {
            let one = Wrong::of(f, self.locale);
            let (name, why, said) = (escaped(&one.control), escaped(&one.why), escaped(&one.said));
            format!("<span hidden data-wrong=\"{name}\" data-why=\"{why}\">{said}</span>")
        };
        list.iter().map(one).collect()
    }

    fn page(&self, text: &str, id: Option<String>) -> String {
        let title = t(self.locale, "error-title");
        let detail = match (&self.error, id) {
            (Error::Stale { mine, theirs, .. }, _) if !theirs.is_empty() => {
                let both = [("mine", mine.as_str()), ("theirs", theirs.as_str())];
                format!("{text} {}", t_args(self.locale, "error-stale-both", &both))
            }
            (_, Some(id)) => format!("{text} ({id})"),
            _ => text.to_owned(),
        };
        let assets = crate::assets::version();
        let page = ErrorPage {
            locale: self.locale,
            theme: self.theme,
            assets,
            title,
            detail: &detail,
            back: &self.back,
            search: self.finder.address().filter(|_| matches!(self.error, Error::NotFound)),
        };
        page.render().unwrap_or_else(|_| detail.clone())
    }
}

/// A short id that ties what the person sees to what the log says.
fn incident_id(error: &Error) -> String {
    use std::hash::{BuildHasher, RandomState};
    let id = format!("{:08X}", RandomState::new().hash_one(0) >> 32);
    tracing::error!(incident = %id, error = %error, "a request failed");
    id
}

/// Percent-encodes a path for a query value.
pub(crate) fn encode(text: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-_.~/".contains(&b);
    text.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The answer to an address that does not exist.
pub(crate) async fn no_such_page(State(app): State<App>, request: Request) -> WebError {
    if request.uri().path().starts_with("/api/") {
        return WebError::asked(Error::NotFound, Form::Json, request.headers());
    }
    let (mut parts, _) = request.into_parts();
    match Visitor::from_request_parts(&mut parts, &app).await {
        // The page that would have led back is the one that is not there.
        Ok(visitor) => visitor.fail(Error::NotFound).back_to(""),
        Err(_) => WebError::asked(Error::NotFound, Form::Page, &parts.headers),
    }
}
