//! Agreed contacts of tickets: kept, listed, and found when something is due.

use domain::appointment::{Alarm, Appointment, Plan};
use domain::id::{AppointmentId, GroupId, OrgId, StaffId, TicketId};
use domain::named;
use domain::time::{Timestamp, to_millis};

use crate::db::Engine;
use crate::sql::Assembly;
use crate::ticket::Cursor;
use crate::value::Value;
use crate::{Read, Result, Row, Work};

/// The columns in the order in which [`read`] takes them. Table alias `a`.
macro_rules! columns {
    () => {
        "a.id, a.ticket_id, a.no, a.version, a.kind, a.state, a.from_at, a.until_at, a.way, a.contact_id, a.phone, \
         a.staff_id, a.wanted_by, a.note, a.result, a.made_at, a.ended_at, a.next_at"
    };
}

statements! {
    OF_TICKET = concat!("SELECT ", columns!(), " FROM appointment a WHERE a.ticket_id = $1 ORDER BY a.no DESC LIMIT 200");
    OF_NO = concat!("SELECT ", columns!(), " FROM appointment a WHERE a.ticket_id = $1 AND a.no = $2");
    BY_ID = concat!("SELECT ", columns!(), " FROM appointment a WHERE a.id = $1");
    LAST_NO = "SELECT no FROM appointment WHERE ticket_id = $1 ORDER BY no DESC LIMIT 1";
    INSERT = "INSERT INTO appointment (id, ticket_id, no, version, kind, state, from_at, until_at, way, contact_id, \
         phone, staff_id, wanted_by, note, result, made_at, ended_at, next_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    UPDATE = "UPDATE appointment SET ticket_id = $2, no = $3, version = $4, kind = $5, state = $6, from_at = $7, \
         until_at = $8, way = $9, contact_id = $10, phone = $11, staff_id = $12, wanted_by = $13, note = $14, \
         result = $15, made_at = $16, ended_at = $17, next_at = $18 WHERE id = $1 AND version = $19";
    DUE = "SELECT id FROM appointment WHERE next_at <= $1 ORDER BY next_at, id LIMIT 200";
    NEXT = "SELECT next_at FROM appointment WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1";
    TELL = "INSERT INTO appointment_told (appointment_id, what, version, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (appointment_id, what, version) DO NOTHING";
}

fn read(r: &Row<'_>) -> Result<Appointment> {
    Ok(Appointment {
        id: r.id(0)?,
        ticket: r.id(1)?,
        no: r.small(2, "appointment.no")?,
        version: r.int(3)?,
        state: r.word(5, "appointment.state")?,
        plan: Plan {
            kind: r.word(4, "appointment.kind")?,
            from: r.at(6)?,
            until: r.at_opt(7)?,
            way: r.word(8, "appointment.way")?,
            contact: r.id(9)?,
            phone: r.text(10)?,
            staff: r.id_opt(11)?,
            note: r.text(13)?,
        },
        wanted_by: r.word(12, "appointment.wanted_by")?,
        result: r.text(14)?,
        made_at: r.at(15)?,
        ended_at: r.at_opt(16)?,
        next_at: r.at_opt(17)?,
    })
}

/// The appointments of a ticket, the last one first.
pub fn of_ticket(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<Appointment>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into()], read)
}

/// One of a ticket's appointments.
pub fn of_no(r: &mut Read<'_>, ticket: &TicketId, no: u32) -> Result<Option<Appointment>> {
    r.first(&OF_NO, &[ticket.as_str().into(), no.into()], read)
}

/// One appointment.
pub fn by_id(r: &mut Read<'_>, id: &AppointmentId) -> Result<Option<Appointment>> {
    r.first(&BY_ID, &[id.as_str().into()], read)
}

/// The number of a ticket's next appointment.
pub fn next_no(r: &mut Read<'_>, ticket: &TicketId) -> Result<u32> {
    let last = r.first(&LAST_NO, &[ticket.as_str().into()], |r| r.small(0, "appointment.no"))?;
    Ok(last.unwrap_or(0) + 1)
}

/// Saves an appointment over what it was; none for a new one.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn put(work: &mut Work<'_>, before: Option<&Appointment>, a: &Appointment) -> Result<()> {
    let p = &a.plan;
    let mut values: Vec<Value<'_>> = vec![
        a.id.as_str().into(),
        a.ticket.as_str().into(),
        a.no.into(),
        a.version.into(),
        p.kind.as_str().into(),
        a.state.as_str().into(),
        p.from.into(),
        p.until.into(),
        p.way.as_str().into(),
        p.contact.as_str().into(),
        (&p.phone).into(),
        p.staff.as_ref().map(StaffId::as_str).into(),
        a.wanted_by.as_str().into(),
        (&p.note).into(),
        (&a.result).into(),
        a.made_at.into(),
        a.ended_at.into(),
        a.next_at.into(),
    ];
    match before {
        None => work.hit("appointment", &INSERT, &values),
        Some(before) => {
            values.push(before.version.into());
            work.follow("appointment", &UPDATE, &values)
        }
    }
}

/// The appointments to which something happens by itself now.
pub fn due(r: &mut Read<'_>) -> Result<Vec<AppointmentId>> {
    let now = r.now();
    r.rows(&DUE, &[now.into()], |r| r.id(0))
}

