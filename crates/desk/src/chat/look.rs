//! What both sides see: is somebody there, which place in the queue, the lines after one.

use domain::chat::{Chat, MOST_WAITS, There, Wait, expected, position, there};
use domain::id::TicketId;
use domain::sla::Milestone;
use domain::ticket::decide::Rules;
use domain::ticket::{Kind, Severity};
use domain::time::{Timestamp, plus_seconds};
use store::chat::{self, LineRow};
use store::{Read, ticket};

use super::of_visitor;
use super::seat::THERE_S;
use crate::Result;

/// Waits of longer ago say nothing about now.
const RECENT_S: i64 = 86_400;
/// Lines that are read at once.
const LINES: i64 = 200;

/// Is somebody there to chat?
///
/// # Errors
/// The store's.
pub fn there_in(r: &mut Read<'_>, rules: &Rules) -> Result<There> {
    let now = r.now();
    let people = chat::seats(r, plus_seconds(now, -THERE_S))?;
    let s = &rules.settings;
    Ok(there(s.chat_on, rules.calendar(&s.chat_calendar), people, now))
}

/// What the last waits let expect.
///
/// # Errors
/// The store's.
pub fn expected_wait(r: &mut Read<'_>) -> Result<Wait> {
    let since = plus_seconds(r.now(), -RECENT_S);
    let most = i64::try_from(MOST_WAITS).unwrap_or(i64::MAX);
    Ok(expected(&chat::waits(r, since, most)?))
}

/// By when a first answer would be promised to somebody of whom nothing is known yet.
///
/// # Errors
/// The store's.
pub fn promised_by(r: &Read<'_>, rules: &Rules) -> Option<Timestamp> {
    let policy = &rules.settings.default_policy;
    let (_, rev) = rules.newest.get(policy)?;
    let doc = rules.policies.get(&(policy.clone(), *rev))?;
    let target = doc.target(Milestone::Response, Kind::Fault, Severity::General, None)?;
    let now = r.now();
    let open = rules.calendar(&target.calendar)?.is_open(now);
    let (seconds, calendar, _) = target.chosen(open);
    rules.calendar(calendar)?.due(now, seconds).ok()
}

/// By when the first answer to a case is promised.
pub(super) fn promise_of(r: &mut Read<'_>, id: &TicketId) -> Result<Option<Timestamp>> {
    let clocks = ticket::acting_clocks(r, id)?;
    let answers = |m: Milestone| matches!(m, Milestone::Response | Milestone::Reply);
    Ok(clocks.iter().filter(|c| answers(c.milestone) && c.is_running()).filter_map(|c| c.due_at).min())
}

/// Where a visitor stands in the queue, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub position: usize,
    /// How long.
    pub wait: Wait,
}

/// The place of a chat; nothing if it does not wait.
///
/// # Errors
/// The store's.
pub fn place(r: &mut Read<'_>, c: &Chat) -> Result<Option<Place>> {
    let queue = chat::queue(r)?;
    let wait = expected_wait(r)?;
    Ok(position(&queue, &c.id).map(|position| Place { position, wait }))
}

/// A chat as its visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The chat.
    pub chat: Chat,
    /// The number of its case.
    pub number: String,
    /// Who of ours has it, by name.
    pub who: String,
    /// Lines after the one that was seen.
    pub lines: Vec<LineRow>,
    /// There are more than these.
    pub more: bool,
}

/// A visitor's chat with the lines after a place.
///
/// # Errors
/// `NotFound`.
pub fn follow(r: &mut Read<'_>, token: &str, after: i64) -> Result<Standing> {
    let chat = of_visitor(r, token)?;
    standing(r, chat, after)
}

/// The same of a chat that was found already.
///
/// # Errors
/// The store's.
pub fn standing(r: &mut Read<'_>, chat: Chat, after: i64) -> Result<Standing> {
    let number = ticket::number_of(r, &chat.ticket)?.unwrap_or_default();
    let person = chat.staff.as_ref().map(|id| store::staff::one(r, id)).transpose()?.flatten();
    let who = person.map(|p| p.name).unwrap_or_default();
    let lines = chat::lines(r, &chat.id, after, LINES)?;
    let more = i64::try_from(lines.len()).is_ok_and(|n| n == LINES);
    Ok(Standing { chat, number, who, lines, more })
}

/// Is this file one of the visitor's chat?
///
/// # Errors
/// `NotFound`.
pub fn my_file(r: &mut Read<'_>, token: &str, file: &str) -> Result<()> {
    let chat = of_visitor(r, token)?;
    if chat::has_file(r, &chat.id, file)? { Ok(()) } else { Err(crate::Error::NotFound) }
}
