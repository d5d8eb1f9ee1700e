//! The address of the list of appointments, for pages and programs.

use desk::{Error, Result};
use domain::access::Staff;
use domain::named;
use domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::appointment::{AppointmentFilter, WhichAppointments};
use store::ticket::Cursor;

use crate::form::choice;

named! {
    /// Whose appointments.
    pub(crate) enum Whose ("whose") {
        /// One's own.
        Mine = "mine",
        /// Of tickets in one's groups.
        Groups = "groups",
        /// Everybody's.
        All = "all",
    }
}

named! {
    /// Which of them.
    pub(crate) enum When ("when") {
        /// All that are to come, and those that were missed.
        Open = "open",
        /// Today's.
        Today = "today",
        /// Of this week.
        Week = "week",
        /// Missed.
        Missed = "missed",
        /// Done or called off.
        Over = "over",
    }
}

/// Appointments.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AppointmentQuery {
    /// `mine`, `groups`, `all`; on pages `mine` if absent, for programs `all`.
    pub whose: String,
    /// `open` (to come or missed; if absent), `today`, `week`, `missed`, `over` (done or called off).
    pub when: String,
    /// The `next_cursor` of an earlier page.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl AppointmentQuery {
    /// What is asked by somebody on the desk's wall clock.
    pub(crate) fn read(
        &self,
        usual: Whose,
        me: Option<&Staff>,
        (zone, now): (&TimeZone, Timestamp),
    ) -> Result<(AppointmentFilter, Option<Cursor>)> {
        let whose = choice("whose", &self.whose)?.unwrap_or(usual);
        let when = choice("when", &self.when)?.unwrap_or(When::Open);
        let which = match when {
            When::Open | When::Today | When::Week => WhichAppointments::Open,
            When::Missed => WhichAppointments::Missed,
            When::Over => WhichAppointments::Over,
        };
        let mut filter = AppointmentFilter { which: Some(which), ..AppointmentFilter::default() };
        let today = now.to_zoned(zone.clone()).date();
        let days = match when {
            When::Today => Some((today, today.saturating_add(1.day()))),
            When::Week => Some(week(today)),
            _ => None,
        };
        if let Some((first, after)) = days {
            (filter.from, filter.until) = (midnight(zone, first), midnight(zone, after));
        }
        match (whose, me) {
            (Whose::Mine, Some(me)) => filter.person = Some(me.id.clone()),
            (Whose::Groups, Some(me)) => filter.groups = Some(me.groups.iter().cloned().collect()),
            _ => {}
        }
        let decoded = || Cursor::decode(&self.cursor).ok_or_else(|| Error::field("cursor", "bad_value"));
        let after = if self.cursor.is_empty() { None } else { Some(decoded()?) };
        Ok((filter, after))
    }

    /// The query string without the position.
    pub(crate) fn same(&self) -> String {
        let given = [("whose", &self.whose), ("when", &self.when)].into_iter().filter(|(_, v)| !v.is_empty());
        given.map(|(k, v)| format!("{k}={}", crate::error::encode(v))).collect::<Vec<_>>().join("&")
    }
}

/// Monday of a day's week, and the Monday after.
fn week(day: Date) -> (Date, Date) {
    let past = i64::from(day.weekday().since(Weekday::Monday));
    let monday = day.saturating_sub(past.days());
    (monday, monday.saturating_add(7.days()))
}

fn midnight(zone: &TimeZone, day: Date) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        for (day, from, until) in [
            ("2026-09-24", "2026-09-21", "2026-09-28"),
            ("2026-09-21", "2026-09-21", "2026-09-28"),
            ("2026-09-27", "2026-09-21", "2026-09-28"),
        ] {
            let [day, from, until] = [day, from, until].map(|d| d.parse::<Date>().unwrap());
            assert_eq!(week(day), (from, until));
        }
    }
}
