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
    PAGE = "SELECT id, organisation_id, name, position, sees, locale, active, created_at, version FROM contact \
         WHERE name_folded LIKE $1 AND ($2 = '' OR organisation_id = $2) AND (name_folded, id) > ($3, $4) \
         ORDER BY name_folded, id LIMIT $5";
    ADD_POINT = "INSERT INTO contact_point (kind, value, contact_id, position) VALUES ($1, $2, $3, $4)";
    POINTS = "SELECT kind, value FROM contact_point WHERE contact_id = $1 ORDER BY position, kind, value LIMIT 50";
    PASSWORD = "SELECT c.id, c.password_hash, c.active FROM contact_point p JOIN contact c ON c.id = p.contact_id \
         WHERE p.kind = 'email' AND p.value = $1";
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

/// A page of contacts whose name contains `part`, of one organisation or of all.
pub fn contacts(
    r: &mut Read<'_>,
    part: &str,
    organisation: Option<&OrgId>,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<ContactRow>> {
    let pattern = like(part);
    let org = organisation.map_or("", OrgId::as_str);
    r.rows(&PAGE, &[(&pattern).into(), org.into(), after.0.into(), after.1.into(), limit.into()], read)
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

/// Key, hash and whether the person is active, by address.
pub fn contact_password(r: &mut Read<'_>, email: &str) -> Result<Option<(ContactId, Option<String>, bool)>> {
    r.first(&PASSWORD, &[email.into()], |r| Ok((r.id(0)?, r.text_opt(1)?, r.flag(2)?)))
}

/// Sets a password's hash.
pub fn set_contact_password(work: &mut Work<'_>, id: &ContactId, hash: &str) -> Result<()> {
    work.hit("contact", &SET_PASSWORD, &[id.as_str().into(), hash.into()])
}
