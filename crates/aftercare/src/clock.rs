//! The process clock and the operating system's randomness: the only places that ask for either.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::{Clock, Timestamp, from_millis, to_millis};
use rand::TryRngCore;
use rand::rngs::OsRng;
use store::Entropy;

/// The real time, in milliseconds.
pub(crate) struct ProcessClock;

impl Clock for ProcessClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> Timestamp {
        from_millis(to_millis(Timestamp::now()))
    }
}

/// Randomness seeded by the operating system.
pub(crate) fn entropy() -> anyhow::Result<Entropy> {
    let mut seed = [0; 32];
    OsRng.try_fill_bytes(&mut seed)?;
    Ok(Entropy::new(seed))
}

/// A clock that shows what it was set to: for history that is laid, and for tests.
#[derive(Debug)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// A clock set to an instant.
    pub fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(to_millis(at)))
    }

    /// Moves it.
    pub fn set(&self, at: Timestamp) {
        self.0.store(to_millis(at), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        from_millis(self.0.load(Ordering::SeqCst))
    }
}
