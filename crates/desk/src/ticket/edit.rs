//! Classification, severity, and the work on the case that is not a message.

use std::collections::BTreeSet;

use domain::access::{Action, Actor};
use domain::appointment::Follow;
use domain::field::{check_tags, check_values};
use domain::id::{ModuleId, ProductId, StaffId};
use domain::ticket::clash;
use domain::ticket::decide::{self, Case, Decision, Edit, Reclassify, Refusal};
use domain::ticket::{Cause, Change, EditField, Extra, Facts, IssueClass, Kind, PlanStep, Ticket};
use domain::time::{Timestamp, plus_seconds};
use store::{directory, staff, ticket};

use super::allowed;
use super::complaint::stands_apart;
use crate::at::{About, at, issue};
use crate::intake::check_module;
use crate::{Desk, Error, FieldError, Result, Unit, load_case, save};

/// Fields to be edited; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditInput {
    /// The version that the editor saw.
    pub seen: Option<i64>,
    /// Title.
    pub title: Option<String>,
    /// Kind.
    pub kind: Option<Kind>,
    /// Issue class.
    pub class: Option<Option<IssueClass>>,
    /// Product.
    pub product: Option<Option<ProductId>>,
    /// Module.
    pub module: Option<Option<ModuleId>>,
    /// Five facts.
    pub facts: Option<Facts>,
    /// Extra values; replaces all.
    pub extra: Option<Extra>,
    /// Tags; replaces all.
    pub tags: Option<BTreeSet<String>>,
    /// Watchers; replaces all.
    pub watchers: Option<BTreeSet<StaffId>>,
    /// How and when the customer wants to be reached.
    pub follow: Option<Option<Follow>>,
    /// Fields in which the editor has seen somebody else's newer value and wants this one all the same.
    pub settled: Vec<EditField>,
}

impl EditInput {
    /// The same without some fields.
    fn without(mut self, fields: &[EditField]) -> Self {
        for field in fields {
            match field {
                EditField::Title => self.title = None,
                EditField::Kind => self.kind = None,
                EditField::Class => self.class = None,
                EditField::Product => self.product = None,
                EditField::Module => self.module = None,
                EditField::Facts => self.facts = None,
                EditField::Extra => self.extra = None,
                EditField::Tags => self.tags = None,
                EditField::Watchers => self.watchers = None,
                EditField::Follow => self.follow = None,
                _ => {}
            }
        }
        self
    }
}

/// Edits fields. If somebody has changed one of the same fields since the editor looked, both values come back
/// as `Stale`; a change of other fields is no conflict, and a field that still holds what the editor saw stays theirs.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`, `Stale`, `Refused`.
pub async fn edit(desk: &Desk, who: &Actor, number: &str, input: EditInput) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Classify, &case.ticket)?;
        let edit = prepare(unit, &case, &input)?;
        let mut decision = decide::classify(&case, edit, unit.actor, unit.now)?;
        let left = untouched(unit, &case, (input.seen, &input.settled), &decision)?;
        if !left.is_empty() {
            let edit = prepare(unit, &case, &input.clone().without(&left))?;
            decision = decide::classify(&case, edit, unit.actor, unit.now)?;
        }
        if let Some(person) =
            decision.ticket.assignee.as_ref().filter(|_| becomes_complaint(&case, &decision))
        {
            stands_apart(unit, &decision.ticket, person)?;
        }
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
    .map_err(at(&[(Refusal::EmptyText, "title"), (Refusal::KindHasLevel, "kind")]))
}

fn becomes_complaint(case: &Case, decision: &Decision) -> bool {
    case.ticket.kind != Kind::Complaint && decision.ticket.kind == Kind::Complaint
}

