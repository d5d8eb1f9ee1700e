//! Promise templates: targets per milestone and class, and the steps on the way. Data, edited by people;
//! a revision never changes, so a ticket freezes its promise by naming one.

use serde::{Deserialize, Serialize};

use super::step::{Step, StepAction, StepAt, name_steps};
use super::{Milestone, Run};
use crate::calendar::MAX_TARGET_S;
use crate::id::{CalendarId, GroupId, PolicyId, StaffId};
use crate::named;
use crate::ticket::{Kind, Level, Severity};
use crate::time::Timestamp;

/// A step comes after at most so many missed progress slots.
pub const MAX_MISSED: u16 = 50;

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
    /// A step comes at a percent, at an offset, or after missed updates: one of the three.
    #[error("step {0}: does not say when")]
    When(usize),
    /// Steps are at 1–300 percent.
    #[error("step {0}: percent out of bounds")]
    Percent(usize),
    /// Offsets are at most ten years.
    #[error("step {0}: offset out of bounds")]
    Offset(usize),
    /// The offset reaches back before the start of every clock to which it could apply.
    #[error("step {0}: before the start")]
    BeforeStart(usize),
    /// 1–50 missed updates, and only of the progress duty.
    #[error("step {0}: missed updates out of bounds")]
    Missed(usize),
    /// Nobody by that key.
    #[error("step {0}: unknown person")]
    Person(usize),
    /// No group by that key.
    #[error("step {0}: unknown group")]
    Group(usize),
    /// The action hands the ticket on, but to whom?
    #[error("step {0}: {1} required")]
    ToWhom(usize, &'static str),
    /// A person or a group is named, but the action gives the ticket to nobody.
    #[error("step {0}: {1} not needed")]
    NotNeeded(usize, &'static str),
    /// Levels are 1–9.
    #[error("step {0}: level out of bounds")]
    Level(usize),
    /// Two steps of one name.
    #[error("step {0}: a second one of its name")]
    SameStep(usize),
}

impl PolicyError {
    /// Field and issue, as they are named to people and programs.
    pub fn named(&self) -> (String, &'static str) {
        match self {
            Self::Seconds(i) => (format!("targets.{i}.seconds"), "bad_value"),
            Self::Calendar(i) => (format!("targets.{i}.calendar"), "unknown"),
            Self::Twice(i) => (format!("targets.{i}"), "twice"),
            Self::When(i) => (format!("steps.{i}"), "no_time"),
            Self::Percent(i) => (format!("steps.{i}.percent"), "bad_percent"),
            Self::Offset(i) => (format!("steps.{i}.offset_s"), "bad_span"),
            Self::BeforeStart(i) => (format!("steps.{i}.offset_s"), "beyond_start"),
            Self::Missed(i) => (format!("steps.{i}.missed"), "bad_missed"),
            Self::ToWhom(i, part) => (format!("steps.{i}.{part}"), "required"),
            Self::NotNeeded(i, part) => (format!("steps.{i}.{part}"), "not_needed"),
            Self::Person(i) => (format!("steps.{i}.person"), "unknown"),
            Self::Group(i) => (format!("steps.{i}.group"), "unknown"),
            Self::Level(i) => (format!("steps.{i}.level"), "bad_level"),
            Self::SameStep(i) => (format!("steps.{i}.id"), "twice"),
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
        let steps = self.steps.iter().enumerate();
        steps.map(|(i, s)| self.check_step(i, s)).find(Result::is_err).unwrap_or(Ok(()))
    }

    /// Checks the steps against the people and groups that exist; a step that names none where it must is refused too.
    ///
    /// # Errors
    /// The first [`PolicyError`].
    pub fn check_hands(
        &self,
        person: impl Fn(&StaffId) -> bool,
        group: impl Fn(&GroupId) -> bool,
    ) -> Result<(), PolicyError> {
        for (i, s) in self.steps.iter().enumerate() {
            let named = [
                ("person", s.action == StepAction::ToPerson, s.person.as_ref().map(&person)),
                ("group", s.action == StepAction::ToGroup, s.group.as_ref().map(&group)),
            ];
            for (part, needed, exists) in named {
                match (needed, exists) {
                    (true, None) => return Err(PolicyError::ToWhom(i, part)),
                    (false, Some(_)) => return Err(PolicyError::NotNeeded(i, part)),
                    (true, Some(false)) if part == "person" => return Err(PolicyError::Person(i)),
                    (true, Some(false)) => return Err(PolicyError::Group(i)),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn check_step(&self, i: usize, s: &Step) -> Result<(), PolicyError> {
        match s.at().ok_or(PolicyError::When(i))? {
            StepAt::Percent(p) if !(1..=300).contains(&p) => return Err(PolicyError::Percent(i)),
            StepAt::Offset(o) if !(-MAX_TARGET_S..=MAX_TARGET_S).contains(&o) => {
                return Err(PolicyError::Offset(i));
            }
            StepAt::Offset(o) if o < 0 && self.longest(s.milestone).is_some_and(|t| t <= -o) => {
                return Err(PolicyError::BeforeStart(i));
            }
            StepAt::Missed(n) if s.milestone != Milestone::Update || !(1..=MAX_MISSED).contains(&n) => {
                return Err(PolicyError::Missed(i));
            }
            _ => {}
        }
        if !(1..=9).contains(&s.level) {
            return Err(PolicyError::Level(i));
        }
        let same = |other: &Step| !s.id.is_empty() && other.id == s.id;
        if self.steps.iter().take(i).any(same) { Err(PolicyError::SameStep(i)) } else { Ok(()) }
    }

    /// The longest target of a milestone, in seconds.
    fn longest(&self, milestone: Milestone) -> Option<i64> {
        let mine = self.targets.iter().filter(|t| t.milestone == milestone);
        mine.flat_map(|t| std::iter::once(t.seconds).chain(t.off_hours.iter().map(|o| o.seconds))).max()
    }

    /// The document as it is saved: every step has its name.
    #[must_use]
    pub fn with_named_steps(mut self) -> Self {
        name_steps(&mut self.steps);
        self
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

    /// The steps of a clock, in the order of the list.
    pub fn steps_of(&self, milestone: Milestone, off_hours: bool) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |s| s.milestone == milestone && (off_hours || !s.off_hours))
    }

    /// The steps of a clock that come by counting, with their instants as the history up to `as_of` has them, in the
    /// order in which they fire.
    pub fn instants(
        &self,
        (milestone, off_hours): (Milestone, bool),
        run: &Run<'_>,
        as_of: Timestamp,
    ) -> Vec<(&Step, Timestamp)> {
        let at = |s: &Step| run.instant_of(s.at()?.seconds(run.target_s)?, as_of);
        let steps = self.steps_of(milestone, off_hours);
        let mut all: Vec<_> = steps.filter_map(|s| Some((s, at(s)?))).collect();
        all.sort_by_key(|(s, at)| (*at, s.level));
        all
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
