//! Drafts on the server: one per person and ticket. They are rows of their own, so a colleague's change or a crash
//! does not touch them; in a merge they go along.

use domain::id::{FileId, StaffId, TicketId};
use domain::time::Timestamp;

use crate::row::to_json;
use crate::{Read, Result, Row, Work};

statements! {
    PUT = "INSERT INTO draft (ticket_id, staff_id, html, internal, files, saved_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (ticket_id, staff_id) DO UPDATE SET html = EXCLUDED.html, internal = EXCLUDED.internal, \
         files = EXCLUDED.files, saved_at = EXCLUDED.saved_at";
    OF_TICKET = "SELECT html, internal, files, staff_id FROM draft WHERE ticket_id = $1 ORDER BY staff_id LIMIT 500";
    ONE = "SELECT html, internal, files FROM draft WHERE ticket_id = $1 AND staff_id = $2";
    DRAFTING = "SELECT d.staff_id, s.name FROM draft d JOIN staff s ON s.id = d.staff_id \
         WHERE d.ticket_id = $1 AND d.saved_at >= $2 ORDER BY d.saved_at, d.staff_id LIMIT 20";
    DELETE = "DELETE FROM draft WHERE ticket_id = $1 AND staff_id = $2";
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftRow {
    /// Cleaned HTML.
    pub html: String,
    /// A note for staff.
    pub internal: bool,
    /// Files that were uploaded for it.
    pub files: Vec<FileId>,
}

impl DraftRow {
    /// Nothing is written and nothing attached.
    pub fn is_empty(&self) -> bool {
        self.html.trim().is_empty() && self.files.is_empty()
    }

    fn read(r: &Row<'_>) -> Result<Self> {
        Ok(Self { html: r.text(0)?, internal: r.flag(1)?, files: r.json(2, "draft.files")? })
    }
}

/// Keeps a draft.
pub fn save_draft(work: &mut Work<'_>, ticket: &TicketId, staff: &StaffId, draft: &DraftRow) -> Result<()> {
    let (now, files) = (work.now(), to_json(&draft.files));
    let values = [
        ticket.as_str().into(),
        staff.as_str().into(),
        (&draft.html).into(),
        draft.internal.into(),
        (&files).into(),
        now.into(),
    ];
    work.hit("draft", &PUT, &values)
}

/// Everybody's drafts for a ticket.
pub fn drafts(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<(StaffId, DraftRow)>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into()], |r| Ok((r.id(3)?, DraftRow::read(r)?)))
}

/// A person's draft for a ticket.
pub fn draft(r: &mut Read<'_>, ticket: &TicketId, staff: &StaffId) -> Result<Option<DraftRow>> {
    r.first(&ONE, &[ticket.as_str().into(), staff.as_str().into()], DraftRow::read)
}

/// Forgets a draft; harmless if there is none.
pub fn delete_draft(work: &mut Work<'_>, ticket: &TicketId, staff: &StaffId) -> Result<()> {
    work.execute(&DELETE, &[ticket.as_str().into(), staff.as_str().into()]).map(drop)
}

/// Who has saved a draft since an instant, with names.
pub fn drafting(r: &mut Read<'_>, ticket: &TicketId, since: Timestamp) -> Result<Vec<(StaffId, String)>> {
    r.rows(&DRAFTING, &[ticket.as_str().into(), since.into()], |r| Ok((r.id(0)?, r.text(1)?)))
}
