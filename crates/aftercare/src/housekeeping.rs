//! Once a day, and when the program starts, what nobody needs any longer is forgotten.

use std::path::{Path, PathBuf};
use std::time::Duration;

use desk::{Desk, Result};
use domain::access::{Actor, System};
use domain::time::plus_seconds;

use crate::workers::pause;

const DAY_S: u64 = 86_400;

/// What ended this long ago is forgotten.
const KEPT_S: i64 = 14 * 86_400;

/// An upload that has lasted this long has died with its process.
const UPLOAD_S: i64 = 86_400;

/// Keeps house until the program ends.
pub(crate) async fn run(desk: Desk, files: PathBuf) {
    loop {
        if let Err(e) = keep_house(&desk, &files).await {
            tracing::error!(error = %e, "housekeeping failed; it is tried again tomorrow");
        }
        pause(Duration::from_secs(DAY_S)).await;
    }
}

/// One round; for the loop and for tests.
///
/// # Errors
/// The store's.
pub async fn keep_house(desk: &Desk, files: &Path) -> Result<()> {
    let clear = || {
        desk.write(&Actor::System(System::Operator), |unit| {
            Ok(store::housekeeping::clear(unit.work, plus_seconds(unit.now, -KEPT_S))?)
        })
    };
    while clear().await? > 0 {}
    let began = plus_seconds(desk.now(), -UPLOAD_S);
    match web::clear_uploads(files, began.into()).await {
        Ok(0) => {}
        Ok(n) => tracing::info!(n, "uploads that were never finished were removed"),
        Err(e) => tracing::warn!(error = %e, "the folder of files could not be tidied"),
    }
    Ok(())
}
