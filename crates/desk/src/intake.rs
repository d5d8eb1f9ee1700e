//! A request becomes a ticket: who is it, which contract and promise, who gets it.

use std::collections::BTreeSet;

use domain::access::{Actor, ActorRef, Contact, Right, Sees};
use domain::agreement::{Contract, contract_for};
use domain::field::{check_tags, check_values};
use domain::id::{ContactId, FileId, GroupId, ModuleId, OrgId, ProductId, StaffId, TicketId};
use domain::people::{Point, Requester, mail_domain, parse_requester};
use domain::routing::{RouteKind, RouteReason, Subject, pick_person, route};
use domain::sla::{Picked, choose_policy};
use domain::ticket::decide::{self, Body, Decision, Identity, Notice, Opening, Rules};
use domain::ticket::{Channel, Extra, Facts, IssueClass, Kind, Level, Severity, Ticket, format_number};
use domain::time::{Timestamp, plus_seconds};
use jiff::civil::Date;
use store::directory::{self, ContactRow};
use store::{Read, file, staff, ticket};

use crate::sweep::candidates;
use crate::{Desk, Error, FieldError, Result, Unit, noted, save_new};

/// A request as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTicket {
    /// What the customer calls the matter.
    pub title: String,
    /// The customer's words, unless `own_words`.
    pub body: Body,
    /// Whoever opens it says so in their own words.
    pub own_words: bool,
    /// Uploaded files.
    pub files: Vec<FileId>,
    /// Who asks: an address, a number, or a contact's id.
    pub requester: String,
    /// Name for a requester whom we do not know yet.
    pub requester_name: String,
    /// Kind.
    pub kind: Kind,
    /// Class.
    pub class: Option<IssueClass>,
    /// Severity; from the level, else general, if absent. A customer's wish is not one (K1).
    pub severity: Option<Severity>,
    /// Level.
    pub level: Option<Level>,
    /// Channel.
    pub channel: Channel,
    /// Product.
    pub product: Option<ProductId>,
    /// Module.
    pub module: Option<ModuleId>,
    /// Five facts.
    pub facts: Facts,
    /// Extra values.
    pub extra: Extra,
    /// Tags.
    pub tags: BTreeSet<String>,
    /// Group chosen by a person; else routing decides.
    pub group: Option<GroupId>,
    /// Person chosen by a person.
    pub assignee: Option<StaffId>,
    /// When it reached us, if not now.
    pub received_at: Option<Timestamp>,
    /// Why it is entered only now.
    pub received_reason: String,
    /// Number in the system from which it is imported.
    pub external_ref: Option<String>,
    /// Nobody is told by letter that it came: a machine would answer.
    pub quiet: bool,
    /// Fields that could not be read at all; said together with what else is wrong.
    pub misread: Vec<FieldError>,
}

impl NewTicket {
    /// The plainest request of a known contact.
    pub fn by_contact(contact: ContactId, title: String, body: Body, channel: Channel) -> Self {
        Self {
            title,
            body,
            own_words: false,
            files: Vec::new(),
            requester: contact.0,
            requester_name: String::new(),
            kind: Kind::Fault,
            class: None,
            severity: None,
            level: None,
            channel,
            product: None,
            module: None,
            facts: Facts::default(),
            extra: Extra::new(),
            tags: BTreeSet::new(),
            group: None,
            assignee: None,
            received_at: None,
            received_reason: String::new(),
            external_ref: None,
            quiet: false,
            misread: Vec::new(),
        }
    }
}

/// Opens a ticket.
///
/// # Errors
/// `Lacks`, `Invalid` with all wrong fields, `Refused`.
pub async fn open(desk: &Desk, who: &Actor, new: NewTicket) -> Result<Ticket> {
    desk.write(who, move |unit| Ok(open_in(unit, &new)?.ticket)).await
}

/// Opens a ticket within a unit of work.
///
/// # Errors
/// As [`open`].
pub fn open_in(unit: &mut Unit<'_, '_>, new: &NewTicket) -> Result<Decision> {
    let (contact, extra) = checked(unit, new)?;
    let opening = prepare(unit, new, &contact, extra)?;
    let zone = unit.rules.settings.zone();
    let year = opening.received_at.unwrap_or(unit.now).to_zoned(zone).year();
    let running = ticket::next_number(unit.work, year)?;
    let number = format_number(&unit.rules.settings.number_prefix, year, running);
    let identity = Identity { id: TicketId(unit.work.next_id()), number };
    let mut decision = decide::open(&unit.rules, identity, opening, unit.actor, unit.now)?;
    if new.quiet {
        decision.notices.retain(|n| !matches!(n, Notice::Letter { .. }));
    }
    save_new(unit, &decision)?;
    Ok(decision)
}

const MAX_TITLE: usize = 200;

