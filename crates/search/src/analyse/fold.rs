//! Text in the spelling in which it is compared: compatibility forms, width and case folded, traditional
//! characters simplified. Every folded character knows the bytes from which it came.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::dictionary::simplified;

/// A folded text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folded {
    pub chars: Vec<char>,
    /// Start and end of each character's origin, in bytes.
    pub origin: Vec<(usize, usize)>,
}

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        let mut folded =
            Self { chars: Vec::with_capacity(text.len()), origin: Vec::with_capacity(text.len()) };
        let mut rest = text.char_indices().peekable();
        while let Some((start, c)) = rest.next() {
            let mut end = start + c.len_utf8();
            while let Some((at, mark)) = rest.next_if(|(_, m)| is_combining_mark(*m)) {
                end = at + mark.len_utf8();
            }
            if c.is_ascii() && end == start + 1 {
                folded.push(c.to_ascii_lowercase(), start, end);
                continue;
            }
            if is_settled(c) && end == start + c.len_utf8() {
                folded.push(simplified(c), start, end);
                continue;
            }
            for plain in text.get(start..end).unwrap_or_default().nfkc() {
                for lower in plain.to_lowercase().filter(|l| !is_invisible(*l)) {
                    folded.push(if is_cjk(lower) { simplified(lower) } else { lower }, start, end);
                }
            }
        }
        folded
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        self.chars.push(if c.is_whitespace() { ' ' } else { c });
        self.origin.push((start, end));
    }

    /// The bytes of the original from which a stretch of characters came.
    pub(crate) fn bytes(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.origin.get(from).map_or(0, |o| o.0);
        let end = to.checked_sub(1).and_then(|last| self.origin.get(last)).map_or(start, |o| o.1);
        (start, end)
    }

    /// A stretch as text.
    pub(crate) fn text(&self, from: usize, to: usize) -> String {
        let chars = self.chars.get(from..to).unwrap_or_default();
        // `collect` would grow the text several times, and every pair of characters is one.
        let mut text = String::with_capacity(chars.iter().map(|c| c.len_utf8()).sum());
        text.extend(chars);
        text
    }
}

/// The common Chinese characters: they have neither case nor a compatibility form.
fn is_settled(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Characters that are there without being seen: joiners, marks of direction, byte order.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Scripts that are written without spaces.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}'
        | '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' | '\u{3005}'..='\u{3007}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_case_and_tradition_and_keeps_places() {
        let folded = |t: &str| Folded::new(t).chars.into_iter().collect::<String>();
        assert_eq!(folded("ＯＲＡ－０００５４"), "ora-00054");
        assert_eq!(folded("資料庫 鎖死"), "资料库 锁死");
        assert_eq!(folded("Ça va ﬁne e\u{301}t\u{200b}é"), "ça va fine été");
        assert_eq!(folded("a\u{3000}b\nc"), "a b c");
        let f = Folded::new("鎖死 ﬁ");
        assert_eq!((f.bytes(0, 2), f.bytes(3, 5)), ((0, 6), (7, 10)));
    }

    #[test]
    fn settled_characters_fold_to_themselves() {
        for c in ('\u{0}'..=char::MAX).filter(|c| is_settled(*c)) {
            let forms: Vec<char> = c.nfkc().flat_map(char::to_lowercase).collect();
            assert_eq!(forms, [c]);
        }
    }
}
