//! How many requests a token may make in a second.

use std::num::NonZeroU32;

use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A limiter with a budget per token.
pub(crate) struct Throttle(DefaultKeyedRateLimiter<String>);

impl Throttle {
    /// So many requests a second and token; 0 is read as 1.
    pub(crate) fn new(per_second: u32) -> Self {
        let rate = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        Self(RateLimiter::keyed(Quota::per_second(rate)))
    }

    /// Takes one from the budget.
    ///
    /// # Errors
    /// Seconds to wait.
    pub(crate) fn take(&self, token: &str) -> Result<(), i64> {
        self.0.check_key(&token.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(self.0.clock().now());
            i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).max(1)
        })
    }
}
