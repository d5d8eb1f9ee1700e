//! Takes letters that other servers bring: SMTP, or LMTP behind a server of the house. A letter is answered with 250 only
//! when it is kept for good; whoever gets another answer, or none, brings it again.

mod session;
mod wire;

use std::future::Future;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Room;

/// How letters are brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// By any server.
    Smtp,
    /// By a server of the house, with one answer for each recipient.
    Lmtp,
}

/// The largest letter unless told otherwise.
pub const MAX_BYTES: usize = 25 * 1024 * 1024;
/// Unless told otherwise there is room for so many of the largest letters at the same time.
pub const AT_ONCE: usize = 4;

/// How the server behaves.
#[derive(Clone)]
pub struct Settings {
    /// How letters are brought.
    pub protocol: Protocol,
    /// The name by which it greets.
    pub host: String,
    /// The largest letter, in bytes.
    pub max_bytes: usize,
    /// Room for the letters that are brought at the same time.
    pub room: Room,
    /// The most connections at a time.
    pub max_connections: usize,
    /// Letters a second from one address; bursts may be ten times as large.
    pub per_second: u32,
    /// Certificate and key, if connections can be protected.
    pub tls: Option<Arc<ServerConfig>>,
    /// Whoever says nothing for so long is sent away.
    pub patience: Duration,
}

impl Settings {
    /// The usual settings.
    pub fn new(protocol: Protocol, host: &str) -> Self {
        Self {
            protocol,
            host: host.to_owned(),
            max_bytes: MAX_BYTES,
            room: Room::new(AT_ONCE * MAX_BYTES),
            max_connections: 200,
            per_second: 50,
            tls: None,
            patience: Duration::from_mins(5),
        }
    }
}

/// One of ours to whom a letter goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The mailbox.
    pub mailbox: String,
    /// The address as the other server wrote it, with what stands behind a plus sign.
    pub address: String,
}

/// A letter as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Who brought it.
    pub peer: IpAddr,
    /// The name by which they greeted.
    pub greeted_as: String,
    /// The sender by whom it was handed over; empty for `<>`.
    pub sender: String,
    /// To whom of ours, each mailbox once.
    pub recipients: Vec<Recipient>,
    /// The letter.
    pub raw: Vec<u8>,
}

/// It cannot be said or kept now; the letter is to be brought again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotNow;

/// Who knows the mailboxes and keeps letters.
pub trait Keeper: Send + Sync + 'static {
    /// The mailbox of a recipient, if it is one of ours.
    fn mailbox(&self, recipient: &str) -> impl Future<Output = Result<Option<String>, NotNow>> + Send;

    /// Keeps a letter for good. Returns only when it would survive a crash.
    fn keep(&self, arrival: Arrival) -> impl Future<Output = Result<(), NotNow>> + Send;
}

/// What all sessions share.
struct House<K> {
    settings: Settings,
    keeper: K,
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    letters: AtomicUsize,
}

impl<K> House<K> {
    /// May this address bring one more letter now?
    fn admits(&self, peer: IpAddr) -> bool {
        /// Addresses that were quiet since are forgotten from time to time.
        const FORGET_EVERY: usize = 10_000;
        if self.letters.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&peer).is_ok()
    }
}

/// Serves until it is dropped; sessions end with it.
pub async fn serve<K: Keeper>(listener: TcpListener, settings: Settings, keeper: K) {
    let rate = NonZeroU32::new(settings.per_second).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(9)));
    let room = Arc::new(Semaphore::new(settings.max_connections));
    let limiter = RateLimiter::keyed(quota);
    let house = Arc::new(House { settings, keeper, limiter, letters: AtomicUsize::new(0) });
    let mut sessions = JoinSet::new();
    loop {
        while sessions.try_join_next().is_some() {}
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(e) => {
                tracing::warn!(error = %e, "a connection could not be accepted");
                tokio::task::yield_now().await;
                continue;
            }
        };
        let house = Arc::clone(&house);
        if let Ok(seat) = Arc::clone(&room).try_acquire_owned() {
            sessions.spawn(async move {
                session::run(stream, peer.ip(), &house).await;
                drop(seat);
            });
        } else {
            sessions.spawn(async move { session::turn_away(stream, &house.settings).await });
        }
    }
}

/// Reads certificate and key, both as PEM.
///
/// # Errors
/// What is wrong with them.
pub fn tls(certificates: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, String> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(certificates).collect::<Result<_, _>>().map_err(|e| e.to_string())?;
    if chain.is_empty() {
        return Err("the file holds no PEM certificate".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| format!("the key: {e}"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|b| b.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| e.to_string())?;
    Ok(Arc::new(config))
}
