//! An agreed contact in one line of the timeline.

use domain::appointment::{AppointmentChange, Plan};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::Read;
use words::{Locale, clock_time, date, dated, t, t_args, word};

use crate::names::Names;

/// Learns the names of everybody whom the line names.
pub(crate) fn name_people(
    r: &mut Read<'_>,
    names: &mut Names,
    change: &AppointmentChange,
) -> desk::Result<()> {
    let before = if let AppointmentChange::Moved { from, .. } = change { Some(from) } else { None };
    for plan in before.into_iter().chain([change.plan()]) {
        names.contact(r, &plan.contact)?;
        if let Some(s) = &plan.staff {
            names.staff(r, s)?;
        }
    }
    Ok(())
}

/// When it is: an instant, or a window.
pub(crate) fn span(plan: &Plan, (locale, zone): (Locale, &TimeZone)) -> String {
    let end = |until: Timestamp| {
        let same_day = date(zone, until) == date(zone, plan.from);
        if same_day { clock_time(zone, until) } else { dated(locale, zone, until) }
    };
    let from = dated(locale, zone, plan.from);
    plan.until.map_or(from.clone(), |until| format!("{from}\u{2013}{}", end(until)))
}

/// What happened, with its colour role.
pub(crate) fn line(
    change: &AppointmentChange,
    names: &Names,
    (locale, zone): (Locale, &TimeZone),
    internal: bool,
) -> (String, &'static str) {
    let plan = change.plan();
    let what = word(locale, "appointment", plan.kind.as_str());
    let when = span(plan, (locale, zone));
    let say = |key: &str, more: &[(&'static str, &str)]| {
        let args: Vec<_> =
            [("what", what), ("when", &*when)].into_iter().chain(more.iter().copied()).collect();
        t_args(locale, key, &args)
    };
    match change {
        AppointmentChange::Agreed { wanted_by, .. } => {
            let by = word(locale, "wanted_by", wanted_by.as_str());
            (say("event-appointment-agreed", &[("how", &how(plan, names, locale, internal)), ("by", by)]), "")
        }
        AppointmentChange::Moved { from, .. } => {
            let (was, to) = (span(from, (locale, zone)), how(plan, names, locale, internal));
            let was = format!("{was}{}{}", t(locale, "list-comma"), how(from, names, locale, internal));
            (say("event-appointment-moved", &[("was", &was), ("how", &to)]), "")
        }
        // What came of it stands in the line of the contact, where there was one.
        AppointmentChange::Done { result, .. } if internal => {
            (say("event-appointment-done-said", &[("result", result)]), "ok")
        }
        AppointmentChange::Done { .. } => (say("event-appointment-done", &[]), "ok"),
        AppointmentChange::Cancelled { reason, .. } if reason.is_empty() => {
            (say("event-appointment-cancelled", &[]), "")
        }
        AppointmentChange::Cancelled { reason, .. } => {
            (say("event-appointment-cancelled-why", &[("reason", reason)]), "")
        }
        AppointmentChange::Soon { .. } => {
            (say("event-appointment-soon", &[("how", &how(plan, names, locale, internal))]), "soon")
        }
        AppointmentChange::Missed { .. } => (say("event-appointment-missed", &[]), "overdue"),
    }
}

/// By which way, with whom; who does it is the house's own matter.
fn how(plan: &Plan, names: &Names, locale: Locale, internal: bool) -> String {
    let way = word(locale, "contact_way", plan.way.as_str()).to_owned();
    let contact = names.get(plan.contact.as_str());
    let staff = plan.staff.as_ref().filter(|_| internal).map(|s| names.get(s.as_str()));
    let staff = staff.map(|who| t_args(locale, "appointment-done-by", &[("who", &who)]));
    let parts = [Some(way), Some(contact), Some(plan.phone.clone()).filter(|p| !p.is_empty()), staff];
    parts.into_iter().flatten().collect::<Vec<_>>().join(t(locale, "list-comma"))
}
