//! Writes a ticket as a decision left it, with its clocks, waiting stretches and tags.

use std::collections::{BTreeMap, BTreeSet};

use domain::sla::Clock;
use domain::ticket::{Extra, Hold, Ticket};
use domain::time::to_millis;

use super::extra::put_extra;
use super::row::{Docs, values};
use crate::row::to_json;
use crate::{Error, Result, Work};

/// Sorts after every real due: the ticket has no running clock.
const NO_DUE: i64 = 253_402_300_799_000;

statements! {
    INSERT = "INSERT INTO ticket ( \
         id, number, version, title, kind, class, severity, level, status, status_note, channel, \
         requester_id, organisation_id, contract_id, group_id, assignee_id, product_id, module_id, \
         facts, extra, tags, watchers, policy_id, policy_rev, policy_because, cause, workaround, \
         resolution, remark, plan, received_at, created_at, responded_at, resolved_at, resolved_by, \
         closed_at, close_reason, unanswered_since_at, reminders, silence_at, reopened, reassigned, \
         merged_into, rating, external_ref, messages, updated_at, is_open, next_due_at, next_clock, \
         follow, anything_else) VALUES ( \
         $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, \
         $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52)";
    UPDATE = "UPDATE ticket SET version = $3, external_ref = $45, \
         title = $4, kind = $5, class = $6, severity = $7, level = $8, status = $9, \
         status_note = $10, channel = $11, requester_id = $12, organisation_id = $13, \
         contract_id = $14, group_id = $15, assignee_id = $16, product_id = $17, module_id = $18, \
         facts = $19, extra = $20, tags = $21, watchers = $22, policy_id = $23, policy_rev = $24, \
         policy_because = $25, cause = $26, workaround = $27, resolution = $28, remark = $29, \
         plan = $30, received_at = $31, responded_at = $33, resolved_at = $34, resolved_by = $35, \
         closed_at = $36, close_reason = $37, unanswered_since_at = $38, reminders = $39, \
         silence_at = $40, reopened = $41, reassigned = $42, merged_into = $43, rating = $44, \
         messages = $46, updated_at = $47, is_open = $48, next_due_at = $49, \
         next_clock = $50, follow = $51, anything_else = $52 \
         WHERE id = $1 AND number = $2 AND created_at = $32 AND version = $53";
    NEXT_NUMBER = "INSERT INTO counter (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";
    TAG = "INSERT INTO ticket_tag (tag, ticket_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    UNTAG = "DELETE FROM ticket_tag WHERE tag = $1 AND ticket_id = $2";
    PUT_HOLD = "INSERT INTO ticket_hold (ticket_id, no, status, from_at, to_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (ticket_id, no) DO UPDATE SET to_at = EXCLUDED.to_at";
    PUT_CLOCK = "INSERT INTO clock (ticket_id, milestone, cycle, target_s, calendar_id, off_hours, started_at, \
         stopped_at, stop_reason, reopened, excused, due_at, state, counted_s, next_at, breach_noted, fired_percent, \
         reminded, known_at, calendar_rev) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
         ON CONFLICT (ticket_id, milestone, cycle) DO UPDATE SET started_at = EXCLUDED.started_at, \
         stopped_at = EXCLUDED.stopped_at, stop_reason = EXCLUDED.stop_reason, reopened = EXCLUDED.reopened, \
         excused = EXCLUDED.excused, due_at = EXCLUDED.due_at, state = EXCLUDED.state, \
         counted_s = EXCLUDED.counted_s, next_at = EXCLUDED.next_at, breach_noted = EXCLUDED.breach_noted, \
         fired_percent = EXCLUDED.fired_percent, reminded = EXCLUDED.reminded, \
         calendar_rev = EXCLUDED.calendar_rev, lease_until_at = NULL";
}

/// The next running number of a year.
pub fn next_number(work: &mut Work<'_>, year: i16) -> Result<i64> {
    let name = format!("ticket-{year}");
    work.first(&NEXT_NUMBER, &[(&name).into()], |r| r.int(0))?.ok_or(Error::NotFound("counter"))
}

