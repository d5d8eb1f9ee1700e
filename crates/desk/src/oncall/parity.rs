//! Whether a rota holds, in a block of days off, the response of workdays that contracts promise (S2-53).

use std::collections::BTreeSet;

use domain::calendar::Calendar;
use domain::id::{GroupId, StaffId};
use domain::oncall::{Block, Load, Shift, Weak, load, parity, promised_hours};
use domain::sla::{Milestone, choose_policy};
use domain::ticket::decide::Rules;
use domain::ticket::{Kind, Severity};
use domain::time::{Timestamp, from_seconds, to_seconds};
use jiff::ToSpan;
use store::directory::{self, ParityRow};
use store::oncall::{self, RotaRow};
use store::{Read, staff};

use super::holiday::start;
use super::{Standing, active};
use crate::Result;

/// The past that the load is taken from.
const PAST_DAYS: i64 = 365;
const HOUR_S: i64 = 3600;

/// What came of the check; there is none where no contract promises parity.
#[derive(Debug, Clone, PartialEq)]
pub struct ParityCheck {
    /// The contracts that promise it.
    pub contracts: Vec<ParityRow>,
    /// What is expected, and what a person takes.
    pub load: Load,
    /// Where it is not held; nowhere is what they were promised.
    pub weak: Vec<Weak>,
}

/// Checks the shifts of a block.
///
/// # Errors
/// The store's.
pub(super) fn check(
    r: &mut Read<'_>,
    rules: &Rules,
    standing: &Standing,
    (block, shifts): (Block, &[Shift]),
    confirmed: &BTreeSet<StaffId>,
) -> Result<Option<ParityCheck>> {
    let contracts = directory::parity_contracts(r, (block.first, block.last))?;
    if contracts.is_empty() {
        return Ok(None);
    }
    let (zone, days) = (rules.settings.zone(), standing.roster().rota.days());
    let (groups, people) = served(r, &standing.row)?;
    let today = r.now().to_zoned(zone.clone()).date();
    let first = today.saturating_sub(PAST_DAYS.days());
    let came = oncall::came(r, (start(&zone, first), start(&zone, today)))?;
    let came: Vec<(Timestamp, u32)> = came
        .into_iter()
        .filter(|(group, ..)| group.as_ref().is_none_or(|g| groups.contains(g)))
        .map(|(_, at, n)| (at, n))
        .collect();
    let load = load(&came, days, &zone, (first, today), people);
    let calendars = calendars(r, rules, &contracts)?;
    let weak = match (shifts.first(), shifts.last()) {
        (Some(a), Some(b)) => {
            let hours = promised_hours(&calendars, &zone, (next_hour(a.from), b.until));
            parity(&hours, shifts, confirmed, &load, &zone)
        }
        _ => Vec::new(),
    };
    Ok(Some(ParityCheck { contracts, load, weak }))
}

/// The first whole hour from an instant on.
fn next_hour(at: Timestamp) -> Timestamp {
    let s = to_seconds(at);
    from_seconds(s + (-s).rem_euclid(HOUR_S))
}

/// The calendars in which the contracts count the first response of ordinary cases.
fn calendars<'a>(r: &mut Read<'_>, rules: &'a Rules, contracts: &[ParityRow]) -> Result<Vec<&'a Calendar>> {
    let mut found = BTreeSet::new();
    for c in contracts {
        let of_org = directory::organisation(r, &c.organisation)?.and_then(|o| o.policy);
        let picked = choose_policy(c.policy.as_ref(), of_org.as_ref(), &rules.settings.default_policy);
        let newest = rules.newest.get(&picked.policy).map(|(_, rev)| (picked.policy.clone(), *rev));
        let doc = newest.and_then(|key| rules.policies.get(&key));
        let target = doc.and_then(|d| d.target(Milestone::Response, Kind::Fault, Severity::General, None));
        found.extend(target.map(|t| t.calendar.clone()));
    }
    Ok(found.iter().filter_map(|id| rules.calendar(id)).collect())
}

/// The groups that a rota serves, and how many people share their workdays.
fn served(r: &mut Read<'_>, row: &RotaRow) -> Result<(BTreeSet<GroupId>, u32)> {
    let mut groups = row.doc.groups.clone();
    if groups.is_empty() {
        let others: BTreeSet<GroupId> = oncall::in_force(r)?.into_iter().flat_map(|o| o.doc.groups).collect();
        let all = staff::groups(r)?.into_iter().filter(|g| g.active && !others.contains(&g.id));
        groups = all.map(|g| g.id).collect();
    }
    let able = active(r)?;
    let mut people = BTreeSet::new();
    for group in &groups {
        people.extend(staff::members(r, group)?.into_iter().filter(|p| able.contains(p)));
    }
    Ok((groups, u32::try_from(people.len()).unwrap_or(u32::MAX)))
}
