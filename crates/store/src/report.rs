//! What reports fold: the tickets of a period, found by index, and the events of these tickets.

use std::collections::{BTreeSet, HashMap};

use domain::access::Scope;
use domain::id::{OrgId, TicketId};
use domain::named;
use domain::report::{History, Known};
use domain::ticket::Event;
use domain::time::Timestamp;

use crate::sql::Assembly;
use crate::ticket::{actor, assemble_rows, narrow};
use crate::value::Value;
use crate::{Engine, Read, Result, Row};

named! {
    /// By what the tickets of a period are found.
    pub enum Find ("find") {
        /// A promise was due or stopped in it.
        Promises = "promises",
        /// Marks were given in it.
        Rated = "rated",
        /// They came in it.
        Came = "came",
        /// They were solved in it.
        Solved = "solved",
        /// They are open now.
        Open = "open",
        /// Any of these.
        Any = "any",
    }
}

/// The events of some kinds in a period, by the index of migration 3b, whose condition is repeated.
macro_rules! of_kinds {
    ($kinds:literal) => {
        concat!(
            "SELECT x.ticket_id FROM ticket_event x WHERE x.kind IN (",
            "'opened', 'resolved', 'rated', 'clock_stopped:response', 'clock_stopped:attend', ",
            "'clock_stopped:update', 'clock_stopped:reply', 'clock_stopped:resolution', ",
            "'breached:response', 'breached:attend', 'breached:update', 'breached:reply', ",
            "'breached:resolution'",
            ") AND x.kind IN (",
            $kinds,
            ") AND x.at >= ? AND x.at < ?"
        )
    };
}
macro_rules! due_or_stopped {
    () => {
        concat!(
            "SELECT k.ticket_id FROM clock k WHERE k.due_at >= ? AND k.due_at < ? UNION ",
            of_kinds!(
                "'clock_stopped:response', 'clock_stopped:attend', 'clock_stopped:update', 'clock_stopped:reply', \
                 'clock_stopped:resolution', 'breached:response', 'breached:attend', 'breached:update', \
                 'breached:reply', 'breached:resolution'"
            )
        )
    };
}

const PROMISES: &str = concat!("t.id IN (", due_or_stopped!(), ")");
const RATED: &str = concat!("t.id IN (", of_kinds!("'rated'"), ")");
const CAME: &str = concat!("t.id IN (", of_kinds!("'opened'"), ")");
const SOLVED: &str = concat!("t.id IN (", of_kinds!("'resolved'"), ")");
const OPEN: &str = "t.id IN (SELECT o.id FROM ticket o WHERE o.is_open = 1)";
const ANY: &str = concat!(
    "t.id IN (",
    due_or_stopped!(),
    " UNION ",
    of_kinds!("'opened', 'resolved', 'rated'"),
    " UNION SELECT o.id FROM ticket o WHERE o.is_open = 1)"
);

impl Find {
    /// Its condition, and how often the period stands in it.
    const fn condition(self) -> (&'static str, usize) {
        match self {
            Self::Promises => (PROMISES, 2),
            Self::Rated => (RATED, 1),
            Self::Came => (CAME, 1),
            Self::Solved => (SOLVED, 1),
            Self::Open => (OPEN, 0),
            Self::Any => (ANY, 3),
        }
    }
}

/// Which tickets.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Found by what.
    pub find: Find,
    /// From this instant.
    pub from: Timestamp,
    /// Until before this one.
    pub until: Timestamp,
    /// Only of this customer.
    pub organisation: Option<OrgId>,
}

const TICKETS: &str =
    "SELECT t.id, t.number, t.organisation_id, t.contract_id, t.received_at, t.requester_id FROM ticket t";
const EVENTS: &str = "SELECT e.ticket_id, e.no, e.at, e.actor_kind, e.actor_id, e.change FROM ticket_event e";

/// Tickets whose events are asked for at once.
pub const CHUNK: usize = 500;

