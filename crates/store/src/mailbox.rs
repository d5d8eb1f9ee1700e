//! Mailboxes, how far each was fetched and how it went, and whose letters nobody wants.

use domain::mail_in::{Block, Mailbox};
use domain::time::{Timestamp, plus_seconds};

use crate::row::to_json;
use crate::rules::raise;
use crate::{Read, Result, Row, Work};

/// Whoever fetches a mailbox says so again within this time.
const LEASE_S: i64 = 120;

statements! {
    ALL = "SELECT id, address, doc, version FROM mailbox ORDER BY address, id LIMIT 1000";
    NEW = "INSERT INTO mailbox (id, address, doc, sealed, version) VALUES ($1, $2, $3, $4, 1)";
    EDIT = "UPDATE mailbox SET address = $2, doc = $3, sealed = $4, version = version + 1 WHERE id = $1 AND version = $5";
    SEALED = "SELECT sealed FROM mailbox WHERE id = $1";
    SEAL = "UPDATE mailbox SET sealed = $2, version = version + 1 WHERE id = $1";
    REMOVE_STATE = "DELETE FROM mailbox_state WHERE mailbox_id = $1";
    REMOVE = "DELETE FROM mailbox WHERE id = $1";
    STATES = "SELECT mailbox_id, holder, lease_until_at, place, validity, uid, begun_at, success_at, failed_at, failure, said, taken \
         FROM mailbox_state ORDER BY mailbox_id LIMIT 1000";
    STATE = "SELECT mailbox_id, holder, lease_until_at, place, validity, uid, begun_at, success_at, failed_at, failure, said, taken \
         FROM mailbox_state WHERE mailbox_id = $1";
    NEW_STATE = "INSERT INTO mailbox_state (mailbox_id, holder, lease_until_at, place, validity, uid, failure, said, taken) \
         VALUES ($1, '', 0, '', 0, 0, '', '', 0) ON CONFLICT (mailbox_id) DO NOTHING";
    LEASE = "UPDATE mailbox_state SET holder = $2, lease_until_at = $3 \
         WHERE mailbox_id = $1 AND (holder = $2 OR lease_until_at < $4)";
    LET_GO = "UPDATE mailbox_state SET lease_until_at = 0 WHERE mailbox_id = $1 AND holder = $2";
    ADVANCE = "UPDATE mailbox_state SET place = $3, validity = $4, uid = $5, begun_at = $6, taken = taken + $7 \
         WHERE mailbox_id = $1 AND holder = $2";
    WENT_WELL = "UPDATE mailbox_state SET success_at = $2, failure = '', said = '' WHERE mailbox_id = $1";
    WENT_WRONG = "UPDATE mailbox_state SET failed_at = $2, failure = $3, said = $4 WHERE mailbox_id = $1";
    BLOCKS = "SELECT id, pattern, note FROM mail_block ORDER BY pattern, id LIMIT 10000";
    PUT_BLOCK = "INSERT INTO mail_block (id, pattern, note) VALUES ($1, $2, $3) ON CONFLICT (pattern) DO NOTHING";
    REMOVE_BLOCK = "DELETE FROM mail_block WHERE id = $1";
}

/// How far a mailbox was fetched, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// The mailbox.
    pub mailbox: String,
    /// The node that fetches it, or did.
    pub holder: String,
    /// Nobody else fetches it before.
    pub lease_until: Timestamp,
    /// Server, name and folder to which the numbers belong.
    pub place: String,
    /// Numbers are good as long as the server says this.
    pub validity: i64,
    /// All letters up to this number are kept and done with at the server.
    pub uid: i64,
    /// When it was fetched for the first time.
    pub begun_at: Option<Timestamp>,
    /// When it last went well.
    pub success_at: Option<Timestamp>,
    /// When it last went wrong.
    pub failed_at: Option<Timestamp>,
    /// How far it came then; empty if all is well since.
    pub failure: String,
    /// The server's words then.
    pub said: String,
    /// How many letters were taken.
    pub taken: i64,
}

/// How far a mailbox was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reached {
    /// Server, name and folder.
    pub place: String,
    /// The server's word for its numbers.
    pub validity: i64,
    /// The last number that is done with.
    pub uid: i64,
    /// When it was fetched for the first time.
    pub begun_at: Option<Timestamp>,
}

fn read(r: &Row<'_>) -> Result<Mailbox> {
    let doc: Mailbox = r.json(2, "mailbox.doc")?;
    Ok(Mailbox { id: r.text(0)?, address: r.text(1)?, version: r.int(3)?, ..doc })
}

