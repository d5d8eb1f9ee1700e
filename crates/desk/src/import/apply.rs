//! A row becomes what it says, in one unit of work; names are looked up here. Nothing leaves the house for it.

use domain::id::{ContactId, GroupId, ModuleId, OrgId, ProductId, StaffId};
use domain::import::{CustomerLine, RowState, TicketLine, is_same_person};
use domain::people::{Point, Requester, fold, parse_requester};
use domain::sla::Milestone;
use domain::ticket::Channel;
use domain::ticket::decide::Body;
use domain::time::Timestamp;
use sha2::{Digest, Sha256};
use store::directory::{self, ContactRow, OrgRow};
use store::staff;

use crate::admin::record;
use crate::intake::NewTicket;
use crate::replay::{History, Step, replay};
use crate::{Error, Result, Unit};

/// A ticket with its end, if it has one. A row without a number of its own is known again by its content.
pub(super) fn ticket(unit: &mut Unit<'_, '_>, line: &TicketLine, cells: &[String]) -> Result<RowState> {
    let mut new = NewTicket::by_contact(
        ContactId::from(""),
        line.title.clone(),
        Body::from_text(&line.body),
        line.given.channel.unwrap_or(Channel::Import),
    );
    line.requester.clone_into(&mut new.requester);
    line.requester_name.clone_into(&mut new.requester_name);
    new.kind = line.given.kind.unwrap_or(new.kind);
    (new.severity, new.level, new.class) = (line.given.severity, line.given.level, line.given.class);
    new.product = product(unit, &line.product)?;
    new.module = module(unit, new.product.as_ref(), &line.module)?;
    new.group = group(unit, &line.group)?;
    new.assignee = person(unit, &line.assignee)?;
    new.facts = line.facts.clone();
    new.extra = line.extra.clone();
    new.tags = line.tags.iter().cloned().collect();
    new.received_at = line.received_at;
    new.external_ref =
        Some(if line.external_ref.is_empty() { print(cells) } else { line.external_ref.clone() });
    place(unit, line)?;
    let made = replay(unit, &History { new, steps: steps(line), untold: untold(line) })?;
    Ok(if made { RowState::Made } else { RowState::Known })
}

/// What happened, as far as a row tells it.
fn steps(line: &TicketLine) -> Vec<(Timestamp, Step)> {
    let answered = line.responded_at.map(|at| (at, Step::Answered));
    let solved = line.resolved_at.map(|at| (at, Step::Solved(line.resolution.clone())));
    let closed = line.closed_at.map(|at| (at, Step::Closed));
    [answered, solved, closed].into_iter().flatten().collect()
}

/// No row tells when a technician began or what was reported.
fn untold(line: &TicketLine) -> &'static [Milestone] {
    use Milestone::{Attend, Response, Update};
    if line.responded_at.is_some() { &[Attend, Update] } else { &[Response, Attend, Update] }
}

fn print(cells: &[String]) -> String {
    let mut hash = Sha256::new();
    for cell in cells {
        hash.update(cell.trim().as_bytes());
        hash.update([0]);
    }
    let hex: String = hash.finalize().iter().take(10).map(|b| format!("{b:02x}")).collect();
    format!("row-{hex}")
}

fn unknown(field: &str) -> Error {
    Error::field(field, "unknown")
}

fn product(unit: &mut Unit<'_, '_>, name: &str) -> Result<Option<ProductId>> {
    if name.is_empty() {
        return Ok(None);
    }
    let all = directory::products(unit.work)?;
    let found = all.into_iter().find(|p| p.active && fold(&p.name) == fold(name));
    found.map(|p| Some(p.id)).ok_or_else(|| unknown("product"))
}

fn module(unit: &mut Unit<'_, '_>, of: Option<&ProductId>, name: &str) -> Result<Option<ModuleId>> {
    if name.is_empty() {
        return Ok(None);
    }
    let all = directory::modules(unit.work)?;
    let found = all.into_iter().find(|m| Some(&m.product) == of && fold(&m.name) == fold(name));
    found.map(|m| Some(m.id)).ok_or_else(|| unknown("module"))
}

fn group(unit: &mut Unit<'_, '_>, name: &str) -> Result<Option<GroupId>> {
    if name.is_empty() {
        return Ok(None);
    }
    let found = staff::groups(unit.work)?.into_iter().find(|g| fold(&g.name) == fold(name));
    found.map(|g| Some(g.id)).ok_or_else(|| unknown("group"))
}

