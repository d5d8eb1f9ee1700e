//! Fetching a mailbox from another server, as far as it concerns the database: who does it, how far it came, how it went.

use domain::access::{Actor, System};
use domain::mail_in::Mailbox;
use domain::time::Timestamp;
use store::mailbox::{self, Reached};

use crate::{Desk, Error, Result};

/// A mailbox under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The mailbox.
    pub mailbox: Mailbox,
    /// The sealed password or token.
    pub sealed: String,
    /// How far it was fetched.
    pub reached: Reached,
    /// When it last went well.
    pub success_at: Option<Timestamp>,
}

const FETCHER: Actor = Actor::System(System::Operator);

/// Takes a mailbox, or keeps it; none while another node has it, or nobody wants it to be fetched any more.
///
/// # Errors
/// The store's.
pub async fn hold(desk: &Desk, id: &str, holder: &str) -> Result<Option<Held>> {
    let (id, holder) = (id.to_owned(), holder.to_owned());
    desk.write(&FETCHER, move |unit| {
        let wanted =
            unit.rules.mailboxes.iter().find(|m| m.id == id && m.active && m.imap.is_some()).cloned();
        let Some(mailbox) = wanted else { return Ok(None) };
        if !mailbox::lease(unit.work, &id, &holder)? {
            return Ok(None);
        }
        let state = mailbox::state(unit.work, &id)?.ok_or(Error::NotFound)?;
        let reached = Reached {
            place: state.place,
            validity: state.validity,
            uid: state.uid,
            begun_at: state.begun_at,
        };
        let sealed = mailbox::sealed(unit.work, &id)?;
        Ok(Some(Held { mailbox, sealed, reached, success_at: state.success_at }))
    })
    .await
}

/// Lets others have a mailbox at once.
///
/// # Errors
/// The store's.
pub async fn let_go(desk: &Desk, id: &str, holder: &str) -> Result<()> {
    let (id, holder) = (id.to_owned(), holder.to_owned());
    desk.write(&FETCHER, move |unit| Ok(mailbox::let_go(unit.work, &id, &holder)?)).await
}

/// Records how far a mailbox was fetched: everything up to there is kept here and done with at the server.
///
/// # Errors
/// `Stale` if another node fetches it now.
pub async fn reached(desk: &Desk, id: &str, holder: &str, to: Reached, taken: usize) -> Result<()> {
    let (id, holder) = (id.to_owned(), holder.to_owned());
    let taken = i64::try_from(taken).unwrap_or(i64::MAX);
    desk.write(&FETCHER, move |unit| Ok(mailbox::advance(unit.work, &id, &holder, &to, taken)?)).await
}

/// Records how it went: the phase and the server's words if it went wrong.
///
/// # Errors
/// The store's.
pub async fn went(desk: &Desk, id: &str, wrong: Option<(&'static str, String)>) -> Result<()> {
    let id = id.to_owned();
    desk.write(&FETCHER, move |unit| {
        match &wrong {
            None => mailbox::went_well(unit.work, &id)?,
            Some((phase, said)) => mailbox::went_wrong(unit.work, &id, phase, said)?,
        }
        Ok(())
    })
    .await
}
