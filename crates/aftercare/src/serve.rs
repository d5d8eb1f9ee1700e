//! Opening the database, laying the ground, and answering requests until the program is stopped.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use desk::Desk;
use desk::admin::{Ground, index_extra, lay_ground};
use desk::mail_in::{House, ReplyKey};
use domain::setting;
use mail::Mailer;
use mail::listener::{Protocol, Settings};
use mail::origin::Names;
use search::Search;
use store::{Db, DbConfig, Entropy};
use tokio::net::TcpListener;
use web::{App, WebConfig};
use words::{Locale, t};

use crate::clock::{ProcessClock, entropy};
use crate::config::Config;
use crate::fetch_work::{self, Fetching};
use crate::housekeeping;
use crate::mail_in_work::{self, Gate, MailRoom};
use crate::mailbox_door::MailboxDoor;
use crate::post::{self, Postman};
use crate::push_work;
use crate::seal;
use crate::search_index;
use crate::workers::{self, Post};

/// Opens the desk of a configuration.
pub(crate) async fn open(config: &DbConfig) -> anyhow::Result<Desk> {
    open_with(config, entropy()?).await
}

/// The desk as it lies there: nothing is laid or indexed. What is not up to date is migrated all the same.
pub(crate) async fn as_it_is(config: &DbConfig, entropy: Entropy) -> anyhow::Result<Desk> {
    let db = Db::open(config, Arc::new(ProcessClock), &entropy).await?;
    Ok(Desk::new(db, entropy))
}

/// Opens the desk with given randomness, for repeatable seeds.
pub(crate) async fn open_with(config: &DbConfig, entropy: Entropy) -> anyhow::Result<Desk> {
    let desk = as_it_is(config, entropy).await?;
    lay_ground(&desk, ground(Locale::Zh)).await?;
    index_extra(&desk).await?;
    Ok(desk)
}

/// The names of what ships, in one language.
pub(crate) fn ground(locale: Locale) -> Ground {
    let name = |key: &str| t(locale, key).to_owned();
    Ground {
        calendars: [name("calendar-x24"), name("calendar-service"), name("calendar-parity")],
        policies: [name("policy-t1"), name("policy-t2"), name("policy-t3")],
        settings: Some(setting::Settings { undo_seconds: 10, ..setting::Settings::default() }),
    }
}

/// A listener, bound before anything is announced.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))
}

/// The address for people.
pub(crate) fn public_url(config: &Config, listener: &TcpListener) -> anyhow::Result<String> {
    let local = listener.local_addr()?;
    let told = config.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
    Ok(told.unwrap_or_else(|| format!("http://{local}")))
}

/// Configuration of the pages.
pub(crate) fn web_config(config: &Config, public_url: &str, data: &Path) -> WebConfig {
    WebConfig {
        files: data.join("files"),
        search: search(data),
        public_url: public_url.to_owned(),
        behind_proxy: config.behind_proxy,
        demo_accounts: Vec::new(),
        limits: config.limits(),
        sends_letters: !config.mail.host.is_empty(),
        push: None,
        mailboxes: None,
        written_mailboxes: Vec::new(),
    }
}

/// The search index of a data folder.
pub(crate) fn search(data: &Path) -> Search {
    Search::new(data.join("search"))
}

/// What must not be read from a copy of the database is opened with the node's secret: the addresses for answers, and the
/// passwords of mailboxes, which pages seal with it. So are the keys of browser push.
pub(crate) async fn with_secret(
    desk: &Desk,
    config: &Config,
    web: &mut WebConfig,
) -> anyhow::Result<(Option<ReplyKey>, Fetching)> {
    let secret = seal::secret(config, desk)?;
    web.push = match push_work::open(desk, &config.push, secret.clone(), &web.public_url).await {
        Ok(pusher) => Some(Arc::new(pusher)),
        Err(e) => {
            tracing::error!(error = format!("{e:#}"), "browser push is off on this node");
            None
        }
    };
    let key = seal::reply_key_or_none(desk, &secret).await;
    web.mailboxes = Some(Arc::new(MailboxDoor::new(secret.clone())));
    web.written_mailboxes = config.mail_in.written()?;
    let (max_bytes, room) = config.mail_in.sizes()?;
    let node = node_name(&config.data);
    Ok((key, Fetching { secret, max_bytes, room, node }))
}

/// The name of this node, the same after a restart: what it held it still holds.
fn node_name(data: &Path) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let place = std::fs::canonicalize(data).unwrap_or_else(|_| data.to_owned());
    format!("{}:{}", host.trim(), place.display())
}

/// How letters leave the house and come in.
#[derive(Default)]
pub(crate) struct Letters {
    /// Hands letters over; without one they are kept.
    pub mailer: Option<Mailer>,
    /// The mailboxes.
    pub house: Arc<House>,
    /// Where letters are taken, if anywhere.
    pub gate: Option<(TcpListener, Settings)>,
    /// Who is asked where letters come from, if anybody.
    pub names: Option<Arc<Names>>,
    /// How letters are fetched from other servers.
    pub fetching: Option<Fetching>,
}

/// Answers until Ctrl-C or SIGTERM.
pub(crate) async fn run(
    listener: TcpListener,
    desk: Desk,
    web: WebConfig,
    letters: Letters,
) -> anyhow::Result<()> {
    let Letters { mailer, house, gate, names, fetching } = letters;
    let to = Post {
        push: web.push.clone(),
        house: Arc::clone(&house),
        ..Post::new(&web.public_url, mailer.is_some())
    };
    let room = MailRoom::new(Arc::clone(&house), web.files.clone()).asking(names);
    let mut beside = vec![
        tokio::spawn(workers::run(desk.clone(), to)),
        tokio::spawn(housekeeping::run(desk.clone(), web.files.clone())),
        // The index is opened or built beside the listeners: they never wait for it.
        tokio::spawn(search_index::run(desk.clone(), web.search.clone())),
        // What was kept is read even where nobody listens any more.
        tokio::spawn(mail_in_work::run(desk.clone(), room)),
    ];
    if let Some((gate, settings)) = gate {
        let source = if settings.protocol == Protocol::Lmtp { "lmtp" } else { "smtp" };
        let keeper = Gate::new(desk.clone(), Arc::clone(&house), source);
        beside.push(tokio::spawn(mail::listener::serve(gate, settings, keeper)));
    }
    let secret = fetching.as_ref().map(|f| f.secret.clone());
    let postman = mailer.map(|m| Postman { mailer: Arc::new(m), house, secret, files: web.files.clone() });
    beside.extend(postman.map(|p| tokio::spawn(post::run(desk.clone(), p))));
    beside.extend(fetching.map(|f| tokio::spawn(fetch_work::run(desk.clone(), f))));
    let app = web::router(App::new(desk, web)).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).with_graceful_shutdown(stopped()).await?;
    for task in beside {
        task.abort();
    }
    Ok(())
}

/// Open streams of live updates would wait for ever: the second half of a stop is the end of the process.
async fn stopped() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let term = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    tokio::select! {
        () = ctrl_c => {}
        () = term => {}
    }
    tracing::info!("stopping");
}
