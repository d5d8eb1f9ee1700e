//! In whose name letters that people write leave the house: the sender's name and the signature of a mailbox or a group.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::{Piece, pieces};
use crate::id::GroupId;
use crate::named;

named! {
    /// What a sender's name or a signature may name, `{{agent}}`.
    pub enum Placeholder ("placeholder") {
        /// Who wrote.
        Agent = "agent",
        /// The desk's name.
        Company = "company",
        /// The telephone of who wrote.
        Phone = "phone",
        /// The service hours, from the calendar.
        Hours = "hours",
    }
}

/// The name and the signature under which a mailbox or a group writes. What is empty is somebody else's to say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Voice {
    /// The sender's name, in one line.
    pub sender: String,
    /// The signature for readers of Chinese.
    pub signature_zh: String,
    /// The signature for everybody else.
    pub signature_en: String,
}

/// Whose name and signature it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A mailbox, by its address.
    Mailbox(String),
    /// A group.
    Group(GroupId),
}

/// All names and signatures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Voices {
    /// By the address of the mailbox.
    pub mailboxes: BTreeMap<String, Voice>,
    /// By group.
    pub groups: BTreeMap<GroupId, Voice>,
}

impl Voices {
    /// What an owner has said; empty if nothing.
    pub fn of(&self, owner: &Owner) -> Voice {
        let found = match owner {
            Owner::Mailbox(address) => self.mailboxes.get(address),
            Owner::Group(id) => self.groups.get(id),
        };
        found.cloned().unwrap_or_default()
    }

    /// The same with what an owner says now; what is empty is not kept.
    #[must_use]
    pub fn with(mut self, owner: Owner, voice: Voice) -> Self {
        let is_empty = voice == Voice::default();
        match owner {
            Owner::Mailbox(address) if is_empty => drop(self.mailboxes.remove(&address)),
            Owner::Mailbox(address) => drop(self.mailboxes.insert(address, voice)),
            Owner::Group(id) if is_empty => drop(self.groups.remove(&id)),
            Owner::Group(id) => drop(self.groups.insert(id, voice)),
        }
        self
    }

    /// What counts for a letter about a ticket of a group that is answered into a mailbox: each part is the group's, or
    /// else the mailbox's.
    pub fn for_letter(&self, group: Option<&GroupId>, mailbox: Option<&str>) -> Voice {
        let group = group.and_then(|id| self.groups.get(id)).cloned().unwrap_or_default();
        let mailbox = mailbox.and_then(|a| self.mailboxes.get(a)).cloned().unwrap_or_default();
        let or = |a: String, b: String| if a.is_empty() { b } else { a };
        Voice {
            sender: or(group.sender, mailbox.sender),
            signature_zh: or(group.signature_zh, mailbox.signature_zh),
            signature_en: or(group.signature_en, mailbox.signature_en),
        }
    }
}

/// Characters of a sender's name.
const MAX_SENDER: usize = 100;
/// Characters of a signature.
const MAX_SIGNATURE: usize = 1_000;

impl Voice {
    /// The same without blanks at its ends.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let lines = |s: &str| {
            let lines: Vec<&str> = s.lines().map(str::trim_end).collect();
            lines.join("\n").trim().to_owned()
        };
        Self {
            sender: self.sender.trim().to_owned(),
            signature_zh: lines(&self.signature_zh),
            signature_en: lines(&self.signature_en),
        }
    }

    /// Field and issue of everything that is wrong.
    pub fn wrong(&self) -> Vec<(&'static str, &'static str)> {
        let of_sender = [Placeholder::Agent, Placeholder::Company];
        let all = [
            ("sender", &self.sender, MAX_SENDER, &of_sender[..]),
            ("signature_zh", &self.signature_zh, MAX_SIGNATURE, Placeholder::ALL),
            ("signature_en", &self.signature_en, MAX_SIGNATURE, Placeholder::ALL),
        ];
        all.into_iter()
            .filter_map(|(field, text, max, known)| Some((field, issue(text, max, known)?)))
            .collect()
    }

    /// The sender's name with its placeholders filled in; none if nothing is left of it. Separators at its ends go with
    /// what they separated.
    pub fn sender_name(&self, value: impl Fn(Placeholder) -> String) -> Option<String> {
        let ends = |c: char| c.is_whitespace() || "·|/-–—,\u{ff0c}\u{3001}".contains(c);
        let filled: String = fill(&self.sender, &value).0.chars().filter(|c| !c.is_control()).collect();
        let name = filled.trim_matches(ends);
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// The signature with its placeholders filled in; none if nothing is left of it. A line that says nothing because all
    /// that it names is unknown is left out.
    pub fn signature(&self, english: bool, value: impl Fn(Placeholder) -> String) -> Option<String> {
        let text = if english { &self.signature_en } else { &self.signature_zh };
        let said = |line| {
            let (filled, named, known) = fill(line, &value);
            (named == 0 || known > 0).then_some(filled)
        };
        let signature = text.lines().filter_map(said).collect::<Vec<_>>().join("\n");
        let signature = signature.trim();
        (!signature.is_empty()).then(|| signature.to_owned())
    }
}

