//! A database of its own for every test: an SQLite file, or a database of the run's PostgreSQL.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use store::DbConfig;
use tokio_postgres::NoTls;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Where a test's data are; removed when dropped, as far as the engine allows.
pub struct Database {
    config: DbConfig,
    folder: Option<PathBuf>,
}

impl Database {
    /// An SQLite file in a temporary folder.
    pub fn sqlite() -> Self {
        let folder = std::env::temp_dir().join(format!("aftercare-test-{}-{}", std::process::id(), next()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { config: DbConfig::Sqlite(folder.join("aftercare.db")), folder: Some(folder) }
    }

    /// A database of the PostgreSQL that `cargo xtask test` has started.
    pub async fn postgres() -> Self {
        let Ok(server) = std::env::var("AFTERCARE_TEST_PG") else {
            panic!(
                "AFTERCARE_TEST_PG is not set: run `cargo xtask test`, which starts a PostgreSQL for the tests"
            )
        };
        let (client, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let name = format!("t_{}_{}", std::process::id(), next());
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        drop(client);
        let _ = connection.await;
        Self { config: DbConfig::Postgres(format!("{server} dbname={name}")), folder: None }
    }

    /// A folder of this test's own for uploaded files: tests draw the same random names.
    pub(crate) fn files(&self) -> PathBuf {
        let own = match &self.config {
            DbConfig::Sqlite(path) | DbConfig::Scratch(path) => path.to_string_lossy().replace('/', "_"),
            DbConfig::Postgres(url) => url.rsplit('=').next().unwrap_or_default().to_owned(),
        };
        std::env::temp_dir().join(format!("aftercare-test-files-{}", std::process::id())).join(own)
    }

    /// Ends all connections and refuses new ones, as a server does that is down; or lets them in again.
    pub async fn open_to_all(&self, open: bool) {
        let DbConfig::Postgres(url) = &self.config else { return };
        let (server, name) = url.rsplit_once(" dbname=").unwrap();
        let (client, connection) = tokio_postgres::connect(server, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let gate = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {open}");
        client.batch_execute(&gate).await.unwrap();
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        client.execute(end, &[&name]).await.unwrap();
        drop(client);
        let _ = connection.await;
    }

    /// Does what an older program, or somebody with the database's own tool, has done.
    pub async fn execute(&self, sql: &str) {
        match &self.config {
            DbConfig::Sqlite(path) | DbConfig::Scratch(path) => {
                rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
            }
            DbConfig::Postgres(url) => {
                let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
                let connection = tokio::spawn(connection);
                client.batch_execute(sql).await.unwrap();
                drop(client);
                let _ = connection.await;
            }
        }
    }

    /// How the store opens it.
    pub fn config(&self) -> DbConfig {
        self.config.clone()
    }
}

fn next() -> u32 {
    NUMBER.fetch_add(1, Ordering::SeqCst)
}

/// A folder of a test's own; removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty folder.
    pub fn new(name: &str) -> Self {
        let folder = format!("aftercare-test-{name}-{}-{}", std::process::id(), next());
        Self(std::env::temp_dir().join(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Both engines, for tests of the store alone.
pub async fn engines() -> [Database; 2] {
    [Database::sqlite(), Database::postgres().await]
}

/// Some 12 MB a test would fill a small disk; a run has hundreds of them.
impl Drop for Database {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.files());
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
        if let DbConfig::Postgres(url) = &self.config
            && let Some((server, name)) = url.rsplit_once(" dbname=")
        {
            let (server, name) = (server.to_owned(), name.to_owned());
            // The test's own runtime may be ending.
            let _ = std::thread::spawn(move || remove(&server, &name)).join();
        }
    }
}

fn remove(server: &str, name: &str) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let Ok((client, connection)) = tokio_postgres::connect(server, NoTls).await else { return };
        let connection = tokio::spawn(connection);
        let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        drop(client);
        let _ = connection.await;
    });
}
