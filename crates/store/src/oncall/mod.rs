//! Rotas of people on call, what is put in over them, who is away, whose phone is confirmed.

pub mod page;
pub mod push;
mod swap;
pub mod watch;

pub use swap::{SwapRow, add_swap, answer_swap, open_swaps, swap};

pub(crate) const LISTS: &[(&str, &[(&str, crate::statement::Stmt)])] = &[
    ("oncall", STATEMENTS),
    ("oncall::page", page::STATEMENTS),
    ("oncall::push", push::STATEMENTS),
    ("oncall::swap", swap::STATEMENTS),
    ("oncall::watch", watch::STATEMENTS),
];

use std::collections::BTreeSet;

use domain::id::{GroupId, RotaId, StaffId};
use domain::oncall::{Drafts, Leave, Override, RotaDoc, RotaState};
use domain::time::{Timestamp, from_millis};

use crate::row::to_json;
use crate::{Read, Result, Row, Work};

statements! {
    ROTAS = "SELECT id, name, rev, doc, state, drafts FROM rota ORDER BY name, id LIMIT 200";
    IN_FORCE = "SELECT id, name, rev, doc, state, drafts FROM rota WHERE state = 'in_force' ORDER BY name, id LIMIT 200";
    ROTA = "SELECT id, name, rev, doc, state, drafts FROM rota WHERE id = $1";
    NEW_ROTA = "INSERT INTO rota (id, name, rev, doc, state, drafts, watch_at) VALUES ($1, $2, 1, $3, $4, $5, $6)";
    PUT_ROTA = "UPDATE rota SET name = $2, doc = $3, state = $4, drafts = $5, rev = rev + 1 WHERE id = $1 AND rev = $6";
    OVERRIDES = "SELECT id, rota_id, seat, staff_id, from_at, until_at, is_swap, note FROM oncall_override \
         WHERE rota_id = $1 AND until_at > $2 AND from_at < $3 ORDER BY id LIMIT 5000";
    OVERRIDE = "SELECT id, rota_id, seat, staff_id, from_at, until_at, is_swap, note FROM oncall_override WHERE id = $1";
    PUT_IN_FROM_NOW = "SELECT o.id, o.rota_id, o.seat, o.staff_id, o.from_at, o.until_at, o.is_swap, o.note, r.name \
         FROM oncall_override o JOIN rota r ON r.id = o.rota_id \
         WHERE o.staff_id = $1 AND o.until_at > $2 ORDER BY o.from_at, o.id LIMIT 200";
    ADD_OVERRIDE = "INSERT INTO oncall_override (id, rota_id, seat, staff_id, from_at, until_at, is_swap, note) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    REMOVE_OVERRIDE = "DELETE FROM oncall_override WHERE id = $1";
    LEAVES = "SELECT id, staff_id, from_at, until_at, note FROM oncall_leave \
         WHERE until_at > $1 AND from_at < $2 ORDER BY from_at, id LIMIT 5000";
    LEAVE = "SELECT id, staff_id, from_at, until_at, note FROM oncall_leave WHERE id = $1";
    ADD_LEAVE = "INSERT INTO oncall_leave (id, staff_id, from_at, until_at, note) VALUES ($1, $2, $3, $4, $5)";
    REMOVE_LEAVE = "DELETE FROM oncall_leave WHERE id = $1";
    CONFIRMED = "SELECT s.id FROM oncall_phone p JOIN staff s ON s.id = p.staff_id AND s.phone = p.phone \
         WHERE s.phone <> '' ORDER BY s.id LIMIT 10000";
    CAME = "SELECT t.group_id, t.received_at / 3600000 AS hour, COUNT(*) FROM ticket t \
         WHERE t.created_at >= $1 AND t.created_at < $2 AND t.merged_into IS NULL \
         GROUP BY t.group_id, hour ORDER BY hour, t.group_id LIMIT 500000";
    CONFIRM = "INSERT INTO oncall_phone (staff_id, phone, confirmed_at) VALUES ($1, $2, $3) \
         ON CONFLICT (staff_id) DO UPDATE SET phone = excluded.phone, confirmed_at = excluded.confirmed_at";
}

/// A rota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotaRow {
    /// Key.
    pub id: RotaId,
    /// Its name for people.
    pub name: String,
    /// Its revision, for edits; 0 for a new one.
    pub rev: i64,
    /// What it says.
    pub doc: RotaDoc,
    /// Whether it counts.
    pub state: RotaState,
    /// When it did not.
    pub drafts: Drafts,
}

impl RotaRow {
    /// Does it count?
    pub fn in_force(&self) -> bool {
        self.state == RotaState::InForce
    }
}

/// An override with its key; keys sort by when they were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRow {
    /// Key.
    pub id: String,
    /// Of which rota.
    pub rota: RotaId,
    /// Who, when.
    pub put: Override,
    /// Why, for people.
    pub note: String,
}

/// A leave with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveRow {
    /// Key.
    pub id: String,
    /// Who, when.
    pub leave: Leave,
    /// Why, for people.
    pub note: String,
}

fn rota(r: &Row<'_>) -> Result<RotaRow> {
    let (doc, state) = (r.json(3, "rota.doc")?, r.word(4, "rota.state")?);
    let drafts = r.json(5, "rota.drafts")?;
    Ok(RotaRow { id: r.id(0)?, name: r.text(1)?, rev: r.int(2)?, doc, state, drafts })
}

