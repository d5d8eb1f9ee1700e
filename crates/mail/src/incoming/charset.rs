//! Characters as they come: labels that browsers know, labels that are wrong, no label at all.

use std::borrow::Cow;

use domain::mail_in::{Fault, Reason};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, WINDOWS_1252};

/// From here on characters are Chinese, Japanese or Korean.
const FIRST_CJK: char = '\u{2e80}';

/// Reads bytes that carry a label, which may be empty. What is not valid under its label is read as what it is: UTF-8,
/// else GB 18030, else Big5; what is none of these keeps marks where it cannot be read.
///
/// # Errors
/// `Utf7`: nobody writes it but to hide something.
pub(crate) fn decode(label: &str, bytes: &[u8]) -> Result<String, Fault> {
    let label = label.trim().trim_matches(['"', '\'', ';']).to_ascii_lowercase();
    if label.contains("utf-7") || label.contains("utf7") {
        return Err(Fault(Reason::Utf7));
    }
    if bytes.is_ascii() && !label.starts_with("iso-2022") && !label.starts_with("utf-16") {
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    Ok(match encoding(&label) {
        // Whoever writes no label, or the one for Western Europe, may have written anything.
        None => guess(bytes),
        Some(e) if e == WINDOWS_1252 => western(bytes),
        Some(e) => labelled(e, bytes),
    })
}

/// The encoding of a label; GB 2312 and GBK are read as what contains them.
fn encoding(label: &str) -> Option<&'static Encoding> {
    let known = match label {
        "cp936" | "ms936" | "windows-936" | "gb18030-2000" | "gb-18030" | "euc-cn" => Some(GB18030),
        "cp950" | "ms950" | "big-5" | "big5hk" => Some(BIG5),
        "utf_8" | "utf-8-sig" => Some(UTF_8),
        _ => Encoding::for_label_no_replacement(label.as_bytes()),
    };
    known.map(|e| if e == GBK { GB18030 } else { e })
}

fn labelled(encoding: &'static Encoding, bytes: &[u8]) -> String {
    // UTF-8 is hardly ever valid by chance, while it passes for GB 18030 most of the time.
    if let Some(text) = certainly_utf8(bytes) {
        return text;
    }
    let (text, _, wrong) = encoding.decode(bytes);
    if !wrong {
        return text.into_owned();
    }
    exactly(UTF_8, bytes)
        .or_else(|| exactly(GB18030, bytes))
        .or_else(|| exactly(BIG5, bytes))
        .unwrap_or_else(|| text.into_owned())
}

fn western(bytes: &[u8]) -> String {
    exactly(UTF_8, bytes)
        .or_else(|| in_pairs(bytes).then(|| exactly(GB18030, bytes)).flatten())
        .unwrap_or_else(|| WINDOWS_1252.decode(bytes).0.into_owned())
}

fn guess(bytes: &[u8]) -> String {
    exactly(UTF_8, bytes)
        .or_else(|| exactly(GB18030, bytes))
        .or_else(|| exactly(BIG5, bytes))
        .unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

fn exactly(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
}

fn certainly_utf8(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.chars().any(|c| c >= FIRST_CJK).then(|| text.to_owned())
}

/// Do bytes above ASCII come in pairs, as Chinese characters do and letters with accents do not?
fn in_pairs(bytes: &[u8]) -> bool {
    let mut runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    runs.all(|run| run.len() % 2 == 0 && run.iter().all(|b| *b >= 0xa1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "报表打不开，错误码 42。";
    const TRADITIONAL: &str = "報表打不開，請協助處理。";

    fn bytes(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn labels_as_they_come() {
        let gb = bytes(GB18030, TEXT);
        for label in
            ["GB2312", "gbk", "x-gbk", "gb_2312-80", "GB18030", "\"gb2312\"", "cp936", "", "x-unknown"]
        {
            assert_eq!(decode(label, &gb).unwrap(), TEXT, "{label}");
        }
        let big5 = bytes(BIG5, TRADITIONAL);
        for label in ["big5", "Big5-HKSCS", "cp950"] {
            assert_eq!(decode(label, &big5).unwrap(), TRADITIONAL, "{label}");
        }
        for label in ["utf8", "UTF-8", "", "utf-8;"] {
            assert_eq!(decode(label, TEXT.as_bytes()).unwrap(), TEXT, "{label}");
        }
        let rare = "\u{20bb7}野家";
        assert_eq!(decode("gb2312", &bytes(GB18030, rare)).unwrap(), rare, "a character of GB 18030 only");
    }

    #[test]
    fn wrong_labels_do_no_harm() {
        for label in ["gb2312", "us-ascii", "iso-8859-1", "big5", "shift_jis"] {
            assert_eq!(decode(label, TEXT.as_bytes()).unwrap(), TEXT, "UTF-8 under {label}");
        }
        for label in ["utf-8", "us-ascii", "iso-8859-1", "windows-1252"] {
            assert_eq!(decode(label, &bytes(GB18030, TEXT)).unwrap(), TEXT, "GB 18030 under {label}");
        }
        assert_eq!(decode("iso-8859-1", b"caf\xe9 cr\xe8me").unwrap(), "café crème");
        assert!(
            decode("utf-8", b"ab\xff").unwrap().starts_with("ab"),
            "what nothing can read is kept in part"
        );
    }

    #[test]
    fn utf_7_is_refused() {
        for label in ["UTF-7", "unicode-1-1-utf-7", "csUTF7"] {
            assert_eq!(decode(label, b"+ADw-script+AD4-"), Err(Fault(Reason::Utf7)), "{label}");
        }
    }
}
