//! What becomes of a letter: which letters it follows, when it is tried again, and when nobody tries any more.

use crate::named;
use crate::time::{Timestamp, plus_seconds};

named! {
    /// What became of a letter to one recipient.
    pub enum LetterState ("letter state") {
        /// Written and kept: this installation sends nothing.
        Kept = "kept",
        /// Waits to be handed over.
        Queued = "queued",
        /// The server took it.
        Sent = "sent",
        /// It could not be handed over; tried again, if it still has a next time.
        Failed = "failed",
        /// The server will never take it.
        Rejected = "rejected",
    }
}

impl LetterState {
    /// May a person have it sent (again)? What the server took is not sent twice by hand.
    pub const fn may_be_sent(self) -> bool {
        matches!(self, Self::Kept | Self::Failed | Self::Rejected)
    }
}

named! {
    /// How far a letter to one address came.
    pub enum Delivery ("delivery") {
        /// Written and kept: this installation sends nothing.
        Kept = "kept",
        /// Waits to be handed over.
        Queued = "queued",
        /// The receiving side took it.
        Accepted = "accepted",
        /// Not yet; it is tried again.
        Deferred = "deferred",
        /// It came back, or was refused for good.
        Bounced = "bounced",
        /// It was tried for as long as it was worth it.
        GivenUp = "given_up",
    }
}

impl Delivery {
    /// Of a letter's state and the time at which it is tried next.
    pub const fn of(state: LetterState, next_at: Option<Timestamp>) -> Self {
        match (state, next_at) {
            (LetterState::Kept, _) => Self::Kept,
            (LetterState::Queued, _) => Self::Queued,
            (LetterState::Sent, _) => Self::Accepted,
            (LetterState::Failed, Some(_)) => Self::Deferred,
            (LetterState::Failed, None) => Self::GivenUp,
            (LetterState::Rejected, _) => Self::Bounced,
        }
    }

    /// Will it never arrive unless a person does something?
    pub const fn is_lost(self) -> bool {
        matches!(self, Self::Bounced | Self::GivenUp)
    }
}

/// What the attempt to hand a letter over led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// Taken, with the server's answer.
    Taken(String),
    /// Refused for good.
    Refused(String),
    /// Not now: no connection, a busy server, a wrong password.
    NotNow(String),
}

/// The first wait after a failed attempt; it doubles up to an hour.
const FIRST_WAIT_S: i64 = 60;
const LONGEST_WAIT_S: i64 = 3_600;
/// After so long a letter is no news any more.
const GIVE_UP_S: i64 = 24 * 3_600;
/// After so long others were paged.
const PAGE_S: i64 = 3_600;

/// For how long a letter of this kind is worth sending: a one-time link dies before the rest.
pub fn worth_s(kind: &str) -> i64 {
    match kind {
        "sign_in" => 30 * 60,
        "page" => PAGE_S,
        _ => GIVE_UP_S,
    }
}

/// Was the letter written by nobody? An acknowledgement, a reminder, a link; not the words of a colleague.
pub fn is_automatic(kind: &str) -> bool {
    !matches!(kind, "answered" | "waiting" | "solved" | "progress" | "forwarded" | "emergency")
}

/// When a letter is tried again after so many failed attempts since it was asked to be sent; `None` if the next
/// time would be too late for it.
pub fn next_attempt(kind: &str, queued_at: Timestamp, attempts: i64, now: Timestamp) -> Option<Timestamp> {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 10)).unwrap_or(0);
    let wait_s = (FIRST_WAIT_S << doublings).min(LONGEST_WAIT_S);
    let next = plus_seconds(now, wait_s);
    (next <= plus_seconds(queued_at, worth_s(kind))).then_some(next)
}

/// A letter of a ticket's correspondence that a later one follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// When it came, or was written.
    pub at: Timestamp,
    /// Its identity without brackets; of a letter of ours its key.
    pub id: String,
    /// We wrote it.
    pub ours: bool,
}

