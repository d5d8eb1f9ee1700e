//! Mailboxes as people enter them: which address, whose, and from where their letters come. And whose letters nobody wants.

use serde::{Deserialize, Serialize};

use crate::id::GroupId;
use crate::named;
use crate::people::parse_email;

named! {
    /// How a connection to a mail server is protected.
    pub enum Protection ("protection") {
        /// From the first byte.
        Tls = "tls",
        /// Upgraded before anything is said.
        StartTls = "starttls",
        /// Not at all; only on this machine.
        None = "none",
    }
}

impl Protection {
    /// The port on which IMAP servers usually listen.
    pub const fn imap_port(self) -> u16 {
        match self {
            Self::Tls => 993,
            Self::StartTls | Self::None => 143,
        }
    }
}

named! {
    /// How one proves to a mail server who one is.
    pub enum Proof ("proof") {
        /// A password.
        Password = "password",
        /// A token that another service gave.
        OAuth2 = "oauth2",
    }
}

named! {
    /// What becomes of a letter at its server when it is kept here.
    pub enum Afterwards ("afterwards") {
        /// It is marked as read.
        Seen = "seen",
        /// It goes into another folder.
        Move = "move",
        /// It is deleted.
        Delete = "delete",
    }
}

/// From where letters are fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImapSource {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Protection,
    /// PEM of an authority of one's own; empty for those that everybody trusts.
    #[serde(default)]
    pub authority: String,
    /// Name at the server.
    pub login: String,
    /// How one proves it.
    pub proof: Proof,
    /// The folder with the letters.
    pub folder: String,
    /// What becomes of a letter there.
    pub afterwards: Afterwards,
    /// The folder into which it goes, if it does.
    #[serde(default)]
    pub move_to: String,
}

impl ImapSource {
    /// Where numbers of letters mean the same.
    pub fn place(&self) -> String {
        format!("{}@{}:{}/{}", self.login, self.host.to_lowercase(), self.port, self.folder)
    }
}

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mailbox {
    /// Key.
    #[serde(skip)]
    pub id: String,
    /// The address, in small letters.
    #[serde(skip)]
    pub address: String,
    /// Name for people.
    pub name: String,
    /// The group that gets what comes into it; routing decides if absent.
    pub group: Option<GroupId>,
    /// Language of the letters to people who write there for the first time.
    pub locale: String,
    /// Are letters taken?
    pub active: bool,
    /// From where they are fetched; without it they are brought.
    pub imap: Option<ImapSource>,
    /// For edits; 0 for a new one.
    #[serde(skip)]
    pub version: i64,
}

/// The longest name of a mailbox, server or folder.
const MAX_NAME: usize = 200;
/// The largest certificate.
const MAX_PEM: usize = 64 * 1024;

impl Mailbox {
    /// What is wrong with it: field and issue of each.
    pub fn wrong(&self) -> Vec<(&'static str, &'static str)> {
        let mut wrong = Vec::new();
        let mut find = |is: bool, field, issue| {
            if is {
                wrong.push((field, issue));
            }
        };
        find(self.address.is_empty(), "address", "required");
        let plus = self.address.split('@').next().is_some_and(|local| local.contains('+'));
        let good = parse_email(&self.address).is_some_and(|p| p.value == self.address) && !plus;
        find(!self.address.is_empty() && !good, "address", "bad_address");
        find(self.name.trim().is_empty(), "name", "required");
        find(self.name.chars().count() > MAX_NAME, "name", "too_long");
        find(!matches!(self.locale.as_str(), "zh-CN" | "en"), "locale", "bad_value");
        let Some(i) = &self.imap else { return wrong };
        for (field, value) in [("host", &i.host), ("login", &i.login), ("folder", &i.folder)] {
            find(value.trim().is_empty(), field, "required");
            find(value.chars().count() > MAX_NAME || value.chars().any(char::is_control), field, "bad_value");
        }
        find(i.host.contains(|c: char| c.is_whitespace() || "/@?#".contains(c)), "host", "bad_value");
        find(i.port == 0, "port", "bad_value");
        find(i.tls == Protection::None && !is_loopback(&i.host), "tls", "only_loopback");
        find(i.authority.len() > MAX_PEM, "authority", "too_long");
        let pem = i.authority.trim().is_empty() || i.authority.contains("-----BEGIN CERTIFICATE-----");
        find(!pem, "authority", "no_certificate");
        let moves = i.afterwards == Afterwards::Move;
        find(moves && i.move_to.trim().is_empty(), "move_to", "required");
        find(moves && i.move_to.trim() == i.folder.trim(), "move_to", "same_folder");
        find(
            i.move_to.chars().count() > MAX_NAME || i.move_to.chars().any(char::is_control),
            "move_to",
            "bad_value",
        );
        wrong
    }
}

