//! Who was paged for which step, when the next one is, what ended it; links that acknowledge without a sign-in.

use std::collections::BTreeSet;

use domain::id::{StaffId, TicketId};
use domain::oncall::{Means, PageEnd, PageRound, PagedSoFar};
use domain::time::Timestamp;

use crate::row::to_json;
use crate::{Error, Read, Result, Row, Work};

statements! {
    DUE = "SELECT ticket_id, step_event FROM page WHERE next_at <= $1 ORDER BY next_at, ticket_id, step_event, staff_id LIMIT $2";
    NEXT = "SELECT next_at FROM page WHERE next_at IS NOT NULL ORDER BY next_at, ticket_id, step_event, staff_id LIMIT 1";
    OF_STEP = "SELECT staff_id, next_at FROM page WHERE ticket_id = $1 AND step_event = $2 ORDER BY event_no, staff_id LIMIT 1000";
    RELIEVE = "UPDATE page SET next_at = NULL WHERE ticket_id = $1 AND step_event = $2 AND next_at IS NOT NULL";
    INSERT = "INSERT INTO page (ticket_id, step_event, staff_id, event_no, paged_at, means, next_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    END = "UPDATE page SET next_at = NULL, ended_at = $2, ended_by = $3, ended = $4 WHERE ticket_id = $1 AND ended_at IS NULL \
         RETURNING staff_id";
    END_STEP = "UPDATE page SET next_at = NULL, ended_at = $2, ended_by = $3, ended = $4 WHERE ticket_id = $1 AND step_event = $5 \
         AND ended_at IS NULL RETURNING staff_id";
    OPEN = "SELECT p.ticket_id, t.number, t.title, p.step_event, p.event_no, p.paged_at, p.means, p.next_at, p.ended_at, p.ended_by, p.ended \
         FROM page p JOIN ticket t ON t.id = p.ticket_id WHERE p.staff_id = $1 AND p.ended_at IS NULL \
         ORDER BY p.paged_at DESC, p.ticket_id, p.step_event LIMIT 200";
    LAST = "SELECT p.ticket_id, t.number, t.title, p.step_event, p.event_no, p.paged_at, p.means, p.next_at, p.ended_at, p.ended_by, p.ended \
         FROM page p JOIN ticket t ON t.id = p.ticket_id WHERE p.ticket_id = $1 AND p.staff_id = $2 \
         ORDER BY p.event_no DESC LIMIT 1";
    ONE = "SELECT p.ticket_id, t.number, t.title, p.step_event, p.event_no, p.paged_at, p.means, p.next_at, p.ended_at, p.ended_by, p.ended \
         FROM page p JOIN ticket t ON t.id = p.ticket_id WHERE p.ticket_id = $1 AND p.step_event = $2 AND p.staff_id = $3";
    PUT_LINK = "INSERT INTO page_link (token_hash, ticket_id, step_event, staff_id, means, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    LINK = "SELECT ticket_id, step_event, staff_id, means FROM page_link WHERE token_hash = $1 AND expires_at > $2";
}

/// What names a page: one person for one step of one ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageKey {
    /// The ticket.
    pub ticket: TicketId,
    /// The event of the step's firing.
    pub step: i64,
    /// Who.
    pub person: StaffId,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRow {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The event of the step's firing.
    pub step: i64,
    /// The event that tells of the page.
    pub event: i64,
    /// When.
    pub paged_at: Timestamp,
    /// By what.
    pub means: Vec<Means>,
    /// When the next one is paged, unless somebody answers or somebody else was paged meanwhile.
    pub next_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who ended it, if it was one of ours.
    pub ended_by: Option<StaffId>,
    /// How.
    pub ended: Option<PageEnd>,
}

fn read(r: &Row<'_>) -> Result<PageRow> {
    Ok(PageRow {
        ticket: r.id(0)?,
        number: r.text(1)?,
        title: r.text(2)?,
        step: r.int(3)?,
        event: r.int(4)?,
        paged_at: r.at(5)?,
        means: r.json(6, "page.means")?,
        next_at: r.at_opt(7)?,
        ended_at: r.at_opt(8)?,
        ended_by: r.id_opt(9)?,
        ended: r.word_opt(10, "page.ended")?,
    })
}

/// The steps whose next round is due, the longest due first.
pub fn due(r: &mut Read<'_>, limit: i64) -> Result<Vec<(TicketId, i64)>> {
    let now = r.now();
    let mut found = r.rows(&DUE, &[now.into(), limit.into()], |r| Ok((r.id(0)?, r.int(1)?)))?;
    found.dedup();
    Ok(found)
}

