//! Waking browsers: the keys of the installation, and the job that delivers one message outside of any transaction.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use desk::oncall::push::{self as verb, Waking, Woken};
use desk::oncall::step_of;
use desk::{Desk, Error, Result};
use domain::time::to_seconds;
use push::{Delivered, Message, Pusher, Secret, Vapid, from_base64, to_base64};
use serde::Deserialize;
use serde_json::json;
use store::job::JobRow;
use words::{Locale, step_fired, t};

/// The `[push]` part of the configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PushConfig {
    /// The secret with which keys are sealed; `secret.key` in the data folder unless given. The same on all nodes.
    pub secret_file: Option<PathBuf>,
    /// Origins to which messages go although they are on a private network or without TLS.
    pub allow: Vec<String>,
}

const SECRET: &str = "secret.key";
const PAIR: &str = "vapid";

/// Opens the keys; makes them once for an installation.
pub(crate) async fn open(
    desk: &Desk,
    config: &PushConfig,
    data: &Path,
    public_url: &str,
) -> anyhow::Result<Pusher> {
    let file = config.secret_file.clone().unwrap_or_else(|| data.join(SECRET));
    let secret = secret(&file, desk.random()).with_context(|| format!("cannot use {}", file.display()))?;
    let new = secret.seal(PAIR, &Vapid::generate()?)?;
    let kept = verb::key(desk, new).await.map_err(|e| anyhow!(e.to_string()))?;
    let pair = secret.open(PAIR, &kept).with_context(|| {
        format!("{} is not the secret of this installation: copy the one of another node", file.display())
    })?;
    let subject = public_url.starts_with("https://").then(|| public_url.to_owned());
    Ok(Pusher::new(Vapid::new(&pair, subject)?, secret, config.allow.clone())?)
}

/// Reads the secret; writes a new one, for its owner's eyes only, where there is none.
fn secret(file: &Path, new: [u8; 32]) -> anyhow::Result<Secret> {
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

/// Delivers one message.
///
/// # Errors
/// What passes; the job is tried again.
pub(crate) async fn job(desk: &Desk, pusher: Option<&Pusher>, row: JobRow) -> Result<()> {
    let trouble = |what: &str| Error::Internal(what.to_owned());
    let pusher = pusher.ok_or_else(|| trouble("browser push is not set up on this node"))?;
    let token = desk.new_secret();
    let Some(waking) = verb::prepare(desk, row.clone(), &token).await? else { return Ok(()) };
    let browser = waking.browser.id.clone();
    // What was sealed with another secret is of no use to anybody.
    let Ok(to) = pusher.open(&waking.browser.sealed) else {
        return verb::settle(desk, row, browser, Woken::Gone).await;
    };
    let text = text(desk, waking, &token).await?;
    let topic: String = row.id.as_str().replace('-', "").chars().take(32).collect();
    let woken = match pusher.send(&Message { to, topic, text }, to_seconds(desk.now())).await {
        Delivered::Taken => Woken::Taken,
        Delivered::Gone => Woken::Gone,
        Delivered::Refused(said) => Woken::Refused(said),
        Delivered::NotNow(said) => return Err(trouble(&said)),
    };
    verb::settle(desk, row, browser, woken).await
}

/// What the service worker shows, in the receiver's language.
async fn text(desk: &Desk, waking: Waking, token: &str) -> Result<String> {
    let Waking { person, page, .. } = waking;
    let (locale, ticket, step) = (Locale::parse(&person.locale), page.ticket.clone(), page.step);
    let step = desk.read(move |r| step_of(r, &ticket, step)).await?;
    let why = step.and_then(|s| step_fired(locale, &s)).unwrap_or_default();
    let message = json!({
        "title": format!("{} {}", t(locale, "page-call"), page.number),
        "body": format!("{}\n{why}", page.title),
        "tag": format!("{}/{}", page.number, page.step),
        "open": format!("/tickets/{}", page.number),
        "acknowledge": format!("/pages/link/{token}"),
        "word": t(locale, "page-acknowledge-plain"),
        "done": t(locale, "said-page-acknowledged"),
    });
    Ok(message.to_string())
}
