//! The secret behind addresses for answers. Whoever holds an address may write into its ticket; nobody can make one.

use domain::access::{Actor, System};
use domain::id::TicketId;
use domain::mail_in::TOKEN_CHARS;
use ring::hmac::{HMAC_SHA256, Key, sign, verify};
use store::mail_in::{self, KeptKey};

use crate::{Desk, Error, Result};

/// The desk's own key.
#[derive(Debug, Clone)]
pub struct ReplyKey(Key);

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Bytes of a code: 80 bits.
const CODE_BYTES: usize = TOKEN_CHARS * 5 / 8;

/// The secret as it is kept: sealed, or open from before it was sealed; none in a new installation.
///
/// # Errors
/// The store's.
pub async fn kept_key(desk: &Desk) -> Result<Option<KeptKey>> {
    desk.read(|r| Ok(mail_in::key(r)?)).await
}

/// Keeps a sealed secret unless there is one already; answers with the one that counts.
///
/// # Errors
/// The store's.
pub async fn keep_key(desk: &Desk, sealed: String) -> Result<String> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        mail_in::put_key(unit.work, &sealed)?;
        match mail_in::key(unit.work)? {
            Some(KeptKey::Sealed(kept)) => Ok(kept),
            _ => Err(Error::NotFound),
        }
    })
    .await
}

impl ReplyKey {
    /// From the secret that was opened.
    pub fn new(secret: &[u8]) -> Self {
        Self(Key::new(HMAC_SHA256, secret))
    }

    /// The secret part of a ticket's address.
    pub fn code(&self, ticket: &TicketId) -> String {
        self.word("reply", ticket.as_str())
    }

    /// The secret part of its address for somebody outside to whom something of it was passed on.
    pub fn outside_code(&self, ticket: &TicketId) -> String {
        self.word("outside", ticket.as_str())
    }

    /// The mark by which the desk knows its own letters.
    pub fn mark(&self) -> String {
        self.word("desk", "")
    }

    /// Is this the secret part of the ticket's address? Takes as long for a wrong one as for the right one.
    pub fn is_right(&self, ticket: &TicketId, code: &str) -> bool {
        self.same(&self.code(ticket), code)
    }

    /// Is this the secret part for somebody outside?
    pub fn is_outside(&self, ticket: &TicketId, code: &str) -> bool {
        self.same(&self.outside_code(ticket), code)
    }

    fn same(&self, right: &str, code: &str) -> bool {
        // Both are hashed once more, so that the comparison tells nothing of the place where they differ.
        let right = sign(&self.0, right.as_bytes());
        verify(&self.0, code.as_bytes(), right.as_ref()).is_ok()
    }

    fn word(&self, purpose: &str, text: &str) -> String {
        let tag = sign(&self.0, format!("{purpose}:{text}").as_bytes());
        base32(tag.as_ref().get(..CODE_BYTES).unwrap_or_default())
    }
}

fn base32(bytes: &[u8]) -> String {
    let (mut out, mut bits, mut held) = (String::new(), 0_u32, 0_u32);
    for b in bytes {
        held = (held << 8) | u32::from(*b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = ((held >> bits) & 31) as usize;
            out.extend(ALPHABET.get(index).map(|c| char::from(*c)));
        }
        held &= (1 << bits) - 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_right_for_one_ticket_and_one_key() {
        let key = |secret: &str| ReplyKey::new(secret.as_bytes());
        let (one, other) = (key("a"), key("b"));
        let (t, u) = (TicketId::from("t"), TicketId::from("u"));
        let code = one.code(&t);
        assert_eq!(code.len(), TOKEN_CHARS);
        assert!(code.bytes().all(|b| ALPHABET.contains(&b)));
        assert!(one.is_right(&t, &code));
        assert!(!one.is_right(&u, &code) && !other.is_right(&t, &code) && !one.is_right(&t, ""));
    }

    #[test]
    fn base_32_as_others_write_it() {
        assert_eq!(base32(b"foobar\0\0\0\0"), "mzxw6ytboiaaaaaa");
    }
}
