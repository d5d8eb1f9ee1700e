//! The command line.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use desk::auth;
use domain::access::{Actor, Role, System};
use domain::id::StaffId;
use mail::Mailer;
use store::staff::{self, StaffRow};
use words::Locale;

use crate::config::Config;
use crate::{check, demo, import, search_index, seed, serve, sla};

/// After-sales service desk.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// Configuration file (TOML).
    #[arg(long, global = true, env = "AFTERCARE_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of database and files.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the service desk.
    Serve {
        /// Where to listen; the configuration's address if absent.
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Runs the service desk with the demo world.
    Demo(demo::DemoArgs),
    /// Brings the database up to date.
    Migrate,
    /// Says what is wrong with this installation, and how to mend it.
    Check,
    /// Adds made-up tickets, the same ones each time.
    Seed(seed::SeedArgs),
    /// Staff accounts.
    #[command(subcommand)]
    User(User),
    /// Brings history in from another system.
    #[command(subcommand)]
    Import(import::Import),
    /// The search index of this node.
    #[command(subcommand)]
    Search(SearchCommand),
    /// Writes the whole history to FILE.zip or into a new folder.
    Export {
        /// A file that ends in .zip, or a folder.
        to: PathBuf,
        /// Replace the file if there is one.
        #[arg(long)]
        overwrite: bool,
    },
    /// Service clocks.
    #[command(subcommand)]
    Sla(sla::Sla),
}

#[derive(Debug, Subcommand)]
enum SearchCommand {
    /// Builds the index anew, beside the one that serves. A running service takes it over by itself.
    Rebuild,
}

#[derive(Debug, Subcommand)]
enum User {
    /// Adds a member of staff; asks for the password on standard input.
    Add {
        /// Name at sign-in.
        login: String,
        /// Name for people.
        #[arg(long)]
        name: String,
        /// agent, consultant, `senior_engineer`, supervisor, `knowledge_manager`, administrator; the first account is an
        /// administrator unless you say otherwise.
        #[arg(long)]
        role: Option<Role>,
        /// Address for letters.
        #[arg(long, default_value = "")]
        email: String,
    },
    /// Sets a password; asks for it on standard input.
    Passwd {
        /// Name at sign-in.
        login: String,
    },
}

/// Runs the program; errors are one sentence on standard error.
pub fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("AFTERCARE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "aftercare: {}", plainly(&e));
            ExitCode::FAILURE
        }
    }
}

/// Bad input in the words that pages use for it; anything else as it came.
fn plainly(e: &anyhow::Error) -> String {
    match e.downcast_ref() {
        Some(desk::Error::Invalid(fields)) => {
            let lines: Vec<String> =
                fields.iter().map(|f| words::field_issue(Locale::En, &f.field, &f.issue)).collect();
            lines.join("; ")
        }
        _ => format!("{e:#}"),
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    if let Command::Sla(sla::Sla::Eval { calendars }) = &cli.command {
        return sla::eval(calendars);
    }
    let mut config = Config::load(cli.config.as_deref())?;
    if let Command::Demo(args) = cli.command {
        return start(demo::run(args, cli.data, config));
    }
    config.data = cli.data.unwrap_or(config.data);
    start(command(cli.command, config))
}

fn start(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(work);
    // Readers of live updates hold their connections open; they are not waited for.
    runtime.shutdown_background();
    result
}

async fn command(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve { listen } => {
            let _alone = config.alone()?;
            let mailer = config.mail.smtp()?.map(Mailer::new);
            let desk = serve::open(&config.database()?).await?;
            let listener = serve::bind(listen.unwrap_or(config.listen)).await?;
            let url = serve::public_url(&config, &listener)?;
            set_up_hint(&desk, &url).await?;
            let mut web = serve::web_config(&config, &url, &config.data);
            let (key, fetching) = serve::with_secret(&desk, &config, &mut web).await?;
            let gate = match config.mail_in.listener(fetching.room.clone())? {
                Some((listen, settings)) => Some((serve::bind(listen).await?, settings)),
                None => None,
            };
            let house = config.mail_in.house(&desk, &config.mail.from, key).await?;
            tracing::info!(%url, "ready");
            let (fetching, names) = (Some(fetching), config.mail_in.names()?);
            serve::run(listener, desk, web, serve::Letters { mailer, house, gate, names, fetching }).await
        }
        Command::Demo(args) => demo::run(args, None, config).await,
        Command::Migrate => {
            serve::open(&config.database()?).await?;
            tracing::info!("the database is up to date");
            Ok(())
        }
        Command::Check => check::run(&config).await,
        Command::Seed(args) => seed::run(args, &config).await,
        Command::User(user) => user_command(user, &config).await,
        Command::Export { to, overwrite } => {
            if to.is_file() && !overwrite {
                bail!("{} exists: name another file, or replace it with --overwrite", to.display());
            }
            export(&to, &config).await
        }
        Command::Import(what) => import::run(what, &config).await,
        Command::Search(SearchCommand::Rebuild) => {
            let desk = serve::open(&config.installed()?).await?;
            search_index::Indexer::new(desk, serve::search(&config.data)).rebuild().await
        }
        Command::Sla(command) => sla::run(&command, &config).await,
    }
}

async fn export(to: &std::path::Path, config: &Config) -> anyhow::Result<()> {
    let desk = serve::open(&config.installed()?).await?;
    let manifest = crate::archive::export(&desk, &config.data.join("files"), to).await?;
    let mut out = std::io::stdout().lock();
    for (noun, n) in manifest.rows.iter().filter(|(_, n)| **n > 0) {
        writeln!(out, "{noun:22} {n:>9}")?;
    }
    for hash in &manifest.missing_files {
        writeln!(out, "the content of file {hash} is not in the file store")?;
    }
    Ok(())
}

/// A first start without users: a one-time link with which the first administrator is made.
async fn set_up_hint(desk: &desk::Desk, url: &str) -> anyhow::Result<()> {
    if desk.read(|r| Ok(staff::any(r)?)).await? {
        return Ok(());
    }
    let link = auth::set_up_link(desk).await?;
    tracing::warn!("no users yet; open this one-time link to begin: {url}/sign-in/link/{link}");
    Ok(())
}

fn password_from_input() -> anyhow::Result<String> {
    let mut line = String::new();
    writeln!(std::io::stderr(), "password (one line):")?;
    std::io::stdin().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("no password was given on standard input");
    }
    Ok(password)
}

async fn user_command(user: User, config: &Config) -> anyhow::Result<()> {
    let place = if matches!(user, User::Add { .. }) { config.database()? } else { config.installed()? };
    let desk = serve::open(&place).await?;
    let operator = Actor::System(System::Operator);
    match user {
        User::Add { login, name, role, email } => {
            let first = !desk.read(|r| Ok(staff::any(r)?)).await?;
            let role = role.or(first.then_some(Role::Administrator));
            let role = role.context("say with --role what the new account is for")?;
            let password = password_from_input()?;
            let row = StaffRow {
                id: StaffId::from(""),
                login,
                name,
                email,
                phone: String::new(),
                role,
                locale: "zh-CN".to_owned(),
                skills: Vec::new(),
                languages: Vec::new(),
                active: true,
                created_at: desk.now(),
                version: 0,
            };
            auth::add_staff(&desk, &operator, row, password).await?;
        }
        User::Passwd { login } => {
            let found = desk.read(move |r| Ok(staff::by_login(r, &login)?)).await?;
            let id = found.context("no such login")?.id;
            auth::set_staff_password(&desk, &operator, &id, password_from_input()?).await?;
        }
    }
    tracing::info!("done");
    Ok(())
}