fn prepare(unit: &mut Unit<'_, '_>, case: &Case, input: &EditInput) -> Result<Edit> {
    let (kind, product) =
        (input.kind.unwrap_or(case.ticket.kind), input.product.as_ref().unwrap_or(&case.ticket.product));
    if let Some(p) = product
        && !directory::products(unit.work)?.iter().any(|row| row.id == *p)
    {
        return Err(Error::field("product", "unknown"));
    }
    // A module that is given must be of the product; one of an earlier product goes with it.
    let (given, had) = (input.module.as_ref(), case.ticket.module.as_ref());
    let fits = check_module(unit.work, product.as_ref(), given.map_or(had, Option::as_ref));
    let module = match given {
        None if input.product.is_some() && fits.is_err() => Some(None),
        None => None,
        Some(module) => fits.map(|()| Some(module.clone()))?,
    };
    if let Some(Err(issue)) = input.tags.as_ref().map(check_tags) {
        return Err(Error::field("tags", issue));
    }
    if input.follow.iter().flatten().any(Follow::is_too_long) {
        return Err(Error::field("follow_when", "too_long"));
    }
    let extra = extra(unit, case, input, kind, product.as_ref())?;
    if let Some(watchers) = &input.watchers {
        for id in watchers {
            staff::one(unit.work, id)?.ok_or_else(|| Error::field("watchers", "unknown"))?;
        }
    }
    let input = input.clone();
    Ok(Edit {
        title: input.title,
        kind: input.kind,
        class: input.class,
        product: input.product,
        module,
        facts: input.facts,
        extra,
        tags: input
            .tags
            .map(|t| t.into_iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()),
        watchers: input.watchers,
        follow: input.follow,
    })
}

/// Extra values that are given are checked whole; where kind or product change, those stay that still apply, and what
/// is asked for then must be there.
fn extra(
    unit: &Unit<'_, '_>,
    case: &Case,
    input: &EditInput,
    kind: Kind,
    product: Option<&ProductId>,
) -> Result<Option<Extra>> {
    let fields = &unit.rules.fields;
    let moved = kind != case.ticket.kind || product != case.ticket.product.as_ref();
    let given = match &input.extra {
        Some(given) => given.clone(),
        None if moved => {
            let applies = |key: &String| fields.iter().any(|f| f.key == *key && f.applies(kind, product));
            case.ticket.extra.clone().into_iter().filter(|(key, _)| applies(key)).collect()
        }
        None => return Ok(None),
    };
    let kept = check_values(fields, kind, product, &given);
    Ok(Some(kept.map_err(|wrong| Error::of_values(wrong, fields))?))
}

/// Fields that were not touched although others have changed them since; `Stale` with both values if one clashes.
fn untouched(
    unit: &mut Unit<'_, '_>,
    case: &Case,
    (seen, settled): (Option<i64>, &[EditField]),
    decision: &Decision,
) -> Result<Vec<EditField>> {
    let Some(seen) = seen.filter(|v| *v < case.ticket.version) else { return Ok(Vec::new()) };
    let since = ticket::events(unit.work, &case.ticket.id, seen, 1000)?;
    clash::untouched(&since, &decision.events, settled).map_err(|c| Error::Stale {
        field: c.field.to_string(),
        mine: c.mine,
        theirs: c.theirs,
    })
}

/// For longer than this no raise is taken back as a slip.
const RECENT_S: i64 = 600;

const SEVERITY: &[About] = &[
    (Refusal::NeedsReason, "reason"),
    (Refusal::LevelNeedsUrgent, "level"),
    (Refusal::LevelNeedsFault, "level"),
];

/// Changes severity and level, with the mode in which the promises follow.
///
/// # Errors
/// As [`edit`].
pub async fn set_severity(desk: &Desk, who: &Actor, number: &str, to: Reclassify) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Classify, &case.ticket)?;
        let recent = plus_seconds(unit.now, -RECENT_S);
        let history = ticket::course_of_severity(unit.work, &case.ticket.id, recent)?;
        let decision = decide::set_severity(&case, &to, &history, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
    .map_err(at(SEVERITY))
}

