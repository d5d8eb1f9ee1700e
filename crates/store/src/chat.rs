//! Chats with their lines, and who is there to take them.

use domain::chat::{Chat, Said, Side, Waiting};
use domain::id::{ChatId, FileId, GroupId, StaffId, TicketId};
use domain::time::Timestamp;

use crate::{Read, Result, Row, Work};

macro_rules! columns {
    () => {
        "c.id, c.ticket_id, c.contact_id, c.verified, c.name, c.origin, c.locale, c.state, c.group_id, c.staff_id, c.asked_at, \
         c.taken_at, c.answered_at, c.ended_at, c.heard_at, c.visitor_read, c.staff_read, c.next_seq, c.mail, c.message_no, c.version"
    };
}

statements! {
    INSERT = "INSERT INTO chat (id, ticket_id, contact_id, verified, name, token_hash, origin, locale, state, group_id, asked_at, \
         ended_at, heard_at, visitor_read, staff_read, next_seq, mail, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, 0, 0, 1, 0, 1)";
    ONE = concat!("SELECT ", columns!(), " FROM chat c WHERE c.id = $1");
    BY_TOKEN = concat!("SELECT ", columns!(), " FROM chat c WHERE c.token_hash = $1");
    OF_TICKET = concat!("SELECT ", columns!(), " FROM chat c WHERE c.ticket_id = $1 ORDER BY c.id LIMIT 200");
    WAITING = concat!("SELECT ", columns!(), " FROM chat c WHERE c.state = 'waiting' ORDER BY c.asked_at, c.id LIMIT $1");
    ACTIVE_OF = concat!("SELECT ", columns!(), " FROM chat c WHERE c.state = 'active' AND c.staff_id = $1 ORDER BY c.id LIMIT 100");
    OPEN = concat!("SELECT ", columns!(), " FROM chat c WHERE c.state IN ('waiting', 'active') AND c.id > $1 ORDER BY c.id LIMIT $2");
    PAGE = concat!("SELECT ", columns!(), " FROM chat c WHERE c.id < $1 ORDER BY c.id DESC LIMIT $2");
    QUEUE = "SELECT asked_at, id, group_id FROM chat WHERE state = 'waiting' ORDER BY asked_at, id LIMIT 5000";
    COUNT_WAITING = "SELECT CAST(COUNT(*) AS BIGINT) FROM chat WHERE state = 'waiting'";
    COUNT_ACTIVE = "SELECT CAST(COUNT(*) AS BIGINT) FROM chat WHERE state = 'active' AND staff_id = $1";
    WAITS = "SELECT taken_at - asked_at FROM chat WHERE taken_at IS NOT NULL AND taken_at > $1 ORDER BY taken_at DESC, id LIMIT $2";
    FIRST_SILENT_WAITING = "SELECT heard_at FROM chat WHERE state = 'waiting' ORDER BY heard_at, id LIMIT 1";
    FIRST_SILENT_ACTIVE = "SELECT heard_at FROM chat WHERE state = 'active' ORDER BY heard_at, id LIMIT 1";
    SILENT = "SELECT id FROM chat WHERE (state = 'waiting' AND heard_at <= $1) OR (state = 'active' AND heard_at <= $2) \
         ORDER BY heard_at, id LIMIT $3";
    UPDATE = "UPDATE chat SET state = $2, group_id = $3, staff_id = $4, taken_at = $5, answered_at = $6, ended_at = $7, mail = $8, \
         message_no = $9, version = version + 1 WHERE id = $1 AND version = $10";
    NUMBER = "UPDATE chat SET next_seq = next_seq + 1 WHERE id = $1 RETURNING next_seq - 1";
    HEARD = "UPDATE chat SET heard_at = $2 WHERE id = $1 AND heard_at < $2";
    READ_VISITOR = "UPDATE chat SET visitor_read = $2 WHERE id = $1 AND visitor_read < $2 AND next_seq > $2";
    READ_STAFF = "UPDATE chat SET staff_read = $2 WHERE id = $1 AND staff_read < $2 AND next_seq > $2";
    ADD_LINE = "INSERT INTO chat_line (chat_id, seq, side, staff_id, kind, text, file_id, sent_id, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SENT = "SELECT seq FROM chat_line WHERE chat_id = $1 AND side = $2 AND sent_id = $3";
    LINES = "SELECT l.seq, l.side, l.staff_id, s.name, l.kind, l.text, l.file_id, f.media_type, f.size, l.sent_id, l.at FROM chat_line l \
         LEFT JOIN staff s ON s.id = l.staff_id LEFT JOIN file f ON f.id = l.file_id \
         WHERE l.chat_id = $1 AND l.seq > $2 ORDER BY l.seq LIMIT $3";
    HAS_FILE = "SELECT file_id FROM chat_line WHERE chat_id = $1 AND file_id = $2 ORDER BY seq LIMIT 1";
    UNREAD = "SELECT CAST(COUNT(*) AS BIGINT) FROM chat_line WHERE chat_id = $1 AND seq > $2 AND side = 'visitor'";
    SIT = "INSERT INTO chat_seat (staff_id, seen_at) VALUES ($1, $2) ON CONFLICT (staff_id) DO UPDATE SET seen_at = excluded.seen_at";
    SEEN = "UPDATE chat_seat SET seen_at = $2 WHERE staff_id = $1 AND seen_at < $2";
    RISE = "DELETE FROM chat_seat WHERE staff_id = $1";
    SEAT = "SELECT seen_at FROM chat_seat WHERE staff_id = $1";
    SEATS = "SELECT CAST(COUNT(*) AS BIGINT) FROM chat_seat t JOIN staff s ON s.id = t.staff_id WHERE t.seen_at > $1 AND s.active = 1";
}

