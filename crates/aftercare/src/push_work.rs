//! Waking browsers: the keys of the installation, and the job that delivers one message outside of any transaction.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use desk::oncall::push::{self as verb, Waking, Woken};
use desk::oncall::step_of;
use desk::{Desk, Error, Result};
use domain::time::to_seconds;
use push::{Delivered, Message, Pusher, Secret, Vapid};
use serde::Deserialize;
use serde_json::json;
use store::job::JobRow;
use words::{Locale, step_fired, t};

use crate::seal::WRONG;

/// The `[push]` part of the configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PushConfig {
    /// The secret with which keys are sealed; `secret.key` in the data folder unless given. The same on all nodes.
    pub secret_file: Option<PathBuf>,
    /// Origins to which messages go although they are on a private network or without TLS.
    pub allow: Vec<String>,
}

const PAIR: &str = "vapid";

/// Opens the keys; makes them once for an installation.
pub(crate) async fn open(
    desk: &Desk,
    config: &PushConfig,
    secret: Secret,
    public_url: &str,
) -> anyhow::Result<Pusher> {
    let new = secret.seal(PAIR, &Vapid::generate()?)?;
    let kept = verb::key(desk, new).await.map_err(|e| anyhow!(e.to_string()))?;
    let pair = secret.open(PAIR, &kept).context(WRONG)?;
    let subject = public_url.starts_with("https://").then(|| public_url.to_owned());
    Ok(Pusher::new(Vapid::new(&pair, subject)?, secret, config.allow.clone())?)
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
