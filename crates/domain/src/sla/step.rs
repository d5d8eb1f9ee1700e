//! The steps of a promise (E1): when each comes, what it does and for whom. Data; the firing is `decide::tick`.

use serde::{Deserialize, Serialize};

use super::Milestone;
use crate::id::{GroupId, StaffId};
use crate::named;
use crate::time::Timestamp;

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
        /// Hands the ticket to the person whom the step names.
        ToPerson = "to_person",
        /// Raises the ticket into the queue of the group that the step names.
        ToGroup = "to_group",
        /// Calls whoever is on call.
        PageOnCall = "page_on_call",
    }
}

/// When a step comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepAt {
    /// At so many percent of the target; 100 is the due itself.
    Percent(u16),
    /// So many counted seconds after the due, or before it if negative.
    Offset(i64),
    /// When so many progress slots in a row were missed.
    Missed(u16),
}

impl StepAt {
    /// The counted seconds at which it comes on a clock with this target: ⌈p·target/100⌉, or the target moved by the
    /// offset, never before the start. `None` if it does not come by counting.
    pub fn seconds(self, target_s: i64) -> Option<i64> {
        match self {
            Self::Percent(percent) => Some((i64::from(percent) * target_s + 99) / 100),
            Self::Offset(offset_s) => Some(target_s.saturating_add(offset_s).max(0)),
            Self::Missed(_) => None,
        }
    }

    /// Does it come only when the promise is due or broken?
    pub const fn is_overdue(self) -> bool {
        match self {
            Self::Percent(percent) => percent >= 100,
            Self::Offset(offset_s) => offset_s >= 0,
            Self::Missed(_) => true,
        }
    }
}

/// A step on the way to, or beyond, a due. Exactly one of `percent`, `offset_s` and `missed` says when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Names the step in firings; chosen when the document is saved and kept from then on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Of which clock.
    pub milestone: Milestone,
    /// At how many percent of the target, 1–300; 100 is the due itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u16>,
    /// Counted seconds after the due, or before it if negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_s: Option<i64>,
    /// Progress slots missed in a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<u16>,
    /// What to do.
    pub action: StepAction,
    /// To whom the ticket goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<StaffId>,
    /// Into which group's queue the ticket is raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// 1–9. Of steps that come at one instant the lower level fires first, then the order of the list counts.
    #[serde(default = "first_level", skip_serializing_if = "is_first_level")]
    pub level: u8,
    /// Only for a clock that runs on its off-hours target.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off_hours: bool,
}

fn first_level() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_first_level(level: &u8) -> bool {
    *level == first_level()
}

impl Step {
    /// A step of level 1, to be completed.
    pub fn new(milestone: Milestone, at: StepAt, action: StepAction) -> Self {
        let (mut percent, mut offset_s, mut missed) = (None, None, None);
        match at {
            StepAt::Percent(n) => percent = Some(n),
            StepAt::Offset(s) => offset_s = Some(s),
            StepAt::Missed(n) => missed = Some(n),
        }
        Self {
            id: String::new(),
            milestone,
            percent,
            offset_s,
            missed,
            action,
            person: None,
            group: None,
            level: first_level(),
            off_hours: false,
        }
    }

    /// When it comes; `None` unless exactly one way is given, which a saved document guarantees.
    pub fn at(&self) -> Option<StepAt> {
        match (self.percent, self.offset_s, self.missed) {
            (Some(percent), None, None) => Some(StepAt::Percent(percent)),
            (None, Some(offset_s), None) => Some(StepAt::Offset(offset_s)),
            (None, None, Some(missed)) => Some(StepAt::Missed(missed)),
            _ => None,
        }
    }

