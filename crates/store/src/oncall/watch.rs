//! When a rota is looked at again, what was told of holidays, who was asked at the start of a shift and answered, what one
//! leaves to the next, and the feeds of one's own shifts.

use domain::id::{RotaId, StaffId};
use domain::oncall::Seat;
use domain::time::Timestamp;
use jiff::civil::Date;

use crate::{Read, Result, Row, Work};

statements! {
    DUE = "SELECT id FROM rota WHERE state = 'in_force' AND watch_at <= $1 ORDER BY watch_at, id LIMIT 200";
    NEXT = "SELECT watch_at FROM rota WHERE state = 'in_force' ORDER BY watch_at, id LIMIT 1";
    WATCH = "UPDATE rota SET watch_at = $2 WHERE id = $1 AND watch_at <= $3";
    SOONER = "UPDATE rota SET watch_at = $2 WHERE id = $1 AND watch_at > $2";
    WAKE = "UPDATE rota SET watch_at = $1 WHERE watch_at > $1";
    TELL = "INSERT INTO oncall_told (rota_id, first_on, days_before, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (rota_id, first_on, days_before) DO NOTHING";
    ASK = "INSERT INTO oncall_start (rota_id, seat, from_at, staff_id, asked_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (rota_id, seat, from_at) DO NOTHING";
    ASKED = "SELECT rota_id, seat, from_at, staff_id, asked_at, confirmed_at, alarmed_at FROM oncall_start \
         WHERE rota_id = $1 AND from_at >= $2 ORDER BY from_at DESC, seat LIMIT 200";
    CONFIRM_START = "UPDATE oncall_start SET confirmed_at = $2 WHERE staff_id = $1 AND confirmed_at IS NULL AND from_at <= $2";
    ALARM = "UPDATE oncall_start SET alarmed_at = $4 WHERE rota_id = $1 AND seat = $2 AND from_at = $3 AND alarmed_at IS NULL";
    ADD_NOTE = "INSERT INTO oncall_note (id, rota_id, staff_id, at, text) VALUES ($1, $2, $3, $4, $5)";
    NOTES = "SELECT id, rota_id, staff_id, at, text FROM oncall_note WHERE rota_id = $1 ORDER BY id DESC LIMIT $2";
    PUT_FEED = "INSERT INTO oncall_feed (staff_id, token_hash, made_at) VALUES ($1, $2, $3) \
         ON CONFLICT (staff_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at";
    END_FEED = "DELETE FROM oncall_feed WHERE staff_id = $1";
    FEED = "SELECT staff_id FROM oncall_feed WHERE token_hash = $1";
    FEED_SINCE = "SELECT made_at FROM oncall_feed WHERE staff_id = $1";
}

/// The rotas that are due to be looked at.
pub fn due(r: &mut Read<'_>) -> Result<Vec<RotaId>> {
    let now = r.now();
    r.rows(&DUE, &[now.into()], |r| r.id(0))
}

/// When the next one is; not before now.
pub fn next(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    let now = r.now();
    Ok(r.first(&NEXT, &[], |r| r.at(0))?.map(|at| at.max(now)))
}

/// Says when to look again; answers whether it was still due.
pub fn look_again(work: &mut Work<'_>, id: &RotaId, at: Timestamp) -> Result<bool> {
    let now = work.now();
    Ok(work.execute(&WATCH, &[id.as_str().into(), at.into(), now.into()])? > 0)
}

/// Looks again sooner than was said.
pub fn look_sooner(work: &mut Work<'_>, id: &RotaId, at: Timestamp) -> Result<()> {
    work.execute(&SOONER, &[id.as_str().into(), at.into()]).map(drop)
}

/// Who is on call may have changed: all rotas are looked at now.
pub fn wake(work: &mut Work<'_>) -> Result<()> {
    let now = work.now();
    work.execute(&WAKE, &[now.into()]).map(drop)
}

/// Keeps that the findings of a block of holidays were told so many days before; answers whether they were not yet.
pub fn tell(work: &mut Work<'_>, rota: &RotaId, first: Date, days_before: i64) -> Result<bool> {
    let (first, now) = (first.to_string(), work.now());
    Ok(work.execute(&TELL, &[rota.as_str().into(), (&first).into(), days_before.into(), now.into()])? > 0)
}

