//! Fetches letters from a mailbox on another server (IMAP). It looks without touching; what was kept for good is marked,
//! moved or deleted only when it is told to.

mod connect;
mod folder;

use std::time::Duration;

use async_imap::Session;
use async_imap::error::Error;
use async_imap::types::Capabilities;
use domain::time::Timestamp;
use tokio::time::timeout;

use crate::{Secret, Tls};
use connect::Wire;

/// How one proves who one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A password.
    Password(Secret),
    /// A token that another service gave (XOAUTH2).
    OAuth2(Secret),
}

/// Where letters lie, and as whom they are fetched.
#[derive(Debug, Clone)]
pub struct Account {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// An authority of one's own, as PEM, beside those that everybody trusts.
    pub authority: Option<String>,
    /// Name at the server.
    pub login: String,
    /// Password or token.
    pub proof: Proof,
    /// The folder with the letters.
    pub folder: String,
}

/// What becomes of a letter at the server when it is kept here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Afterwards {
    /// It is marked as read.
    Seen,
    /// It goes into this folder.
    Move(String),
    /// It is deleted.
    Delete,
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The server could not be reached.
    Connect,
    /// The connection could not be protected.
    Tls,
    /// The server did not accept name or password.
    Login,
    /// The folder could not be opened.
    Folder,
    /// Something went wrong in between.
    Talk,
}

/// Why it did not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{phase:?}: {said}")]
pub struct Failure {
    /// How far it came.
    pub phase: Phase,
    /// The server's or the system's words.
    pub said: String,
}

impl Failure {
    fn new(phase: Phase, said: impl ToString) -> Self {
        /// Longer words help nobody.
        const MOST: usize = 500;
        let said = said.to_string();
        Self { phase, said: said.chars().filter(|c| !c.is_control()).take(MOST).collect() }
    }
}

/// The server's words without what the library puts around them.
fn words(phase: Phase) -> impl Fn(Error) -> Failure {
    move |e| match &e {
        Error::No(said) | Error::Bad(said) => {
            let info = said.split_once("info: Some(\"").and_then(|(_, rest)| rest.rsplit_once("\")"));
            Failure::new(phase, info.map_or(said.as_str(), |(info, _)| info))
        }
        Error::Parse(_) => Failure::new(phase, "the server's answer cannot be understood"),
        e => Failure::new(phase, e),
    }
}

/// Whoever says nothing for so long is given up.
const PATIENCE: Duration = Duration::from_mins(1);
/// A letter takes at most so long.
const WHOLE_LETTER: Duration = Duration::from_mins(10);

async fn in_time<T>(
    most: Duration,
    phase: Phase,
    doing: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    match timeout(most, doing).await {
        Ok(done) => done.map_err(words(phase)),
        Err(_) => Err(Failure::new(phase, "the server said nothing for too long")),
    }
}

/// An open folder.
#[derive(Debug)]
pub struct Folder {
    session: Session<Wire>,
    /// Numbers of letters are good as long as this is the same.
    pub validity: u32,
    /// The highest number that the server had given when it was opened.
    pub last: u32,
    can: Can,
}

/// What the server can do besides.
#[derive(Debug, Clone, Copy)]
struct Can {
    idle: bool,
    move_: bool,
    expunge_some: bool,
}

impl Can {
    fn of(all: &Capabilities) -> Self {
        Self { idle: all.has_str("IDLE"), move_: all.has_str("MOVE"), expunge_some: all.has_str("UIDPLUS") }
    }
}

/// What lies in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Everything that came after this number.
    After(u32),
    /// What nobody has read, and what came since an instant, if one is given.
    Unread(Option<Timestamp>),
}

/// A number with the size of its letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lying {
    /// The number.
    pub uid: u32,
    /// Bytes.
    pub size: usize,
}

/// Tries an account as far as its folder. Returns how many letters lie there.
///
/// # Errors
/// How far it came.
pub async fn probe(account: &Account) -> Result<u32, Failure> {
    let (folder, letters) = Folder::open_counted(account).await?;
    folder.close().await;
    Ok(letters)
}
