//! The duties of one person, as whole times; and as a feed (RFC 5545).

use super::{Answer, OnCall, Seat, Shift};
use crate::calendar::{ics_escaped, ics_line};
use crate::id::StaffId;
use crate::time::Timestamp;

impl OnCall {
    /// Who has a duty.
    pub fn at(&self, seat: Seat) -> &Answer {
        match seat {
            Seat::Primary => &self.primary,
            Seat::Backup => &self.backup,
        }
    }
}

/// A time in which somebody has one duty without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Which.
    pub seat: Seat,
    /// Who.
    pub person: StaffId,
    /// From here on …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
}

/// The duties of some shifts, in order of their beginning: whatever the reason, one goes on while the person stays.
pub fn duties(shifts: &[Shift]) -> Vec<Duty> {
    let mut found: Vec<Duty> = Vec::new();
    for seat in Seat::ALL.iter().copied() {
        let first = found.len();
        for s in shifts {
            let Some(person) = &s.on.at(seat).person else { continue };
            match found.get_mut(first..).and_then(<[Duty]>::last_mut) {
                Some(d) if (&d.person, d.until) == (person, s.from) => d.until = s.until,
                _ => found.push(Duty { seat, person: person.clone(), from: s.from, until: s.until }),
            }
        }
    }
    found.sort_by_key(|d| (d.from, d.seat));
    found
}

/// An event of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// The same for the same duty whenever the feed is read.
    pub uid: String,
    /// From here on …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
    /// What a calendar shows.
    pub summary: String,
}

/// A feed of times in UTC, with lines of at most 75 octets.
pub fn write_feed(title: &str, events: &[FeedEvent], now: Timestamp) -> String {
    let mut out = String::new();
    let mut line = |text: &str| out.push_str(&ics_line(text));
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Aftercare//On-call//EN", "CALSCALE:GREGORIAN"] {
        line(text);
    }
    line(&format!("X-WR-CALNAME:{}", ics_escaped(title)));
    for e in events {
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", e.uid));
        line(&format!("DTSTAMP:{}", utc(now)));
        line(&format!("DTSTART:{}", utc(e.from)));
        line(&format!("DTEND:{}", utc(e.until)));
        line(&format!("SUMMARY:{}", ics_escaped(&e.summary)));
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
