//! People of the customers, with several addresses and numbers.

use domain::access::Sees;
use domain::id::{ContactId, OrgId};
use domain::people::{Point, fold};
use domain::time::Timestamp;

use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO contact (id, organisation_id, name, name_folded, position, sees, locale, active, created_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, 1)";
    UPDATE = "UPDATE contact SET organisation_id = $2, name = $3, name_folded = $4, position = $5, sees = $6, \
         locale = $7, active = $8, version = version + 1 WHERE id = $1 AND version = $9";
    ONE = "SELECT id, organisation_id, name, position, sees, locale, active, created_at, version FROM contact WHERE id = $1";
    BY_POINT = "SELECT c.id, c.organisation_id, c.name, c.position, c.sees, c.locale, c.active, c.created_at, c.version \
         FROM contact_point p JOIN contact c ON c.id = p.contact_id WHERE p.kind = $1 AND p.value = $2";
    BY_NAME = "SELECT id, organisation_id, name, position, sees, locale, active, created_at, version FROM contact \
         WHERE name_folded = $1 AND organisation_id = $2 ORDER BY id LIMIT 1";
    ADD_POINT = "INSERT INTO contact_point (kind, value, contact_id, position) VALUES ($1, $2, $3, $4)";
    POINTS = "SELECT kind, value FROM contact_point WHERE contact_id = $1 ORDER BY position, kind, value LIMIT 50";
    CLEAR_POINTS = "DELETE FROM contact_point WHERE contact_id = $1";
    PASSWORD = "SELECT c.id, c.password_hash, c.active, COALESCE(o.active, 1) FROM contact_point p \
         JOIN contact c ON c.id = p.contact_id LEFT JOIN organisation o ON o.id = c.organisation_id \
         WHERE p.kind = 'email' AND p.value = $1";
    WRITES = "SELECT ticket_id FROM message WHERE actor_kind = 'contact' AND actor_id = $1 LIMIT 1";
    REMOVE = "DELETE FROM contact WHERE id = $1";
    UNCLAIMED = "SELECT id, organisation_id, name, position, sees, locale, active, created_at, version FROM contact c \
         WHERE organisation_id IS NULL AND EXISTS (SELECT 1 FROM contact_point p \
         WHERE p.contact_id = c.id AND p.kind = 'email' AND p.value LIKE $1) ORDER BY name_folded, id LIMIT $2";
    MERGED = "UPDATE contact SET merged_into = $2, active = 0, password_hash = NULL, version = version + 1 WHERE id = $1";
    MERGED_INTO = "SELECT merged_into FROM contact WHERE id = $1";
    SET_PASSWORD = "UPDATE contact SET password_hash = $2 WHERE id = $1";
}

/// A person of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Key.
    pub id: ContactId,
    /// Organisation, if known.
    pub organisation: Option<OrgId>,
    /// As the person writes it.
    pub name: String,
    /// Job, for staff.
    pub position: String,
    /// How much of the organisation's cases the person sees.
    pub sees: Sees,
    /// Language of letters and portal.
    pub locale: String,
    /// May sign in.
    pub active: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// For edits.
    pub version: i64,
}

pub(super) const COLUMNS: &str =
    "SELECT id, organisation_id, name, position, sees, locale, active, created_at, version FROM contact";

pub(crate) fn read(r: &Row<'_>) -> Result<ContactRow> {
    Ok(ContactRow {
        id: r.id(0)?,
        organisation: r.id_opt(1)?,
        name: r.text(2)?,
        position: r.text(3)?,
        sees: r.word(4, "contact.sees")?,
        locale: r.text(5)?,
        active: r.flag(6)?,
        created_at: r.at(7)?,
        version: r.int(8)?,
    })
}

/// A LIKE pattern for "contains", on folded text; the wildcards of the pattern language lose their meaning.
pub(super) fn like(part: &str) -> String {
    let plain: String = fold(part).chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
    format!("%{plain}%")
}

/// A new contact.
pub fn insert_contact(work: &mut Work<'_>, c: &ContactRow) -> Result<()> {
    let (now, folded) = (work.now(), fold(&c.name));
    let values = [
        c.id.as_str().into(),
        c.organisation.as_ref().map(OrgId::as_str).into(),
        (&c.name).into(),
        (&folded).into(),
        (&c.position).into(),
        c.sees.as_str().into(),
        (&c.locale).into(),
        now.into(),
    ];
    work.hit("contact", &INSERT, &values)
}

