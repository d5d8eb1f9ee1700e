//! Letters on their way: queued in the transaction that writes them, handed over outside of any transaction under
//! a lease, and settled in another. A worker that dies after the server took a letter and before it was settled
//! lets it be sent again, with the same Message-ID: at least once, recognisably the same.

use domain::access::{Action, Actor, ActorRef, Right, Scope, System, may};
use domain::id::TicketId;
use domain::mail_in::reply_address;
use domain::post::{
    Delivery, Handed, LetterState, MOST_PASSED, Passed, enclosed, is_automatic, next_attempt,
};
use domain::ticket::Ticket;
use domain::ticket::decide::{self, Letter};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Read;
use store::file::{self, FileRow};
use store::job::{self, JobRow};
use store::letter::{self, LetterRow};
use store::ticket::MessageRow;

use crate::admin::{need, record};
use crate::case::load_current;
use crate::jobs::PageJob;
use crate::mail_in::{House, ReplyKey};
use crate::ticket::progress;
use crate::{Desk, Error, Result, Unit, load_case, save, voice};

/// A letter is to be handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PostJob {
    letter: String,
    /// Since when it waits; it is not tried for ever.
    since: Timestamp,
}

/// A letter under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The letter.
    pub letter: LetterRow,
    /// The desk's name, for the sender.
    pub desk_name: String,
    /// The sender's name, if the mailbox or the group of whoever wrote has one.
    pub sender: Option<String>,
    /// The letters about its ticket that went before.
    pub passed: Vec<Passed>,
    /// The files that go along.
    pub files: Vec<FileRow>,
    /// The address for answers, for letters about a ticket.
    pub reply_to: Option<String>,
    /// The mark by which the desk knows its own letters when they come back.
    pub mark: String,
    job: JobRow,
    since: Timestamp,
}

/// Keeps a letter that is to be handed over, with its job.
///
/// # Errors
/// The store's.
pub fn post(unit: &mut Unit<'_, '_>, mut row: LetterRow) -> Result<()> {
    let job = enqueue(unit, &row.id)?;
    row.state = LetterState::Queued;
    row.next_at = Some(unit.now);
    row.job = Some(job);
    Ok(letter::insert(unit.work, &row)?)
}

fn enqueue(unit: &mut Unit<'_, '_>, letter: &str) -> Result<domain::id::JobId> {
    let payload = PostJob { letter: letter.to_owned(), since: unit.now };
    let job = job::insert(unit.work, job::POST, &payload, unit.now)?;
    unit.work.publish("post", letter)?;
    Ok(job)
}

/// Takes the next letter that is due, under a lease.
///
/// # Errors
/// The store's.
pub async fn take(desk: &Desk, house: &House) -> Result<Option<Parcel>> {
    let house = house.clone();
    desk.write(&Actor::System(System::Operator), move |unit| {
        while let Some(job) = job::claim_apart(unit.work, job::POST, 1)?.pop() {
            let payload: PostJob =
                serde_json::from_str(&job.payload).map_err(|e| Error::Internal(e.to_string()))?;
            match letter::one(unit.work, &payload.letter)? {
                Some(letter) if letter.job.as_ref() == Some(&job.id) => {
                    let desk_name = unit.rules.settings.desk_name.clone();
                    let (reply_to, sender) = of_house(unit, &letter, &house)?;
                    let mark = house.key.as_ref().map(ReplyKey::mark).unwrap_or_default();
                    let (passed, since) = (passed(unit, &letter)?, payload.since);
                    let files = match (&letter.ticket, letter.message) {
                        (Some(ticket), Some(no)) if !is_automatic(&letter.kind) => {
                            files(unit.work, ticket, no)?.0
                        }
                        _ => Vec::new(),
                    };
                    return Ok(Some(Parcel {
                        letter,
                        desk_name,
                        sender,
                        passed,
                        files,
                        reply_to,
                        mark,
                        job,
                        since,
                    }));
                }
                // Sent by hand meanwhile, or gone: nothing is left to do.
                _ => job::done(unit.work, &job)?,
            }
        }
        Ok(None)
    })
    .await
}

