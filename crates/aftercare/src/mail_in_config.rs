//! The `[mail_in]` part of the configuration: where letters are taken, and for which mailboxes. Without it nobody listens.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use desk::Desk;
use desk::mail_in::{House, ReplyKey};
use domain::people::parse_email;
use mail::Room;
use mail::listener::{AT_ONCE, MAX_BYTES, Protocol, Settings, tls};
use mail::origin::Names;
use serde::Deserialize;

/// The smallest limit that lets an ordinary letter in.
const SMALLEST: usize = 64 * 1024;

/// Where letters come in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MailInConfig {
    /// Where to listen; nobody does if absent.
    pub listen: Option<SocketAddr>,
    /// `smtp`, or `lmtp` behind a server of the house.
    pub protocol: Option<String>,
    /// The name by which the server greets; the domain of the first mailbox unless given.
    pub host: Option<String>,
    /// PEM of the certificate, for STARTTLS.
    pub certificate_file: Option<PathBuf>,
    /// PEM of its key.
    pub key_file: Option<PathBuf>,
    /// Largest letter, in bytes.
    pub max_bytes: Option<usize>,
    /// Room for the letters that are brought at the same time, in bytes; four of the largest unless given.
    pub max_bytes_at_once: Option<usize>,
    /// The most connections at a time.
    pub max_connections: Option<usize>,
    /// Letters a second from one address.
    pub per_second: Option<u32>,
    /// Are SPF, DKIM and DMARC looked at? Names are asked of the system's resolver.
    pub check_origin: bool,
    /// The addresses that are ours.
    pub mailboxes: Vec<MailboxConfig>,
}

/// An address of ours.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailboxConfig {
    /// The address.
    pub address: String,
    /// Name or key of the group that gets what comes into it; routing decides if absent.
    #[serde(default)]
    pub group: Option<String>,
}

impl MailInConfig {
    /// The mailboxes, before anybody knows whether their groups exist; the addresses in small letters.
    fn mailboxes(&self) -> anyhow::Result<Vec<(String, Option<String>)>> {
        let mut all: Vec<(String, Option<String>)> = Vec::new();
        for m in &self.mailboxes {
            let point = parse_email(&m.address)
                .with_context(|| format!("[mail_in] mailboxes: {:?} is no mail address", m.address))?;
            if all.iter().any(|(a, _)| *a == point.value) {
                bail!("[mail_in] mailboxes: {} stands there twice", point.value);
            }
            all.push((point.value, m.group.clone()));
        }
        Ok(all)
    }