/// A line of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRow {
    /// Its place.
    pub seq: i64,
    /// Whose it is.
    pub side: Side,
    /// Which of us wrote it, or came.
    pub staff: Option<StaffId>,
    /// Their name.
    pub who: String,
    /// What it is.
    pub content: Content,
    /// The name that its sender gave it.
    pub sent_id: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// A file, by its name.
    File {
        /// Which.
        id: FileId,
        /// As it came.
        name: String,
        /// By its content; known of lines that were read.
        media_type: String,
        /// Bytes.
        size: i64,
    },
    /// What happened.
    Said(Said),
}

/// A line that is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewLine<'a> {
    /// Whose it is.
    pub side: Side,
    /// Which of us.
    pub staff: Option<&'a StaffId>,
    /// What it is.
    pub content: &'a Content,
    /// The name that its sender gave it.
    pub sent_id: Option<&'a str>,
}

fn read(r: &Row<'_>) -> Result<Chat> {
    Ok(Chat {
        id: r.id(0)?,
        ticket: r.id(1)?,
        contact: r.id(2)?,
        verified: r.flag(3)?,
        name: r.text(4)?,
        origin: r.text(5)?,
        locale: r.text(6)?,
        state: r.word(7, "chat.state")?,
        group: r.id_opt(8)?,
        staff: r.id_opt(9)?,
        asked_at: r.at(10)?,
        taken_at: r.at_opt(11)?,
        answered_at: r.at_opt(12)?,
        ended_at: r.at_opt(13)?,
        heard_at: r.at(14)?,
        visitor_read: r.int(15)?,
        staff_read: r.int(16)?,
        next_seq: r.int(17)?,
        mail: r.flag(18)?,
        message: r.int_opt(19)?,
        version: r.int(20)?,
    })
}

/// Keeps a new chat. Of the secret by which its visitor is known only this hash is kept.
pub fn insert(work: &mut Work<'_>, c: &Chat, token_hash: &str) -> Result<()> {
    let values = [
        c.id.as_str().into(),
        c.ticket.as_str().into(),
        c.contact.as_str().into(),
        c.verified.into(),
        (&c.name).into(),
        token_hash.into(),
        (&c.origin).into(),
        (&c.locale).into(),
        c.state.as_str().into(),
        c.group.as_ref().map(GroupId::as_str).into(),
        c.asked_at.into(),
        c.ended_at.into(),
    ];
    work.hit("chat", &INSERT, &values)
}

