//! The settings that people change while the product runs. One document; a bad one is refused when saved.

use serde::{Deserialize, Serialize};

use crate::conduct::Consequence;
use crate::id::{CalendarId, GroupId, PolicyId};

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
    /// So many missed first responses of one person …
    pub miss_count: u32,
    /// … in so many days, 1–366, are proposed …
    pub miss_days: u32,
    /// … for this (S2-59).
    pub miss_consequence: Consequence,
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
            miss_count: 3,
            miss_days: 30,
            miss_consequence: Consequence::Talk,
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

    /// Checks the document; `Err` names the first bad field.
    ///
    /// # Errors
    /// The field's name.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.desk_name.trim().is_empty() || self.desk_name.chars().count() > MAX_NAME {
            return Err("desk_name");
        }
        if !(1..=MAX_FILE_BYTES).contains(&self.max_file_bytes) {
            return Err("max_file_bytes");
        }
        let is_end = |end: &String| {
            (1..=10).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if self.refused_files.len() > MAX_REFUSED || !self.refused_files.iter().all(is_end) {
            return Err("refused_files");
        }
        let prefix = self.number_prefix.as_bytes();
        if prefix.is_empty()
            || prefix.len() > 8
            || !prefix.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        {
            return Err("number_prefix");
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            return Err("time_zone");
        }
        if !(1..=90).contains(&self.close_after_days) {
            return Err("close_after_days");
        }
        if !self.remind_after_days.is_sorted()
            || self.remind_after_days.iter().any(|d| *d >= self.close_after_days)
        {
            return Err("remind_after_days");
        }
        if !(1..=60).contains(&self.page_next_minutes) {
            return Err("page_next_minutes");
        }
        if !(1..=100).contains(&self.miss_count) {
            return Err("miss_count");
        }
        if !(1..=366).contains(&self.miss_days) {
            return Err("miss_days");
        }
        if self.reopen_window_days > 365 {
            return Err("reopen_window_days");
        }
        Ok(())
    }

    /// The zone; UTC should the stored name have become unknown.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}
