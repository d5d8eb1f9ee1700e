//! The fields at the head of a letter, as bytes, and the words in them (RFC 2047): neighbours of one charset are joined
//! before they are read, because programs cut them in the middle of a character.

use domain::mail_in::Fault;
use mail_parser::decoders::base64::base64_decode;

use super::charset;

/// The most fields that are looked at.
const MAX_FIELDS: usize = 2_000;
/// A field is looked at up to this length.
const MAX_FIELD: usize = 64 * 1024;

/// Text for people is read up to this length.
const MAX_TEXT: usize = 8 * 1024;

/// A field: its name in small letters, its value in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: String,
    pub value: Vec<u8>,
}

/// The fields of a letter or of a part, in their order.
pub(crate) fn fields(raw: &[u8]) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    for line in raw.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || found.len() >= MAX_FIELDS {
            break;
        }
        if line.first().is_some_and(|b| matches!(b, b' ' | b'\t')) {
            if let Some(field) = found.last_mut().filter(|f| f.value.len() < MAX_FIELD) {
                field.value.push(b' ');
                field.value.extend(line.trim_ascii().iter().take(MAX_FIELD));
            }
        } else if let Some(colon) = line.iter().position(|b| *b == b':') {
            let (name, value) = line.split_at(colon);
            let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            found.push(Field { name, value: value.iter().take(MAX_FIELD).copied().collect() });
        }
    }
    found
}

/// The first field of a name.
pub(crate) fn first<'f>(fields: &'f [Field], name: &str) -> Option<&'f [u8]> {
    fields.iter().find(|f| f.name == name).map(|f| f.value.as_slice())
}

/// The first field of a name as a word in small letters, without parameters.
pub(crate) fn word(fields: &[Field], name: &str) -> String {
    let value = first(fields, name).map(String::from_utf8_lossy).unwrap_or_default();
    value.split([';', '(']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The identities in angle brackets in a field.
pub(crate) fn identities(fields: &[Field], name: &str) -> Vec<String> {
    let value = first(fields, name).map(String::from_utf8_lossy).unwrap_or_default();
    let inner = |part: &str| part.split_once('>').map(|(id, _)| id.split_whitespace().collect::<String>());
    value.split('<').skip(1).filter_map(inner).filter(|id| !id.is_empty() && id.len() <= 998).collect()
}

/// Text of a field for people.
///
/// # Errors
/// `Utf7`.
pub(crate) fn text(value: &[u8]) -> Result<String, Fault> {
    let mut out = String::new();
    // Bytes of neighbours of one charset.
    let mut open: Option<(String, Vec<u8>)> = None;
    let mut rest = value.get(..MAX_TEXT).unwrap_or(value);
    while !rest.is_empty() {
        if let Some((word, after)) = encoded(rest) {
            match &mut open {
                Some((charset, bytes)) if *charset == word.charset => bytes.extend(word.bytes),
                _ => {
                    close(&mut out, &mut open)?;
                    open = Some((word.charset, word.bytes));
                }
            }
            rest = after;
            continue;
        }
        let next = (1..rest.len()).find(|i| rest.get(*i..).is_some_and(|r| r.starts_with(b"=?")));
        let (plain, after) = rest.split_at(next.unwrap_or(rest.len()));
        let between = open.is_some() && plain.iter().all(u8::is_ascii_whitespace) && encoded(after).is_some();
        if !between {
            close(&mut out, &mut open)?;
            out.push_str(&charset::decode("", plain)?);
        }
        rest = after;
    }
    close(&mut out, &mut open)?;
    let line: String = out.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Ok(line.trim().to_owned())
}

fn close(out: &mut String, open: &mut Option<(String, Vec<u8>)>) -> Result<(), Fault> {
    if let Some((charset, bytes)) = open.take() {
        out.push_str(&charset::decode(&charset, &bytes)?);
    }
    Ok(())
}

struct Word {
    charset: String,
    bytes: Vec<u8>,
}

/// An encoded word at the beginning, and what comes after it.
fn encoded(text: &[u8]) -> Option<(Word, &[u8])> {
    let inner = text.strip_prefix(b"=?")?;
    let mut parts = inner.splitn(3, |b| *b == b'?');
    let (charset, kind, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = rest.windows(2).position(|w| w == b"?=")?;
    let (payload, after) = rest.split_at(end);
    let charset = String::from_utf8_lossy(charset).to_ascii_lowercase();
    let charset = charset.split('*').next().unwrap_or_default().to_owned();
    if charset.is_empty() || charset.contains(char::is_whitespace) {
        return None;
    }
    let bytes = match kind {
        b"b" | b"B" => base64_decode(payload)?,
        b"q" | b"Q" => quoted(payload),
        _ => return None,
    };
    Some((Word { charset, bytes }, after.get(2..).unwrap_or_default()))
}

/// `=E4` and `_` of a word.
fn quoted(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len());
    let mut bytes = payload.iter().copied();
    while let Some(b) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair = (b == b'=').then(|| Some((hex(ahead.next()?)?, hex(ahead.next()?)?))).flatten();
        match (b, pair) {
            (_, Some((high, low))) => {
                out.push((high << 4) | low);
                bytes = ahead;
            }
            (b'_', _) => out.push(b' '),
            (other, _) => out.push(other),
        }
    }
    out
}

fn hex(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded() {
        let raw = b"Subject: one\r\n two\r\nX-A:b\nno colon\r\n\r\nBody: not a field";
        let all = fields(raw);
        let shown: Vec<_> =
            all.iter().map(|f| (f.name.as_str(), String::from_utf8_lossy(&f.value).into_owned())).collect();
        assert_eq!(shown, [("subject", "one two".to_owned()), ("x-a", "b".to_owned())]);
    }

    #[test]
    fn words_are_read_as_programs_write_them() {
        for (written, read) in [
            ("plain", "plain"),
            ("=?UTF-8?B?5oql6KGo?=", "报表"),
            ("=?utf-8?Q?=E6=8A=A5_=E8=A1=A8?= x", "报 表 x"),
            ("=?gb2312?B?saix7Q==?=", "报表"),
            ("=?x-gbk?B?saix7Q==?= =?x-gbk?B?saix7Q==?=", "报表报表"),
            // The second word begins in the middle of a character.
            ("=?UTF-8?B?5oql6A==?= =?UTF-8?B?oag=?=", "报表"),
            ("Re: =?UTF-8?B?5oql?= AF-2026-00001", "Re: 报 AF-2026-00001"),
            ("=?broken", "=?broken"),
            ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
            ("a\tb", "a b"),
        ] {
            assert_eq!(text(written.as_bytes()).unwrap(), read, "{written}");
        }
        assert_eq!(text(b"\xb1\xa8\xb1\xed").unwrap(), "报表", "bytes without any word");
        assert!(text(b"=?utf-7?Q?+AGE-?=").is_err());
    }

    #[test]
    fn identities_stand_in_brackets() {
        let f = fields(b"References: <a@x> junk <b@y>\r\n <c@\r\n z> <>\r\n\r\n");
        assert_eq!(identities(&f, "references"), ["a@x", "b@y", "c@z"]);
    }
}
