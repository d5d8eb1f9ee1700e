//! When a customer may ask to be called: whole hours within service hours.

use crate::calendar::Calendar;
use crate::time::{Timestamp, from_seconds, plus_seconds, to_seconds};

/// The length of what is offered.
pub const SLOT_S: i64 = 3_600;
/// So many at most.
pub const LONGEST_OFFER: usize = 40;
/// Nobody is called at once: so long before it begins it can be asked for.
const LEAD_S: i64 = 1_800;
/// So far ahead.
const AHEAD_S: i64 = 14 * 86_400;

/// The hours that are wholly within service hours, the next one first.
pub fn offers(calendar: &Calendar, now: Timestamp) -> Vec<Timestamp> {
    let begins = std::iter::successors(Some(next_hour(calendar, plus_seconds(now, LEAD_S))), |at| {
        Some(plus_seconds(*at, SLOT_S))
    });
    begins
        .take_while(|at| *at <= plus_seconds(now, AHEAD_S))
        .filter(|at| is_open_throughout(calendar, *at))
        .take(LONGEST_OFFER)
        .collect()
}

/// Is this still one of the hours that are offered? A form may be sent a while after it was opened.
pub fn is_offered(calendar: &Calendar, from: Timestamp, now: Timestamp) -> bool {
    let soon = from > now && from <= plus_seconds(now, AHEAD_S);
    soon && next_hour(calendar, from) == from && is_open_throughout(calendar, from)
}

fn is_open_throughout(calendar: &Calendar, from: Timestamp) -> bool {
    calendar.elapsed(from, plus_seconds(from, SLOT_S)) == SLOT_S
}

/// The first whole hour of the calendar's wall clock at or after an instant.
fn next_hour(calendar: &Calendar, at: Timestamp) -> Timestamp {
    let zoned = at.to_zoned(calendar.zone().clone());
    let past = i64::from(zoned.minute()) * 60 + i64::from(zoned.second());
    let whole = to_seconds(at) - past;
    let begun = past > 0 || from_seconds(whole) < at;
    from_seconds(if begun { whole + SLOT_S } else { whole })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::CalendarDoc;

    fn calendar() -> Calendar {
        let json = r#"{"time_zone":"Asia/Shanghai","week":[[["09:00","12:00"],["13:30","18:00"]],
            [["09:00","12:00"],["13:30","18:00"]],[["09:00","12:00"],["13:30","18:00"]],[["09:00","12:00"],["13:30","18:00"]],
            [["09:00","12:00"],["13:30","18:00"]],[],[]],"exceptions":[{"date":"2026-09-25","kind":"off"}]}"#;
        let doc: CalendarDoc = serde_json::from_str(json).unwrap();
        doc.compile().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().unwrap()
    }

    fn said(at: Timestamp, calendar: &Calendar) -> String {
        at.to_zoned(calendar.zone().clone()).strftime("%d %H").to_string()
    }

    #[test]
    fn whole_hours_of_service_are_offered_and_nothing_else() {
        let c = calendar();
        let first = |now: &str, n: usize| {
            let all = offers(&c, at(now));
            all.into_iter().take(n).map(|o| said(o, &c)).collect::<Vec<_>>().join(", ")
        };
        // A Thursday; Friday is off, and so is the weekend.
        assert_eq!(first("2026-09-24T10:40:00", 6), "24 14, 24 15, 24 16, 24 17, 28 09, 28 10");
        assert_eq!(first("2026-09-24T10:30:00", 2), "24 11, 24 14");
        assert_eq!(first("2026-09-26T00:00:00", 1), "28 09");
        assert_eq!(offers(&c, at("2026-09-24T10:40:00")).len(), LONGEST_OFFER);
    }

    #[test]
    fn what_is_sent_must_be_one_of_them() {
        let (c, now) = (calendar(), at("2026-09-24T10:40:00"));
        for (from, good) in [
            ("2026-09-24T11:00:00", true),
            ("2026-09-24T10:00:00", false),
            ("2026-09-24T12:00:00", false),
            ("2026-09-24T14:30:00", false),
            ("2026-09-25T10:00:00", false),
            ("2026-09-28T09:00:00", true),
            ("2026-10-20T10:00:00", false),
        ] {
            assert_eq!(is_offered(&c, at(from), now), good, "{from}");
        }
    }
}
