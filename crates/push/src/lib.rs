//! How a browser is woken: messages encrypted for it (RFC 8291, RFC 8188), the desk identified to its push service (VAPID,
//! RFC 8292), delivery (RFC 8030). Takes values and answers with values; knows no table, no use case and no text, and never
//! writes an address or a secret into a log. No vendor's push service was tried, only one of our own on loopback.

mod client;
mod encrypt;
mod seal;
mod vapid;

pub use client::{Delivered, Message, Pusher};
pub use encrypt::{Subscription, encrypt};
pub use seal::Secret;
pub use vapid::Vapid;

/// What went wrong, in a word; never with an address or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A key, or what was sealed, is not what it should be.
    #[error("a key cannot be used")]
    Key,
    /// An address that no message is sent to: not https, or on a private network.
    #[error("the address is refused")]
    Address,
    /// The text is too long for one message.
    #[error("the message is too long")]
    TooLong,
}

/// Base64 without padding, as all of Web Push writes it; padding is taken off.
pub fn from_base64(text: &str) -> Result<Vec<u8>, Error> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map_err(|_| Error::Key)
}

/// The same, written.
pub fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
