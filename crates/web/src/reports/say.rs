//! Numbers in words: cells of tables, cells of exports, the first sentence with its comparison.

use desk::report::Answer;
use domain::report::{Column, Figure, How, Period, Report};
use words::{Locale, t, t_args, word};

/// A number as people read it.
pub(crate) fn figure(locale: Locale, figure: Figure) -> String {
    match figure {
        Figure::Nothing => t(locale, "report-nothing").to_owned(),
        Figure::Count(n) => n.to_string(),
        Figure::Share { .. } => format!("{:.1}%", percent(figure)),
        Figure::Seconds(s) => words::duration(locale, whole(s)),
        Figure::Mark(m) => format!("{m:.2}"),
    }
}

/// A number as spreadsheets read it: percent, seconds, marks.
pub(crate) fn plain(figure: Figure) -> String {
    match figure {
        Figure::Nothing => String::new(),
        Figure::Count(n) => n.to_string(),
        Figure::Share { .. } => format!("{:.1}", percent(figure)),
        Figure::Seconds(s) => whole(s).to_string(),
        Figure::Mark(m) => format!("{m:.2}"),
    }
}

fn percent(figure: Figure) -> f64 {
    figure.value().unwrap_or_default() * 100.0
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of a ticket's life")]
fn whole(seconds: f64) -> i64 {
    seconds.round() as i64
}

/// A column's name in an export, with its unit.
pub(crate) fn export_head(locale: Locale, column: &Column) -> &'static str {
    match column.how {
        How::Count | How::Mark => word(locale, "column", column.key),
        _ => word(locale, "export", column.key),
    }
}

/// `2026 年 9 月`, or from day to day.
pub(crate) fn period(locale: Locale, p: Period) -> String {
    let args = |pairs: &[(&'static str, String)], key: &str| {
        let args: Vec<(&'static str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
        t_args(locale, key, &args)
    };
    if p.from.day() == 1 && p.until == p.from.saturating_add(jiff::Span::new().months(1)) {
        let month = p.from.month().to_string();
        return args(&[("year", p.from.year().to_string()), ("month", month)], "report-month");
    }
    args(&[("from", p.from.to_string()), ("until", p.last().to_string())], "report-days")
}

/// How a number compares with that of the period before: `比 2026 年 8 月高 1.2 个百分点`.
pub(crate) fn change(locale: Locale, now: Figure, before: Figure, earlier: Period) -> String {
    let earlier = period(locale, earlier);
    let Some(a) = now.value() else { return t(locale, "report-no-data").to_owned() };
    let Some(b) = before.value() else {
        return t_args(locale, "report-change-none", &[("before", &earlier)]);
    };
    let difference = a - b;
    let (kind, size) = match now {
        Figure::Share { .. } => ("points", format!("{:.1}", (difference * 100.0).abs())),
        Figure::Seconds(_) => ("time", words::duration(locale, whole(difference.abs()))),
        _ => ("marks", format!("{:.2}", difference.abs())),
    };
    let same = if kind == "time" { whole(difference) == 0 } else { size.parse() == Ok(0.0) };
    let key = match (kind, difference > 0.0) {
        _ if same => "report-change-same",
        ("points", true) => "report-points-up",
        ("points", false) => "report-points-down",
        ("time", true) => "report-time-up",
        ("time", false) => "report-time-down",
        (_, true) => "report-marks-up",
        (_, false) => "report-marks-down",
    };
    t_args(locale, key, &[("before", &earlier), ("n", &size)])
}

/// The comparison of an answer's own headline.
pub(crate) fn headline_change(locale: Locale, answer: &Answer) -> String {
    let column = answer.ask.report.headline();
    let before = answer.before.as_ref().map_or(Figure::Nothing, |b| b.figure(column, None));
    change(locale, answer.now.figure(column, None), before, answer.ask.before().period)
}

/// How old the oldest open ticket is.
pub(crate) fn oldest(locale: Locale, answer: &Answer) -> String {
    let column = answer.ask.report.column("oldest");
    let age = column.map_or(Figure::Nothing, |c| answer.now.figure(c, None));
    t_args(locale, "report-oldest", &[("time", &figure(locale, age))])
}

/// The first sentence of a report.
pub(crate) fn sentence(locale: Locale, answer: &Answer) -> String {
    let report = answer.ask.report;
    let number = |column: &str| {
        let column = report.column(column);
        column.map_or_else(String::new, |c| figure(locale, answer.now.figure(c, None)))
    };
    let what = answer.ask.milestone().map_or_else(
        || t(locale, "report-promises").to_owned(),
        |m| word(locale, "milestone", m.as_str()).to_owned(),
    );
    let (text, columns): (&str, &[&'static str]) = match report {
        Report::Attainment => ("report-said-attainment", &["rate", "promised", "missed"]),
        Report::Recovery => ("report-said-recovery", &["mttr", "time50", "recovered"]),
        Report::Satisfaction => ("report-said-satisfaction", &["overall", "rated", "good"]),
        Report::Solving => ("report-said-solving", &["solve_rate", "came", "confirmed", "silent"]),
        Report::Punctuality => {
            ("report-said-punctuality", &["punctual", "slots", "automatic", "silent_slot"])
        }
        Report::Repeats => {
            ("report-said-repeats", &["repeat_rate", "asked_cases", "asked_again", "facts_again"])
        }
        Report::Backlog => ("report-said-backlog", &["open", "age30", "older", "oldest"]),
    };
    let (period, change) = (period(locale, answer.ask.period), headline_change(locale, answer));
    let numbers: Vec<(&'static str, String)> = columns.iter().map(|c| (*c, number(c))).collect();
    let mut args: Vec<(&'static str, &str)> = numbers.iter().map(|(k, v)| (*k, v.as_str())).collect();
    args.extend([("period", period.as_str()), ("what", what.as_str()), ("change", change.as_str())]);
    t_args(locale, text, &args)
}
