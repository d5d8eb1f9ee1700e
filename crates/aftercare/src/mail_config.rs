//! The `[mail]` part of the configuration and its environment variables. Without it letters are written and kept.

use std::path::PathBuf;

use anyhow::{Context, bail};
use mail::{Secret, Smtp, Tls};
use serde::Deserialize;

/// Where letters are handed over.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MailConfig {
    /// The server; empty if letters are kept.
    pub host: String,
    /// 465 for tls, 587 for starttls, 25 for none, unless given.
    pub port: Option<u16>,
    /// `tls`, `starttls` or `none`; none only for this machine.
    pub tls: Option<String>,
    /// Name at the server.
    pub user: Option<String>,
    /// A file whose first line is the password. Better than the password itself.
    pub password_file: Option<PathBuf>,
    /// Address of the sender.
    pub from: String,
    /// Name of the sender; the desk's name unless given.
    pub from_name: Option<String>,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// PEM of an authority of one's own.
    pub ca_file: Option<PathBuf>,
    /// Only from the environment: a password in a configuration file would be copied with it.
    #[serde(skip)]
    password: Option<Secret>,
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl MailConfig {
    /// Overlays `AFTERCARE_SMTP_…`.
    pub(crate) fn overlay(&mut self, env: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
        let of = |name: &str| env(&format!("AFTERCARE_SMTP_{name}"));
        if let Some(host) = of("HOST") {
            self.host = host;
        }
        if let Some(port) = of("PORT") {
            self.port = Some(port.parse().context("AFTERCARE_SMTP_PORT is no port")?);
        }
        if let Some(from) = of("FROM") {
            self.from = from;
        }
        self.tls = of("TLS").or(self.tls.take());
        self.user = of("USER").or(self.user.take());
        self.from_name = of("FROM_NAME").or(self.from_name.take());
        self.reply_to = of("REPLY_TO").or(self.reply_to.take());
        self.password_file = of("PASSWORD_FILE").map(PathBuf::from).or(self.password_file.take());
        self.ca_file = of("CA_FILE").map(PathBuf::from).or(self.ca_file.take());
        self.password = of("PASSWORD").map(Secret::new);
        Ok(())
    }

    /// The checked settings; none if no server is named.
    pub(crate) fn smtp(&self) -> anyhow::Result<Option<Smtp>> {
        if self.host.trim().is_empty() {
            if !self.from.is_empty() || self.user.is_some() {
                bail!("[mail] names no host: name one, or leave the whole part out and letters are kept");
            }
            return Ok(None);
        }
        let tls: Tls = self.tls.as_deref().unwrap_or("starttls").parse().context("[mail] tls")?;
        let authority = match &self.ca_file {
            Some(path) => {
                Some(std::fs::read(path).with_context(|| format!("[mail] cannot read {}", path.display()))?)
            }
            None => None,
        };
        let smtp = Smtp::new(&self.host, self.port, tls, &self.from)
            .and_then(|s| s.with_reply_to(self.reply_to.as_deref()))
            .and_then(|s| s.with_authority(authority))
            .context("[mail]")?
            .with_name(self.from_name.clone());
        let password = self.secret()?;
        Ok(Some(smtp.with_credentials(self.user.clone(), password).context("[mail]")?))
    }

    fn secret(&self) -> anyhow::Result<Option<Secret>> {
        match (&self.password, &self.password_file) {
            (Some(password), _) => Ok(Some(password.clone())),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("[mail] cannot read {}", path.display()))?;
                Ok(Some(Secret::new(text.lines().next().unwrap_or_default())))
            }
            (None, None) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> anyhow::Result<Option<Smtp>> {
        let mut config = MailConfig::default();
        config.overlay(|name| {
            pairs.iter().find(|(k, _)| name == format!("AFTERCARE_SMTP_{k}")).map(|(_, v)| (*v).to_owned())
        })?;
        config.smtp()
    }

    #[test]
    fn a_configuration_says_what_is_wrong_with_it() {
        assert!(of(&[]).unwrap().is_none(), "nothing is sent unless a server is named");
        let wrong = |pairs: &[(&str, &str)]| format!("{:#}", of(pairs).unwrap_err());
        let base = [("HOST", "smtp.example"), ("FROM", "desk@vendor.example")];
        assert!(wrong(&[("FROM", "desk@vendor.example")]).contains("names no host"));
        assert!(wrong(&[base[0], base[1], ("TLS", "none")]).contains("only go to this machine"));
        assert!(wrong(&[base[0], base[1], ("USER", "u")]).contains("belong together"));
        assert!(wrong(&[base[0], base[1], ("PORT", "x")]).contains("PORT"));
        assert!(wrong(&[base[0], ("FROM", "desk")]).contains("from is no mail address"));
        assert_eq!(of(&base).unwrap().unwrap().server(), "smtp.example:587");
        assert_eq!(of(&[base[0], base[1], ("TLS", "tls")]).unwrap().unwrap().server(), "smtp.example:465");
        let known: MailConfig = toml::from_str("host = \"h\"\nfrom = \"a@b.cn\"\nuser = \"u\"").unwrap();
        assert_eq!(known.user.as_deref(), Some("u"));
        assert!(toml::from_str::<MailConfig>("password = \"p\"").is_err(), "no password in the file");
    }
}