/// A new ticket.
pub fn insert(work: &mut Work<'_>, ticket: &Ticket, clocks: &[Clock], holds: &[Hold]) -> Result<()> {
    let docs = Docs::of(ticket);
    let nearest = nearest(clocks);
    work.hit("ticket", &INSERT, &values(ticket, &docs, &nearest))?;
    put_clocks(work, ticket, &[], clocks)?;
    put_holds(work, ticket, &[], holds)?;
    put_extra(work, ticket, &Extra::new())?;
    put_tags(work, ticket, &BTreeSet::new())
}

/// A ticket after a decision. Only rows that differ from `before` are written; the version that the decision
/// saw must still be the stored one.
///
/// # Errors
/// [`Error::Stale`].
pub fn update(
    work: &mut Work<'_>,
    before: (&Ticket, &[Clock], &[Hold]),
    after: (&Ticket, &[Clock], &[Hold]),
) -> Result<()> {
    let docs = Docs::of(after.0);
    let nearest = nearest(after.1);
    let mut values = values(after.0, &docs, &nearest);
    values.push(before.0.version.into());
    work.follow("ticket", &UPDATE, &values)?;
    put_clocks(work, after.0, before.1, after.1)?;
    put_holds(work, after.0, before.2, after.2)?;
    put_extra(work, after.0, &before.0.extra)?;
    put_tags(work, after.0, &before.0.tags)
}

/// The running clock with the nearest due: the due, and `milestone state` for the list.
pub(super) fn nearest(clocks: &[Clock]) -> (i64, Option<String>) {
    let running = clocks.iter().filter(|c| c.is_running()).filter_map(|c| c.due_at.map(|at| (at, c)));
    match running.min_by_key(|(at, c)| (*at, c.milestone)) {
        Some((at, c)) => (to_millis(at), Some(format!("{} {}", c.milestone, c.state))),
        None => (NO_DUE, None),
    }
}

fn put_clocks(work: &mut Work<'_>, ticket: &Ticket, before: &[Clock], after: &[Clock]) -> Result<()> {
    let key = |c: &Clock| (c.milestone, c.cycle);
    let before: BTreeMap<_, &Clock> = before.iter().map(|c| (key(c), c)).collect();
    for c in after.iter().filter(|c| before.get(&key(c)) != Some(c)) {
        let reopened = to_json(&c.reopened);
        let values = [
            ticket.id.as_str().into(),
            c.milestone.as_str().into(),
            c.cycle.into(),
            c.target_s.into(),
            c.calendar.as_str().into(),
            c.off_hours.into(),
            c.started_at.into(),
            c.stopped.map(|(at, _)| at).into(),
            c.stopped.map(|(_, why)| why.as_str()).into(),
            (&reopened).into(),
            c.excused.as_ref().into(),
            c.due_at.into(),
            c.state.as_str().into(),
            c.counted_s.into(),
            c.next_at.into(),
            c.breach_noted.into(),
            i64::from(c.fired_percent).into(),
            c.reminded.into(),
            c.known_at.into(),
            c.calendar_rev.into(),
        ];
        work.hit("clock", &PUT_CLOCK, &values)?;
    }
    Ok(())
}

fn put_holds(work: &mut Work<'_>, ticket: &Ticket, before: &[Hold], after: &[Hold]) -> Result<()> {
    for (no, hold) in (1i64..).zip(after).filter(|(_, h)| !before.contains(h)) {
        let values = [
            ticket.id.as_str().into(),
            no.into(),
            hold.status.as_str().into(),
            hold.from.into(),
            hold.to.into(),
        ];
        work.hit("hold", &PUT_HOLD, &values)?;
    }
    Ok(())
}

fn put_tags(work: &mut Work<'_>, ticket: &Ticket, before: &BTreeSet<String>) -> Result<()> {
    for tag in ticket.tags.difference(before) {
        work.execute(&TAG, &[tag.into(), ticket.id.as_str().into()])?;
    }
    for tag in before.difference(&ticket.tags) {
        work.execute(&UNTAG, &[tag.into(), ticket.id.as_str().into()])?;
    }
    Ok(())
}
