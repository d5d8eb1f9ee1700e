//! A visitor's page asks for somebody, or leaves word.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use desk::chat::{self as verb, Ask, Asked};
use desk::{Error, Result};
use domain::access::Actor;
use domain::chat::{one_line, parse_origin};
use domain::ticket::Facts;
use serde::Deserialize;
use serde_json::{Value, json};
use words::Locale;

use super::visitor::Small;
use crate::app::App;
use crate::error::WebError;
use crate::peer::Peer;
use crate::session::token;

/// What the page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asking {
    token: String,
    name: String,
    email: String,
    symptom: String,
    occurrence: String,
    system: String,
    version: String,
    error_code: String,
    product: String,
    joins: String,
    origin: String,
    locale: String,
}

impl Asking {
    fn read(self) -> Result<Ask> {
        let origin = match self.origin.as_str() {
            "" => String::new(),
            text => parse_origin(text).ok_or(Error::NotFound)?,
        };
        let some = |text: String| (!text.is_empty()).then_some(text);
        Ok(Ask {
            token: self.token,
            name: one_line(&self.name),
            email: self.email,
            facts: Facts {
                symptom: self.symptom,
                occurrence: self.occurrence,
                system: self.system,
                version: self.version,
                error_code: self.error_code,
            },
            product: some(self.product).map(Into::into),
            joins: some(self.joins),
            origin,
            locale: Locale::parse(&self.locale).tag().to_owned(),
        })
    }
}

/// Who is signed in here, if it is a customer. On another site's page a browser does not say.
pub(super) async fn customer(app: &App, headers: &HeaderMap) -> Option<Actor> {
    let token = token(headers)?;
    let signed_in = desk::auth::who_is(&app.desk, &token).await.ok()?;
    matches!(signed_in.actor, Actor::Contact(_)).then_some(signed_in.actor)
}

/// Asks for somebody.
pub(super) async fn start(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Small(asking): Small<Asking>,
) -> std::result::Result<(StatusCode, Json<Value>), WebError> {
    asked(&app, &peer, &headers, asking, true).await
}

/// Leaves word.
pub(super) async fn word(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Small(asking): Small<Asking>,
) -> std::result::Result<(StatusCode, Json<Value>), WebError> {
    asked(&app, &peer, &headers, asking, false).await
}

async fn asked(
    app: &App,
    Peer(peer): &Peer,
    headers: &HeaderMap,
    asking: Asking,
    live: bool,
) -> std::result::Result<(StatusCode, Json<Value>), WebError> {
    let fail = |e: Error| WebError::api(e, headers);
    app.chats.limits.ask(peer).map_err(fail)?;
    let ask = asking.read().map_err(fail)?;
    let locale = Locale::parse(&ask.locale);
    let who = customer(app, headers).await;
    let done =
        if live { verb::ask(&app.desk, who, ask).await } else { verb::leave_word(&app.desk, who, ask).await };
    let Asked { chat, number, promised } = done.map_err(fail)?;
    let desk = app.desk.clone();
    let zone = app.desk.peek(move |r| Ok(desk.rules_in(r)?.settings.zone())).await.map_err(fail)?;
    let promised = promised.map(|at| words::dated(locale, &zone, at));
    let answer = json!({"number": number, "state": chat.state.as_str(), "promised": promised});
    Ok((StatusCode::CREATED, Json(answer)))
}