/// When the next round is due.
pub fn next(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    r.first(&NEXT, &[], |r| r.at(0))
}

/// Who was paged for a step so far, if its next round is due now.
pub fn so_far(r: &mut Read<'_>, ticket: &TicketId, step: i64) -> Result<Option<PagedSoFar>> {
    let now = r.now();
    let read = |r: &Row<'_>| Ok((r.id::<StaffId>(0)?, r.at_opt(1)?));
    let rows = r.rows(&OF_STEP, &[ticket.as_str().into(), step.into()], read)?;
    let silent: Vec<StaffId> =
        rows.iter().filter(|(_, at)| at.is_some_and(|at| at <= now)).map(|(p, _)| p.clone()).collect();
    let all: BTreeSet<StaffId> = rows.into_iter().map(|(p, _)| p).collect();
    Ok(if silent.is_empty() { None } else { Some(PagedSoFar { step, all, silent }) })
}

/// Keeps rounds of pages, in the transaction of what they do. Whoever was paged before for the same step is waited for no
/// longer.
///
/// # Errors
/// [`Error::Stale`] if one of them is there already: nobody is paged twice for the same step.
pub fn insert(work: &mut Work<'_>, ticket: &TicketId, rounds: &[PageRound]) -> Result<()> {
    let now = work.now();
    for round in rounds {
        work.execute(&RELIEVE, &[ticket.as_str().into(), round.step.into()])?;
        for p in &round.pages {
            let means = to_json(&p.means);
            let values = [
                ticket.as_str().into(),
                round.step.into(),
                p.person.as_str().into(),
                p.event.into(),
                now.into(),
                (&means).into(),
                round.next_at.into(),
            ];
            if work.execute(&INSERT, &values)? == 0 {
                return Err(Error::Stale("page"));
            }
        }
    }
    Ok(())
}

/// All pages of a ticket that still ring end; answers whose they were.
pub fn end(
    work: &mut Work<'_>,
    ticket: &TicketId,
    by: Option<&StaffId>,
    how: PageEnd,
) -> Result<BTreeSet<StaffId>> {
    let now = work.now();
    let values = [ticket.as_str().into(), now.into(), by.map(StaffId::as_str).into(), how.as_str().into()];
    Ok(work.rows(&END, &values, |r| r.id(0))?.into_iter().collect())
}

/// The pages of one step that still ring end; answers whose they were.
pub fn end_of_step(
    work: &mut Work<'_>,
    (ticket, step): (&TicketId, i64),
    by: Option<&StaffId>,
    how: PageEnd,
) -> Result<BTreeSet<StaffId>> {
    let (now, by) = (work.now(), by.map(StaffId::as_str));
    let values = [ticket.as_str().into(), now.into(), by.into(), how.as_str().into(), step.into()];
    Ok(work.rows(&END_STEP, &values, |r| r.id(0))?.into_iter().collect())
}

/// A person's pages that still ring, newest first.
pub fn open(r: &mut Read<'_>, person: &StaffId) -> Result<Vec<PageRow>> {
    r.rows(&OPEN, &[person.as_str().into()], read)
}

/// The last page of a person for a ticket.
pub fn last(r: &mut Read<'_>, ticket: &TicketId, person: &StaffId) -> Result<Option<PageRow>> {
    r.first(&LAST, &[ticket.as_str().into(), person.as_str().into()], read)
}

/// One page.
pub fn one(r: &mut Read<'_>, key: &PageKey) -> Result<Option<PageRow>> {
    r.first(&ONE, &[key.ticket.as_str().into(), key.step.into(), key.person.as_str().into()], read)
}

/// Keeps the hash of a link that acknowledges a page, until an instant.
pub fn put_link(
    work: &mut Work<'_>,
    token_hash: &str,
    key: &PageKey,
    means: Means,
    expires_at: Timestamp,
) -> Result<()> {
    let values = [
        token_hash.into(),
        key.ticket.as_str().into(),
        key.step.into(),
        key.person.as_str().into(),
        means.as_str().into(),
        expires_at.into(),
    ];
    work.hit("page link", &PUT_LINK, &values)
}

/// Which page a link acknowledges, and by what it came; nothing if it is unknown or too old.
pub fn link(r: &mut Read<'_>, token_hash: &str) -> Result<Option<(PageKey, Means)>> {
    let now = r.now();
    r.first(&LINK, &[token_hash.into(), now.into()], |r| {
        let key = PageKey { ticket: r.id(0)?, step: r.int(1)?, person: r.id(2)? };
        Ok((key, r.word(3, "page_link.means")?))
    })
}
