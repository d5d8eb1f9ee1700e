//! Which place a visitor has in the queue, and how long they may have to wait.

use crate::id::{ChatId, GroupId};
use crate::time::Timestamp;

/// Below so many no number is said: it would be a guess.
pub const FEWEST_WAITS: usize = 3;
/// So many of the last waits count.
pub const MOST_WAITS: usize = 20;

/// A chat that waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// Since when.
    pub asked_at: Timestamp,
    /// Which one.
    pub chat: ChatId,
    /// In whose queue.
    pub group: Option<GroupId>,
}

/// The place of a chat in the queue of its group, from 1; nothing if it does not wait. Who asked first is served first.
pub fn position(queue: &[Waiting], chat: &ChatId) -> Option<usize> {
    let me = queue.iter().find(|w| w.chat == *chat)?;
    let before = |w: &&Waiting| w.group == me.group && (w.asked_at, &w.chat) < (me.asked_at, &me.chat);
    Some(queue.iter().filter(before).count() + 1)
}

/// How long a visitor may have to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The median of the last waits.
    About {
        /// Seconds.
        seconds: i64,
        /// Of so many waits.
        of: usize,
    },
    /// Too few to say.
    TooFew {
        /// There are only so many.
        of: usize,
    },
}

/// What the last waits, in seconds, let expect.
pub fn expected(waits: &[i64]) -> Wait {
    let mut last: Vec<i64> = waits.iter().take(MOST_WAITS).copied().collect();
    let of = last.len();
    if of < FEWEST_WAITS {
        return Wait::TooFew { of };
    }
    last.sort_unstable();
    let upper = last.get(of / 2).copied().unwrap_or_default();
    let lower = last.get((of - 1) / 2).copied().unwrap_or_default();
    Wait::About { seconds: i64::midpoint(lower, upper), of }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_seconds;

    fn waiting(second: i64, chat: &str, group: &str) -> Waiting {
        Waiting { asked_at: from_seconds(second), chat: chat.into(), group: Some(group.into()) }
    }

    #[test]
    fn who_asked_first_is_first() {
        let queue = [waiting(3, "c", "g"), waiting(1, "b", "g"), waiting(1, "a", "g"), waiting(0, "z", "h")];
        let place = |chat: &str| position(&queue, &chat.into());
        assert_eq!((place("a"), place("b"), place("c"), place("z")), (Some(1), Some(2), Some(3), Some(1)));
        assert_eq!(place("x"), None);
    }

    #[test]
    fn there_is_no_number_before_three_waits() {
        assert_eq!(expected(&[]), Wait::TooFew { of: 0 });
        assert_eq!(expected(&[10, 20]), Wait::TooFew { of: 2 });
        assert_eq!(expected(&[900, 10, 20]), Wait::About { seconds: 20, of: 3 });
        assert_eq!(expected(&[10, 20, 40, 900]), Wait::About { seconds: 30, of: 4 });
        let many: Vec<i64> = std::iter::repeat_n(5, MOST_WAITS).chain([9_000; 40]).collect();
        assert_eq!(expected(&many), Wait::About { seconds: 5, of: MOST_WAITS });
    }
}
