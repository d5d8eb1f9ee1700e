//! What kind of letter it is. Only what a person wrote opens a ticket; nothing else is ever answered (RFC 3834).

use super::subject::is_absence;
use super::{Incoming, same_mailbox};

/// What kind of letter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A person wrote it.
    Person,
    /// A machine answered, or wrote by itself.
    AutoReply,
    /// It went to many.
    List,
    /// It is about a letter that did not arrive, or not yet.
    Bounce,
    /// It came from ourselves.
    Loop,
}

/// By what we know ourselves.
#[derive(Debug, Clone, Default)]
pub struct Ours<'a> {
    /// Our own addresses.
    pub addresses: &'a [String],
    /// The mark that our letters carry.
    pub mark: &'a str,
    /// The letter's identity is one that we gave.
    pub sent_by_us: bool,
}

/// A letter that went through so many servers runs in a circle (RFC 5321 §6.3).
const MAX_HOPS: usize = 100;

/// What kind of letter it is. `envelope_from` is the sender by whom a server handed it over; empty for `<>`.
pub fn nature(mail: &Incoming, envelope_from: &str, ours: &Ours<'_>) -> Nature {
    let signs = &mail.signs;
    let from = mail.from.as_ref().map(|f| f.address.as_str()).unwrap_or_default();
    let from_us =
        ours.addresses.iter().any(|own| same_mailbox(from, own) || same_mailbox(envelope_from, own));
    let marked = !ours.mark.is_empty() && signs.desks.iter().any(|d| d == ours.mark);
    if signs.delivery_report || (mail.report.is_some() && !from_us) {
        return Nature::Bounce;
    }
    if from_us || marked || ours.sent_by_us || signs.hops > MAX_HOPS {
        return Nature::Loop;
    }
    let no_sender = envelope_from.is_empty() || signs.null_sender;
    if no_sender && is_postmaster(from) {
        return Nature::Bounce;
    }
    let by_machine = !matches!(signs.auto_submitted.as_str(), "" | "no") || signs.auto_reply;
    if by_machine || no_sender || is_absence(&mail.subject) {
        return Nature::AutoReply;
    }
    let to_many = matches!(signs.precedence.as_str(), "bulk" | "list" | "junk");
    if signs.list || to_many { Nature::List } else { Nature::Person }
}

/// Do servers write under this address?
fn is_postmaster(address: &str) -> bool {
    let local = address.split_once('@').map_or(address, |(local, _)| local);
    address.is_empty() || matches!(local, "mailer-daemon" | "postmaster" | "mail-daemon")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail_in::{MailAddress, Report};

    type Edit = fn(&mut Incoming);

    fn letter(edit: impl FnOnce(&mut Incoming)) -> Incoming {
        let from = MailAddress::new("Ben", "ben@north.example");
        let mut mail = Incoming { from, subject: "报表打不开".to_owned(), ..Incoming::default() };
        edit(&mut mail);
        mail
    }

    #[test]
    fn each_kind_is_known_by_its_signs() {
        use Nature::{AutoReply, Bounce, List, Loop, Person};
        let own = ["support@vendor.example".to_owned()];
        let ours = Ours { addresses: &own, mark: "desk-1", sent_by_us: false };
        let cases: &[(&str, Edit, Nature)] = &[
            ("plain", |_| (), Person),
            ("says no", |m| m.signs.auto_submitted = "no".to_owned(), Person),
            ("asks for silence", |m| m.signs.no_auto_answer = true, Person),
            ("answered", |m| m.signs.auto_submitted = "auto-replied".to_owned(), AutoReply),
            ("generated", |m| m.signs.auto_submitted = "auto-generated".to_owned(), AutoReply),
            ("older mark", |m| m.signs.auto_reply = true, AutoReply),
            ("by its subject", |m| m.subject = "自动回复：我在休假".to_owned(), AutoReply),
            ("in English", |m| m.subject = "Out of Office: back on Monday".to_owned(), AutoReply),
            ("list", |m| m.signs.list = true, List),
            ("bulk", |m| m.signs.precedence = "bulk".to_owned(), List),
            ("report", |m| m.signs.delivery_report = true, Bounce),
            ("report without its type", |m| m.report = Some(Report::default()), Bounce),
            ("our mark", |m| m.signs.desks = vec!["desk-0".to_owned(), "desk-1".to_owned()], Loop),
            ("another desk", |m| m.signs.desks = vec!["desk-0".to_owned()], Person),
            ("round and round", |m| m.signs.hops = 101, Loop),
            (
                "from our mailbox",
                |m| m.from = MailAddress::new("", "support+2026-00001-x@vendor.example"),
                Loop,
            ),
        ];
        for (name, edit, expected) in cases {
            assert_eq!(nature(&letter(edit), "ben@north.example", &ours), *expected, "{name}");
        }
        let sent = Ours { sent_by_us: true, ..ours.clone() };
        assert_eq!(nature(&letter(|_| ()), "ben@north.example", &sent), Loop);
        assert_eq!(nature(&letter(|_| ()), "support@vendor.example", &ours), Loop);
    }

    #[test]
    fn without_a_sender_nobody_is_answered() {
        let ours = Ours::default();
        assert_eq!(nature(&letter(|_| ()), "", &ours), Nature::AutoReply);
        let from = |a: &str| letter(|m| m.from = MailAddress::new("", a));
        assert_eq!(nature(&from("mailer-daemon@north.example"), "", &ours), Nature::Bounce);
        assert_eq!(nature(&letter(|m| m.from = None), "", &ours), Nature::Bounce);
        assert_eq!(
            nature(&from("postmaster@north.example"), "postmaster@north.example", &ours),
            Nature::Person
        );
    }
}