/// Somebody was asked at the start of a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartRow {
    /// Of which rota.
    pub rota: RotaId,
    /// Which duty.
    pub seat: Seat,
    /// When the shift began.
    pub from: Timestamp,
    /// Who.
    pub person: StaffId,
    /// When they were asked.
    pub asked_at: Timestamp,
    /// When they confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When others were told that they had not.
    pub alarmed_at: Option<Timestamp>,
}

/// Keeps that somebody is asked; answers whether they were not yet.
pub fn ask(
    work: &mut Work<'_>,
    rota: &RotaId,
    seat: Seat,
    from: Timestamp,
    person: &StaffId,
) -> Result<bool> {
    let now = work.now();
    let values =
        [rota.as_str().into(), seat.as_str().into(), from.into(), person.as_str().into(), now.into()];
    Ok(work.execute(&ASK, &values)? > 0)
}

fn start(r: &Row<'_>) -> Result<StartRow> {
    Ok(StartRow {
        rota: r.id(0)?,
        seat: r.word(1, "oncall_start.seat")?,
        from: r.at(2)?,
        person: r.id(3)?,
        asked_at: r.at(4)?,
        confirmed_at: r.at_opt(5)?,
        alarmed_at: r.at_opt(6)?,
    })
}

/// Who was asked at shifts that began since an instant, newest first.
pub fn asked(r: &mut Read<'_>, rota: &RotaId, since: Timestamp) -> Result<Vec<StartRow>> {
    r.rows(&ASKED, &[rota.as_str().into(), since.into()], start)
}

/// Somebody confirms for all their shifts that have begun.
pub fn confirm_starts(work: &mut Work<'_>, person: &StaffId) -> Result<u64> {
    let now = work.now();
    work.execute(&CONFIRM_START, &[person.as_str().into(), now.into()])
}

/// Others are told that somebody has not confirmed.
pub fn alarm(work: &mut Work<'_>, row: &StartRow) -> Result<()> {
    let now = work.now();
    let values = [row.rota.as_str().into(), row.seat.as_str().into(), row.from.into(), now.into()];
    work.hit("start", &ALARM, &values)
}

/// What somebody leaves to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// Key; sorts by time.
    pub id: String,
    /// Of which rota.
    pub rota: RotaId,
    /// Who.
    pub person: StaffId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// Keeps a note.
pub fn add_note(work: &mut Work<'_>, row: &NoteRow) -> Result<()> {
    let values = [
        (&row.id).into(),
        row.rota.as_str().into(),
        row.person.as_str().into(),
        row.at.into(),
        (&row.text).into(),
    ];
    work.hit("note", &ADD_NOTE, &values)
}

/// The last notes of a rota, newest first.
pub fn notes(r: &mut Read<'_>, rota: &RotaId, limit: i64) -> Result<Vec<NoteRow>> {
    r.rows(&NOTES, &[rota.as_str().into(), limit.into()], |r| {
        Ok(NoteRow { id: r.text(0)?, rota: r.id(1)?, person: r.id(2)?, at: r.at(3)?, text: r.text(4)? })
    })
}

/// A person's feed has this secret from now on, and no other.
pub fn put_feed(work: &mut Work<'_>, person: &StaffId, token_hash: &str) -> Result<()> {
    let now = work.now();
    work.hit("feed", &PUT_FEED, &[person.as_str().into(), token_hash.into(), now.into()])
}

/// A person's feed is no more; harmless if there is none.
pub fn end_feed(work: &mut Work<'_>, person: &StaffId) -> Result<()> {
    work.execute(&END_FEED, &[person.as_str().into()]).map(drop)
}

/// Whose feed has this secret.
pub fn feed(r: &mut Read<'_>, token_hash: &str) -> Result<Option<StaffId>> {
    r.first(&FEED, &[token_hash.into()], |r| r.id(0))
}

/// Since when a person has a feed.
pub fn feed_since(r: &mut Read<'_>, person: &StaffId) -> Result<Option<Timestamp>> {
    r.first(&FEED_SINCE, &[person.as_str().into()], |r| r.at(0))
}