/// Edits a contact over the version that the editor saw.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn update_contact(work: &mut Work<'_>, c: &ContactRow) -> Result<()> {
    let folded = fold(&c.name);
    let values = [
        c.id.as_str().into(),
        c.organisation.as_ref().map(OrgId::as_str).into(),
        (&c.name).into(),
        (&folded).into(),
        (&c.position).into(),
        c.sees.as_str().into(),
        (&c.locale).into(),
        c.active.into(),
        c.version.into(),
    ];
    work.edit("contact", &UPDATE, &values)
}

/// One contact.
pub fn contact(r: &mut Read<'_>, id: &ContactId) -> Result<Option<ContactRow>> {
    r.first(&ONE, &[id.as_str().into()], read)
}

/// The contact with this address or number.
pub fn by_point(r: &mut Read<'_>, point: &Point) -> Result<Option<ContactRow>> {
    r.first(&BY_POINT, &[point.kind.as_str().into(), (&point.value).into()], read)
}

/// The contact of this name in an organisation.
pub fn contact_named(r: &mut Read<'_>, name: &str, organisation: &OrgId) -> Result<Option<ContactRow>> {
    let folded = fold(name);
    r.first(&BY_NAME, &[(&folded).into(), organisation.as_str().into()], read)
}

/// Adds an address or number.
pub fn add_point(work: &mut Work<'_>, id: &ContactId, point: &Point, position: i64) -> Result<()> {
    let values = [point.kind.as_str().into(), (&point.value).into(), id.as_str().into(), position.into()];
    work.hit("contact point", &ADD_POINT, &values)
}

/// The addresses and numbers of a contact, the preferred one first.
pub fn points(r: &mut Read<'_>, id: &ContactId) -> Result<Vec<Point>> {
    r.rows(&POINTS, &[id.as_str().into()], |r| {
        Ok(Point { kind: r.word(0, "contact_point.kind")?, value: r.text(1)? })
    })
}

/// Gives a contact exactly these addresses and numbers, in this order.
///
/// # Errors
/// [`crate::Error::Exists`] if one of them is somebody else's.
pub fn set_points(work: &mut Work<'_>, id: &ContactId, points: &[Point]) -> Result<()> {
    work.execute(&CLEAR_POINTS, &[id.as_str().into()])?;
    for (position, point) in (0i64..).zip(points) {
        add_point(work, id, point, position)?;
    }
    Ok(())
}

/// Has the contact written anything?
pub fn writes(r: &mut Read<'_>, id: &ContactId) -> Result<bool> {
    Ok(r.first(&WRITES, &[id.as_str().into()], |r| r.text(0))?.is_some())
}

/// Removes a contact with the addresses and numbers.
///
/// # Errors
/// [`crate::Error::Reference`] if a ticket names the contact.
pub fn remove_contact(work: &mut Work<'_>, id: &ContactId) -> Result<()> {
    work.execute(&CLEAR_POINTS, &[id.as_str().into()])?;
    work.hit("contact", &REMOVE, &[id.as_str().into()])
}

/// Contacts without organisation who have an address of this domain.
pub fn unclaimed(r: &mut Read<'_>, domain: &str, limit: i64) -> Result<Vec<ContactRow>> {
    let pattern = format!("%@{domain}");
    r.rows(&UNCLAIMED, &[(&pattern).into(), limit.into()], read)
}

/// Marks a contact as the same person as another; it can sign in no more.
pub fn merge_contact(work: &mut Work<'_>, id: &ContactId, into: &ContactId) -> Result<()> {
    work.hit("contact", &MERGED, &[id.as_str().into(), into.as_str().into()])
}

/// The contact into which this one was merged.
pub fn merged_into(r: &mut Read<'_>, id: &ContactId) -> Result<Option<ContactId>> {
    Ok(r.first(&MERGED_INTO, &[id.as_str().into()], |r| r.id_opt(0))?.flatten())
}

/// Key, hash and whether the person may sign in, by address.
pub fn contact_password(r: &mut Read<'_>, email: &str) -> Result<Option<(ContactId, Option<String>, bool)>> {
    r.first(&PASSWORD, &[email.into()], |r| Ok((r.id(0)?, r.text_opt(1)?, r.flag(2)? && r.flag(3)?)))
}

/// Sets a password's hash.
pub fn set_contact_password(work: &mut Work<'_>, id: &ContactId, hash: &str) -> Result<()> {
    work.hit("contact", &SET_PASSWORD, &[id.as_str().into(), hash.into()])
}
