//! A measure by hour of the week as a table of weekdays and hours, darker where it is greater.

use desk::report::Answer;
use domain::report::{Figure, Grouping};
use words::{Locale, t_args, word};

use super::query::ReportQuery;
use super::table::Maker;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// An hour of a weekday; without a link where nothing counted.
pub(crate) struct Hour {
    pub text: String,
    pub about: String,
    pub link: Option<String>,
    /// 0, the least of the table, to 4, the greatest.
    pub level: u8,
}

pub(crate) struct Heat {
    pub days: Vec<&'static str>,
    pub hours: Vec<(String, Vec<Hour>)>,
}

/// The key of an hour of the week, as `Grouping::Hour` makes it.
fn key(day: usize, hour: u8) -> String {
    format!("{}-{hour:02}", day + 1)
}

/// A row's name: `Mon 09:00`.
pub(crate) fn name(key: &str, locale: Locale) -> Option<String> {
    let (day, hour) = key.split_once('-')?;
    let day = DAYS.get(day.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(format!("{} {hour}:00", word(locale, "weekday", day)))
}

/// The table; none unless rows are hours of the week.
pub(crate) fn heat(answer: &Answer, asked: &ReportQuery, locale: Locale) -> Option<Heat> {
    if answer.ask.by != Grouping::Hour {
        return None;
    }
    let (column, sheet) = (answer.ask.report.headline(), &answer.now);
    let values = sheet.rows.keys().filter_map(|k| sheet.figure(column, Some(k)).value());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let maker = Maker { answer, asked, locale };
    let hour = |day: usize, hour: u8| {
        let key = key(day, hour);
        let figure = sheet.figure(column, Some(&key));
        let cell = maker.cell(column, Some(&key));
        let (text, n) = match figure {
            Figure::Nothing => (String::new(), 0),
            Figure::Share { part, whole } => (format!("{}%", (part * 200 + whole) / (whole * 2)), whole),
            _ => (cell.text, 1),
        };
        let (name, n) = (name(&key, locale).unwrap_or_default(), n.to_string());
        let about = t_args(locale, "report-hour-about", &[("hour", &name), ("n", &n)]);
        let level = figure.value().map_or(0, |v| level(v, low, high));
        Hour { text, about, link: cell.link, level }
    };
    let row = |h: u8| (format!("{h:02}:00"), (0..7).map(|day| hour(day, h)).collect());
    Some(Heat { days: DAYS.map(|d| word(locale, "weekday", d)).to_vec(), hours: (0..24).map(row).collect() })
}

fn level(value: f64, low: f64, high: f64) -> u8 {
    let part = if high > low { (value - low) / (high - low) } else { 1.0 };
    [0.2, 0.4, 0.6, 0.8].iter().map(|end| u8::from(part > *end)).sum()
}
