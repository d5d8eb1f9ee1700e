//! A chat as pages and programs get it.

use desk::chat::Standing;
use domain::chat::{Chat, Side, Wait};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::chat::{Content, LineRow};

/// A line.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct LineView {
    /// Its place, from 1 without gaps.
    pub seq: i64,
    /// `visitor`, `staff`, or `house` for what happened.
    pub side: &'static str,
    /// Who of ours, by name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// `text`, `file`, `said`.
    pub kind: &'static str,
    /// The text, the file's name, or the word for what happened.
    pub text: String,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// It is a picture that browsers only paint.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub picture: bool,
    /// The name that its sender gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_id: Option<String>,
    /// When.
    pub at: String,
    /// The time of day by the house's clock; for its own pages.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clock: String,
}

impl LineView {
    /// A line for a page of ours: with the visitor's name, and the house's time.
    pub(crate) fn ours(l: LineRow, visitor: &str, zone: &TimeZone) -> Self {
        let clock = words::clock_time(zone, l.at);
        let mut line = Self { clock, ..Self::of(l) };
        if line.side == Side::Visitor.as_str() {
            visitor.clone_into(&mut line.who);
        }
        line
    }

    pub(crate) fn of(l: LineRow) -> Self {
        let (kind, text, file, picture) = match l.content {
            Content::Text(text) => ("text", text, None, false),
            Content::File { id, name, media_type, .. } => {
                ("file", name, Some(id.0), crate::files::is_picture(&media_type))
            }
            Content::Said(said) => ("said", said.as_str().to_owned(), None, false),
        };
        let at = l.at.to_string();
        Self {
            seq: l.seq,
            side: l.side.as_str(),
            who: l.who,
            kind,
            text,
            file,
            picture,
            sent_id: l.sent_id,
            at,
            clock: String::new(),
        }
    }
}

/// Where a chat stands, for its visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StateView {
    pub state: &'static str,
    pub number: String,
    pub who: String,
    /// The last line that the other side has seen.
    pub read: i64,
    /// The transcript comes by mail.
    pub mail: bool,
}

impl StateView {
    pub(crate) fn of(s: &Standing, reader: Side) -> Self {
        let c: &Chat = &s.chat;
        let read = if reader == Side::Visitor { c.staff_read } else { c.visitor_read };
        Self { state: c.state.as_str(), number: s.number.clone(), who: s.who.clone(), read, mail: c.mail }
    }
}

/// The place in the queue. Without `seconds` it is not known how long it may take, because there were too few waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct PlaceView {
    pub position: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// Of so many waits.
    pub of: usize,
}

impl PlaceView {
    pub(crate) fn of((position, wait): (usize, Wait)) -> Self {
        match wait {
            Wait::About { seconds, of } => Self { position, seconds: Some(seconds), of },
            Wait::TooFew { of } => Self { position, seconds: None, of },
        }
    }
}
