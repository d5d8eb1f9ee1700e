//! What was agreed with a customer, and what is installed there.

use domain::access::{Actor, Right};
use domain::id::ContractId;
use store::directory::{self, ContractRow, InstallationRow};

use super::edit::{check_text, differences, in_use, named, record_edit, record_removal, unchanged_since};
use super::need;
use super::organisations::{MAX_NAME, MAX_NOTE};
use crate::{Desk, Error, Result, Unit};

/// Saves a contract; version 0 makes a new one. Tickets keep the promise with which they were opened.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound`, `Stale`.
pub async fn save_contract(desk: &Desk, who: &Actor, row: ContractRow) -> Result<ContractId> {
    desk.write(who, move |unit| save_contract_in(unit, &row)).await
}

/// Saves a contract within a unit of work.
///
/// # Errors
/// As [`save_contract`].
pub fn save_contract_in(unit: &mut Unit<'_, '_>, row: &ContractRow) -> Result<ContractId> {
    need(unit, Right::PeopleEdit)?;
    let c = &row.contract;
    check_text("number", &row.number, MAX_NAME)?;
    if row.note.chars().count() > MAX_NOTE {
        return Err(Error::field("note", "too_long"));
    }
    if c.ends_on.is_some_and(|end| end < c.starts_on) {
        return Err(Error::field("ends_on", "before_start"));
    }
    if c.policy.as_ref().is_some_and(|p| !unit.rules.newest.contains_key(p)) {
        return Err(Error::field("policy", "unknown"));
    }
    directory::organisation(unit.work, &c.organisation)?
        .ok_or_else(|| Error::field("organisation", "unknown"))?;
    let mut row = ContractRow { number: row.number.trim().to_owned(), ..row.clone() };
    let before = if row.version == 0 {
        row.contract.id = unit.work.next_id().into();
        None
    } else {
        let before = directory::contract(unit.work, &row.contract.id)?.ok_or(Error::NotFound)?;
        unchanged_since((&row, row.version), (&before, before.version))?;
        if differences(&row, &before).is_empty() {
            return Ok(row.contract.id);
        }
        Some(before)
    };
    directory::put_contract(unit.work, &row).map_err(named("product", "number"))?;
    record_edit(unit, ("contract", row.contract.id.as_str()), before.as_ref(), &row)?;
    Ok(row.contract.id)
}

/// Removes a contract that no ticket names.
///
/// # Errors
/// `Lacks`, `NotFound`, `Refused`.
pub async fn remove_contract(desk: &Desk, who: &Actor, id: ContractId) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let row = directory::contract(unit.work, &id)?.ok_or(Error::NotFound)?;
        directory::remove_contract(unit.work, &id).map_err(in_use)?;
        record_removal(unit, ("contract", id.as_str()), &row)
    })
    .await
}

/// Saves an installation; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound`, `Stale`.
pub async fn save_installation(desk: &Desk, who: &Actor, row: InstallationRow) -> Result<String> {
    desk.write(who, move |unit| save_installation_in(unit, &row)).await
}

/// Saves an installation within a unit of work.
///
/// # Errors
/// As [`save_installation`].
pub fn save_installation_in(unit: &mut Unit<'_, '_>, row: &InstallationRow) -> Result<String> {
    need(unit, Right::PeopleEdit)?;
    if row.product.as_str().is_empty() {
        return Err(Error::field("product", "required"));
    }
    check_text("product_version", &row.product_version, MAX_NAME)?;
    if row.environment.chars().count() > MAX_NOTE {
        return Err(Error::field("environment", "too_long"));
    }
    directory::organisation(unit.work, &row.organisation)?
        .ok_or_else(|| Error::field("organisation", "unknown"))?;
    let mut row = InstallationRow { product_version: row.product_version.trim().to_owned(), ..row.clone() };
    let before = if row.version == 0 {
        row.id = unit.work.next_id();
        None
    } else {
        let before = directory::installation(unit.work, &row.id)?.ok_or(Error::NotFound)?;
        unchanged_since((&row, row.version), (&before, before.version))?;
        if differences(&row, &before).is_empty() {
            return Ok(row.id);
        }
        Some(before)
    };
    directory::put_installation(unit.work, &row).map_err(named("product", "product"))?;
    record_edit(unit, ("installation", &row.id), before.as_ref(), &row)?;
    Ok(row.id)
}

/// Removes an installation.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn remove_installation(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let row = directory::installation(unit.work, &id)?.ok_or(Error::NotFound)?;
        directory::remove_installation(unit.work, &id).map_err(in_use)?;
        record_removal(unit, ("installation", &id), &row)
    })
    .await
}
