//! Emergencies with the customers whom they affect and their measures. Their course is the ticket's events.

mod find;

pub use find::{
    Band, EmergencyFilter, EmergencyRow, MeasureFilter, MeasureRow, Which, WhichMeasures, emergencies,
    emergency_of, measures, running_for,
};
pub(crate) use find::{STATEMENTS as FIND_STATEMENTS, shapes};

use std::collections::BTreeSet;

use domain::emergency::{Emergency, Measure};
use domain::id::{EmergencyId, OrgId, StaffId, TicketId};

use crate::row::to_json;
use crate::{Error, Read, Result, Row, Work};

statements! {
    BY_TICKET = "SELECT id, ticket_id, version, state, title, impact, commander_id, roles, plan, next_report_at, \
         started_at, started_by, ended_at, ended_by, review FROM emergency WHERE ticket_id = $1";
    BY_ID = "SELECT id, ticket_id, version, state, title, impact, commander_id, roles, plan, next_report_at, \
         started_at, started_by, ended_at, ended_by, review FROM emergency WHERE id = $1";
    ORGANISATIONS = "SELECT organisation_id FROM emergency_organisation WHERE emergency_id = $1 \
         ORDER BY organisation_id LIMIT 1000";
    MEASURES = "SELECT no, what, owner_id, due_on, done_at, effect FROM emergency_measure WHERE emergency_id = $1 \
         ORDER BY no LIMIT 1000";
    INSERT = "INSERT INTO emergency (id, ticket_id, version, state, title, impact, commander_id, roles, plan, \
         next_report_at, started_at, started_by, ended_at, ended_by, review) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    UPDATE = "UPDATE emergency SET ticket_id = $2, version = $3, state = $4, title = $5, impact = $6, \
         commander_id = $7, roles = $8, plan = $9, next_report_at = $10, started_at = $11, started_by = $12, \
         ended_at = $13, ended_by = $14, review = $15 WHERE id = $1 AND version = $16";
    ADD_ORGANISATION = "INSERT INTO emergency_organisation (organisation_id, emergency_id) VALUES ($1, $2)";
    REMOVE_ORGANISATION = "DELETE FROM emergency_organisation WHERE organisation_id = $1 AND emergency_id = $2";
    PUT_MEASURE = "INSERT INTO emergency_measure (emergency_id, no, what, owner_id, due_on, done_at, effect) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (emergency_id, no) DO UPDATE SET what = excluded.what, \
         owner_id = excluded.owner_id, due_on = excluded.due_on, done_at = excluded.done_at, effect = excluded.effect";
    REMOVE_MEASURES = "DELETE FROM emergency_measure WHERE emergency_id = $1";
}

/// A ticket's emergency, if it has one.
pub fn by_ticket(r: &mut Read<'_>, ticket: &TicketId) -> Result<Option<Emergency>> {
    let found = r.first(&BY_TICKET, &[ticket.as_str().into()], read)?;
    found.map(|e| whole(r, e)).transpose()
}

/// One emergency.
pub fn by_id(r: &mut Read<'_>, id: &EmergencyId) -> Result<Option<Emergency>> {
    let found = r.first(&BY_ID, &[id.as_str().into()], read)?;
    found.map(|e| whole(r, e)).transpose()
}

fn read(r: &Row<'_>) -> Result<Emergency> {
    let document = |i: usize| r.text_opt(i);
    Ok(Emergency {
        id: r.id(0)?,
        ticket: r.id(1)?,
        version: r.int(2)?,
        state: r.word(3, "emergency.state")?,
        title: r.text(4)?,
        impact: r.text(5)?,
        commander: r.id(6)?,
        roles: r.json(7, "emergency.roles")?,
        plan: document(8)?.map(|_| r.json(8, "emergency.plan")).transpose()?,
        next_report_at: r.at_opt(9)?,
        started_at: r.at(10)?,
        started_by: r.id_opt(11)?,
        ended_at: r.at_opt(12)?,
        ended_by: r.id_opt(13)?,
        review: document(14)?.map(|_| r.json(14, "emergency.review")).transpose()?,
        organisations: BTreeSet::new(),
        measures: Vec::new(),
    })
}

fn whole(r: &mut Read<'_>, mut e: Emergency) -> Result<Emergency> {
    e.organisations =
        r.rows(&ORGANISATIONS, &[e.id.as_str().into()], |r| r.id::<OrgId>(0))?.into_iter().collect();
    e.measures = r.rows(&MEASURES, &[e.id.as_str().into()], read_measure)?;
    Ok(e)
}

fn read_measure(r: &Row<'_>) -> Result<Measure> {
    Ok(Measure {
        no: r.small(0, "emergency_measure.no")?,
        what: r.text(1)?,
        owner: r.id(2)?,
        due_on: r.text(3)?.parse().map_err(|e| Error::corrupt("emergency_measure.due_on", e))?,
        done_at: r.at_opt(4)?,
        effect: r.text(5)?,
    })
}

/// Saves an emergency over what it was; none for a new one.
///
/// # Errors
/// [`Error::Stale`].
pub fn put(work: &mut Work<'_>, before: Option<&Emergency>, e: &Emergency) -> Result<()> {
    let (roles, plan, review) =
        (to_json(&e.roles), e.plan.as_ref().map(to_json), e.review.as_ref().map(to_json));
    let mut values = vec![
        e.id.as_str().into(),
        e.ticket.as_str().into(),
        e.version.into(),
        e.state.as_str().into(),
        (&e.title).into(),
        (&e.impact).into(),
        e.commander.as_str().into(),
        (&roles).into(),
        plan.as_ref().into(),
        e.next_report_at.into(),
        e.started_at.into(),
        e.started_by.as_ref().map(StaffId::as_str).into(),
        e.ended_at.into(),
        e.ended_by.as_ref().map(StaffId::as_str).into(),
        review.as_ref().into(),
    ];
    match before {
        None => work.hit("emergency", &INSERT, &values)?,
        Some(before) => {
            values.push(before.version.into());
            work.follow("emergency", &UPDATE, &values)?;
        }
    }
    put_parts(work, before, e)
}

/// The customers and measures that differ.
fn put_parts(work: &mut Work<'_>, before: Option<&Emergency>, e: &Emergency) -> Result<()> {
    let (no_customers, no_measures) = (BTreeSet::new(), Vec::new());
    let customers = before.map_or(&no_customers, |b| &b.organisations);
    for org in customers.difference(&e.organisations) {
        work.execute(&REMOVE_ORGANISATION, &[org.as_str().into(), e.id.as_str().into()])?;
    }
    for org in e.organisations.difference(customers) {
        work.hit("organisation", &ADD_ORGANISATION, &[org.as_str().into(), e.id.as_str().into()])?;
    }
    let measures = before.map_or(&no_measures, |b| &b.measures);
    if e.measures.len() < measures.len() {
        work.execute(&REMOVE_MEASURES, &[e.id.as_str().into()])?;
    }
    for m in e.measures.iter().filter(|m| !measures.contains(m)) {
        let due_on = m.due_on.to_string();
        let values = [
            e.id.as_str().into(),
            m.no.into(),
            (&m.what).into(),
            m.owner.as_str().into(),
            (&due_on).into(),
            m.done_at.into(),
            (&m.effect).into(),
        ];
        work.hit("emergency_measure", &PUT_MEASURE, &values)?;
    }
    Ok(())
}
