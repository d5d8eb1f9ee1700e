//! Promise templates: targets per milestone and class, and the steps on the way. Data, edited by people;
//! a revision never changes, so a ticket freezes its promise by naming one.

use serde::{Deserialize, Serialize};

use super::Milestone;
use crate::calendar::MAX_TARGET_S;
use crate::id::{CalendarId, PolicyId};
use crate::named;
use crate::ticket::{Kind, Level, Severity};

named! {
    /// The rows of a promise template (requirements §4).
    pub enum PromiseClass ("promise class") {
        /// Work is stopped or data lost.
        Urgent = "urgent",
        /// A fault with a way round: only its resolution differs from `general`.
        Level2 = "level_2",
        /// Everything else.
        General = "general",
        /// A complaint about the service, however severe the case that it is about (S2-115).
        Complaint = "complaint",
    }
}

named! {
    /// What a step does when it fires (E1).
    pub enum StepAction ("step action") {
        /// Tells the person who has the ticket.
        NotifyOwner = "notify_owner",
        /// Tells the leads of the ticket's group.
        NotifyLead = "notify_lead",
        /// Tells the supervisors.
        NotifyManager = "notify_manager",
        /// Hands the ticket to a senior engineer (S1-50).
        ToSenior = "to_senior",
    }
}

/// Another target when the promise's calendar is closed at the start (K2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffHours {
    /// Counted seconds.
    pub seconds: i64,
    /// The calendar in which they count.
    pub calendar: CalendarId,
}

/// One promised time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// For which tickets.
    pub class: PromiseClass,
    /// What is promised.
    pub milestone: Milestone,
    /// Counted seconds.
    pub seconds: i64,
    /// The calendar in which they count.
    pub calendar: CalendarId,
    /// The target when `calendar` is closed at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_hours: Option<OffHours>,
}

impl Target {
    /// Seconds and calendar for a case that comes while the target's calendar is open or closed, and whether
    /// that is the off-hours target (K2).
    pub fn chosen(&self, open: bool) -> (i64, &CalendarId, bool) {
        match &self.off_hours {
            Some(off) if !open => (off.seconds, &off.calendar, true),
            _ => (self.seconds, &self.calendar, false),
        }
    }
}

/// A step on the way to, or beyond, a due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Of which clock.
    pub milestone: Milestone,
    /// At how many percent of the target, 1–300; 100 is the due itself.
    pub percent: u16,
    /// What to do.
    pub action: StepAction,
    /// Only for a clock that runs on its off-hours target.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off_hours: bool,
}

/// The editable document of a policy revision.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDoc {
    /// At most one per class and milestone.
    pub targets: Vec<Target>,
    /// In the order in which people read them.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// What is wrong with a policy document; names the row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Targets are 1 s to ten years.
    #[error("target {0}: seconds out of bounds")]
    Seconds(usize),
    /// The calendar does not exist.
    #[error("target {0}: unknown calendar")]
    Calendar(usize),
    /// Two targets for the same class and milestone.
    #[error("target {0}: a second one for its class and milestone")]
    Twice(usize),
    /// Steps are at 1–300 percent.
    #[error("step {0}: percent out of bounds")]
    Percent(usize),
}

impl PolicyError {
    /// Field and issue, as they are named to people and programs.
    pub fn named(&self) -> (String, &'static str) {
        match self {
            Self::Seconds(i) => (format!("targets.{i}.seconds"), "bad_value"),
            Self::Calendar(i) => (format!("targets.{i}.calendar"), "unknown"),
            Self::Twice(i) => (format!("targets.{i}"), "twice"),
            Self::Percent(i) => (format!("steps.{i}.percent"), "bad_value"),
        }
    }
}

impl PolicyDoc {
    /// Checks a document against the calendars that exist.
    ///
    /// # Errors
    /// The first [`PolicyError`].
    pub fn check(&self, exists: impl Fn(&CalendarId) -> bool) -> Result<(), PolicyError> {
        let good = |s: i64| (1..=MAX_TARGET_S).contains(&s);
        for (i, t) in self.targets.iter().enumerate() {
            let off_good = t.off_hours.as_ref().is_none_or(|o| good(o.seconds));
            if !good(t.seconds) || !off_good {
                return Err(PolicyError::Seconds(i));
            }
            if !exists(&t.calendar) || t.off_hours.as_ref().is_some_and(|o| !exists(&o.calendar)) {
                return Err(PolicyError::Calendar(i));
            }
            if self.targets.iter().take(i).any(|u| (u.class, u.milestone) == (t.class, t.milestone)) {
                return Err(PolicyError::Twice(i));
            }
        }
        match self.steps.iter().position(|s| !(1..=300).contains(&s.percent)) {
            Some(i) => Err(PolicyError::Percent(i)),
            None => Ok(()),
        }
    }

