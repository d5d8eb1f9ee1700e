//! What the API shows of messages.

use domain::access::ActorRef;
use domain::id::ContactId;
use domain::ticket::decide::Body;
use domain::ticket::progress::Card;
use jiff::tz::TimeZone;
use serde::Serialize;
use store::file::FileRow;
use store::ticket::MessageRow;
use store::{Read, directory};
use utoipa::ToSchema;
use words::Locale;

use super::view::instant;

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Position in the ticket.
    pub no: i64,
    /// `public` or `internal`.
    pub visibility: &'static str,
    /// Who wrote it.
    #[schema(value_type = Object)]
    pub by: ActorRef,
    /// Safe HTML.
    pub html: String,
    /// The same as text.
    pub text: String,
    /// Safe HTML of what was quoted in a letter, and its signature; empty if there was nothing.
    pub quoted: String,
    /// A progress report; what it says part by part is at `/progress`.
    pub progress: bool,
    /// Nobody wrote it: the desk said by itself that work goes on, in the requester's language.
    pub automatic: bool,
    /// What is attached; read it at `/api/v1/files/{id}`.
    pub files: Vec<AttachedView>,
    /// When.
    pub at: String,
}

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttachedView {
    /// Key.
    pub id: String,
    /// Name as it came.
    pub name: String,
    /// Media type, decided by content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
}

/// Messages of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagesView {
    /// Oldest first.
    pub items: Vec<MessageView>,
    /// Continues the list; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Gives what the desk said by itself its words: those of the letter, in the requester's language.
pub(super) fn say_by_itself(
    r: &mut Read<'_>,
    zone: &TimeZone,
    requester: &ContactId,
    messages: &mut [MessageRow],
) -> desk::Result<()> {
    let by_itself = |m: &&mut MessageRow| matches!(m.card, Some(Card::Underway { .. }));
    let mut found = messages.iter_mut().filter(by_itself).peekable();
    if found.peek().is_none() {
        return Ok(());
    }
    let locale = directory::contact(r, requester)?.map(|c| Locale::parse(&c.locale)).unwrap_or_default();
    for m in found {
        let said = m.card.as_ref().map(|card| words::card_text(locale, zone, card)).unwrap_or_default();
        Body::from_text(&said).html().clone_into(&mut m.html);
    }
    Ok(())
}

/// A message, as the API shows it.
pub(super) fn message(m: MessageRow, files: &[FileRow]) -> MessageView {
    let mine = files.iter().filter(|f| f.message == Some(m.no)).map(|f| AttachedView {
        id: f.id.0.clone(),
        name: f.name.clone(),
        media_type: f.media_type.clone(),
        size: f.size,
    });
    MessageView {
        no: m.no,
        visibility: m.visibility.as_str(),
        by: m.by,
        text: crate::html::plain(&m.html),
        html: m.html,
        quoted: m.rest,
        files: mine.collect(),
        progress: m.progress,
        automatic: matches!(m.card, Some(Card::Underway { .. })),
        at: instant(m.at),
    }
}
