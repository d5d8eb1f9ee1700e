//! Customers: organisations, contacts, contracts, installations.

use domain::access::{Actor, Right};
use domain::id::{ContactId, OrgId};
use domain::people::{Point, parse_email, parse_phone};
use store::directory::{self, ContactRow, ContractRow, InstallationRow, OrgRow};

use super::{need, record};
use crate::{Desk, Error, Result, Unit};

/// Saves an organisation with its confirmed mail domains; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_organisation(desk: &Desk, who: &Actor, row: OrgRow, domains: Vec<String>) -> Result<OrgId> {
    if row.name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    let domains: Vec<String> =
        domains.iter().map(|d| d.trim().to_lowercase()).filter(|d| !d.is_empty()).collect();
    if let Some(bad) = domains.iter().find(|d| parse_email(&format!("x@{d}")).is_none()) {
        return Err(Error::field("domains", bad));
    }
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let mut row = row.clone();
        let before = directory::organisation(unit.work, &row.id)?.map(|o| o.name);
        if row.version == 0 {
            row.id = OrgId(unit.work.next_id());
            directory::insert_organisation(unit.work, &row)?;
        } else {
            directory::update_organisation(unit.work, &row)?;
        }
        let have = directory::domains(unit.work, &row.id)?;
        for d in domains.iter().filter(|d| !have.contains(d)) {
            directory::put_domain(unit.work, d, &row.id).map_err(|e| match e {
                store::Error::Exists(_) => Error::field("domains", "taken"),
                e => e.into(),
            })?;
        }
        record(unit, ("organisation", row.id.as_str()), &before, &row.name)?;
        Ok(row.id)
    })
    .await
}

/// A contact as edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactInput {
    /// The row; version 0 makes a new one.
    pub row: ContactRow,
    /// Addresses and numbers as typed; new ones are added.
    pub points: Vec<String>,
}

/// Saves a contact.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_contact(desk: &Desk, who: &Actor, input: ContactInput) -> Result<ContactId> {
    if input.row.name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    let mut points = Vec::new();
    for text in input.points.iter().filter(|t| !t.trim().is_empty()) {
        let point = parse_email(text).or_else(|| parse_phone(text));
        points.push(point.ok_or_else(|| Error::field("points", "bad_value"))?);
    }
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let mut row = input.row.clone();
        let before = directory::contact(unit.work, &row.id)?.map(|c| c.name);
        if row.version == 0 {
            row.id = ContactId(unit.work.next_id());
            directory::insert_contact(unit.work, &row)?;
        } else {
            directory::update_contact(unit.work, &row)?;
        }
        add_points(unit, &row.id, &points)?;
        record(unit, ("contact", row.id.as_str()), &before, &row.name)?;
        Ok(row.id)
    })
    .await
}

fn add_points(unit: &mut Unit<'_, '_>, id: &ContactId, points: &[Point]) -> Result<()> {
    let have = directory::points(unit.work, id)?;
    for (position, point) in (0i64..).zip(points).filter(|(_, p)| !have.contains(p)) {
        directory::add_point(unit.work, id, point, position).map_err(|e| match e {
            store::Error::Exists(_) => Error::field("points", "taken"),
            e => e.into(),
        })?;
    }
    Ok(())
}

/// Saves a contract; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_contract(desk: &Desk, who: &Actor, row: ContractRow) -> Result<()> {
    let c = &row.contract;
    if row.number.trim().is_empty() {
        return Err(Error::field("number", "required"));
    }
    if c.ends_on.is_some_and(|end| end < c.starts_on) {
        return Err(Error::field("ends_on", "before_start"));
    }
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        if row.contract.policy.as_ref().is_some_and(|p| !unit.rules.newest.contains_key(p)) {
            return Err(Error::field("policy", "unknown"));
        }
        let mut row = row.clone();
        if row.version == 0 {
            row.contract.id = unit.work.next_id().into();
        }
        directory::put_contract(unit.work, &row).map_err(|e| match e {
            store::Error::Exists(_) => Error::field("number", "taken"),
            e => e.into(),
        })?;
        let before = (row.version > 0).then_some(row.number.clone());
        record(unit, ("contract", row.contract.id.as_str()), &before, &row.number)
    })
    .await
}

/// Saves an installation; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_installation(desk: &Desk, who: &Actor, row: InstallationRow) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let mut row = row.clone();
        if row.version == 0 {
            row.id = unit.work.next_id();
        }
        directory::put_installation(unit.work, &row)?;
        let before = (row.version > 0).then_some(String::new());
        record(unit, ("installation", &row.id), &before, &row.product_version)
    })
    .await
}
