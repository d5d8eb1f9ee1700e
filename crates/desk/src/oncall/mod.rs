//! On-call: rotas are saved, people put in and taken off, phones confirmed; whoever has the duty is paged.

mod feed;
mod holiday;
pub(crate) mod paging;
mod parity;
pub(crate) mod presence;
pub mod push;
mod state;
mod swap;
pub(crate) mod watch;

pub use feed::{Feed, duties_until, end_feed, feed, renew_feed};
pub use holiday::{Coming, HolidayPlan, coming, holiday_plan, put_in_holidays};
pub use paging::{acknowledge, acknowledge_by_link, link_for, page_of_link, step_of};
pub use parity::ParityCheck;
pub use presence::OtherRota;
pub use state::{Overlap, overlaps, set_rota_state};
pub use swap::{Proposal, answer_swap, propose_swap};
pub use watch::{confirm_start, has_duty, leave_note};

use std::collections::BTreeSet;

use domain::access::{Actor, Right};
use domain::id::{GroupId, RotaId, StaffId};
use domain::oncall::{Leave, News, Override, Roster, Rota, RotaDoc, Shift};
use domain::people::fold;
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, plus_seconds};
use serde_json::{Value, json};
use store::oncall::{self, LeaveRow, OverrideRow, RotaRow};
use store::{Read, staff};

use crate::admin::{need, news, record};
use crate::{Desk, Error, FieldError, Result, Unit};

const MAX_NAME: usize = 100;
const MAX_NOTE: usize = 500;
/// The longest time for which somebody is put in or is away.
const MAX_SPAN_S: i64 = 366 * 86_400;

/// A rota with all that happened to it in a time, ready to answer.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The rota as people edit it.
    pub row: RotaRow,
    /// Who was put in, with keys.
    pub overrides: Vec<OverrideRow>,
    /// Who is away, with keys.
    pub leaves: Vec<LeaveRow>,
    rota: Rota,
    puts: Vec<Override>,
    aways: Vec<Leave>,
    able: BTreeSet<StaffId>,
}

impl Standing {
    /// Loads what touches a time.
    ///
    /// # Errors
    /// The store's; `NotFound` if its calendar is gone.
    pub fn load(
        r: &mut Read<'_>,
        rules: &Rules,
        row: RotaRow,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Self> {
        let calendar = rules.calendars.get(&row.doc.calendar).ok_or(Error::NotFound)?;
        let rota = Rota::new(&row.doc, &calendar.doc).ok_or(Error::NotFound)?;
        let overrides = oncall::overrides(r, &row.id, from, until)?;
        let leaves = oncall::leaves(r, from, until)?;
        let puts = overrides.iter().map(|o| o.put.clone()).collect();
        let aways = leaves.iter().map(|l| l.leave.clone()).collect();
        let able = active(r)?;
        Ok(Self { row, overrides, leaves, rota, puts, aways, able })
    }

    /// The one who answers.
    pub fn roster(&self) -> Roster<'_> {
        Roster { rota: &self.rota, overrides: &self.puts, leaves: &self.aways, able: &self.able }
    }

    /// The shifts of a time. In a rota in force those of a time in which it was a draft are missing.
    pub fn shifts(&self, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let all = self.roster().shifts(from, until);
        if self.row.in_force() { self.row.drafts.without(all) } else { all }
    }
}

/// The rota of those in force that serves a group: its own, or else the one that names no group. Where there are two, the
/// first by name.
pub(crate) fn rota_of<'a>(rotas: &'a [RotaRow], group: Option<&GroupId>) -> Option<&'a RotaRow> {
    let own = rotas.iter().find(|r| group.is_some_and(|g| r.doc.groups.contains(g)));
    own.or_else(|| rotas.iter().find(|r| r.doc.groups.is_empty()))
}

fn active(r: &mut Read<'_>) -> Result<BTreeSet<StaffId>> {
    Ok(staff::all(r)?.into_iter().filter(|s| s.active).map(|s| s.id).collect())
}

/// Saves a rota; revision 0 makes a new one, for which an empty key is chosen here.
///
/// # Errors
/// `Lacks`, `Invalid` with all wrong fields, `Stale` with both documents, `NotFound`.
pub async fn save_rota(desk: &Desk, who: &Actor, row: RotaRow) -> Result<RotaRow> {
    desk.write(who, move |unit| {
        need(unit, Right::OncallEdit)?;
        let rules = unit.rules.clone();
        check(unit.work, &rules, &row)?;
        let mut row = RotaRow { name: row.name.trim().to_owned(), ..row.clone() };
        let kept = oncall::one(unit.work, &row.id)?;
        match &kept {
            Some(k) if k.rev != row.rev => {
                let text = |doc: &RotaDoc| serde_json::to_string(doc).unwrap_or_default();
                let (mine, theirs) = (text(&row.doc), text(&k.doc));
                return Err(Error::Stale { field: "rota".to_owned(), mine, theirs });
            }
            None if row.rev > 0 => return Err(Error::NotFound),
            None if row.id.as_str().is_empty() => row.id = unit.work.next_id().into(),
            _ => {}
        }
        state::keep(unit, kept.as_ref(), &row)
    })
    .await
}

