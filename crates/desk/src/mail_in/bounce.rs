//! A report about a letter of ours: it did not arrive, in the other server's words.

use domain::id::TicketId;
use domain::mail_in::Report;
use domain::post::LetterState;
use store::letter;

use super::find::letter_key;
use crate::{Result, Unit, post};

/// Records that a letter did not arrive; returns its ticket. A report that a letter is late, or about a letter that is not
/// ours, changes nothing.
pub(super) fn record(unit: &mut Unit<'_, '_>, report: Option<&Report>) -> Result<Option<TicketId>> {
    let Some(report) = report.filter(|r| !r.about.is_empty()) else { return Ok(None) };
    let Some(mut row) = letter::one(unit.work, letter_key(&report.about))? else { return Ok(None) };
    if !report.failed || row.state != LetterState::Sent {
        return Ok(row.ticket);
    }
    row.state = LetterState::Rejected;
    report.said.clone_into(&mut row.detail);
    row.next_at = None;
    letter::settle(unit.work, &row)?;
    post::tell_fate(unit, &row)?;
    Ok(row.ticket)
}
