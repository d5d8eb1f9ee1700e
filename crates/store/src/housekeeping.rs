//! What nobody needs any longer is forgotten, a portion at a time, so that no other writer waits.

use domain::time::Timestamp;

use crate::statement::Stmt;
use crate::{Result, Work};

statements! {
    JOBS = "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state = 'done' ORDER BY id LIMIT $2) AND done_at < $1";
    OUTBOX = "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox ORDER BY seq LIMIT $2) AND at < $1 \
         AND seq < (SELECT MAX(seq) FROM outbox)";
    SESSIONS = "DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM session WHERE expires_at < $1 ORDER BY token_hash LIMIT $2)";
    LINKS = "DELETE FROM sign_in_link WHERE token_hash IN (SELECT token_hash FROM sign_in_link WHERE expires_at < $1 ORDER BY token_hash LIMIT $2)";
    FAILURES = "DELETE FROM sign_in_failure WHERE key IN (SELECT key FROM sign_in_failure WHERE last_at < $1 ORDER BY key LIMIT $2)";
    IDEMPOTENCY = "DELETE FROM idempotency WHERE (owner, key) IN (SELECT owner, key FROM idempotency WHERE at < $1 ORDER BY owner, key LIMIT $2)";
    PAGE_LINKS = "DELETE FROM page_link WHERE token_hash IN (SELECT token_hash FROM page_link WHERE expires_at < $1 ORDER BY expires_at, token_hash LIMIT $2)";
    KITS = "DELETE FROM pre_ticket WHERE code IN (SELECT code FROM pre_ticket WHERE expires_at < $1 ORDER BY expires_at, code LIMIT $2)";
    ANSWERS = "DELETE FROM canned_answer WHERE id IN (SELECT id FROM canned_answer WHERE deleted_at < $1 ORDER BY id LIMIT $2)";
}

/// Rows of one table that go in one unit of work.
const PORTION: i64 = 500;

const ALL: [&Stmt; 8] = [&JOBS, &OUTBOX, &SESSIONS, &LINKS, &FAILURES, &IDEMPOTENCY, &PAGE_LINKS, &ANSWERS];

/// Forgets a portion of what ended before an instant: done jobs, lines of the outbox but the newest (pumps that are
/// further behind read the tables anew), sessions, one-time links, failed sign-ins, remembered answers of the API,
/// deleted canned answers; and what callers prepared whose code has expired. Returns the number of rows; 0 when nothing is left.
pub fn clear(work: &mut Work<'_>, before: Timestamp) -> Result<u64> {
    let now = work.now();
    // What callers prepared was promised to be gone after a day.
    let all = ALL.iter().map(|stmt| (*stmt, before)).chain([(&KITS, now)]);
    all.map(|(stmt, before)| work.execute(stmt, &[before.into(), PORTION.into()])).sum()
}