/// What was found out; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceInput {
    /// The version that the editor saw.
    pub seen: Option<i64>,
    /// Where the cause lies.
    pub cause: Option<Option<Cause>>,
    /// Way round.
    pub workaround: Option<String>,
    /// Remark of the problem log.
    pub remark: Option<String>,
    /// As in [`EditInput`].
    pub settled: Vec<EditField>,
}

impl ServiceInput {
    fn without(mut self, fields: &[EditField]) -> Self {
        for field in fields {
            match field {
                EditField::Cause => self.cause = None,
                EditField::Workaround => self.workaround = None,
                EditField::Remark => self.remark = None,
                _ => {}
            }
        }
        self
    }
}

/// Cause, way round, remark. Clashes are found as in [`edit`].
///
/// # Errors
/// As [`edit`].
pub async fn edit_service(desk: &Desk, who: &Actor, number: &str, input: ServiceInput) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Resolve, &case.ticket)?;
        let decide = |input: ServiceInput, actor: &Actor, now| {
            decide::edit_service(&case, input.cause, input.workaround, input.remark, actor, now)
        };
        let mut decision = decide(input.clone(), unit.actor, unit.now)?;
        let left = untouched(unit, &case, (input.seen, &input.settled), &decision)?;
        if !left.is_empty() {
            decision = decide(input.clone().without(&left), unit.actor, unit.now)?;
        }
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

/// The fix plan with its dates, over the version that the editor `seen`; `None` replaces whatever there is.
///
/// # Errors
/// As [`edit`].
pub async fn plan(
    desk: &Desk,
    who: &Actor,
    number: &str,
    steps: Vec<PlanStep>,
    seen: Option<i64>,
) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Resolve, &case.ticket)?;
        let decision = decide::plan(&case, steps.clone(), unit.actor, unit.now)?;
        let newer = match seen.filter(|v| *v < case.ticket.version && !decision.is_nothing()) {
            Some(seen) => ticket::events(unit.work, &case.ticket.id, seen, 1000)?,
            None => Vec::new(),
        };
        if newer.iter().any(|e| matches!(e.change, Change::Planned { .. })) {
            let (mine, theirs) = (PlanStep::text(&steps), PlanStep::text(&case.ticket.plan));
            return Err(Error::Stale { field: "plan".to_owned(), mine, theirs });
        }
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
    .map_err(at(&[(Refusal::EmptyText, "plan")]))
}

/// A contact outside the system, by telephone or on site.
///
/// # Errors
/// As [`edit`]; `Invalid` with all that is wrong.
pub async fn contact_recorded(
    desk: &Desk,
    who: &Actor,
    number: &str,
    when: Option<Timestamp>,
    note: String,
    on_site: bool,
) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Reply, &case.ticket)?;
        let of_note = match note.trim().chars().count() {
            0 => Some("required"),
            n if n > decide::LONGEST_NOTE => Some("too_long"),
            _ => None,
        };
        let of_time = decide::happened(&case, when, unit.actor, unit.now).err().map(issue);
        let wrong = [("note", of_note), ("at", of_time)];
        let wrong: Vec<_> = wrong.into_iter().filter_map(|(f, i)| Some(FieldError::new(f, i?))).collect();
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let decision = decide::contacted(&case, when, &note, on_site, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

const ATTEND: &[About] = &[(Refusal::InFuture, "at"), (Refusal::BeforeReceived, "at")];

/// A technician begins to work.
///
/// # Errors
/// As [`edit`].
pub async fn attend(
    desk: &Desk,
    who: &Actor,
    number: &str,
    when: Option<Timestamp>,
    on_site: bool,
) -> Result<Ticket> {
    desk.verb(who, number, Action::Reply, move |case, who, now| decide::attend(case, when, on_site, who, now))
        .await
        .map_err(at(ATTEND))
}
