//! Letters are fetched from mailboxes on other servers, by one node each. A letter is kept for good before anything is done
//! to it there; how far a mailbox was fetched is written down after that. Whatever breaks in between is done again, and what
//! is done again counts once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use desk::mail_in::fetch::{Held, hold, let_go, reached, went};
use desk::mail_in::{Arrived, keep};
use desk::{Desk, Result};
use domain::mail_in::{self as rules, ImapSource};
use domain::time::{Timestamp, plus_seconds};
use mail::imap::{Account, Afterwards, Failure, Folder, Lying, Phase, Proof, Which, probe};
use mail::{Room, Secret as Word, Tls};
use push::Secret;
use sha2::{Digest, Sha256};
use store::mailbox::Reached;
use tokio::task::JoinHandle;

use crate::mail_in_work::arrived;
use crate::workers::{LONGEST_SLEEP, pause};

/// So many letters are fetched and kept together,
const LETTERS: usize = 32;
/// unless they are large: then so many bytes, and one letter at least.
const BYTES: usize = 2 * 1024 * 1024;
/// How long a server is listened to before the mailbox is held anew.
const LISTEN: Duration = Duration::from_secs(45);
/// How often servers are asked that say nothing by themselves.
const ASK: Duration = Duration::from_secs(30);
/// After trouble the first wait; it doubles,
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// up to this.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// After its numbers have changed, what came since the last success and this much before is looked at again.
const OVERLAP_S: i64 = 2 * DAY_S;
const DAY_S: i64 = 86_400;

/// How letters are fetched.
#[derive(Clone)]
pub struct Fetching {
    /// Opens passwords and tokens.
    pub secret: Secret,
    /// The largest letter.
    pub max_bytes: usize,
    /// Room for letters in memory, shared with those that are brought.
    pub room: Room,
    /// The name of this node among those that could fetch.
    pub node: String,
}

/// As what the password or token of a mailbox is sealed.
pub(crate) const MAILBOX: &str = "mailbox";

/// Why a round ended.
enum Ended {
    /// The server, or the way to it.
    There(Failure),
    /// The database.
    Here(desk::Error),
}

impl From<Failure> for Ended {
    fn from(f: Failure) -> Self {
        Self::There(f)
    }
}

impl From<desk::Error> for Ended {
    fn from(e: desk::Error) -> Self {
        Self::Here(e)
    }
}

/// Fetches all mailboxes until the program ends. What people change takes effect at once.
pub async fn run(desk: Desk, fetching: Fetching) {
    let mut news = desk.db().news();
    let mut running: BTreeMap<(String, i64), JoinHandle<()>> = BTreeMap::new();
    loop {
        news.mark_unchanged();
        let of_desk = desk.clone();
        match desk.peek(move |r| of_desk.rules_in(r)).await {
            Err(e) => tracing::error!(error = %e, "mailboxes cannot be read; it is tried again"),
            Ok(rules) => {
                let wanted = rules.mailboxes.iter().filter(|m| m.active && m.imap.is_some());
                let wanted: Vec<(String, i64)> = wanted.map(|m| (m.id.clone(), m.version)).collect();
                running.retain(|key, task| {
                    let stays = wanted.contains(key) && !task.is_finished();
                    if !stays {
                        task.abort();
                    }
                    stays
                });
                for key in wanted {
                    let (desk, fetching, id) = (desk.clone(), fetching.clone(), key.0.clone());
                    running.entry(key).or_insert_with(|| tokio::spawn(attend(desk, fetching, id)));
                }
            }
        }
        tokio::select! {
            () = pause(LONGEST_SLEEP) => {}
            rung = news.changed() => if rung.is_err() { return },
        }
    }
}

