//! The check before holidays: every hour has exactly one primary and one backup with a confirmed phone (O2 d).

use std::collections::BTreeSet;

use super::{Answer, Because, Seat, Shift};
use crate::id::StaffId;
use crate::named;
use crate::time::Timestamp;

named! {
    /// What is wrong with a duty.
    pub enum Issue ("on-call issue") {
        /// Nobody has it.
        Nobody = "nobody",
        /// Only the fallback has it.
        Fallback = "fallback",
        /// Whoever has it has not confirmed a phone.
        NoPhone = "no_phone",
    }
}

/// A time in which a duty is not in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// From here on …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
    /// Which duty.
    pub seat: Seat,
    /// What is wrong.
    pub issue: Issue,
    /// With whom.
    pub person: Option<StaffId>,
}

/// All that is wrong in some shifts, in order of time; neighbours with the same finding are one.
pub fn lint(shifts: &[Shift], confirmed: &BTreeSet<StaffId>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for seat in Seat::ALL.iter().copied() {
        for shift in shifts {
            let answer = match seat {
                Seat::Primary => &shift.on.primary,
                Seat::Backup => &shift.on.backup,
            };
            let Some(issue) = issue(answer, confirmed) else { continue };
            match found.last_mut() {
                Some(f)
                    if (f.seat, f.issue, f.until) == (seat, issue, shift.from)
                        && f.person == answer.person =>
                {
                    f.until = shift.until;
                }
                _ => found.push(Finding {
                    from: shift.from,
                    until: shift.until,
                    seat,
                    issue,
                    person: answer.person.clone(),
                }),
            }
        }
    }
    found.sort_by_key(|f| (f.from, f.seat));
    found
}

pub(super) fn issue(answer: &Answer, confirmed: &BTreeSet<StaffId>) -> Option<Issue> {
    let Some(person) = &answer.person else { return Some(Issue::Nobody) };
    if answer.because == Because::Fallback {
        return Some(Issue::Fallback);
    }
    (!confirmed.contains(person)).then_some(Issue::NoPhone)
}
