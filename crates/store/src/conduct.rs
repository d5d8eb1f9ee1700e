//! Proposals after repeated misses, and what became of them.

use domain::conduct::{Consequence, Miss, Stand};
use domain::id::StaffId;
use domain::time::Timestamp;

use crate::row::to_json;
use crate::{Read, Result, Row, Work};

statements! {
    ALL = "SELECT id, staff_id, consequence, enough, days, misses, state, made_at, objection, objected_at, reason, \
         decided_by, decided_at FROM conduct ORDER BY id DESC LIMIT 500";
    OF = "SELECT id, staff_id, consequence, enough, days, misses, state, made_at, objection, objected_at, reason, \
         decided_by, decided_at FROM conduct WHERE staff_id = $1 ORDER BY id DESC LIMIT 500";
    ONE = "SELECT id, staff_id, consequence, enough, days, misses, state, made_at, objection, objected_at, reason, \
         decided_by, decided_at FROM conduct WHERE id = $1";
    ADD = "INSERT INTO conduct (id, staff_id, consequence, enough, days, misses, state, made_at, objection, reason) \
         VALUES ($1, $2, $3, $4, $5, $6, 'proposed', $7, '', '')";
    OBJECT = "UPDATE conduct SET state = 'objected', objection = $2, objected_at = $3 WHERE id = $1 AND state = 'proposed'";
    DECIDE = "UPDATE conduct SET state = $2, reason = $3, decided_by = $4, decided_at = $5 \
         WHERE id = $1 AND state IN ('proposed', 'objected')";
    EXCUSED = "SELECT t.id FROM clock c JOIN ticket t ON t.id = c.ticket_id \
         WHERE t.number = $1 AND c.milestone = 'response' AND c.cycle = $2 AND c.excused IS NOT NULL LIMIT 1";
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConductRow {
    /// Key.
    pub id: String,
    /// Of whom.
    pub person: StaffId,
    /// What is proposed.
    pub consequence: Consequence,
    /// By the rule of so many misses …
    pub enough: u32,
    /// … in so many days.
    pub days: u32,
    /// The evidence.
    pub misses: Vec<Miss>,
    /// Where it stands.
    pub state: Stand,
    /// When it was made.
    pub made_at: Timestamp,
    /// What the person says.
    pub objection: String,
    /// When.
    pub objected_at: Option<Timestamp>,
    /// Why it was decided so.
    pub reason: String,
    /// By whom.
    pub decided_by: Option<StaffId>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

fn row(r: &Row<'_>) -> Result<ConductRow> {
    let number = |i| r.int(i).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    Ok(ConductRow {
        id: r.text(0)?,
        person: r.id(1)?,
        consequence: r.word(2, "conduct.consequence")?,
        enough: number(3)?,
        days: number(4)?,
        misses: r.json(5, "conduct.misses")?,
        state: r.word(6, "conduct.state")?,
        made_at: r.at(7)?,
        objection: r.text(8)?,
        objected_at: r.at_opt(9)?,
        reason: r.text(10)?,
        decided_by: r.id_opt(11)?,
        decided_at: r.at_opt(12)?,
    })
}

/// All of them, newest first.
pub fn all(r: &mut Read<'_>) -> Result<Vec<ConductRow>> {
    r.rows(&ALL, &[], row)
}

/// Those of a person, newest first.
pub fn of(r: &mut Read<'_>, person: &StaffId) -> Result<Vec<ConductRow>> {
    r.rows(&OF, &[person.as_str().into()], row)
}

/// One of them.
pub fn one(r: &mut Read<'_>, id: &str) -> Result<Option<ConductRow>> {
    r.first(&ONE, &[id.into()], row)
}

/// Was the miss excused since?
pub fn is_excused(r: &mut Read<'_>, miss: &Miss) -> Result<bool> {
    let cycle = i64::from(miss.cycle);
    Ok(r.first(&EXCUSED, &[(&miss.number).into(), cycle.into()], |r| r.text(0))?.is_some())
}

/// Keeps a new one.
pub fn add(work: &mut Work<'_>, row: &ConductRow) -> Result<()> {
    let misses = to_json(&row.misses);
    let values = [
        (&row.id).into(),
        row.person.as_str().into(),
        row.consequence.as_str().into(),
        i64::from(row.enough).into(),
        i64::from(row.days).into(),
        (&misses).into(),
        row.made_at.into(),
    ];
    work.hit("conduct", &ADD, &values)
}

/// The person objects.
pub fn object(work: &mut Work<'_>, id: &str, text: &str) -> Result<()> {
    let now = work.now();
    work.edit("conduct", &OBJECT, &[id.into(), text.into(), now.into()])
}

/// A supervisor decides.
pub fn decide(work: &mut Work<'_>, id: &str, (state, reason, by): (Stand, &str, &StaffId)) -> Result<()> {
    let now = work.now();
    let values = [id.into(), state.as_str().into(), reason.into(), by.as_str().into(), now.into()];
    work.edit("conduct", &DECIDE, &values)
}
