//! Work for the background: written in the transaction of its cause, claimed with a lease and a fencing token.

use domain::id::JobId;
use domain::time::{Timestamp, from_millis, plus_seconds};

use crate::row::to_json;
use crate::{Read, Result, Row, Work};

/// A claimed job belongs to its worker for this long.
const LEASE_S: i64 = 60;

statements! {
    INSERT = "INSERT INTO job (id, kind, payload, state, run_at, attempts, fence, last_error, created_at, lane) \
         VALUES ($1, $2, $3, 'ready', $4, 0, 0, '', $5, $6)";
    DONE = "UPDATE job SET state = 'done', payload = '', done_at = $3, lease_until_at = NULL WHERE id = $1 AND fence = $2 AND state = 'running'";
    RETRY = "UPDATE job SET state = 'ready', run_at = $3, last_error = $4, lease_until_at = NULL \
         WHERE id = $1 AND fence = $2 AND state = 'running'";
    FAIL = "UPDATE job SET state = 'dead', last_error = $3, lease_until_at = NULL \
         WHERE id = $1 AND fence = $2 AND state = 'running'";
    REVIVE = "UPDATE job SET state = 'ready', run_at = $2, attempts = 0 WHERE id = $1 AND state = 'dead'";
    PAGE = "SELECT id, kind, payload, state, run_at, attempts, last_error, fence FROM job \
         WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3";
    UNDONE = "SELECT id, kind, payload, state, run_at, attempts, last_error, fence FROM job \
         WHERE state IN ('ready', 'running', 'dead') AND kind = $1 AND id > $2 ORDER BY id LIMIT $3";
    NEXT = "SELECT run_at FROM job WHERE state = 'ready' AND lane = $1 ORDER BY run_at, id LIMIT 1";
    NEXT_LOST = "SELECT lease_until_at FROM job WHERE state = 'running' AND lane = $1 ORDER BY lease_until_at, id LIMIT 1";
    @twin CLAIM = "UPDATE job SET state = 'running', attempts = attempts + 1, fence = fence + 1, lease_until_at = $2 \
         WHERE id IN (SELECT id FROM job WHERE state = 'ready' AND run_at <= $1 AND lane = $4 ORDER BY run_at, id LIMIT $3) \
         RETURNING id, kind, payload, state, run_at, attempts, last_error, fence"
        / "UPDATE job SET state = 'running', attempts = attempts + 1, fence = fence + 1, lease_until_at = $2 \
         WHERE id IN (SELECT id FROM job WHERE state = 'ready' AND run_at <= $1 AND lane = $4 ORDER BY run_at, id LIMIT $3 \
         FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload, state, run_at, attempts, last_error, fence";
    @twin CLAIM_LOST = "UPDATE job SET attempts = attempts + 1, fence = fence + 1, lease_until_at = $2 \
         WHERE id IN (SELECT id FROM job WHERE state = 'running' AND lease_until_at < $1 AND lane = $4 ORDER BY run_at, id LIMIT $3) \
         RETURNING id, kind, payload, state, run_at, attempts, last_error, fence"
        / "UPDATE job SET attempts = attempts + 1, fence = fence + 1, lease_until_at = $2 \
         WHERE id IN (SELECT id FROM job WHERE state = 'running' AND lease_until_at < $1 AND lane = $4 ORDER BY run_at, id LIMIT $3 \
         FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload, state, run_at, attempts, last_error, fence";
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Key; outside effects derive their idempotency key from it.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// With what, as JSON.
    pub payload: String,
    /// `ready`, `running`, `done` or `dead`.
    pub state: String,
    /// Not before.
    pub run_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it failed last.
    pub last_error: String,
    /// Who claims it later has a higher one.
    pub fence: i64,
}

fn read(r: &Row<'_>) -> Result<JobRow> {
    Ok(JobRow {
        id: r.id(0)?,
        kind: r.text(1)?,
        payload: r.text(2)?,
        state: r.text(3)?,
        run_at: r.at(4)?,
        attempts: r.int(5)?,
        last_error: r.text(6)?,
        fence: r.int(7)?,
    })
}

/// Puts a job into the queue, not before `run_at`.
pub fn insert(
    work: &mut Work<'_>,
    kind: &str,
    payload: &impl serde::Serialize,
    run_at: Timestamp,
) -> Result<JobId> {
    let (id, payload, now) = (JobId(work.next_id()), to_json(payload), work.now());
    let values =
        [id.as_str().into(), kind.into(), (&payload).into(), run_at.into(), now.into(), lane(kind).into()];
    work.hit("job", &INSERT, &values)?;
    Ok(id)
}

/// The kind of jobs that hand letters to a server. They are claimed apart: a slow server holds up nobody else.
pub const POST: &str = "post";

/// The kind of jobs that read letters which came in. They are claimed apart: a flood of them holds up nobody else.
pub const MAIL_IN: &str = "mail_in";

