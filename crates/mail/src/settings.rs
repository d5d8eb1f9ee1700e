//! Where letters are handed over, and as whom. What cannot work or would show a password to the network is
//! refused when it is read, not at the first letter.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use lettre::Address;
use lettre::message::Mailbox;

/// A password: readable by the client, not by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all; only to this machine.
    None,
    /// Upgraded before anything is said; a server that cannot is refused.
    StartTls,
    /// From the first byte.
    Implicit,
}

impl Tls {
    /// The port on which such servers usually listen.
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Implicit => 465,
        }
    }
}

impl FromStr for Tls {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        match text {
            "none" => Ok(Self::None),
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Implicit),
            _ => Err(SettingsError::Tls),
        }
    }
}

/// Why the settings cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No server.
    #[error("host is empty")]
    Host,
    /// An unknown word.
    #[error("tls is none, starttls or tls")]
    Tls,
    /// Letters and passwords would cross the network readable.
    #[error("without TLS letters may only go to this machine (127.0.0.1, ::1 or localhost)")]
    Open,
    /// A user without a password, or the reverse.
    #[error("user and password belong together")]
    HalfCredentials,
    /// `from` or `reply_to` is no address.
    #[error("{0} is no mail address")]
    Address(&'static str),
    /// The file with the authority's certificate.
    #[error("ca_file holds no PEM certificate")]
    Authority,
}

/// A checked set of settings.
#[derive(Debug, Clone)]
pub struct Smtp {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Tls,
    pub(crate) credentials: Option<(String, Secret)>,
    pub(crate) from: Address,
    pub(crate) from_name: Option<String>,
    pub(crate) reply_to: Option<Mailbox>,
    pub(crate) authority: Option<Vec<u8>>,
}

impl Smtp {
    /// Settings for a server, with the usual port unless one is given.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(host: &str, port: Option<u16>, tls: Tls, from: &str) -> Result<Self, SettingsError> {
        if host.trim().is_empty() {
            return Err(SettingsError::Host);
        }
        if tls == Tls::None && !is_this_machine(host) {
            return Err(SettingsError::Open);
        }
        Ok(Self {
            host: host.trim().to_owned(),
            port: port.unwrap_or(tls.usual_port()),
            tls,
            credentials: None,
            from: from.trim().parse().map_err(|_| SettingsError::Address("from"))?,
            from_name: None,
            reply_to: None,
            authority: None,
        })
    }

    /// With a user and a password; both or neither.
    ///
    /// # Errors
    /// [`SettingsError::HalfCredentials`].
    pub fn with_credentials(
        mut self,
        user: Option<String>,
        password: Option<Secret>,
    ) -> Result<Self, SettingsError> {
        self.credentials = match (user, password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => return Err(SettingsError::HalfCredentials),
        };
        Ok(self)
    }

    /// With the sender's name; the desk's own name if there is none.
    #[must_use]
    pub fn with_name(mut self, name: Option<String>) -> Self {
        self.from_name = name.filter(|n| !n.trim().is_empty());
        self
    }

    /// With another address for answers.
    ///
    /// # Errors
    /// [`SettingsError::Address`].
    pub fn with_reply_to(mut self, address: Option<&str>) -> Result<Self, SettingsError> {
        let read = |a: &str| a.trim().parse().map_err(|_| SettingsError::Address("reply_to"));
        self.reply_to = address.map(read).transpose()?;
        Ok(self)
    }

    /// With an authority of one's own, as PEM, beside those that everybody trusts.
    ///
    /// # Errors
    /// [`SettingsError::Authority`].
    pub fn with_authority(mut self, pem: Option<Vec<u8>>) -> Result<Self, SettingsError> {
        if pem.as_ref().is_some_and(|p| !String::from_utf8_lossy(p).contains("BEGIN CERTIFICATE")) {
            return Err(SettingsError::Authority);
        }
        self.authority = pem;
        Ok(self)
    }

    /// `host:port`, for messages to the operator.
    pub fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The domain of the sender, in which Message-IDs are made.
    pub fn domain(&self) -> &str {
        self.from.domain()
    }
}

/// Does a name mean the machine on which this runs?
pub(crate) fn is_this_machine(host: &str) -> bool {
    host.trim().parse::<IpAddr>().map_or(host.trim() == "localhost", |ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_refused() {
        let new = |host, tls: &str, from| tls.parse().and_then(|t| Smtp::new(host, None, t, from));
        let wrong = |host, tls, from| new(host, tls, from).map(|s| s.server()).unwrap_err();
        assert_eq!(wrong("", "tls", "a@b.cn"), SettingsError::Host);
        assert_eq!(wrong("smtp.example", "none", "a@b.cn"), SettingsError::Open);
        assert_eq!(wrong("192.168.1.1", "none", "a@b.cn"), SettingsError::Open);
        assert_eq!(wrong("smtp.example", "ssl", "a@b.cn"), SettingsError::Tls);
        assert_eq!(wrong("smtp.example", "tls", "a"), SettingsError::Address("from"));
        for (host, tls, server) in [
            ("127.0.0.1", "none", "127.0.0.1:25"),
            ("::1", "none", "::1:25"),
            ("localhost", "none", "localhost:25"),
            ("smtp.example", "starttls", "smtp.example:587"),
            ("smtp.example", "tls", "smtp.example:465"),
        ] {
            assert_eq!(new(host, tls, "a@b.cn").unwrap().server(), server);
        }
        let half = new("smtp.example", "tls", "a@b.cn").unwrap().with_credentials(Some("u".to_owned()), None);
        assert_eq!(half.map(|_| ()), Err(SettingsError::HalfCredentials));
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let smtp = Smtp::new("h", None, Tls::Implicit, "a@b.cn").unwrap();
        let smtp = smtp.with_credentials(Some("u".to_owned()), Some(Secret::new("hunter2"))).unwrap();
        assert!(!format!("{smtp:?}").contains("hunter2"));
    }
}
