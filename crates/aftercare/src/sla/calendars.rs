//! Reads the calendars of the interchange format: weekly hours, shifts, breaks, holidays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use domain::calendar::{Calendar, Window, Windows};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

type Pairs = Vec<(String, String)>;

#[derive(Deserialize)]
struct File {
    calendars: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    time_zone: String,
    #[serde(default)]
    hours: BTreeMap<String, Pairs>,
    #[serde(default)]
    shifts: BTreeMap<Date, Pairs>,
    #[serde(default)]
    breaks: BTreeMap<Date, Pairs>,
    #[serde(default)]
    holidays: BTreeSet<Date>,
}

/// All calendars of a file by name.
pub(super) fn read(path: &Path) -> anyhow::Result<BTreeMap<String, Calendar>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File =
        serde_json::from_str(&text).with_context(|| format!("{} is no calendar file", path.display()))?;
    file.calendars
        .into_iter()
        .map(|(name, entry)| {
            let calendar = compile(&name, &entry).with_context(|| format!("calendar {name}"))?;
            Ok((name, calendar))
        })
        .collect()
}

/// A shift replaces the weekly hours of its date, breaks are taken out, a holiday is closed and wins.
fn compile(name: &str, entry: &Entry) -> anyhow::Result<Calendar> {
    let zone =
        TimeZone::get(&entry.time_zone).with_context(|| format!("unknown zone {}", entry.time_zone))?;
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut week: [Windows; 7] = Default::default();
    for (day, slot) in days.iter().zip(week.iter_mut()) {
        *slot = entry.hours.get(*day).map(windows).transpose()?.unwrap_or_default();
    }
    if name == "x24" && week.iter().all(|d| d.seconds() == 86_400) {
        return Ok(Calendar::always_open(zone));
    }
    let mut exceptions = BTreeMap::new();
    for date in entry.shifts.keys().chain(entry.breaks.keys()) {
        let weekly =
            week.get(usize::try_from(date.weekday().to_monday_zero_offset())?).cloned().unwrap_or_default();
        let shift = entry.shifts.get(date).map(windows).transpose()?.unwrap_or(weekly);
        let breaks = entry.breaks.get(date).map(windows).transpose()?.unwrap_or_default();
        exceptions.insert(*date, shift.without(&breaks));
    }
    exceptions.extend(entry.holidays.iter().map(|d| (*d, Windows::EMPTY)));
    Ok(Calendar::new(zone, week, exceptions, BTreeSet::new()))
}

fn windows(pairs: &Pairs) -> anyhow::Result<Windows> {
    let list: Result<Vec<_>, _> = pairs.iter().map(|(a, b)| Window::parse(a, b)).collect();
    Ok(Windows::new(list?))
}
