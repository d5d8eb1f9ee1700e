//! Drafts on the server: one per person and ticket. They are rows of their own, so a colleague's change,
//! a merge or a crash does not touch them.

use domain::id::{StaffId, TicketId};
use domain::time::Timestamp;

use crate::{Read, Result, Work};

statements! {
    PUT = "INSERT INTO draft (ticket_id, staff_id, html, internal, saved_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (ticket_id, staff_id) DO UPDATE SET html = EXCLUDED.html, internal = EXCLUDED.internal, \
         saved_at = EXCLUDED.saved_at";
    ONE = "SELECT html, internal, saved_at FROM draft WHERE ticket_id = $1 AND staff_id = $2";
    DRAFTING = "SELECT d.staff_id, s.name FROM draft d JOIN staff s ON s.id = d.staff_id \
         WHERE d.ticket_id = $1 AND d.saved_at >= $2 ORDER BY d.saved_at, d.staff_id LIMIT 20";
    DELETE = "DELETE FROM draft WHERE ticket_id = $1 AND staff_id = $2";
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Cleaned HTML.
    pub html: String,
    /// A note for staff.
    pub internal: bool,
    /// When it was saved.
    pub saved_at: Timestamp,
}

/// Keeps a draft.
pub fn save_draft(
    work: &mut Work<'_>,
    ticket: &TicketId,
    staff: &StaffId,
    html: &str,
    internal: bool,
) -> Result<()> {
    let now = work.now();
    work.hit(
        "draft",
        &PUT,
        &[ticket.as_str().into(), staff.as_str().into(), html.into(), internal.into(), now.into()],
    )
}

/// A person's draft for a ticket.
pub fn draft(r: &mut Read<'_>, ticket: &TicketId, staff: &StaffId) -> Result<Option<DraftRow>> {
    r.first(&ONE, &[ticket.as_str().into(), staff.as_str().into()], |r| {
        Ok(DraftRow { html: r.text(0)?, internal: r.flag(1)?, saved_at: r.at(2)? })
    })
}

/// Forgets a draft; harmless if there is none.
pub fn delete_draft(work: &mut Work<'_>, ticket: &TicketId, staff: &StaffId) -> Result<()> {
    work.execute(&DELETE, &[ticket.as_str().into(), staff.as_str().into()]).map(drop)
}

/// Who has saved a draft since an instant, with names.
pub fn drafting(r: &mut Read<'_>, ticket: &TicketId, since: Timestamp) -> Result<Vec<(StaffId, String)>> {
    r.rows(&DRAFTING, &[ticket.as_str().into(), since.into()], |r| Ok((r.id(0)?, r.text(1)?)))
}
