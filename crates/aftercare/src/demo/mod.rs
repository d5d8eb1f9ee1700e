//! `aftercare demo`: the product with a world in it. The world is laid once, relative to the first start.

mod accounts;
mod conduct;
mod emergency;
mod files;
mod history;
mod oncall;
mod story;
mod world;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use desk::Desk;
use desk::mail_in::House;
use domain::time::Timestamp;
use mail::listener::{Protocol, Settings};
use serde_json::json;
use store::{Db, DbConfig, Entropy};
use tokio::net::TcpListener;
use words::{Locale, t};

use crate::clock::{ProcessClock, SetClock};
use crate::config::Config;
use crate::serve::{self, Letters};

pub use history::lay;
pub use world::World;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// First line of standard output is one JSON object with address, accounts and token.
    #[arg(long)]
    json: bool,
    /// The instant that the world's history leads up to (RFC 3339); the first start if absent.
    #[arg(long)]
    at: Option<Timestamp>,
    /// Where to listen.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Where letters to support@demo.local are taken by SMTP; nowhere if absent.
    #[arg(long)]
    smtp: Option<SocketAddr>,
}

/// The demo's mailbox.
const MAILBOX: &str = "support@demo.local";
/// The demo takes this many letters a second from one address.
const LETTERS_PER_SECOND: u32 = 500;

/// The demo admits this many API requests a second and token.
const API_PER_SECOND: u32 = 1_000;
/// Written into the folder when the world is complete; a folder with [`LAYING`] instead is laid again.
const MARK: &str = "demo-world-laid";
/// Stands in the folder while the world is laid.
const LAYING: &str = "demo-world-begun";

/// Runs the demo, in a folder of its own unless one is named.
pub(crate) async fn run(args: DemoArgs, data: Option<PathBuf>, mut config: Config) -> anyhow::Result<()> {
    config.data = data.unwrap_or_else(|| PathBuf::from("aftercare-demo"));
    config.listen = args.listen.unwrap_or(config.listen);
    if config.database_url.is_some() {
        bail!(Locale::ALL.map(|l| t(l, "demo-own-database")).join("\n"));
    }
    config.limits.api_per_second = API_PER_SECOND;
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("cannot create {}", config.data.display()))?;
    // What could fail fails before anything is touched.
    let listener = serve::bind(config.listen).await?;
    let gate = gate(args.smtp).await?;
    let _alone = config.alone()?;
    let world = World::load()?;
    let url = serve::public_url(&config, &listener)?;
    if !config.data.join(MARK).exists() {
        lay_once(&config, &world, args.at, &url).await?;
    }
    let desk = serve::open(&config.database()?).await?;
    let accounts = accounts::working(&desk, &world).await?;
    let token = accounts::administrator_token(&desk, &world).await?;
    let mut web = serve::web_config(&config, &url, &config.data);
    web.demo_accounts = accounts.clone();
    announce(args.json, &url, &accounts, &token)?;
    // The demo sends nothing, whatever is configured.
    web.sends_letters = false;
    let (key, fetching) = serve::with_secret(&desk, &config, &mut web).await?;
    web.written_mailboxes = vec![MAILBOX.to_owned()];
    let house = Arc::new(House { mailboxes: vec![(MAILBOX.to_owned(), None)], own: Vec::new(), key });
    let letters = Letters { house, gate, fetching: Some(fetching), ..Letters::default() };
    serve::run(listener, desk, web, letters).await
}

/// The listener for letters, bound before anything is announced.
async fn gate(smtp: Option<SocketAddr>) -> anyhow::Result<Option<(TcpListener, Settings)>> {
    let Some(listen) = smtp else { return Ok(None) };
    let settings = Settings { per_second: LETTERS_PER_SECOND, ..Settings::new(Protocol::Smtp, "demo.local") };
    Ok(Some((serve::bind(listen).await?, settings)))
}

/// Lays the world into a database of its own and puts it in place when it is whole: a kill in between leaves
/// nothing behind that looks finished.
async fn lay_once(config: &Config, world: &World, at: Option<Timestamp>, url: &str) -> anyhow::Result<()> {
    let (scratch, laying) = (config.data.join("laying.db"), config.data.join(LAYING));
    if config.data.join("aftercare.db").exists() && !laying.exists() {
        bail!(
            "{} holds an installation that is not a demo; give the demo a folder of its own with --data",
            config.data.display()
        );
    }
    std::fs::write(&laying, b"")?;
    for name in [
        "laying.db",
        "laying.db-wal",
        "laying.db-shm",
        "aftercare.db",
        "aftercare.db-wal",
        "aftercare.db-shm",
    ] {
        let _ = std::fs::remove_file(config.data.join(name));
    }
    let _ = std::fs::remove_dir_all(config.data.join("search"));
    {
        let real = domain::time::Clock::now(&ProcessClock);
        let clock = Arc::new(SetClock::new(Timestamp::MIN));
        let entropy = Entropy::new([7; 32]);
        let db =
            Db::open(&DbConfig::Scratch(scratch.clone()), Arc::<SetClock>::clone(&clock), &entropy).await?;
        let desk = Desk::new(db, entropy);
        let files = config.data.join("files");
        lay(&desk, &clock, world, at.unwrap_or(real), (&files, url)).await?;
        desk.db().checkpoint().await?;
    }
    std::fs::rename(&scratch, config.data.join("aftercare.db"))?;
    std::fs::rename(laying, config.data.join(MARK))?;
    Ok(())
}

fn announce(
    as_json: bool,
    url: &str,
    accounts: &[(String, String, String)],
    token: &str,
) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        let list: Vec<_> = accounts
            .iter()
            .map(|(login, password, role)| json!({"role": role, "login": login, "password": password}))
            .collect();
        writeln!(out, "{}", json!({"url": url, "accounts": list, "api_token": token}))?;
    } else {
        writeln!(out, "{url}")?;
        for (login, password, role) in accounts {
            writeln!(out, "  {role:18} {login:32} {password}")?;
        }
        writeln!(out, "  api_token          {token}")?;
    }
    Ok(out.flush()?)
}