    /// Does it say what a complaint is promised? One from before complaints had a clock of their own does not.
    pub fn knows_complaints(&self) -> bool {
        self.targets.iter().any(|t| t.class == PromiseClass::Complaint)
    }

    /// The target of a milestone for a ticket's kind, severity and level. A complaint has its own promises, unless
    /// the document has none for complaints at all. A level-2 fault has its own resolution and otherwise the
    /// promises of its severity; a milestone without a row is not promised.
    pub fn target(
        &self,
        milestone: Milestone,
        kind: Kind,
        severity: Severity,
        level: Option<Level>,
    ) -> Option<&Target> {
        let class = match (milestone, severity, level) {
            _ if kind == Kind::Complaint && self.knows_complaints() => PromiseClass::Complaint,
            (Milestone::Resolution, _, Some(Level::Two)) => PromiseClass::Level2,
            (_, Severity::Urgent, _) => PromiseClass::Urgent,
            (_, Severity::General, _) => PromiseClass::General,
        };
        self.targets.iter().find(|t| t.class == class && t.milestone == milestone)
    }

    /// The steps of a clock, by percent.
    pub fn steps_of(&self, milestone: Milestone, off_hours: bool) -> Vec<&Step> {
        let fits = |s: &&Step| s.milestone == milestone && (off_hours || !s.off_hours);
        let mut steps: Vec<_> = self.steps.iter().filter(fits).collect();
        steps.sort_by_key(|s| s.percent);
        steps
    }
}

named! {
    /// Why a ticket has the promise that it has.
    pub enum Because ("policy source") {
        /// Its contract names it.
        Contract = "contract",
        /// Its customer names it.
        Organisation = "organisation",
        /// Nothing else does.
        Default = "default",
    }
}

/// A choice and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// The chosen policy.
    pub policy: PolicyId,
    /// Where it came from.
    pub because: Because,
}

/// Chooses contract → customer → default.
pub fn choose_policy(
    contract: Option<&PolicyId>,
    organisation: Option<&PolicyId>,
    default: &PolicyId,
) -> Picked {
    match (contract, organisation) {
        (Some(p), _) => Picked { policy: p.clone(), because: Because::Contract },
        (None, Some(p)) => Picked { policy: p.clone(), because: Because::Organisation },
        (None, None) => Picked { policy: default.clone(), because: Because::Default },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds that a document of `class milestone seconds` promises, in the order of the questions.
    fn promised(rows: &str, asked: &[(Milestone, Kind, Severity, Option<Level>)]) -> Vec<Option<i64>> {
        let row = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            let (class, milestone) = (words[0].parse().unwrap(), words[1].parse().unwrap());
            Target {
                class,
                milestone,
                seconds: words[2].parse().unwrap(),
                calendar: "x".into(),
                off_hours: None,
            }
        };
        let doc = PolicyDoc { targets: rows.lines().map(row).collect(), steps: Vec::new() };
        let of = |(m, k, s, l): &(Milestone, Kind, Severity, Option<Level>)| {
            doc.target(*m, *k, *s, *l).map(|t| t.seconds)
        };
        asked.iter().map(of).collect()
    }

    #[test]
    fn a_complaint_has_its_own_promises_whatever_its_severity() {
        use Milestone::{Attend, Resolution, Response};
        let rows = "urgent response 30\nurgent attend 60\nlevel_2 resolution 70\ngeneral response 40\n\
                    complaint response 5\ncomplaint resolution 6";
        let (urgent, general) = (Severity::Urgent, Severity::General);
        let asked = [
            (Response, Kind::Complaint, general, None),
            (Response, Kind::Complaint, urgent, Some(Level::One)),
            (Resolution, Kind::Complaint, general, Some(Level::Two)),
            (Attend, Kind::Complaint, urgent, None),
            (Response, Kind::Fault, general, None),
            (Resolution, Kind::Fault, general, Some(Level::Two)),
        ];
        assert_eq!(promised(rows, &asked), [Some(5), Some(5), Some(6), None, Some(40), Some(70)]);
    }

    #[test]
    fn a_document_from_before_complaints_promises_them_what_it_promises_others() {
        let asked = [
            (Milestone::Response, Kind::Complaint, Severity::Urgent, None),
            (Milestone::Response, Kind::Complaint, Severity::General, None),
        ];
        assert_eq!(promised("urgent response 30\ngeneral response 40", &asked), [Some(30), Some(40)]);
        let old: PolicyDoc = serde_json::from_str(
            r#"{"targets":[{"class":"general","milestone":"response","seconds":40,"calendar":"x"}]}"#,
        )
        .unwrap();
        assert!(!old.knows_complaints());
    }
}
