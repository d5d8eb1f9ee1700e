//! Sign-in: sessions, one-time links, failures, API tokens. Secrets are kept as hashes only.

use domain::id::{StaffId, TokenId};
use domain::time::Timestamp;

use crate::row::to_json;
use crate::{Read, Result, Work};

statements! {
    INSERT = "INSERT INTO session (token_hash, person_kind, person_id, created_at, seen_at, expires_at) \
         VALUES ($1, $2, $3, $4, $4, $5)";
    ONE = "SELECT person_kind, person_id, expires_at FROM session WHERE token_hash = $1";
    DELETE = "DELETE FROM session WHERE token_hash = $1";
    DELETE_ALL = "DELETE FROM session WHERE person_kind = $1 AND person_id = $2";
    PUT_LINK = "INSERT INTO sign_in_link (token_hash, person_kind, person_id, purpose, expires_at) VALUES ($1, $2, $3, $4, $5)";
    LINK = "SELECT person_kind, person_id, purpose, expires_at FROM sign_in_link WHERE token_hash = $1 AND used_at IS NULL";
    USE_LINK = "UPDATE sign_in_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL";
    END_LINKS = "UPDATE sign_in_link SET used_at = $3 WHERE person_kind = $1 AND person_id = $2 AND used_at IS NULL";
    FAILED = "INSERT INTO sign_in_failure (key, failures, last_at) VALUES ($1, 1, $2) \
         ON CONFLICT (key) DO UPDATE SET failures = sign_in_failure.failures + 1, last_at = EXCLUDED.last_at";
    FAILURES = "SELECT failures, last_at FROM sign_in_failure WHERE key = $1";
    FORGIVE = "DELETE FROM sign_in_failure WHERE key = $1";
    FORGIVE_ALL = "DELETE FROM sign_in_failure";
    PUT_TOKEN = "INSERT INTO api_token (id, token_hash, name, staff_id, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    TOKEN = "SELECT id, staff_id, scopes FROM api_token WHERE token_hash = $1 AND revoked_at IS NULL";
    TOKENS = "SELECT id, name, staff_id, scopes, created_at, revoked_at FROM api_token ORDER BY created_at DESC, id LIMIT 500";
    REVOKE = "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
}

/// Whose session or link it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `staff` or `contact`.
    pub kind: String,
    /// Key in that table.
    pub id: String,
}

/// A live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose.
    pub person: Person,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An API token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Key.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// On whose behalf it acts.
    pub staff: StaffId,
    /// Rights that it may use; `*` for all of the person's.
    pub scopes: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when no more.
    pub revoked_at: Option<Timestamp>,
}

/// Begins a session.
pub fn insert(work: &mut Work<'_>, token_hash: &str, person: &Person, expires_at: Timestamp) -> Result<()> {
    let now = work.now();
    let values =
        [token_hash.into(), (&person.kind).into(), (&person.id).into(), now.into(), expires_at.into()];
    work.hit("session", &INSERT, &values)
}

/// The session of a token, if it has not ended.
pub fn session(r: &mut Read<'_>, token_hash: &str) -> Result<Option<SessionRow>> {
    let now = r.now();
    let row = r.first(&ONE, &[token_hash.into()], |r| {
        Ok(SessionRow { person: Person { kind: r.text(0)?, id: r.text(1)? }, expires_at: r.at(2)? })
    })?;
    Ok(row.filter(|s| s.expires_at > now))
}

/// The topic of the outbox under which it stands that a session ended, so that open streams look whether it was theirs.
pub const ENDED: &str = "session";

/// Ends a session; harmless if it has ended.
pub fn delete(work: &mut Work<'_>, token_hash: &str) -> Result<()> {
    let ended = work.execute(&DELETE, &[token_hash.into()])?;
    if ended > 0 { work.publish(ENDED, "") } else { Ok(()) }
}

/// Ends all sessions of a person.
pub fn delete_all(work: &mut Work<'_>, person: &Person) -> Result<u64> {
    let ended = work.execute(&DELETE_ALL, &[(&person.kind).into(), (&person.id).into()])?;
    if ended > 0 {
        work.publish(ENDED, "")?;
    }
    Ok(ended)
}

