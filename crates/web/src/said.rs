//! What was done, said once on the next page for ten seconds, with the form that undoes it.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ticket::{Facts, Ticket};
use serde::{Deserialize, Serialize};

use crate::form::NO_GROUP;

const COOKIE: &str = "said";
const STAY_S: i64 = 10;
/// A cookie is not the place for long values; what does not fit is done without undo.
const MAX: usize = 3000;

/// A word about what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// The verb: `said-<verb>` is its text.
    pub verb: String,
    /// The form that undoes it, if anything does.
    pub undo: Option<Undo>,
}

/// A form of our own that changes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undo {
    /// Where it is sent.
    pub action: String,
    /// What it sends.
    pub fields: Vec<(String, String)>,
}

impl Said {
    /// Something that stays done.
    pub(crate) fn done(verb: &str) -> Self {
        Self { verb: verb.to_owned(), undo: None }
    }

    /// Something that a post to a part of the ticket takes back.
    pub(crate) fn undoable(verb: &str, number: &str, noun: &str, fields: &[(&str, String)]) -> Self {
        let fields = fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        Self::undone_at(verb, format!("/tickets/{number}/{noun}"), fields)
    }

    /// Something that a post to an address takes back.
    pub(crate) fn undone_at(verb: &str, action: String, fields: Vec<(String, String)>) -> Self {
        Self { verb: verb.to_owned(), undo: Some(Undo { action, fields }) }
    }

    /// The hands in which the ticket was go back to it.
    pub(crate) fn moved(before: &Ticket) -> Self {
        let fields = [
            ("group", before.group.as_ref().map_or_else(|| NO_GROUP.to_owned(), ToString::to_string)),
            ("assignee", before.assignee.as_ref().map(ToString::to_string).unwrap_or_default()),
        ];
        Self::undoable("assigned", &before.number, "assignment", &fields)
    }

    /// The same undo, said in another word.
    pub(crate) fn named(self, verb: &str) -> Self {
        Self { verb: verb.to_owned(), ..self }
    }

    /// The fields that say what the ticket is about go back to it, unless somebody has edited them since.
    pub(crate) fn classified(before: &Ticket, after: &Ticket) -> Self {
        let text = |v: Option<&dyn std::fmt::Display>| v.map(ToString::to_string).unwrap_or_default();
        let Facts { symptom, occurrence, system, version, error_code } = before.facts.clone();
        let mut fields = vec![
            ("version", after.version.to_string()),
            ("title", before.title.clone()),
            ("kind", before.kind.to_string()),
            ("class", text(before.class.as_ref().map(|c| c as _))),
            ("product", text(before.product.as_ref().map(|p| p as _))),
            ("module", text(before.module.as_ref().map(|m| m as _))),
            ("tags", before.tags.iter().cloned().collect::<Vec<_>>().join(", ")),
            ("symptom", symptom),
            ("occurrence", occurrence),
            ("system", system),
            ("product_version", version),
            ("error_code", error_code),
            (
                "follow_way",
                before.follow.as_ref().and_then(|f| f.way).map(|w| w.to_string()).unwrap_or_default(),
            ),
            ("follow_when", before.follow.as_ref().map(|f| f.when.clone()).unwrap_or_default()),
        ];
        let extra: Vec<(String, String)> =
            before.extra.iter().map(|(k, v)| (format!("extra.{k}"), v.clone())).collect();
        fields.extend(extra.iter().map(|(k, v)| (k.as_str(), v.clone())));
        Self::undoable("saved", &before.number, "classification", &fields)
    }

    /// Reads what an earlier answer left; anything that is not ours is nothing.
    pub(crate) fn read(jar: &CookieJar) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(jar.get(COOKIE)?.value()).ok()?;
        let said: Self = serde_json::from_slice(&bytes).ok()?;
        let ours = |u: &Undo| ["/tickets/", "/on-call/"].iter().any(|p| u.action.starts_with(p));
        said.undo.as_ref().is_none_or(ours).then_some(said)
    }

    /// Lets the next page say it.
    pub(crate) fn with(mut self, mut response: Response) -> Response {
        let encode = |s: &Self| serde_json::to_vec(s).map(|v| URL_SAFE_NO_PAD.encode(v)).unwrap_or_default();
        let mut value = encode(&self);
        if value.len() > MAX {
            self.undo = None;
            value = encode(&self);
        }
        let cookie = Cookie::build((COOKIE, value)).http_only(true).same_site(SameSite::Lax).path("/");
        let text = format!("{}; Max-Age={STAY_S}", cookie.build());
        put(response.headers_mut(), &text);
        response
    }
}

/// It was said: no other page says it again.
pub(crate) fn forget(response: &mut Response) {
    put(response.headers_mut(), &format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
}

fn put(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}
