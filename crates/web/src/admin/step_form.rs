//! A step of a promise as a row of the form: when, what, to whom.

use domain::id::{GroupId, StaffId};
use domain::sla::{Step, StepAction, StepAt};
use words::{Locale, read_span, span};

use super::pairs::Pairs;

/// The ways to say when a step comes, as the form names them.
pub(super) const WAYS: [&str; 4] = ["percent", "before", "after", "missed"];

/// A step as typed; without a value it is none.
#[derive(Debug, Clone, Default)]
pub(super) struct StepText {
    pub id: String,
    pub milestone: String,
    pub way: String,
    pub value: String,
    pub action: String,
    /// `p:` and a person's key, or `g:` and a group's.
    pub to: String,
    pub level: String,
    pub off_hours: bool,
}

impl StepText {
    /// A step of a document.
    pub(super) fn of(locale: Locale, s: &Step) -> Self {
        let (way, value) = match s.at() {
            Some(StepAt::Percent(percent)) => ("percent", percent.to_string()),
            Some(StepAt::Offset(offset)) if offset < 0 => ("before", span(locale, offset)),
            Some(StepAt::Offset(offset)) => ("after", span(locale, offset)),
            Some(StepAt::Missed(n)) => ("missed", n.to_string()),
            None => ("percent", String::new()),
        };
        let person = s.person.as_ref().map(|p| format!("p:{p}"));
        let group = s.group.as_ref().map(|g| format!("g:{g}"));
        Self {
            // A document from before steps had names goes on with those that its firings bear.
            id: s.key(),
            milestone: s.milestone.as_str().to_owned(),
            way: way.to_owned(),
            value,
            action: s.action.as_str().to_owned(),
            to: person.or(group).unwrap_or_default(),
            level: s.level.to_string(),
            off_hours: s.off_hours,
        }
    }

    /// The row `i` of a form.
    pub(super) fn sent(p: &Pairs, i: usize) -> Self {
        let text = |part: &str| p.get(&format!("s.{i}.{part}")).trim().to_owned();
        Self {
            id: text("id"),
            milestone: text("milestone"),
            way: text("way"),
            value: text("value"),
            action: text("action"),
            to: text("to"),
            level: text("level"),
            off_hours: p.ticked(&format!("s.{i}.off_hours")),
        }
    }

    /// The step, or what cannot be read.
    pub(super) fn read(&self) -> Result<Step, &'static str> {
        let milestone = self.milestone.parse().map_err(|_| "bad_value")?;
        let action: StepAction = self.action.parse().map_err(|_| "bad_value")?;
        let time = || read_span(&self.value).ok_or("bad_span");
        let at = match self.way.as_str() {
            "before" => StepAt::Offset(-time()?),
            "after" => StepAt::Offset(time()?),
            "missed" => StepAt::Missed(self.value.parse().map_err(|_| "bad_missed")?),
            _ => {
                let percent = self.value.trim_end_matches('%').trim_end().parse();
                StepAt::Percent(percent.ok().filter(|p| (1..=300).contains(p)).ok_or("bad_percent")?)
            }
        };
        let level = if self.level.is_empty() { Ok(1) } else { self.level.parse().map_err(|_| "bad_level") };
        let to = |kind: &str| self.to.strip_prefix(kind).filter(|id| !id.is_empty());
        Ok(Step {
            id: self.id.clone(),
            person: to("p:").filter(|_| action == StepAction::ToPerson).map(StaffId::from),
            group: to("g:").filter(|_| action == StepAction::ToGroup).map(GroupId::from),
            level: level?,
            off_hours: self.off_hours,
            ..Step::new(milestone, at, action)
        })
    }
}
