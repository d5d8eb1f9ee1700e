//! Letters come in: whoever brings one is answered when it is kept; then it is read, beside all other work. Letters of one
//! sender are read in their order, those of others at the same time.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use desk::mail_in::{Arrived, Attached, Claimed, House, claim, keep, put_off, raw, set_aside, take_in};
use desk::{Desk, Error, Result, each};
use domain::mail_in::{Fault, Incoming, Origin, Reason};
use mail::Room;
use mail::incoming::{Limits, fingerprint, head, parse};
use mail::listener::{Arrival, Keeper, NotNow};
use mail::origin::{Handover, Names, origin};
use store::mail_in::MailRow;

use crate::workers::{until, wake};

/// Letters that are taken at a time.
const CLAIM: i64 = 64;
/// So many senders are read at the same time.
const LANES: u64 = 8;
/// A letter that two nodes fight over is tried at once so often.
const AT_ONCE: usize = 3;
/// After so many attempts a person looks at it.
const MAX_ATTEMPTS: i64 = 6;

/// All letters that are read at the same time take so much memory, taken apart as well.
const MEMORY: usize = 192 * 1024 * 1024;
/// A letter, taken apart, is so many times as large.
const APART: usize = 3;

/// Where letters are read.
#[derive(Debug, Clone)]
pub struct MailRoom {
    /// What the installation says about mail.
    pub house: Arc<House>,
    /// Where files are kept.
    pub files: PathBuf,
    /// What a letter may hold.
    pub limits: Limits,
    /// Who is asked where a letter comes from; nobody unless somebody says so.
    names: Option<Arc<Names>>,
    memory: Room,
}

impl MailRoom {
    /// A room for a house; files are kept in a folder.
    pub fn new(house: Arc<House>, files: PathBuf) -> Self {
        Self { house, files, limits: Limits::default(), names: None, memory: Room::new(MEMORY) }
    }

    /// The same with somebody who is asked where letters come from.
    #[must_use]
    pub fn asking(self, names: Option<Arc<Names>>) -> Self {
        Self { names, ..self }
    }
}

/// Keeps what a listener takes.
pub struct Gate {
    desk: Desk,
    house: Arc<House>,
    source: &'static str,
}

impl Gate {
    /// A gate to a desk; `source` is the way by which letters come.
    pub fn new(desk: Desk, house: Arc<House>, source: &'static str) -> Self {
        Self { desk, house, source }
    }
}

impl Keeper for Gate {
    async fn mailbox(&self, recipient: &str) -> std::result::Result<Option<String>, NotNow> {
        let desk = self.desk.clone();
        let rules = self.desk.peek(move |r| desk.rules_in(r)).await.map_err(|e| {
            tracing::error!(error = %e, "a mailbox could not be looked up; the letter will be brought again");
            NotNow
        })?;
        Ok(self.house.mailbox(&rules, recipient))
    }

    async fn keep(&self, arrival: Arrival) -> std::result::Result<(), NotNow> {
        let raw = Arc::new(arrival.raw);
        let as_it_is = arrived(&raw);
        // A server of the house brings letters of everybody: its address says nothing about where they come from.
        let stranger = Some(arrival.peer).filter(|ip| self.source == "smtp" && is_stranger(*ip));
        let letters = arrival.recipients.into_iter().map(|r| Arrived {
            mailbox: r.mailbox,
            source: self.source,
            brought_by: (stranger, arrival.greeted_as.clone()),
            envelope_from: arrival.sender.to_lowercase(),
            recipient: r.address,
            ..as_it_is.clone()
        });
        match keep(&self.desk, letters.collect()).await {
            Ok(_) => Ok(()),
            Err(e) => {
                tracing::error!(error = %e, "a letter could not be kept; it will be brought again");
                Err(NotNow)
            }
        }
    }
}

fn is_stranger(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_private() && !ip.is_link_local(),
        IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unique_local() && !ip.is_unicast_link_local(),
    }
}

/// A letter as far as it says itself.
pub(crate) fn arrived(raw: &Arc<Vec<u8>>) -> Arrived {
    let (head, fingerprint) = (head(raw), fingerprint(raw));
    let from = head.from.unwrap_or_default();
    Arrived {
        mailbox: String::new(),
        source: "",
        source_key: None,
        fingerprint,
        envelope_from: String::new(),
        recipient: String::new(),
        sender: from.address,
        sender_name: from.name,
        subject: head.subject,
        message_id: head.message_id,
        brought_by: (None, String::new()),
        raw: Arc::clone(raw),
        head_only: false,
    }
}

/// Reads letters until the program ends.
pub(crate) async fn run(desk: Desk, room: MailRoom) {
    let mut news = desk.db().news();
    loop {
        news.mark_unchanged();
        if let Err(e) = read_all(&desk, &room).await {
            tracing::error!(error = %e, "a round of reading letters failed; it is tried again");
        }
        let wait = until(&desk, |r| Ok(store::job::next_apart(r, store::job::MAIL_IN)?)).await;
        if !wake(&mut news, wait).await {
            return;
        }
    }
}

