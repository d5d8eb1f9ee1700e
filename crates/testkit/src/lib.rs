//! The test application: the whole product in one process, on either engine, with a clock that the test owns.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up has failed"
)]

mod cast;
mod database;
mod dovecot;
mod encrypted;
mod http;

pub use cast::{Cast, PASSWORD};
pub use database::{Database, Folder, engines};
pub use dovecot::{Dovecot, IMAP_PASSWORD, Kind as ImapKind};
pub use encrypted::{EncryptedServer, certificate};
pub use http::{Answer, Client};

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use aftercare::SetClock;
use axum::Router;
use desk::Desk;
use desk::admin::{Ground, lay_ground};
use domain::time::{Timestamp, plus_seconds};
use push::{Pusher, Secret, Vapid};
use store::{Db, Entropy};
use web::{App, Limits, WebConfig};

/// Thursday, 2026-09-24, 10:00 in Shanghai: an ordinary workday a week before National Day.
pub const NOW: &str = "2026-09-24T02:00:00Z";

/// The secret of every test's node.
pub fn secret() -> Secret {
    Secret::new([3; 32])
}

/// The product in a test.
pub struct TestApp {
    /// Its use cases.
    pub desk: Desk,
    /// Its clock.
    pub clock: Arc<SetClock>,
    /// Its people.
    pub cast: Cast,
    /// Its search index, in a folder of its own.
    pub search: search::Search,
    indexer: tokio::sync::Mutex<aftercare::Indexer>,
    /// Where its uploaded files are kept.
    pub files: PathBuf,
    /// The place of a push service on loopback, the only one to which it may deliver there. Nobody answers until a test does.
    pub push_service: TcpListener,
    pusher: Arc<Pusher>,
    web: WebConfig,
    router: Router,
    database: Database,
    folder: Folder,
}

impl TestApp {
    /// A fresh installation with a small cast.
    pub async fn new(database: Database) -> Self {
        let clock = Arc::new(SetClock::new(NOW.parse().unwrap()));
        let entropy = Entropy::new([1; 32]);
        let db = Db::open(&database.config(), Arc::<SetClock>::clone(&clock), &entropy).await.unwrap();
        let desk = Desk::new(db, entropy);
        let names = |list: [&str; 3]| list.map(str::to_owned);
        let ground = Ground {
            calendars: names(["x24", "service", "parity"]),
            policies: names(["T1", "T2", "T3"]),
            settings: None,
        };
        lay_ground(&desk, ground).await.unwrap();
        let cast = Cast::new(&desk).await;
        let folder = Folder::new("search");
        let search = search::Search::new(folder.path());
        let indexer = tokio::sync::Mutex::new(aftercare::Indexer::new(desk.clone(), search.clone()));
        let files = database.files();
        let push_service = TcpListener::bind("127.0.0.1:0").unwrap();
        let allowed = vec![format!("http://{}", push_service.local_addr().unwrap())];
        let vapid = Vapid::new(&Vapid::generate().unwrap(), Some("https://desk.example".to_owned())).unwrap();
        let pusher = Arc::new(Pusher::new(vapid, secret(), allowed).unwrap());
        let web = WebConfig {
            search: search.clone(),
            files: files.clone(),
            public_url: "http://desk.example".to_owned(),
            demo_accounts: Vec::new(),
            limits: Limits { api_per_second: 10_000, chat_per_second: 10_000, upload_bytes: 1024 * 1024 },
            behind_proxy: false,
            sends_letters: true,
            push: Some(Arc::clone(&pusher)),
            mailboxes: Some(Arc::new(aftercare::MailboxDoor::new(secret()))),
            written_mailboxes: Vec::new(),
        };
        let router = web::router(App::new(desk.clone(), web.clone()));
        Self {
            desk,
            clock,
            cast,
            search,
            indexer,
            files,
            push_service,
            pusher,
            web,
            router,
            database,
            folder,
        }
    }

    /// The same on a node that cannot use the keys of browser push.
    #[must_use]
    pub fn without_push(mut self) -> Self {
        self.web.push = None;
        self.router = web::router(App::new(self.desk.clone(), self.web.clone()));
        self
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.desk.now()
    }

