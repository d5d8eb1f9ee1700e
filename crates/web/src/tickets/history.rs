//! What a timeline shows of a ticket's history, in the order of what happened: the newest part, or an older one.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use desk::Result;
use domain::access::{ActorRef, Scope};
use domain::ticket::decide::untold;
use domain::ticket::{Change, Event, Ticket};
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::ticket::MessageRow;
use store::{Read, file, ticket};
use words::{Locale, t_args};

use super::card::{Letters, Sent, letters};
use super::timed_line::entered;
use super::timeline::{Entry, EntryBody, event_entry, for_customer, message_entry, name_handling};
use crate::names::Names;

/// Events that one page shows.
const LIMIT: i64 = 1000;

/// So many merged tickets are read along; who merges more looks at them there.
const MERGED: usize = 50;

/// The part of a history that is asked for: all before an event, else the newest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    before: String,
    /// The clock whose explanation stands above it.
    pub why: String,
}

/// A part of a history.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    pub entries: Vec<Entry>,
    /// Positions of the first and the last event that were read.
    pub shown: (i64, i64),
    /// How many events there are.
    pub all: i64,
    /// The part was asked for; the newest one has an address without it.
    is_older: bool,
}

impl Timeline {
    /// Is there more than is shown?
    pub(crate) fn is_cut(&self) -> bool {
        self.older().is_some() || self.newer().is_some()
    }

    /// What an address ends in that shows this part.
    pub(crate) fn here(&self) -> String {
        if self.is_older { format!("?before={}", self.shown.1 + 1) } else { String::new() }
    }

    /// What the address of the part before ends in.
    pub(crate) fn older(&self) -> Option<String> {
        (self.shown.0 > 1).then(|| format!("?before={}", self.shown.0))
    }

    /// What the address of the part after ends in; the newest part needs nothing.
    pub(crate) fn newer(&self) -> Option<String> {
        let next = self.shown.1 + LIMIT + 1;
        let end = || if next > self.all { String::new() } else { format!("?before={next}") };
        (self.shown.1 < self.all).then(end)
    }
}

/// The timeline of a ticket, with the messages of those that were merged into it; customers see neither notes nor
/// the house's own doings.
pub(crate) fn timeline(
    r: &mut Read<'_>,
    (scope, locale, zone): (&Scope, Locale, &TimeZone),
    t: &Ticket,
    names: &mut Names,
    part: &Part,
) -> Result<Timeline> {
    let internal = matches!(scope, Scope::All);
    let before = part.before.parse().ok().filter(|n| (2..=t.version).contains(n));
    let events = ticket::recent_events(r, &t.id, before.unwrap_or(i64::MAX), LIMIT)?;
    let shown = (events.first().map_or(1, |e| e.no), events.last().map_or(t.version, |e| e.no));
    let mut entries = match messages_of(&events, before.is_none()) {
        Some(range) => said(r, t, (internal, range), names, locale)?,
        None => Vec::new(),
    };
    entries.extend(merged(r, (scope, internal), &events, names, locale)?);
    for e in &events {
        names.actor(r, &e.by)?;
        name_handling(r, names, &e.change)?;
    }
    let untold = if internal { BTreeSet::new() } else { untold(&events, &ticket::held(r, &t.id)?) };
    let is_told = |e: &&Event| for_customer(&e.change) && !untold.contains(&e.no);
    let lines = events.iter().filter(|e| internal || is_told(e));
    entries.extend(lines.filter_map(|e| event_entry(e, names, (locale, zone), internal)));
    if let Some(opened) = events.iter().find(|e| is_late_entry(e, t)) {
        let first = [format!("e{}", opened.no), "m1".to_owned()];
        for entry in entries.iter_mut().filter(|e| first.contains(&e.anchor) && e.at == opened.at) {
            (entry.at, entry.entered) = (t.received_at, entered(t.received_at, opened.at));
        }
    }
    entries.sort_by_key(|a| a.at);
    let is_older = before.is_some();
    Ok(Timeline { entries: folded(entries, locale), shown, all: t.version, is_older })
}

/// Was the case entered after it had reached us (K3)? It stands at the time at which it had.
fn is_late_entry(e: &Event, t: &Ticket) -> bool {
    matches!(&e.change, Change::Opened { late, .. } if !late.is_empty()) && t.received_at < e.at
}

/// The messages that belong to a part: those that its events tell of, and at either end of the history all there are.
fn messages_of(events: &[Event], newest: bool) -> Option<RangeInclusive<i64>> {
    let told = |e: &Event| match e.change {
        Change::Replied { message, .. }
        | Change::Reported { message, .. }
        | Change::ToldUnderway { message, .. }
        | Change::CustomerWrote { message }
        | Change::Noted { message, .. }
        | Change::Attached { message, .. } => Some(message),
        Change::ChatEnded { message, .. } => message,
        _ => None,
    };
    let first = match events.first() {
        Some(e) if e.no > 1 => events.iter().find_map(told),
        _ => Some(1),
    };
    let last = if newest { Some(i64::MAX) } else { events.iter().rev().find_map(told) };
    Some(first?..=last.or(first)?)
}

