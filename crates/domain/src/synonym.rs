//! Words that mean the same to those who search. One document that people change while the product runs; a bad one is
//! refused when saved.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// Groups of words that mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Synonyms {
    /// In each group, every word stands for every other one. A word is in one group at most.
    pub groups: Vec<Vec<String>>,
}

/// So many groups at most.
const MOST_GROUPS: usize = 500;
/// So many words of a group at most.
const MOST_WORDS: usize = 10;
/// Characters of a word at most. One character says too little, two are a word.
const LONGEST: usize = 30;

impl Default for Synonyms {
    /// What is shipped.
    fn default() -> Self {
        Self::parse(include_str!("synonyms.txt"))
    }
}

impl Synonyms {
    /// Reads a group from each line, its words divided by `=`, also a full-width one. Empty lines are left out.
    pub fn parse(text: &str) -> Self {
        let words = |line: &str| -> Vec<String> {
            let words =
                line.split(['=', '\u{ff1d}']).map(|w| w.split_whitespace().collect::<Vec<_>>().join(" "));
            words.filter(|w| !w.is_empty()).collect()
        };
        Self { groups: text.lines().map(words).filter(|g| !g.is_empty()).collect() }
    }

    /// The same as text, as people edit it.
    pub fn text(&self) -> String {
        self.groups.iter().map(|g| g.join(" = ")).collect::<Vec<_>>().join("\n")
    }

    /// What is wrong: `Err` has the number of the group, from 1 on, or 0 for the whole, and the key.
    ///
    /// # Errors
    /// The first bad group.
    pub fn check(&self) -> Result<(), (usize, &'static str)> {
        if self.groups.len() > MOST_GROUPS {
            return Err((0, "too_many"));
        }
        let mut seen = HashSet::new();
        for (no, group) in (1..).zip(&self.groups) {
            if group.len() < 2 {
                return Err((no, "needs_two_words"));
            }
            if group.len() > MOST_WORDS {
                return Err((no, "too_many"));
            }
            for word in group {
                let plain = word.trim() == word && !word.contains(['=', '\u{ff1d}', '\n']);
                if !plain
                    || !(2..=LONGEST).contains(&word.chars().count())
                    || !word.chars().any(char::is_alphanumeric)
                {
                    return Err((no, "bad_value"));
                }
                if !seen.insert(word.to_lowercase()) {
                    return Err((no, "twice"));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_is_good_and_survives_being_edited() {
        let shipped = Synonyms::default();
        assert_eq!(shipped.check(), Ok(()));
        assert!(shipped.groups.len() >= 10);
        assert_eq!(Synonyms::parse(&shipped.text()), shipped);
    }

    #[test]
    fn bad_groups_are_named() {
        for (text, want) in [
            ("", Ok(())),
            ("卡死＝锁死\n\n Gantt  chart = 横道图 ", Ok(())),
            ("卡死", Err((1, "needs_two_words"))),
            ("卡死=锁死\n锁死=没反应", Err((2, "twice"))),
            ("Gantt=gantt", Err((1, "twice"))),
            ("卡=锁死", Err((1, "bad_value"))),
            ("？！=锁死", Err((1, "bad_value"))),
            ("aa=bb=cc=dd=ee=ff=gg=hh=ii=jj=kk", Err((1, "too_many"))),
        ] {
            assert_eq!(Synonyms::parse(text).check(), want, "{text}");
        }
    }
}