    /// The addresses of the mailboxes.
    pub(crate) fn written(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.mailboxes()?.into_iter().map(|(address, _)| address).collect())
    }

    /// Who is asked where letters come from, if anybody.
    pub(crate) fn names(&self) -> anyhow::Result<Option<Arc<Names>>> {
        if !self.check_origin {
            return Ok(None);
        }
        let names = Names::system().map_err(|e| anyhow::anyhow!("[mail_in] check_origin: {e}"))?;
        Ok(Some(Arc::new(names)))
    }

    /// The largest letter, and the room for all that come at the same time.
    pub(crate) fn sizes(&self) -> anyhow::Result<(usize, Room)> {
        let max_bytes = self.max_bytes.unwrap_or(MAX_BYTES);
        if max_bytes < SMALLEST {
            bail!("[mail_in] max_bytes is below {SMALLEST}: hardly any letter would be taken");
        }
        let at_once = self.max_bytes_at_once.unwrap_or(AT_ONCE.saturating_mul(max_bytes));
        if at_once < max_bytes {
            bail!("[mail_in] max_bytes_at_once is below max_bytes: the largest letters would never be taken");
        }
        Ok((max_bytes, Room::new(at_once)))
    }

    /// The checked settings of the listener, for a look at them.
    pub(crate) fn checked(&self) -> anyhow::Result<Option<(SocketAddr, Settings)>> {
        self.listener(self.sizes()?.1)
    }

    /// The checked settings of the listener, with its address; none if nobody listens. Further mailboxes may be entered on
    /// a page, so none need to stand here.
    pub(crate) fn listener(&self, room: Room) -> anyhow::Result<Option<(SocketAddr, Settings)>> {
        let mailboxes = self.mailboxes()?;
        let Some(listen) = self.listen else { return Ok(None) };
        let protocol = match self.protocol.as_deref() {
            None | Some("smtp") => Protocol::Smtp,
            Some("lmtp") => Protocol::Lmtp,
            Some(other) => bail!("[mail_in] protocol is {other:?}: write smtp or lmtp"),
        };
        let domain = mailboxes.first().and_then(|(first, _)| first.split_once('@'));
        let domain = domain.map_or("localhost", |(_, domain)| domain);
        let mut settings = Settings::new(protocol, self.host.as_deref().unwrap_or(domain));
        settings.max_bytes = self.sizes()?.0;
        settings.room = room;
        settings.max_connections = self.max_connections.unwrap_or(settings.max_connections);
        settings.per_second = self.per_second.unwrap_or(settings.per_second);
        if settings.max_connections == 0 || settings.per_second == 0 {
            bail!("[mail_in] max_connections and per_second are at least 1");
        }
        settings.tls = match (&self.certificate_file, &self.key_file) {
            (None, None) => None,
            (Some(certificate), Some(key)) => {
                Some(tls(&bytes(certificate)?, &bytes(key)?).map_err(|e| anyhow::anyhow!("[mail_in] {e}"))?)
            }
            _ => bail!("[mail_in] certificate_file and key_file belong together"),
        };
        Ok(Some((listen, settings)))
    }

    /// The mailboxes with their groups; `from` is the sender of our letters.
    pub(crate) async fn house(
        &self,
        desk: &Desk,
        from: &str,
        key: Option<ReplyKey>,
    ) -> anyhow::Result<Arc<House>> {
        let groups = desk.read(|r| Ok(store::staff::groups(r)?)).await?;
        let mut mailboxes = Vec::new();
        for (address, group) in self.mailboxes()? {
            let id = match group {
                None => None,
                Some(named) => {
                    let found = groups.iter().find(|g| g.name == named || g.id.as_str() == named);
                    Some(
                        found
                            .with_context(|| format!("[mail_in] {address}: there is no group {named:?}"))?
                            .id
                            .clone(),
                    )
                }
            };
            mailboxes.push((address, id));
        }
        let own = parse_email(from).map(|p| p.value).into_iter().collect();
        Ok(Arc::new(House { mailboxes, own, key }))
    }
}

fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("[mail_in] cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_says_what_is_wrong_with_it() {
        let read = |text: &str| toml::from_str::<MailInConfig>(text).unwrap().checked();
        let wrong = |text: &str| format!("{:#}", read(text).map(|_| ()).unwrap_err());
        assert!(read("").unwrap().is_none(), "nobody listens unless told to");
        let base = "listen = \"127.0.0.1:2525\"\nmailboxes = [{ address = \"Support@Vendor.example\" }]\n";
        let (listen, settings) = read(base).unwrap().unwrap();
        assert_eq!((listen.port(), settings.host.as_str()), (2525, "vendor.example"));
        assert!(wrong("mailboxes = [{ address = \"support\" }]").contains("no mail address"));
        for (line, said) in [
            ("protocol = \"pop3\"", "smtp or lmtp"),
            ("max_bytes = 10", "below"),
            ("per_second = 0", "at least 1"),
            ("max_bytes_at_once = 100000", "below max_bytes"),
            ("key_file = \"k\"", "belong together"),
            ("certificate_file = \"/nowhere\"\nkey_file = \"/nowhere\"", "cannot read"),
        ] {
            let said_now = wrong(&format!("{line}\n{base}"));
            assert!(said_now.contains(said), "{line}: {said_now}");
        }
        assert!(toml::from_str::<MailInConfig>("mailbox = 1").is_err(), "slips are refused");
    }
}
