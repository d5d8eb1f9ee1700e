//! The measuring clock: the only place of the benchmarks that reads it.

use std::time::{Duration, Instant};

/// A stop-watch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch(Instant);

impl Watch {
    /// Starts.
    #[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn time(self) -> Duration {
        self.0.elapsed()
    }
}

/// Asks again every millisecond until there is an answer, or the time is over.
pub(super) fn until<T>(
    at_most: Duration,
    mut ask: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let watch = Watch::start();
    loop {
        if let Some(found) = ask()? {
            return Ok(found);
        }
        anyhow::ensure!(watch.time() < at_most, "nothing happened within {at_most:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The value below which so many percent of the sorted values lie; 0 of none.
pub(super) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().unwrap_or_default()
}

/// Milliseconds.
pub(super) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
