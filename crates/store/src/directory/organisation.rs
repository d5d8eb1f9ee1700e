//! Customer organisations and their mail domains.

use domain::id::{OrgId, PolicyId};
use domain::people::fold;
use domain::time::Timestamp;

use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO organisation (id, name, name_folded, policy_id, note, active, created_at, version) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, 1)";
    UPDATE = "UPDATE organisation SET name = $2, name_folded = $3, policy_id = $4, note = $5, active = $6, \
         version = version + 1 WHERE id = $1 AND version = $7";
    ONE = "SELECT id, name, policy_id, note, active, created_at, version FROM organisation WHERE id = $1";
    REMOVE_DOMAINS = "DELETE FROM organisation_domain WHERE organisation_id = $1";
    REMOVE_DOMAIN = "DELETE FROM organisation_domain WHERE organisation_id = $1 AND domain = $2";
    REMOVE = "DELETE FROM organisation WHERE id = $1";
    BY_NAME = "SELECT id, name, policy_id, note, active, created_at, version FROM organisation \
         WHERE name_folded = $1 ORDER BY id LIMIT 1";
    DOMAINS = "SELECT domain FROM organisation_domain WHERE organisation_id = $1 ORDER BY domain LIMIT 100";
    OF_DOMAIN = "SELECT organisation_id FROM organisation_domain WHERE domain = $1";
    PUT_DOMAIN = "INSERT INTO organisation_domain (domain, organisation_id) VALUES ($1, $2)";
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgRow {
    /// Key.
    pub id: OrgId,
    /// Name.
    pub name: String,
    /// The promise for all its tickets, unless a contract names another.
    pub policy: Option<PolicyId>,
    /// For staff.
    pub note: String,
    /// Is served.
    pub active: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// For edits.
    pub version: i64,
}

pub(super) const COLUMNS: &str =
    "SELECT id, name, policy_id, note, active, created_at, version FROM organisation";

pub(crate) fn read(r: &Row<'_>) -> Result<OrgRow> {
    Ok(OrgRow {
        id: r.id(0)?,
        name: r.text(1)?,
        policy: r.id_opt(2)?,
        note: r.text(3)?,
        active: r.flag(4)?,
        created_at: r.at(5)?,
        version: r.int(6)?,
    })
}

/// A new organisation.
pub fn insert_organisation(work: &mut Work<'_>, o: &OrgRow) -> Result<()> {
    let (now, folded) = (work.now(), fold(&o.name));
    let values = [
        o.id.as_str().into(),
        (&o.name).into(),
        (&folded).into(),
        o.policy.as_ref().map(PolicyId::as_str).into(),
        (&o.note).into(),
        now.into(),
    ];
    work.hit("organisation", &INSERT, &values)
}

/// Edits an organisation over the version that the editor saw.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn update_organisation(work: &mut Work<'_>, o: &OrgRow) -> Result<()> {
    let folded = fold(&o.name);
    let values = [
        o.id.as_str().into(),
        (&o.name).into(),
        (&folded).into(),
        o.policy.as_ref().map(PolicyId::as_str).into(),
        (&o.note).into(),
        o.active.into(),
        o.version.into(),
    ];
    work.edit("organisation", &UPDATE, &values)
}

/// One organisation.
pub fn organisation(r: &mut Read<'_>, id: &OrgId) -> Result<Option<OrgRow>> {
    r.first(&ONE, &[id.as_str().into()], read)
}

/// The organisation of this name, whatever its width and case.
pub fn organisation_named(r: &mut Read<'_>, name: &str) -> Result<Option<OrgRow>> {
    let folded = fold(name);
    r.first(&BY_NAME, &[(&folded).into()], read)
}

/// The confirmed mail domains of an organisation.
pub fn domains(r: &mut Read<'_>, id: &OrgId) -> Result<Vec<String>> {
    r.rows(&DOMAINS, &[id.as_str().into()], |r| r.text(0))
}

/// The organisation that owns a mail domain.
pub fn organisation_of_domain(r: &mut Read<'_>, domain: &str) -> Result<Option<OrgId>> {
    r.first(&OF_DOMAIN, &[domain.into()], |r| r.id(0))
}

/// Gives a mail domain to an organisation.
pub fn put_domain(work: &mut Work<'_>, domain: &str, id: &OrgId) -> Result<()> {
    work.hit("domain", &PUT_DOMAIN, &[domain.into(), id.as_str().into()])
}

/// Takes a mail domain from an organisation; harmless if it has it no more.
pub fn remove_domain(work: &mut Work<'_>, domain: &str, id: &OrgId) -> Result<()> {
    work.execute(&REMOVE_DOMAIN, &[id.as_str().into(), domain.into()]).map(drop)
}

/// Removes an organisation with its domains.
///
/// # Errors
/// [`crate::Error::Reference`] if anything else names it.
pub fn remove_organisation(work: &mut Work<'_>, id: &OrgId) -> Result<()> {
    work.execute(&REMOVE_DOMAINS, &[id.as_str().into()])?;
    work.hit("organisation", &REMOVE, &[id.as_str().into()])
}