/// All that keeps a rota from being saved: wrong fields, names of what is not there, groups that another one serves.
///
/// # Errors
/// `Invalid` with all wrong fields.
pub fn check(r: &mut Read<'_>, rules: &Rules, row: &RotaRow) -> Result<()> {
    let mut found = row.doc.problems();
    match row.name.trim().chars().count() {
        0 => found.push(("name".to_owned(), "required")),
        n if n > MAX_NAME => found.push(("name".to_owned(), "too_long")),
        _ if is_taken(r, row)? => found.push(("name".to_owned(), "taken")),
        _ => {}
    }
    let mut found: Vec<_> = found.into_iter().map(|(field, issue)| FieldError::new(field, issue)).collect();
    for missing in missing(r, rules, &row.doc)? {
        // What is empty or unreadable is not also unknown.
        if !found.iter().any(|f| f.field == missing.field) {
            found.push(missing);
        }
    }
    if found.is_empty() { state::refuse_shared(r, row) } else { Err(Error::Invalid(found)) }
}

fn is_taken(r: &mut Read<'_>, row: &RotaRow) -> Result<bool> {
    let name = fold(row.name.trim());
    Ok(oncall::rotas(r)?.iter().any(|other| other.id != row.id && fold(&other.name) == name))
}

/// What a rota names and is not there: calendar, groups, people.
fn missing(r: &mut Read<'_>, rules: &Rules, doc: &RotaDoc) -> Result<Vec<FieldError>> {
    let people = active(r)?;
    let groups = staff::groups(r)?;
    let mut found = Vec::new();
    if !rules.calendars.contains_key(&doc.calendar) {
        found.push(FieldError::new("calendar", "unknown"));
    }
    if !doc.groups.iter().all(|id| groups.iter().any(|g| g.id == *id && g.active)) {
        found.push(FieldError::new("groups", "unknown"));
    }
    for (i, layer) in doc.layers.iter().enumerate() {
        if !layer.order.iter().all(|p| people.contains(p)) {
            found.push(FieldError::new(format!("layers.{i}.order"), "unknown"));
        }
    }
    if !doc.fallback.iter().all(|p| people.contains(p)) {
        found.push(FieldError::new("fallback", "unknown"));
    }
    if !people.contains(&doc.owner) {
        found.push(FieldError::new("owner", "unknown"));
    }
    Ok(found)
}

/// In a draft nobody has a duty that could be handed over.
fn refuse_draft(row: &RotaRow) -> Result<()> {
    if row.in_force() { Ok(()) } else { Err(Error::field("rota", "is_draft")) }
}

/// The same was sent before: twice would be a mistake.
const ALREADY_THERE: &str = "already_there";

/// A time that ends after it begins and is not too long, for somebody who is there.
fn check_span(
    unit: &mut Unit<'_, '_>,
    person: &StaffId,
    (from, until): (Timestamp, Timestamp),
    note: &str,
) -> Result<()> {
    if until <= from {
        return Err(Error::field("until", "not_after"));
    }
    if until > plus_seconds(from, MAX_SPAN_S) {
        return Err(Error::field("until", "too_long"));
    }
    if note.chars().count() > MAX_NOTE {
        return Err(Error::field("note", "too_long"));
    }
    if active(unit.work)?.contains(person) { Ok(()) } else { Err(Error::field("person", "unknown")) }
}

/// Puts somebody in over the layers, for a time that is not over.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound` for the rota.
pub async fn put_in(
    desk: &Desk,
    who: &Actor,
    rota: RotaId,
    put: Override,
    note: String,
) -> Result<OverrideRow> {
    desk.write(who, move |unit| {
        need(unit, Right::OncallEdit)?;
        oncall::one(unit.work, &rota)?.ok_or(Error::NotFound)?;
        check_span(unit, &put.person, (put.from, put.until), &note)?;
        // Who had a shift that is over is history.
        if put.until <= unit.now {
            return Err(Error::field("until", "past"));
        }
        let away = oncall::leaves(unit.work, put.from, put.until)?;
        if away.iter().any(|l| l.leave.person == put.person) {
            return Err(Error::field("person", "not_free"));
        }
        let all = oncall::overrides(unit.work, &rota, put.from, put.until)?;
        // The last one counts: only what would change nothing is a repetition.
        let last = all.iter().rfind(|o| o.put.seat == put.seat);
        let time = (put.from, put.until);
        if last.is_some_and(|o| o.put.person == put.person && (o.put.from, o.put.until) == time) {
            return Err(Error::field("from", ALREADY_THERE));
        }
        if let Some(other) = last {
            return Err(Error::Invalid(vec![put_in_already(unit, "from", other)?]));
        }
        let id = unit.work.next_id();
        let row = OverrideRow { id, rota: rota.clone(), put: put.clone(), note: note.trim().to_owned() };
        oncall::add_override(unit.work, &row)?;
        oncall::watch::wake(unit.work)?;
        record(unit, ("oncall_override", &row.id), &None::<Value>, &override_said(&row))?;
        Ok(row)
    })
    .await
}