/// The rotas that count, by name.
pub fn in_force(r: &mut Read<'_>) -> Result<Vec<RotaRow>> {
    r.rows(&IN_FORCE, &[], rota)
}

/// All rotas by name, drafts among them.
pub fn rotas(r: &mut Read<'_>) -> Result<Vec<RotaRow>> {
    r.rows(&ROTAS, &[], rota)
}

/// One rota.
pub fn one(r: &mut Read<'_>, id: &RotaId) -> Result<Option<RotaRow>> {
    r.first(&ROTA, &[id.as_str().into()], rota)
}

/// Saves a rota over the revision that its editor saw; revision 0 makes a new one.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn put(work: &mut Work<'_>, row: &RotaRow) -> Result<()> {
    let (doc, drafts, now) = (to_json(&row.doc), to_json(&row.drafts), work.now());
    let is_new = row.rev == 0;
    let last = if is_new { now.into() } else { row.rev.into() };
    let (id, name) = (row.id.as_str().into(), (&row.name).into());
    let values = [id, name, (&doc).into(), row.state.as_str().into(), (&drafts).into(), last];
    if is_new { work.hit("rota", &NEW_ROTA, &values) } else { work.edit("rota", &PUT_ROTA, &values) }
}

fn override_row(r: &Row<'_>) -> Result<OverrideRow> {
    let put = Override {
        seat: r.word(2, "oncall_override.seat")?,
        person: r.id(3)?,
        from: r.at(4)?,
        until: r.at(5)?,
        swap: r.int(6)? != 0,
    };
    Ok(OverrideRow { id: r.text(0)?, rota: r.id(1)?, put, note: r.text(7)? })
}

/// The overrides of a rota that touch a time, in the order in which they were made.
pub fn overrides(
    r: &mut Read<'_>,
    id: &RotaId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<OverrideRow>> {
    r.rows(&OVERRIDES, &[id.as_str().into(), from.into(), until.into()], override_row)
}

/// The times that are not over for which somebody is put in, with the names of their rotas.
pub fn put_in_from_now(r: &mut Read<'_>, person: &StaffId) -> Result<Vec<(OverrideRow, String)>> {
    let now = r.now();
    r.rows(&PUT_IN_FROM_NOW, &[person.as_str().into(), now.into()], |r| Ok((override_row(r)?, r.text(8)?)))
}

/// One override.
pub fn override_by_id(r: &mut Read<'_>, id: &str) -> Result<Option<OverrideRow>> {
    r.first(&OVERRIDE, &[id.into()], override_row)
}

/// Adds an override.
pub fn add_override(work: &mut Work<'_>, row: &OverrideRow) -> Result<()> {
    let p = &row.put;
    let values = [
        (&row.id).into(),
        row.rota.as_str().into(),
        p.seat.as_str().into(),
        p.person.as_str().into(),
        p.from.into(),
        p.until.into(),
        p.swap.into(),
        (&row.note).into(),
    ];
    work.hit("override", &ADD_OVERRIDE, &values)
}

/// Takes an override away.
pub fn remove_override(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.hit("override", &REMOVE_OVERRIDE, &[id.into()])
}

fn leave_row(r: &Row<'_>) -> Result<LeaveRow> {
    let leave = Leave { person: r.id(1)?, from: r.at(2)?, until: r.at(3)? };
    Ok(LeaveRow { id: r.text(0)?, leave, note: r.text(4)? })
}

/// The leaves that touch a time.
pub fn leaves(r: &mut Read<'_>, from: Timestamp, until: Timestamp) -> Result<Vec<LeaveRow>> {
    r.rows(&LEAVES, &[from.into(), until.into()], leave_row)
}

/// One leave.
pub fn leave_by_id(r: &mut Read<'_>, id: &str) -> Result<Option<LeaveRow>> {
    r.first(&LEAVE, &[id.into()], leave_row)
}

/// Adds a leave.
pub fn add_leave(work: &mut Work<'_>, row: &LeaveRow) -> Result<()> {
    let l = &row.leave;
    let values =
        [(&row.id).into(), l.person.as_str().into(), l.from.into(), l.until.into(), (&row.note).into()];
    work.hit("leave", &ADD_LEAVE, &values)
}

/// Takes a leave away.
pub fn remove_leave(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.hit("leave", &REMOVE_LEAVE, &[id.into()])
}

/// Whose present phone is confirmed.
pub fn confirmed(r: &mut Read<'_>) -> Result<BTreeSet<StaffId>> {
    Ok(r.rows(&CONFIRMED, &[], |r| r.id(0))?.into_iter().collect())
}

/// Somebody says that this is the phone on which they are reached.
pub fn confirm(work: &mut Work<'_>, person: &StaffId, phone: &str) -> Result<()> {
    let now = work.now();
    work.hit("phone", &CONFIRM, &[person.as_str().into(), phone.into(), now.into()])
}

/// How many tickets came in each hour of a time, by the group that has them now; merged ones are left out.
pub fn came(
    r: &mut Read<'_>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(Option<GroupId>, Timestamp, u32)>> {
    r.rows(&CAME, &[from.into(), until.into()], |r| {
        let n = u32::try_from(r.int(2)?).unwrap_or(u32::MAX);
        Ok((r.id_opt(0)?, from_millis(r.int(1)?.saturating_mul(3_600_000)), n))
    })
}
