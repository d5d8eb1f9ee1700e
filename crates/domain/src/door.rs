//! Which way to turn to the desk: a proposal by urgency and complexity among the ways that are switched on (S1-57).

use std::collections::BTreeSet;

use crate::named;
use crate::ticket::Kind;

named! {
    /// A way to turn to the desk.
    pub enum Door ("door") {
        /// Articles that answer.
        Knowledge = "knowledge",
        /// Other customers.
        Forum = "forum",
        /// The hotline.
        Line = "line",
        /// Instant chat.
        Chat = "chat",
        /// The portal's form.
        Form = "form",
        /// A call at an hour of one's choice.
        CallBack = "call_back",
        /// A letter.
        Mail = "mail",
    }
}

impl Door {
    /// Somebody must be there at this moment.
    const fn needs_people(self) -> bool {
        matches!(self, Self::Line | Self::Chat)
    }
}

named! {
    /// How easily the matter is told.
    pub enum Complexity ("complexity") {
        /// In a sentence or two.
        Simple = "simple",
        /// It has to be explained or shown.
        Complex = "complex",
    }
}

named! {
    /// Why a way is proposed.
    pub enum Why ("why") {
        /// Work is stopped: somebody listens at once.
        Stopped = "stopped",
        /// Work is stopped: what is written is in the queue at once and marked so, whatever the hour.
        StoppedWritten = "stopped_written",
        /// It is explained more easily than written.
        Explained = "explained",
        /// It has to be written down, with what belongs to it.
        WrittenDown = "written_down",
        /// It may have been answered already.
        Answered = "answered",
        /// A short question has a short answer.
        Short = "short",
        /// It is kept, and goes on under a number.
        Kept = "kept",
        /// Others have ideas, too.
        Ideas = "ideas",
    }
}

/// What is known of the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matter {
    /// Why somebody turns to us.
    pub kind: Kind,
    /// Work is stopped.
    pub stopped: bool,
    /// How easily it is told.
    pub complexity: Complexity,
}

/// A way with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// Which way.
    pub door: Door,
    /// Why.
    pub because: Why,
}

/// The ways that are `on`, the best one first, each with its reason. Outside service hours nothing is proposed that needs
/// somebody at this moment.
pub fn propose(matter: Matter, on: &BTreeSet<Door>, is_service_time: bool) -> Vec<Proposal> {
    let able = |d: &Door| on.contains(d) && (is_service_time || !d.needs_people());
    let all = order(matter).iter().filter(|(door, _)| able(door));
    all.map(|(door, because)| Proposal { door: *door, because: *because }).collect()
}

fn order(matter: Matter) -> &'static [(Door, Why)] {
    use Door::{CallBack, Chat, Form, Forum, Knowledge, Line, Mail};
    match matter {
        // A call-back comes in half an hour at the earliest; what is written is read at once.
        Matter { stopped: true, .. } => &[
            (Line, Why::Stopped),
            (Chat, Why::Stopped),
            (Form, Why::StoppedWritten),
            (CallBack, Why::Explained),
        ],
        Matter { kind: Kind::Suggestion, .. } => &[(Forum, Why::Ideas), (Form, Why::Kept), (Mail, Why::Kept)],
        Matter { kind: Kind::Change, .. } => {
            &[(Form, Why::WrittenDown), (Mail, Why::WrittenDown), (CallBack, Why::Explained)]
        }
        Matter { complexity: Complexity::Complex, .. } => &[
            (Line, Why::Explained),
            (CallBack, Why::Explained),
            (Chat, Why::Explained),
            (Form, Why::WrittenDown),
            (Mail, Why::WrittenDown),
        ],
        Matter { kind: Kind::HowTo, .. } => &[
            (Knowledge, Why::Answered),
            (Forum, Why::Answered),
            (Chat, Why::Short),
            (Form, Why::Kept),
            (Mail, Why::Kept),
            (Line, Why::Explained),
            (CallBack, Why::Explained),
        ],
        _ => &[
            (Chat, Why::Short),
            (Form, Why::Kept),
            (Mail, Why::Kept),
            (Line, Why::Explained),
            (CallBack, Why::Explained),
            (Knowledge, Why::Answered),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> BTreeSet<Door> {
        Door::ALL.iter().copied().collect()
    }

    fn said(matter: Matter, on: &BTreeSet<Door>, service: bool) -> String {
        let all = propose(matter, on, service);
        all.iter().map(|p| format!("{}:{}", p.door, p.because)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn urgency_comes_before_complexity_and_each_way_has_its_reason() {
        use Complexity::{Complex, Simple};
        let on: BTreeSet<Door> = [Door::Form, Door::Mail, Door::CallBack].into();
        for (kind, stopped, complexity, expected) in [
            (Kind::Fault, true, Complex, "form:stopped_written call_back:explained"),
            (Kind::Fault, false, Complex, "call_back:explained form:written_down mail:written_down"),
            (Kind::Fault, false, Simple, "form:kept mail:kept call_back:explained"),
            (Kind::HowTo, false, Simple, "form:kept mail:kept call_back:explained"),
            (Kind::Change, false, Complex, "form:written_down mail:written_down call_back:explained"),
            (Kind::Suggestion, false, Simple, "form:kept mail:kept"),
        ] {
            assert_eq!(said(Matter { kind, stopped, complexity }, &on, true), expected, "{kind}");
        }
    }

    #[test]
    fn what_joins_later_comes_in_its_place_and_people_are_there_in_service_hours_only() {
        let how_to = Matter { kind: Kind::HowTo, stopped: false, complexity: Complexity::Simple };
        assert!(said(how_to, &all(), true).starts_with("knowledge:answered forum:answered chat:short"));
        let stopped = Matter { kind: Kind::Incident, stopped: true, complexity: Complexity::Simple };
        assert!(said(stopped, &all(), true).starts_with("line:stopped chat:stopped form:stopped_written"));
        assert!(said(stopped, &all(), false).starts_with("form:stopped_written"));
    }

    #[test]
    fn there_is_a_proposal_whatever_the_matter_as_long_as_there_is_a_form() {
        let on: BTreeSet<Door> = [Door::Form].into();
        for kind in Kind::ALL {
            for (stopped, complexity) in [(false, Complexity::Simple), (true, Complexity::Complex)] {
                let matter = Matter { kind: *kind, stopped, complexity };
                assert_eq!(propose(matter, &on, false).len(), 1, "{kind}");
                let places: BTreeSet<Door> = order(matter).iter().map(|(d, _)| *d).collect();
                assert_eq!(places.len(), order(matter).len(), "no way stands twice");
            }
        }
    }
}
