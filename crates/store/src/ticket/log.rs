//! The problem log: closed cases as lines of a table (S1-34).

use domain::access::{Role, Scope};
use domain::ticket::{IssueClass, Kind};
use domain::time::Timestamp;

use super::list::Cursor;
use crate::sql::Assembly;
use crate::{Read, Result, Row};

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// Solved at or after.
    pub from: Option<Timestamp>,
    /// Solved before.
    pub until: Option<Timestamp>,
    /// Only this class.
    pub class: Option<IssueClass>,
    /// Only solved by this person.
    pub solver: Option<domain::id::StaffId>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The case.
    pub number: String,
    /// Its title.
    pub title: String,
    /// When it was solved.
    pub resolved_at: Timestamp,
    /// Its class.
    pub class: Option<IssueClass>,
    /// Its kind, which stands where no class was given.
    pub kind: Kind,
    /// What was done.
    pub resolution: String,
    /// Who did it.
    pub solver: Option<(String, Role)>,
    /// Remark.
    pub remark: String,
    /// Where the next page would begin.
    pub cursor: Cursor,
}

const BASE: &str = "SELECT t.number, t.title, t.resolved_at, t.class, t.resolution, s.name, s.role, t.remark, t.id, t.kind \
     FROM ticket t LEFT JOIN staff s ON s.id = t.resolved_by";

/// A page of the log, newest first.
pub fn problem_log(
    r: &mut Read<'_>,
    scope: &Scope,
    filter: &LogFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<LogRow>> {
    let engine = r.engine();
    let (text, values) = assemble_log(scope, filter, after, limit);
    r.query(&engine.assembled(text), &values, read)
}

/// Assembles the statement; also used by the test that prepares it on both engines.
pub(crate) fn assemble_log<'v>(
    scope: &'v Scope,
    f: &'v LogFilter,
    after: Option<&'v Cursor>,
    limit: i64,
) -> (String, Vec<crate::value::Value<'v>>) {
    let mut a = Assembly::new(BASE);
    a.and("t.status = 'closed' AND t.resolved_at IS NOT NULL", &[]);
    super::list::narrow(&mut a, scope);
    if let Some(from) = f.from {
        a.and("t.resolved_at >= ?", &[from.into()]);
    }
    if let Some(until) = f.until {
        a.and("t.resolved_at < ?", &[until.into()]);
    }
    if let Some(class) = f.class {
        a.and("t.class = ?", &[class.as_str().into()]);
    }
    if let Some(solver) = &f.solver {
        a.and("t.resolved_by = ?", &[solver.as_str().into()]);
    }
    if let Some(c) = after {
        a.and("(t.resolved_at, t.id) < (?, ?)", &[c.value.into(), (&c.id).into()]);
    }
    a.end(" ORDER BY t.resolved_at DESC, t.id DESC LIMIT ?", &[limit.into()])
}

fn read(r: &Row<'_>) -> Result<LogRow> {
    let role = r.word_opt(6, "staff.role")?;
    Ok(LogRow {
        number: r.text(0)?,
        title: r.text(1)?,
        resolved_at: r.at(2)?,
        class: r.word_opt(3, "ticket.class")?,
        kind: r.word(9, "ticket.kind")?,
        resolution: r.text(4)?,
        solver: r.text_opt(5)?.zip(role),
        remark: r.text(7)?,
        cursor: Cursor { value: r.int(2)?, id: r.text(8)? },
    })
}
