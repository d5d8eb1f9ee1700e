//! Canned answers. A deleted one is kept for a while out of sight, so that it can be brought back.

use domain::people::fold;

use crate::{Read, Result, Row, Work};

statements! {
    NEW = "INSERT INTO canned_answer (id, name, html, version) VALUES ($1, $2, $3, 1)";
    EDIT = "UPDATE canned_answer SET name = $2, html = $3, version = version + 1 \
         WHERE id = $1 AND version = $4 AND deleted_at IS NULL";
    ALL = "SELECT id, name, html, version FROM canned_answer WHERE deleted_at IS NULL ORDER BY name, id LIMIT 500";
    ONE = "SELECT id, name, html, version FROM canned_answer WHERE id = $1 AND deleted_at IS NULL";
    DELETE = "UPDATE canned_answer SET deleted_at = $2, version = version + 1 \
         WHERE id = $1 AND version = $3 AND deleted_at IS NULL";
    RESTORE = "UPDATE canned_answer SET deleted_at = NULL, version = version + 1 \
         WHERE id = $1 AND deleted_at IS NOT NULL";
}

/// A canned answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Key.
    pub id: String,
    /// Name for staff.
    pub name: String,
    /// Cleaned HTML with variables.
    pub html: String,
    /// For edits; 0 for a new one.
    pub version: i64,
}

fn read(r: &Row<'_>) -> Result<AnswerRow> {
    Ok(AnswerRow { id: r.text(0)?, name: r.text(1)?, html: r.text(2)?, version: r.int(3)? })
}

/// All answers by name.
pub fn all(r: &mut Read<'_>) -> Result<Vec<AnswerRow>> {
    r.rows(&ALL, &[], read)
}

/// One answer.
pub fn one(r: &mut Read<'_>, id: &str) -> Result<Option<AnswerRow>> {
    r.first(&ONE, &[id.into()], read)
}

/// Has another answer this name?
pub fn is_taken(r: &mut Read<'_>, id: &str, name: &str) -> Result<bool> {
    let name = fold(name);
    Ok(all(r)?.iter().any(|a| a.id != id && fold(&a.name) == name))
}

/// Saves an answer over the version that its editor saw; version 0 makes a new one.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn put(work: &mut Work<'_>, a: &AnswerRow) -> Result<()> {
    let values = [(&a.id).into(), (&a.name).into(), (&a.html).into()];
    if a.version == 0 {
        return work.hit("answer", &NEW, &values);
    }
    let [id, name, html] = values;
    work.edit("answer", &EDIT, &[id, name, html, a.version.into()])
}

/// Deletes an answer.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn delete(work: &mut Work<'_>, id: &str, version: i64) -> Result<()> {
    let now = work.now();
    work.edit("answer", &DELETE, &[id.into(), now.into(), version.into()])
}

/// Brings a deleted answer back; `false` if there is nothing to bring back.
pub fn restore(work: &mut Work<'_>, id: &str) -> Result<bool> {
    Ok(work.execute(&RESTORE, &[id.into()])? == 1)
}
