//! Letters that come in. Each is kept with its bytes before anything else is done; a job of the same transaction reads it.
//! Whatever it turns out to be, it ends in a ticket, in the list of what was noted, or in front of a person.

mod bounce;
mod colleague;
mod copies;
pub mod fetch;
mod find;
mod key;
mod mailboxes;
mod manage;
mod outside;
mod read;

pub use key::{ReplyKey, keep_key, kept_key};
pub use mailboxes::{Sealed, block, remove_mailbox, reseal_mailbox, save_mailbox, unblock};
pub use manage::{not_spam, read_again, spam};
pub use read::{Attached, House, set_aside, take_in};

use std::net::IpAddr;
use std::sync::Arc;

use domain::access::{Actor, System};
use domain::time::plus_seconds;
use serde::{Deserialize, Serialize};
use store::job::{self, JobRow};
use store::mail_in::{self, MailRow, NewMail};

use crate::{Desk, Error, Result};

/// A letter as it arrived, from wherever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The mailbox into which it came.
    pub mailbox: String,
    /// By what way: `smtp`, `lmtp`, `imap`.
    pub source: &'static str,
    /// Where it lies at its source, for sources in which it stays.
    pub source_key: Option<String>,
    /// By what the same letter is known.
    pub fingerprint: String,
    /// The sender by whom a server handed it over; empty for `<>`.
    pub envelope_from: String,
    /// The address to which it was sent.
    pub recipient: String,
    /// Address of whoever wrote it, if it says so.
    pub sender: String,
    /// Their name.
    pub sender_name: String,
    /// Subject.
    pub subject: String,
    /// Identity without brackets; may be empty.
    pub message_id: String,
    /// The stranger's server that brought it, with the name by which it greeted.
    pub brought_by: (Option<IpAddr>, String),
    /// The letter.
    pub raw: Arc<Vec<u8>>,
    /// It is larger than letters may be: this is its head, and it lies where it was.
    pub head_only: bool,
}

/// A letter is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MailJob {
    mail: String,
    /// A person said that it is wanted, whoever sent it.
    #[serde(default)]
    wanted: bool,
}

/// A letter under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The letter.
    pub mail: MailRow,
    /// A person said that it is wanted, whoever sent it.
    wanted: bool,
    pub(crate) job: JobRow,
}

/// The longest texts of a head that are kept beside the letter.
const MAX_HEAD: usize = 500;

/// Keeps letters for good, with the jobs that will read them. One that is here already is not kept twice. Returns how many
/// were new.
///
/// # Errors
/// The store's; then nothing was kept, and whoever brought them has to bring them again.
pub async fn keep(desk: &Desk, letters: Vec<Arrived>) -> Result<usize> {
    let letters = Arc::new(letters);
    desk.write(&Actor::System(System::Operator), move |unit| {
        let mut new = 0;
        for a in letters.iter() {
            let cut =
                |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(MAX_HEAD).collect() };
            let (name, subject) = (cut(&a.sender_name), cut(&a.subject));
            let greeted_as = cut(&a.brought_by.1);
            let (envelope_from, recipient) = (cut(&a.envelope_from), cut(&a.recipient));
            let mail = NewMail {
                mailbox: &a.mailbox,
                source: a.source,
                source_key: a.source_key.as_deref(),
                fingerprint: &a.fingerprint,
                envelope_from: &envelope_from,
                recipient: &recipient,
                sender: (&a.sender, &name),
                subject: &subject,
                message_id: &a.message_id,
                brought_by: (a.brought_by.0, &greeted_as),
                raw: &a.raw,
            };
            if let Some(id) = mail_in::keep(unit.work, &mail)? {
                new += 1;
                if a.head_only {
                    read::without_reading(unit, &id)?;
                } else {
                    let payload = MailJob { mail: id.clone(), wanted: false };
                    job::insert(unit.work, job::MAIL_IN, &payload, unit.now)?;
                }
                unit.work.publish("mail_in", &id)?;
            }
        }
        Ok(new)
    })
    .await
}

/// Takes letters that wait to be read, under a lease.
///
/// # Errors
/// The store's.
pub async fn claim(desk: &Desk, limit: i64) -> Result<Vec<Claimed>> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        let mut claimed = Vec::new();
        for job in job::claim_apart(unit.work, job::MAIL_IN, limit)? {
            let payload: MailJob =
                serde_json::from_str(&job.payload).map_err(|e| Error::Internal(e.to_string()))?;
            match mail_in::one(unit.work, &payload.mail)? {
                Some(mail) => claimed.push(Claimed { mail, wanted: payload.wanted, job }),
                None => job::done(unit.work, &job)?,
            }
        }
        Ok(claimed)
    })
    .await
}

impl Claimed {
    /// How often the letter was taken to be read.
    pub fn attempts(&self) -> i64 {
        self.job.attempts
    }
}

/// The first wait after a letter could not be read for a reason that passes; it doubles.
const FIRST_WAIT_S: i64 = 5;

/// Has a letter read again later.
///
/// # Errors
/// The store's; `Stale` if the lease ended and somebody else has it now.
pub async fn put_off(desk: &Desk, claimed: Claimed, error: String) -> Result<()> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        let at = plus_seconds(unit.now, FIRST_WAIT_S << claimed.job.attempts.clamp(0, 10));
        Ok(job::retry(unit.work, &claimed.job, &error, at)?)
    })
    .await
}

/// The bytes of a letter.
///
/// # Errors
/// `NotFound`.
pub async fn raw(desk: &Desk, id: &str) -> Result<Vec<u8>> {
    let id = id.to_owned();
    desk.read(move |r| mail_in::raw(r, &id)?.ok_or(Error::NotFound)).await
}
