//! Is somebody there who could answer a chat, and if not, when?

use crate::calendar::Calendar;
use crate::time::Timestamp;

/// Is somebody there?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum There {
    /// Yes.
    Now,
    /// Chat is switched off.
    Off,
    /// It is not the time for it; then it is again, unless the calendar never opens.
    Closed(Option<Timestamp>),
    /// It is the time for it, and nobody is there all the same.
    Nobody,
}

impl There {
    /// Its spelling towards pages and in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Off => "off",
            Self::Closed(_) => "closed",
            Self::Nobody => "nobody",
        }
    }

    /// When somebody is there again, if the calendar tells.
    pub const fn again_at(self) -> Option<Timestamp> {
        if let Self::Closed(at) = self { at } else { None }
    }
}

/// Chat is on, its hours run, and so many people take chats now.
pub fn there(on: bool, hours: Option<&Calendar>, people: usize, now: Timestamp) -> There {
    match hours {
        _ if !on => There::Off,
        None => There::Closed(None),
        Some(hours) if !hours.is_open(now) => There::Closed(hours.next_open(now).ok()),
        Some(_) if people == 0 => There::Nobody,
        Some(_) => There::Now,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::calendar::{Window, Windows};

    #[test]
    fn says_when_somebody_is_there_again() {
        let day = Windows::new(vec![Window::parse("09:00", "18:00").unwrap()]);
        let week: [Windows; 7] =
            std::array::from_fn(|i| if i < 5 { day.clone() } else { Windows::default() });
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let hours = Calendar::new(
            zone.clone(),
            week,
            std::collections::BTreeMap::default(),
            std::collections::BTreeSet::default(),
        );
        let at = |text: &str| {
            text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp()
        };
        let thursday = at("2026-09-24T10:00");
        assert_eq!(there(true, Some(&hours), 1, thursday), There::Now);
        assert_eq!(there(true, Some(&hours), 0, thursday), There::Nobody);
        assert_eq!(there(false, Some(&hours), 1, thursday), There::Off);
        let monday = There::Closed(Some(at("2026-09-28T09:00")));
        assert_eq!(there(true, Some(&hours), 1, at("2026-09-25T18:00")), monday);
        assert_eq!(there(true, None, 1, thursday), There::Closed(None));
    }
}