/// Saves what a step changed, over the version that was read.
pub fn update(work: &mut Work<'_>, c: &Chat) -> Result<()> {
    let values = [
        c.id.as_str().into(),
        c.state.as_str().into(),
        c.group.as_ref().map(GroupId::as_str).into(),
        c.staff.as_ref().map(StaffId::as_str).into(),
        c.taken_at.into(),
        c.answered_at.into(),
        c.ended_at.into(),
        c.mail.into(),
        c.message.into(),
        c.version.into(),
    ];
    work.follow("chat", &UPDATE, &values)
}

/// Adds a line; returns its place.
pub fn add_line(work: &mut Work<'_>, chat: &ChatId, line: &NewLine<'_>) -> Result<i64> {
    let numbered = work.rows(&NUMBER, &[chat.as_str().into()], |r| r.int(0))?;
    let seq = numbered.into_iter().next().ok_or(crate::Error::NotFound("chat"))?;
    let (kind, text, file) = match line.content {
        Content::Text(text) => ("text", text.as_str(), None),
        Content::File { id, name, .. } => ("file", name.as_str(), Some(id)),
        Content::Said(said) => ("said", said.as_str(), None),
    };
    let now = work.now();
    let values = [
        chat.as_str().into(),
        seq.into(),
        line.side.as_str().into(),
        line.staff.map(StaffId::as_str).into(),
        kind.into(),
        text.into(),
        file.map(FileId::as_str).into(),
        line.sent_id.into(),
        now.into(),
    ];
    work.hit("chat_line", &ADD_LINE, &values)?;
    Ok(seq)
}

/// The place of a line that a side has sent under this name.
pub fn sent(r: &mut Read<'_>, chat: &ChatId, side: Side, sent_id: &str) -> Result<Option<i64>> {
    r.first(&SENT, &[chat.as_str().into(), side.as_str().into(), sent_id.into()], |r| r.int(0))
}

/// The lines after a place.
pub fn lines(r: &mut Read<'_>, chat: &ChatId, after: i64, limit: i64) -> Result<Vec<LineRow>> {
    r.rows(&LINES, &[chat.as_str().into(), after.into(), limit.into()], |r| {
        let text = r.text(5)?;
        let content = match r.text(4)?.as_str() {
            "file" => Content::File {
                id: r.id(6)?,
                name: text,
                media_type: r.text_opt(7)?.unwrap_or_default(),
                size: r.int_opt(8)?.unwrap_or_default(),
            },
            "said" => Content::Said(r.word(5, "chat_line.text")?),
            _ => Content::Text(text),
        };
        Ok(LineRow {
            seq: r.int(0)?,
            side: r.word(1, "chat_line.side")?,
            staff: r.id_opt(2)?,
            who: r.text_opt(3)?.unwrap_or_default(),
            content,
            sent_id: r.text_opt(9)?,
            at: r.at(10)?,
        })
    })
}

/// Was this file sent in this chat?
pub fn has_file(r: &mut Read<'_>, chat: &ChatId, file: &str) -> Result<bool> {
    Ok(r.first(&HAS_FILE, &[chat.as_str().into(), file.into()], |r| r.text(0))?.is_some())
}

/// One chat.
pub fn one(r: &mut Read<'_>, id: &ChatId) -> Result<Option<Chat>> {
    r.first(&ONE, &[id.as_str().into()], read)
}

/// The chat of a visitor.
pub fn by_token(r: &mut Read<'_>, token_hash: &str) -> Result<Option<Chat>> {
    r.first(&BY_TOKEN, &[token_hash.into()], read)
}

/// The chats of a case, the oldest first.
pub fn of_ticket(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<Chat>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into()], read)
}

/// Those that wait, who has waited longest first.
pub fn waiting(r: &mut Read<'_>, limit: i64) -> Result<Vec<Chat>> {
    r.rows(&WAITING, &[limit.into()], read)
}

/// Those that somebody has.
pub fn active_of(r: &mut Read<'_>, who: &StaffId) -> Result<Vec<Chat>> {
    r.rows(&ACTIVE_OF, &[who.as_str().into()], read)
}

/// Those that go on, after a key.
pub fn open(r: &mut Read<'_>, after: &str, limit: i64) -> Result<Vec<Chat>> {
    r.rows(&OPEN, &[after.into(), limit.into()], read)
}

