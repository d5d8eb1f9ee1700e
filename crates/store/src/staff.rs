//! The vendor's people: staff, roles, groups.

use std::collections::BTreeSet;

use domain::access::{Right, Role};
use domain::id::{GroupId, StaffId};
use domain::people::{Point, fold, parse_email};
use domain::time::Timestamp;

use crate::row::to_json;
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO staff (id, login, name, name_folded, email, phone, role, locale, skills, languages, \
         password_hash, active, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)";
    UPDATE = "UPDATE staff SET name = $2, name_folded = $3, email = $4, phone = $5, role = $6, locale = $7, \
         skills = $8, languages = $9, active = $10, version = version + 1 WHERE id = $1 AND version = $11";
    SET_PASSWORD = "UPDATE staff SET password_hash = $2 WHERE id = $1";
    PASSWORD = "SELECT id, password_hash, active FROM staff WHERE login = $1";
    ONE = "SELECT id, login, name, email, phone, role, locale, skills, languages, active, created_at, version \
         FROM staff WHERE id = $1";
    BY_LOGIN = "SELECT id, login, name, email, phone, role, locale, skills, languages, active, created_at, version \
         FROM staff WHERE login = $1";
    ALL = "SELECT id, login, name, email, phone, role, locale, skills, languages, active, created_at, version \
         FROM staff ORDER BY active DESC, name_folded, id LIMIT 2000";
    ANY = "SELECT id FROM staff WHERE password_hash IS NOT NULL AND active = 1 LIMIT 1";
    ROLE = "SELECT rights, version FROM role WHERE name = $1";
    EDIT_ROLE = "UPDATE role SET rights = $2, version = version + 1 WHERE name = $1 AND version = $3";
    PUT_ROLE = "INSERT INTO role (name, rights, version) VALUES ($1, $2, 1) \
         ON CONFLICT (name) DO UPDATE SET rights = EXCLUDED.rights, version = role.version + 1";
    GROUPS = "SELECT id, name, active, version FROM staff_group ORDER BY name, id LIMIT 1000";
    NEW_GROUP = "INSERT INTO staff_group (id, name, active, version) VALUES ($1, $2, 1, 1)";
    PUT_GROUP = "UPDATE staff_group SET name = $2, active = $3, version = version + 1 WHERE id = $1 AND version = $4";
    GROUPS_OF = "SELECT group_id FROM group_member WHERE staff_id = $1 ORDER BY group_id LIMIT 200";
    MEMBERS = "SELECT staff_id FROM group_member WHERE group_id = $1 ORDER BY staff_id LIMIT 2000";
    JOIN = "INSERT INTO group_member (group_id, staff_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    REMOVE_GROUP = "DELETE FROM staff_group WHERE id = $1";
    REMOVE = "DELETE FROM staff WHERE id = $1";
    LEAVE_ALL = "DELETE FROM group_member WHERE staff_id = $1";
    DROP_NOTICES = "DELETE FROM notice WHERE staff_id = $1";
    DROP_LINKS = "DELETE FROM sign_in_link WHERE person_kind = 'staff' AND person_id = $1";
    VIEWS_NAMING = "SELECT name FROM saved_view WHERE query LIKE $1 ORDER BY name, id LIMIT 20";
    PAST_OF_GROUP = "SELECT t.number FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id \
         WHERE e.kind IN ('opened', 'assigned') AND e.change LIKE $1 ORDER BY e.ticket_id, e.no LIMIT 1";
    PAST_OF_PERSON = "SELECT t.number FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id \
         WHERE (e.actor_kind = 'staff' AND e.actor_id = $1) OR e.change LIKE $2 ORDER BY e.ticket_id, e.no LIMIT 1";
    DID = "SELECT id FROM admin_event WHERE actor_kind = 'staff' AND actor_id = $1 ORDER BY id LIMIT 1";
    UPLOADED = "SELECT id FROM file WHERE actor_kind = 'staff' AND actor_id = $1 ORDER BY id LIMIT 1";
    LEAVE = "DELETE FROM group_member WHERE group_id = $1 AND staff_id = $2";
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Key.
    pub id: StaffId,
    /// Name at sign-in.
    pub login: String,
    /// As the person writes it.
    pub name: String,
    /// Address for letters.
    pub email: String,
    /// Telephone.
    pub phone: String,
    /// Role.
    pub role: Role,
    /// Language of pages and letters.
    pub locale: String,
    /// What the person knows.
    pub skills: Vec<String>,
    /// Languages that the person speaks.
    pub languages: Vec<String>,
    /// May sign in and get tickets.
    pub active: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// For edits.
    pub version: i64,
}

