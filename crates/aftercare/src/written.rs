//! The letters of jobs in words: what is loaded for them, and who signs.

use desk::jobs::{LetterJob, LinkJob};
use desk::mail_in::House;
use desk::{Result, post};
use domain::access::ActorRef;
use domain::emergency::EmergencyChange;
use domain::id::TicketId;
use domain::post::is_automatic;
use domain::sla::Milestone;
use domain::ticket::Change;
use domain::ticket::decide::{Letter, asks_else};
use domain::time::Timestamp;
use store::{Read, directory, ticket};
use words::{LetterFacts, LetterText, Locale, copy_text, letter_text, t, t_args};

use crate::sign::ending;

/// Kind, ticket, recipient, text.
pub(crate) type Written = (String, Option<TicketId>, String, LetterText);

pub(crate) fn ticket_letter(
    r: &mut Read<'_>,
    (rules, house): (&domain::ticket::decide::Rules, &House),
    job: &LetterJob,
    public_url: &str,
) -> Result<Option<Written>> {
    let scope = domain::access::Scope::All;
    let (Some(t), Some(contact)) = (ticket::by_id(r, &scope, &job.ticket)?, directory::contact(r, &job.to)?)
    else {
        return Ok(None);
    };
    let Some(kind) = job.letter.as_of(&t, job.message.is_some()) else { return Ok(None) };
    let (email, name) = if let Some((address, name)) = &job.copy {
        (address.clone(), if name.is_empty() { address.clone() } else { name.clone() })
    } else {
        let points = directory::points(r, &contact.id)?;
        let found = points.into_iter().find(|p| p.kind == domain::people::PointKind::Email);
        let Some(email) = found else { return Ok(None) };
        (email.value, contact.name)
    };
    let locale = Locale::parse(&contact.locale);
    let carried = match job.message {
        Some(no) => ticket::messages(r, &t.id, no - 1, job.letter == Letter::Forwarded, 1)?
            .pop()
            .filter(|m| m.no == no),
        None => None,
    };
    // It was taken back meanwhile.
    if job.message.is_some() && carried.is_none() {
        return Ok(None);
    }
    let zone = rules.settings.zone();
    let told = job.event.map(|no| in_emergency(r, (locale, &zone), &t.id, no)).transpose()?.flatten();
    let author = match (&carried, &told) {
        (Some(m), _) => Some(m.by.clone()),
        (None, Some((_, by))) => Some(by.clone()),
        (None, None) => t.resolved_by.clone().map(ActorRef::Staff),
    };
    let message = match job.message {
        Some(_) => carried.map(|m| said(locale, &zone, &m)),
        None => Some(told.map_or_else(|| t.resolution.clone(), |(text, _)| text)),
    };
    let message = message.map(|m| with_left_files(r, locale, (&t.id, kind, job.message), m)).transpose()?;
    let desk = ending(r, (rules, house), (&t, kind.as_str()), author.as_ref(), locale)?;
    let next = answered_by(r, &t.id)?;
    let next = next.map(|at| t_args(locale, "letter-by", &[("at", &words::dated(locale, &zone, at))]));
    let facts = LetterFacts {
        desk,
        number: t.number.clone(),
        title: t.title.clone(),
        name,
        next: next.unwrap_or_default(),
        message: message.unwrap_or_default(),
        link: format!("{public_url}/portal/cases/{}", t.number),
        asks_else: asks_else(&t),
    };
    let in_copy = job.copy.is_some() && kind != Letter::Forwarded;
    let text = if in_copy { copy_text(locale, kind, &facts) } else { letter_text(locale, kind, &facts) };
    Ok(Some((kind.as_str().to_owned(), Some(t.id), email, text)))
}

/// What an emergency says to everybody it affects, and who says it.
fn in_emergency(
    r: &mut Read<'_>,
    (locale, zone): (Locale, &jiff::tz::TimeZone),
    id: &TicketId,
    no: i64,
) -> Result<Option<(String, ActorRef)>> {
    let Some(event) = ticket::events(r, id, no - 1, 1)?.pop() else { return Ok(None) };
    let text = match event.change {
        Change::Emergency(EmergencyChange::Posted { text, next_report_at: Some(at), .. }) => {
            let next = t_args(locale, "emergency-next-report", &[("at", &words::dated(locale, zone, at))]);
            format!("{text}\n\n{next}")
        }
        Change::Emergency(EmergencyChange::Posted { text, .. }) => text,
        Change::Emergency(EmergencyChange::Ended { summary }) => summary,
        _ => return Ok(None),
    };
    Ok(Some((text, event.by)))
}

/// By when somebody answers, if nobody has.
fn answered_by(r: &mut Read<'_>, id: &TicketId) -> Result<Option<Timestamp>> {
    let clocks = ticket::acting_clocks(r, id)?;
    let clock = clocks.into_iter().find(|c| c.milestone == Milestone::Response && c.is_running());
    // Of a case that came earlier than it was taken down it may have passed.
    Ok(clock.and_then(|c| c.due_at.filter(|due| *due > r.now())))
}

/// A message as a letter says it: a card in the receiver's language.
fn said(locale: Locale, zone: &jiff::tz::TimeZone, m: &ticket::MessageRow) -> String {
    m.card.as_ref().map_or_else(|| web::plain_text(&m.html), |card| words::card_text(locale, zone, card))
}

/// The words, and which files are too large to go along.
fn with_left_files(
    r: &mut Read<'_>,
    locale: Locale,
    (ticket, kind, no): (&TicketId, Letter, Option<i64>),
    words: String,
) -> Result<String> {
    let Some(no) = no.filter(|_| !is_automatic(kind.as_str())) else { return Ok(words) };
    let (_, left) = post::files(r, ticket, no)?;
    if left.is_empty() {
        return Ok(words);
    }
    let names = left.join(t(locale, "list-comma"));
    Ok(format!("{words}\n\n{}", t_args(locale, "letter-files-left", &[("names", &names)])))
}

pub(crate) fn link_letter(desk_name: &str, job: &LinkJob, public_url: &str) -> Written {
    let locale = Locale::parse(&job.locale);
    let link = format!("{public_url}/sign-in/link/{}", job.token);
    let kind = if job.purpose == "invitation" { "letter-invitation" } else { "letter-link" };
    let args = [("desk", desk_name), ("name", job.name.as_str()), ("link", link.as_str())];
    let subject = t_args(locale, &format!("{kind}-subject"), &args);
    let body = t_args(locale, &format!("{kind}-body"), &args);
    (job.purpose.clone(), None, job.email.clone(), LetterText { subject, body })
}
