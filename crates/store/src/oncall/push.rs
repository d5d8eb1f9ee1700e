//! Browsers that a page wakes, and the sealed pair of keys of the installation.

use std::collections::BTreeSet;

use domain::id::StaffId;
use domain::time::Timestamp;

use crate::{Read, Result, Row, Work};

statements! {
    KEY = "SELECT sealed FROM push_key WHERE id = 1";
    PUT_KEY = "INSERT INTO push_key (id, sealed, made_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING";
    PEOPLE = "SELECT DISTINCT staff_id FROM push_subscription ORDER BY staff_id LIMIT 10000";
    OF_PERSON = "SELECT id, staff_id, endpoint_hash, sealed, device, made_at FROM push_subscription \
         WHERE staff_id = $1 ORDER BY id LIMIT 100";
    ONE = "SELECT id, staff_id, endpoint_hash, sealed, device, made_at FROM push_subscription WHERE id = $1";
    PUT = "INSERT INTO push_subscription (id, staff_id, endpoint_hash, sealed, device, made_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (endpoint_hash) DO UPDATE SET id = excluded.id, staff_id = excluded.staff_id, sealed = excluded.sealed, \
         device = excluded.device, made_at = excluded.made_at";
    REMOVE = "DELETE FROM push_subscription WHERE id = $1";
}

/// A browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserRow {
    /// Key; sorts by when it was made.
    pub id: String,
    /// Whose.
    pub person: StaffId,
    /// Tells two browsers apart without naming them.
    pub endpoint_hash: String,
    /// What it gave, sealed.
    pub sealed: String,
    /// As its owner knows it.
    pub device: String,
    /// Since when.
    pub made_at: Timestamp,
}

fn read(r: &Row<'_>) -> Result<BrowserRow> {
    Ok(BrowserRow {
        id: r.text(0)?,
        person: r.id(1)?,
        endpoint_hash: r.text(2)?,
        sealed: r.text(3)?,
        device: r.text(4)?,
        made_at: r.at(5)?,
    })
}

/// The sealed pair of keys, if there is one.
pub fn key(r: &mut Read<'_>) -> Result<Option<String>> {
    r.first(&KEY, &[], |r| r.text(0))
}

/// Keeps the sealed pair of keys unless there is one.
pub fn put_key(work: &mut Work<'_>, sealed: &str) -> Result<()> {
    let now = work.now();
    work.execute(&PUT_KEY, &[sealed.into(), now.into()]).map(drop)
}

/// Who has a browser that can be woken.
pub fn people(r: &mut Read<'_>) -> Result<BTreeSet<StaffId>> {
    Ok(r.rows(&PEOPLE, &[], |r| r.id(0))?.into_iter().collect())
}

/// The browsers of a person.
pub fn of_person(r: &mut Read<'_>, person: &StaffId) -> Result<Vec<BrowserRow>> {
    r.rows(&OF_PERSON, &[person.as_str().into()], read)
}

/// One browser.
pub fn one(r: &mut Read<'_>, id: &str) -> Result<Option<BrowserRow>> {
    r.first(&ONE, &[id.into()], read)
}

/// Keeps a browser; one that is known already belongs to whoever uses it now.
pub fn put(work: &mut Work<'_>, row: &BrowserRow) -> Result<()> {
    let values = [
        (&row.id).into(),
        row.person.as_str().into(),
        (&row.endpoint_hash).into(),
        (&row.sealed).into(),
        (&row.device).into(),
        row.made_at.into(),
    ];
    work.hit("browser", &PUT, &values)
}

/// Forgets a browser; harmless if it is gone.
pub fn remove(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.execute(&REMOVE, &[id.into()]).map(drop)
}
