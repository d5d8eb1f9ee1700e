//! Where a letter belongs. Whoever writes into a case must take part in it, or hold the secret part of its address:
//! a number that anybody can guess opens nothing.

use crate::id::TicketId;

use super::Nature;

/// A ticket that a letter may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Key.
    pub id: TicketId,
    /// Number.
    pub number: String,
    /// Does the sender take part in it: asked for it, or sees the cases of their organisation?
    pub takes_part: bool,
}

/// What points to tickets, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clues {
    /// The ticket of a token that is right.
    pub token: Option<Candidate>,
    /// The tickets of letters that it refers to, the newest first.
    pub thread: Vec<Candidate>,
    /// The tickets that its subject names.
    pub subject: Vec<Candidate>,
}

/// Where a letter belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Into this ticket.
    In(TicketId),
    /// Into a new one. `named` is the ticket that it points to and in which the sender has no part.
    New { named: Option<String> },
}

/// Decides where a letter belongs.
pub fn place(clues: &Clues) -> Place {
    if let Some(c) = &clues.token {
        return Place::In(c.id.clone());
    }
    let mut all = clues.thread.iter().chain(&clues.subject);
    if let Some(c) = all.clone().find(|c| c.takes_part) {
        return Place::In(c.id.clone());
    }
    Place::New { named: all.next().map(|c| c.number.clone()) }
}

/// So many acknowledgements an hour go to one sender. More would be two machines that talk to each other.
const MAX_ACKNOWLEDGED: i64 = 10;

/// Is the sender of a new case told that it came? `opened` counts the cases that this sender opened by mail in the past
/// hour. Each case is acknowledged once, and only to a person.
pub fn acknowledges(nature: Nature, no_auto_answer: bool, opened: i64) -> bool {
    nature == Nature::Person && !no_auto_answer && opened < MAX_ACKNOWLEDGED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(n: u8, takes_part: bool) -> Candidate {
        Candidate { id: TicketId(n.to_string()), number: format!("AF-2026-0000{n}"), takes_part }
    }

    #[test]
    fn a_letter_finds_its_case() {
        let place_of = |token: Option<u8>, thread: &[(u8, bool)], subject: &[(u8, bool)]| {
            let of = |l: &[(u8, bool)]| l.iter().map(|(n, p)| candidate(*n, *p)).collect();
            let clues =
                Clues { token: token.map(|n| candidate(n, false)), thread: of(thread), subject: of(subject) };
            match place(&clues) {
                Place::In(id) => format!("in {id}"),
                Place::New { named: Some(number) } => format!("new, names {number}"),
                Place::New { named: None } => "new".to_owned(),
            }
        };
        assert_eq!(place_of(None, &[], &[]), "new");
        assert_eq!(place_of(Some(1), &[(2, true)], &[(3, true)]), "in 1");
        assert_eq!(place_of(None, &[(1, false), (2, true)], &[(3, true)]), "in 2");
        assert_eq!(place_of(None, &[(1, false)], &[(3, true)]), "in 3");
        assert_eq!(place_of(None, &[], &[(3, false)]), "new, names AF-2026-00003");
        assert_eq!(place_of(None, &[(1, false)], &[(3, false)]), "new, names AF-2026-00001");
    }

    #[test]
    fn only_people_are_told_and_not_without_end() {
        assert!(acknowledges(Nature::Person, false, 0));
        assert!(!acknowledges(Nature::Person, true, 0));
        assert!(!acknowledges(Nature::Person, false, MAX_ACKNOWLEDGED));
        for nature in [Nature::AutoReply, Nature::List, Nature::Bounce, Nature::Loop] {
            assert!(!acknowledges(nature, false, 0));
        }
    }
}