/// The files of a message that go along with its letter, and the names of those that are too large for it.
///
/// # Errors
/// The store's.
pub fn files(r: &mut Read<'_>, ticket: &TicketId, no: i64) -> Result<(Vec<FileRow>, Vec<String>)> {
    let all = file::in_message(r, ticket, no)?;
    let goes = enclosed(all.iter().map(|f| f.size));
    let (along, left): (Vec<_>, Vec<_>) = all.into_iter().zip(goes).partition(|(_, goes)| *goes);
    Ok((along.into_iter().map(|(f, _)| f).collect(), left.into_iter().map(|(f, _)| f.name).collect()))
}

/// The letters of the ticket that went before, in both directions.
fn passed(unit: &mut Unit<'_, '_>, l: &LetterRow) -> Result<Vec<Passed>> {
    let Some(ticket) = &l.ticket else { return Ok(Vec::new()) };
    // Somebody outside is in a thread of their own.
    let mut all = if l.kind == Letter::Forwarded.as_str() {
        Vec::new()
    } else {
        store::mail_in::before(unit.work, ticket, l.created_at, MOST_PASSED)?
    };
    all.extend(letter::before(unit.work, l, MOST_PASSED)?);
    Ok(all)
}

/// The address for answers to a letter's ticket, where there is a key and a mailbox; and the sender's name, if a person
/// wrote it.
fn of_house(
    unit: &mut Unit<'_, '_>,
    letter: &LetterRow,
    house: &House,
) -> Result<(Option<String>, Option<String>)> {
    let Some(id) = &letter.ticket else { return Ok((None, None)) };
    let Some(t) = store::ticket::by_id(unit.work, &Scope::All, id)? else { return Ok((None, None)) };
    let mailbox = house.mailbox_of(&unit.rules, t.group.as_ref());
    let outside = letter.kind == Letter::Forwarded.as_str();
    let code = |key: &ReplyKey| if outside { key.outside_code(&t.id) } else { key.code(&t.id) };
    let address =
        mailbox.zip(house.key.as_ref()).and_then(|(m, key)| reply_address(&m, &t.number, &code(key)));
    if is_automatic(&letter.kind) {
        return Ok((address, None));
    }
    let rules = std::sync::Arc::clone(&unit.rules);
    let author = author(unit, &t, letter.message)?;
    Ok((address, voice::signer(unit.work, &rules, house, &t, author.as_ref())?.sender()))
}

/// Who wrote what a letter says: the message that it carries, or the solution.
fn author(unit: &mut Unit<'_, '_>, t: &Ticket, message: Option<i64>) -> Result<Option<ActorRef>> {
    match message {
        Some(no) => Ok(carried(unit, &t.id, no)?.map(|m| m.by)),
        None => Ok(t.resolved_by.clone().map(ActorRef::Staff)),
    }
}

fn carried(unit: &mut Unit<'_, '_>, ticket: &TicketId, no: i64) -> Result<Option<MessageRow>> {
    Ok(store::ticket::messages(unit.work, ticket, no - 1, true, 1)?.pop().filter(|m| m.no == no))
}

/// Records what became of a parcel.
///
/// # Errors
/// `Stale` if the lease ended and somebody else has it now.
pub async fn settle(desk: &Desk, parcel: Parcel, handed: Handed) -> Result<LetterState> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        let mut row = parcel.letter.clone();
        row.attempts += 1;
        row.next_at = None;
        match &handed {
            Handed::Taken(answer) => {
                (row.state, row.detail, row.sent_at) = (LetterState::Sent, answer.clone(), Some(unit.now));
                row.body = without_secret(&row.body);
            }
            Handed::Refused(answer) => (row.state, row.detail) = (LetterState::Rejected, answer.clone()),
            Handed::NotNow(answer) => {
                (row.state, row.detail) = (LetterState::Failed, answer.clone());
                row.next_at = next_attempt(&row.kind, parcel.since, parcel.job.attempts, unit.now);
            }
        }
        if let Some(at) = row.next_at {
            job::retry(unit.work, &parcel.job, "not taken yet", at)?;
        } else {
            job::done(unit.work, &parcel.job)?;
            row.job = None;
        }
        letter::settle(unit.work, &row)?;
        tell_fate(unit, &row)?;
        Ok(row.state)
    })
    .await
}

