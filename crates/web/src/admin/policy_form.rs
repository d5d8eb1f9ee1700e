//! A promise as a form: a table of targets in human units and the steps on the way.

use desk::FieldError;
use domain::id::CalendarId;
use domain::sla::{Milestone, OffHours, PolicyDoc, PromiseClass, Target};
use words::{Locale, read_span, span, t_args, word};

use super::pairs::Pairs;
use super::step_form::StepText;

/// A cell of the table: one promised time, or none if it is empty.
#[derive(Debug, Clone, Default)]
pub(super) struct CellText {
    pub class: &'static str,
    pub milestone: &'static str,
    pub time: String,
    pub calendar: String,
    pub off_time: String,
    pub off_calendar: String,
}

/// The form as it was sent, or as a document fills it.
#[derive(Debug, Clone, Default)]
pub(super) struct PolicyForm {
    pub id: String,
    pub rev: i64,
    pub name: String,
    pub cells: Vec<CellText>,
    pub steps: Vec<StepText>,
    pub at: String,
}

/// The cells that a promise may have: a level-2 fault has only its own resolution.
fn places() -> impl Iterator<Item = (PromiseClass, Milestone)> {
    let all = Milestone::ALL.iter().flat_map(|m| PromiseClass::ALL.iter().map(move |c| (*c, *m)));
    all.filter(|(c, m)| *c != PromiseClass::Level2 || *m == Milestone::Resolution)
}

impl PolicyForm {
    /// A document in the form.
    pub(super) fn of(locale: Locale, head: (&str, i64, &str), doc: &PolicyDoc) -> Self {
        let cell = |(class, milestone): (PromiseClass, Milestone)| {
            let target = doc.targets.iter().find(|t| (t.class, t.milestone) == (class, milestone));
            let off = target.and_then(|t| t.off_hours.as_ref());
            CellText {
                class: class.as_str(),
                milestone: milestone.as_str(),
                time: target.map(|t| span(locale, t.seconds)).unwrap_or_default(),
                calendar: target.map(|t| t.calendar.0.clone()).unwrap_or_default(),
                off_time: off.map(|o| span(locale, o.seconds)).unwrap_or_default(),
                off_calendar: off.map(|o| o.calendar.0.clone()).unwrap_or_default(),
            }
        };
        Self {
            id: head.0.to_owned(),
            rev: head.1,
            name: head.2.to_owned(),
            cells: places().map(cell).collect(),
            steps: doc.steps.iter().map(|s| StepText::of(locale, s)).collect(),
            at: String::new(),
        }
    }

    /// What was sent.
    pub(super) fn sent(id: &str, p: &Pairs) -> Self {
        let cell = |(class, milestone): (PromiseClass, Milestone)| {
            let text = |part: &str| p.get(&format!("t.{class}.{milestone}.{part}")).trim().to_owned();
            CellText {
                class: class.as_str(),
                milestone: milestone.as_str(),
                time: text("time"),
                calendar: text("calendar"),
                off_time: text("off_time"),
                off_calendar: text("off_calendar"),
            }
        };
        Self {
            id: id.to_owned(),
            rev: p.number("rev"),
            name: p.get("name").to_owned(),
            cells: places().map(cell).collect(),
            steps: p.rows("s").into_iter().map(|i| StepText::sent(p, i)).collect(),
            at: p.get("at").to_owned(),
        }
    }

