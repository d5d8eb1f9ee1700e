//! The configuration file and its environment variables. Unknown keys are refused.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use store::DbConfig;
use web::Limits;

use crate::mail_config::MailConfig;
use crate::mail_in_config::MailInConfig;
use crate::push_work::PushConfig;

/// Room for any form without files, in bytes.
const SMALLEST_UPLOAD: usize = 64 * 1024;

/// Held by the service that runs in a folder.
const LOCK: &str = "service.lock";
/// What may stand behind `AFTERCARE_` besides the mail server's settings.
const VARIABLES: &[&str] = &["CONFIG", "LOG", "LISTEN", "DATA", "DATABASE_URL", "PUBLIC_URL"];
/// The mail server, and what our own tests are told.
const OTHERS: &[&str] = &["SMTP_", "TEST_", "BIN", "STAGE", "SHOTS", "CHROMIUM"];

/// Configuration of an installation.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Where to listen. Loopback until somebody says otherwise.
    pub listen: SocketAddr,
    /// Folder of database and files.
    pub data: PathBuf,
    /// `postgres://…`; `SQLite` in the data folder if absent.
    pub database_url: Option<String>,
    /// Address under which people reach this installation.
    pub public_url: Option<String>,
    /// A proxy of the house names the browser's address in `X-Forwarded-For`; without one anybody could write it.
    pub behind_proxy: bool,
    /// Limits.
    pub limits: LimitsConfig,
    /// The server for letters.
    pub mail: MailConfig,
    /// Letters that come in.
    pub mail_in: MailInConfig,
    /// Browser push.
    pub push: PushConfig,
}

/// Limits of an installation.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitsConfig {
    /// API requests per second and token.
    pub api_per_second: u32,
    /// Requests of visitors who chat, per second and network address.
    pub chat_per_second: u32,
    /// Largest request, in bytes.
    pub upload_bytes: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { api_per_second: 100, chat_per_second: 20, upload_bytes: 64 * 1024 * 1024 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8420)),
            data: PathBuf::from("aftercare-data"),
            database_url: None,
            public_url: None,
            behind_proxy: false,
            limits: LimitsConfig::default(),
            mail: MailConfig::default(),
            mail_in: MailInConfig::default(),
            push: PushConfig::default(),
        }
    }
}

impl Config {
    /// Reads a file, then `AFTERCARE_LISTEN`, `AFTERCARE_DATA`, `AFTERCARE_DATABASE_URL`, `AFTERCARE_PUBLIC_URL`,
    /// `AFTERCARE_SMTP_…`.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut config = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("{} is no configuration", path.display()))?
            }
            None => Self::default(),
        };
        for name in std::env::vars_os().filter_map(|(name, _)| unknown(name.to_str()?)) {
            tracing::warn!("{name} is no setting of this program and is passed over");
        }
        let env = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        if let Some(listen) = env("AFTERCARE_LISTEN") {
            config.listen = listen.parse().context("AFTERCARE_LISTEN is no address and port")?;
        }
        if let Some(data) = env("AFTERCARE_DATA") {
            config.data = data.into();
        }
        config.database_url = env("AFTERCARE_DATABASE_URL").or(config.database_url);
        config.public_url = env("AFTERCARE_PUBLIC_URL").or(config.public_url);
        config.mail.overlay(env)?;
        config.sensible()?;
        Ok(config)
    }

    /// What could never work is refused at once, by name.
    fn sensible(&self) -> anyhow::Result<()> {
        if self.limits.api_per_second == 0 {
            bail!("limits.api_per_second is 0: no program could ask anything");
        }
        if self.limits.chat_per_second == 0 {
            bail!("limits.chat_per_second is 0: no visitor could chat");
        }
        if self.limits.upload_bytes < SMALLEST_UPLOAD {
            bail!("limits.upload_bytes is below {SMALLEST_UPLOAD}: no form could be sent");
        }
        if let Some(url) = &self.public_url {
            let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            let host = rest.map(|r| r.strip_suffix('/').unwrap_or(r));
            if host.is_none_or(|h| h.is_empty() || h.contains(|c: char| c.is_whitespace() || c == '/')) {
                bail!("public_url is {url:?}: write it as https://desk.example, without a path");
            }
        }
        if let Some(url) = &self.database_url
            && !url.starts_with("postgres://")
            && !url.starts_with("postgresql://")
            && !url.contains('=')
        {
            bail!(
                "database_url does not name PostgreSQL: write it as postgres://user@host/name, or leave it out"
            );
        }
        Ok(())
    }

    /// Holds the folder of the data for a service, wherever its database is: two would take turns badly, one index each
    /// at a time, and a demo would take the other's token away. Commands may run beside it.
    pub(crate) fn alone(&self) -> anyhow::Result<File> {
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("cannot create {}", self.data.display()))?;
        let lock = File::create(self.data.join(LOCK))?;
        lock.try_lock().with_context(|| format!("another service runs in {}", self.data.display()))?;
        Ok(lock)
    }

    /// Where the data are, for commands that need an installation which exists.
    pub(crate) fn installed(&self) -> anyhow::Result<DbConfig> {
        let file = self.data.join("aftercare.db");
        if self.database_url.is_none() && !file.exists() {
            bail!("there is no installation in {}: `aftercare serve` makes one", self.data.display());
        }
        self.database()
    }

    /// Where the data are; creates the folder.
    pub(crate) fn database(&self) -> anyhow::Result<DbConfig> {
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("cannot create {}", self.data.display()))?;
        if let Some(url) = &self.database_url {
            return Ok(DbConfig::Postgres(url.clone()));
        }
        let file = self.data.join("aftercare.db");
        if !file.exists() {
            tracing::info!("a new installation is made in {}", self.data.display());
        }
        Ok(DbConfig::Sqlite(file))
    }

    /// Limits for the pages.
    pub(crate) fn limits(&self) -> Limits {
        let l = &self.limits;
        Limits {
            api_per_second: l.api_per_second,
            chat_per_second: l.chat_per_second,
            upload_bytes: l.upload_bytes,
        }
    }
}

/// An environment variable that looks like a setting of ours and is none: a slip of the keyboard.
fn unknown(name: &str) -> Option<String> {
    let ours = name.strip_prefix("AFTERCARE_")?;
    let known = VARIABLES.contains(&ours) || OTHERS.iter().any(|o| ours.starts_with(o));
    (!known).then(|| name.to_owned())
}