/// Whatever follows what became of a letter.
///
/// # Errors
/// The store's.
pub(crate) fn tell_fate(unit: &mut Unit<'_, '_>, row: &LetterRow) -> Result<()> {
    reported(unit, row)?;
    if row.state == LetterState::Sent { Ok(()) } else { show(unit, row) }
}

/// Whoever has the ticket open sees that its letter did not arrive.
fn show(unit: &mut Unit<'_, '_>, row: &LetterRow) -> Result<()> {
    let number = row.ticket.as_ref().map(|t| store::ticket::number_of(unit.work, t)).transpose()?.flatten();
    Ok(number.map_or(Ok(()), |number| unit.work.publish("ticket", &number))?)
}

/// The duty to report follows what became of the report's letter; of any other one that is lost people are told.
fn reported(unit: &mut Unit<'_, '_>, row: &LetterRow) -> Result<()> {
    let Some(ticket) = &row.ticket else { return Ok(()) };
    match (Delivery::of(row.state, row.next_at), row.message) {
        (Delivery::Accepted, Some(no)) => progress::handed_over(unit, ticket, no),
        (fate, no) if fate.is_lost() && row.kind != PageJob::KIND => {
            let counts = no.map(|no| progress::never_arrives(unit, ticket, no, &row.detail)).transpose()?;
            if counts == Some(true) { Ok(()) } else { lost(unit, ticket, row) }
        }
        _ => Ok(()),
    }
}

fn lost(unit: &mut Unit<'_, '_>, ticket: &TicketId, row: &LetterRow) -> Result<()> {
    let case = load_current(unit, ticket)?;
    let message = row.message.map(|no| carried(unit, ticket, no)).transpose()?.flatten();
    let message = message.map(|m| (m.no, m.by));
    let lost = decide::LostLetter { to: row.recipient.clone(), said: row.detail.clone(), message };
    let decision = decide::letter_lost(&case, lost, &Actor::System(System::Clock), unit.now)?;
    save(unit, &case, &decision)
}

/// A one-time link that has been sent is the receiver's alone: its secret is cut out of our copy.
fn without_secret(body: &str) -> String {
    const LINKS: [&str; 2] = ["/sign-in/link/", "/pages/link/"];
    let cut = |body: String, link: &str| match body.split_once(link) {
        None => body,
        Some((before, after)) => {
            let rest = after.trim_start_matches(|c: char| !c.is_whitespace());
            format!("{before}{link}…{rest}")
        }
    };
    LINKS.into_iter().fold(body.to_owned(), cut)
}

/// A person wants a letter to be sent now: one that was kept, refused, or waits for its next attempt.
///
/// # Errors
/// `Lacks`, `NotFound`; `Invalid` if it was sent or is on its way.
pub async fn send_now(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        let row = letter::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        again(unit, row)
    })
    .await
}

fn again(unit: &mut Unit<'_, '_>, mut row: LetterRow) -> Result<()> {
    if !row.state.may_be_sent() {
        return Err(Error::field("letter", "not_sendable"));
    }
    let before = row.state;
    row.job = Some(enqueue(unit, &row.id)?);
    (row.state, row.next_at) = (LetterState::Queued, Some(unit.now));
    letter::settle(unit.work, &row)?;
    record(unit, ("letter", &row.id), &before, &row.state)
}

/// Whoever may answer in a ticket has one of its letters sent now.
///
/// # Errors
/// `NotFound` also for a letter of another ticket, `Forbidden`; `Invalid` if it was sent or is on its way.
pub async fn send_again(desk: &Desk, who: &Actor, number: &str, id: String) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Reply, &case.ticket)?;
        let row = letter::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        if row.ticket.as_ref() != Some(&case.ticket.id) || row.kind == PageJob::KIND {
            return Err(Error::NotFound);
        }
        again(unit, row)?;
        unit.work.publish("ticket", &number)?;
        Ok(case.ticket)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_link_is_not_kept() {
        let body = "open https://d.example/sign-in/link/abc-DEF_1\n\nbye";
        assert_eq!(without_secret(body), "open https://d.example/sign-in/link/…\n\nbye");
        assert_eq!(without_secret("no link"), "no link");
    }
}
