//! What pages need about mail and cannot do themselves: sealing a password or a key, and trying a server.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use desk::dkim::NewKey;
use desk::{Error, Result};
use domain::mail_in::{Fault, ImapSource, Written};

/// How a trial ended: how many letters lie in the folder, or how far it came, with the server's words.
pub type Tried = std::result::Result<u32, (&'static str, String)>;

/// Seals passwords of mailboxes, tries their servers and takes letters apart.
pub trait MailboxPort: Send + Sync + Debug {
    /// Seals a password or token.
    ///
    /// # Errors
    /// The system has no randomness.
    fn seal(&self, plain: &str) -> Result<String>;

    /// Makes a key with which letters are signed.
    ///
    /// # Errors
    /// The system has no randomness.
    fn make_key(&self) -> Result<NewKey>;

    /// Takes such a key that somebody has made, as PEM.
    ///
    /// # Errors
    /// `Invalid` if it is none.
    fn read_key(&self, pem: &str) -> Result<NewKey>;

    /// A letter as it was written. Its HTML is not clean.
    ///
    /// # Errors
    /// Why it cannot be taken apart.
    fn as_written(&self, raw: &[u8]) -> std::result::Result<Written, Fault>;

    /// Tries a server as far as its folder.
    fn attempt<'a>(
        &'a self,
        source: &'a ImapSource,
        sealed: &'a str,
    ) -> Pin<Box<dyn Future<Output = Tried> + Send + 'a>>;
}

/// A node that has no secret has no mailboxes.
pub(crate) fn needed(port: Option<&std::sync::Arc<dyn MailboxPort>>) -> Result<&dyn MailboxPort> {
    port.map(AsRef::as_ref).ok_or_else(|| Error::Internal("this node has no secret for mailboxes".to_owned()))
}
