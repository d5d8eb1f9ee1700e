//! The settings that people change while the product runs. One document; a bad one is refused when saved.

use serde::{Deserialize, Serialize};

use crate::chat::{MOST_ORIGINS, parse_origin};
use crate::conduct::Consequence;
use crate::id::{CalendarId, GroupId, PolicyId};
use crate::mail_in::Forged;

/// Settings of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name of the vendor's service desk, for letters and pages.
    pub desk_name: String,
    /// Prefix of ticket numbers: 1–8 capital letters or digits.
    pub number_prefix: String,
    /// IANA zone in which years of numbers and reports are cut.
    pub time_zone: String,
    /// The promise when neither contract nor customer names one.
    pub default_policy: PolicyId,
    /// The group when no routing rule fits.
    pub default_group: Option<GroupId>,
    /// The calendar in which the silence rule counts its working days.
    pub silence_calendar: CalendarId,
    /// Working days after which a silent customer is reminded that the ticket is solved.
    pub remind_after_days: Vec<u32>,
    /// Working days after which a silent customer's solved ticket is closed.
    pub close_after_days: u32,
    /// Days in which a solved ticket may be opened again; later it becomes a new one (M5).
    pub reopen_window_days: u32,
    /// Minutes by the wall after which the next one is paged when nobody has answered, 1–60 (E2).
    pub page_next_minutes: u32,
    /// Minutes before an appointment at which whoever has it is reminded, 0–1440; 0 reminds nobody.
    pub appointment_reminder_minutes: u32,
    /// Strangers may prepare a call on a page of their own and get a code.
    pub caller_kit: bool,
    /// The number that customers call, as it is printed; empty if there is none.
    pub support_phone: String,
    /// So many missed first responses of one person …
    pub miss_count: u32,
    /// … in so many days, 1–366, are proposed …
    pub miss_days: u32,
    /// … for this (S2-59).
    pub miss_consequence: Consequence,
    /// Seconds for which an answer waits before it leaves and can be taken back, 0–60; none in an installation that was
    /// there before.
    pub undo_seconds: u32,
    /// What becomes of a letter that its sender's domain disowns.
    pub forged_mail: Forged,
    /// Chat is offered.
    pub chat_on: bool,
    /// The sites on whose pages it may stand, besides our own.
    pub chat_origins: Vec<String>,
    /// The calendar in whose hours somebody is there to chat.
    pub chat_calendar: CalendarId,
    /// Chats that one person may have at once, 1–20.
    pub chats_per_person: u32,
    /// Largest file, in bytes.
    pub max_file_bytes: u64,
    /// Ends of names of files that are not taken, in small letters, without the dot.
    pub refused_files: Vec<String>,
}

/// Characters of the desk's name.
const MAX_NAME: usize = 100;
/// A file may have 2 GiB at most.
const MAX_FILE_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Programs and scripts that Windows runs on a double click: an agent opens what a stranger sent.
const REFUSED_FILES: [&str; 18] = [
    "bat", "cmd", "com", "cpl", "exe", "hta", "jar", "js", "jse", "lnk", "msi", "ps1", "reg", "scr", "vbe",
    "vbs", "wsf", "wsh",
];
/// Ends of names that can be refused.
const MAX_REFUSED: usize = 100;

impl Default for Settings {
    fn default() -> Self {
        Self {
            desk_name: "Aftercare".to_owned(),
            number_prefix: "AF".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            default_policy: PolicyId::from("t2"),
            default_group: None,
            silence_calendar: CalendarId::from("service"),
            remind_after_days: vec![3, 6],
            close_after_days: 7,
            reopen_window_days: 7,
            page_next_minutes: 5,
            appointment_reminder_minutes: 15,
            caller_kit: false,
            support_phone: String::new(),
            miss_count: 3,
            miss_days: 30,
            miss_consequence: Consequence::Talk,
            undo_seconds: 0,
            forged_mail: Forged::Mark,
            chat_on: false,
            chat_origins: Vec::new(),
            chat_calendar: CalendarId::from("service"),
            chats_per_person: 5,
            max_file_bytes: 50 * 1024 * 1024,
            refused_files: REFUSED_FILES.iter().map(|end| (*end).to_owned()).collect(),
        }
    }
}