/// Of two who are put in for one time nobody could say who has it (O1). Those who swap agree on it.
fn put_in_already(unit: &mut Unit<'_, '_>, field: &str, other: &OverrideRow) -> Result<FieldError> {
    let p = &other.put;
    let name = staff::one(unit.work, &p.person)?.map_or_else(String::new, |s| s.name);
    let zone = unit.rules.settings.zone();
    let at = |t: Timestamp| t.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let names = vec![format!("{name} {} \u{2013} {}", at(p.from), at(p.until))];
    Ok(FieldError { names, ..FieldError::new(field, "put_in_already") })
}

/// Takes back that somebody was put in; answers what it was.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn take_out(desk: &Desk, who: &Actor, id: String) -> Result<OverrideRow> {
    desk.write(who, move |unit| {
        need(unit, Right::OncallEdit)?;
        let row = oncall::override_by_id(unit.work, &id)?.ok_or(Error::NotFound)?;
        oncall::remove_override(unit.work, &id)?;
        oncall::watch::wake(unit.work)?;
        gone(unit, ("oncall_override", &id), &override_said(&row))?;
        Ok(row)
    })
    .await
}

fn override_said(row: &OverrideRow) -> Value {
    let p = &row.put;
    json!({"rota": row.rota, "seat": p.seat, "person": p.person, "from": p.from, "until": p.until, "note": row.note})
}

/// Tells people something that no ticket is about.
/// Puts news in the inboxes of people.
pub(crate) fn tell(
    unit: &mut Unit<'_, '_>,
    to: impl IntoIterator<Item = StaffId>,
    news: &News,
) -> Result<()> {
    for person in to {
        store::admin::notify_news(unit.work, &person, news)?;
        unit.work.publish("notice", person.as_str())?;
    }
    Ok(())
}

fn gone(unit: &mut Unit<'_, '_>, subject: (&str, &str), before: &Value) -> Result<()> {
    let by = unit.actor.reference();
    store::admin::record(unit.work, &by, subject, "deleted", &before.to_string(), "")?;
    news(unit, subject)
}

/// Somebody is away. People say so of themselves; of others, who edits rotas.
///
/// # Errors
/// `Lacks`, `Invalid`.
pub async fn go_on_leave(desk: &Desk, who: &Actor, leave: Leave, note: String) -> Result<LeaveRow> {
    desk.write(who, move |unit| {
        may_speak_for(unit, &leave.person)?;
        check_span(unit, &leave.person, (leave.from, leave.until), &note)?;
        if oncall::leaves(unit.work, leave.from, leave.until)?.iter().any(|l| l.leave == leave) {
            return Err(Error::field("from", ALREADY_THERE));
        }
        let id = unit.work.next_id();
        let row = LeaveRow { id, leave: leave.clone(), note: note.trim().to_owned() };
        oncall::add_leave(unit.work, &row)?;
        oncall::watch::wake(unit.work)?;
        record(unit, ("oncall_leave", &row.id), &None::<Value>, &leave_said(&row))?;
        Ok(row)
    })
    .await
}

/// Somebody is not away after all; answers what it was.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn cancel_leave(desk: &Desk, who: &Actor, id: String) -> Result<LeaveRow> {
    desk.write(who, move |unit| {
        if unit.actor.staff().is_none() {
            need(unit, Right::OncallEdit)?;
        }
        let row = oncall::leave_by_id(unit.work, &id)?.ok_or(Error::NotFound)?;
        may_speak_for(unit, &row.leave.person)?;
        oncall::remove_leave(unit.work, &id)?;
        oncall::watch::wake(unit.work)?;
        gone(unit, ("oncall_leave", &id), &leave_said(&row))?;
        Ok(row)
    })
    .await
}

fn leave_said(row: &LeaveRow) -> Value {
    let l = &row.leave;
    json!({"person": l.person, "from": l.from, "until": l.until, "note": row.note})
}

fn may_speak_for(unit: &Unit<'_, '_>, person: &StaffId) -> Result<()> {
    let own = unit.actor.staff().is_some_and(|s| s.id == *person);
    if own { Ok(()) } else { need(unit, Right::OncallEdit) }
}

/// Somebody says that the phone that is kept of them reaches them.
///
/// # Errors
/// `Lacks` of others, `NotFound`, `Invalid` without a phone.
pub async fn confirm_phone(desk: &Desk, who: &Actor, person: StaffId) -> Result<()> {
    desk.write(who, move |unit| {
        may_speak_for(unit, &person)?;
        let row = staff::one(unit.work, &person)?.ok_or(Error::NotFound)?;
        if row.phone.trim().is_empty() {
            return Err(Error::field("phone", "required"));
        }
        oncall::confirm(unit.work, &person, &row.phone)?;
        record(unit, ("oncall_phone", person.as_str()), &None::<Value>, &json!({"person": person}))
    })
    .await
}
