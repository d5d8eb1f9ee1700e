//! What the API shows of messages.

use domain::access::ActorRef;
use domain::ticket::progress::Card;
use serde::Serialize;
use store::file::FileRow;
use store::ticket::MessageRow;
use utoipa::ToSchema;

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
    /// Nobody wrote it: the desk said by itself that work goes on.
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