fn read_state(r: &Row<'_>) -> Result<StateRow> {
    Ok(StateRow {
        mailbox: r.text(0)?,
        holder: r.text(1)?,
        lease_until: r.at(2)?,
        place: r.text(3)?,
        validity: r.int(4)?,
        uid: r.int(5)?,
        begun_at: r.at_opt(6)?,
        success_at: r.at_opt(7)?,
        failed_at: r.at_opt(8)?,
        failure: r.text(9)?,
        said: r.text(10)?,
        taken: r.int(11)?,
    })
}

/// All mailboxes by address.
pub fn all(r: &mut Read<'_>) -> Result<Vec<Mailbox>> {
    r.rows(&ALL, &[], read)
}

/// The sealed password or token; empty if there is none.
pub fn sealed(r: &mut Read<'_>, id: &str) -> Result<String> {
    Ok(r.first(&SEALED, &[id.into()], |r| r.text(0))?.unwrap_or_default())
}

/// Saves a mailbox over the version that its editor saw; version 0 makes a new one.
///
/// # Errors
/// [`crate::Error::Stale`]; [`crate::Error::Exists`] if another one has the address.
pub fn put(work: &mut Work<'_>, m: &Mailbox, sealed: &str) -> Result<()> {
    let doc = to_json(m);
    let values = [(&m.id).into(), (&m.address).into(), (&doc).into(), sealed.into()];
    if m.version == 0 {
        work.hit("mailbox", &NEW, &values)?;
    } else {
        let [id, address, doc, sealed] = values;
        work.edit("mailbox", &EDIT, &[id, address, doc, sealed, m.version.into()])?;
    }
    raise(work)
}

/// Keeps another password or token.
pub fn seal(work: &mut Work<'_>, id: &str, sealed: &str) -> Result<()> {
    work.hit("mailbox", &SEAL, &[id.into(), sealed.into()])?;
    raise(work)
}

/// Removes a mailbox; its letters stay.
pub fn remove(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.execute(&REMOVE_STATE, &[id.into()])?;
    work.hit("mailbox", &REMOVE, &[id.into()])?;
    raise(work)
}

/// How all mailboxes are doing.
pub fn states(r: &mut Read<'_>) -> Result<Vec<StateRow>> {
    r.rows(&STATES, &[], read_state)
}

/// How a mailbox is doing.
pub fn state(r: &mut Read<'_>, id: &str) -> Result<Option<StateRow>> {
    r.first(&STATE, &[id.into()], read_state)
}

/// Takes a mailbox for a while, or keeps it; false while somebody else has it, or it is gone.
pub fn lease(work: &mut Work<'_>, id: &str, holder: &str) -> Result<bool> {
    let now = work.now();
    let until = plus_seconds(now, LEASE_S);
    work.execute(&NEW_STATE, &[id.into()])?;
    Ok(work.execute(&LEASE, &[id.into(), holder.into(), until.into(), now.into()])? > 0)
}

/// Lets others have a mailbox at once.
pub fn let_go(work: &mut Work<'_>, id: &str, holder: &str) -> Result<()> {
    work.execute(&LET_GO, &[id.into(), holder.into()]).map(drop)
}

/// Records how far it was fetched, and how many letters were new.
///
/// # Errors
/// [`crate::Error::Stale`] if somebody else fetches it now.
pub fn advance(work: &mut Work<'_>, id: &str, holder: &str, to: &Reached, taken: i64) -> Result<()> {
    let values = [
        id.into(),
        holder.into(),
        (&to.place).into(),
        to.validity.into(),
        to.uid.into(),
        to.begun_at.into(),
        taken.into(),
    ];
    work.edit("mailbox_state", &ADVANCE, &values)
}

/// Records that all is well.
pub fn went_well(work: &mut Work<'_>, id: &str) -> Result<()> {
    let now = work.now();
    work.execute(&WENT_WELL, &[id.into(), now.into()]).map(drop)
}

/// Records what went wrong.
pub fn went_wrong(work: &mut Work<'_>, id: &str, failure: &str, said: &str) -> Result<()> {
    let now = work.now();
    work.execute(&WENT_WRONG, &[id.into(), now.into(), failure.into(), said.into()]).map(drop)
}

/// Whose letters nobody wants.
pub fn blocks(r: &mut Read<'_>) -> Result<Vec<Block>> {
    r.rows(&BLOCKS, &[], |r| Ok(Block { id: r.text(0)?, pattern: r.text(1)?, note: r.text(2)? }))
}

/// Puts somebody on the list; false if they are on it.
pub fn put_block(work: &mut Work<'_>, b: &Block) -> Result<bool> {
    let new = work.execute(&PUT_BLOCK, &[(&b.id).into(), (&b.pattern).into(), (&b.note).into()])? > 0;
    raise(work).map(|()| new)
}

/// Takes somebody off the list.
pub fn remove_block(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.hit("mail_block", &REMOVE_BLOCK, &[id.into()])?;
    raise(work)
}