    /// What names it in firings. Documents from before steps had ids name it by what it does, so that it keeps the
    /// name for as long as its revision is used.
    pub fn key(&self) -> String {
        if !self.id.is_empty() {
            return self.id.clone();
        }
        let at = match self.at() {
            Some(StepAt::Percent(percent)) => format!("p{percent}"),
            Some(StepAt::Offset(offset_s)) => format!("o{offset_s}"),
            Some(StepAt::Missed(missed)) => format!("m{missed}"),
            None => String::new(),
        };
        let off = if self.off_hours { "-off" } else { "" };
        format!("{}-{at}-{}{off}", self.milestone, self.action)
    }
}

/// Gives every step a name of its own; names that are there stay.
pub(super) fn name_steps(steps: &mut [Step]) {
    let mut taken: Vec<String> = steps.iter().map(|s| s.id.clone()).filter(|id| !id.is_empty()).collect();
    for step in steps.iter_mut().filter(|s| s.id.is_empty()) {
        let key = step.key();
        let free = |name: &String| !taken.contains(name);
        let more = (2u32..).map(|n| format!("{key}-{n}"));
        let name = std::iter::once(key.clone()).chain(more).find(free).unwrap_or(key.clone());
        taken.push(name.clone());
        step.id = name;
    }
}

/// One firing of a step (E4). Its key is the ticket with all but the last three fields: whoever comes second finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firing {
    /// Of which clock.
    pub milestone: Milestone,
    /// In which cycle.
    pub cycle: u32,
    /// Which step.
    pub step: String,
    /// The due as it stood when the step's instant came. It follows from the history up to that instant and the
    /// calendar, so everybody who looks finds the same one, however late.
    pub basis_due_at: Timestamp,
    /// The step's instant.
    pub at: Timestamp,
    /// The event that tells of it.
    pub event: i64,
    /// Its level.
    pub level: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Step {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn documents_from_before_still_read_and_have_a_lasting_name() {
        let old = read(r#"{"milestone":"resolution","percent":75,"action":"notify_owner"}"#);
        assert_eq!((old.at(), old.level, old.off_hours), (Some(StepAt::Percent(75)), 1, false));
        assert_eq!(old.key(), "resolution-p75-notify_owner");
        let mut steps = vec![old.clone(), Step { off_hours: true, ..old.clone() }, old.clone()];
        name_steps(&mut steps);
        let names: Vec<&str> = steps.iter().map(|s| s.id.as_str()).collect();
        let key = "resolution-p75-notify_owner";
        assert_eq!(names, [key, "resolution-p75-notify_owner-off", "resolution-p75-notify_owner-2"]);
        // A saved name outlives a change of the step, and nobody else gets it.
        steps[0].percent = Some(80);
        steps.push(old);
        name_steps(&mut steps);
        assert_eq!((steps[0].id.as_str(), steps[3].id.as_str()), (key, "resolution-p75-notify_owner-3"));
    }

    #[test]
    fn what_is_written_is_what_was_meant() {
        for step in [
            Step::new(Milestone::Response, StepAt::Percent(50), StepAction::NotifyLead),
            Step::new(Milestone::Resolution, StepAt::Offset(-1800), StepAction::PageOnCall),
            Step {
                level: 3,
                group: Some("g".into()),
                ..Step::new(Milestone::Update, StepAt::Missed(2), StepAction::ToGroup)
            },
        ] {
            assert_eq!(read(&serde_json::to_string(&step).unwrap()), step);
        }
        let two = read(r#"{"milestone":"reply","percent":75,"missed":2,"action":"notify_owner"}"#);
        assert_eq!(two.at(), None);
    }

    #[test]
    fn seconds_round_up_and_never_begin_before_the_start() {
        assert_eq!(StepAt::Percent(33).seconds(100), Some(33));
        assert_eq!(StepAt::Percent(50).seconds(3), Some(2));
        assert_eq!(StepAt::Percent(300).seconds(7), Some(21));
        assert_eq!(StepAt::Offset(-60).seconds(90), Some(30));
        assert_eq!(StepAt::Offset(-600).seconds(90), Some(0));
        assert_eq!(StepAt::Offset(60).seconds(90), Some(150));
        assert_eq!(StepAt::Missed(2).seconds(90), None);
    }
}
