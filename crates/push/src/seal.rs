//! What is kept in the database but must not be read from a copy of it: sealed with a secret that is kept beside it.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{Error, from_base64, to_base64};

const NONCE: usize = 12;

/// The secret of an installation.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// From its 32 bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn key(&self) -> Result<LessSafeKey, Error> {
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.0).map_err(|_| Error::Key)?))
    }

    /// Seals bytes (AES-256-GCM with a random nonce); `what` must be said again to open them.
    ///
    /// # Errors
    /// [`Error::Key`] if the system has no randomness.
    pub fn seal(&self, what: &str, plain: &[u8]) -> Result<String, Error> {
        let mut nonce = [0; NONCE];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Error::Key)?;
        let mut sealed = plain.to_vec();
        let with = Aad::from(what.as_bytes());
        self.key()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), with, &mut sealed)
            .map_err(|_| Error::Key)?;
        Ok(to_base64(&[&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    /// [`Error::Key`] if it was sealed with another secret or as something else, or was changed.
    pub fn open(&self, what: &str, sealed: &str) -> Result<Vec<u8>, Error> {
        let mut bytes = from_base64(sealed)?;
        if bytes.len() < NONCE {
            return Err(Error::Key);
        }
        let mut text = bytes.split_off(NONCE);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| Error::Key)?;
        let opened = self.key()?.open_in_place(nonce, Aad::from(what.as_bytes()), &mut text);
        opened.map(|plain| plain.to_vec()).map_err(|_| Error::Key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_opens_it_as_the_same_thing() {
        let secret = Secret::new([7; 32]);
        let sealed = secret.seal("key", b"plain").unwrap();
        assert_ne!(sealed, secret.seal("key", b"plain").unwrap(), "a nonce of its own");
        assert_eq!(secret.open("key", &sealed).unwrap(), b"plain");
        assert_eq!(secret.open("other", &sealed), Err(Error::Key));
        assert_eq!(Secret::new([8; 32]).open("key", &sealed), Err(Error::Key));
        assert_eq!(secret.open("key", "AAAA"), Err(Error::Key));
    }
}