impl StaffRow {
    /// Is this the person's address, however either is spelled?
    pub fn is_at(&self, address: &Point) -> bool {
        parse_email(&self.email).as_ref() == Some(address)
    }
}

/// A group with a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Key.
    pub id: GroupId,
    /// Name.
    pub name: String,
    /// Gets new tickets.
    pub active: bool,
    /// For edits.
    pub version: i64,
}

fn read(r: &Row<'_>) -> Result<StaffRow> {
    Ok(StaffRow {
        id: r.id(0)?,
        login: r.text(1)?,
        name: r.text(2)?,
        email: r.text(3)?,
        phone: r.text(4)?,
        role: r.word(5, "staff.role")?,
        locale: r.text(6)?,
        skills: r.json(7, "staff.skills")?,
        languages: r.json(8, "staff.languages")?,
        active: r.flag(9)?,
        created_at: r.at(10)?,
        version: r.int(11)?,
    })
}

/// A new member of staff; `created_at` and `version` are set here.
pub fn insert(work: &mut Work<'_>, s: &StaffRow, password_hash: Option<&str>) -> Result<()> {
    let (now, folded, skills, languages) =
        (work.now(), fold(&s.name), to_json(&s.skills), to_json(&s.languages));
    let values = [
        s.id.as_str().into(),
        (&s.login).into(),
        (&s.name).into(),
        (&folded).into(),
        (&s.email).into(),
        (&s.phone).into(),
        s.role.as_str().into(),
        (&s.locale).into(),
        (&skills).into(),
        (&languages).into(),
        password_hash.into(),
        s.active.into(),
        now.into(),
    ];
    work.hit("staff", &INSERT, &values)
}

/// Edits a member of staff over the version that the editor saw; the login stays.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn update(work: &mut Work<'_>, s: &StaffRow) -> Result<()> {
    let (folded, skills, languages) = (fold(&s.name), to_json(&s.skills), to_json(&s.languages));
    let values = [
        s.id.as_str().into(),
        (&s.name).into(),
        (&folded).into(),
        (&s.email).into(),
        (&s.phone).into(),
        s.role.as_str().into(),
        (&s.locale).into(),
        (&skills).into(),
        (&languages).into(),
        s.active.into(),
        s.version.into(),
    ];
    work.edit("staff", &UPDATE, &values)
}

/// Sets a password's hash.
pub fn set_password(work: &mut Work<'_>, id: &StaffId, hash: &str) -> Result<()> {
    work.hit("staff", &SET_PASSWORD, &[id.as_str().into(), hash.into()])
}

/// Key, hash and whether the person is active, by login.
pub fn password(r: &mut Read<'_>, login: &str) -> Result<Option<(StaffId, Option<String>, bool)>> {
    r.first(&PASSWORD, &[login.into()], |r| Ok((r.id(0)?, r.text_opt(1)?, r.flag(2)?)))
}

/// One person.
pub fn one(r: &mut Read<'_>, id: &StaffId) -> Result<Option<StaffRow>> {
    r.first(&ONE, &[id.as_str().into()], read)
}

/// One person by login.
pub fn by_login(r: &mut Read<'_>, login: &str) -> Result<Option<StaffRow>> {
    r.first(&BY_LOGIN, &[login.into()], read)
}

/// All staff, active ones first.
pub fn all(r: &mut Read<'_>) -> Result<Vec<StaffRow>> {
    r.rows(&ALL, &[], read)
}

/// Is there anybody yet who can sign in?
pub fn any(r: &mut Read<'_>) -> Result<bool> {
    Ok(r.first(&ANY, &[], |r| r.text(0))?.is_some())
}

/// The rights of a role; a role that was never saved has none.
pub fn rights(r: &mut Read<'_>, role: Role) -> Result<BTreeSet<Right>> {
    Ok(r.first(&ROLE, &[role.as_str().into()], |r| r.json(0, "role.rights"))?.unwrap_or_default())
}

/// The rights of a role with their version, 0 if it was never saved.
pub fn role(r: &mut Read<'_>, role: Role) -> Result<(BTreeSet<Right>, i64)> {
    let row = r.first(&ROLE, &[role.as_str().into()], |r| Ok((r.json(0, "role.rights")?, r.int(1)?)))?;
    Ok(row.unwrap_or_default())
}

