//! Repeated misses are looked for when a supervisor asks, proposed with evidence, objected to, and decided.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Actor, Right, Scope};
use domain::conduct::{Miss, Stand, evidence, step};
use domain::id::StaffId;
use domain::oncall::News;
use domain::report::{Ask, Filter, Grouping, NOBODY, Period, Report, Sheet};
use domain::sla::Milestone;
use jiff::ToSpan;
use serde_json::{Value, json};
use store::conduct::{self, ConductRow};
use store::report::{CHUNK, Find, Wanted, histories, tickets};
use store::{Read, staff};

use crate::admin::{need, record};
use crate::case::supervisors;
use crate::oncall::tell;
use crate::report::may_appraise;
use crate::{Desk, Error, Result, Unit};

const MAX_TEXT: usize = 5_000;
/// Tickets that are looked at at most.
const MAX_TICKETS: i64 = 100_000;

/// A proposal with those of its misses that were excused since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The proposal.
    pub row: ConductRow,
    /// Ticket and cycle of what was excused since.
    pub excused: BTreeSet<(String, u32)>,
}

impl Shown {
    fn load(r: &mut Read<'_>, row: ConductRow) -> Result<Self> {
        let mut excused = BTreeSet::new();
        for m in &row.misses {
            if conduct::is_excused(r, m)? {
                excused.insert((m.number.clone(), m.cycle));
            }
        }
        Ok(Self { row, excused })
    }

    fn left(&self) -> usize {
        self.row.misses.len() - self.excused.len()
    }
}

/// The proposals that a reader may see: a supervisor all, whoever else asks those about themselves.
///
/// # Errors
/// `NotFound` for customers, `Lacks` where all are asked for without the right.
pub async fn proposals(desk: &Desk, who: &Actor, own: bool) -> Result<Vec<Shown>> {
    if !own {
        may_appraise(who)?;
    }
    let me = who.staff().map(|s| s.id.clone());
    desk.read(move |r| {
        let rows = match (own, me) {
            (false, _) => conduct::all(r)?,
            (true, Some(me)) => conduct::of(r, &me)?,
            (true, None) => return Err(Error::NotFound),
        };
        rows.into_iter().map(|row| Shown::load(r, row)).collect()
    })
    .await
}

/// Looks for people whose misses make a proposal; answers how many were made. To look again is harmless.
///
/// # Errors
/// `Lacks`; a period with too many tickets is a wrong `miss_days`.
pub async fn look(desk: &Desk, who: &Actor) -> Result<usize> {
    may_appraise(who)?;
    desk.write(who, |unit| {
        need(unit, Right::TicketExcuse)?;
        let s = &unit.rules.settings;
        let (enough, days, consequence) = (s.miss_count, s.miss_days, s.miss_consequence);
        let named: BTreeSet<(String, u32)> = conduct::all(unit.work)?
            .into_iter()
            .flat_map(|p| p.misses.into_iter().map(|m| (m.number, m.cycle)))
            .collect();
        let mut made = 0;
        for (person, misses) in missed(unit, days)? {
            let Some(misses) = evidence(&misses, &named, enough) else { continue };
            if !staff::one(unit.work, &person)?.is_some_and(|s| s.active) {
                continue;
            }
            let row = ConductRow {
                id: unit.work.next_id(),
                person: person.clone(),
                consequence,
                enough,
                days,
                misses,
                state: Stand::Proposed,
                made_at: unit.now,
                objection: String::new(),
                objected_at: None,
                reason: String::new(),
                decided_by: None,
                decided_at: None,
            };
            conduct::add(unit.work, &row)?;
            record(unit, ("conduct", &row.id), &None::<Value>, &said(&row))?;
            tell(unit, [person.clone()], &News::Conduct { state: Stand::Proposed, person })?;
            made += 1;
        }
        Ok(made)
    })
    .await
}