impl Settings {
    /// Is a file of this name, that begins with these bytes, taken? A program stays one under another name.
    pub fn takes_file(&self, name: &str, head: &[u8]) -> bool {
        let refused = |end: &str| self.refused_files.iter().any(|r| r == end);
        let end = name.rsplit_once('.').map(|(_, end)| end.trim().to_ascii_lowercase());
        let named = end.is_some_and(|end| refused(&end));
        let program = head.starts_with(b"MZ") && refused("exe");
        !named && !program
    }

    /// Field and issue of everything that is wrong; nothing if the document may be saved.
    pub fn problems(&self) -> Vec<(String, &'static str)> {
        let is_end = |end: &String| {
            (1..=10).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let prefix = self.number_prefix.as_bytes();
        let is_prefix = (1..=8).contains(&prefix.len())
            && prefix.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let named = !self.desk_name.trim().is_empty() && self.desk_name.chars().count() <= MAX_NAME;
        let ends = self.refused_files.len() <= MAX_REFUSED && self.refused_files.iter().all(is_end);
        let closes = (1..=90).contains(&self.close_after_days);
        let reminds = self.remind_after_days.is_sorted() && self.remind_after_days.iter().all(|d| *d >= 1);
        let limits = [
            ("desk_name", named),
            ("number_prefix", is_prefix),
            ("time_zone", jiff::tz::TimeZone::get(&self.time_zone).is_ok()),
            ("remind_after_days", reminds),
            ("close_after_days", closes),
            ("reopen_window_days", self.reopen_window_days <= 365),
            ("page_next_minutes", (1..=60).contains(&self.page_next_minutes)),
            ("appointment_reminder_minutes", self.appointment_reminder_minutes <= 1_440),
            ("support_phone", self.support_phone.chars().count() <= 40),
            ("miss_count", (1..=100).contains(&self.miss_count)),
            ("miss_days", (1..=366).contains(&self.miss_days)),
            ("undo_seconds", self.undo_seconds <= 60),
            ("chats_per_person", (1..=20).contains(&self.chats_per_person)),
            ("max_file_bytes", (1..=MAX_FILE_BYTES).contains(&self.max_file_bytes)),
            ("refused_files", ends),
        ];
        let wrong = limits.into_iter().filter(|(_, good)| !good);
        let mut found: Vec<_> = wrong.map(|(field, _)| (field.to_owned(), "out_of_limits")).collect();
        // A ticket that is closed before its customer was reminded: the end comes too soon, not the reminder.
        if closes && reminds && self.remind_after_days.iter().any(|d| *d >= self.close_after_days) {
            found.push(("close_after_days".to_owned(), "before_reminders"));
        }
        // They are compared as browsers name them.
        let is_origin = |o: &String| parse_origin(o).as_ref() == Some(o);
        if self.chat_origins.len() > MOST_ORIGINS || !self.chat_origins.iter().all(is_origin) {
            found.push(("chat_origins".to_owned(), "bad_origin"));
        }
        found
    }

    /// The zone; UTC should the stored name have become unknown.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_found_at_its_own_field() {
        let found =
            |s: &Settings| s.problems().into_iter().map(|(f, i)| format!("{f} {i}")).collect::<Vec<_>>();
        assert!(found(&Settings::default()).is_empty());
        let early = Settings { close_after_days: 6, ..Settings::default() };
        assert_eq!(found(&early), ["close_after_days before_reminders"]);
        let never = Settings { close_after_days: 91, miss_days: 0, ..Settings::default() };
        assert_eq!(found(&never), ["close_after_days out_of_limits", "miss_days out_of_limits"]);
        let at_once = Settings { remind_after_days: vec![0, 3], ..Settings::default() };
        assert_eq!(found(&at_once), ["remind_after_days out_of_limits"]);
        let back = Settings { remind_after_days: vec![6, 3], ..Settings::default() };
        assert_eq!(found(&back), ["remind_after_days out_of_limits"]);
    }
}
