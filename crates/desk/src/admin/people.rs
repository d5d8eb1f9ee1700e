//! Staff, groups, roles.

use std::collections::BTreeSet;

use domain::access::{Actor, Right, Role};
use domain::id::{GroupId, StaffId};
use domain::oncall::RotaDoc;
use domain::people::{LANGUAGES, distinct, fold, parse_email, parse_phone};
use domain::ticket::decide;
use store::directory;
use store::session::{self, Person};
use store::staff::{self, GroupRow, StaffRow};
use store::ticket;

use super::edit::{check_text, differences, named, record_edit, unchanged_since};
use super::organisations::MAX_NAME;
use super::removal::rotas_naming;
use super::{need, record};
use crate::{Desk, Error, FieldError, Result, Unit, load_case_by_id, save};

/// Open tickets that are handed over in one unit of work when a person is deactivated.
const HAND_OVER: i64 = 5_000;

/// Saves a member of staff; version 0 makes a new one. Deactivating a person ends the sessions and hands the
/// open work back to the groups' queues; it is refused while a rota names the person.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound`, `Stale`.
pub async fn save_staff(desk: &Desk, who: &Actor, row: StaffRow) -> Result<StaffId> {
    desk.write(who, move |unit| save_staff_in(unit, &row)).await
}

/// Saves a member of staff within a unit of work.
///
/// # Errors
/// As [`save_staff`].
pub fn save_staff_in(unit: &mut Unit<'_, '_>, row: &StaffRow) -> Result<StaffId> {
    need(unit, Right::StaffEdit)?;
    let mut wrong = Vec::new();
    check(row, &mut wrong);
    let mut row = row.clone();
    row.login = row.login.trim().to_lowercase();
    (row.skills, row.languages) = (distinct(&row.skills), distinct(&row.languages));
    if row.version == 0 {
        check_languages(&row, &[], &mut wrong);
        own_address(unit, &row, &mut wrong)?;
        if staff::by_login(unit.work, &row.login)?.is_some() {
            wrong.push(FieldError::new("login", "taken"));
        }
        none(wrong)?;
        row.id = StaffId(unit.work.next_id());
        staff::insert(unit.work, &row, None).map_err(named("role", "login"))?;
        record_edit(unit, ("staff", row.id.as_str()), None, &row)?;
        return Ok(row.id);
    }
    let before = staff::one(unit.work, &row.id)?.ok_or(Error::NotFound)?;
    row.login.clone_from(&before.login);
    unchanged_since((&row, row.version), (&before, before.version))?;
    if differences(&row, &before).is_empty() {
        return Ok(row.id);
    }
    check_languages(&row, &before.languages, &mut wrong);
    own_address(unit, &row, &mut wrong)?;
    none(wrong)?;
    let leaves = before.role == Role::Administrator && (row.role != Role::Administrator || !row.active);
    if leaves && before.active && !another_administrator(unit, &row.id)? {
        return Err(Error::field("role", "last_administrator"));
    }
    if before.active && !row.active {
        still_on_call(unit, |doc| doc.names(&row.id))?;
        let rotas: BTreeSet<String> =
            store::oncall::put_in_from_now(unit.work, &row.id)?.into_iter().map(|(_, rota)| rota).collect();
        held_back("on_duty", rotas.into_iter().collect())?;
    }
    staff::update(unit.work, &row)?;
    if before.active && !row.active {
        hand_over(unit, &row.id)?;
    }
    record_edit(unit, ("staff", row.id.as_str()), Some(&before), &row)?;
    Ok(row.id)
}

/// Whoever a rota names must be taken out of it first: nobody else knows who should have the duty instead.
fn still_on_call(unit: &mut Unit<'_, '_>, such: impl Fn(&RotaDoc) -> bool) -> Result<()> {
    held_back("on_rota", rotas_naming(unit, such)?.into_iter().map(|u| u.name).collect())
}

/// Refuses to deactivate what these rotas still count on.
fn held_back(issue: &str, rotas: Vec<String>) -> Result<()> {
    if rotas.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid(vec![FieldError { names: rotas, ..FieldError::new("active", issue) }]))
}

/// Nobody must be able to lock everybody out.
pub(super) fn another_administrator(unit: &mut Unit<'_, '_>, than: &StaffId) -> Result<bool> {
    let all = staff::all(unit.work)?;
    Ok(all.iter().any(|s| s.active && s.role == Role::Administrator && s.id != *than))
}

/// What is wrong whoever else is there, in the order of the form.
fn check(row: &StaffRow, wrong: &mut Vec<FieldError>) {
    let mut field = |name: &str, issue: &str| wrong.push(FieldError::new(name, issue));
    match row.name.trim().chars().count() {
        0 => field("name", "required"),
        n if n > MAX_NAME => field("name", "too_long"),
        _ => {}
    }
    match row.login.trim().chars().count() {
        0 => field("login", "required"),
        n if n > MAX_NAME => field("login", "too_long"),
        _ if row.login.contains(char::is_whitespace) => field("login", "bad_value"),
        _ => {}
    }
    if !row.email.is_empty() && parse_email(&row.email).is_none() {
        field("email", "bad_value");
    }
    if !row.phone.trim().is_empty() && parse_phone(&row.phone).is_none() {
        field("phone", "bad_value");
    }
}

