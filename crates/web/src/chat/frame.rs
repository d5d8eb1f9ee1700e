//! The frame: one page of ours in which a visitor writes, opened by itself or in another site's page. Only the site for which
//! it was asked may frame it, and only if that is allowed; a stranger's gets nothing.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use desk::chat::{promised_by, there_in};
use desk::{Desk, Result};
use domain::access::Actor;
use domain::chat::{MAX_CHARS, MAX_NAME, allows, parse_origin};
use domain::ticket::Facts;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::ticket::{Filter, Order};
use store::{Read, directory, ticket};
use words::{Locale, t};

use super::open::customer;
use crate::app::{App, Framed};
use crate::error::{WebError, header_locale, header_theme};

/// Cases among which a customer chooses.
const CASES: i64 = 20;

/// The texts that the frame says by itself.
const WORDS: &[&str] = &[
    "chat-title",
    "chat-close",
    "chat-minimise",
    "chat-intro",
    "chat-name",
    "chat-email",
    "chat-email-help",
    "chat-about",
    "chat-about-new",
    "chat-symptom",
    "chat-symptom-help",
    "chat-more",
    "chat-occurrence",
    "chat-system",
    "chat-version",
    "chat-error_code",
    "chat-product",
    "chat-start",
    "chat-next",
    "chat-back",
    "chat-step",
    "chat-optional",
    "chat-leave-word",
    "chat-word-intro",
    "chat-word-kept",
    "chat-word-promised",
    "chat-word-mail",
    "chat-there-closed",
    "chat-there-closed-at",
    "chat-there-nobody",
    "chat-there-off",
    "chat-promise",
    "chat-waiting",
    "chat-place",
    "chat-wait-about",
    "chat-wait-minute",
    "chat-wait-unknown",
    "chat-with",
    "chat-typing",
    "chat-seen",
    "chat-sending",
    "chat-unsent",
    "chat-again",
    "chat-offline",
    "chat-write",
    "chat-send",
    "chat-file",
    "chat-file-failed",
    "chat-end",
    "chat-end-sure",
    "chat-keep-on",
    "chat-ended",
    "chat-ended-left",
    "chat-new",
    "chat-mail",
    "chat-mailed",
    "chat-number",
    "chat-you",
    "chat-to-portal",
    "chat-failed",
    "chatline-joined",
    "chatline-transferred",
    "chatline-queued",
    "chatline-ended",
    "chatline-left",
    "chatline-silent",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    origin: String,
    lang: String,
}

#[derive(Template)]
#[template(path = "chat/frame.html")]
struct FramePage {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    title: &'static str,
    needs_script: &'static str,
    boot: String,
}

/// The page.
pub(super) async fn frame(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> std::result::Result<Response, WebError> {
    let locale = if asked.lang.is_empty() { header_locale(&headers) } else { Locale::parse(&asked.lang) };
    let who = customer(&app, &headers).await;
    let desk = app.desk.clone();
    let origin = asked.origin.clone();
    let boot = app.desk.peek(move |r| boot(r, &desk, who.as_ref(), &origin, locale)).await;
    let Some(boot) = boot.map_err(|e| WebError::api(e, &headers))? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let page = FramePage {
        locale,
        theme: header_theme(&headers),
        assets: crate::assets::version(),
        title: t(locale, "chat-title"),
        needs_script: t(locale, "chat-needs-script"),
        boot: boot.to_string(),
    };
    let html = page.render().map_err(|e| WebError::api(desk::Error::Internal(e.to_string()), &headers))?;
    let mut answer = Html(html).into_response();
    let ancestor = parse_origin(&asked.origin).unwrap_or_else(|| "'self'".to_owned());
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestor}"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        answer.extensions_mut().insert(Framed);
    }
    Ok(answer)
}

/// What the page begins with; nothing for a site that may not have it.
fn boot(
    r: &mut Read<'_>,
    desk: &Desk,
    who: Option<&Actor>,
    origin: &str,
    locale: Locale,
) -> Result<Option<Value>> {
    let rules = desk.rules_in(r)?;
    let s = &rules.settings;
    if !origin.is_empty() && !allows(&s.chat_origins, origin) {
        return Ok(None);
    }
    let (zone, there) = (s.zone(), there_in(r, &rules)?);
    let dated = |at| words::dated(locale, &zone, at);
    let products = directory::products(r)?.into_iter().filter(|p| p.active);
    let products: Vec<_> = products.map(|p| json!({"id": p.id, "name": p.name})).collect();
    let words: Map<String, Value> =
        WORDS.iter().map(|key| ((*key).to_owned(), blank(locale, key).into())).collect();
    Ok(Some(json!({
        "desk": s.desk_name,
        "origin": parse_origin(origin).unwrap_or_default(),
        "locale": locale.tag(),
        "there": there.as_str(),
        "again": there.again_at().map(dated),
        "promised": promised_by(r, &rules).map(dated),
        "products": products,
        "customer": who.map(|who| known(r, who)).transpose()?,
        "max": {"text": MAX_CHARS, "name": MAX_NAME, "fact": Facts::MAX_CHARS, "file": s.max_file_bytes},
        "words": words,
    })))
}

/// A text with its places left open: the page fills them in.
fn blank(locale: Locale, key: &str) -> String {
    const PLACES: [(&str, &str); 5] =
        [("n", "{n}"), ("of", "{of}"), ("at", "{at}"), ("name", "{name}"), ("number", "{number}")];
    words::t_args(locale, key, &PLACES)
}

/// What is known of a customer who is signed in: their open cases, and what they work with.
fn known(r: &mut Read<'_>, who: &Actor) -> Result<Value> {
    let Actor::Contact(c) = who else { return Ok(Value::Null) };
    let open = Filter { open: true, ..Filter::default() };
    let cases = ticket::list(r, &who.scope(), &open, Order::Newest, None, CASES)?;
    let cases: Vec<_> = cases.into_iter().map(|t| json!({"number": t.number, "title": t.title})).collect();
    let installed = c.organisation.as_ref().map(|o| directory::installations(r, o)).transpose()?;
    let installed = installed.unwrap_or_default();
    // Of several nobody knows which one it is about.
    let (product, version) = match installed.as_slice() {
        [one] => (one.product.to_string(), one.product_version.clone()),
        _ => Default::default(),
    };
    Ok(json!({"id": c.id, "name": c.name, "cases": cases, "product": product, "version": version}))
}

/// The script for other sites: a button, and the frame. It brings its words along, so that it has nothing to ask for.
pub(super) async fn widget() -> Response {
    let words = |locale| json!({"open": t(locale, "chat-open"), "close": t(locale, "chat-minimise"), "title": t(locale, "chat-title"), "unread": blank(locale, "chat-unread")});
    let both = json!({"zh-CN": words(Locale::Zh), "en": words(Locale::En)});
    let Some(script) = crate::assets::text("chat-widget.js") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let script = script.replace("\"__WORDS__\"", &both.to_string());
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    let mut answer = (headers, script).into_response();
    let anywhere = HeaderValue::from_static("cross-origin");
    answer.headers_mut().insert("cross-origin-resource-policy", anywhere);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_frame_is_said_in_both_languages() {
        for locale in Locale::ALL {
            for key in WORDS {
                let text = blank(locale, key);
                assert!(!text.is_empty() && text != *key && !text.contains('$'), "{key}: {text}");
            }
        }
    }
}