/// Does a name mean the machine on which this runs?
fn is_loopback(host: &str) -> bool {
    let host = host.trim();
    host.parse::<std::net::IpAddr>().map_or(host == "localhost", |ip| ip.is_loopback())
}

/// Whose letters nobody wants: an address, or a domain with all below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Key.
    pub id: String,
    /// `somebody@spam.example`, or `spam.example`.
    pub pattern: String,
    /// Why, for colleagues.
    pub note: String,
}

/// Reads what a person wrote: an address, or a domain with or without an `@` before it. None if it is neither.
pub fn block_pattern(text: &str) -> Option<String> {
    let text = text.trim();
    let domain = text.strip_prefix('@').unwrap_or(text);
    if domain.contains('@') {
        return parse_email(domain).map(|p| p.value);
    }
    let point = parse_email(&format!("x@{domain}"))?;
    point.value.split_once('@').map(|(_, domain)| domain.to_owned()).filter(|d| d.contains('.'))
}

/// The block that an address falls under, if any.
pub fn blocked<'b>(blocks: &'b [Block], address: &str) -> Option<&'b Block> {
    let address = address.trim().to_lowercase();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    blocks.iter().find(|b| {
        if b.pattern.contains('@') {
            return b.pattern == address;
        }
        domain.strip_suffix(b.pattern.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> ImapSource {
        ImapSource {
            host: "imap.vendor.example".to_owned(),
            port: 993,
            tls: Protection::Tls,
            authority: String::new(),
            login: "support".to_owned(),
            proof: Proof::Password,
            folder: "INBOX".to_owned(),
            afterwards: Afterwards::Seen,
            move_to: String::new(),
        }
    }

    fn mailbox(edit: impl FnOnce(&mut Mailbox)) -> Mailbox {
        let mut m = Mailbox {
            address: "support@vendor.example".to_owned(),
            name: "服务台".to_owned(),
            locale: "zh-CN".to_owned(),
            active: true,
            imap: Some(source()),
            ..Mailbox::default()
        };
        edit(&mut m);
        m
    }

    type Edit = fn(&mut Mailbox);
    type Issue = (&'static str, &'static str);

    #[test]
    fn what_cannot_work_is_named() {
        assert_eq!(mailbox(|_| ()).wrong(), []);
        let cases: &[(Edit, &[Issue])] = &[
            (|m| m.address = String::new(), &[("address", "required")]),
            (|m| m.address = "support".to_owned(), &[("address", "bad_address")]),
            (|m| m.address = "a+b@vendor.example".to_owned(), &[("address", "bad_address")]),
            (|m| m.address = "Support@vendor.example".to_owned(), &[("address", "bad_address")]),
            (|m| m.name = " ".to_owned(), &[("name", "required")]),
            (|m| m.locale = "fr".to_owned(), &[("locale", "bad_value")]),
            (|m| m.imap.as_mut().unwrap().host = "a b".to_owned(), &[("host", "bad_value")]),
            (|m| m.imap.as_mut().unwrap().port = 0, &[("port", "bad_value")]),
            (|m| m.imap.as_mut().unwrap().tls = Protection::None, &[("tls", "only_loopback")]),
            (|m| m.imap.as_mut().unwrap().authority = "x".to_owned(), &[("authority", "no_certificate")]),
            (|m| m.imap.as_mut().unwrap().afterwards = Afterwards::Move, &[("move_to", "required")]),
        ];
        for (edit, expected) in cases {
            assert_eq!(mailbox(edit).wrong(), *expected);
        }
        let local = mailbox(|m| {
            let i = m.imap.as_mut().unwrap();
            (i.host, i.tls) = ("127.0.0.1".to_owned(), Protection::None);
        });
        assert_eq!(local.wrong(), []);
        assert_eq!(mailbox(|m| m.imap = None).wrong(), []);
    }

    #[test]
    fn a_block_is_an_address_or_a_domain_with_all_below() {
        for (written, read) in [
            ("Eve@Spam.example", Some("eve@spam.example")),
            ("@spam.example", Some("spam.example")),
            ("SPAM.example ", Some("spam.example")),
            ("cn", None),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(block_pattern(written).as_deref(), read, "{written}");
        }
        let block =
            |pattern: &str| Block { id: String::new(), pattern: pattern.to_owned(), note: String::new() };
        let blocks = [block("eve@good.example"), block("spam.example")];
        let is = |address: &str| blocked(&blocks, address).map(|b| b.pattern.as_str());
        assert_eq!(is("Eve@Good.example"), Some("eve@good.example"));
        assert_eq!(is("x@spam.example"), Some("spam.example"));
        assert_eq!(is("x@mail.spam.example"), Some("spam.example"));
        assert_eq!(is("x@notspam.example"), None);
        assert_eq!(is("bob@good.example"), None);
        assert_eq!(is(""), None);
    }
}