/// Somebody of ours, by login or by a name that only one has.
fn person(unit: &mut Unit<'_, '_>, name: &str) -> Result<Option<StaffId>> {
    if name.is_empty() {
        return Ok(None);
    }
    let name = fold(name);
    let all = staff::all(unit.work)?;
    if let Some(s) = all.iter().find(|s| s.login == name) {
        return Ok(Some(s.id.clone()));
    }
    let mut named = all.iter().filter(|s| fold(&s.name) == name);
    match (named.next(), named.next()) {
        (Some(s), None) => Ok(Some(s.id.clone())),
        (Some(_), Some(_)) => Err(Error::field("assignee", "same_name")),
        (None, _) => Err(unknown("assignee")),
    }
}

/// A requester whom nobody knows yet is put into the organisation that the row names.
fn place(unit: &mut Unit<'_, '_>, line: &TicketLine) -> Result<()> {
    if line.organisation.is_empty() {
        return Ok(());
    }
    let org = directory::organisation_named(unit.work, &line.organisation)?;
    let org = org.ok_or_else(|| unknown("organisation"))?;
    let Requester::Point(point) = parse_requester(&line.requester) else { return Ok(()) };
    if directory::by_point(unit.work, &point)?.is_some() {
        return Ok(());
    }
    let name = if line.requester_name.is_empty() { &point.value } else { &line.requester_name };
    let row = ContactRow {
        id: ContactId(unit.work.next_id()),
        organisation: Some(org.id),
        name: name.clone(),
        position: String::new(),
        sees: domain::access::Sees::Own,
        locale: "zh-CN".to_owned(),
        active: true,
        created_at: unit.now,
        version: 0,
    };
    new_contact(unit, &row, &[point])
}

fn new_contact(unit: &mut Unit<'_, '_>, row: &ContactRow, points: &[Point]) -> Result<()> {
    directory::insert_contact(unit.work, row)?;
    for (position, point) in (0i64..).zip(points) {
        directory::add_point(unit.work, &row.id, point, position)?;
    }
    record(unit, ("contact", row.id.as_str()), &None::<String>, &row.name)
}

/// An organisation, found by its name or made, and a contact, found by address, number or name or made.
pub(super) fn customer(unit: &mut Unit<'_, '_>, line: &CustomerLine) -> Result<RowState> {
    let (org, new_org) = organisation(unit, line)?;
    let new_contact = !line.contact.is_empty() && contact(unit, line, org.as_ref())?;
    Ok(if new_org || new_contact { RowState::Made } else { RowState::Known })
}

fn organisation(unit: &mut Unit<'_, '_>, line: &CustomerLine) -> Result<(Option<OrgId>, bool)> {
    if line.organisation.is_empty() {
        return Ok((None, false));
    }
    let known = directory::organisation_named(unit.work, &line.organisation)?;
    let is_new = known.is_none();
    let id = if let Some(org) = known {
        org.id
    } else {
        let row = OrgRow {
            id: OrgId(unit.work.next_id()),
            name: line.organisation.clone(),
            policy: None,
            note: line.note.clone(),
            active: true,
            created_at: unit.now,
            version: 0,
        };
        directory::insert_organisation(unit.work, &row)?;
        record(unit, ("organisation", row.id.as_str()), &None::<String>, &row.name)?;
        row.id
    };
    for domain in &line.domains {
        match directory::organisation_of_domain(unit.work, domain)? {
            Some(owner) if owner != id => return Err(Error::field("domain", "taken")),
            Some(_) => {}
            None => directory::put_domain(unit.work, domain, &id)?,
        }
    }
    Ok((Some(id), is_new))
}

fn contact(unit: &mut Unit<'_, '_>, line: &CustomerLine, org: Option<&OrgId>) -> Result<bool> {
    for point in &line.points {
        if let Some(known) = directory::by_point(unit.work, point)? {
            // The same address under another organisation is a mistake that a person must look at.
            let elsewhere = org.is_some() && known.organisation.as_ref() != org;
            let field = if point.kind == domain::people::PointKind::Email { "email" } else { "phone" };
            return match is_same_person(&known.name, point, &line.contact) {
                _ if elsewhere => Err(Error::field(field, "taken")),
                true => Ok(false),
                false => Err(Error::field(field, &format!("other_person.{}", known.name))),
            };
        }
    }
    if let (true, Some(org)) = (line.points.is_empty(), org)
        && directory::contact_named(unit.work, &line.contact, org)?.is_some()
    {
        return Ok(false);
    }
    let row = ContactRow {
        id: ContactId(unit.work.next_id()),
        organisation: org.cloned(),
        name: line.contact.clone(),
        position: line.position.clone(),
        sees: line.sees,
        locale: line.language.to_owned(),
        active: true,
        created_at: unit.now,
        version: 0,
    };
    new_contact(unit, &row, &line.points)?;
    Ok(true)
}
