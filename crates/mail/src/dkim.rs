//! Signing letters (RFC 6376, RFC 8463): makes keys, reads keys, and writes the field with the signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::dkim::Algorithm;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use ring::rsa::KeyPair;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

/// What is signed, where a letter has it.
const FIELDS: [&str; 12] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
];

/// A key that was made or read.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKey {
    /// How it signs.
    pub algorithm: Algorithm,
    /// What is to be published, in base 64.
    pub public: String,
    /// What is to be kept secret.
    pub private: Vec<u8>,
}

/// Makes an Ed25519 key.
///
/// # Errors
/// The system has no randomness.
pub fn make() -> Result<NewKey, String> {
    let private = Ed25519Key::generate_pkcs8().map_err(|e| e.to_string())?;
    let key = Ed25519Key::from_pkcs8_der(&private).map_err(|e| e.to_string())?;
    Ok(NewKey { algorithm: Algorithm::Ed25519, public: STANDARD.encode(key.public_key()), private })
}

/// Reads an RSA key of at least 2048 bits that somebody has made, as PEM.
///
/// # Errors
/// It is none.
pub fn read(pem: &str) -> Result<NewKey, String> {
    let key = rsa(pem.as_bytes())?;
    let public = STANDARD.encode(published(&key.public_key()));
    Ok(NewKey { algorithm: Algorithm::Rsa, public, private: pem.trim().as_bytes().to_vec() })
}

fn rsa(pem: &[u8]) -> Result<RsaKey<Sha256>, String> {
    let der = PrivateKeyDer::from_pem_slice(pem).map_err(|e| e.to_string())?;
    let pair = match &der {
        PrivateKeyDer::Pkcs1(d) => KeyPair::from_der(d.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(d) => KeyPair::from_pkcs8(d.secret_pkcs8_der()),
        _ => return Err("not an RSA key".to_owned()),
    };
    let bits = pair.map_err(|e| e.to_string())?.public().modulus_len() * 8;
    if bits < 2048 {
        return Err("shorter than 2048 bits".to_owned());
    }
    RsaKey::from_key_der(der).map_err(|e| e.to_string())
}

/// An RSA key as it is published: within the structure that names its kind (RFC 5280 §4.1.2.7).
fn published(key: &[u8]) -> Vec<u8> {
    const RSA: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits = part(0x03, &[&[0][..], key].concat());
    part(0x30, &[&RSA[..], &bits[..]].concat())
}

/// A part of a DER structure.
fn part(tag: u8, content: &[u8]) -> Vec<u8> {
    let bytes = content.len().to_be_bytes();
    let length: Vec<u8> = bytes.into_iter().skip_while(|b| *b == 0).collect();
    let mut out = vec![tag];
    match length.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend(long);
        }
    }
    out.extend(content);
    out
}

enum Kind {
    Rsa(DkimSigner<RsaKey<Sha256>, Done>),
    Ed25519(DkimSigner<Ed25519Key, Done>),
}

fn signer<K: SigningKey>(key: K, domain: &str, selector: &str) -> DkimSigner<K, Done> {
    DkimSigner::from_key(key).domain(domain).selector(selector).headers(FIELDS)
}

/// A key that signs the letters of a domain.
pub struct DomainSigner {
    domain: String,
    selector: String,
    kind: Kind,
}

impl std::fmt::Debug for DomainSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DomainSigner")
            .field("domain", &self.domain)
            .field("selector", &self.selector)
            .finish_non_exhaustive()
    }
}

impl DomainSigner {
    /// A key that was kept.
    ///
    /// # Errors
    /// It is not what it should be.
    pub fn new(domain: &str, selector: &str, algorithm: Algorithm, private: &[u8]) -> Result<Self, String> {
        let kind = match algorithm {
            Algorithm::Rsa => Kind::Rsa(signer(rsa(private)?, domain, selector)),
            Algorithm::Ed25519 => {
                let key = Ed25519Key::from_pkcs8_der(private).map_err(|e| e.to_string())?;
                Kind::Ed25519(signer(key, domain, selector))
            }
        };
        Ok(Self { domain: domain.to_owned(), selector: selector.to_owned(), kind })
    }

    /// The domain whose letters it signs.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The field with the signature of a letter, ended by a line end.
    ///
    /// # Errors
    /// The letter has no head.
    pub fn field(&self, letter: &[u8]) -> Result<String, String> {
        let signed = match &self.kind {
            Kind::Rsa(key) => key.sign(letter),
            Kind::Ed25519(key) => key.sign(letter),
        };
        signed.map(|s| s.to_header()).map_err(|e| e.to_string())
    }
}

/// The letter with the signatures of its domain's keys above it. A key that cannot sign is left out and told.
pub(crate) fn signed(letter: Vec<u8>, domain: &str, keys: &[DomainSigner]) -> Vec<u8> {
    let mut fields = String::new();
    for key in keys.iter().filter(|k| k.domain.eq_ignore_ascii_case(domain)) {
        match key.field(&letter) {
            Ok(field) => fields.push_str(&field),
            Err(e) => {
                tracing::error!(key = ?key, error = %e, "a letter goes without the signature of this key");
            }
        }
    }
    if fields.is_empty() { letter } else { [fields.into_bytes(), letter].concat() }
}
