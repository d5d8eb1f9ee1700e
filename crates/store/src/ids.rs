//! Identifiers and randomness. The seed is injected, so that tests and seeds are repeatable.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use domain::time::{Timestamp, to_millis};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of unpredictable bytes, seeded by whoever starts the program.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<StdRng>>);

impl Entropy {
    /// A source from 32 bytes of the operating system, or of a test.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_seed(seed))))
    }

    /// Fills 32 bytes.
    pub fn bytes(&self) -> [u8; 32] {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random()
    }
}

/// Makes `UUIDv7` texts that sort in the order in which they were made on this node.
pub struct Ids {
    rng: StdRng,
    last_ms: i64,
    counter: u16,
}

impl Ids {
    /// A generator of its own, seeded from the source.
    pub fn new(entropy: &Entropy) -> Self {
        Self { rng: StdRng::from_seed(entropy.bytes()), last_ms: 0, counter: 0 }
    }

    /// The next identifier. Time comes from the unit of work; within a millisecond a counter keeps the order.
    pub fn next_id(&mut self, now: Timestamp) -> String {
        let ms = to_millis(now).max(0);
        if ms > self.last_ms {
            (self.last_ms, self.counter) = (ms, 0);
        } else {
            self.counter += 1;
            if self.counter > 0x0fff {
                (self.last_ms, self.counter) = (self.last_ms + 1, 0);
            }
        }
        let random: u64 = self.rng.random();
        let (ms, n) = (self.last_ms, self.counter);
        let mut text = String::with_capacity(36);
        let tail = random & 0xffff_ffff_ffff;
        let variant = 0x8000 | (random >> 48 & 0x3fff);
        // Writing to a String cannot fail.
        let _ = write!(text, "{:08x}-{:04x}-7{n:03x}-{variant:04x}-{tail:012x}", ms >> 16, ms & 0xffff);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_of_making_and_are_uuid_v7() {
        let mut ids = Ids::new(&Entropy::new([7; 32]));
        let now = domain::time::from_millis(1_790_000_000_123);
        let made: Vec<_> = (0..5_000).map(|_| ids.next_id(now)).collect();
        assert!(made.is_sorted());
        assert!(made.windows(2).all(|w| w[0] != w[1]));
        assert_eq!(made[0].len(), 36);
        assert_eq!(&made[0][14..15], "7");
    }
}
