//! What a letter may hold. Looked at before it is taken apart, because what takes it apart reserves memory for each part.

use std::collections::HashSet;

use domain::mail_in::{Fault, Reason};

/// The limits of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Parts in parts, letters in letters.
    pub depth: usize,
    /// Parts.
    pub parts: usize,
    /// Bytes of text after decoding.
    pub text: usize,
    /// Files.
    pub files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 20, parts: 500, text: 4 * 1024 * 1024, files: 100 }
    }
}

/// So many words that could announce parts are followed; a letter that quotes source text has some.
const MAX_ANNOUNCED: usize = 400;

/// Refuses a letter whose parts cannot be counted cheaply, or are too many.
pub(super) fn guard(raw: &[u8], limits: &Limits) -> Result<(), Fault> {
    let boundaries = boundaries(raw);
    if boundaries.len() > MAX_ANNOUNCED || nested(raw) > MAX_ANNOUNCED {
        return Err(Fault(Reason::TooDeep));
    }
    if boundaries.is_empty() {
        return Ok(());
    }
    let lines = raw.split(|b| *b == b'\n').filter_map(|l| l.strip_prefix(b"--"));
    let parts = lines.filter(|l| boundaries.contains(l.trim_ascii_end())).count();
    if parts > limits.parts { Err(Fault(Reason::TooManyParts)) } else { Ok(()) }
}

/// What stands behind `boundary=` anywhere.
fn boundaries(raw: &[u8]) -> HashSet<&[u8]> {
    let mut found = HashSet::new();
    for at in places(raw, b"boundary") {
        let rest = raw.get(at + b"boundary".len()..).unwrap_or_default();
        let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else { continue };
        let value = value.trim_ascii_start();
        let value = match value.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|b| *b == b'"').next(),
            None => value.split(|b| b.is_ascii_whitespace() || *b == b';').next(),
        };
        found.extend(value.filter(|v| !v.is_empty() && v.len() <= 200));
        if found.len() > MAX_ANNOUNCED {
            break;
        }
    }
    found
}

/// How often a letter inside is announced.
fn nested(raw: &[u8]) -> usize {
    let both = [&b"message/rfc822"[..], b"message/global"];
    let digest = places(raw, b"multipart/digest").take(MAX_ANNOUNCED).count();
    digest + both.iter().map(|word| places(raw, word).take(MAX_ANNOUNCED + 1).count()).sum::<usize>()
}

fn places<'a>(raw: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = word.first().copied().unwrap_or_default();
    let starts = raw.iter().enumerate().filter(move |(_, b)| b.to_ascii_lowercase() == first);
    starts
        .map(|(i, _)| i)
        .filter(move |i| raw.get(*i..i + word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word)))
}
