//! What pages need about mailboxes: this node's secret, and the way to other servers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use desk::dkim::NewKey;
use desk::{Error, Result};
use domain::mail_in::{Fault, ImapSource, Written};
use push::Secret;
use web::{MailboxPort, Tried};

use crate::fetch_work::{MAILBOX, try_mailbox};
use crate::sign::SIGNATURE;

/// Seals passwords with this node's secret and tries real servers.
pub struct MailboxDoor(Secret);

impl MailboxDoor {
    /// With a secret.
    pub fn new(secret: Secret) -> Self {
        Self(secret)
    }

    fn sealed(&self, key: mail::dkim::NewKey) -> Result<NewKey> {
        let mail::dkim::NewKey { algorithm, public, private } = key;
        let sealed = self.0.seal(SIGNATURE, &private).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(NewKey { algorithm, public, sealed })
    }
}

impl fmt::Debug for MailboxDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailboxDoor")
    }
}

impl MailboxPort for MailboxDoor {
    fn seal(&self, plain: &str) -> Result<String> {
        self.0.seal(MAILBOX, plain.as_bytes()).map_err(|e| Error::Internal(e.to_string()))
    }

    fn make_key(&self) -> Result<NewKey> {
        self.sealed(mail::dkim::make().map_err(Error::Internal)?)
    }

    fn read_key(&self, pem: &str) -> Result<NewKey> {
        self.sealed(mail::dkim::read(pem).map_err(|_| Error::field("pem", "no_key"))?)
    }

    fn as_written(&self, raw: &[u8]) -> std::result::Result<Written, Fault> {
        mail::incoming::as_written(raw, &mail::incoming::Limits::default())
    }

    fn attempt<'a>(
        &'a self,
        source: &'a ImapSource,
        sealed: &'a str,
    ) -> Pin<Box<dyn Future<Output = Tried> + Send + 'a>> {
        Box::pin(try_mailbox(&self.0, source, sealed))
    }
}
