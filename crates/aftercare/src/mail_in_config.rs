//! The `[mail_in]` part of the configuration: where letters are taken, and for which mailboxes. Without it nobody listens.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use desk::Desk;
use desk::mail_in::House;
use domain::people::parse_email;
use mail::listener::{Protocol, Settings, tls};
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
    /// The most connections at a time.
    pub max_connections: Option<usize>,
    /// Letters a second from one address.
    pub per_second: Option<u32>,
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

    /// The checked settings of the listener, with its address; none if nobody listens.
    pub(crate) fn listener(&self) -> anyhow::Result<Option<(SocketAddr, Settings)>> {
        let mailboxes = self.mailboxes()?;
        let Some(listen) = self.listen else { return Ok(None) };
        let Some((first, _)) = mailboxes.first() else {
            bail!("[mail_in] names no mailboxes: no letter would be taken");
        };
        let protocol = match self.protocol.as_deref() {
            None | Some("smtp") => Protocol::Smtp,
            Some("lmtp") => Protocol::Lmtp,
            Some(other) => bail!("[mail_in] protocol is {other:?}: write smtp or lmtp"),
        };
        let domain = first.split_once('@').map_or("localhost", |(_, domain)| domain);
        let mut settings = Settings::new(protocol, self.host.as_deref().unwrap_or(domain));
        settings.max_bytes = self.max_bytes.unwrap_or(settings.max_bytes);
        settings.max_connections = self.max_connections.unwrap_or(settings.max_connections);
        settings.per_second = self.per_second.unwrap_or(settings.per_second);
        if settings.max_bytes < SMALLEST {
            bail!("[mail_in] max_bytes is below {SMALLEST}: hardly any letter would be taken");
        }
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
    pub(crate) async fn house(&self, desk: &Desk, from: &str) -> anyhow::Result<Arc<House>> {
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
        Ok(Arc::new(House { mailboxes, own }))
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
        let read = |text: &str| toml::from_str::<MailInConfig>(text).unwrap().listener();
        let wrong = |text: &str| format!("{:#}", read(text).map(|_| ()).unwrap_err());
        assert!(read("").unwrap().is_none(), "nobody listens unless told to");
        let base = "listen = \"127.0.0.1:2525\"\nmailboxes = [{ address = \"Support@Vendor.example\" }]\n";
        let (listen, settings) = read(base).unwrap().unwrap();
        assert_eq!((listen.port(), settings.host.as_str()), (2525, "vendor.example"));
        assert!(wrong("listen = \"127.0.0.1:2525\"").contains("no mailboxes"));
        assert!(wrong("mailboxes = [{ address = \"support\" }]").contains("no mail address"));
        for (line, said) in [
            ("protocol = \"pop3\"", "smtp or lmtp"),
            ("max_bytes = 10", "below"),
            ("per_second = 0", "at least 1"),
            ("key_file = \"k\"", "belong together"),
            ("certificate_file = \"/nowhere\"\nkey_file = \"/nowhere\"", "cannot read"),
        ] {
            let said_now = wrong(&format!("{line}\n{base}"));
            assert!(said_now.contains(said), "{line}: {said_now}");
        }
        assert!(toml::from_str::<MailInConfig>("mailbox = 1").is_err(), "slips are refused");
    }
}