/// The tickets that the reader may see; one more than `limit` says that there are too many.
pub fn tickets(r: &mut Read<'_>, scope: &Scope, wanted: &Wanted, limit: i64) -> Result<Vec<Known>> {
    let engine = r.engine();
    let (text, values) = assemble_tickets(scope, wanted, limit);
    r.query(&engine.assembled(text), &values, |r| {
        Ok(Known {
            id: r.id(0)?,
            number: r.text(1)?,
            organisation: r.id_opt(2)?,
            contract: r.id_opt(3)?,
            received_at: r.at(4)?,
            requester: r.id(5)?,
        })
    })
}

fn assemble_tickets<'v>(scope: &'v Scope, w: &'v Wanted, limit: i64) -> (String, Vec<Value<'v>>) {
    let mut a = Assembly::new(TICKETS);
    let (condition, times) = w.find.condition();
    let period = [w.from.into(), w.until.into()].repeat(times);
    a.and(condition, &period);
    narrow(&mut a, scope);
    if let Some(org) = &w.organisation {
        a.and("t.organisation_id = ?", &[org.as_str().into()]);
    }
    a.end(" ORDER BY t.id LIMIT ?", &[limit.into()])
}

/// The events of these kinds of up to [`CHUNK`] tickets.
pub fn histories(r: &mut Read<'_>, tickets: &[Known], kinds: &BTreeSet<String>) -> Result<Vec<History>> {
    let engine = r.engine();
    let ids: Vec<&str> = tickets.iter().map(|t| t.id.as_str()).collect();
    let (text, values) = assemble_events(&ids, kinds);
    let rows = r.query(&engine.assembled(text), &values, read_event)?;
    let mut by_ticket: HashMap<TicketId, Vec<Event>> = HashMap::with_capacity(tickets.len());
    for (ticket, event) in rows {
        by_ticket.entry(ticket).or_default().push(event);
    }
    let of = |t: &Known| History { ticket: t.clone(), events: by_ticket.remove(&t.id).unwrap_or_default() };
    Ok(tickets.iter().map(of).collect())
}

/// Always for [`CHUNK`] keys, so that one prepared statement serves every report.
fn assemble_events<'v>(ids: &[&'v str], kinds: &'v BTreeSet<String>) -> (String, Vec<Value<'v>>) {
    let mut a = Assembly::new(EVENTS);
    a.and_in("e.ticket_id", ids.iter().copied().chain(std::iter::repeat("")).take(CHUNK).map(Value::from));
    a.and_in("e.kind", kinds.iter().map(Value::from));
    a.end(" ORDER BY e.ticket_id, e.no", &[])
}

fn read_event(r: &Row<'_>) -> Result<(TicketId, Event)> {
    let event = Event { no: r.int(1)?, at: r.at(2)?, by: actor(r, 3)?, change: r.json(5, "event.change")? };
    Ok((r.id(0)?, event))
}

/// Every assembled shape, for the test that prepares them on both engines.
pub(crate) fn shapes(engine: Engine) -> Vec<(String, String)> {
    let scopes = [Scope::All, Scope::Organisation("x".into()), Scope::Contact("x".into()), Scope::Nothing];
    let (from, until, organisation) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, Some("x".into()));
    let mut shapes = Vec::new();
    for scope in &scopes {
        for find in Find::ALL {
            let wanted = Wanted { find: *find, from, until, organisation: organisation.clone() };
            let text = assemble_tickets(scope, &wanted, 1).0;
            shapes.push((format!("report {scope:?} {find}"), engine.assembled(text)));
        }
    }
    shapes.push((
        "report events".to_owned(),
        engine.assembled(assemble_events(&["x"], &BTreeSet::from(["x".to_owned()])).0),
    ));
    let ids = [TicketId::from("x")];
    shapes.push(("report rows".to_owned(), engine.assembled(assemble_rows(&Scope::All, &ids).0)));
    shapes
}
