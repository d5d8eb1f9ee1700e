//! What is known of stored files. Their bytes lie in the file store, named by content.

use domain::access::ActorRef;
use domain::id::{FileId, TicketId};
use domain::ticket::decide::Visibility;

use crate::ticket::{actor, actor_columns};
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO file (id, visibility, name, media_type, size, sha256, actor_kind, actor_id, created_at) \
         VALUES ($1, 'internal', $2, $3, $4, $5, $6, $7, $8)";
    ATTACH = "UPDATE file SET ticket_id = $2, message_no = $3, visibility = $4 \
         WHERE id = $1 AND ticket_id IS NULL AND actor_kind = $5 AND actor_id = $6";
    GIVE = "UPDATE file SET ticket_id = $2, visibility = 'public' \
         WHERE id = $1 AND ticket_id IS NULL AND actor_kind = $3 AND actor_id = $4";
    PUT_WITH = "UPDATE file SET message_no = $3 WHERE id = $1 AND ticket_id = $2 AND message_no IS NULL";
    HAND_OVER = "UPDATE file SET actor_kind = $2, actor_id = $3 \
         WHERE id = $1 AND ticket_id IS NULL AND actor_kind = $4 AND actor_id = $5";
    OF_MESSAGE = "SELECT id FROM file WHERE ticket_id = $1 AND message_no = $2 ORDER BY id LIMIT 1000";
    IN_MESSAGE = "SELECT id, ticket_id, message_no, visibility, name, media_type, size, sha256, actor_kind, actor_id \
         FROM file WHERE ticket_id = $1 AND message_no = $2 ORDER BY id LIMIT 1000";
    TAKE_BACK = "UPDATE file SET ticket_id = NULL, message_no = NULL, visibility = 'internal' WHERE ticket_id = $1 AND message_no = $2";
    ONE = "SELECT id, ticket_id, message_no, visibility, name, media_type, size, sha256, actor_kind, actor_id \
         FROM file WHERE id = $1";
    OF_TICKET = "SELECT id, ticket_id, message_no, visibility, name, media_type, size, sha256, actor_kind, actor_id \
         FROM file WHERE ticket_id = $1 ORDER BY id LIMIT 1000";
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Key.
    pub id: FileId,
    /// The ticket that it belongs to; none while its message is not sent.
    pub ticket: Option<TicketId>,
    /// The message that it came with.
    pub message: Option<i64>,
    /// Who may read it: as its message.
    pub visibility: Visibility,
    /// Name as it came.
    pub name: String,
    /// Media type, decided by content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Hash of the content; its name in the file store.
    pub sha256: String,
    /// Who uploaded it.
    pub by: ActorRef,
}

fn read(r: &Row<'_>) -> Result<FileRow> {
    Ok(FileRow {
        id: r.id(0)?,
        ticket: r.id_opt(1)?,
        message: r.int_opt(2)?,
        visibility: r.word(3, "file.visibility")?,
        name: r.text(4)?,
        media_type: r.text(5)?,
        size: r.int(6)?,
        sha256: r.text(7)?,
        by: actor(r, 8)?,
    })
}

/// Keeps an uploaded file that belongs to no message yet.
pub fn insert(work: &mut Work<'_>, f: &FileRow) -> Result<()> {
    let (kind, id) = actor_columns(&f.by);
    let now = work.now();
    let values = [
        f.id.as_str().into(),
        (&f.name).into(),
        (&f.media_type).into(),
        f.size.into(),
        (&f.sha256).into(),
        kind.into(),
        id.into(),
        now.into(),
    ];
    work.hit("file", &INSERT, &values)
}

/// Gives a file to a message: only its uploader may, and only once.
pub fn attach(
    work: &mut Work<'_>,
    file: &FileId,
    ticket: &TicketId,
    message: i64,
    visibility: Visibility,
    by: &ActorRef,
) -> Result<()> {
    let (kind, id) = actor_columns(by);
    let values = [
        file.as_str().into(),
        ticket.as_str().into(),
        message.into(),
        visibility.as_str().into(),
        kind.into(),
        id.into(),
    ];
    work.hit("file", &ATTACH, &values)
}

/// Gives a file to a ticket before there is a message with which it comes: only its uploader may, and only once.
pub fn give(work: &mut Work<'_>, file: &FileId, ticket: &TicketId, by: &ActorRef) -> Result<()> {
    let (kind, id) = actor_columns(by);
    work.hit("file", &GIVE, &[file.as_str().into(), ticket.as_str().into(), kind.into(), id.into()])
}

/// A file that a ticket has comes with this message.
pub fn put_with(work: &mut Work<'_>, file: &FileId, ticket: &TicketId, message: i64) -> Result<()> {
    work.execute(&PUT_WITH, &[file.as_str().into(), ticket.as_str().into(), message.into()]).map(drop)
}

/// An upload becomes somebody else's, as if they had uploaded it.
pub fn hand_over(work: &mut Work<'_>, file: &FileId, from: &ActorRef, to: &ActorRef) -> Result<()> {
    let ((to, to_id), (from, from_id)) = (actor_columns(to), actor_columns(from));
    let values = [file.as_str().into(), to.into(), to_id.into(), from.into(), from_id.into()];
    work.hit("file", &HAND_OVER, &values)
}

/// Takes the files of a message back, as if they had only been uploaded.
pub fn take_back(work: &mut Work<'_>, ticket: &TicketId, message: i64) -> Result<Vec<FileId>> {
    let values = [ticket.as_str().into(), message.into()];
    let files = work.rows(&OF_MESSAGE, &values, |r| r.id(0))?;
    work.execute(&TAKE_BACK, &values)?;
    Ok(files)
}

/// One file.
pub fn one(r: &mut Read<'_>, id: &FileId) -> Result<Option<FileRow>> {
    r.first(&ONE, &[id.as_str().into()], read)
}

/// The files that came with a message.
pub fn in_message(r: &mut Read<'_>, ticket: &TicketId, message: i64) -> Result<Vec<FileRow>> {
    r.rows(&IN_MESSAGE, &[ticket.as_str().into(), message.into()], read)
}

/// The files of a ticket.
pub fn of_ticket(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<FileRow>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into()], read)
}
