//! A mailbox as a form sends it.

use desk::{FieldError, Result};
use domain::mail_in::{Afterwards, ImapSource, Mailbox, Proof, Protection};
use serde::Deserialize;

use crate::form::{id, noted_choice};

/// The form as it was sent; version 0 makes a new mailbox.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MailboxForm {
    id: String,
    version: i64,
    kind: String,
    address: String,
    name: String,
    group: String,
    locale: String,
    active: String,
    host: String,
    port: String,
    tls: String,
    authority: String,
    login: String,
    proof: String,
    /// Password or token; empty leaves the one that there is.
    pub(super) secret: String,
    folder: String,
    afterwards: String,
    move_to: String,
}

/// A mailbox as the form shows it at first.
pub(super) fn fresh(imap: bool) -> Mailbox {
    let source = ImapSource {
        host: String::new(),
        port: Protection::Tls.imap_port(),
        tls: Protection::Tls,
        authority: String::new(),
        login: String::new(),
        proof: Proof::Password,
        folder: "INBOX".to_owned(),
        afterwards: Afterwards::Seen,
        move_to: String::new(),
    };
    let imap = imap.then_some(source);
    Mailbox { locale: "zh-CN".to_owned(), active: true, imap, ..Mailbox::default() }
}

impl MailboxForm {
    /// The mailbox, with what could not be read in it.
    pub(super) fn read(self) -> Result<(Mailbox, Vec<FieldError>)> {
        let mut wrong = Vec::new();
        let imap = if self.kind == "imap" {
            let tls = noted_choice("tls", &self.tls, &mut wrong)?.unwrap_or(Protection::Tls);
            let port = self.port.trim();
            let read = if port.is_empty() { Some(tls.imap_port()) } else { port.parse().ok() };
            if read.is_none() {
                wrong.push(FieldError::new("port", "bad_value"));
            }
            Some(ImapSource {
                host: self.host,
                port: read.unwrap_or_else(|| tls.imap_port()),
                tls,
                authority: self.authority,
                login: self.login,
                proof: noted_choice("proof", &self.proof, &mut wrong)?.unwrap_or(Proof::Password),
                folder: self.folder,
                afterwards: noted_choice("afterwards", &self.afterwards, &mut wrong)?
                    .unwrap_or(Afterwards::Seen),
                move_to: self.move_to,
            })
        } else {
            None
        };
        let mailbox = Mailbox {
            id: self.id,
            address: self.address,
            name: self.name,
            group: id(&self.group),
            locale: self.locale,
            active: !self.active.is_empty(),
            imap,
            version: self.version,
        };
        Ok((mailbox, wrong))
    }
}
