//! The history of tickets: appended, never changed.

use domain::access::ActorRef;
use domain::id::TicketId;
use domain::ticket::{Change, Event};
use domain::time::Timestamp;

use crate::row::to_json;
use crate::{Error, Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO ticket_event (ticket_id, no, at, actor_kind, actor_id, change, kind) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    RECENT = "SELECT no, at, actor_kind, actor_id, change FROM ticket_event \
         WHERE ticket_id = $1 AND no < $2 ORDER BY no DESC LIMIT $3";
    HANDLING = "SELECT no, at, actor_kind, actor_id, change FROM ticket_event WHERE ticket_id = $1 AND kind IN \
         ('opened', 'assigned', 'replied', 'contacted', 'attended', 'planned', 'resolved') ORDER BY no LIMIT $2";
    COURSE = "SELECT no, at, actor_kind, actor_id, change FROM ticket_event WHERE ticket_id = $1 AND kind IN \
         ('severity_changed', 'reported', 'report_delivered', 'report_failed', 'contacted') ORDER BY no DESC LIMIT $2";
    SINCE = "SELECT no, at, actor_kind, actor_id, change FROM ticket_event WHERE ticket_id = $1 AND at >= $2 ORDER BY no LIMIT $3";
    RELATED = "SELECT no, at, actor_kind, actor_id, change FROM ticket_event WHERE ticket_id = $1 AND kind IN \
         ('linked', 'unlinked', 'complained', 'absorbed', 'split_from') ORDER BY no LIMIT $2";
    EMERGENCY = "SELECT no, at, actor_kind, actor_id, change FROM ticket_event \
         WHERE ticket_id = $1 AND kind = 'emergency' AND no < $2 ORDER BY no DESC LIMIT $3";
    OF_TICKET = "SELECT no, at, actor_kind, actor_id, change FROM ticket_event \
         WHERE ticket_id = $1 AND no > $2 ORDER BY no LIMIT $3";
}

/// The two columns of an actor.
pub(crate) fn actor_columns(actor: &ActorRef) -> (&'static str, &str) {
    match actor {
        ActorRef::Staff(id) => ("staff", id.as_str()),
        ActorRef::Contact(id) => ("contact", id.as_str()),
        ActorRef::System(rule) => ("system", rule.as_str()),
    }
}

/// Reads the two columns of an actor.
pub(crate) fn actor(r: &Row<'_>, kind: usize) -> Result<ActorRef> {
    let id = r.text(kind + 1)?;
    match r.text(kind)?.as_str() {
        "staff" => Ok(ActorRef::Staff(id.into())),
        "contact" => Ok(ActorRef::Contact(id.into())),
        "system" => id.parse().map(ActorRef::System).map_err(|e| Error::corrupt("actor_id", e)),
        other => Err(Error::corrupt("actor_kind", other)),
    }
}

/// Appends events.
pub fn insert_events(work: &mut Work<'_>, ticket: &TicketId, events: &[Event]) -> Result<()> {
    for e in events {
        let (kind, id) = actor_columns(&e.by);
        let change = to_json(&e.change);
        let event_kind = kind_of(&change);
        let values = [
            ticket.as_str().into(),
            e.no.into(),
            e.at.into(),
            kind.into(),
            id.into(),
            (&change).into(),
            (&event_kind).into(),
        ];
        work.hit("event", &INSERT, &values)?;
    }
    Ok(())
}

