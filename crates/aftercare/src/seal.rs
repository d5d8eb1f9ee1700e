//! The secret that lies beside the database, and what is kept sealed with it: the keys of browser push, the secret of the
//! addresses for answers, passwords of mailboxes.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, anyhow};
use desk::Desk;
use desk::mail_in::{ReplyKey, keep_key, kept_key};
use push::{Secret, from_base64, to_base64};
use store::mail_in::KeptKey;

use crate::config::Config;

const FILE: &str = "secret.key";
/// As what the secret of the addresses for answers is sealed.
const ADDRESSES: &str = "mail";
/// What to do about another secret.
pub(crate) const WRONG: &str =
    "secret.key is not the one of this installation: copy it from another node or from the backup";

/// The secret of this node.
pub(crate) fn secret(config: &Config, desk: &Desk) -> anyhow::Result<Secret> {
    let file = config.push.secret_file.clone().unwrap_or_else(|| config.data.join(FILE));
    read(&file, desk.random()).with_context(|| format!("cannot use {}", file.display()))
}

/// Reads the secret; writes a new one, for its owner's eyes only, where there is none.
fn read(file: &Path, new: [u8; 32]) -> anyhow::Result<Secret> {
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut made) => {
            writeln!(made, "{}", to_base64(&new))?;
            made.sync_all()?;
        }
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(e.into()),
    }
    let bytes = from_base64(std::fs::read_to_string(file)?.trim())?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| anyhow!("it does not hold 32 bytes"))?;
    Ok(Secret::new(bytes))
}

/// The secret of the addresses for answers: made once, and sealed if it still lies open from an older program. Addresses
/// that are under way stay good.
///
/// # Errors
/// The store's; or it was sealed with another secret.
pub async fn reply_key(desk: &Desk, secret: &Secret) -> anyhow::Result<ReplyKey> {
    let open = |sealed: &str| Ok(ReplyKey::new(&secret.open(ADDRESSES, sealed).context(WRONG)?));
    let plain = match kept_key(desk).await? {
        Some(KeptKey::Sealed(sealed)) => return open(&sealed),
        Some(KeptKey::Plain(plain)) => plain,
        None => desk.new_secret(),
    };
    open(&keep_key(desk, secret.seal(ADDRESSES, plain.as_bytes())?).await?)
}

/// The same where a node must run all the same: letters go without addresses for answers until the secret is right.
pub(crate) async fn reply_key_or_none(desk: &Desk, secret: &Secret) -> Option<ReplyKey> {
    let key = reply_key(desk, secret).await;
    key.inspect_err(|e| tracing::error!(error = format!("{e:#}"), "letters go without addresses for answers"))
        .ok()
}