/// Who asks and the extra values, if everything about the request is right; else all that is wrong.
fn checked(unit: &mut Unit<'_, '_>, new: &NewTicket) -> Result<(ContactRow, Extra)> {
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
    if let Err(issue) = check_tags(&new.tags) {
        field("tags", issue);
    }
    let late = new.received_at.is_some_and(|at| at < plus_seconds(unit.now, -60));
    if late && unit.actor.staff().is_some() && new.received_reason.trim().is_empty() {
        field("received_reason", "required");
    }
    if new.level == Some(Level::One) && new.severity == Some(Severity::General) {
        field("level", "level_needs_urgent");
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
            directory::contact(unit.work, &id)?.ok_or_else(|| Error::field("requester", "unknown"))
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
    let of_domain = |d| directory::organisation_of_domain(unit.work, d);
    let organisation = mail_domain(point).map(of_domain).transpose()?.flatten();
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
    let mine = unit.actor.reference();
    for id in &new.files {
        if !file::one(unit.work, id)?.is_some_and(|f| f.ticket.is_none() && f.by == mine) {
            wrong.push(FieldError::new("files", "unknown"));
            break;
        }
    }
    Ok(())
}

/// The extra values. A customer fills in what the portal asks; the rest is for staff. A letter has no fields.
fn extra(unit: &Unit<'_, '_>, new: &NewTicket) -> Result<Extra> {
    if new.channel == Channel::Mail && matches!(unit.actor, Actor::Contact(_)) && new.extra.is_empty() {
        return Ok(Extra::new());
    }
    let by_customer = matches!(unit.actor, Actor::Contact(_));
    let asked: Vec<_> = unit.rules.fields.iter().filter(|f| f.customer || !by_customer).cloned().collect();
    Ok(check_values(&asked, new.kind, new.product.as_ref(), &new.extra)?)
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

fn prepare(unit: &mut Unit<'_, '_>, new: &NewTicket, contact: &ContactRow, extra: Extra) -> Result<Opening> {
    let (contract, policy) = promise(unit, new, contact.organisation.as_ref())?;
    let severity = new.severity.unwrap_or(if new.level == Some(Level::One) {
        Severity::Urgent
    } else {
        Severity::General
    });
    let (group, assignee, because) = handling(unit, new, severity, contact.organisation.as_ref())?;
    let rev = unit.rules.newest.get(&policy.policy).map_or(0, |(_, rev)| *rev);
    let said_by = if new.own_words { unit.actor.reference() } else { ActorRef::Contact(contact.id.clone()) };
    Ok(Opening {
        said_by,
        title: new.title.clone(),
        body: new.body.clone(),
        files: new.files.clone(),
        kind: new.kind,
        class: new.class,
        severity,
        level: new.level,
        channel: new.channel,
        requester: contact.id.clone(),
        organisation: contact.organisation.clone(),
        contract: contract.map(|c| c.id),
        policy: (policy.policy, rev),
        policy_because: policy.because,
        product: new.product.clone(),
        module: new.module.clone(),
        facts: new.facts.clone(),
        extra,
        tags: new.tags.clone(),
        group,
        assignee,
        route: because,
        received_at: new.received_at,
        received_reason: new.received_reason.clone(),
        external_ref: new.external_ref.clone(),
    })
}

/// The contract that serves the request, and the promise.
fn promise(
    unit: &mut Unit<'_, '_>,
    new: &NewTicket,
    org: Option<&OrgId>,
) -> Result<(Option<Contract>, Picked)> {
    let on = new.received_at.unwrap_or(unit.now).to_zoned(unit.rules.settings.zone()).date();
    let rules = unit.rules.clone();
    promise_for(unit.work, &rules, org, new.product.as_ref(), on)
}

/// The contract that serves requests of an organisation for a product on a day, and the promise:
/// contract → customer → default.
///
/// # Errors
/// The store's.
pub fn promise_for(
    r: &mut Read<'_>,
    rules: &Rules,
    org: Option<&OrgId>,
    product: Option<&ProductId>,
    on: Date,
) -> Result<(Option<Contract>, Picked)> {
    let (mut contract, mut of_org) = (None, None);
    if let Some(org) = org {
        let all: Vec<_> = directory::contracts(r, org)?.into_iter().map(|c| c.contract).collect();
        contract = contract_for(&all, product, on).cloned();
        of_org = directory::organisation(r, org)?.and_then(|o| o.policy);
    }
    let named = contract.as_ref().and_then(|c| c.policy.as_ref());
    let picked = choose_policy(named, of_org.as_ref(), &rules.settings.default_policy);
    Ok((contract, picked))
}

/// Who gets it: a person's choice, else the routing rules, else the default group.
fn handling(
    unit: &mut Unit<'_, '_>,
    new: &NewTicket,
    severity: Severity,
    org: Option<&OrgId>,
) -> Result<(Option<GroupId>, Option<StaffId>, RouteReason)> {
    if new.group.is_some() || new.assignee.is_some() {
        let kind = match unit.actor {
            actor if actor.is_import() => RouteKind::Import,
            // Customers choose nobody; what they wrote came into a mailbox of the group.
            Actor::Contact(_) if new.channel == Channel::Mail => RouteKind::Mailbox,
            _ => RouteKind::Person,
        };
        return Ok((new.group.clone(), new.assignee.clone(), RouteReason { kind, text: String::new() }));
    }
    let subject = Subject {
        kind: new.kind,
        severity,
        class: new.class,
        product: new.product.as_ref(),
        organisation: org,
        channel: new.channel,
    };
    let routed = route(&unit.rules.routing, unit.rules.settings.default_group.as_ref(), &subject);
    let person = match (&routed.person, &routed.group) {
        (Some(rule), Some(group)) => {
            let members = staff::members(unit.work, group)?;
            let people: Vec<_> = staff::all(unit.work)?
                .into_iter()
                .filter(|s| s.active && members.contains(&s.id))
                .map(|s| (s.id, s.skills))
                .collect();
            pick_person(rule, &candidates(unit.work, people.into_iter())?).cloned()
        }
        _ => None,
    };
    Ok((routed.group, person, routed.because))
}

/// The actor for a contact's row.
pub fn contact_actor(c: &ContactRow) -> Actor {
    Actor::Contact(Contact {
        id: c.id.clone(),
        name: c.name.clone(),
        organisation: c.organisation.clone(),
        sees: c.sees,
    })
}