/// The kind of a stored change: the tag with which it begins, `{"type":"opened",…`, and for promises the milestone that
/// follows, `{"type":"breached","milestone":"update",…`. Reports find events by it.
fn kind_of(change: &str) -> String {
    let quoted = |text: &str| text.split('"').next().unwrap_or_default().to_owned();
    let Some(rest) = change.strip_prefix(r#"{"type":""#) else { return String::new() };
    let tag = quoted(rest);
    match rest.get(tag.len()..).and_then(|rest| rest.strip_prefix(r#"","milestone":""#)) {
        Some(rest) => format!("{tag}:{}", quoted(rest)),
        None => tag,
    }
}

/// The events of a ticket after a position, oldest first.
pub fn events(r: &mut Read<'_>, ticket: &TicketId, after: i64, limit: i64) -> Result<Vec<Event>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into(), after.into(), limit.into()], read)
}

/// The first events of a ticket that tell who handled it; see [`domain::ticket::handled_by`].
pub fn handling_events(r: &mut Read<'_>, ticket: &TicketId, limit: i64) -> Result<Vec<Event>> {
    r.rows(&HANDLING, &[ticket.as_str().into(), limit.into()], read)
}

/// So many events decide about a change of severity at most: more than a case has reports.
const COURSES: i64 = 5_000;

/// What a change of severity depends on, oldest first: the earlier ones, the reports and calls that reached the customer,
/// and, if the last one happened at or after `recent`, all since then.
pub fn course_of_severity(r: &mut Read<'_>, ticket: &TicketId, recent: Timestamp) -> Result<Vec<Event>> {
    let mut events = r.rows(&COURSE, &[ticket.as_str().into(), COURSES.into()], read)?;
    let last = events.iter().find(|e| matches!(e.change, Change::SeverityChanged { .. })).map(|e| e.at);
    if let Some(last) = last.filter(|at| *at >= recent) {
        events.extend(r.rows(&SINCE, &[ticket.as_str().into(), last.into(), COURSES.into()], read)?);
    }
    events.sort_by_key(|e| e.no);
    events.dedup_by_key(|e| e.no);
    Ok(events)
}

/// Relations of a ticket that are followed, by pages and by rules: more than a ticket has.
const RELATIONS: i64 = 200;

/// The first events of a ticket that name another one which is linked with it, complains of it, was merged into it, or of which
/// it was a part.
pub fn related_events(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<Event>> {
    r.rows(&RELATED, &[ticket.as_str().into(), RELATIONS.into()], read)
}

/// What happened in a ticket's emergency before a position, newest first.
pub fn emergency_events(r: &mut Read<'_>, ticket: &TicketId, before: i64, limit: i64) -> Result<Vec<Event>> {
    r.rows(&EMERGENCY, &[ticket.as_str().into(), before.into(), limit.into()], read)
}

/// The newest events of a ticket before a position, oldest first.
pub fn recent_events(r: &mut Read<'_>, ticket: &TicketId, before: i64, limit: i64) -> Result<Vec<Event>> {
    let mut events = r.rows(&RECENT, &[ticket.as_str().into(), before.into(), limit.into()], read)?;
    events.reverse();
    Ok(events)
}

fn read(r: &Row<'_>) -> Result<Event> {
    Ok(Event { no: r.int(0)?, at: r.at(1)?, by: actor(r, 2)?, change: r.json(4, "event.change")? })
}

#[cfg(test)]
mod tests {
    use domain::sla::{Fixed, Milestone, StopReason};

    use super::*;

    #[test]
    fn the_kinds_of_handling_are_those_that_the_rule_reads() {
        for kind in domain::ticket::HANDLING {
            assert!(HANDLING.postgres.contains(&format!("'{kind}'")), "{kind}");
        }
    }

    #[test]
    fn the_kind_is_the_tag_of_the_stored_change() {
        assert_eq!(kind_of(&to_json(&Change::Reminded { count: 1 })), "reminded");
        assert_eq!(kind_of(&to_json(&Change::Linked { number: "\"".to_owned() })), "linked");
        let (milestone, due_at) = (Milestone::Update, Timestamp::UNIX_EPOCH);
        let breached = Change::Breached { milestone, cycle: 1, due_at, retro: false };
        assert_eq!(kind_of(&to_json(&breached)), "breached:update");
        let excused = Change::Excused { milestone, cycle: 1, reason: "\"".to_owned() };
        assert_eq!(kind_of(&to_json(&excused)), "excused:update");
        let (target_s, counted_s, due_at) = (1, 1, None);
        let reason = StopReason::Done;
        let fixed = Fixed {
            milestone,
            cycle: 1,
            target_s,
            counted_s,
            due_at,
            met: true,
            reason,
            calendar_rev: None,
            retro: false,
        };
        assert_eq!(kind_of(&to_json(&Change::ClockStopped(fixed))), "clock_stopped:update");
        assert_eq!(kind_of("{}"), "");
    }
}
