//! Pages until somebody answers: the first round of a step, the next ones, the acknowledgement.

use std::collections::BTreeSet;

use super::{Case, Change, Helpers, Next, Notice, Outcome};
use crate::access::Actor;
use crate::oncall::{Means, Page, PageRound, PagedSoFar, next_round};
use crate::time::{Timestamp, plus_seconds};

/// A step pages the first round. A page that reaches nobody, or only the owner of a rota with a hole, reaches the
/// supervisors as a notice.
pub(super) fn first(next: &mut Next<'_>, step: i64, helpers: &Helpers) {
    let alarm = next_round(&helpers.on_call, &BTreeSet::new()).iter().any(|c| c.alarm);
    let event = round(next, step, &BTreeSet::new(), helpers).unwrap_or(step);
    if alarm || next.out.paged.last().is_none_or(|r| r.step != step) {
        next.out.notices.push(Notice::Managers { event });
    }
}

/// Pages whoever is left; answers the first of their events.
fn round(
    next: &mut Next<'_>,
    step: i64,
    paged: &BTreeSet<crate::id::StaffId>,
    helpers: &Helpers,
) -> Option<i64> {
    let mut pages = Vec::new();
    for called in next_round(&helpers.on_call, paged) {
        let mut means = vec![Means::InApp];
        means.extend(helpers.means.get(&called.person).into_iter().flatten());
        let person = called.person.clone();
        let event = next.event(Change::Paged { step, called, means: means.clone() });
        next.out.notices.push(Notice::Staff { to: person.clone(), event });
        pages.push(Page { person, event, means });
    }
    let first = pages.first()?.event;
    let minutes = next.case.rules.settings.page_next_minutes;
    let next_at = Some(plus_seconds(next.now, i64::from(minutes) * 60));
    next.out.paged.push(PageRound { step, pages, next_at });
    Some(first)
}

/// Nobody has answered in time: the next round is paged. When nobody is left, the history says so.
///
/// # Errors
/// `never_opens` if a calendar was broken meanwhile.
pub fn page_next(
    case: &Case,
    so_far: &PagedSoFar,
    helpers: &Helpers,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    let mut next = Next::new(case, actor, now);
    let step = so_far.step;
    let last = next_round(&helpers.on_call, &so_far.all).is_empty();
    let minutes = case.rules.settings.page_next_minutes;
    next.event(Change::PageUnanswered { step, people: so_far.silent.clone(), minutes, last });
    if round(&mut next, step, &so_far.all, helpers).is_none() {
        next.out.paged.push(PageRound { step, pages: Vec::new(), next_at: None });
    }
    next.finish()
}

/// Somebody who was paged acknowledges. Whether there is anything to acknowledge, the caller knows.
///
/// # Errors
/// `never_opens` if a calendar was broken meanwhile.
pub fn acknowledge(case: &Case, means: Means, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    next.event(Change::PageAcknowledged { means });
    next.finish()
}
