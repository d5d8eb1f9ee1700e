//! Instants as the product keeps them: milliseconds UTC, clock arithmetic in whole seconds.

pub use jiff::Timestamp;

/// Where the time comes from. The only implementations are the process clock in the binary
/// and the fixed clock of the tests.
pub trait Clock: Send + Sync {
    /// The present instant, in milliseconds precision.
    fn now(&self) -> Timestamp;
}

/// The instant as stored: milliseconds since 1970-01-01T00:00:00Z.
pub fn to_millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant of a stored value; values outside jiff's range are clamped to its ends.
pub fn from_millis(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Whole seconds since the epoch, floored (clock arithmetic, `sla.md` preamble).
pub fn to_seconds(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(1000)
}

/// The instant of a number of whole seconds; clamped like [`from_millis`].
pub fn from_seconds(s: i64) -> Timestamp {
    Timestamp::from_second(s).unwrap_or(if s < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// `at` plus a number of seconds (may be negative).
pub fn plus_seconds(at: Timestamp, s: i64) -> Timestamp {
    from_millis(at.as_millisecond().saturating_add(s.saturating_mul(1000)))
}