fn none(wrong: Vec<FieldError>) -> Result<()> {
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

/// Whoever is there signs in by their address, and is sent links: it must be one person's.
fn own_address(unit: &mut Unit<'_, '_>, row: &StaffRow, wrong: &mut Vec<FieldError>) -> Result<()> {
    let Some(address) = parse_email(&row.email).filter(|_| row.active) else { return Ok(()) };
    let all = staff::all(unit.work)?;
    let is_same = |s: &StaffRow| s.id != row.id && s.active && s.is_at(&address);
    // Nor a customer's, who signs in by it as well.
    let taken = all.iter().any(is_same) || directory::by_point(unit.work, &address)?.is_some();
    if taken {
        wrong.push(FieldError::new("email", "taken"));
    }
    Ok(())
}

/// Languages have known codes. What was kept before there was a list stays.
fn check_languages(row: &StaffRow, kept: &[String], wrong: &mut Vec<FieldError>) {
    let known = |l: &String| LANGUAGES.contains(&l.as_str()) || kept.contains(l);
    if !row.languages.iter().all(known) {
        wrong.push(FieldError::new("languages", "unknown"));
    }
}

fn hand_over(unit: &mut Unit<'_, '_>, id: &StaffId) -> Result<()> {
    session::delete_all(unit.work, &Person { kind: "staff".to_owned(), id: id.0.clone() })?;
    for t in ticket::tickets_of_assignee(unit.work, id, HAND_OVER)? {
        let case = load_case_by_id(unit, &t)?;
        let decision = decide::hand_over(&case, id, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
    }
    Ok(())
}

/// Saves a group and its members; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound`, `Stale`.
pub async fn save_group(
    desk: &Desk,
    who: &Actor,
    row: GroupRow,
    members: BTreeSet<StaffId>,
) -> Result<GroupId> {
    desk.write(who, move |unit| save_group_in(unit, &row, &members)).await
}

/// Saves a group within a unit of work. A group into which new tickets are routed, or which a rota serves, cannot be
/// deactivated.
///
/// # Errors
/// As [`save_group`].
pub fn save_group_in(
    unit: &mut Unit<'_, '_>,
    row: &GroupRow,
    members: &BTreeSet<StaffId>,
) -> Result<GroupId> {
    need(unit, Right::StaffEdit)?;
    check_text("name", &row.name, MAX_NAME)?;
    let mut row = GroupRow { name: row.name.trim().to_owned(), ..row.clone() };
    let taken = staff::groups(unit.work)?.iter().any(|g| g.id != row.id && fold(&g.name) == fold(&row.name));
    if taken {
        return Err(Error::field("name", "taken"));
    }
    let routed = unit.rules.routing.iter().any(|r| r.group == row.id)
        || unit.rules.settings.default_group.as_ref() == Some(&row.id);
    if !row.active && routed {
        return Err(Error::field("active", "routed"));
    }
    if !row.active {
        still_on_call(unit, |doc| doc.groups.contains(&row.id))?;
    }
    let before = if row.version == 0 {
        if row.id.as_str().is_empty() {
            row.id = GroupId(unit.work.next_id());
        }
        None
    } else {
        let all = staff::groups(unit.work)?;
        let before = all.into_iter().find(|g| g.id == row.id).ok_or(Error::NotFound)?;
        unchanged_since((&row, row.version), (&before, before.version))?;
        Some(before)
    };
    staff::put_group(unit.work, &row).map_err(named("id", "id"))?;
    if before.as_ref().is_none_or(|b| !differences(b, &row).is_empty()) {
        record_edit(unit, ("group", row.id.as_str()), before.as_ref(), &row)?;
    }
    let had = staff::members(unit.work, &row.id)?;
    if had != *members {
        staff::set_members(unit.work, &row.id, members).map_err(named("members", "members"))?;
        record(unit, ("members", row.id.as_str()), &had, members)?;
    }
    Ok(row.id)
}

/// The rights of a role as somebody wants them, over the version that was seen.
#[derive(Debug, Clone)]
pub struct RoleRights {
    /// The role.
    pub role: Role,
    /// All its rights.
    pub rights: BTreeSet<Right>,
    /// What was seen.
    pub version: i64,
}

/// Saves the rights of roles, all of them or none. The administrator's cannot be cut, so that nobody locks everybody out.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_roles(desk: &Desk, who: &Actor, roles: Vec<RoleRights>) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::StaffEdit)?;
        roles.iter().try_for_each(|one| save_role(unit, one))
    })
    .await
}

fn save_role(unit: &mut Unit<'_, '_>, RoleRights { role, rights, version }: &RoleRights) -> Result<()> {
    if *role == Role::Administrator {
        return Err(Error::field("role", "fixed"));
    }
    let (before, present) = staff::role(unit.work, *role)?;
    if *version != present {
        let list = |r: &BTreeSet<Right>| r.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
        let (mine, theirs) = (list(rights), list(&before));
        return Err(Error::Stale { field: "rights".to_owned(), mine, theirs });
    }
    if before == *rights {
        return Ok(());
    }
    if present == 0 {
        staff::put_role(unit.work, *role, rights)?;
    } else {
        staff::edit_role(unit.work, *role, rights, *version)?;
    }
    record(unit, ("role", role.as_str()), &before, rights)
}
