//! Groups and people that were never needed go for good; what the history names is only deactivated.

use std::collections::BTreeSet;

use domain::access::{Actor, Right, Role};
use domain::id::{GroupId, PolicyId, StaffId};
use domain::oncall::RotaDoc;
use domain::sla::Step;
use domain::ticket::decide::Rules;
use store::session::{self, Person};
use store::staff::{self, GroupRow};

use super::edit::{in_use, record_removal};
use super::people::another_administrator;
use super::{need, record};
use crate::error::Use;
use crate::{Desk, Error, Result, Unit};

/// Removes a group that nothing uses, with its list of members. One that ever had a ticket stays, because timelines
/// name it; it can be deactivated.
///
/// # Errors
/// `Lacks`, `NotFound`, `Used` with what uses it.
pub async fn remove_group(desk: &Desk, who: &Actor, id: GroupId) -> Result<()> {
    let key = id.clone();
    let past = desk.read(move |r| Ok(staff::past_of_group(r, &key)?)).await?;
    desk.write(who, move |unit| {
        need(unit, Right::StaffEdit)?;
        let row = staff::groups(unit.work)?.into_iter().find(|g| g.id == id).ok_or(Error::NotFound)?;
        let uses = uses_of_group(unit, &row, past.as_deref())?;
        if !uses.is_empty() {
            return Err(Error::Used(uses));
        }
        let had = staff::members(unit.work, &id)?;
        if !had.is_empty() {
            let nobody = BTreeSet::new();
            staff::set_members(unit.work, &id, &nobody)?;
            record(unit, ("members", id.as_str()), &had, &nobody)?;
        }
        staff::remove_group(unit.work, &id).map_err(in_use)?;
        record_removal(unit, ("group", id.as_str()), &row)
    })
    .await
}

/// Rules, rotas, views and tickets that name a group.
fn uses_of_group(unit: &mut Unit<'_, '_>, group: &GroupRow, past: Option<&str>) -> Result<Vec<Use>> {
    let rules = unit.rules.routing.iter().filter(|r| r.group == group.id);
    let mut uses: Vec<Use> = rules.map(|r| Use::new("rule", &r.name)).collect();
    if unit.rules.settings.default_group.as_ref() == Some(&group.id) {
        uses.push(Use::new("default_group", ""));
    }
    uses.extend(promises_naming(&unit.rules, |s| s.group.as_ref() == Some(&group.id)));
    uses.extend(rotas_naming(unit, |doc| doc.groups.contains(&group.id))?);
    let views = staff::views_naming(unit.work, &format!("group={}", group.id))?;
    uses.extend(views.iter().map(|name| Use::new("view", name)));
    uses.extend(past.map(|number| Use::new("ticket", number)));
    Ok(uses)
}

/// The rotas that name somebody or some group.
pub(super) fn rotas_naming(unit: &mut Unit<'_, '_>, such: impl Fn(&RotaDoc) -> bool) -> Result<Vec<Use>> {
    let rotas = store::oncall::rotas(unit.work)?;
    Ok(rotas.iter().filter(|r| such(&r.doc)).map(|r| Use::new("rota", &r.name)).collect())
}

/// The promises whose newest revision has such a step.
fn promises_naming(rules: &Rules, such: impl Fn(&Step) -> bool) -> Vec<Use> {
    let steps = |id: &PolicyId, rev: i64| {
        let doc = rules.policies.get(&(id.clone(), rev));
        doc.into_iter().flat_map(|d| &d.steps)
    };
    let naming = rules.newest.iter().filter(|(id, (_, rev))| steps(id, *rev).any(&such));
    naming.map(|(_, (name, _))| Use::new("promise", name)).collect()
}

/// Removes a member of staff who never did anything, such as a mistaken invitation. Whoever signed in, had a ticket or
/// stands in a history stays, and can be deactivated.
///
/// # Errors
/// `Lacks`, `NotFound`, `Used` with what names the person, `Refused`, `Invalid` for the last administrator.
pub async fn remove_staff(desk: &Desk, who: &Actor, id: StaffId) -> Result<()> {
    let key = id.clone();
    let past = desk.read(move |r| Ok(staff::past_of_person(r, &key)?)).await?;
    desk.write(who, move |unit| {
        need(unit, Right::StaffEdit)?;
        let row = staff::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        let mut uses: Vec<Use> = past.iter().map(|number| Use::new("ticket", number)).collect();
        uses.extend(promises_naming(&unit.rules, |s| s.person.as_ref() == Some(&id)));
        uses.extend(rotas_naming(unit, |doc| doc.names(&id))?);
        if staff::has_acted(unit.work, &id)? {
            uses.push(Use::new("deeds", ""));
        }
        if !uses.is_empty() {
            return Err(Error::Used(uses));
        }
        if row.active && row.role == Role::Administrator && !another_administrator(unit, &id)? {
            return Err(Error::field("role", "last_administrator"));
        }
        session::delete_all(unit.work, &Person { kind: "staff".to_owned(), id: id.0.clone() })?;
        staff::remove(unit.work, &id).map_err(in_use)?;
        record_removal(unit, ("staff", id.as_str()), &row)
    })
    .await
}