/// Reads all letters that are due; returns how many.
///
/// # Errors
/// The store's.
pub async fn read_all(desk: &Desk, room: &MailRoom) -> Result<usize> {
    let mut read = 0;
    loop {
        let due = desk
            .read(|r| Ok(store::job::next_apart(r, store::job::MAIL_IN)?.is_some_and(|at| at <= r.now())));
        if !due.await? {
            return Ok(read);
        }
        let claimed = claim(desk, CLAIM).await?;
        if claimed.is_empty() {
            return Ok(read);
        }
        read += claimed.len();
        each(lanes(claimed), |lane| in_order(desk.clone(), room.clone(), lane)).await?;
    }
}

/// Letters by their senders.
fn lanes(claimed: Vec<Claimed>) -> Vec<Vec<Claimed>> {
    let mut lanes: BTreeMap<u64, Vec<Claimed>> = BTreeMap::new();
    for c in claimed {
        let mut hash = DefaultHasher::new();
        c.mail.sender.hash(&mut hash);
        lanes.entry(hash.finish() % LANES).or_default().push(c);
    }
    lanes.into_values().collect()
}

async fn in_order(desk: Desk, room: MailRoom, lane: Vec<Claimed>) -> Result<()> {
    for claimed in lane {
        match one(&desk, &room, &claimed).await {
            // Another node has it now.
            Ok(()) | Err(Error::Stale { .. }) => {}
            Err(e) => trouble(&desk, claimed, e).await?,
        }
    }
    Ok(())
}

/// What does not pass by itself a person looks at; what may is tried again.
async fn trouble(desk: &Desk, claimed: Claimed, error: Error) -> Result<()> {
    tracing::warn!(mail.id = %claimed.mail.id, error = %error, "a letter could not be read");
    let stays =
        matches!(error, Error::Refused(_) | Error::Invalid(_) | Error::Forbidden(_) | Error::Lacks(_));
    let done = if stays || claimed.attempts() >= MAX_ATTEMPTS {
        set_aside(desk, claimed, Reason::Refused, error.to_string()).await
    } else {
        put_off(desk, claimed, error.to_string()).await
    };
    match done {
        Err(Error::Stale { .. }) => Ok(()),
        done => done,
    }
}

async fn one(desk: &Desk, room: &MailRoom, claimed: &Claimed) -> Result<()> {
    // Whoever read it so often did not live to say what came of it.
    if claimed.attempts() > MAX_ATTEMPTS {
        return set_aside(desk, claimed.clone(), Reason::Unreadable, String::new()).await;
    }
    let size = usize::try_from(claimed.mail.size).unwrap_or(usize::MAX);
    let share = room.memory.wait_for(size.saturating_mul(APART)).await;
    let bytes = raw(desk, &claimed.mail.id).await?;
    let origin = origin_of(room, &claimed.mail, &bytes).await;
    let limits = room.limits;
    let parsed = tokio::task::spawn_blocking(move || parse(&bytes, &limits)).await;
    let mail = match parsed.unwrap_or(Err(Fault(Reason::Unreadable))) {
        Ok(mail) => mail,
        Err(Fault(reason)) => return set_aside(desk, claimed.clone(), reason, String::new()).await,
    };
    let files = store_files(desk, room, &mail).await?;
    // The bytes of the files lie in the file store by now.
    let mail = Incoming { files: Vec::new(), html: String::new(), ..mail };
    drop(share);
    let place = || {
        let letter = (mail.clone(), origin.clone());
        take_in(desk, claimed.clone(), letter, files.clone(), Arc::clone(&room.house))
    };
    for _ in 0..AT_ONCE {
        match place().await {
            Err(Error::Stale { .. } | Error::Store(_)) => {}
            done => return done,
        }
    }
    place().await
}

/// Where a letter comes from, if anybody is to be asked.
async fn origin_of(room: &MailRoom, mail: &MailRow, bytes: &[u8]) -> Option<Origin> {
    let names = room.names.as_ref()?;
    let handover = Handover { peer: mail.peer, greeted_as: &mail.greeted_as, sender: &mail.envelope_from };
    origin(names, bytes, handover).await
}

/// Puts the files of a letter into the file store; what the desk does not take is named.
async fn store_files(desk: &Desk, room: &MailRoom, mail: &Incoming) -> Result<(Vec<Attached>, Vec<String>)> {
    let of_desk = desk.clone();
    let rules = desk.read(move |r| of_desk.rules_in(r)).await?;
    let (mut taken, mut left_out) = (Vec::new(), Vec::new());
    for f in &mail.files {
        let name = web::plain_name(&f.name);
        let fits = u64::try_from(f.bytes.len()).is_ok_and(|n| n <= rules.settings.max_file_bytes);
        if f.bytes.is_empty() || !fits || !rules.settings.takes_file(&name, &f.bytes) {
            left_out.push(name);
            continue;
        }
        let broken = |e: std::io::Error| Error::Internal(format!("file store: {e}"));
        let token = desk.new_secret();
        let kept = web::keep_bytes(&room.files, &token, &f.bytes);
        taken.push(Attached {
            media_type: web::media_type(&name, &f.bytes).to_owned(),
            size: i64::try_from(f.bytes.len()).unwrap_or(i64::MAX),
            sha256: kept.await.map_err(broken)?,
            name,
        });
    }
    Ok((taken, left_out))
}
