//! Who was there in a past time, by the rotas as they stood then; and who would have been by another rota.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{CalendarId, GroupId, RotaId, StaffId};
use domain::oncall::{Drafts, Moved, Presence, RotaDoc, RotaState, Shift, moved};
use domain::sla::Pause;
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::oncall::{self, RotaRow};
use store::{Read, staff};

use super::{Standing, rota_of};
use crate::{Error, Result};

/// Changes of rotas that are read at once.
const PAGE: i64 = 200;

/// By what people would have been on duty, whatever the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherRota {
    /// Nobody is on call: people are there in the service hours of the house.
    Nobody,
    /// A rota as it is now, as if it had always been in force.
    Rota(RotaId),
}

/// Who was there from one instant to another, and who would have been.
pub(crate) struct Duties {
    span: (Timestamp, Timestamp),
    /// When somebody is there: by the other rota first, then as it was for groups.
    worlds: Vec<Presence>,
    of_group: BTreeMap<Option<GroupId>, usize>,
    shifts: Vec<Shift>,
    /// The same within the hours of calendars, as they are asked for.
    counting: BTreeMap<(usize, CalendarId), Presence>,
}

/// The other rota.
const OTHER: usize = 0;

/// Rotas that stood for a time.
struct Stood {
    span: (Timestamp, Timestamp),
    rotas: Vec<RotaRow>,
}

/// A rota as the history of the house keeps it. In older lines each was in force.
#[derive(Deserialize)]
struct Said {
    name: String,
    doc: RotaDoc,
    #[serde(default)]
    state: Option<RotaState>,
}

impl Duties {
    /// Loads a time. In the service hours of the house somebody is there for every group.
    ///
    /// # Errors
    /// The store's; `Invalid` for a rota that is not there.
    pub(crate) fn load(
        r: &mut Read<'_>,
        rules: &Rules,
        other: &OtherRota,
        span: (Timestamp, Timestamp),
    ) -> Result<Self> {
        let house = rules.calendar(&rules.settings.silence_calendar).ok_or(Error::NotFound)?;
        let house = Presence::new(house.spans(span.0, span.1));
        let everybody: BTreeSet<StaffId> = staff::all(r)?.into_iter().map(|s| s.id).collect();
        let shifts = match other {
            OtherRota::Nobody => Vec::new(),
            OtherRota::Rota(id) => {
                let row = oncall::one(r, id)?.ok_or_else(|| Error::field("rota", "unknown"))?;
                let begun = span.0.to_zoned(TimeZone::UTC).date().saturating_sub(2.days());
                let row = RotaRow { doc: row.doc.in_force_by(begun), ..row };
                shifts_of(r, rules, row, span, &everybody)?
            }
        };
        let mut duties = Self {
            span,
            worlds: vec![Presence::of(&shifts).or(&house)],
            of_group: BTreeMap::new(),
            shifts,
            counting: BTreeMap::new(),
        };
        duties.as_it_was(r, rules, &house, &everybody)?;
        Ok(duties)
    }

    /// Groups that had the same rotas share what was there.
    fn as_it_was(
        &mut self,
        r: &mut Read<'_>,
        rules: &Rules,
        house: &Presence,
        everybody: &BTreeSet<StaffId>,
    ) -> Result<()> {
        let stood = stood(r, self.span)?;
        let mut alike: BTreeMap<Vec<Option<RotaId>>, usize> = BTreeMap::new();
        for group in staff::groups(r)?.into_iter().map(|g| Some(g.id)).chain([None]) {
            let had: Vec<_> = stood.iter().map(|s| (s.span, rota_of(&s.rotas, group.as_ref()))).collect();
            let key = had.iter().map(|(_, row)| row.map(|row| row.id.clone())).collect();
            let world = if let Some(world) = alike.get(&key) {
                *world
            } else {
                let mut there = house.clone();
                for (span, row) in had {
                    let Some(row) = row else { continue };
                    there = there.or(&Presence::of(&shifts_of(r, rules, row.clone(), span, everybody)?));
                }
                self.worlds.push(there);
                *alike.entry(key).or_insert(self.worlds.len() - 1)
            };
            self.of_group.insert(group, world);
        }
        Ok(())
    }