    /// Moves the clock, then does all that has become due.
    pub async fn advance(&self, seconds: i64) {
        let until = plus_seconds(self.now(), seconds);
        self.advance_to(until).await;
    }

    /// Moves the clock from due to due up to an instant, as time does.
    pub async fn advance_to(&self, until: Timestamp) {
        while let Some(next) = desk::sweep::next_instant(&self.desk).await.unwrap().filter(|n| *n <= until) {
            self.clock.set(next);
            self.drain().await;
        }
        self.clock.set(until);
        self.drain().await;
    }

    /// Puts the database out of reach, or back; PostgreSQL only.
    pub async fn open_database(&self, open: bool) {
        self.database.open_to_all(open).await;
    }

    /// Does what an older program, or somebody with the database's own tool, has done.
    pub async fn execute(&self, sql: &str) {
        self.database.execute(sql).await;
    }

    /// Moves the clock while no worker is there.
    pub fn sleep_through(&self, seconds: i64) {
        self.clock.set(plus_seconds(self.now(), seconds));
    }

    /// Runs all jobs and sweeps until nothing is left.
    pub async fn drain(&self) {
        let pusher = Arc::clone(&self.pusher);
        aftercare::drain_and_push(&self.desk, "http://desk.example", pusher).await.unwrap();
    }

    /// Who hands its letters over, in nobody's name and without signing.
    pub fn postman(&self, mailer: &Arc<mail::Mailer>) -> aftercare::Postman {
        let (mailer, files) = (Arc::clone(mailer), self.files.clone());
        aftercare::Postman { mailer, house: Arc::default(), secret: None, files }
    }

    /// Another node on the same database, with its own connections.
    pub async fn another_node(&self) -> Desk {
        let entropy = Entropy::new([2; 32]);
        let db =
            Db::open(&self.database.config(), Arc::<SetClock>::clone(&self.clock), &entropy).await.unwrap();
        Desk::new(db, entropy)
    }

    /// Brings the search index up to what is committed, as its worker does; returns how much was written.
    pub async fn catch_up(&self) -> usize {
        let mut indexer = self.indexer.lock().await;
        let mut written = indexer.catch_up().await.unwrap();
        // On PostgreSQL the transactions of other tests hold the newest lines back for a moment.
        while indexer.is_behind().await.unwrap() {
            tokio::task::yield_now().await;
            written += indexer.catch_up().await.unwrap();
        }
        written
    }

    /// Reads what of the outbox may be read now, and no more.
    pub async fn follow(&self) -> usize {
        self.indexer.lock().await.catch_up().await.unwrap()
    }

    /// Where the search index is.
    pub fn search_folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// As if the process had ended and begun again: nothing is known of the index but what is on disk.
    pub async fn restart_indexer(&self) {
        // The old writer must let go of its lock first.
        let mut indexer = self.indexer.lock().await;
        *indexer = aftercare::Indexer::new(self.desk.clone(), self.search.clone());
    }

    /// A browser or program without credentials.
    pub fn client(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// A browser that asks another node.
    pub fn client_of(&self, node: &Desk) -> Client {
        Client::new(web::router(App::new(node.clone(), self.web.clone())))
    }

    /// What the product answers with.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// A token of the administrator's with every scope.
    pub async fn token(&self) -> String {
        let actor = self.cast.staff("admin");
        let id = actor.staff().unwrap().id.clone();
        let token =
            desk::auth::create_token(&self.desk, actor, id, "test".to_owned(), vec!["*".to_owned()]).await;
        token.unwrap().1
    }

    /// A program with the administrator's token and every scope.
    pub async fn api(&self) -> Client {
        self.client().with_token(self.token().await)
    }

    /// A browser in which somebody of the cast is signed in.
    pub async fn signed_in(&self, login: &str) -> Client {
        let session = desk::auth::sign_in(&self.desk, login, PASSWORD.to_owned(), "").await.unwrap();
        self.client().with_session(session.token)
    }
}

/// Runs a test on both engines.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::super::$name($crate::TestApp::new($crate::Database::sqlite()).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::super::$name($crate::TestApp::new($crate::Database::postgres().await).await).await;
            }
        }
    )+};
}