/// All of them, newest first, before a key.
pub fn page(r: &mut Read<'_>, before: &str, limit: i64) -> Result<Vec<Chat>> {
    r.rows(&PAGE, &[before.into(), limit.into()], read)
}

/// The whole queue in its order.
pub fn queue(r: &mut Read<'_>) -> Result<Vec<Waiting>> {
    r.rows(&QUEUE, &[], |r| Ok(Waiting { asked_at: r.at(0)?, chat: r.id(1)?, group: r.id_opt(2)? }))
}

/// How many wait.
pub fn count_waiting(r: &mut Read<'_>) -> Result<i64> {
    Ok(r.first(&COUNT_WAITING, &[], |r| r.int(0))?.unwrap_or(0))
}

/// How many somebody has.
pub fn count_active(r: &mut Read<'_>, who: &StaffId) -> Result<u32> {
    let n = r.first(&COUNT_ACTIVE, &[who.as_str().into()], |r| r.small(0, "count"))?;
    Ok(n.unwrap_or(0))
}

/// The last waits that ended after an instant, in seconds, the newest first.
pub fn waits(r: &mut Read<'_>, since: Timestamp, limit: i64) -> Result<Vec<i64>> {
    r.rows(&WAITS, &[since.into(), limit.into()], |r| Ok(r.int(0)? / 1000))
}

/// When the visitor of whom nothing was heard for longest was last heard of: of those who wait, and of those who talk.
pub fn most_silent(r: &mut Read<'_>) -> Result<[Option<Timestamp>; 2]> {
    Ok([r.first(&FIRST_SILENT_WAITING, &[], |r| r.at(0))?, r.first(&FIRST_SILENT_ACTIVE, &[], |r| r.at(0))?])
}

/// Chats whose visitors were not heard of since these instants, if they wait, and if they talk.
pub fn silent(
    r: &mut Read<'_>,
    (waiting, active): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<ChatId>> {
    r.rows(&SILENT, &[waiting.into(), active.into(), limit.into()], |r| r.id(0))
}

/// The visitor's page was heard of now.
pub fn heard(work: &mut Work<'_>, chat: &ChatId) -> Result<()> {
    let now = work.now();
    work.execute(&HEARD, &[chat.as_str().into(), now.into()]).map(drop)
}

/// A side has seen the lines up to a place; false if it had before, or if there is no such line.
pub fn seen(work: &mut Work<'_>, chat: &ChatId, side: Side, seq: i64) -> Result<bool> {
    let statement = if side == Side::Visitor { &READ_VISITOR } else { &READ_STAFF };
    Ok(work.execute(statement, &[chat.as_str().into(), seq.into()])? > 0)
}

/// Lines of the visitor after a place.
pub fn unread(r: &mut Read<'_>, chat: &Chat) -> Result<i64> {
    let values = [chat.id.as_str().into(), chat.staff_read.into()];
    Ok(r.first(&UNREAD, &values, |r| r.int(0))?.unwrap_or(0))
}

/// Somebody takes chats from now on.
pub fn sit(work: &mut Work<'_>, who: &StaffId) -> Result<()> {
    let now = work.now();
    work.execute(&SIT, &[who.as_str().into(), now.into()]).map(drop)
}

/// Somebody who takes chats is still there.
pub fn still_there(work: &mut Work<'_>, who: &StaffId) -> Result<()> {
    let now = work.now();
    work.execute(&SEEN, &[who.as_str().into(), now.into()]).map(drop)
}

/// Somebody takes no more chats.
pub fn rise(work: &mut Work<'_>, who: &StaffId) -> Result<()> {
    work.execute(&RISE, &[who.as_str().into()]).map(drop)
}

/// When somebody who takes chats was last heard of.
pub fn seat(r: &mut Read<'_>, who: &StaffId) -> Result<Option<Timestamp>> {
    r.first(&SEAT, &[who.as_str().into()], |r| r.at(0))
}

/// How many who take chats were heard of since an instant.
pub fn seats(r: &mut Read<'_>, since: Timestamp) -> Result<usize> {
    let n = r.first(&SEATS, &[since.into()], |r| r.int(0))?.unwrap_or(0);
    Ok(usize::try_from(n).unwrap_or(0))
}
