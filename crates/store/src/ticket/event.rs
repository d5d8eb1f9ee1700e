//! The history of tickets: appended, never changed.

use domain::access::ActorRef;
use domain::id::TicketId;
use domain::ticket::Event;

use crate::row::to_json;
use crate::{Error, Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO ticket_event (ticket_id, no, at, actor_kind, actor_id, change, kind) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
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
        let values = [
            ticket.as_str().into(),
            e.no.into(),
            e.at.into(),
            kind.into(),
            id.into(),
            (&change).into(),
            kind_of(&change).into(),
        ];
        work.hit("event", &INSERT, &values)?;
    }
    Ok(())
}

/// The tag with which every stored change begins, `{"type":"opened",…`; reports find events by it.
fn kind_of(change: &str) -> &str {
    let rest = change.strip_prefix(r#"{"type":""#).and_then(|rest| rest.split('"').next());
    rest.unwrap_or_default()
}

/// The events of a ticket after a position, oldest first.
pub fn events(r: &mut Read<'_>, ticket: &TicketId, after: i64, limit: i64) -> Result<Vec<Event>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into(), after.into(), limit.into()], |r| {
        Ok(Event { no: r.int(0)?, at: r.at(1)?, by: actor(r, 2)?, change: r.json(4, "event.change")? })
    })
}

#[cfg(test)]
mod tests {
    use domain::ticket::Change;

    use super::*;

    #[test]
    fn the_kind_is_the_tag_of_the_stored_change() {
        assert_eq!(kind_of(&to_json(&Change::Reminded { count: 1 })), "reminded");
        assert_eq!(kind_of(&to_json(&Change::Linked { number: "\"".to_owned() })), "linked");
        assert_eq!(kind_of("{}"), "");
    }
}
