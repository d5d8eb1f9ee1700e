//! A rota is in force or a draft. Of two in force no group is served by both; where an installation has such from before,
//! the first by name is asked, and it is said.

use std::collections::BTreeMap;

use domain::access::{Actor, Right};
use domain::id::{GroupId, RotaId};
use domain::oncall::{RotaState, Shared};
use store::oncall::{self, RotaRow};
use store::{Read, staff};

use super::check;
use crate::admin::{need, record};
use crate::{Desk, Error, FieldError, Result, Unit};

/// Two rotas in force that serve the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The one that is asked: the first by name.
    pub asked: RotaRow,
    /// The one that is passed over.
    pub passed: RotaRow,
    /// The names of the groups; nothing where both serve all groups without a rota of their own.
    pub groups: Vec<String>,
}

/// The rotas in force that serve the same, from before that was refused.
///
/// # Errors
/// The store's.
pub fn overlaps(r: &mut Read<'_>) -> Result<Vec<Overlap>> {
    let rows = oncall::in_force(r)?;
    let names = group_names(r)?;
    let mut found = Vec::new();
    for (i, asked) in rows.iter().enumerate() {
        for passed in rows.iter().skip(i + 1) {
            let Some(shared) = asked.doc.shared(&passed.doc) else { continue };
            let (asked, passed) = (asked.clone(), passed.clone());
            found.push(Overlap { asked, passed, groups: called(&shared, &names) });
        }
    }
    Ok(found)
}

fn group_names(r: &mut Read<'_>) -> Result<BTreeMap<GroupId, String>> {
    Ok(staff::groups(r)?.into_iter().map(|g| (g.id, g.name)).collect())
}

fn called(shared: &Shared, names: &BTreeMap<GroupId, String>) -> Vec<String> {
    let Shared::Groups(groups) = shared else { return Vec::new() };
    groups.iter().map(|g| names.get(g).unwrap_or(&g.0).clone()).collect()
}

/// What another rota in force serves, none in force serves as well.
///
/// # Errors
/// `Invalid` at the groups, with the names of the other rota and the groups.
pub(super) fn refuse_shared(r: &mut Read<'_>, row: &RotaRow) -> Result<()> {
    if !row.in_force() {
        return Ok(());
    }
    let groups = group_names(r)?;
    let (mut served, mut rest) = (Vec::new(), Vec::new());
    for other in oncall::in_force(r)?.into_iter().filter(|other| other.id != row.id) {
        match row.doc.shared(&other.doc) {
            Some(Shared::Rest) => rest.push(other.name),
            Some(shared) => {
                let both = called(&shared, &groups).into_iter();
                served.extend(both.map(|g| format!("{} \u{b7} {g}", other.name)));
            }
            None => {}
        }
    }
    let wrong = [("served_already", served), ("rest_served_already", rest)].into_iter();
    let wrong = wrong.filter(|(_, names)| !names.is_empty());
    let wrong: Vec<_> =
        wrong.map(|(issue, names)| FieldError { names, ..FieldError::new("groups", issue) }).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

/// Puts a draft in force, or makes a draft of a rota that counts. To repeat it is harmless.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` with all that keeps it from being in force.
pub async fn set_rota_state(desk: &Desk, who: &Actor, id: RotaId, state: RotaState) -> Result<RotaRow> {
    desk.write(who, move |unit| {
        need(unit, Right::OncallEdit)?;
        let kept = oncall::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        if kept.state == state {
            return Ok(kept);
        }
        let row = RotaRow { state, ..kept.clone() };
        if row.in_force() {
            let rules = unit.rules.clone();
            check(unit.work, &rules, &row)?;
        }
        keep(unit, Some(&kept), &row)
    })
    .await
}

/// Keeps a rota that was checked, with its line of the log; whoever watches looks at once.
pub(super) fn keep(unit: &mut Unit<'_, '_>, before: Option<&RotaRow>, row: &RotaRow) -> Result<RotaRow> {
    let known = before.unwrap_or(row);
    let drafts = known.drafts.saved(before.map(|r| r.state), row.state, unit.now);
    oncall::put(unit.work, &RotaRow { drafts, ..row.clone() })?;
    oncall::watch::wake(unit.work)?;
    let said = |r: &RotaRow| serde_json::json!({"name": r.name, "state": r.state, "doc": r.doc});
    record(unit, ("rota", row.id.as_str()), &before.map(said), &said(row))?;
    oncall::one(unit.work, &row.id)?.ok_or(Error::NotFound)
}
