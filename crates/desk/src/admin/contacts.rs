//! Contacts, their addresses and numbers, and two contacts who turn out to be one person.

use domain::access::{Actor, Right, Scope};
use domain::id::{ContactId, OrgId};
use domain::people::{Point, PointEdit, arrange, mail_domain, parse_point};
use domain::ticket::decide::{self, Refusal};
use store::Read;
use store::directory::{self, ContactRow};
use store::session::{self, Person};
use store::staff;
use store::ticket::{self, Filter, Order};

use super::edit::{check_text, in_use, named, record_edit, record_removal, unchanged_since};
use super::organisations::MAX_NAME;
use super::{need, news, record};
use crate::{Desk, Error, Result, Unit, load_case_by_id, save};

/// A contact as edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactInput {
    /// The row; version 0 makes a new one.
    pub row: ContactRow,
    /// Addresses and numbers as typed; new ones are added.
    pub points: Vec<String>,
}

/// A contact that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedContact {
    /// Key.
    pub id: ContactId,
    /// The mail domain by which a new one joined its organisation.
    pub joined: Option<String>,
}

/// The most addresses and numbers of one person.
const MAX_POINTS: usize = 20;

/// Saves a contact.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound`, `Stale`.
pub async fn save_contact(desk: &Desk, who: &Actor, input: ContactInput) -> Result<SavedContact> {
    desk.write(who, move |unit| save_contact_in(unit, &input)).await
}

/// Saves a contact within a unit of work. One who is deactivated is signed out. A new one without an organisation joins
/// that of a confirmed mail domain, as an unknown requester does.
///
/// # Errors
/// As [`save_contact`].
pub fn save_contact_in(unit: &mut Unit<'_, '_>, input: &ContactInput) -> Result<SavedContact> {
    need(unit, Right::PeopleEdit)?;
    check_text("name", &input.row.name, MAX_NAME)?;
    if input.row.position.chars().count() > MAX_NAME {
        return Err(Error::field("position", "too_long"));
    }
    let typed = input.points.iter().filter(|t| !t.trim().is_empty());
    let points = typed.map(|t| point(t)).collect::<Result<Vec<_>>>()?;
    let mut row = ContactRow { name: input.row.name.trim().to_owned(), ..input.row.clone() };
    let mut joined = None;
    if row.version == 0 {
        if row.organisation.is_none() {
            joined = by_domain(unit.work, &points)?;
            row.organisation = joined.clone().map(|(org, _)| org);
        }
        row.id = ContactId(unit.work.next_id());
        directory::insert_contact(unit.work, &row).map_err(named("organisation", "name"))?;
        record_edit(unit, ("contact", row.id.as_str()), None, &row)?;
    } else {
        let before = directory::contact(unit.work, &row.id)?.ok_or(Error::NotFound)?;
        unchanged_since((&row, row.version), (&before, before.version))?;
        if super::edit::differences(&row, &before).is_empty() && points.is_empty() {
            return Ok(SavedContact { id: row.id, joined: None });
        }
        directory::update_contact(unit.work, &row).map_err(named("organisation", "name"))?;
        if before.active && !row.active {
            session::delete_all(unit.work, &person(&row.id))?;
        }
        record_edit(unit, ("contact", row.id.as_str()), Some(&before), &row)?;
    }
    let all = [directory::points(unit.work, &row.id)?, points].concat();
    set_points(unit, &row.id, &PointEdit::All(all))?;
    Ok(SavedContact { id: row.id, joined: joined.map(|(_, domain)| domain) })
}

/// The organisation that has confirmed the domain of one of these addresses, and the domain.
pub(crate) fn by_domain(r: &mut Read<'_>, points: &[Point]) -> Result<Option<(OrgId, String)>> {
    for domain in points.iter().filter_map(mail_domain) {
        if let Some(org) = directory::organisation_of_domain(r, domain)? {
            return Ok(Some((org, domain.to_owned())));
        }
    }
    Ok(None)
}

fn person(id: &ContactId) -> Person {
    Person { kind: "contact".to_owned(), id: id.0.clone() }
}

/// Reads an address or number as somebody typed it.
///
/// # Errors
/// `Invalid`.
pub fn point(text: &str) -> Result<Point> {
    parse_point(text).ok_or_else(|| Error::field("points", "bad_value"))
}

