//! Questions asked twice (S1-19): facts that a case already had and that staff entered anew with another text. Nobody
//! records that a fact is asked for, so this is the nearest that is recorded; it counts by when the case came.

use std::collections::BTreeMap;

use super::place::Place;
use super::sheet::Found;
use super::{Column, History, How};
use crate::access::ActorRef;
use crate::ticket::{Change, EditField, Facts};

const AGAIN: &str = "again";
const ONCE: &str = "once";
const FACT: &str = "fact";
const CASES: &[&str] = &[AGAIN, ONCE];

pub(super) const RATE: Column = Column::new("repeat_rate", CASES, How::Share(&[AGAIN]));

pub(super) const COLUMNS: &[Column] = &[
    RATE,
    Column::count("asked_cases", CASES),
    Column::count("asked_again", &[AGAIN]),
    Column::count("facts_again", &[FACT]),
];

pub(super) fn find(history: &History) -> Vec<Found> {
    let (mut place, mut came_at, mut facts) = (Place::start(), None, 0);
    for e in &history.events {
        place.take(e);
        match &e.change {
            Change::Opened { .. } => came_at = Some(e.at),
            Change::Edited { field: EditField::Facts, from, to } if matches!(e.by, ActorRef::Staff(_)) => {
                facts += replaced(from, to);
            }
            _ => {}
        }
    }
    let Some(at) = came_at else { return Vec::new() };
    let cell = if facts > 0 { AGAIN } else { ONCE };
    let each = (1..=facts).map(|cycle| Found { cycle, ..Found::new(FACT, at, place.clone()) });
    std::iter::once(Found::new(cell, at, place.clone())).chain(each).collect()
}

/// How many facts had a text before and have another one after.
fn replaced(from: &str, to: &str) -> u32 {
    let (from, to) = (read(from), read(to));
    let other = from.iter().filter(|(name, text)| to.get(*name).is_some_and(|t| t != *text));
    u32::try_from(other.count()).unwrap_or(u32::MAX)
}

/// The facts as an event keeps them: `name: text`, and the further lines of a text.
fn read(text: &str) -> BTreeMap<&'static str, String> {
    let mut facts: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut last = None;
    for line in text.lines() {
        let begun = Facts::default().named().into_iter().find_map(|(name, _)| {
            Some((name, line.strip_prefix(name)?.strip_prefix(": ")?.trim().to_owned()))
        });
        match (begun, last) {
            (Some((name, text)), _) => {
                facts.insert(name, text);
                last = Some(name);
            }
            (None, Some(name)) => facts.entry(name).or_default().push_str(line.trim()),
            (None, None) => {}
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_that_was_there_and_is_another_counts_and_a_new_one_does_not() {
        for (from, to, n) in [
            ("", "symptom: a", 0),
            ("symptom: a", "symptom: a\nsystem: Windows 10", 0),
            ("symptom: a\nsystem: Windows", "symptom: b\nsystem: Windows 10", 2),
            ("symptom: a", "", 0),
            ("symptom: a\nb", "symptom: a\nb\nversion: 8", 0),
            ("symptom: a\nb", "symptom: a\nc", 1),
            ("version: 8.2 ", "version: 8.2", 0),
        ] {
            assert_eq!(replaced(from, to), n, "{from} → {to}");
        }
    }
}
