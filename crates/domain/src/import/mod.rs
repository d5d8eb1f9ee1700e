//! Tables from elsewhere: which column means what, and what a row would become. Pure; a row that cannot be read says
//! for each field why.

mod date;
mod line;
mod twice;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use date::{DateOrder, read_instant};
pub use line::{Custom, CustomerLine, Given, Line, TicketLine, Wrong, read_line};
pub use twice::{Look, Numbers, Twice, number};

use crate::field::Field;
use crate::named;
use crate::people::{Point, fold};

named! {
    /// What the rows of a table are.
    pub enum Noun ("import noun") {
        /// A ticket a row, ended ones with their times.
        Tickets = "tickets",
        /// An organisation, a contact, or both a row.
        Customers = "customers",
    }
}

named! {
    /// Where an import stands.
    pub enum ImportState ("import state") {
        /// Its rows are being taken in.
        Loading = "loading",
        /// Its columns are being told; nothing has been made.
        Draft = "draft",
        /// Rows become tickets or customers.
        Running = "running",
        /// No row is left.
        Done = "done",
    }
}

named! {
    /// What became of a row.
    pub enum RowState ("row state") {
        /// Not yet looked at.
        Waiting = "waiting",
        /// Made something new.
        Made = "made",
        /// Was there already.
        Known = "known",
        /// Could not be read, or was refused.
        Bad = "bad",
    }
}

const TICKET: &[&str] = &[
    "title",
    "requester",
    "requester_name",
    "organisation",
    "body",
    "external_ref",
    "received_at",
    "responded_at",
    "resolved_at",
    "closed_at",
    "resolution",
    "kind",
    "severity",
    "level",
    "class",
    "channel",
    "product",
    "module",
    "group",
    "assignee",
    "tags",
    "symptom",
    "occurrence",
    "system",
    "product_version",
    "error_code",
];

const CUSTOMER: &[&str] =
    &["organisation", "domain", "note", "contact", "email", "phone", "position", "language", "sees"];

/// Before the key of an extra field.
pub const EXTRA: &str = "extra.";

impl Noun {
    /// The fields that a column may mean.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Tickets => TICKET,
            Self::Customers => CUSTOMER,
        }
    }

    /// The fields without which no row can be read. Customers need an organisation or a contact, row by row.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Tickets => &["title", "requester"],
            Self::Customers => &[],
        }
    }
}

/// Which column gives which field, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<String, usize>);

impl Mapping {
    /// Does a row tell a field?
    pub fn tells(&self, field: &str, cells: &[String]) -> bool {
        self.0.get(field).and_then(|i| cells.get(*i)).is_some_and(|c| !c.trim().is_empty())
    }

    /// The fields that must be given and are not.
    pub fn missing(&self, noun: Noun) -> Vec<&'static str> {
        let mut missing: Vec<_> =
            noun.required().iter().copied().filter(|f| !self.0.contains_key(*f)).collect();
        let names = ["organisation", "contact"];
        if noun == Noun::Customers && !names.iter().any(|f| self.0.contains_key(*f)) {
            missing.push("organisation");
        }
        missing
    }

    /// The columns that nobody asks for.
    pub fn unused<'h>(&self, head: &'h [String]) -> Vec<&'h str> {
        let used = |i: &usize| self.0.values().any(|v| v == i);
        head.iter().enumerate().filter(|(i, _)| !used(i)).map(|(_, h)| h.as_str()).collect()
    }
}

/// How people write fields and words, in both languages: folded text → field, and per list folded text → word.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Names of columns.
    pub columns: BTreeMap<String, Vec<&'static str>>,
    /// Words of closed lists.
    pub words: BTreeMap<(&'static str, String), &'static str>,
}

impl Vocabulary {
    /// The word of a list that a text means: the stable spelling or a text in either language.
    pub fn word(&self, list: &'static str, text: &str) -> Option<&'static str> {
        self.words.get(&(list, fold(text))).copied()
    }
}

/// Is the contact who has an address the person of a row? One who was only ever known by the address has any name.
pub fn is_same_person(known: &str, point: &Point, name: &str) -> bool {
    let by_address = [point.value.as_str(), point.value.split('@').next().unwrap_or_default()];
    std::iter::once(name).chain(by_address).any(|n| fold(n) == fold(known))
}

/// Guesses what columns mean from their names; each field and each column at most once.
pub fn guess(noun: Noun, head: &[String], extra: &[Field], words: &Vocabulary) -> Mapping {
    let mut mapping = Mapping::default();
    for (i, name) in head.iter().enumerate() {
        let name = fold(name);
        let known = words.columns.get(&name).into_iter().flatten().copied();
        let own = noun.fields().iter().copied().filter(|f| **f == name);
        let field = known.chain(own).find(|f| noun.fields().contains(f) && !mapping.0.contains_key(*f));
        let extra =
            || extra.iter().find(|f| noun == Noun::Tickets && (fold(&f.label) == name || f.key == name));
        match field {
            Some(field) => mapping.0.insert(field.to_owned(), i),
            None => extra().and_then(|f| mapping.0.insert(format!("{EXTRA}{}", f.key), i)),
        };
    }
    // Where one column is about who asked, it says how they are reached: no row could be read otherwise.
    if noun == Noun::Tickets
        && !mapping.0.contains_key("requester")
        && let Some(i) = mapping.0.remove("requester_name")
    {
        mapping.0.insert("requester".to_owned(), i);
    }
    mapping
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_guessed_by_their_names_once_each() {
        let mut words = Vocabulary::default();
        words.columns.insert("标题".to_owned(), vec!["title"]);
        words.columns.insert("单位".to_owned(), vec!["organisation"]);
        words.columns.insert("联系方式".to_owned(), vec!["requester", "phone"]);
        let head: Vec<String> = ["标题", "联系方式", "单位", "标题", "天气"].map(str::to_owned).to_vec();
        let mapping = guess(Noun::Tickets, &head, &[], &words);
        assert_eq!(
            mapping.0,
            BTreeMap::from(
                [("title", 0), ("requester", 1), ("organisation", 2)].map(|(k, v)| (k.to_owned(), v))
            )
        );
        assert_eq!(mapping.unused(&head), ["标题", "天气"]);
        assert!(mapping.missing(Noun::Tickets).is_empty());
        let customers = guess(Noun::Customers, &head, &[], &words);
        assert_eq!(customers.0.get("phone"), Some(&1));
        assert_eq!(guess(Noun::Tickets, &head[2..], &[], &words).missing(Noun::Tickets), ["requester"]);
    }

    #[test]
    fn one_column_about_who_asked_says_how_they_are_reached() {
        let mut words = Vocabulary::default();
        words.columns.insert("联系人".to_owned(), vec!["requester_name", "contact"]);
        words.columns.insert("电话".to_owned(), vec!["requester", "phone"]);
        let of = |head: &[&str], field: &str| {
            let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
            guess(Noun::Tickets, &head, &[], &words).0.get(field).copied()
        };
        assert_eq!(of(&["联系人"], "requester"), Some(0));
        let both = ["联系人", "电话"];
        assert_eq!((of(&both, "requester_name"), of(&both, "requester")), (Some(0), Some(1)));
    }

    #[test]
    fn an_address_belongs_to_one_person() {
        let point = crate::people::parse_email("Wu@a.example").unwrap();
        for (known, name, same) in [("Wu Mei", "wu mei", true), ("Wu Mei", "Li", false), ("wu", "Li", true)] {
            assert_eq!(is_same_person(known, &point, name), same, "{known} {name}");
        }
    }
}