/// Fetches one mailbox until it is told to stop.
async fn attend(desk: Desk, fetching: Fetching, id: String) {
    let mut wait = FIRST_WAIT;
    loop {
        match stay(&desk, &fetching, &id, &mut wait).await {
            // Another node has it.
            Ok(()) => pause(LONGEST_SLEEP).await,
            Err(ended) => {
                note(&desk, &id, ended).await;
                pause(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

/// Says what went wrong where people see it.
async fn note(desk: &Desk, id: &str, ended: Ended) {
    let recorded = match ended {
        Ended::Here(e) => Err(e),
        Ended::There(f) => {
            tracing::warn!(mailbox.id = %id, phase = phase(f.phase), "a mailbox could not be fetched");
            went(desk, id, Some((phase(f.phase), f.said))).await
        }
    };
    if let Err(e) = recorded {
        tracing::error!(mailbox.id = %id, error = %e, "a mailbox could not be fetched; it is tried again");
    }
}

/// The word for a phase in tables and texts.
pub(crate) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Connect => "connect",
        Phase::Tls => "tls",
        Phase::Login => "login",
        Phase::Folder => "folder",
        Phase::Talk => "talk",
    }
}

/// Holds a mailbox and fetches what comes. Ends when another node has it.
async fn stay(
    desk: &Desk,
    fetching: &Fetching,
    id: &str,
    wait: &mut Duration,
) -> std::result::Result<(), Ended> {
    let Some(mut held) = hold(desk, id, &fetching.node).await? else { return Ok(()) };
    let mut folder = Folder::open(&account(fetching, &held)?).await?;
    loop {
        catch_up(desk, fetching, &mut held, &mut folder).await?;
        went(desk, id, None).await?;
        *wait = FIRST_WAIT;
        if folder.can_idle() {
            folder = folder.idle(LISTEN).await?;
        } else {
            pause(ASK).await;
            folder.ask().await?;
        }
        match hold(desk, id, &fetching.node).await? {
            Some(now) => held = now,
            None => return Ok(()),
        }
    }
}

/// Fetches what lies in a mailbox now, once. Returns how many letters were new; none while another node has it.
///
/// # Errors
/// The store's. What goes wrong at the server is written down with the mailbox and is no error.
pub async fn fetch_once(desk: &Desk, fetching: &Fetching, id: &str) -> Result<Option<usize>> {
    let Some(mut held) = hold(desk, id, &fetching.node).await? else { return Ok(None) };
    let whole = async {
        let mut folder = Folder::open(&account(fetching, &held)?).await?;
        let new = catch_up(desk, fetching, &mut held, &mut folder).await?;
        went(desk, id, None).await?;
        folder.close().await;
        Ok(new)
    };
    let new = match whole.await {
        Ok(new) => new,
        Err(Ended::Here(e)) => return Err(e),
        Err(ended) => {
            note(desk, id, ended).await;
            0
        }
    };
    let_go(desk, id, &fetching.node).await?;
    Ok(Some(new))
}

/// Tries a mailbox as far as its folder; returns how many letters lie there.
///
/// # Errors
/// How far it came, and the server's words.
pub async fn try_mailbox(
    secret: &Secret,
    source: &ImapSource,
    sealed: &str,
) -> std::result::Result<u32, (&'static str, String)> {
    let account = with(secret, source, sealed).map_err(|f| (phase(f.phase), f.said))?;
    probe(&account).await.map_err(|f| (phase(f.phase), f.said))
}

fn account(fetching: &Fetching, held: &Held) -> std::result::Result<Account, Failure> {
    let gone = || Failure { phase: Phase::Talk, said: "this mailbox is not fetched any more".to_owned() };
    with(&fetching.secret, held.mailbox.imap.as_ref().ok_or_else(gone)?, &held.sealed)
}

fn with(secret: &Secret, source: &ImapSource, sealed: &str) -> std::result::Result<Account, Failure> {
    let word = secret.open(MAILBOX, sealed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let lost = || Failure {
        phase: Phase::Login,
        said: "its password is sealed with another secret.key: enter it again".to_owned(),
    };
    let word = Word::new(word.ok_or_else(lost)?);
    Ok(Account {
        host: source.host.clone(),
        port: source.port,
        tls: match source.tls {
            rules::Protection::Tls => Tls::Implicit,
            rules::Protection::StartTls => Tls::StartTls,
            rules::Protection::None => Tls::None,
        },
        authority: Some(source.authority.clone()).filter(|pem| !pem.is_empty()),
        login: source.login.clone(),
        proof: match source.proof {
            rules::Proof::Password => Proof::Password(word),
            rules::Proof::OAuth2 => Proof::OAuth2(word),
        },
        folder: source.folder.clone(),
    })
}

fn afterwards(source: &ImapSource) -> Afterwards {
    match source.afterwards {
        rules::Afterwards::Seen => Afterwards::Seen,
        rules::Afterwards::Move => Afterwards::Move(source.move_to.clone()),
        rules::Afterwards::Delete => Afterwards::Delete,
    }
}

/// Fetches all that is not done with. Numbers count while server, name, folder and the server's word for its numbers are
/// the same; else what nobody has read is looked at, and what came since it last went well.
async fn catch_up(
    desk: &Desk,
    fetching: &Fetching,
    held: &mut Held,
    folder: &mut Folder,
) -> std::result::Result<usize, Ended> {
    let Some(source) = held.mailbox.imap.clone() else { return Ok(0) };
    let (place, validity) = (source.place(), i64::from(folder.validity));
    let known = held.reached.place == place;
    let counts = known && held.reached.validity == validity;
    let which = if counts {
        Which::After(u32::try_from(held.reached.uid).unwrap_or(u32::MAX))
    } else {
        // In a place where it never was, only what is unread: nobody wants a ticket for each letter of the past.
        Which::Unread(looked_since(held).filter(|_| known))
    };
    let uids = folder.find(which).await?;
    let sizes = folder.sizes(&uids).await?;
    let (mut new, mut trouble) = (0, None);
    for some in portions(&sizes) {
        let (kept, finished) = portion(desk, fetching, (&held.mailbox, &source), folder, &some).await?;
        new += kept;
        trouble = trouble.or(finished.err());
        // What is not done with at the server stays to be done; whatever else lies there is kept all the same.
        if counts && trouble.is_none() {
            held.reached.uid = some.last().map_or(held.reached.uid, |l| i64::from(l.uid));
        }
        reached(desk, &held.mailbox.id, &fetching.node, held.reached.clone(), kept).await?;
        hold(desk, &held.mailbox.id, &fetching.node).await?;
    }
    if let Some(failure) = trouble {
        return Err(failure.into());
    }
    if !counts {
        let begun_at = held.reached.begun_at.filter(|_| known).or(Some(desk.now()));
        let last = uids.last().copied().unwrap_or_default().max(folder.last);
        held.reached = Reached { place, validity, uid: i64::from(last), begun_at };
        reached(desk, &held.mailbox.id, &fetching.node, held.reached.clone(), 0).await?;
    }
    Ok(new)
}

/// From when letters are looked at again: servers count days, and in zones of their own.
fn looked_since(held: &Held) -> Option<Timestamp> {
    let well = held.success_at.map(|at| plus_seconds(at, -OVERLAP_S));
    held.reached.begun_at.map(|begun| plus_seconds(well.unwrap_or(begun).max(begun), -DAY_S))
}

/// Fetches, keeps and finishes some letters; returns how many were new, and whether the server did what it was told.
async fn portion(
    desk: &Desk,
    fetching: &Fetching,
    of: (&rules::Mailbox, &ImapSource),
    folder: &mut Folder,
    some: &[Lying],
) -> std::result::Result<(usize, std::result::Result<(), Failure>), Ended> {
    let total: usize = some.iter().map(|l| l.size.min(fetching.max_bytes)).sum();
    // The library holds what it reads beside the letter itself.
    let room = fetching.room.wait_for(total.saturating_mul(2)).await;
    let letters = letters_of(folder, some, fetching.max_bytes, of).await?;
    let whole: Vec<u32> = letters.iter().filter(|(_, l)| !l.head_only).map(|(uid, _)| *uid).collect();
    let missing: Vec<u32> =
        some.iter().map(|l| l.uid).filter(|uid| !letters.iter().any(|(u, _)| u == uid)).collect();
    let kept = keep(desk, letters.into_iter().map(|(_, letter)| letter).collect()).await?;
    drop(room);
    if !missing.is_empty() && !folder.sizes(&missing).await?.is_empty() {
        let said = format!("the server does not hand over letter {}", missing.first().unwrap_or(&0));
        return Err(Failure { phase: Phase::Talk, said }.into());
    }
    Ok((kept, folder.finish(&whole, &afterwards(of.1)).await))
}

/// Letters that are fetched together.
fn portions(sizes: &[Lying]) -> Vec<Vec<Lying>> {
    let mut portions: Vec<Vec<Lying>> = Vec::new();
    for l in sizes {
        let fits = portions.last().is_some_and(|p| {
            p.len() < LETTERS && p.iter().map(|l| l.size).sum::<usize>().saturating_add(l.size) <= BYTES
        });
        match portions.last_mut().filter(|_| fits) {
            Some(portion) => portion.push(*l),
            None => portions.push(vec![*l]),
        }
    }
    portions
}

/// Letters as they are kept, with their numbers; of one that is too large its head, so that somebody sees that it is there.
async fn letters_of(
    folder: &mut Folder,
    some: &[Lying],
    max_bytes: usize,
    (mailbox, source): (&rules::Mailbox, &ImapSource),
) -> std::result::Result<Vec<(u32, Arrived)>, Failure> {
    let (whole, large): (Vec<Lying>, Vec<Lying>) = some.iter().partition(|l| l.size <= max_bytes);
    let uids: Vec<u32> = whole.iter().map(|l| l.uid).collect();
    let mut fetched = Vec::new();
    if !uids.is_empty() {
        fetched.extend(folder.letters(&uids).await?.into_iter().map(|(uid, raw)| (uid, raw, false)));
    }
    for l in large {
        fetched.extend(folder.head(l.uid).await?.map(|head| (l.uid, head, true)));
    }
    let place = Sha256::digest(source.place());
    let place: String = place.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let letters = fetched.into_iter().map(|(uid, raw, head_only)| {
        let raw = Arc::new(raw);
        let (head, own) = (mail::incoming::head(&raw), arrived(&raw));
        let letter = Arrived {
            mailbox: mailbox.address.clone(),
            source: "imap",
            source_key: Some(format!("{place}:{}:{uid}", folder.validity)),
            envelope_from: head.return_path.unwrap_or_else(|| own.sender.clone()).to_lowercase(),
            recipient: head.delivered_to.unwrap_or_else(|| mailbox.address.clone()),
            head_only,
            ..own
        };
        (uid, letter)
    });
    Ok(letters.collect())
}