/// When the next one is; not before now.
pub fn next(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    let now = r.now();
    Ok(r.first(&NEXT, &[], |r| r.at(0))?.map(|at| at.max(now)))
}

/// Keeps that people are told; answers whether they were not yet.
pub fn tell(work: &mut Work<'_>, a: &Appointment, what: Alarm) -> Result<bool> {
    let now = work.now();
    let values = [a.id.as_str().into(), what.as_str().into(), a.version.into(), now.into()];
    Ok(work.execute(&TELL, &values)? > 0)
}

named! {
    /// Which appointments.
    pub enum WhichAppointments ("which appointments") {
        /// To come, or missed.
        Open = "open",
        /// Their time went by and nothing was done.
        Missed = "missed",
        /// Done or called off.
        Over = "over",
    }
}

/// What is listed; what is empty does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppointmentFilter {
    /// Where they stand.
    pub which: Option<WhichAppointments>,
    /// From this instant on …
    pub from: Option<Timestamp>,
    /// … and before this.
    pub until: Option<Timestamp>,
    /// That this person has: named, or as whoever has the ticket.
    pub person: Option<StaffId>,
    /// Of tickets in these groups.
    pub groups: Option<Vec<GroupId>>,
}

/// An appointment with its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentRow {
    /// The appointment.
    pub appointment: Appointment,
    /// The ticket's number.
    pub number: String,
    /// The ticket's title.
    pub title: String,
    /// Who has the ticket.
    pub assignee: Option<StaffId>,
    /// Whose ticket it is.
    pub organisation: Option<OrgId>,
}

impl AppointmentRow {
    /// Who does it.
    pub fn doer(&self) -> Option<&StaffId> {
        self.appointment.plan.staff.as_ref().or(self.assignee.as_ref())
    }

    /// Where the next page would begin.
    pub fn cursor(&self) -> Cursor {
        Cursor { value: to_millis(self.appointment.plan.from), id: self.appointment.id.0.clone() }
    }
}

const BASE: &str = concat!(
    "SELECT ",
    columns!(),
    ", t.number, t.title, t.assignee_id, t.organisation_id FROM appointment a JOIN ticket t ON t.id = a.ticket_id"
);

/// A page of appointments: the next one first; of those that are over, the last one first.
pub fn list(
    r: &mut Read<'_>,
    filter: &AppointmentFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<AppointmentRow>> {
    let engine = r.engine();
    let (text, values) = list_text(filter, after, limit);
    r.query(&engine.assembled(text), &values, |r| {
        Ok(AppointmentRow {
            appointment: read(r)?,
            number: r.text(18)?,
            title: r.text(19)?,
            assignee: r.id_opt(20)?,
            organisation: r.id_opt(21)?,
        })
    })
}

fn list_text<'v>(
    f: &'v AppointmentFilter,
    after: Option<&'v Cursor>,
    limit: i64,
) -> (String, Vec<Value<'v>>) {
    let mut a = Assembly::new(BASE);
    let over = f.which == Some(WhichAppointments::Over);
    match f.which {
        Some(WhichAppointments::Open) => a.and("a.state IN ('agreed', 'missed')", &[]),
        Some(WhichAppointments::Missed) => a.and("a.state = 'missed'", &[]),
        Some(WhichAppointments::Over) => a.and("a.state IN ('done', 'cancelled')", &[]),
        None => {}
    }
    if let Some(from) = f.from {
        a.and("a.from_at >= ?", &[from.into()]);
    }
    if let Some(until) = f.until {
        a.and("a.from_at < ?", &[until.into()]);
    }
    if let Some(person) = &f.person {
        let person = Value::from(person.as_str());
        a.and("(a.staff_id = ? OR (a.staff_id IS NULL AND t.assignee_id = ?))", &[person, person]);
    }
    if let Some(groups) = &f.groups {
        a.and_in("t.group_id", groups.iter().map(|g| g.as_str().into()));
    }
    if let Some(c) = after {
        let place = [c.value.into(), (&c.id).into()];
        if over {
            a.and("(a.from_at, a.id) < (?, ?)", &place);
        } else {
            a.and("(a.from_at, a.id) > (?, ?)", &place);
        }
    }
    let order = if over {
        " ORDER BY a.from_at DESC, a.id DESC LIMIT ?"
    } else {
        " ORDER BY a.from_at, a.id LIMIT ?"
    };
    a.end(order, &[limit.into()])
}

/// Every assembled statement, for the test that prepares all of them.
pub(crate) fn shapes(engine: Engine) -> Vec<(String, String)> {
    let cursor = Cursor { value: 0, id: "x".to_owned() };
    let shape = |which: &WhichAppointments| {
        let filter = AppointmentFilter {
            which: Some(*which),
            from: Some(Timestamp::UNIX_EPOCH),
            until: Some(Timestamp::UNIX_EPOCH),
            person: Some("x".into()),
            groups: Some(vec!["x".into()]),
        };
        let (text, _) = list_text(&filter, Some(&cursor), 50);
        (format!("appointments {which}"), engine.assembled(text))
    };
    WhichAppointments::ALL.iter().map(shape).collect()
}
