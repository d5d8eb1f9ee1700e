//! The promise chip: icon, name, state word, time. Says the same everywhere.

use askama::Template;
use domain::sla::{Clock, Milestone, Risk, State};
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, to_millis};
use store::ticket::{ListRow, Running};
use words::{Locale, countdown, counted, t, t_args, word};

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
    /// It may well be missed: the word, and why.
    pub risk: Option<(String, String)>,
    /// The page of its case with the explanation.
    pub link: String,
    /// The explanation alone, where the page has a place for it.
    pub part: String,
    /// What the link leads to.
    hint: &'static str,
}

/// May the due of a list's row still move, because the holidays of a year that it touches are not announced?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moves {
    No,
    Maybe,
}

impl Moves {
    /// Says it of a row, by its clocks that run.
    pub(crate) fn of(row: &ListRow, running: &Running, rules: &Rules) -> Self {
        let Some((milestone, due, _)) = row.nearest else { return Self::No };
        let is_its = |c: &&Clock| c.due_at == Some(due) && c.milestone == milestone;
        let moves = running.clocks.iter().filter(is_its).any(|c| rules.is_uncertain(c));
        if moves { Self::Maybe } else { Self::No }
    }
}

/// Less than this is left: the chip warns.
const SOON_S: i64 = 30 * 60;

impl Chip {
    /// The chip of a running clock in a list; `moves` if its due may.
    pub(crate) fn nearest(
        locale: Locale,
        number: &str,
        (milestone, due, state): (Milestone, Timestamp, State),
        moves: Moves,
        now: Timestamp,
    ) -> Self {
        let mut chip = Self::build(locale, milestone, state, Some(due), 0, now);
        chip.uncertain = (moves == Moves::Maybe).then(|| t(locale, "chip-uncertain"));
        chip.link = why(number, milestone.as_str());
        chip
    }

    /// The chip of a ticket's clock.
    pub(crate) fn of(locale: Locale, number: &str, clock: &Clock, rules: &Rules, now: Timestamp) -> Self {
        let mut chip =
            Self::build(locale, clock.milestone, live(clock, now), clock.due_at, clock.counted_s, now);
        chip.uncertain = rules.is_uncertain(clock).then(|| t(locale, "chip-uncertain"));
        chip.link = why_of(number, clock.milestone, clock.cycle);
        chip.part = format!("/tickets/{number}/clocks/{}/{}", clock.milestone, clock.cycle);
        chip
    }

    /// For the customer, whose cases have pages of their own.
    pub(crate) fn in_portal(self) -> Self {
        Self { link: self.link.replacen("/tickets/", "/portal/cases/", 1), ..self }
    }

    /// With a mark, if the clock is at risk; a mark of another clock names it.
    pub(crate) fn at_risk(mut self, locale: Locale, of: Milestone, risk: Option<&Risk>) -> Self {
        let Some(risk) = risk else { return self };
        let (name, why) = (word(locale, "milestone", of.as_str()), words::risk(locale, risk));
        let args = [("milestone", name), ("why", &*why)];
        let mark = t(locale, "chip-risk");
        self.risk = Some(if name == self.name {
            (mark.to_owned(), why)
        } else {
            (t_args(locale, "chip-risk-of", &args), t_args(locale, "risk-of", &args))
        });
        if self.role == "running" {
            self.role = "soon";
        }
        self
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
            (true, _) => counted(locale, counted_s),
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
            risk: None,
            link: String::new(),
            part: String::new(),
            hint: t(locale, "chip-why"),
        }
    }
}

/// The page of a ticket with the explanation of one of its clocks; a milestone alone means the one that runs.
fn why(number: &str, clock: &str) -> String {
    format!("/tickets/{number}?why={clock}#why-place")
}

/// The page of a ticket with the explanation of this clock.
pub(crate) fn why_of(number: &str, milestone: Milestone, cycle: u32) -> String {
    why(number, &format!("{milestone}.{cycle}"))
}

/// The cached state moved on to this moment: a running clock past its due is overdue.
pub(crate) fn live(clock: &Clock, now: Timestamp) -> State {
    match (clock.verdict(), clock.due_at) {
        (State::Running, Some(due)) if now > due => State::BreachedRunning,
        (state, _) => state,
    }
}
