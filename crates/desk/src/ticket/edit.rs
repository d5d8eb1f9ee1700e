//! Classification, severity, and the work on the case that is not a message.

use std::collections::BTreeSet;

use domain::access::{Action, Actor, may};
use domain::agreement::contract_for;
use domain::field::check_values;
use domain::id::{ModuleId, ProductId, StaffId};
use domain::ticket::decide::{self, Case, Edit, Reclassify};
use domain::ticket::{Cause, Change, EditField, Extra, Facts, IssueClass, Kind, PlanStep, Ticket};
use domain::time::Timestamp;
use store::{directory, staff, ticket};

use crate::{Desk, Error, Result, Unit, load_case, save};

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
    /// Fields in which the editor has seen somebody else's newer value and wants this one all the same.
    pub settled: Vec<EditField>,
}

/// Edits fields. If somebody has changed one of the same fields since the editor looked, both values come back
/// as `Stale`; a change of other fields is no conflict.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`, `Stale`, `Refused`.
pub async fn edit(desk: &Desk, who: &Actor, number: &str, input: EditInput) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Classify, &case.ticket)?;
        let edit = prepare(unit, &case, &input)?;
        let decision = decide::classify(&case, edit, unit.actor, unit.now)?;
        refuse_stale(unit, &case, &input, &decision.events)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

fn prepare(unit: &mut Unit<'_, '_>, case: &Case, input: &EditInput) -> Result<Edit> {
    let (kind, product) =
        (input.kind.unwrap_or(case.ticket.kind), input.product.as_ref().unwrap_or(&case.ticket.product));
    if let Some(p) = product
        && !directory::products(unit.work)?.iter().any(|row| row.id == *p)
    {
        return Err(Error::field("product", "unknown"));
    }
    let extra = input
        .extra
        .as_ref()
        .map(|e| check_values(&unit.rules.fields, kind, product.as_ref(), e))
        .transpose()?;
    let contract = match (&input.product, &case.ticket.organisation) {
        (Some(product), Some(org)) => {
            let all: Vec<_> = directory::contracts(unit.work, org)?.into_iter().map(|c| c.contract).collect();
            let on = case.ticket.received_at.to_zoned(unit.rules.settings.zone()).date();
            Some(contract_for(&all, product.as_ref(), on).map(|c| c.id.clone()))
        }
        _ => None,
    };
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
        module: input.module,
        contract,
        facts: input.facts,
        extra,
        tags: input
            .tags
            .map(|t| t.into_iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()),
        watchers: input.watchers,
    })
}

/// Compares the fields of this edit with those that were edited after the version that the editor saw.
fn refuse_stale(
    unit: &mut Unit<'_, '_>,
    case: &Case,
    input: &EditInput,
    mine: &[domain::ticket::Event],
) -> Result<()> {
    let Some(seen) = input.seen.filter(|v| *v < case.ticket.version) else { return Ok(()) };
    let field = |c: &Change| -> Option<(EditField, String)> {
        if let Change::Edited { field, to, .. } = c { Some((*field, to.clone())) } else { None }
    };
    let since = ticket::events(unit.work, &case.ticket.id, seen, 1000)?;
    let theirs: Vec<_> = since.iter().filter_map(|e| field(&e.change)).collect();
    let mine: Vec<_> =
        mine.iter().filter_map(|e| field(&e.change)).filter(|(f, _)| !input.settled.contains(f)).collect();
    let clash =
        mine.iter().find_map(|(f, m)| theirs.iter().rev().find(|(g, _)| f == g).map(|(_, t)| (f, m, t)));
    match clash {
        Some((field, mine, theirs)) => {
            Err(Error::Stale { field: field.to_string(), mine: mine.clone(), theirs: theirs.clone() })
        }
        None => Ok(()),
    }
}

/// Events among which a raise is looked for that may be taken back: more than happen in five minutes.
const RECENT: i64 = 200;

/// Changes severity and level, with the mode in which the promises follow.
///
/// # Errors
/// As [`edit`].
pub async fn set_severity(desk: &Desk, who: &Actor, number: &str, to: Reclassify) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Classify, &case.ticket)?;
        let recent = ticket::events(unit.work, &case.ticket.id, case.ticket.version - RECENT, RECENT)?;
        let last = recent.iter().rfind(|e| matches!(e.change, Change::SeverityChanged { .. }));
        let decision = decide::set_severity(&case, &to, last, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

/// Cause, way round, remark.
///
/// # Errors
/// As [`edit`].
pub async fn edit_service(
    desk: &Desk,
    who: &Actor,
    number: &str,
    cause: Option<Option<Cause>>,
    workaround: Option<String>,
    remark: Option<String>,
) -> Result<Ticket> {
    let decide = move |case: &_, who: &_, now| {
        decide::edit_service(case, cause, workaround.clone(), remark.clone(), who, now)
    };
    desk.verb(who, number, Action::Resolve, decide).await
}

/// The fix plan with its dates.
///
/// # Errors
/// As [`edit`].
pub async fn plan(desk: &Desk, who: &Actor, number: &str, steps: Vec<PlanStep>) -> Result<Ticket> {
    desk.verb(who, number, Action::Resolve, move |case, who, now| decide::plan(case, steps.clone(), who, now))
        .await
}

/// A contact outside the system, by telephone for example.
///
/// # Errors
/// As [`edit`].
pub async fn contact_recorded(
    desk: &Desk,
    who: &Actor,
    number: &str,
    at: Option<Timestamp>,
    note: String,
) -> Result<Ticket> {
    desk.verb(who, number, Action::Reply, move |case, who, now| decide::contacted(case, at, &note, who, now))
        .await
}

/// A technician begins to work.
///
/// # Errors
/// As [`edit`].
pub async fn attend(
    desk: &Desk,
    who: &Actor,
    number: &str,
    at: Option<Timestamp>,
    on_site: bool,
) -> Result<Ticket> {
    desk.verb(who, number, Action::Reply, move |case, who, now| decide::attend(case, at, on_site, who, now))
        .await
}