/// Bytes of files that go with a letter; many servers refuse 25 MB, and a letter is a third larger than its files.
pub const MOST_ENCLOSED: i64 = 15_000_000;

/// Which files go with a letter, by their sizes: each in turn that still has room. The others are read at the desk.
pub fn enclosed(sizes: impl IntoIterator<Item = i64>) -> Vec<bool> {
    let mut room = MOST_ENCLOSED;
    let goes = |size: i64| {
        let goes = size <= room;
        if goes {
            room -= size;
        }
        goes
    };
    sizes.into_iter().map(goes).collect()
}

/// The most earlier letters that a letter names.
pub const MOST_PASSED: i64 = 10;

/// Which letter a letter about a ticket answers, and the thread in which it stands, oldest first (RFC 5322 §3.6.4). It
/// answers the newest that came; where none did, it follows our newest. The `root` stands for the ticket, so that its
/// letters are shown together even where none of the others is known.
pub fn thread<'a>(root: &'a str, passed: &'a [Passed]) -> (&'a str, Vec<&'a str>) {
    let mut all: Vec<&Passed> = passed.iter().collect();
    all.sort_by_key(|p| (p.at, p.ours));
    let answered = all.iter().rev().find(|p| !p.ours).or(all.last()).map_or(root, |p| p.id.as_str());
    let mut ids = vec![root];
    for p in all {
        if !ids.contains(&p.id.as_str()) {
            ids.push(&p.id);
        }
    }
    (answered, ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_answers_the_newest_that_came() {
        let passed = |at: &str, id: &str, ours| Passed {
            at: format!("2026-09-24T02:{at}:00Z").parse().unwrap(),
            id: id.to_owned(),
            ours,
        };
        let (q, a, q2) = (passed("00", "q", false), passed("00", "a", true), passed("05", "q2", false));
        let b = passed("09", "b", true);
        assert_eq!(thread("r", &[]), ("r", vec!["r"]));
        assert_eq!(thread("r", std::slice::from_ref(&a)), ("a", vec!["r", "a"]));
        assert_eq!(thread("r", &[b.clone(), a, q2, q.clone()]), ("q2", vec!["r", "q", "a", "q2", "b"]));
        assert_eq!(thread("r", &[q.clone(), b.clone(), q]), ("q", vec!["r", "q", "b"]));
    }

    #[test]
    fn what_has_room_goes_along() {
        let half = MOST_ENCLOSED / 2;
        assert_eq!(enclosed([half, MOST_ENCLOSED, half, 1]), [true, false, true, false]);
        assert_eq!(enclosed([0, MOST_ENCLOSED]), [true, true]);
    }

    #[test]
    fn a_letter_that_nobody_tries_any_more_is_lost() {
        let at = Some(Timestamp::UNIX_EPOCH);
        let of =
            |state, next_at| (Delivery::of(state, next_at).as_str(), Delivery::of(state, next_at).is_lost());
        assert_eq!(of(LetterState::Sent, None), ("accepted", false));
        assert_eq!(of(LetterState::Failed, at), ("deferred", false));
        assert_eq!(of(LetterState::Failed, None), ("given_up", true));
        assert_eq!(of(LetterState::Rejected, None), ("bounced", true));
    }

    #[test]
    fn waits_longer_each_time_and_ends() {
        let start: Timestamp = "2026-09-24T02:00:00Z".parse().unwrap();
        let run = |kind| {
            let (mut now, mut waits, mut attempts) = (start, Vec::new(), 0);
            while let Some(next) = {
                attempts += 1;
                next_attempt(kind, start, attempts, now)
            } {
                waits.push(next.duration_since(now).as_secs() / 60);
                now = next;
            }
            waits
        };
        assert_eq!(run("sign_in"), [1, 2, 4, 8]);
        let answered = run("answered");
        assert_eq!(answered[..8], [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(answered.iter().sum::<i64>() / 60, 23, "a day at most");
    }
}
