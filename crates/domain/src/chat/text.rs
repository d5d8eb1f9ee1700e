//! What may be written in a chat: plain text of a bounded length.

/// Characters of one line at most.
pub const MAX_CHARS: usize = 4_000;
/// Characters of a name at most.
pub const MAX_NAME: usize = 100;

/// A line as it is kept: its ends trimmed, line ends one way, nothing that cannot be seen but line ends and tabs.
///
/// # Errors
/// `required`, `too_long`.
pub fn plain(text: &str) -> Result<String, &'static str> {
    let kept = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || is_turning(*c));
    let text: String = text.replace("\r\n", "\n").chars().filter(kept).collect();
    let text = text.trim();
    match text.chars().count() {
        0 => Err("required"),
        n if n > MAX_CHARS => Err("too_long"),
        _ => Ok(text.to_owned()),
    }
}

/// A name or another short text: one line, cut where it is too long.
pub fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() || is_turning(c) { ' ' } else { c });
    let words: String = visible.take(MAX_NAME).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks that turn the direction of what follows; they make a text look like another one.
const fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Is this a name that a browser has given a line, by which it is known again?
pub fn is_sent_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && is_plain_word(text)
}

/// Is this a secret that a browser can have made: 32 random bytes in letters?
pub fn is_token(text: &str) -> bool {
    text.len() == 43 && is_plain_word(text)
}

fn is_plain_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_text_and_not_endless() {
        assert_eq!(plain(" 第一行\r\n第二行\u{7}\u{202e} \n"), Ok("第一行\n第二行".to_owned()));
        assert_eq!(plain("<b>x</b>"), Ok("<b>x</b>".to_owned()), "whoever shows it escapes it");
        assert_eq!(plain(" \n\u{0}"), Err("required"));
        assert_eq!(plain(&"长".repeat(MAX_CHARS)).map(|t| t.chars().count()), Ok(MAX_CHARS));
        assert_eq!(plain(&"长".repeat(MAX_CHARS + 1)), Err("too_long"));
        assert_eq!(one_line(" 李\n工 "), "李 工");
        assert!(is_sent_id("a-B_9") && !is_sent_id("") && !is_sent_id("a b") && !is_sent_id(&"x".repeat(65)));
        assert!(is_token(&"x".repeat(43)) && !is_token(&"x".repeat(42)) && !is_token(&"é".repeat(43)));
    }
}
