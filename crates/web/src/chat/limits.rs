//! How much visitors may ask of a node. They are strangers: by their network address, and by their chat.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use desk::{Error, Result};
use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Keys that are remembered before those are forgotten that have their whole budget again.
const MOST_KEYS: usize = 10_000;

/// In this time an address has its whole budget for new chats again.
const TEN_MINUTES: Duration = Duration::from_mins(10);

/// The budgets.
#[derive(Debug)]
pub(crate) struct Limits {
    /// New chats and words that are left, by address: a house of many people has one address.
    asks: Budget,
    /// Lines and files, by chat.
    lines: Budget,
    /// Signs of typing, by chat and side.
    typing: Budget,
    /// All else, by address.
    requests: Budget,
}

#[derive(Debug)]
struct Budget(DefaultKeyedRateLimiter<String>);

fn times(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

impl Budget {
    fn new(quota: Quota) -> Self {
        Self(RateLimiter::keyed(quota))
    }

    fn take(&self, key: impl Into<String> + Hash) -> std::result::Result<(), i64> {
        if self.0.len() > MOST_KEYS {
            self.0.retain_recent();
        }
        self.0.check_key(&key.into()).map_err(|until| {
            let wait = until.wait_time_from(self.0.clock().now());
            i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).max(1)
        })
    }
}

impl Limits {
    /// The budgets; `per_second` requests of one address.
    pub(crate) fn new(per_second: u32) -> Self {
        // With the usual twenty requests a second as many chats at once, and two more each minute.
        let asks = Quota::with_period(TEN_MINUTES / per_second.max(1)).unwrap_or(Quota::per_minute(times(2)));
        Self {
            asks: Budget::new(asks.allow_burst(times(per_second))),
            lines: Budget::new(Quota::per_second(times(3)).allow_burst(times(30))),
            typing: Budget::new(
                Quota::with_period(Duration::from_secs(2)).unwrap_or(Quota::per_second(times(1))),
            ),
            requests: Budget::new(
                Quota::per_second(times(per_second)).allow_burst(times(per_second.saturating_mul(4))),
            ),
        }
    }

    /// A new chat, or word that is left.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(crate) fn ask(&self, peer: &str) -> Result<()> {
        limited(self.asks.take(peer))
    }

    /// A line or a file.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(crate) fn line(&self, token: &str) -> Result<()> {
        limited(self.lines.take(token))
    }

    /// Is a sign of typing passed on?
    pub(crate) fn types(&self, key: &str) -> bool {
        self.typing.take(key).is_ok()
    }

    /// Any other request.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(crate) fn request(&self, peer: &str) -> Result<()> {
        limited(self.requests.take(peer))
    }
}

fn limited(taken: std::result::Result<(), i64>) -> Result<()> {
    taken.map_err(|retry_after_s| Error::RateLimited { retry_after_s })
}