/// Keeps a one-time link.
pub fn put_link(
    work: &mut Work<'_>,
    token_hash: &str,
    person: &Person,
    purpose: &str,
    expires_at: Timestamp,
) -> Result<()> {
    let values =
        [token_hash.into(), (&person.kind).into(), (&person.id).into(), purpose.into(), expires_at.into()];
    work.hit("link", &PUT_LINK, &values)
}

/// A link that is still good: whose, and what for.
pub fn link(r: &mut Read<'_>, token_hash: &str) -> Result<Option<(Person, String)>> {
    let now = r.now();
    let row = r.first(&LINK, &[token_hash.into()], |r| {
        Ok((Person { kind: r.text(0)?, id: r.text(1)? }, r.text(2)?, r.at(3)?))
    })?;
    Ok(row.filter(|(_, _, expires_at)| *expires_at > now).map(|(person, purpose, _)| (person, purpose)))
}

/// Uses a link up; `false` if somebody else was faster.
pub fn use_link(work: &mut Work<'_>, token_hash: &str) -> Result<bool> {
    let now = work.now();
    Ok(work.execute(&USE_LINK, &[token_hash.into(), now.into()])? == 1)
}

/// Makes all links of a person worthless that have not been used.
pub fn end_links(work: &mut Work<'_>, person: &Person) -> Result<()> {
    let now = work.now();
    work.execute(&END_LINKS, &[(&person.kind).into(), (&person.id).into(), now.into()]).map(drop)
}

/// Counts a failed sign-in.
pub fn failed(work: &mut Work<'_>, key: &str) -> Result<()> {
    let now = work.now();
    work.execute(&FAILED, &[key.into(), now.into()]).map(drop)
}

/// Failures in a row, and the last one's instant.
pub fn failures(r: &mut Read<'_>, key: &str) -> Result<Option<(i64, Timestamp)>> {
    r.first(&FAILURES, &[key.into()], |r| Ok((r.int(0)?, r.at(1)?)))
}

/// Forgets failures after a good sign-in.
pub fn forgive(work: &mut Work<'_>, key: &str) -> Result<()> {
    work.execute(&FORGIVE, &[key.into()]).map(drop)
}

/// Forgets all failures: for an operator who lets everybody in again.
pub fn forgive_all(work: &mut Work<'_>) -> Result<()> {
    work.execute(&FORGIVE_ALL, &[]).map(drop)
}

/// Keeps an API token.
pub fn put_token(work: &mut Work<'_>, t: &TokenRow, token_hash: &str) -> Result<()> {
    let (now, scopes) = (work.now(), to_json(&t.scopes));
    let values = [
        t.id.as_str().into(),
        token_hash.into(),
        (&t.name).into(),
        t.staff.as_str().into(),
        (&scopes).into(),
        now.into(),
    ];
    work.hit("token", &PUT_TOKEN, &values)
}

/// Key, person and scopes of a token that was not revoked.
pub fn token(r: &mut Read<'_>, token_hash: &str) -> Result<Option<(TokenId, StaffId, Vec<String>)>> {
    r.first(&TOKEN, &[token_hash.into()], |r| Ok((r.id(0)?, r.id(1)?, r.json(2, "token.scopes")?)))
}

/// All tokens, newest first.
pub fn tokens(r: &mut Read<'_>) -> Result<Vec<TokenRow>> {
    r.rows(&TOKENS, &[], |r| {
        Ok(TokenRow {
            id: r.id(0)?,
            name: r.text(1)?,
            staff: r.id(2)?,
            scopes: r.json(3, "token.scopes")?,
            created_at: r.at(4)?,
            revoked_at: r.at_opt(5)?,
        })
    })
}

/// Revokes a token.
pub fn revoke(work: &mut Work<'_>, id: &TokenId) -> Result<()> {
    let now = work.now();
    work.hit("token", &REVOKE, &[id.as_str().into(), now.into()])
}
