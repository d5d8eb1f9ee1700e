//! The promise chip: icon, name, state word, time. Says the same everywhere.

use askama::Template;
use desk::Result;
use domain::id::TicketId;
use domain::sla::{Clock, Milestone, State};
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, to_millis};
use store::Read;
use store::ticket::ListRow;
use words::{Locale, countdown, duration, t, word};

/// A chip ready to be shown.
#[derive(Debug, Clone, Template)]
#[template(path = "_chip.html")]
pub(crate) struct Chip {
    /// Colour role and icon: `ok`, `soon`, `overdue`, `paused`, `running`.
    pub role: &'static str,
    pub icon: &'static str,
    pub name: &'static str,
    pub state: &'static str,
    pub time: String,
    /// For the countdown in the browser, milliseconds UTC.
    pub due_ms: Option<i64>,
    /// Its due may move: the holidays of that year are not announced.
    pub uncertain: Option<&'static str>,
    /// Where the explanation is, if it can be asked for here.
    pub link: String,
}

/// May the due of a list's row still move, because the holidays of a year that it touches are not announced?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moves {
    No,
    Maybe,
}

impl Moves {
    /// Says it of a page of rows. Reads clocks, all at once, only for the rows between whose beginning and due lies
    /// a year that some calendar does not know.
    pub(crate) fn mark(r: &mut Read<'_>, rows: Vec<ListRow>, rules: &Rules) -> Result<Vec<(ListRow, Self)>> {
        let is_asked = |row: &&ListRow| {
            let due = row.nearest.map_or(row.created_at, |(_, due, _)| due);
            rules.calendars.values().any(|c| c.calendar.is_uncertain(row.created_at, due))
        };
        let asked: Vec<TicketId> = rows.iter().filter(is_asked).map(|row| row.id.clone()).collect();
        let mut clocks = store::ticket::running_of(r, &asked)?;
        clocks.retain(|(_, clock)| rules.is_uncertain(clock));
        let moves = |row: &ListRow| {
            let is_its = |(id, c): &(TicketId, Clock)| {
                *id == row.id
                    && row.nearest.is_some_and(|(m, due, _)| c.milestone == m && c.due_at == Some(due))
            };
            if clocks.iter().any(is_its) { Self::Maybe } else { Self::No }
        };
        let marked = rows.into_iter().map(|row| {
            let moves = moves(&row);
            (row, moves)
        });
        Ok(marked.collect())
    }
}

/// Less than this is left: the chip warns.
const SOON_S: i64 = 30 * 60;

impl Chip {
    /// The chip of a running clock in a list; `moves` if its due may.
    pub(crate) fn nearest(
        locale: Locale,
        (milestone, due, state): (Milestone, Timestamp, State),
        moves: Moves,
        now: Timestamp,
    ) -> Self {
        let mut chip = Self::build(locale, milestone, state, Some(due), 0, now);
        chip.uncertain = (moves == Moves::Maybe).then(|| t(locale, "chip-uncertain"));
        chip
    }

    /// The chip of a ticket's clock.
    pub(crate) fn of(locale: Locale, number: &str, clock: &Clock, rules: &Rules, now: Timestamp) -> Self {
        let mut chip =
            Self::build(locale, clock.milestone, live(clock, now), clock.due_at, clock.counted_s, now);
        chip.uncertain = rules.is_uncertain(clock).then(|| t(locale, "chip-uncertain"));
        chip.link = format!("/tickets/{number}/clocks/{}/{}", clock.milestone, clock.cycle);
        chip
    }

    fn build(
        locale: Locale,
        milestone: Milestone,
        state: State,
        due: Option<Timestamp>,
        counted_s: i64,
        now: Timestamp,
    ) -> Self {
        let left = due.map(|d| d.as_second() - now.as_second());
        let overdue =
            state == State::BreachedRunning || (state == State::Running && left.is_some_and(|l| l < 0));
        let (role, icon, key) = match state {
            State::Met => ("ok", "check", "met"),
            State::Breached => ("overdue", "x", "breached"),
            State::Paused => ("paused", "pause", "paused"),
            State::BreachedPaused => ("overdue", "pause", "breached_paused"),
            _ if overdue => ("overdue", "alert-circle", "overdue"),
            _ if left.is_some_and(|l| l < SOON_S) => ("soon", "clock", "running"),
            _ => ("running", "clock", "running"),
        };
        let running = matches!(state, State::Running | State::BreachedRunning);
        let time = match (state.is_final(), left) {
            (true, _) => duration(locale, counted_s),
            (false, Some(left)) if running => countdown(locale, left),
            _ => String::new(),
        };
        Self {
            role,
            icon,
            name: word(locale, "milestone", milestone.as_str()),
            state: t(locale, &format!("chip-{key}")),
            time,
            due_ms: due.filter(|_| running).map(to_millis),
            uncertain: None,
            link: String::new(),
        }
    }
}

/// The cached state moved on to this moment: a running clock past its due is overdue.
fn live(clock: &Clock, now: Timestamp) -> State {
    match (clock.verdict(), clock.due_at) {
        (State::Running, Some(due)) if now > due => State::BreachedRunning,
        (state, _) => state,
    }
}
