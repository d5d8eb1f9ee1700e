//! Organisations and their confirmed mail domains.

use domain::access::{Actor, Right};
use domain::id::OrgId;
use domain::people::{is_public_domain, parse_domain};
use store::directory::{self, OrgRow};

use super::edit::{check_text, in_use, record_edit, record_removal, unchanged_since};
use super::{need, news, record};
use crate::{Desk, Error, Result, Unit};

/// The longest name of a person or thing.
pub(super) const MAX_NAME: usize = 200;
/// The longest note.
pub(super) const MAX_NOTE: usize = 10_000;

/// Saves an organisation and confirms these mail domains as its own; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound`, `Stale`.
pub async fn save_organisation(desk: &Desk, who: &Actor, row: OrgRow, domains: Vec<String>) -> Result<OrgId> {
    desk.write(who, move |unit| save_organisation_in(unit, &row, &domains)).await
}

/// Saves an organisation within a unit of work.
///
/// # Errors
/// As [`save_organisation`].
pub fn save_organisation_in(unit: &mut Unit<'_, '_>, row: &OrgRow, domains: &[String]) -> Result<OrgId> {
    need(unit, Right::PeopleEdit)?;
    check_text("name", &row.name, MAX_NAME)?;
    if row.note.chars().count() > MAX_NOTE {
        return Err(Error::field("note", "too_long"));
    }
    if row.policy.as_ref().is_some_and(|p| !unit.rules.newest.contains_key(p)) {
        return Err(Error::field("policy", "unknown"));
    }
    // Two of one name cannot be told apart in a picker or a report.
    if directory::organisation_named(unit.work, row.name.trim())?.is_some_and(|o| o.id != row.id) {
        return Err(Error::field("name", "taken"));
    }
    let domains = domains.iter().filter(|d| !d.trim().is_empty());
    let domains = domains.map(|d| own_domain(d)).collect::<Result<Vec<_>>>()?;
    let mut row = OrgRow { name: row.name.trim().to_owned(), ..row.clone() };
    if row.version == 0 {
        row.id = OrgId(unit.work.next_id());
        directory::insert_organisation(unit.work, &row)?;
        record_edit(unit, ("organisation", row.id.as_str()), None, &row)?;
    } else {
        let before = directory::organisation(unit.work, &row.id)?.ok_or(Error::NotFound)?;
        unchanged_since((&row, row.version), (&before, before.version))?;
        if super::edit::differences(&row, &before).is_empty() && domains.is_empty() {
            return Ok(row.id);
        }
        directory::update_organisation(unit.work, &row)?;
        record_edit(unit, ("organisation", row.id.as_str()), Some(&before), &row)?;
    }
    for d in &domains {
        put_domain(unit, &row.id, d)?;
    }
    Ok(row.id)
}

/// A domain that can be an organisation's own.
fn own_domain(text: &str) -> Result<String> {
    let domain = parse_domain(text).ok_or_else(|| Error::field("domains", "bad_value"))?;
    if is_public_domain(&domain) { Err(Error::field("domains", "public_domain")) } else { Ok(domain) }
}

fn put_domain(unit: &mut Unit<'_, '_>, id: &OrgId, domain: &str) -> Result<()> {
    match directory::organisation_of_domain(unit.work, domain)? {
        Some(owner) if owner == *id => Ok(()),
        Some(_) => Err(Error::field("domains", "taken")),
        None => {
            directory::put_domain(unit.work, domain, id)?;
            record(unit, ("domain", id.as_str()), &None::<String>, &domain)
        }
    }
}

/// Confirms that a mail domain is the organisation's own: whoever writes from it is one of its contacts.
///
/// # Errors
/// `Lacks`, `Invalid` for a public or foreign domain, `NotFound`.
pub async fn add_domain(desk: &Desk, who: &Actor, id: OrgId, domain: String) -> Result<String> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let domain = own_domain(&domain)?;
        directory::organisation(unit.work, &id)?.ok_or(Error::NotFound)?;
        put_domain(unit, &id, &domain)?;
        Ok(domain)
    })
    .await
}

/// Takes a mail domain away. Contacts who joined by it stay.
///
/// # Errors
/// `Lacks`.
pub async fn remove_domain(desk: &Desk, who: &Actor, id: OrgId, domain: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        if !directory::domains(unit.work, &id)?.contains(&domain) {
            return Ok(());
        }
        drop_domain(unit, &id, &domain)
    })
    .await
}

/// Contacts who are taken over in one unit of work.
pub const TAKE_OVER: i64 = 500;

/// Contacts without organisation who have an address of one of the organisation's domains join it. Their
/// earlier tickets stay as they are; what they ask from now on is the organisation's. Returns how many joined.
///
/// # Errors
/// `Lacks`, `Invalid` if the domain is not the organisation's.
pub async fn take_over(desk: &Desk, who: &Actor, id: OrgId, domain: String) -> Result<usize> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        if !directory::domains(unit.work, &id)?.contains(&domain) {
            return Err(Error::field("domains", "unknown"));
        }
        let joining = directory::unclaimed(unit.work, &domain, TAKE_OVER)?;
        for before in &joining {
            let after = directory::ContactRow { organisation: Some(id.clone()), ..before.clone() };
            directory::update_contact(unit.work, &after)?;
            record_edit(unit, ("contact", before.id.as_str()), Some(before), &after)?;
        }
        Ok(joining.len())
    })
    .await
}

/// Removes an organisation that nothing names.
///
/// # Errors
/// `Lacks`, `NotFound`, `Refused` if contacts, contracts, installations or tickets name it.
pub async fn remove_organisation(desk: &Desk, who: &Actor, id: OrgId) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let row = directory::organisation(unit.work, &id)?.ok_or(Error::NotFound)?;
        if unit.rules.routing.iter().any(|r| r.organisations.contains(&id)) {
            return Err(Error::Refused(domain::ticket::decide::Refusal::InUse));
        }
        directory::remove_organisation(unit.work, &id).map_err(in_use)?;
        record_removal(unit, ("organisation", id.as_str()), &row)
    })
    .await
}

/// Gives an organisation exactly these confirmed mail domains, for whoever has saved it in this unit of work.
///
/// # Errors
/// `Invalid` for a public or foreign domain.
pub fn set_domains(unit: &mut Unit<'_, '_>, id: &OrgId, domains: &[String]) -> Result<()> {
    let domains = domains.iter().map(|d| own_domain(d)).collect::<Result<Vec<_>>>()?;
    for gone in directory::domains(unit.work, id)?.iter().filter(|d| !domains.contains(d)) {
        drop_domain(unit, id, gone)?;
    }
    domains.iter().try_for_each(|d| put_domain(unit, id, d))
}

fn drop_domain(unit: &mut Unit<'_, '_>, id: &OrgId, domain: &str) -> Result<()> {
    directory::remove_domain(unit.work, domain, id)?;
    let by = unit.actor.reference();
    store::admin::record(unit.work, &by, ("domain", id.as_str()), "deleted", domain, "")?;
    news(unit, ("domain", id.as_str()))
}