/// Changes the addresses and numbers of a contact. By them a caller, a letter or a sign-in is recognised.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` if one of them is another contact's.
pub async fn edit_points(desk: &Desk, who: &Actor, id: ContactId, edit: PointEdit) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        directory::contact(unit.work, &id)?.ok_or(Error::NotFound)?;
        set_points(unit, &id, &edit)
    })
    .await
}

/// Changes the addresses and numbers within a unit of work, for whoever has loaded the contact.
///
/// # Errors
/// As [`edit_points`].
pub fn set_points(unit: &mut Unit<'_, '_>, id: &ContactId, edit: &PointEdit) -> Result<()> {
    let before = directory::points(unit.work, id)?;
    let after = arrange(&before, edit);
    if before == after {
        return Ok(());
    }
    if after.len() > MAX_POINTS {
        return Err(Error::field("points", "too_many"));
    }
    let fresh: Vec<&Point> = after.iter().filter(|p| !before.contains(p)).collect();
    let colleagues = if fresh.is_empty() { Vec::new() } else { staff::all(unit.work)? };
    for p in fresh {
        if colleagues.iter().any(|s| s.active && s.is_at(p)) || directory::by_point(unit.work, p)?.is_some() {
            return Err(Error::field("points", "taken"));
        }
    }
    directory::set_points(unit.work, id, &after)?;
    let values = |list: &[Point]| list.iter().map(|p| p.value.clone()).collect::<Vec<_>>();
    record(unit, ("points", id.as_str()), &values(&before), &values(&after))
}

/// Removes a contact who has asked and written nothing.
///
/// # Errors
/// `Lacks`, `NotFound`, `Refused` if tickets or messages are the contact's.
pub async fn remove_contact(desk: &Desk, who: &Actor, id: ContactId) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let row = directory::contact(unit.work, &id)?.ok_or(Error::NotFound)?;
        if directory::writes(unit.work, &id)? {
            return Err(Error::Refused(Refusal::InUse));
        }
        session::delete_all(unit.work, &person(&id))?;
        directory::remove_contact(unit.work, &id).map_err(in_use)?;
        record_removal(unit, ("contact", id.as_str()), &row)
    })
    .await
}

/// Tickets that move in one unit of work.
const MOVE: i64 = 200;

/// Two contacts are one person: `from`'s tickets, addresses and numbers become `into`'s. `from` stays as the
/// author of what was written and can sign in no more. Each ticket keeps the change in its history.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` for the same contact twice.
pub async fn merge_contacts(desk: &Desk, who: &Actor, from: ContactId, into: ContactId) -> Result<()> {
    if from == into {
        return Err(Error::field("contact", "same"));
    }
    loop {
        let (a, b) = (from.clone(), into.clone());
        let moved = desk.write(who, move |unit| {
            need(unit, Right::PeopleEdit)?;
            for id in [&a, &b] {
                directory::contact(unit.work, id)?.ok_or(Error::NotFound)?;
            }
            let moved = move_tickets(unit, &a, &b)?;
            if moved == 0 {
                merge(unit, &a, &b)?;
            }
            Ok(moved)
        });
        if moved.await? == 0 {
            return Ok(());
        }
    }
}

fn move_tickets(unit: &mut Unit<'_, '_>, from: &ContactId, into: &ContactId) -> Result<usize> {
    let of = Filter { requester: Some(from.clone()), ..Filter::default() };
    let page = ticket::list(unit.work, &Scope::All, &of, Order::Oldest, None, MOVE)?;
    let organisation = directory::contact(unit.work, into)?.and_then(|c| c.organisation);
    for row in &page {
        let case = load_case_by_id(unit, &row.id)?;
        let decision = decide::asked_by(&case, (into, organisation.as_ref()), unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
    }
    Ok(page.len())
}

fn merge(unit: &mut Unit<'_, '_>, from: &ContactId, into: &ContactId) -> Result<()> {
    if directory::merged_into(unit.work, from)?.as_ref() == Some(into) {
        return Ok(());
    }
    let more = directory::points(unit.work, from)?;
    directory::set_points(unit.work, from, &[])?;
    let all = [directory::points(unit.work, into)?, more].concat();
    set_points(unit, into, &PointEdit::All(all))?;
    directory::merge_contact(unit.work, from, into)?;
    session::delete_all(unit.work, &person(from))?;
    let by = unit.actor.reference();
    store::admin::record(unit.work, &by, ("contact", from.as_str()), "merged", from.as_str(), into.as_str())?;
    news(unit, ("contact", from.as_str()))
}
