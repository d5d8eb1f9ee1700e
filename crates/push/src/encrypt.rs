//! Encryption of a message for one browser: RFC 8291 on top of the content coding `aes128gcm` (RFC 8188), in one record.

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};

use crate::Error;

/// The size of the record, as its header says; all of a message fits in one.
const RECORD: u32 = 4096;
/// What push services take at most: a record with header, delimiter and tag.
const MOST: usize = 4096 - 86 - 17;
const SALT: usize = 16;
/// An uncompressed point of P-256.
const POINT: usize = 65;

/// What a browser gave for messages to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Where its push service takes messages.
    pub endpoint: String,
    /// Its public key, an uncompressed point.
    pub key: Vec<u8>,
    /// The secret that it shares with us.
    pub auth: Vec<u8>,
}

impl Subscription {
    /// From what a browser says, in base64.
    ///
    /// # Errors
    /// [`Error::Key`] if it is no point and no secret of 16 bytes.
    pub fn new(endpoint: &str, key: &str, auth: &str) -> Result<Self, Error> {
        let (key, auth) = (crate::from_base64(key)?, crate::from_base64(auth)?);
        if key.len() != POINT || key.first() != Some(&4) || auth.len() != 16 {
            return Err(Error::Key);
        }
        Ok(Self { endpoint: endpoint.to_owned(), key, auth })
    }
}

struct Len(usize);

impl KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Result<[u8; N], Error> {
    let mut out = [0; N];
    let made = prk.expand(info, Len(N)).and_then(|okm| okm.fill(&mut out));
    made.map(|()| out).map_err(|_| Error::Key)
}

/// Encrypts a text for a browser; what comes out is the body of the request to its push service.
///
/// # Errors
/// [`Error::TooLong`], or [`Error::Key`] if the browser's key is no point of the curve.
pub fn encrypt(to: &Subscription, text: &[u8]) -> Result<Vec<u8>, Error> {
    let random = SystemRandom::new();
    let mut salt = [0; SALT];
    random.fill(&mut salt).map_err(|_| Error::Key)?;
    let mine = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| Error::Key)?;
    let public = mine.compute_public_key().map_err(|_| Error::Key)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &to.key);
    let shared = agree_ephemeral(mine, &theirs, <[u8]>::to_vec).map_err(|_| Error::Key)?;
    with(to, &shared, public.as_ref(), salt, text)
}

/// The same when the keys have agreed.
fn with(
    to: &Subscription,
    shared: &[u8],
    public: &[u8],
    salt: [u8; SALT],
    text: &[u8],
) -> Result<Vec<u8>, Error> {
    if text.len() > MOST {
        return Err(Error::TooLong);
    }
    let prk_key = Salt::new(HKDF_SHA256, &to.auth).extract(shared);
    let ikm: [u8; 32] = expand(&prk_key, &[b"WebPush: info\0", &to.key, public])?;
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&ikm);
    let key: [u8; 16] = expand(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&prk, &[b"Content-Encoding: nonce\0"])?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(|_| Error::Key)?);
    // The last record ends with a 2.
    let mut record = [text, &[2]].concat();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .map_err(|_| Error::Key)?;
    let size = u8::try_from(public.len()).map_err(|_| Error::Key)?;
    Ok([&salt, &RECORD.to_be_bytes()[..], &[size], public, &record].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{from_base64, to_base64};

    /// RFC 8291, appendix A: everything from the agreed secret on. The agreement itself is the library's.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let to = Subscription::new(
            "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        let shared = from_base64("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs").unwrap();
        let public = from_base64(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        )
        .unwrap();
        let salt: [u8; 16] = from_base64("DGv6ra1nlYgDCS1FRnbzlw").unwrap().try_into().unwrap();
        let body = with(&to, &shared, &public, salt, b"When I grow up, I want to be a watermelon").unwrap();
        assert_eq!(
            to_base64(&body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz\
             AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_key_that_is_none_and_a_long_text_are_refused() {
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        assert_eq!(Subscription::new("https://x", "AAAA", auth), Err(Error::Key));
        let zero = to_base64(&[&[4u8][..], &[0; 64]].concat());
        let off = Subscription::new("https://x", &zero, auth).unwrap();
        assert_eq!(encrypt(&off, b"x"), Err(Error::Key), "no point of the curve");
        let good = Subscription::new(
            "https://x",
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            auth,
        );
        let good = good.unwrap();
        assert_eq!(encrypt(&good, &[0; MOST]).unwrap().len(), 4096);
        assert_eq!(encrypt(&good, &[0; MOST + 1]), Err(Error::TooLong));
    }
}
