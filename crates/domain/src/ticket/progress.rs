//! What a progress report says and how it reaches the customer (S2-48, S2-60, S2-63; `sla.md` U1).

use serde::{Deserialize, Serialize};

use super::{Channel, PlanStep};
use crate::named;
use crate::sla::{State, StopReason};
use crate::time::Timestamp;

named! {
    /// How far the work is.
    pub enum Phase ("phase") {
        /// The cause is looked for.
        Investigating = "investigating",
        /// The cause is known.
        Located = "located",
        /// It is being mended.
        Working = "working",
        /// What was mended is checked.
        Verifying = "verifying",
        /// It works again and is watched.
        Recovered = "recovered",
    }
}

named! {
    /// The way on which a report counts as handed over: the one that the customer uses.
    pub enum Way ("way") {
        /// On the portal: with the commit.
        Portal = "portal",
        /// By letter: when the receiving server has taken it, or where nothing is sent, when it was put among
        /// the outgoing letters.
        Letter = "letter",
    }
}

impl Way {
    /// The way for a case that came through `channel`, of somebody with or without a mail address.
    pub const fn of(channel: Channel, has_address: bool) -> Self {
        match channel {
            // They read here already.
            Channel::Portal | Channel::Chat => Self::Portal,
            _ if has_address => Self::Letter,
            _ => Self::Portal,
        }
    }
}

/// A progress report as a person gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How far the work is.
    pub phase: Phase,
    /// What was found.
    pub finding: String,
    /// What is done next.
    pub next: String,
    /// When it is expected to be solved.
    pub expected_at: Timestamp,
}

/// Characters of a finding or a next step at most.
pub const LONGEST: usize = 2_000;

impl Progress {
    /// The same without blanks around its texts.
    #[must_use]
    pub fn trimmed(self) -> Self {
        Self { finding: self.finding.trim().to_owned(), next: self.next.trim().to_owned(), ..self }
    }

    /// What is wrong with it: field and issue.
    pub fn wrong(&self, now: Timestamp) -> Vec<(&'static str, &'static str)> {
        let text = |field, text: &str| match text.trim() {
            "" => Some((field, "required")),
            t if t.chars().count() > LONGEST => Some((field, "too_long")),
            _ => None,
        };
        let past = (self.expected_at <= now).then_some(("expected_at", "past"));
        text("finding", &self.finding).into_iter().chain(text("next", &self.next)).chain(past).collect()
    }
}

/// What a message is when it is not only words: it is shown as a card and in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Card {
    /// A report that a person gave.
    Progress {
        /// Whose report it is, as it was given.
        #[serde(flatten)]
        progress: Progress,
        /// On which way it counts as handed over.
        way: Way,
    },
    /// Nobody reported in time; the house says by itself that it is at it.
    Underway {
        /// The due that passed.
        slot_at: Timestamp,
        /// When the next report is due.
        next_at: Option<Timestamp>,
    },
}

/// What the form holds before anybody has typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// As in the last report.
    pub phase: Option<Phase>,
    /// As in the last report.
    pub finding: String,
    /// What the last report named, else the next step of the fix plan, else why the case waits.
    pub next: String,
    /// As in the last report, if it is still to come; else the resolution's due.
    pub expected_at: Option<Timestamp>,
}

/// Fills the form from the case. `dues` are the instants that are promised, nearest first.
pub fn prefill(
    last: Option<&Progress>,
    plan: &[PlanStep],
    waits_for: &str,
    promised_at: Option<Timestamp>,
    now: Timestamp,
) -> Draft {
    let planned = plan.first().map(|s| format!("{} {}", s.by, s.what));
    let next = last.map(|l| l.next.clone()).or(planned).unwrap_or_else(|| waits_for.to_owned());
    let to_come = |at: &Timestamp| *at > now;
    Draft {
        phase: last.map(|l| l.phase),
        finding: last.map(|l| l.finding.clone()).unwrap_or_default(),
        next,
        expected_at: last.map(|l| l.expected_at).filter(to_come).or(promised_at.filter(to_come)),
    }
}

