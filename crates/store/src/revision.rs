//! The revisions of calendars and promises: who saved which when, and what uses them.

use domain::access::ActorRef;
use domain::calendar::CalendarDoc;
use domain::id::{CalendarId, PolicyId};
use domain::ticket::decide::CalendarRev;
use domain::time::Timestamp;

use crate::ticket::actor;
use crate::{Error, Read, Result, Row};

statements! {
    OF_CALENDAR = "SELECT rev, edited_at, actor_kind, actor_id FROM calendar_rev \
         WHERE calendar_id = $1 AND rev < $2 ORDER BY rev DESC LIMIT $3";
    OF_POLICY = "SELECT rev, edited_at, actor_kind, actor_id FROM policy_rev \
         WHERE policy_id = $1 AND rev < $2 ORDER BY rev DESC LIMIT $3";
    CALENDAR_REVS = "SELECT c.name, r.rev, r.doc FROM calendar_rev r JOIN calendar c ON c.id = r.calendar_id \
         WHERE r.calendar_id = $1 AND r.rev < $2 ORDER BY r.rev DESC LIMIT $3";
    CALENDAR_DOC = "SELECT doc FROM calendar_rev WHERE calendar_id = $1 AND rev = $2";
    CALENDAR_EDITED = "SELECT c.id, r.edited_at FROM calendar c \
         JOIN calendar_rev r ON r.calendar_id = c.id AND r.rev = c.rev ORDER BY c.id LIMIT 1000";
    POLICY_EDITED = "SELECT p.id, r.edited_at FROM policy p \
         JOIN policy_rev r ON r.policy_id = p.id AND r.rev = p.rev ORDER BY p.id LIMIT 1000";
    RUNNING = "SELECT calendar_id, CAST(COUNT(*) AS BIGINT) FROM clock WHERE stopped_at IS NULL \
         GROUP BY calendar_id ORDER BY calendar_id LIMIT 1000";
    OPEN_BY_REV = "SELECT policy_rev, CAST(COUNT(*) AS BIGINT) FROM ticket WHERE policy_id = $1 AND is_open = 1 \
         GROUP BY policy_rev ORDER BY policy_rev LIMIT 10000";
    COUNT_ORGANISATIONS = "SELECT policy_id, CAST(COUNT(*) AS BIGINT) FROM organisation \
         WHERE policy_id IS NOT NULL AND active = 1 GROUP BY policy_id ORDER BY policy_id LIMIT 1000";
    COUNT_CONTRACTS = "SELECT policy_id, CAST(COUNT(*) AS BIGINT) FROM contract \
         WHERE policy_id IS NOT NULL AND (ends_on IS NULL OR ends_on >= $1) \
         GROUP BY policy_id ORDER BY policy_id LIMIT 1000";
    ORGANISATIONS = "SELECT name FROM organisation WHERE policy_id = $1 AND active = 1 ORDER BY name_folded, id LIMIT $2";
    CONTRACTS = "SELECT number FROM contract WHERE policy_id = $1 AND (ends_on IS NULL OR ends_on >= $2) \
         ORDER BY number, id LIMIT $3";
}

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number, from 1.
    pub rev: i64,
    /// When it was saved.
    pub at: Timestamp,
    /// By whom.
    pub by: ActorRef,
}

fn read(r: &Row<'_>) -> Result<RevisionRow> {
    Ok(RevisionRow { rev: r.int(0)?, at: r.at(1)?, by: actor(r, 2)? })
}

/// The revisions of a calendar before one, newest first.
pub fn of_calendar(r: &mut Read<'_>, id: &CalendarId, before: i64, limit: i64) -> Result<Vec<RevisionRow>> {
    r.rows(&OF_CALENDAR, &[id.as_str().into(), before.into(), limit.into()], read)
}

/// The revisions of a promise before one, newest first.
pub fn of_policy(r: &mut Read<'_>, id: &PolicyId, before: i64, limit: i64) -> Result<Vec<RevisionRow>> {
    r.rows(&OF_POLICY, &[id.as_str().into(), before.into(), limit.into()], read)
}

/// The document of a calendar's revision.
pub fn calendar_doc(r: &mut Read<'_>, id: &CalendarId, rev: i64) -> Result<Option<CalendarDoc>> {
    r.first(&CALENDAR_DOC, &[id.as_str().into(), rev.into()], |r| r.json(0, "calendar.doc"))
}

/// A calendar's revisions before one, ready to count, newest first.
pub fn calendars_before(
    r: &mut Read<'_>,
    id: &CalendarId,
    before: i64,
    limit: i64,
) -> Result<Vec<CalendarRev>> {
    let found = r.rows(&CALENDAR_REVS, &[id.as_str().into(), before.into(), limit.into()], |r| {
        Ok((r.text(0)?, r.int(1)?, r.json::<CalendarDoc>(2, "calendar.doc")?))
    })?;
    let ready = |(name, rev, doc): (String, i64, CalendarDoc)| {
        let calendar = doc.compile().map_err(|e| Error::corrupt("calendar.doc", e))?;
        Ok(CalendarRev { rev, name, calendar, doc })
    };
    found.into_iter().map(ready).collect()
}

/// When each calendar was last edited.
pub fn calendars_edited(r: &mut Read<'_>) -> Result<Vec<(CalendarId, Timestamp)>> {
    r.rows(&CALENDAR_EDITED, &[], |r| Ok((r.id(0)?, r.at(1)?)))
}

/// When each promise was last edited.
pub fn policies_edited(r: &mut Read<'_>) -> Result<Vec<(PolicyId, Timestamp)>> {
    r.rows(&POLICY_EDITED, &[], |r| Ok((r.id(0)?, r.at(1)?)))
}

/// How many clocks run in each calendar.
pub fn running_clocks(r: &mut Read<'_>) -> Result<Vec<(CalendarId, i64)>> {
    r.rows(&RUNNING, &[], |r| Ok((r.id(0)?, r.int(1)?)))
}

/// How many open tickets hold each revision of a promise.
pub fn open_by_revision(r: &mut Read<'_>, id: &PolicyId) -> Result<Vec<(i64, i64)>> {
    r.rows(&OPEN_BY_REV, &[id.as_str().into()], |r| Ok((r.int(0)?, r.int(1)?)))
}

/// How many organisations name each promise.
pub fn organisations_by_policy(r: &mut Read<'_>) -> Result<Vec<(PolicyId, i64)>> {
    r.rows(&COUNT_ORGANISATIONS, &[], |r| Ok((r.id(0)?, r.int(1)?)))
}

/// How many contracts that last beyond a date name each promise.
pub fn contracts_by_policy(r: &mut Read<'_>, today: &str) -> Result<Vec<(PolicyId, i64)>> {
    r.rows(&COUNT_CONTRACTS, &[today.into()], |r| Ok((r.id(0)?, r.int(1)?)))
}

/// The first names of organisations and numbers of contracts that name a promise.
pub fn users_of_policy(
    r: &mut Read<'_>,
    id: &PolicyId,
    today: &str,
    limit: i64,
) -> Result<(Vec<String>, Vec<String>)> {
    let organisations = r.rows(&ORGANISATIONS, &[id.as_str().into(), limit.into()], |r| r.text(0))?;
    let contracts = r.rows(&CONTRACTS, &[id.as_str().into(), today.into(), limit.into()], |r| r.text(0))?;
    Ok((organisations, contracts))
}
