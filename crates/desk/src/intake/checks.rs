//! What is wrong with a request, all of it at once.

use domain::access::{Actor, Right, Sees};
use domain::appointment::Follow;
use domain::field::{check_tags, check_values};
use domain::id::{ContactId, ModuleId, ProductId};
use domain::people::{Point, Requester, parse_requester};
use domain::ticket::decide;
use domain::ticket::{Channel, Extra, Facts, Severity};
use domain::time::plus_seconds;
use store::directory::{self, ContactRow};
use store::{Read, file, staff};

use super::NewTicket;
use crate::admin::by_domain;
use crate::at::issue;
use crate::{Error, FieldError, Result, Unit, noted};

const MAX_TITLE: usize = 200;

/// Who asks and the extra values, if everything about the request is right; else all that is wrong.
pub(super) fn checked(unit: &mut Unit<'_, '_>, new: &NewTicket) -> Result<(ContactRow, Extra)> {
    let may_open = match unit.actor {
        Actor::Contact(c) => new.requester == c.id.as_str(),
        actor => actor.has(Right::TicketCreate),
    };
    if !may_open {
        return Err(Error::Lacks(Right::TicketCreate));
    }
    let mut wrong = new.misread.clone();
    plainly_wrong(unit, new, &mut wrong);
    noted(crate::ticket::first_fits(unit, new), &mut wrong)?;
    let asked = !new.requester.trim().is_empty();
    let contact = if asked { noted(requester(unit, new), &mut wrong)? } else { None };
    unknown(unit, new, &mut wrong)?;
    // Which values are asked for is told by kind and product.
    let told = !wrong.iter().any(|e| e.field == "kind" || e.field == "product");
    let extra = if told { noted(extra(unit, new), &mut wrong)? } else { None };
    match (contact, extra) {
        (Some(contact), Some(extra)) if wrong.is_empty() => Ok((contact, extra)),
        _ => Err(Error::Invalid(wrong)),
    }
}

/// What is wrong whoever and whatever is there.
fn plainly_wrong(unit: &Unit<'_, '_>, new: &NewTicket, wrong: &mut Vec<FieldError>) {
    let mut field = |name: &str, issue: &str| wrong.push(FieldError::new(name, issue));
    match new.title.trim().chars().count() {
        0 => field("title", "required"),
        n if n > MAX_TITLE => field("title", "too_long"),
        _ => {}
    }
    if new.requester.trim().is_empty() {
        field("requester", "required");
    }
    for (name, text) in new.facts.named() {
        if text.chars().count() > Facts::MAX_CHARS {
            field(&format!("facts.{name}"), "too_long");
        }
    }
    if new.follow.as_ref().is_some_and(Follow::is_too_long) {
        field("follow_when", "too_long");
    }
    if let Err(issue) = check_tags(&new.tags) {
        field("tags", issue);
    }
    let late = new.received_at.is_some_and(|at| at < plus_seconds(unit.now, -60));
    if late && unit.actor.staff().is_some() && new.received_reason.trim().is_empty() {
        field("received_reason", "required");
    }
    if let Err(rule) = decide::received(new.received_at, unit.actor, unit.now) {
        field("received_at", issue(rule));
    }
    let received_at = new.received_at.unwrap_or(unit.now);
    match (new.first_contact.at, unit.actor.staff()) {
        (Some(_), None) => field("first_contact_at", "bad_value"),
        (Some(at), _) => {
            if let Err(rule) = decide::first_contact_at(at, received_at, unit.now) {
                field("first_contact_at", issue(rule));
            }
        }
        (None, _) if new.first_contact.by.is_some() => field("first_contact_at", "required"),
        (None, _) => {}
    }
    // Without a severity a level says it.
    let severity = new.severity.unwrap_or(Severity::Urgent);
    let told = !new.misread.iter().any(|e| e.field == "kind");
    if told && let Err(rule) = decide::level_fits(new.level, new.kind, severity) {
        field("level", issue(rule));
    }
}

