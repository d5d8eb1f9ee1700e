//! When it is calm, in words and as a map of the week.

use domain::kit::{Calm, WEEKS, Wait};
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, plus_seconds};
use words::{Locale, t, t_args, word};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// What a cell says, besides its colour.
const LEVELS: [&str; 5] = ["0", "1", "2", "3", "4"];

/// An hour of the day as it is written, with its level and word on each weekday; none outside the service hours.
pub(super) type HourRow = (String, Vec<Option<(u8, &'static str)>>);

/// What the pages of the kit show.
#[derive(Debug, Clone, Default)]
pub(super) struct Map {
    pub wait: String,
    pub advice: String,
    pub days: Vec<&'static str>,
    pub hours: Vec<HourRow>,
}

impl Map {
    /// Within the service hours of the coming week.
    pub(super) fn of(calm: &Calm, rules: &Rules, locale: Locale, now: Timestamp) -> Self {
        let zone = rules.settings.zone();
        let open = open_hours(rules, now);
        let is_open =
            |day: usize, hour: usize| open.get(day).and_then(|d| d.get(hour)).copied().unwrap_or(false);
        let is_service_time = rules.service_hours().is_some_and(|c| c.is_open(now));
        let wait = match calm.wait(&zone, now) {
            _ if !is_service_time => t(locale, "kit-closed").to_owned(),
            Wait::Usual { seconds, n } => {
                let (time, n, weeks) = (words::duration(locale, seconds), n.to_string(), WEEKS.to_string());
                t_args(locale, "kit-wait", &[("time", &time), ("n", &n), ("weeks", &weeks)])
            }
            Wait::TooFew { n } => t_args(locale, "kit-wait-unknown", &[("n", &n.to_string())]),
        };
        if calm.is_empty() {
            return Self { wait, ..Self::default() };
        }
        let said = |(day, hour): (usize, usize)| {
            let day = DAYS.get(day).map_or("", |d| word(locale, "weekday", d));
            format!("{day} {hour:02}:00\u{2013}{:02}:00", hour + 1)
        };
        let advice = calm.extremes(is_open).map(|[busy, quiet]| {
            t_args(locale, "kit-advice", &[("busy", &said(busy)), ("quiet", &said(quiet))])
        });
        let cell = |day: usize, hour: usize| {
            let level = calm.level((day, hour), is_open)?;
            let said = LEVELS.get(usize::from(level))?;
            Some((level, word(locale, "calm", said)))
        };
        let any = |hour: usize| (0..7).any(|day| is_open(day, hour));
        let row = |hour: usize| (format!("{hour:02}:00"), (0..7).map(|day| cell(day, hour)).collect());
        Self {
            wait,
            advice: advice.unwrap_or_default(),
            days: DAYS.map(|d| word(locale, "weekday", d)).to_vec(),
            hours: (0..24).filter(|h| any(*h)).map(row).collect(),
        }
    }
}

/// Which hours of the week are service hours at some time, going by the coming seven days.
fn open_hours(rules: &Rules, now: Timestamp) -> [[bool; 24]; 7] {
    let mut open = [[false; 24]; 7];
    let Some(calendar) = rules.service_hours() else { return open };
    let zone = rules.settings.zone();
    for n in 0..(7 * 48) {
        let at = plus_seconds(now, n * 1_800);
        let local = at.to_zoned(zone.clone());
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        let hour = usize::try_from(local.hour()).unwrap_or(0);
        if let Some(place) = open.get_mut(day).and_then(|d| d.get_mut(hour)) {
            *place |= calendar.is_open(at);
        }
    }
    open
}
