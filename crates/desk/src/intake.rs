//! A request becomes a ticket: who is it, which contract and promise, who gets it.

use std::collections::BTreeSet;

use domain::access::{Actor, ActorRef, Contact};
use domain::agreement::{Contract, contract_for};
use domain::appointment::Follow;
use domain::id::{ContactId, FileId, GroupId, ModuleId, OrgId, ProductId, StaffId, TicketId};
use domain::kit::parse_code;
use domain::routing::{RouteKind, RouteReason, Subject, pick_person, route};
use domain::sla::{Picked, choose_policy};
use domain::ticket::decide::{self, Body, Decision, FirstContact, Identity, Notice, Opening, Refusal, Rules};
use domain::ticket::{Channel, Extra, Facts, IssueClass, Kind, Level, Severity, Ticket, format_number};
use domain::time::Timestamp;
use jiff::civil::Date;
use store::directory::{self, ContactRow};
use store::{Read, kit, staff, ticket};

use crate::at::at;
use crate::sweep::candidates;
use crate::{Desk, FieldError, Result, Unit, save_new};

mod checks;

pub(crate) use checks::{check_module, new_contact};

/// When the customer was reached first, and by whom of ours; by whoever enters it if nobody is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FirstTold {
    /// When.
    pub at: Option<Timestamp>,
    /// By whom.
    pub by: Option<StaffId>,
}

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
    /// The first contact that had been by then, if somebody says so.
    pub first_contact: FirstTold,
    /// Number in the system from which it is imported.
    pub external_ref: Option<String>,
    /// How and when the customer wants to be reached.
    pub follow: Option<Follow>,
    /// The code of what the caller had prepared; it is used up.
    pub prepared: Option<String>,
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
            first_contact: FirstTold::default(),
            external_ref: None,
            follow: None,
            prepared: None,
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
    let title = &[(Refusal::EmptyText, "title")];
    desk.write(who, move |unit| Ok(open_in(unit, &new)?.ticket)).await.map_err(at(title))
}

/// Opens a ticket within a unit of work.
///
/// # Errors
/// As [`open`].
pub fn open_in(unit: &mut Unit<'_, '_>, new: &NewTicket) -> Result<Decision> {
    let (contact, extra) = checks::checked(unit, new)?;
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
    if let Some(code) = new.prepared.as_deref().and_then(parse_code) {
        kit::remove(unit.work, &code)?;
    }
    Ok(decision)
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
    let me = unit.actor.staff().map(|s| &s.id);
    let told = &new.first_contact;
    let first_contact =
        told.at.zip(told.by.as_ref().or(me)).map(|(at, by)| FirstContact { at, by: by.clone() });
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
        first_contact,
        external_ref: new.external_ref.clone(),
        follow: new.follow.clone(),
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

/// Who gets it: a person's choice, else the routing rules, else the default group. They also give the group of a
/// person who was chosen without one.
fn handling(
    unit: &mut Unit<'_, '_>,
    new: &NewTicket,
    severity: Severity,
    org: Option<&OrgId>,
) -> Result<(Option<GroupId>, Option<StaffId>, RouteReason)> {
    let subject = Subject {
        kind: new.kind,
        severity,
        class: new.class,
        product: new.product.as_ref(),
        organisation: org,
        channel: new.channel,
    };
    let routed = route(&unit.rules.routing, unit.rules.settings.default_group.as_ref(), &subject);
    if new.group.is_some() || new.assignee.is_some() {
        let group = new.group.clone().or_else(|| routed.group.clone());
        let kind = match unit.actor {
            actor if actor.is_import() => RouteKind::Import,
            // Customers choose nobody; what they wrote came into a mailbox of the group.
            Actor::Contact(_) if new.channel == Channel::Mail => RouteKind::Mailbox,
            _ => RouteKind::Person,
        };
        return Ok((group, new.assignee.clone(), RouteReason { kind, text: String::new() }));
    }
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
