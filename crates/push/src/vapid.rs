//! The desk identifies itself to push services: a signed token for each origin (RFC 8292, ES256 of RFC 7518).

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use url::Url;

use crate::{Error, to_base64};

/// A token is good for so long; 24 hours at most.
const GOOD_S: i64 = 12 * 3_600;

/// The pair of keys of an installation.
pub struct Vapid {
    pair: EcdsaKeyPair,
    subject: Option<String>,
}

impl Vapid {
    /// A new pair, as PKCS #8.
    ///
    /// # Errors
    /// [`Error::Key`] if the system has no randomness.
    pub fn generate() -> Result<Vec<u8>, Error> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        made.map(|pair| pair.as_ref().to_vec()).map_err(|_| Error::Key)
    }

    /// From a pair as PKCS #8. The subject is an address under which the desk is reached, `https:` or `mailto:`.
    ///
    /// # Errors
    /// [`Error::Key`] if it is none.
    pub fn new(pkcs8: &[u8], subject: Option<String>) -> Result<Self, Error> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random);
        Ok(Self { pair: pair.map_err(|_| Error::Key)?, subject })
    }

    /// The public key as browsers want it.
    pub fn public_key(&self) -> String {
        to_base64(self.pair.public_key().as_ref())
    }

    /// The header `Authorization` for an endpoint, `now_s` in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Address`] for what is no address.
    pub fn authorization(&self, endpoint: &str, now_s: i64) -> Result<String, Error> {
        let origin = Url::parse(endpoint).map_err(|_| Error::Address)?.origin().ascii_serialization();
        let mut claims = json!({"aud": origin, "exp": now_s + GOOD_S});
        if let (Some(subject), Some(all)) = (&self.subject, claims.as_object_mut()) {
            all.insert("sub".to_owned(), json!(subject));
        }
        let part = |value: &serde_json::Value| to_base64(value.to_string().as_bytes());
        let text = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "ES256"})), part(&claims));
        let signed = self.pair.sign(&SystemRandom::new(), text.as_bytes()).map_err(|_| Error::Key)?;
        Ok(format!("vapid t={text}.{}, k={}", to_base64(signed.as_ref()), self.public_key()))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;
    use crate::from_base64;

    #[test]
    fn the_token_is_for_the_origin_ends_and_is_signed_by_the_key() {
        let pair = Vapid::generate().unwrap();
        let vapid = Vapid::new(&pair, Some("https://desk.example".to_owned())).unwrap();
        let header = vapid.authorization("https://push.example.net/a/b?c", 1_000).unwrap();
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let public = from_base64(key).unwrap();
        assert_eq!((public.len(), key), (65, vapid.public_key().as_str()));
        let checks = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &public);
        checks.verify(text.as_bytes(), &from_base64(signature).unwrap()).unwrap();
        let (head, claims) = text.split_once('.').unwrap();
        let read = |part: &str| -> serde_json::Value {
            serde_json::from_slice(&from_base64(part).unwrap()).unwrap()
        };
        assert_eq!(read(head), json!({"typ": "JWT", "alg": "ES256"}));
        let told = json!({"aud": "https://push.example.net", "exp": 44_200, "sub": "https://desk.example"});
        assert_eq!(read(claims), told);
        assert!(Vapid::new(b"x", None).is_err());
    }
}