/// The progress slots of a case that are over, counted as the report of punctuality counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// People reported in time.
    pub on_time: i64,
    /// They did not.
    pub missed: i64,
    /// They did not, and were excused.
    pub excused: i64,
}

impl Tally {
    /// Takes slots that ended alike.
    pub fn take(&mut self, reason: StopReason, state: State, excused: bool, n: i64) {
        let late = reason == StopReason::Missed || state.is_breached();
        match (late, excused) {
            (true, true) => self.excused += n,
            (true, false) => self.missed += n,
            (false, _) if reason.counts() => self.on_time += n,
            (false, _) => {}
        }
    }

    /// Of how many the share is.
    pub const fn all(&self) -> i64 {
        self.on_time + self.missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-10-03T{text}:00Z").parse().unwrap()
    }

    fn report() -> Progress {
        Progress {
            phase: Phase::Located,
            finding: "disk full".into(),
            next: "clean up".into(),
            expected_at: at("05:00"),
        }
    }

    #[test]
    fn the_way_is_the_one_that_the_customer_uses() {
        for (channel, address, way) in [
            (Channel::Portal, true, Way::Portal),
            (Channel::Portal, false, Way::Portal),
            (Channel::Chat, true, Way::Portal),
            (Channel::Mail, true, Way::Letter),
            (Channel::Phone, true, Way::Letter),
            (Channel::Phone, false, Way::Portal),
            (Channel::Api, true, Way::Letter),
        ] {
            assert_eq!(Way::of(channel, address), way, "{channel} {address}");
        }
    }

    #[test]
    fn a_report_says_all_four_things() {
        assert_eq!(report().wrong(at("04:00")), []);
        assert_eq!(report().wrong(at("05:00")), [("expected_at", "past")]);
        let empty = Progress { finding: " ".into(), next: "x".repeat(LONGEST + 1), ..report() };
        assert_eq!(empty.wrong(at("04:00")), [("finding", "required"), ("next", "too_long")]);
    }

    #[test]
    fn the_form_knows_what_the_case_knows() {
        let plan = [PlanStep { what: "patch".into(), by: jiff::civil::date(2026, 10, 4) }];
        let now = at("04:00");
        let filled = prefill(Some(&report()), &plan, "log", Some(at("07:00")), now);
        assert_eq!((filled.phase, filled.next.as_str()), (Some(Phase::Located), "clean up"));
        assert_eq!(filled.expected_at, Some(at("05:00")));
        // What was expected by then did not come: the promise is the next thing that is known.
        assert_eq!(
            prefill(Some(&report()), &[], "", Some(at("07:00")), at("06:00")).expected_at,
            Some(at("07:00"))
        );
        assert_eq!(prefill(None, &plan, "log", None, now).next, "2026-10-04 patch");
        let bare = prefill(None, &[], "log", Some(at("03:00")), now);
        assert_eq!((bare.next.as_str(), bare.expected_at, bare.phase), ("log", None, None));
    }

    #[test]
    fn a_card_is_kept_as_json() {
        let card = Card::Progress { progress: report(), way: Way::Letter };
        let text = serde_json::to_string(&card).unwrap();
        assert!(text.contains(r#""kind":"progress""#) && text.contains(r#""phase":"located""#), "{text}");
        assert_eq!(serde_json::from_str::<Card>(&text).unwrap(), card);
    }

    #[test]
    fn slots_are_counted_as_in_the_report() {
        let mut tally = Tally::default();
        tally.take(StopReason::Done, State::Met, false, 3);
        tally.take(StopReason::Missed, State::Met, false, 2);
        tally.take(StopReason::Missed, State::Met, true, 1);
        tally.take(StopReason::Done, State::Breached, false, 1);
        tally.take(StopReason::Superseded, State::Met, false, 7);
        assert_eq!(tally, Tally { on_time: 3, missed: 3, excused: 1 });
        assert_eq!(tally.all(), 6);
    }
}
