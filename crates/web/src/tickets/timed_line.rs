//! Lines of the timeline that say a time besides their own: when something is due, or happened outside the system.

use domain::ticket::{Change, Event, MovedDue};
use domain::time::{Timestamp, to_seconds};
use jiff::tz::TimeZone;
use words::{Locale, clock_time, date, dated, duration, t, t_args, word};

/// When it happened, where somebody said so afterwards.
pub(super) fn happened(e: &Event) -> Timestamp {
    match e.change {
        Change::Contacted { at, .. } | Change::Attended { at, .. } => at.min(e.at),
        _ => e.at,
    }
}

/// When something was entered, if that was not in the minute in which it happened.
pub(super) fn entered(happened: Timestamp, entered: Timestamp) -> Option<Timestamp> {
    let minute = |t: Timestamp| t.as_second().div_euclid(60);
    (minute(entered) > minute(happened)).then_some(entered)
}

/// What was recorded at `at`, with its colour role; nothing for events that name no other time.
pub(super) fn timed_line(
    change: &Change,
    at: Timestamp,
    (locale, zone): (Locale, &TimeZone),
) -> Option<(String, &'static str)> {
    let moment = (at, locale, zone);
    let text = match change {
        Change::Contacted { note, .. } if note.is_empty() => {
            return Some((t(locale, "event-contacted-plain").to_owned(), "ok"));
        }
        Change::Contacted { at, note } => {
            return Some((
                outside(["event-contacted", "event-contacted-at"], *at, &[("note", note)], moment),
                "ok",
            ));
        }
        Change::Attended { at, on_site } => {
            let remote = ["event-remote", "event-remote-at"];
            let keys = if *on_site { ["event-on-site", "event-on-site-at"] } else { remote };
            return Some((outside(keys, *at, &[], moment), "ok"));
        }
        Change::ReportDue { due_at: None, .. } => t(locale, "event-report-due-soon").to_owned(),
        Change::ReportDue { due_at: Some(due), .. } => {
            let left = duration(locale, to_seconds(*due) - to_seconds(at));
            t_args(locale, "event-report-due", &[("due", &clock_time(zone, *due)), ("left", &left)])
        }
        Change::DuesMoved { dues } => {
            let all: Vec<String> = dues.iter().map(|d| moved(d, locale, zone)).collect();
            t_args(locale, "event-dues-moved", &[("clocks", &all.join(t(locale, "list-semicolon")))])
        }
        _ => return None,
    };
    Some((text, "soon"))
}

/// What happened outside the system at `at`; the time is said where it is not the minute in which it was recorded.
fn outside(
    [plain, with_time]: [&str; 2],
    at: Timestamp,
    args: &[(&'static str, &str)],
    (recorded, locale, zone): (Timestamp, Locale, &TimeZone),
) -> String {
    let day = |at: Timestamp| date(zone, at);
    let time = clock_time(zone, at);
    if day(at) == day(recorded) && time == clock_time(zone, recorded) {
        return t_args(locale, plain, args);
    }
    let time = if day(at) == day(recorded) { time } else { dated(locale, zone, at) };
    let args: Vec<_> = args.iter().copied().chain([("at", &*time)]).collect();
    t_args(locale, with_time, &args)
}

fn moved(due: &MovedDue, locale: Locale, zone: &TimeZone) -> String {
    let said = |at: Option<Timestamp>| at.map(|at| dated(locale, zone, at));
    let [from, to] =
        [due.from, due.to].map(|at| said(at).unwrap_or_else(|| t(locale, "event-due-unknown").to_owned()));
    let clock = word(locale, "milestone", due.milestone.as_str());
    t_args(locale, "event-due-moved", &[("clock", clock), ("from", &from), ("to", &to)])
}

#[cfg(test)]
mod tests {
    use domain::sla::Milestone;

    use super::*;

    fn said(change: &Change, at: &str) -> String {
        let line = timed_line(change, at.parse().unwrap(), (Locale::Zh, &TimeZone::UTC));
        line.unwrap().0
    }

    #[test]
    fn a_reminder_says_the_time_that_is_left() {
        let due_at = Some("2026-09-24T10:30:00Z".parse().unwrap());
        let due = Change::ReportDue { cycle: 1, due_at };
        assert_eq!(said(&due, "2026-09-24T10:25:00Z"), "提醒：进度通报应在 10:30 前发出，还剩 5 分");
        assert_eq!(said(&due, "2026-09-24T10:27:30Z"), "提醒：进度通报应在 10:30 前发出，还剩 2 分 30 秒");
        let old = Change::ReportDue { cycle: 1, due_at: None };
        assert_eq!(said(&old, "2026-09-24T10:25:00Z"), "提醒：进度通报即将到期");
    }

    #[test]
    fn what_happened_outside_says_when_unless_it_was_recorded_in_that_minute() {
        let at = "2026-09-24T10:25:10Z".parse().unwrap();
        let contact = Change::Contacted { at, note: "已电话告知".to_owned() };
        assert_eq!(said(&contact, "2026-09-24T10:25:40Z"), "联系了客户：已电话告知");
        assert_eq!(said(&contact, "2026-09-24T11:02:00Z"), "于 10:25 联系了客户：已电话告知");
        assert_eq!(said(&contact, "2026-09-25T01:00:00Z"), "于 2026-09-24 周四 10:25 联系了客户：已电话告知");
        let imported = Change::Contacted { at, note: String::new() };
        assert_eq!(said(&imported, "2026-09-24T10:25:10Z"), "联系了客户");
        let there = Change::Attended { at, on_site: true };
        assert_eq!(said(&there, "2026-09-24T10:25:10Z"), "到达现场");
        assert_eq!(said(&there, "2026-09-24T10:40:00Z"), "于 10:25 到达现场");
    }

    #[test]
    fn moved_dues_say_from_when_to_when() {
        let due = |milestone, from: Option<&str>, to: &str| MovedDue {
            milestone,
            cycle: 1,
            from: from.map(|at| at.parse().unwrap()),
            to: Some(to.parse().unwrap()),
        };
        let dues = vec![
            due(Milestone::Response, Some("2026-09-30T09:40:00Z"), "2026-10-09T09:40:00Z"),
            due(Milestone::Resolution, None, "2026-10-12T10:00:00Z"),
        ];
        assert_eq!(
            said(&Change::DuesMoved { dues }, "2026-09-24T10:00:00Z"),
            "日历有修改，重新计时后到期时间变了：首次响应 2026-09-30 周三 09:40 → 2026-10-09 周五 09:40；解决 未定 → 2026-10-12 周一 10:00"
        );
    }
}