/// The lane of all jobs that are not claimed apart.
const MAIN: &str = "main";

/// Jobs are claimed lane by lane: what waits in one is not looked at for another.
fn lane(kind: &str) -> &str {
    if matches!(kind, POST | MAIL_IN) { kind } else { MAIN }
}

/// Claims jobs whose time has come, and those whose worker was lost; not those that are claimed apart.
pub fn claim(work: &mut Work<'_>, limit: i64) -> Result<Vec<JobRow>> {
    claim_apart(work, MAIN, limit)
}

/// Claims jobs of a kind that is claimed apart, in the order in which they are to run.
pub fn claim_apart(work: &mut Work<'_>, kind: &str, limit: i64) -> Result<Vec<JobRow>> {
    let now = work.now();
    let values = [now.into(), plus_seconds(now, LEASE_S).into(), limit.into(), kind.into()];
    let mut claimed = work.rows(&CLAIM_LOST, &values, read)?;
    let rest = limit - i64::try_from(claimed.len()).unwrap_or(limit);
    let values = [now.into(), plus_seconds(now, LEASE_S).into(), rest.into(), kind.into()];
    claimed.extend(work.rows(&CLAIM, &values, read)?);
    claimed.sort_by(|a, b| (a.run_at, a.id.as_str()).cmp(&(b.run_at, b.id.as_str())));
    Ok(claimed)
}

/// The job is done; belongs into the transaction of its effect. What it was made of may be secret and is forgotten.
///
/// # Errors
/// [`crate::Error::Stale`] if another worker has claimed it meanwhile.
pub fn done(work: &mut Work<'_>, job: &JobRow) -> Result<()> {
    let now = work.now();
    work.edit("job", &DONE, &[job.id.as_str().into(), job.fence.into(), now.into()])
}

/// The job is to be tried again at `run_at`.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn retry(work: &mut Work<'_>, job: &JobRow, error: &str, run_at: Timestamp) -> Result<()> {
    work.edit("job", &RETRY, &[job.id.as_str().into(), job.fence.into(), run_at.into(), error.into()])
}

/// The job cannot succeed; it waits for a person.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn fail(work: &mut Work<'_>, job: &JobRow, error: &str) -> Result<()> {
    work.edit("job", &FAIL, &[job.id.as_str().into(), job.fence.into(), error.into()])
}

/// A person wants a dead job to be tried again.
pub fn revive(work: &mut Work<'_>, id: &JobId) -> Result<()> {
    let now = work.now();
    work.hit("job", &REVIVE, &[id.as_str().into(), now.into()])
}

/// A page of jobs in a state.
pub fn page(r: &mut Read<'_>, state: &str, after: &str, limit: i64) -> Result<Vec<JobRow>> {
    r.rows(&PAGE, &[state.into(), after.into(), limit.into()], read)
}

/// A page of the jobs of a kind that are not done: they wait, run, or wait for a person.
pub fn undone(r: &mut Read<'_>, kind: &str, after: &str, limit: i64) -> Result<Vec<JobRow>> {
    r.rows(&UNDONE, &[kind.into(), after.into(), limit.into()], read)
}

/// When the next job wants to run, or is to be taken from a worker that was lost; without those that are claimed apart.
pub fn next_instant(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    next_apart(r, MAIN)
}

/// When the next job of a kind that is claimed apart wants to run. A lease is over when its last millisecond has passed.
pub fn next_apart(r: &mut Read<'_>, kind: &str) -> Result<Option<Timestamp>> {
    let ready = r.first(&NEXT, &[kind.into()], |r| r.at(0))?;
    let lost = r.first(&NEXT_LOST, &[kind.into()], |r| Ok(from_millis(r.int(0)? + 1)))?;
    Ok(ready.into_iter().chain(lost).min())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::Engine;
    use crate::statement::Stmt;

    /// Of a hundred thousand letters that wait, the claim of another job sees none: each lane has its part of the index.
    #[test]
    fn jobs_are_found_lane_by_lane() {
        let conn = Connection::open_in_memory().unwrap();
        for m in crate::migrate::migrations(Engine::Sqlite) {
            conn.execute_batch(m.text()).unwrap();
        }
        let plan = |s: &Stmt| {
            let mut q = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", s.sqlite)).unwrap();
            for n in 1..=q.parameter_count() {
                q.raw_bind_parameter(n, 1).unwrap();
            }
            let mut rows = q.raw_query();
            let mut steps = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                steps.push(row.get::<_, String>(3).unwrap());
            }
            steps.join("; ")
        };
        for (statement, index) in [
            (NEXT, "job_ready (lane=?)"),
            (CLAIM, "job_ready (lane=? AND run_at<?)"),
            (NEXT_LOST, "job_running (lane=?)"),
            (CLAIM_LOST, "job_running (lane=? AND lease_until_at<?)"),
        ] {
            let plan = plan(&statement);
            assert!(plan.contains(index), "{plan}");
        }
    }
}