    /// What becomes of an answer to a group's case, of which so much counts and so much was paused; nothing if it does
    /// not lie within the time that is known.
    pub(crate) fn moved(
        &mut self,
        rules: &Rules,
        (group, counts_in): (&Option<GroupId>, &CalendarId),
        (start, stop): (Timestamp, Timestamp),
        pauses: &[Pause],
    ) -> Option<Moved> {
        if start < self.span.0 || self.span.1 < stop {
            return None;
        }
        let was = *self.of_group.get(group).or_else(|| self.of_group.get(&None))?;
        let [was, other] = [was, OTHER].map(|world| (world, counts_in.clone()));
        for key in [&was, &other] {
            if !self.counting.contains_key(key) {
                let hours = Presence::new(rules.calendar(counts_in)?.spans(self.span.0, self.span.1));
                let there = self.worlds.get(key.0)?.and(&hours);
                self.counting.insert(key.clone(), there);
            }
        }
        let (was, other) = (self.counting.get(&was)?, self.counting.get(&other)?);
        let before: Vec<Pause> = pauses.iter().filter(|p| p.from < stop).copied().collect();
        Some(if before.is_empty() {
            moved(was, other, (start, stop))
        } else {
            moved(&was.without(&before), &other.without(&before), (start, stop))
        })
    }

    /// Who has the duty by the other rota; nobody in service hours for which it names nobody.
    pub(crate) fn on_duty(&self, at: Timestamp) -> Option<StaffId> {
        let shift = self.shifts.get(self.shifts.partition_point(|s| s.until <= at))?;
        let on = Some(&shift.on).filter(|_| shift.from <= at)?;
        on.primary.person.clone().or_else(|| on.backup.person.clone())
    }
}

/// The shifts of a rota. Those who have left since then were there.
fn shifts_of(
    r: &mut Read<'_>,
    rules: &Rules,
    row: RotaRow,
    (from, until): (Timestamp, Timestamp),
    everybody: &BTreeSet<StaffId>,
) -> Result<Vec<Shift>> {
    let mut standing = Standing::load(r, rules, row, (from, until))?;
    standing.able.clone_from(everybody);
    Ok(standing.roster().shifts(from, until))
}

/// The rotas that were in force as they stood, the last first: walks back from what they say now.
fn stood(r: &mut Read<'_>, (from, until): (Timestamp, Timestamp)) -> Result<Vec<Stood>> {
    let mut rotas = oncall::in_force(r)?;
    let (mut found, mut end, mut before) = (Vec::new(), until, "~".to_owned());
    loop {
        let events = store::admin::page_of(r, Some("rota"), &before, PAGE)?;
        let last = events.last().map(|e| e.id.clone());
        for e in events {
            if e.at <= from {
                found.push(Stood { span: (from, end), rotas });
                return Ok(found);
            }
            if e.at < end {
                found.push(Stood { span: (e.at, end), rotas: rotas.clone() });
                end = e.at;
            }
            let id = RotaId(e.subject_id);
            // A line that does not say what the rota was, as one of holidays that were put in, leaves it what it is.
            let Ok(before) = serde_json::from_str::<Option<Said>>(&e.before) else { continue };
            rotas.retain(|row| row.id != id);
            let before = before.map(|Said { name, doc, state }| {
                let state = state.unwrap_or(RotaState::InForce);
                RotaRow { id, name, rev: 0, doc, state, drafts: Drafts::default() }
            });
            rotas.extend(before.filter(RotaRow::in_force));
            rotas.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        }
        let Some(last) = last else { break };
        before = last;
    }
    found.push(Stood { span: (from, end), rotas });
    Ok(found)
}
