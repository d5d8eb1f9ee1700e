//! The open windows of one day on the wall clock, always sorted, merged and within the day.

use super::doc::DocError;

const DAY_S: u32 = 86_400;

/// A half-open wall-clock window `[start, end)` in seconds after local midnight; `end` may be 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Seconds after midnight, 0 ≤ start < end.
    pub start: u32,
    /// Seconds after midnight, at most 86,400.
    pub end: u32,
}

impl Window {
    /// Reads `HH:MM` or `HH:MM:SS` on both sides. `00:00 ≤ start < end ≤ 24:00`, else [`DocError::Window`].
    pub fn parse(start: &str, end: &str) -> Result<Self, DocError> {
        let refuse = || DocError::Window(start.to_owned(), end.to_owned());
        let window =
            Self { start: seconds(start).ok_or_else(refuse)?, end: seconds(end).ok_or_else(refuse)? };
        if window.start < window.end && window.end <= DAY_S { Ok(window) } else { Err(refuse()) }
    }

    /// The two bounds as `HH:MM`, with seconds only where they are not zero.
    pub fn text(self) -> (String, String) {
        (clock_text(self.start), clock_text(self.end))
    }
}

/// The windows of a day. Overlapping and touching windows are merged (C1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Windows(Vec<Window>);

impl Windows {
    /// A closed day.
    pub const EMPTY: Self = Self(Vec::new());

    /// Sorts and merges; the order in which windows are given does not matter.
    pub fn new(mut windows: Vec<Window>) -> Self {
        windows.sort_unstable();
        let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
        for w in windows {
            match merged.last_mut() {
                Some(last) if w.start <= last.end => last.end = last.end.max(w.end),
                _ => merged.push(w),
            }
        }
        Self(merged)
    }

    /// These windows with `breaks` taken out.
    #[must_use]
    pub fn without(&self, breaks: &Self) -> Self {
        let mut rest = self.0.clone();
        for b in &breaks.0 {
            rest = rest
                .iter()
                .flat_map(|w| {
                    [
                        Window { start: w.start, end: w.end.min(b.start) },
                        Window { start: w.start.max(b.end), end: w.end },
                    ]
                })
                .filter(|w| w.start < w.end)
                .collect();
        }
        Self::new(rest)
    }

    /// The windows in order.
    pub fn iter(&self) -> impl Iterator<Item = Window> + '_ {
        self.0.iter().copied()
    }

    /// Is the day closed?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Open seconds on the wall clock.
    pub fn seconds(&self) -> u32 {
        self.0.iter().map(|w| w.end - w.start).sum()
    }
}

fn seconds(text: &str) -> Option<u32> {
    let mut parts = text.split(':');
    let mut field = |max: u32| -> Option<u32> {
        let part = parts.next()?;
        let two_digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let value = part.parse().ok()?;
        (two_digits && value <= max).then_some(value)
    };
    let (h, m) = (field(24)?, field(59)?);
    let s = if text.len() > 5 { field(59)? } else { 0 };
    (parts.next().is_none()).then_some(h * 3600 + m * 60 + s)
}

fn clock_text(s: u32) -> String {
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if s == 0 { format!("{h:02}:{m:02}") } else { format!("{h:02}:{m:02}:{s:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(list: &[(&str, &str)]) -> Windows {
        Windows::new(list.iter().map(|(a, b)| Window::parse(a, b).unwrap()).collect())
    }

    #[test]
    fn merges_and_takes_breaks_out() {
        assert_eq!(windows(&[("13:00", "18:00"), ("09:00", "13:00")]), windows(&[("09:00", "18:00")]));
        let day = windows(&[("09:00", "18:00")]).without(&windows(&[("12:00", "13:30"), ("17:00", "24:00")]));
        assert_eq!(day, windows(&[("09:00", "12:00"), ("13:30", "17:00")]));
    }

    #[test]
    fn refuses_what_is_no_window() {
        for (a, b) in [
            ("09:00", "09:00"),
            ("10:00", "09:00"),
            ("9:00", "10:00"),
            ("09:00", "24:01"),
            ("", "1"),
            ("00:00", "23:60"),
        ] {
            assert!(Window::parse(a, b).is_err(), "{a}–{b}");
        }
        assert_eq!(Window::parse("00:00", "24:00").unwrap().end, DAY_S);
        assert_eq!(Window::parse("09:00:30", "10:00").unwrap().text(), ("09:00:30".into(), "10:00".into()));
    }
}
