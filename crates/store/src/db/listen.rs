//! The bell between nodes: `NOTIFY` of one rings on all. A hint only: what was missed is read from the outbox.

use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::AsyncMessage;

use super::Shared;
use super::tls::Target;

/// Waits this long before it tries to reach the server again.
const AGAIN: Duration = Duration::from_secs(2);

/// Rings whenever another node says that it has committed news; ends when dropped.
pub(super) struct Bell(JoinHandle<()>);

impl Bell {
    pub(super) fn hang(target: Target, shared: &Arc<Shared>) -> Self {
        Self(tokio::spawn(keep_listening(target, Arc::downgrade(shared))))
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep_listening(target: Target, shared: Weak<Shared>) {
    while shared.strong_count() > 0 {
        if let Err(e) = listen(&target, &shared).await {
            tracing::warn!(error = %e, "notifications of other nodes are not heard; trying again");
        }
        pause().await;
    }
}

async fn listen(target: &Target, shared: &Weak<Shared>) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = target.config.connect(target.tls.clone()).await?;
    let asked = async {
        client.batch_execute("LISTEN aftercare").await?;
        // What was committed before anybody listened is found by whoever is woken now.
        if let Some(shared) = shared.upgrade() {
            shared.ring();
        }
        Ok(())
    };
    let heard = async {
        while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let (AsyncMessage::Notification(said), Some(shared)) = (message?, shared.upgrade()) {
                // Without words it is the bell.
                if said.payload().is_empty() { shared.ring() } else { shared.pass_on(said.payload()) }
            }
        }
        Ok(())
    };
    // The answer to LISTEN arrives only while the connection is polled.
    tokio::try_join!(asked, heard).map(|_| ())
}

#[expect(clippy::disallowed_methods, reason = "a worker's loop that waits for a server to come back")]
async fn pause() {
    tokio::time::sleep(AGAIN).await;
}
