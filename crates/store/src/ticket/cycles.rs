//! Whole cycles of past clocks, for replaying them under another promise.

use std::collections::HashMap;

use domain::id::{GroupId, TicketId};
use domain::sla::Clock;
use domain::ticket::{Hold, Level, Severity};

use super::read::{BESIDES, clock_columns, read_clock};
use super::risk::assemble_holds;
use crate::report::CHUNK;
use crate::sql::Assembly;
use crate::value::Value;
use crate::{Read, Result};

/// Progress slots are left out: a forgotten ticket has thousands.
const CYCLES: &str = concat!(
    "SELECT ",
    clock_columns!(),
    ", c.ticket_id, t.title, t.level, t.group_id, t.severity FROM clock c JOIN ticket t ON t.id = c.ticket_id"
);

/// A cycle with all that is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastCycle {
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's title.
    pub title: String,
    /// The ticket's level.
    pub level: Option<Level>,
    /// The ticket's group.
    pub group: Option<GroupId>,
    /// The ticket's severity.
    pub severity: Severity,
    /// Its clock.
    pub clock: Clock,
    /// The ticket's waiting stretches.
    pub holds: Vec<Hold>,
}

/// All cycles of up to [`CHUNK`] tickets, without progress slots.
pub fn past_cycles(r: &mut Read<'_>, ids: &[TicketId]) -> Result<Vec<PastCycle>> {
    let engine = r.engine();
    let (text, values) = assemble_holds(ids);
    let mut holds: HashMap<TicketId, Vec<Hold>> = HashMap::new();
    for (id, hold) in r.query(&engine.assembled(text), &values, |r| {
        let hold = Hold { status: r.word(1, "hold.status")?, from: r.at(2)?, to: r.at_opt(3)? };
        Ok((r.id::<TicketId>(0)?, hold))
    })? {
        holds.entry(id).or_default().push(hold);
    }
    let (text, values) = assemble_cycles(ids);
    r.query(&engine.assembled(text), &values, |r| {
        let ticket: TicketId = r.id(BESIDES)?;
        let holds = holds.get(&ticket).cloned().unwrap_or_default();
        let (title, level) = (r.text(BESIDES + 1)?, r.word_opt(BESIDES + 2, "ticket.level")?);
        let (group, severity) = (r.id_opt(BESIDES + 3)?, r.word(BESIDES + 4, "ticket.severity")?);
        Ok(PastCycle { ticket, title, level, group, severity, clock: read_clock(r)?, holds })
    })
}

/// Assembles the statement; also used by the test that prepares it on both engines. Always for [`CHUNK`] keys, so that
/// one prepared statement serves every period.
pub(crate) fn assemble_cycles(ids: &[TicketId]) -> (String, Vec<Value<'_>>) {
    let mut a = Assembly::new(CYCLES);
    a.and("c.milestone <> 'update'", &[]);
    let keys = ids.iter().map(TicketId::as_str).chain(std::iter::repeat("")).take(CHUNK);
    a.and_in("c.ticket_id", keys.map(Value::from));
    a.end(" ORDER BY c.ticket_id, c.milestone, c.cycle", &[])
}