    /// The document, or everything that cannot be read.
    pub(super) fn read(&self) -> Result<PolicyDoc, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut doc = PolicyDoc::default();
        for (place, cell) in places().zip(&self.cells).filter(|(_, c)| !c.time.is_empty()) {
            match cell.read(place) {
                Ok(target) => doc.targets.push(target),
                Err(issue) => {
                    let field = format!("targets.{}.{}", cell.class, cell.milestone);
                    wrong.push(FieldError::new(field, issue));
                }
            }
        }
        // Rows are counted as they are shown again: without the empty ones.
        for (i, s) in self.used_steps().enumerate() {
            match s.read() {
                Ok(step) => doc.steps.push(step),
                Err(issue) => wrong.push(FieldError::new(format!("steps.{i}"), issue)),
            }
        }
        if wrong.is_empty() { Ok(doc) } else { Err(wrong) }
    }

    /// The rows of the table: a milestone with its cell for each class, absent where there is none.
    pub(super) fn rows(&self) -> Vec<(&'static str, [Option<&CellText>; 4])> {
        let of = |m: &Milestone, c: PromiseClass| {
            self.cells.iter().find(|x| x.milestone == m.as_str() && x.class == c.as_str())
        };
        let row = |m: &Milestone| {
            let classes =
                [PromiseClass::Urgent, PromiseClass::Level2, PromiseClass::General, PromiseClass::Complaint];
            (m.as_str(), classes.map(|c| of(m, c)))
        };
        Milestone::ALL.iter().map(row).collect()
    }

    /// The steps with two empty rows to fill.
    pub(super) fn step_rows(&self) -> Vec<(usize, StepText)> {
        self.used_steps().cloned().chain([StepText::default(), StepText::default()]).enumerate().collect()
    }

    fn used_steps(&self) -> impl Iterator<Item = &StepText> {
        self.steps.iter().filter(|s| !s.value.is_empty())
    }
}

impl CellText {
    fn read(&self, (class, milestone): (PromiseClass, Milestone)) -> Result<Target, &'static str> {
        let seconds = read_span(&self.time).ok_or("bad_span")?;
        if self.calendar.is_empty() {
            return Err("no_calendar");
        }
        let off_hours = if self.off_time.is_empty() {
            None
        } else {
            let seconds = read_span(&self.off_time).ok_or("bad_span")?;
            if self.off_calendar.is_empty() {
                return Err("no_calendar");
            }
            Some(OffHours { seconds, calendar: CalendarId(self.off_calendar.clone()) })
        };
        Ok(Target { class, milestone, seconds, calendar: CalendarId(self.calendar.clone()), off_hours })
    }
}

/// The row of a document in the words of the form: `targets.3.calendar` is a class and a milestone for people.
pub(super) fn in_words(doc: &PolicyDoc, mut f: FieldError) -> FieldError {
    let index = f.field.strip_prefix("targets.").and_then(|r| r.split('.').next()?.parse::<usize>().ok());
    if let Some(t) = index.and_then(|i| doc.targets.get(i)) {
        f.field = format!("targets.{}.{}", t.class, t.milestone);
    }
    let step = f.field.strip_prefix("steps.").and_then(|rest| rest.split_once('.'));
    if let Some((row, part)) = step {
        let part = match part {
            "percent" | "offset_s" | "missed" => "way",
            "person" | "group" => "to",
            "level" => "step_level",
            other => other,
        };
        f.field = format!("steps.{row}.{part}");
    }
    f
}

/// What a promise means, a sentence for each class that has one.
pub(super) fn meaning(
    locale: Locale,
    doc: &PolicyDoc,
    calendar: impl Fn(&CalendarId) -> String,
) -> Vec<(&'static str, String)> {
    let sentence = |class: &PromiseClass| {
        let parts: Vec<String> = places()
            .filter(|(c, _)| c == class)
            .filter_map(|place| doc.targets.iter().find(|t| (t.class, t.milestone) == place))
            .map(|t| part(locale, t, &calendar))
            .collect();
        (!parts.is_empty()).then(|| {
            (word(locale, "promise_class", class.as_str()), parts.join(words::t(locale, "list-semicolon")))
        })
    };
    PromiseClass::ALL.iter().filter_map(sentence).collect()
}

fn part(locale: Locale, t: &Target, calendar: impl Fn(&CalendarId) -> String) -> String {
    let key = if t.milestone == Milestone::Update { "means-every" } else { "means-within" };
    let (milestone, time) = (word(locale, "milestone", t.milestone.as_str()), span(locale, t.seconds));
    let args = [("milestone", milestone), ("time", &*time), ("calendar", &*calendar(&t.calendar))];
    let main = t_args(locale, key, &args);
    let Some(off) = &t.off_hours else { return main };
    let (time, calendar) = (span(locale, off.seconds), calendar(&off.calendar));
    main + &t_args(locale, "means-off-hours", &[("time", &time), ("calendar", &calendar)])
}