/// Edits a role's rights over the version that the editor saw.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn edit_role(work: &mut Work<'_>, role: Role, rights: &BTreeSet<Right>, version: i64) -> Result<()> {
    let rights = to_json(rights);
    work.edit("role", &EDIT_ROLE, &[role.as_str().into(), (&rights).into(), version.into()])
}

/// Saves a role's rights.
pub fn put_role(work: &mut Work<'_>, role: Role, rights: &BTreeSet<Right>) -> Result<()> {
    let rights = to_json(rights);
    work.hit("role", &PUT_ROLE, &[role.as_str().into(), (&rights).into()])
}

/// All groups.
pub fn groups(r: &mut Read<'_>) -> Result<Vec<GroupRow>> {
    r.rows(&GROUPS, &[], |r| {
        Ok(GroupRow { id: r.id(0)?, name: r.text(1)?, active: r.flag(2)?, version: r.int(3)? })
    })
}

/// Saves a group; version 0 makes a new one.
pub fn put_group(work: &mut Work<'_>, g: &GroupRow) -> Result<()> {
    if g.version == 0 {
        return work.hit("group", &NEW_GROUP, &[g.id.as_str().into(), (&g.name).into()]);
    }
    work.edit(
        "group",
        &PUT_GROUP,
        &[g.id.as_str().into(), (&g.name).into(), g.active.into(), g.version.into()],
    )
}

/// The groups of a person.
pub fn groups_of(r: &mut Read<'_>, id: &StaffId) -> Result<BTreeSet<GroupId>> {
    Ok(r.rows(&GROUPS_OF, &[id.as_str().into()], |r| r.id(0))?.into_iter().collect())
}

/// The members of a group.
pub fn members(r: &mut Read<'_>, id: &GroupId) -> Result<BTreeSet<StaffId>> {
    Ok(r.rows(&MEMBERS, &[id.as_str().into()], |r| r.id(0))?.into_iter().collect())
}

/// Sets the members of a group.
pub fn set_members(work: &mut Work<'_>, id: &GroupId, to: &BTreeSet<StaffId>) -> Result<()> {
    let now = members(work, id)?;
    for s in to.difference(&now) {
        work.execute(&JOIN, &[id.as_str().into(), s.as_str().into()])?;
    }
    for s in now.difference(to) {
        work.execute(&LEAVE, &[id.as_str().into(), s.as_str().into()])?;
    }
    Ok(())
}

/// A ticket in whose history a group stands. Reads all of the history if there is none.
pub fn past_of_group(r: &mut Read<'_>, id: &GroupId) -> Result<Option<String>> {
    r.first(&PAST_OF_GROUP, &[named_in_json(id.as_str()).as_str().into()], |r| r.text(0))
}

/// A ticket in whose history a person stands. Reads all of the history if there is none.
pub fn past_of_person(r: &mut Read<'_>, id: &StaffId) -> Result<Option<String>> {
    let named = named_in_json(id.as_str());
    r.first(&PAST_OF_PERSON, &[id.as_str().into(), named.as_str().into()], |r| r.text(0))
}

/// Has the person signed in, changed a setting or uploaded a file?
pub fn has_acted(r: &mut Read<'_>, id: &StaffId) -> Result<bool> {
    let did = r.first(&DID, &[id.as_str().into()], |r| r.text(0))?;
    Ok(did.is_some() || r.first(&UPLOADED, &[id.as_str().into()], |r| r.text(0))?.is_some())
}

fn named_in_json(id: &str) -> String {
    format!("%\"{id}\"%")
}

/// Names of saved views that filter by a value, such as `group=…`.
pub fn views_naming(r: &mut Read<'_>, filter: &str) -> Result<Vec<String>> {
    r.rows(&VIEWS_NAMING, &[format!("%{filter}%").as_str().into()], |r| r.text(0))
}

/// Removes a group without members.
///
/// # Errors
/// [`crate::Error::Reference`] if something still names it.
pub fn remove_group(work: &mut Work<'_>, id: &GroupId) -> Result<()> {
    work.hit("group", &REMOVE_GROUP, &[id.as_str().into()])
}

/// Removes a person with what others did to them: memberships, notices, links to sign in.
///
/// # Errors
/// [`crate::Error::Reference`] if something still names them.
pub fn remove(work: &mut Work<'_>, id: &StaffId) -> Result<()> {
    for what in [&LEAVE_ALL, &DROP_NOTICES, &DROP_LINKS] {
        work.execute(what, &[id.as_str().into()])?;
    }
    work.hit("staff", &REMOVE, &[id.as_str().into()])
}
