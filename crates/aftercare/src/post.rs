//! The postman: takes one letter after the other, hands it to the server outside of any transaction, and records
//! what became of it. Runs beside the other workers, so that a slow server holds up nobody else.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use desk::mail_in::House;
use desk::post::{Parcel, settle, take};
use desk::{Desk, Error, Result};
use domain::post::{Handed, is_automatic};
use mail::{Enclosed, Failure, Mailer, Outgoing, Phase};
use push::Secret;

use crate::sign::keys;
use crate::workers::{pause, until, wake};

/// A server that could not be reached is left alone for so long.
const SERVER_DOWN: Duration = Duration::from_secs(30);

/// Who hands letters over.
#[derive(Clone)]
pub struct Postman {
    /// The way to the server.
    pub mailer: Arc<Mailer>,
    /// In whose name.
    pub house: Arc<House>,
    /// Opens the keys that sign; without it nothing is signed.
    pub secret: Option<Secret>,
    /// Where files are kept.
    pub files: PathBuf,
}

/// Hands letters over until the program ends.
pub(crate) async fn run(desk: Desk, postman: Postman) {
    let mut news = desk.db().news();
    loop {
        news.mark_unchanged();
        let reached = deliver(&desk, &postman).await.unwrap_or_else(|e| {
            tracing::error!(error = %e, "a round of the post failed; it is tried again");
            false
        });
        postman.mailer.rest().await;
        if !reached {
            pause(SERVER_DOWN).await;
            continue;
        }
        let wait = until(&desk, |r| Ok(store::job::next_apart(r, store::job::POST)?)).await;
        if !wake(&mut news, wait).await {
            return;
        }
    }
}

/// Hands over what is due; stops at trouble that would befall the next letter as well. Returns whether the server
/// could be reached.
pub(crate) async fn deliver(desk: &Desk, postman: &Postman) -> Result<bool> {
    let keys = keys(desk, postman.secret.as_ref()).await?;
    while let Some(parcel) = take(desk, &postman.house).await? {
        let id = parcel.letter.id.clone();
        let files = enclosed(&parcel, &postman.files).await;
        let sent = postman.mailer.send_signed(&outgoing(&parcel, files), &keys).await;
        let reached = !matches!(&sent, Err(f) if f.phase != Phase::Letter);
        if let Err(failure) = &sent {
            tracing::warn!(letter.id = %id, trouble = %failure.for_log(), "a letter was not taken");
        }
        match settle(desk, parcel, handed(sent)).await {
            Err(Error::Stale { .. }) => {
                tracing::warn!(letter.id = %id, "a letter took longer than its lease; somebody else has it now");
            }
            settled => drop(settled?),
        }
        if !reached {
            return Ok(false);
        }
    }
    Ok(true)
}

fn handed(sent: std::result::Result<String, Failure>) -> Handed {
    match sent {
        Ok(answer) => Handed::Taken(answer),
        Err(f) if f.permanent => Handed::Refused(f.answer),
        Err(f) => Handed::NotNow(f.answer),
    }
}

/// The files of a letter. One that is gone from the disk holds up no letter.
async fn enclosed(parcel: &Parcel, folder: &std::path::Path) -> Vec<Enclosed> {
    let mut all = Vec::new();
    for f in &parcel.files {
        match web::kept_bytes(folder, &f.sha256).await {
            Ok(bytes) => {
                all.push(Enclosed { name: f.name.clone(), media_type: f.media_type.clone(), bytes });
            }
            Err(e) => tracing::error!(file.id = %f.id, error = %e, "a letter leaves without its file"),
        }
    }
    all
}

fn outgoing(parcel: &Parcel, files: Vec<Enclosed>) -> Outgoing {
    let l = &parcel.letter;
    Outgoing {
        id: l.id.clone(),
        thread: l.ticket.as_ref().map(|t| format!("ticket-{t}")),
        passed: parcel.passed.clone(),
        recipient: l.recipient.clone(),
        subject: l.subject.clone(),
        body: l.body.clone(),
        files,
        automatic: is_automatic(&l.kind),
        sender: parcel.sender.clone(),
        desk: parcel.desk_name.clone(),
        date: l.created_at,
        reply_to: parcel.reply_to.clone(),
        mark: parcel.mark.clone(),
    }
}