/// The contact who asks. An unknown address or number becomes a contact; a confirmed mail domain
/// tells the organisation.
fn requester(unit: &mut Unit<'_, '_>, new: &NewTicket) -> Result<ContactRow> {
    match parse_requester(&new.requester) {
        Requester::Id(id) => {
            let id = ContactId(id);
            // A contact who was merged asks as the person that remained.
            let id = directory::merged_into(unit.work, &id)?.unwrap_or(id);
            directory::contact(unit.work, &id)?.ok_or_else(|| Error::field("requester", "no_requester"))
        }
        Requester::Point(point) => match directory::by_point(unit.work, &point)? {
            Some(contact) => Ok(contact),
            None => new_contact(unit, (&point, &new.requester_name), "zh-CN"),
        },
    }
}

/// A contact with an address or number and a name; letters go out in this language until somebody says otherwise.
pub(crate) fn new_contact(unit: &mut Unit<'_, '_>, who: (&Point, &str), locale: &str) -> Result<ContactRow> {
    let (point, name) = who;
    let organisation = by_domain(unit.work, std::slice::from_ref(point))?.map(|(org, _)| org);
    let name = if name.trim().is_empty() { point.value.as_str() } else { name.trim() };
    let contact = ContactRow {
        id: ContactId(unit.work.next_id()),
        organisation,
        name: name.to_owned(),
        position: String::new(),
        sees: Sees::Own,
        locale: locale.to_owned(),
        active: true,
        created_at: unit.now,
        version: 1,
    };
    directory::insert_contact(unit.work, &contact)?;
    directory::add_point(unit.work, &contact.id, point, 0)?;
    unit.work.publish("contact", contact.id.as_str())?;
    Ok(contact)
}

/// What the request names must be there: product with its module, group, person, uploads of whoever sends it.
fn unknown(unit: &mut Unit<'_, '_>, new: &NewTicket, wrong: &mut Vec<FieldError>) -> Result<()> {
    let mut product = new.product.as_ref();
    if let Some(p) = product
        && !directory::products(unit.work)?.iter().any(|row| row.id == *p && row.active)
    {
        wrong.push(FieldError::new("product", "unknown"));
        product = None;
    }
    noted(check_module(unit.work, product, new.module.as_ref()), wrong)?;
    if let Some(g) = &new.group
        && !staff::groups(unit.work)?.iter().any(|row| row.id == *g)
    {
        wrong.push(FieldError::new("group", "unknown"));
    }
    if let Some(id) = &new.assignee
        && staff::one(unit.work, id)?.is_none()
    {
        wrong.push(FieldError::new("assignee", "unknown"));
    }
    if let Some(id) = &new.first_contact.by
        && staff::one(unit.work, id)?.is_none()
    {
        wrong.push(FieldError::new("first_contact_by", "unknown"));
    }
    let mine = unit.actor.reference();
    for id in &new.files {
        if !file::one(unit.work, id)?.is_some_and(|f| f.ticket.is_none() && f.by == mine) {
            wrong.push(FieldError::new("files", "unknown"));
            break;
        }
    }
    Ok(())
}

/// The extra values. A customer fills in what the portal asks; the rest is for staff. A letter has no fields, a chat neither.
fn extra(unit: &Unit<'_, '_>, new: &NewTicket) -> Result<Extra> {
    let bare = matches!(new.channel, Channel::Mail | Channel::Chat);
    if bare && matches!(unit.actor, Actor::Contact(_)) && new.extra.is_empty() {
        return Ok(Extra::new());
    }
    let by_customer = matches!(unit.actor, Actor::Contact(_));
    let asked: Vec<_> = unit.rules.fields.iter().filter(|f| f.customer || !by_customer).cloned().collect();
    let kept = check_values(&asked, new.kind, new.product.as_ref(), &new.extra);
    kept.map_err(|wrong| Error::of_values(wrong, &asked))
}

/// A module belongs to the product that is named with it.
pub(crate) fn check_module(
    r: &mut Read<'_>,
    product: Option<&ProductId>,
    module: Option<&ModuleId>,
) -> Result<()> {
    let Some(module) = module else { return Ok(()) };
    let known = directory::modules(r)?.into_iter().find(|m| m.id == *module);
    let fits = known.is_some_and(|m| product.is_none_or(|p| m.product == *p));
    if fits { Ok(()) } else { Err(Error::field("module", "unknown")) }
}
