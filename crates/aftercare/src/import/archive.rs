//! What `aftercare export` wrote, into an empty installation. An archive that cannot be taken leaves nothing behind that
//! would look like an installation in use.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::archive::{look, restore};
use crate::config::Config;
use crate::serve;

pub(super) async fn run(from: &Path, config: &Config) -> anyhow::Result<()> {
    look(from)?;
    let made = Made::by_now(config);
    let taken = take(from, config).await;
    if taken.is_err() {
        made.undo();
    }
    taken
}

async fn take(from: &Path, config: &Config) -> anyhow::Result<()> {
    let desk = serve::open(&config.database()?).await?;
    let manifest = restore(&desk, &config.data.join("files"), from).await?;
    tracing::info!(
        tickets = manifest.rows.get("tickets"),
        "imported; set a password with `aftercare user passwd LOGIN`"
    );
    Ok(())
}

/// What is not there yet and is made on the way: it goes again when the import fails.
struct Made {
    paths: Vec<PathBuf>,
    folder: Option<PathBuf>,
}

impl Made {
    fn by_now(config: &Config) -> Self {
        let data = &config.data;
        let names = ["aftercare.db", "aftercare.db-wal", "aftercare.db-shm", "files"];
        let new = config.database_url.is_none() && !data.join("aftercare.db").exists();
        let paths = names.iter().map(|n| data.join(n)).filter(|p| new && !p.exists());
        Self { paths: paths.collect(), folder: (!data.exists()).then(|| data.clone()) }
    }

    fn undo(self) {
        for path in self.paths {
            let gone =
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            if let Err(e) = gone.or_else(|e| if e.kind() == ErrorKind::NotFound { Ok(()) } else { Err(e) }) {
                tracing::warn!(error = %e, "{} was begun and stays", path.display());
            }
        }
        // Only if nobody has put anything there meanwhile.
        if let Some(folder) = self.folder {
            let _ = std::fs::remove_dir(folder);
        }
    }
}