/// The first responses that people missed in the last days; excused ones are none.
fn missed(unit: &mut Unit<'_, '_>, days: u32) -> Result<BTreeMap<StaffId, Vec<Miss>>> {
    let zone = unit.rules.settings.zone();
    let today = unit.now.to_zoned(zone.clone()).date();
    let first = today.saturating_sub((i64::from(days) - 1).max(0).days());
    let period = Period::days(first, today).ok_or(Error::NotFound)?;
    let filter = Filter { milestone: Some(Milestone::Response), ..Filter::default() };
    let by = Grouping::Person;
    let ask = Ask { by, filter, ..Ask::usual(Report::Attainment, period, zone, unit.now) };
    let (from, until) = period.instants(&ask.zone);
    let wanted = Wanted { find: Find::Promises, from, until, organisation: None };
    let found = tickets(unit.work, &Scope::All, &wanted, MAX_TICKETS + 1)?;
    if i64::try_from(found.len()).is_ok_and(|n| n > MAX_TICKETS) {
        return Err(Error::field("miss_days", "too_long"));
    }
    let mut sheet = Sheet::default();
    for chunk in found.chunks(CHUNK) {
        sheet.take(&ask, &histories(unit.work, chunk, &ask.kinds())?);
    }
    let column = ask.report.column("missed").ok_or(Error::NotFound)?;
    let mut misses = BTreeMap::new();
    for key in sheet.rows.keys().filter(|k| *k != NOBODY) {
        let miss = |e: &domain::report::Entry| {
            let number = sheet.cases.get(e.case)?.number.clone();
            Some(Miss { due_at: e.at, number, cycle: e.cycle })
        };
        let all: Vec<Miss> = sheet.behind(column, Some(key)).into_iter().filter_map(miss).collect();
        misses.insert(StaffId::from(key.as_str()), all);
    }
    Ok(misses)
}

fn text(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim().to_owned();
    match text.chars().count() {
        0 => Err(Error::field(field, "required")),
        n if n > MAX_TEXT => Err(Error::field(field, "too_long")),
        _ => Ok(text),
    }
}

fn refused(issue: &'static str) -> Error {
    Error::field("state", issue)
}

/// The person objects. The supervisors are told.
///
/// # Errors
/// `NotFound` unless it is about oneself, `Invalid` without a text or when it cannot be any more.
pub async fn object(desk: &Desk, who: &Actor, id: String, said_text: String) -> Result<()> {
    desk.write(who, move |unit| {
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        let row = conduct::one(unit.work, &id)?.filter(|p| p.person == me).ok_or(Error::NotFound)?;
        let objection = text("objection", &said_text)?;
        let shown = Shown::load(unit.work, row.clone())?;
        step((row.state, Stand::Objected), (row.made_at, unit.now), (shown.left(), row.enough))
            .map_err(refused)?;
        conduct::object(unit.work, &id, &objection)?;
        let after = ConductRow { state: Stand::Objected, objection, ..row.clone() };
        record(unit, ("conduct", &id), &said(&row), &said(&after))?;
        let to: Vec<StaffId> = supervisors(unit)?.into_iter().filter(|p| *p != me).collect();
        tell(unit, to, &News::Conduct { state: Stand::Objected, person: me })
    })
    .await
}

/// A supervisor upholds or drops a proposal, never one about themselves. The person is told.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` without a reason or when it cannot be.
pub async fn decide(desk: &Desk, who: &Actor, id: String, state: Stand, why: String) -> Result<()> {
    may_appraise(who)?;
    desk.write(who, move |unit| {
        need(unit, Right::TicketExcuse)?;
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        let row = conduct::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        let reason = text("reason", &why)?;
        if row.person == me || !state.is_decided() {
            return Err(refused(if row.person == me { "own_case" } else { "bad_value" }));
        }
        let shown = Shown::load(unit.work, row.clone())?;
        step((row.state, state), (row.made_at, unit.now), (shown.left(), row.enough)).map_err(refused)?;
        conduct::decide(unit.work, &id, (state, &reason, &me))?;
        let after = ConductRow { state, reason, ..row.clone() };
        record(unit, ("conduct", &id), &said(&row), &said(&after))?;
        tell(unit, [row.person.clone()], &News::Conduct { state, person: row.person })
    })
    .await
}

fn said(row: &ConductRow) -> Value {
    let misses: Vec<&str> = row.misses.iter().map(|m| m.number.as_str()).collect();
    json!({"person": row.person, "consequence": row.consequence, "state": row.state, "tickets": misses,
        "objection": row.objection, "reason": row.reason})
}
