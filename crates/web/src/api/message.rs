//! What the API shows of messages.

use domain::access::ActorRef;
use domain::id::ContactId;
use domain::ticket::decide::{Body, Held};
use domain::ticket::progress::Card;
use jiff::tz::TimeZone;
use serde::Serialize;
use store::file::FileRow;
use store::letter::LetterRow;
use store::ticket::MessageRow;
use store::{Read, directory};
use utoipa::ToSchema;
use words::Locale;

use super::view::instant;
use crate::tickets::{Letters, Sent};

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
    /// It has not left: until then it can be taken back, and nobody outside reads it; for staff.
    pub leaves_at: Option<String>,
    /// The letters that carried it, one for each address; for staff.
    pub delivery: Vec<AddressView>,
    /// What is attached; read it at `/api/v1/files/{id}`.
    pub files: Vec<AttachedView>,
    /// When.
    pub at: String,
}

/// A letter to one address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddressView {
    /// The letter's key.
    pub letter: String,
    /// Address.
    pub address: String,
    /// `kept`, `queued`, `accepted`, `deferred` (tried again at `next_at`), `bounced`, or `given_up`.
    pub state: &'static str,
    /// The server's words, unless it took the letter.
    pub answer: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When the other side took it.
    pub accepted_at: Option<String>,
    /// When it is tried next.
    pub next_at: Option<String>,
}

impl From<&LetterRow> for AddressView {
    fn from(l: &LetterRow) -> Self {
        let Sent { id, recipient, delivery, said, attempts, sent_at, next_at, .. } = Sent::of(l);
        Self {
            letter: id,
            address: recipient,
            state: delivery.as_str(),
            answer: said,
            attempts,
            accepted_at: sent_at.map(instant),
            next_at: next_at.map(instant),
        }
    }
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
pub(super) fn message(m: MessageRow, files: &[FileRow], (letters, held): (&Letters, &[Held])) -> MessageView {
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
        leaves_at: held.iter().find(|h| h.message == m.no).map(|h| instant(h.until)),
        delivery: letters.get(&m.no).into_iter().flatten().map(AddressView::from).collect(),
        files: mine.collect(),
        progress: m.progress,
        automatic: matches!(m.card, Some(Card::Underway { .. })),
        at: instant(m.at),
    }
}
