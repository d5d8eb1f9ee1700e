//! Tables of holidays in JSON, in the shapes in which they are published. Parsing the text is the caller's.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::super::{CalendarDoc, ExceptionDoc, ExceptionKind};
use super::{Announcement, plain};

/// One of the known shapes, or several of them in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum HolidayJson {
    /// `{"days": [{"name", "date", "isOffDay"}]}`, a year of a notice.
    Days {
        /// The days.
        days: Vec<MarkedDay>,
    },
    /// `{"holiday": {"01-01": {"holiday", "name", "date"}}}`, by a web service.
    ByDate {
        /// The days by month and day.
        holiday: BTreeMap<String, HolidayDay>,
    },
    /// `{"holidays": {date: name}, "workdays": {date: name}}`; a name may be `English,Chinese,number`.
    TwoMaps {
        /// Days off.
        holidays: BTreeMap<Date, String>,
        /// Make-up days.
        workdays: BTreeMap<Date, String>,
    },
    /// A calendar of this product.
    Calendar(Box<CalendarDoc>),
    /// Several files in one.
    Many(Vec<Self>),
}

/// A day that says whether it is off.
#[derive(Debug, Clone, Deserialize)]
pub struct MarkedDay {
    name: String,
    date: Date,
    #[serde(rename = "isOffDay")]
    is_off: bool,
}

/// A day that says whether it is a holiday.
#[derive(Debug, Clone, Deserialize)]
pub struct HolidayDay {
    name: String,
    date: Date,
    holiday: bool,
}

impl HolidayJson {
    /// What it announces.
    pub fn read(self) -> Announcement {
        Announcement::of(self.days(), Vec::new())
    }

    fn days(self) -> Vec<ExceptionDoc> {
        let kind = |off: bool| if off { ExceptionKind::Off } else { ExceptionKind::MakeupWork };
        match self {
            Self::Days { days } => days.into_iter().map(|d| plain(d.date, kind(d.is_off), &d.name)).collect(),
            Self::ByDate { holiday } => {
                holiday.into_values().map(|d| plain(d.date, kind(d.holiday), &d.name)).collect()
            }
            Self::TwoMaps { holidays, workdays } => {
                let named = |off, map: BTreeMap<Date, String>| {
                    map.into_iter().map(move |(date, name)| plain(date, kind(off), chinese(&name)))
                };
                named(true, holidays).chain(named(false, workdays)).collect()
            }
            Self::Calendar(doc) => doc.exceptions,
            Self::Many(all) => all.into_iter().flat_map(Self::days).collect(),
        }
    }
}

/// The second of `English,Chinese,number`; the whole where there is only one.
fn chinese(name: &str) -> &str {
    name.split(',').nth(1).unwrap_or(name).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let read = serde_json::from_str::<HolidayJson>(json).unwrap().read();
        let days: Vec<_> = read.days.iter().map(|d| format!("{} {} {}", d.date, d.kind, d.name)).collect();
        assert_eq!(days.join("; "), expected, "{json}");
    }

    #[test]
    fn each_published_shape_is_read() {
        let both = "2026-02-14 makeup_work 春节; 2026-02-15 off 春节";
        check(
            r#"{"$schema":"x","year":2026,"papers":["https://x.example"],"days":[
                {"name":"春节","date":"2026-02-15","isOffDay":true},{"name":"春节","date":"2026-02-14","isOffDay":false}]}"#,
            both,
        );
        check(
            r#"{"code":0,"holiday":{"02-14":{"holiday":false,"name":"春节","wage":1,"date":"2026-02-14"},
                "02-15":{"holiday":true,"name":"春节","wage":3,"date":"2026-02-15"}}}"#,
            both,
        );
        check(
            r#"{"holidays":{"2026-02-15":"Spring Festival,春节,4"},"workdays":{"2026-02-14":"Spring Festival,春节,4"},"inLieuDays":{}}"#,
            both,
        );
        check(
            r#"[{"time_zone":"UTC","exceptions":[{"date":"2026-02-14","kind":"makeup_work","name":"春节"}]},
                {"days":[{"name":"春节","date":"2026-02-15","isOffDay":true}]}]"#,
            both,
        );
        assert!(serde_json::from_str::<HolidayJson>(r#"{"error":"no such year"}"#).is_err());
    }
}
