//! Staff, groups, roles.

use std::collections::BTreeSet;

use domain::access::{Actor, Right, Role};
use domain::id::StaffId;
use domain::people::parse_email;
use domain::ticket::decide;
use store::session::{self, Person};
use store::staff::{self, GroupRow, StaffRow};
use store::ticket;

use super::{need, record};
use crate::{Desk, Error, Result, Unit, load_case_by_id, save};

/// Open tickets that are handed over in one unit of work when a person is deactivated.
const HAND_OVER: i64 = 5_000;

/// Saves a member of staff; version 0 makes a new one. Deactivating a person ends the sessions and hands the
/// open work back to the groups' queues.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_staff(desk: &Desk, who: &Actor, row: StaffRow) -> Result<StaffId> {
    check(&row)?;
    desk.write(who, move |unit| {
        need(unit, Right::StaffEdit)?;
        let mut row = row.clone();
        row.login = row.login.trim().to_lowercase();
        if row.version == 0 {
            row.id = StaffId(unit.work.next_id());
            staff::insert(unit.work, &row, None).map_err(|e| match e {
                store::Error::Exists(_) => Error::field("login", "taken"),
                e => e.into(),
            })?;
            record(unit, ("staff", row.id.as_str()), &None::<String>, &summary(&row))?;
            return Ok(row.id);
        }
        let before = staff::one(unit.work, &row.id)?.ok_or(Error::NotFound)?;
        staff::update(unit.work, &row)?;
        if before.active && !row.active {
            hand_over(unit, &row.id)?;
        }
        record(unit, ("staff", row.id.as_str()), &summary(&before), &summary(&row))?;
        Ok(row.id)
    })
    .await
}

fn check(row: &StaffRow) -> Result<()> {
    if row.login.trim().is_empty() || row.login.contains(char::is_whitespace) {
        return Err(Error::field("login", "bad_value"));
    }
    if row.name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    if !row.email.is_empty() && parse_email(&row.email).is_none() {
        return Err(Error::field("email", "bad_value"));
    }
    Ok(())
}

fn summary(row: &StaffRow) -> serde_json::Value {
    serde_json::json!({"login": row.login, "name": row.name, "role": row.role, "active": row.active})
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
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_group(desk: &Desk, who: &Actor, row: GroupRow, members: BTreeSet<StaffId>) -> Result<()> {
    if row.name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    desk.write(who, move |unit| {
        need(unit, Right::StaffEdit)?;
        let before = staff::groups(unit.work)?.into_iter().find(|g| g.id == row.id).map(|g| g.name);
        staff::put_group(unit.work, &row)?;
        staff::set_members(unit.work, &row.id, &members)?;
        let after = serde_json::json!({"name": row.name, "active": row.active, "members": members});
        record(unit, ("group", row.id.as_str()), &before, &after)
    })
    .await
}

/// Saves the rights of a role. The administrator's cannot be cut, so that nobody locks everybody out.
///
/// # Errors
/// `Lacks`, `Invalid`.
pub async fn save_role(desk: &Desk, who: &Actor, role: Role, rights: BTreeSet<Right>) -> Result<()> {
    if role == Role::Administrator {
        return Err(Error::field("role", "fixed"));
    }
    desk.write(who, move |unit| {
        need(unit, Right::StaffEdit)?;
        let before = staff::rights(unit.work, role)?;
        staff::put_role(unit.work, role, &rights)?;
        record(unit, ("role", role.as_str()), &before, &rights)
    })
    .await
}