fn issue(text: &str, max: usize, known: &[Placeholder]) -> Option<&'static str> {
    let one_line = max == MAX_SENDER;
    let odd = |c: char| c.is_control() && (one_line || c != '\n');
    let unknown = |p: &Piece<'_>| match p {
        Piece::Name(name) => !name.parse().is_ok_and(|p| known.contains(&p)),
        Piece::Text(_) => false,
    };
    if text.chars().count() > max {
        Some("too_long")
    } else if text.chars().any(odd) {
        Some("bad_value")
    } else if pieces(text).iter().any(unknown) {
        Some("unknown_placeholder")
    } else {
        None
    }
}

/// The text with its placeholders filled in, how many there are, and how many of them are known.
fn fill(text: &str, value: &impl Fn(Placeholder) -> String) -> (String, usize, usize) {
    let (mut out, mut named, mut known) = (String::new(), 0, 0);
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Name(name) => {
                let value = name.parse().map(value).unwrap_or_default();
                (named, known) = (named + 1, known + usize::from(!value.is_empty()));
                out.push_str(&value);
            }
        }
    }
    (out, named, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(sender: &str, zh: &str) -> Voice {
        Voice { sender: sender.to_owned(), signature_zh: zh.to_owned(), signature_en: String::new() }
    }

    fn of(p: Placeholder) -> String {
        match p {
            Placeholder::Agent => "李梅".to_owned(),
            Placeholder::Company => "Vendor".to_owned(),
            Placeholder::Hours => "周一至周五 09:00–18:00".to_owned(),
            Placeholder::Phone => String::new(),
        }
    }

    #[test]
    fn what_is_unknown_takes_its_line_or_separator_along() {
        let v = voice(
            "{{agent}} · {{company}}",
            "{{ agent }}\n{{company}}\n电话：{{phone}}\n服务时间：{{hours}}",
        );
        assert_eq!(v.sender_name(of).as_deref(), Some("李梅 · Vendor"));
        let nobody = |p| if p == Placeholder::Agent { String::new() } else { of(p) };
        assert_eq!(v.sender_name(nobody).as_deref(), Some("Vendor"));
        assert_eq!(v.sender_name(|_| String::new()), None);
        assert_eq!(v.signature(false, of).as_deref(), Some("李梅\nVendor\n服务时间：周一至周五 09:00–18:00"));
        assert_eq!(v.signature(true, of), None, "no word of it in English");
        let bad = |p| if p == Placeholder::Agent { "x\r\nBcc: y".to_owned() } else { of(p) };
        assert_eq!(v.sender_name(bad).as_deref(), Some("xBcc: y · Vendor"));
    }

    #[test]
    fn the_groups_word_goes_before_the_mailboxs() {
        let mut voices = Voices::default();
        voices = voices.with(Owner::Mailbox("a@v.example".to_owned()), voice("Desk", "box"));
        voices = voices.with(Owner::Group(GroupId::from("g")), voice("", "group"));
        let of = |group: Option<&str>, mailbox| {
            let group = group.map(GroupId::from);
            let v = voices.for_letter(group.as_ref(), mailbox);
            (v.sender, v.signature_zh)
        };
        assert_eq!(of(Some("g"), Some("a@v.example")), ("Desk".to_owned(), "group".to_owned()));
        assert_eq!(of(Some("h"), Some("a@v.example")), ("Desk".to_owned(), "box".to_owned()));
        assert_eq!(of(None, None), (String::new(), String::new()));
        let emptied = voices.clone().with(Owner::Group(GroupId::from("g")), Voice::default());
        assert!(emptied.groups.is_empty());
    }

    #[test]
    fn what_cannot_be_filled_is_refused_at_its_field() {
        assert_eq!(voice("{{agent}} · {{company}}", "{{phone}}").wrong(), []);
        assert_eq!(
            voice("{{hours}}", "{{nobody}}").wrong(),
            [("sender", "unknown_placeholder"), ("signature_zh", "unknown_placeholder")]
        );
        assert_eq!(voice("a\nb", "a\nb").wrong(), [("sender", "bad_value")]);
        assert_eq!(voice(&"x".repeat(101), &"x".repeat(1001)).wrong().len(), 2);
    }
}
