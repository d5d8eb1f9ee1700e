//! What the timeline says: messages as cards, events as one-line texts. What of them is read: `history`.

use desk::Result;
use domain::access::ActorRef;
use domain::mail_in::Origin;
use domain::sla::StopReason;
use domain::ticket::decide::Visibility;
use domain::ticket::progress::Card;
use domain::ticket::{Change, Event, Handling};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::Read;
use store::file::FileRow;
use store::ticket::MessageRow;
use words::{Locale, counted, excuse, step_fired, t, t_args, word};

use super::card::{ReportCard, Sent, is_about_a_report, report_line};
use super::edited::value_or_nothing;
use super::mail_line::mail_line;
use super::timed_line::{entered, happened, timed_line};
use crate::names::Names;

/// An entry of the timeline.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// For deep links: `m3`, `e12`.
    pub anchor: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it was entered, if that was after it had happened.
    pub entered: Option<Timestamp>,
    pub who: String,
    /// The number of the ticket that was merged into this one, if the entry is from there.
    pub from: Option<String>,
    pub body: EntryBody,
}

/// What the entry shows.
#[derive(Debug, Clone)]
pub(crate) enum EntryBody {
    /// A message.
    Message {
        html: String,
        rest: String,
        side: &'static str,
        internal: bool,
        progress: bool,
        files: Vec<FileRow>,
        /// Where it is passed on to somebody outside, for staff.
        forward: Option<String>,
        /// Where its letter can be seen as it was written, for staff.
        letter: Option<String>,
        /// Where its letter comes from, for staff.
        origin: Option<Origin>,
        /// The letters that carried it to people, for staff.
        letters: Vec<Sent>,
        /// When it leaves, and where a form takes it back; for staff, while it waits.
        held: Option<(Timestamp, String)>,
    },
    /// A progress report.
    Report(ReportCard),
    /// Nobody reported; the customer was told by itself. `internal` readers see that it counts as missed.
    Underway { next_at: Option<Timestamp>, internal: bool },
    /// An event in words; `number` names the other ticket that it is about.
    Line { text: String, role: &'static str, number: Option<String> },
}

pub(super) fn name_handling(r: &mut Read<'_>, names: &mut Names, change: &Change) -> Result<()> {
    let hands: &[&Handling] = match change {
        Change::Assigned { from, to, .. } => &[from, to],
        Change::Opened { handling, .. } => &[handling],
        _ => &[],
    };
    for h in hands {
        if let Some(person) = &h.assignee {
            names.staff(r, person)?;
        }
        if h.group.as_ref().is_some_and(|g| !names.knows(g.as_str())) {
            names.groups(r)?;
        }
    }
    if let Change::Emergency(change) = change {
        crate::emergencies::name_people(r, names, change)?;
    }
    if let Change::Appointment(change) = change {
        crate::appointments::name_people(r, names, change)?;
    }
    super::called::name_people(r, names, change)?;
    if let Change::Edited { field, from, to } = change {
        names.edited(r, *field, [from, to])?;
    }
    Ok(())
}

/// A message as a card, or as what it is besides words; `sent`, the letters that carried it, for staff.
pub(super) fn message_entry(
    m: MessageRow,
    sent: Option<Vec<Sent>>,
    (files, origins): (&[FileRow], &[(i64, Option<Origin>)]),
    names: &Names,
    locale: Locale,
) -> Entry {
    let (anchor, at, who) = (format!("m{}", m.no), m.at, names.of_actor(&m.by, locale));
    match &m.card {
        Some(Card::Progress { progress, way }) => {
            let card = ReportCard::of(&m, (progress, *way), sent);
            return Entry { anchor, at, entered: None, who, from: None, body: EntryBody::Report(card) };
        }
        Some(Card::Underway { next_at, .. }) => {
            let body = EntryBody::Underway { next_at: *next_at, internal: sent.is_some() };
            return Entry { anchor, at, entered: None, who, from: None, body };
        }
        None => {}
    }
    let side = if matches!(m.by, ActorRef::Contact(_)) { "customer" } else { "staff" };
    let mine = files.iter().filter(|f| f.message == Some(m.no)).cloned().collect();
    Entry {
        anchor,
        at,
        entered: None,
        who,
        from: None,
        body: EntryBody::Message {
            html: m.html,
            rest: m.rest,
            side,
            internal: m.visibility == Visibility::Internal,
            progress: m.progress,
            files: mine,
            origin: origins.iter().find(|(no, _)| *no == m.no).and_then(|(_, o)| o.clone()),
            forward: None,
            letter: None,
            letters: sent.unwrap_or_default(),
            held: None,
        },
    }
}

/// What a customer may read of the history.
pub(super) fn for_customer(change: &Change) -> bool {
    match change {
        Change::Emergency(change) => return change.is_public(),
        Change::Appointment(change) => return change.is_public(),
        _ => {}
    }
    matches!(
        change,
        Change::Opened { .. }
            | Change::StatusChanged { .. }
            | Change::Resolved { .. }
            | Change::Closed { .. }
            | Change::Reopened { .. }
            | Change::Planned { .. }
            | Change::Contacted { .. }
            | Change::Attended { .. }
            | Change::Rated { .. }
            | Change::Complained { .. }
            | Change::SaidElse { .. }
            | Change::MergedInto { .. }
            | Change::SeverityChanged { .. }
    )
}

pub(super) fn event_entry(
    e: &Event,
    names: &Names,
    (locale, zone): (Locale, &TimeZone),
    internal: bool,
) -> Option<Entry> {
    let (text, role) = match &e.change {
        // Its message says it, for as long as it is so.
        Change::LetterLost { .. } => return None,
        // Which group gets it is the house's own matter, and so is why a case waits.
        Change::Emergency(change) => super::emergency_line(change, names, locale, internal),
        Change::Appointment(change) => crate::appointments::line(change, names, (locale, zone), internal),
        Change::Opened { .. } if !internal => (t(locale, "event-opened-plain").to_owned(), ""),
        Change::StatusChanged { from, to, .. } if !internal => {
            let silent = Change::StatusChanged { from: *from, to: *to, note: String::new() };
            line(&silent, names, locale)?
        }
        // The entry stands where it happened: no other time is to be said.
        change => timed_line(change, happened(e), (locale, zone)).or_else(|| line(change, names, locale))?,
    };
    let at = happened(e);
    Some(Entry {
        anchor: format!("e{}", e.no),
        at,
        entered: entered(at, e.at),
        who: names.of_actor(&e.by, locale),
        from: None,
        body: EntryBody::Line { text, role, number: other_ticket(&e.change).map(str::to_owned) },
    })
}

/// An event in words; nothing for what speaks for itself.
pub(super) fn told(e: &Event, names: &Names, (locale, zone): (Locale, &TimeZone)) -> String {
    if let Change::Appointment(change) = &e.change {
        return crate::appointments::line(change, names, (locale, zone), true).0;
    }
    let text = timed_line(&e.change, e.at, (locale, zone)).or_else(|| line(&e.change, names, locale));
    let text = text.map(|(text, _)| text).unwrap_or_default();
    match other_ticket(&e.change) {
        Some(number) => format!("{text} {number}"),
        None => text,
    }
}

/// The other ticket that an event is about; its number ends the line.
fn other_ticket(change: &Change) -> Option<&str> {
    match change {
        Change::MergedInto { number }
        | Change::Absorbed { number, .. }
        | Change::Released { number }
        | Change::SplitOff { number }
        | Change::SplitFrom { number }
        | Change::Linked { number }
        | Change::Unlinked { number }
        | Change::MailNamed { number }
        | Change::Complained { number } => Some(number),
        Change::SaidElse { number } => number.as_deref(),
        _ => None,
    }
}

/// An event in one line, with its colour role. Messages speak for themselves.
fn line(change: &Change, names: &Names, locale: Locale) -> Option<(String, &'static str)> {
    let say = |key: &str, args: &[(&'static str, &str)]| t_args(locale, key, args);
    Some(match change {
        Change::Replied { .. }
        | Change::CustomerWrote { .. }
        | Change::Noted { .. }
        | Change::Attached { .. } => return None,
        Change::Opened { severity, handling, route, late, .. } => {
            let reason = route_text(route, locale);
            let to = handling_text(handling, names, locale);
            let args = [
                ("severity", word(locale, "severity", severity.as_str())),
                ("to", &*to),
                ("reason", &*reason),
            ];
            let late =
                if late.is_empty() { String::new() } else { say("event-opened-late", &[("reason", late)]) };
            (format!("{} {late}", say("event-opened", &args)).trim_end().to_owned(), "")
        }
        Change::Assigned { to, route, .. } => {
            let args = [("to", &*handling_text(to, names, locale)), ("reason", &*route_text(route, locale))];
            (say("event-assigned", &args), "")
        }
        Change::StatusChanged { from, to, note } => {
            let key = if note.is_empty() { "event-status" } else { "event-status-note" };
            let args = [
                ("from", word(locale, "status", from.as_str())),
                ("to", word(locale, "status", to.as_str())),
                ("note", note),
            ];
            (say(key, &args), "")
        }
        Change::Edited { field, from, to } => {
            let show = |v: &str| value_or_nothing(*field, v, names, locale);
            let args = [
                ("field", word(locale, "field", field.as_str())),
                ("from", &*show(from)),
                ("to", &*show(to)),
            ];
            (say("event-edited", &args), "")
        }
        Change::SeverityChanged { from, to, mode, reason, .. } => {
            let mode = mode.map_or("", |m| word(locale, "raise", m.as_str()));
            let words = [word(locale, "severity", from.as_str()), word(locale, "severity", to.as_str())];
            let ([from, to], why) = (words, [mode, reason.as_str()]);
            let why = why.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>();
            let why = why.join(t(locale, "list-comma"));
            let key = if why.is_empty() { "event-severity" } else { "event-severity-why" };
            (say(key, &[("from", from), ("to", to), ("why", &why)]), "soon")
        }
        change if is_of_a_clock(change) => return clock_line(change, locale),
        change if is_about_a_report(change) => return report_line(change, locale),
        Change::Paged { .. } | Change::PageUnanswered { .. } | Change::PageAcknowledged { .. } => {
            return super::called::line(change, names, locale);
        }
        other => rest(other, names, locale),
    })
}

fn is_of_a_clock(change: &Change) -> bool {
    matches!(
        change,
        Change::ClockStopped(_)
            | Change::ClockResumed { .. }
            | Change::Breached { .. }
            | Change::StepFired { .. }
            | Change::StepsPassed { .. }
    )
}

/// What the clocks did.
fn clock_line(change: &Change, locale: Locale) -> Option<(String, &'static str)> {
    let say = |key: &str, args: &[(&'static str, &str)]| t_args(locale, key, args);
    let milestone = |m: &domain::sla::Milestone| word(locale, "milestone", m.as_str());
    Some(match change {
        Change::ClockStopped(fixed) if !fixed.reason.counts() => return None,
        // The change that lets it go on is told already.
        Change::ClockResumed { .. } => return None,
        // Its breach stands there already.
        Change::ClockStopped(fixed) if fixed.reason == StopReason::Missed => return None,
        Change::ClockStopped(fixed) if fixed.met => {
            let time = counted(locale, fixed.counted_s);
            (say("event-met", &[("clock", milestone(&fixed.milestone)), ("time", &time)]), "ok")
        }
        Change::ClockStopped(fixed) => {
            let late = counted(locale, fixed.counted_s - fixed.target_s);
            (say("event-missed", &[("clock", milestone(&fixed.milestone)), ("time", &late)]), "overdue")
        }
        Change::Breached { milestone: m, retro, .. } => {
            let key = if *retro { "event-breached-retro" } else { "event-breached" };
            (say(key, &[("clock", milestone(m))]), "overdue")
        }
        Change::StepsPassed { milestone: m, steps, .. } => {
            let n = steps.len().to_string();
            (say("event-steps-passed", &[("clock", milestone(m)), ("n", &n)]), "")
        }
        _ => (step_fired(locale, change)?, "soon"),
    })
}

fn rest(change: &Change, names: &Names, locale: Locale) -> (String, &'static str) {
    let say = |key: &str, args: &[(&'static str, &str)]| t_args(locale, key, args);
    match change {
        Change::Planned { plan } => {
            let steps: Vec<String> = plan.iter().map(|s| format!("{} {}", s.by, s.what)).collect();
            (say("event-planned", &[("plan", &steps.join(t(locale, "list-semicolon")))]), "")
        }
        Change::Excused { milestone, reason, .. } => {
            let clock = word(locale, "milestone", milestone.as_str());
            (say("event-excused", &[("clock", clock), ("reason", &excuse(locale, reason))]), "")
        }
        Change::Resolved { resolution, .. } => (say("event-resolved", &[("resolution", resolution)]), "ok"),
        Change::Closed { reason } => {
            (say("event-closed", &[("reason", word(locale, "close", reason.as_str()))]), "ok")
        }
        Change::Reopened { slip: true, .. } => (say("event-taken-back", &[]), ""),
        Change::Reopened { reason, .. } if reason.is_empty() => (say("event-reopened", &[]), "soon"),
        Change::Reopened { reason, .. } => (say("event-reopened-why", &[("reason", reason)]), "soon"),
        Change::Reminded { count } => (say("event-reminded", &[("n", &count.to_string())]), ""),
        Change::MergedInto { .. } => (say("event-merged-into", &[]), ""),
        Change::Absorbed { .. } => (say("event-absorbed", &[]), ""),
        Change::Released { .. } => (say("event-released", &[]), ""),
        Change::SplitOff { .. } => (say("event-split-off", &[]), ""),
        Change::SplitFrom { .. } => (say("event-split-from", &[]), ""),
        Change::Linked { .. } => (say("event-linked", &[]), ""),
        Change::Unlinked { .. } => (say("event-unlinked", &[]), ""),
        Change::Rated { rating } => {
            let args = [
                ("speed", rating.speed.to_string()),
                ("effect", rating.effect.to_string()),
                ("attitude", rating.attitude.to_string()),
                ("comment", rating.comment.clone()),
            ];
            let args: Vec<(&'static str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
            (say("event-rated", &args), "")
        }
        Change::Complained { .. } => (say("event-complained", &[]), "overdue"),
        Change::Emergency(change) => super::emergency_line(change, names, locale, true),
        Change::SaidElse { number: Some(_) } => (say("event-else-yes", &[]), ""),
        Change::SaidElse { number: None } => (say("event-else-no", &[]), "ok"),
        Change::HandedOver { .. } => (t(locale, "event-handed-over").to_owned(), ""),
        change => mail_line(change, locale),
    }
}

fn handling_text(h: &Handling, names: &Names, locale: Locale) -> String {
    let parts: Vec<String> = [
        h.group.as_ref().map(domain::id::GroupId::as_str),
        h.assignee.as_ref().map(domain::id::StaffId::as_str),
    ]
    .into_iter()
    .flatten()
    .map(|id| names.get(id))
    .collect();
    if parts.is_empty() { t(locale, "event-to-nobody").to_owned() } else { parts.join(" / ") }
}

fn route_text(route: &domain::routing::RouteReason, locale: Locale) -> String {
    let kind = word(locale, "route", route.kind.as_str());
    if route.text.is_empty() { kind.to_owned() } else { format!("{kind} {}", route.text) }
}
