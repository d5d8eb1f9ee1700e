//! All that is wrong with a rota's document at once, each with the name of its field.

use jiff::tz::TimeZone;

use super::RotaDoc;
use super::rota::{time_of, weekday_of, windows_of};

/// More layers than this are a mistake.
const MAX_LAYERS: usize = 20;
/// More people in a layer than this are a mistake.
const MAX_PEOPLE: usize = 100;
/// Whoever has not confirmed for so long is not reachable.
const MAX_CONFIRM_MIN: u16 = 240;
/// The longest shift in units.
const MAX_EVERY: u16 = 52;

impl RotaDoc {
    /// Field and issue of everything that is wrong; nothing if the document may be saved.
    pub fn problems(&self) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        match self.layers.len() {
            0 => found.push(("layers".to_owned(), "required")),
            n if n > MAX_LAYERS => found.push(("layers".to_owned(), "too_long")),
            _ => {}
        }
        if self.confirm_within_min.is_some_and(|n| !(1..=MAX_CONFIRM_MIN).contains(&n)) {
            found.push(("confirm_within_min".to_owned(), "bad_value"));
        }
        for (i, layer) in self.layers.iter().enumerate() {
            let mut wrong = |part: &str, issue| found.push((format!("layers.{i}.{part}"), issue));
            if layer.name.trim().is_empty() {
                wrong("name", "required");
            }
            if TimeZone::get(&layer.time_zone).is_err() {
                wrong("time_zone", "unknown");
            }
            match layer.order.len() {
                0 => wrong("order", "required"),
                n if n > MAX_PEOPLE => wrong("order", "too_long"),
                _ => {}
            }
            if weekday_of(&layer.handoff_day).is_none() {
                wrong("handoff_day", "unknown");
            }
            if time_of(&layer.handoff_at).is_none() {
                wrong("handoff_at", "bad_time");
            }
            if !(1..=MAX_EVERY).contains(&layer.every) {
                wrong("every", "bad_value");
            }
            if windows_of(&layer.windows).is_none() {
                wrong("windows", "bad_window");
            }
        }
        found
    }
}