/// What was said in the tickets that were merged into this one, and into those.
fn merged(
    r: &mut Read<'_>,
    (scope, internal): (&Scope, bool),
    events: &[Event],
    names: &mut Names,
    locale: Locale,
) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut merged: Vec<String> = events.iter().filter_map(absorbed).collect();
    let mut read = 0;
    while let Some(number) = merged.pop().filter(|_| read < MERGED) {
        read += 1;
        // A merge may have been taken back.
        let other = ticket::by_number(r, scope, &number)?.filter(|t| t.merged_into.is_some());
        let Some(other) = other else { continue };
        merged.extend(ticket::events(r, &other.id, 0, LIMIT)?.iter().filter_map(absorbed));
        let there = said(r, &other, (internal, 1..=i64::MAX), names, locale)?;
        entries.extend(there.into_iter().map(|e| Entry {
            anchor: format!("{number}-{}", e.anchor),
            from: Some(number.clone()),
            ..e
        }));
    }
    Ok(entries)
}

/// The same line again and again becomes one that says how often: reports that nobody gave would bury the rest.
fn folded(entries: Vec<Entry>, locale: Locale) -> Vec<Entry> {
    let mut out: Vec<(Entry, usize)> = Vec::with_capacity(entries.len());
    for e in entries {
        match out.last_mut() {
            Some((last, n)) if last.says_the_same(&e) => *n += 1,
            _ => out.push((e, 1)),
        }
    }
    let counted = |(e, n): (Entry, usize)| match e.body {
        EntryBody::Line { text, role, number } if n > 1 => {
            let text = t_args(locale, "event-times", &[("text", &text), ("n", &n.to_string())]);
            Entry { body: EntryBody::Line { text, role, number }, ..e }
        }
        _ => e,
    };
    out.into_iter().map(counted).collect()
}

impl Entry {
    fn says_the_same(&self, next: &Self) -> bool {
        match (&self.body, &next.body) {
            (EntryBody::Line { text, number, .. }, EntryBody::Line { text: other, number: its, .. }) => {
                self.who == next.who && text == other && number == its
            }
            _ => false,
        }
    }
}

/// What was said in a ticket, of the messages in a range.
fn said(
    r: &mut Read<'_>,
    t: &Ticket,
    (internal, range): (bool, RangeInclusive<i64>),
    names: &mut Names,
    locale: Locale,
) -> Result<Vec<Entry>> {
    let id = &t.id;
    let mut messages = ticket::messages(r, id, range.start() - 1, internal, LIMIT)?;
    messages.retain(|m| range.contains(&m.no));
    let files = if messages.is_empty() { Vec::new() } else { file::of_ticket(r, id)? };
    for m in &messages {
        names.actor(r, &m.by)?;
    }
    let ours = |m: &&MessageRow| !matches!(m.by, ActorRef::Contact(_));
    let sent = || messages.iter().filter(ours).map(|m| m.no);
    let letters = match sent().min().zip(sent().max()) {
        Some(range) if internal => letters(r, id, range)?,
        _ => Letters::new(),
    };
    let sent = |no: i64| {
        let of = letters.get(&no).map(Vec::as_slice).unwrap_or_default();
        internal.then(|| of.iter().map(|l| Sent::on_page(l, &t.number)).collect())
    };
    let origins = if internal { store::mail_in::origins(r, id)? } else { Vec::new() };
    let waiting = if internal { ticket::held(r, id)? } else { Vec::new() };
    let entry = |m: MessageRow| {
        let (no, sent) = (m.no, sent(m.no));
        let mut entry = message_entry(m, sent, (&files, &origins), names, locale);
        if let EntryBody::Message { held, letter, forward, .. } = &mut entry.body {
            let waits = waiting.iter().find(|h| h.message == no);
            *held = waits.map(|h| (h.until, format!("/tickets/{}/messages/{no}/removal", t.number)));
            *forward = internal.then(|| format!("/tickets/{}/messages/{no}/forwarding", t.number));
            let by_mail = origins.iter().any(|(n, _)| *n == no);
            *letter = by_mail.then(|| format!("/tickets/{}/messages/{no}/letter", t.number));
        }
        entry
    };
    Ok(messages.into_iter().map(entry).collect())
}

fn absorbed(e: &Event) -> Option<String> {
    match &e.change {
        Change::Absorbed { number, .. } => Some(number.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(shown: (i64, i64), all: i64, is_older: bool) -> (Option<String>, Option<String>, String) {
        let t = Timeline { entries: Vec::new(), shown, all, is_older };
        (t.older(), t.newer(), t.here())
    }

    #[test]
    fn parts_lead_to_their_neighbours() {
        let at = |n: i64| Some(format!("?before={n}"));
        assert_eq!(part((1, 900), 900, false), (None, None, String::new()));
        assert_eq!(part((1501, 2500), 2500, false), (at(1501), None, String::new()));
        assert_eq!(part((501, 1500), 2500, true), (at(501), Some(String::new()), "?before=1501".to_owned()));
        assert_eq!(part((1, 500), 2500, true), (None, at(1501), "?before=501".to_owned()));
    }
}
