//! Keys with which letters of a domain are signed. The secret part is sealed.

use domain::dkim::Algorithm;
use domain::time::Timestamp;

use crate::{Read, Result, Row, Work};

statements! {
    ALL = "SELECT id, domain, selector, algorithm, public, active, made_at FROM dkim_key ORDER BY domain, selector, id LIMIT 200";
    SEALED = "SELECT domain, selector, algorithm, sealed FROM dkim_key WHERE active = 1 ORDER BY domain, selector, id LIMIT 200";
    INSERT = "INSERT INTO dkim_key (id, domain, selector, algorithm, public, sealed, active, made_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";
    SET_ACTIVE = "UPDATE dkim_key SET active = $2 WHERE id = $1";
    REMOVE = "DELETE FROM dkim_key WHERE id = $1";
}

/// A key, without its secret part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Key of the row.
    pub id: String,
    /// Whose letters it signs.
    pub domain: String,
    /// By which name it is found.
    pub selector: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// What is published, in base 64.
    pub public: String,
    /// Does it sign now?
    pub active: bool,
    /// Since when it is here.
    pub made_at: Timestamp,
}

/// A key that signs, with its sealed part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Whose letters it signs.
    pub domain: String,
    /// By which name it is found.
    pub selector: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// Its secret part, sealed.
    pub sealed: String,
}

fn read(r: &Row<'_>) -> Result<KeyRow> {
    Ok(KeyRow {
        id: r.text(0)?,
        domain: r.text(1)?,
        selector: r.text(2)?,
        algorithm: r.word(3, "dkim_key.algorithm")?,
        public: r.text(4)?,
        active: r.flag(5)?,
        made_at: r.at(6)?,
    })
}

/// All keys by domain.
pub fn all(r: &mut Read<'_>) -> Result<Vec<KeyRow>> {
    r.rows(&ALL, &[], read)
}

/// The keys that sign now.
pub fn signing(r: &mut Read<'_>) -> Result<Vec<SealedKey>> {
    r.rows(&SEALED, &[], |r| {
        Ok(SealedKey {
            domain: r.text(0)?,
            selector: r.text(1)?,
            algorithm: r.word(2, "dkim_key.algorithm")?,
            sealed: r.text(3)?,
        })
    })
}

/// Keeps a key that does not sign yet.
///
/// # Errors
/// [`crate::Error::Exists`] if the domain has one of this selector.
pub fn insert(work: &mut Work<'_>, k: &KeyRow, sealed: &str) -> Result<()> {
    let values = [
        (&k.id).into(),
        (&k.domain).into(),
        (&k.selector).into(),
        k.algorithm.as_str().into(),
        (&k.public).into(),
        sealed.into(),
        k.made_at.into(),
    ];
    work.hit("dkim_key", &INSERT, &values)
}

/// Has a key sign from now on, or not any more.
pub fn set_active(work: &mut Work<'_>, id: &str, active: bool) -> Result<()> {
    work.hit("dkim_key", &SET_ACTIVE, &[id.into(), active.into()])
}

/// Removes a key for good.
pub fn remove(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.hit("dkim_key", &REMOVE, &[id.into()])
}
