//! Exact identifiers, found by hand: ticket numbers, error codes, versions, addresses, telephone numbers.
//! `ORA-00054`, `ORA 00054` and `ora00054` are one identifier, and so are `v3.2.1` and `3.2.1`. People also look for a
//! part of one: the number of a code, either side of an address.

use super::fold::Folded;

/// An identifier in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ident {
    pub text: String,
    /// First character and the one after the last.
    pub from: usize,
    pub to: usize,
    /// `http 500` is written apart: it may also be a word beside a number.
    pub apart: bool,
}

/// A stretch of letters and digits, joined by single signs.
struct Piece {
    from: usize,
    to: usize,
}

/// All identifiers of a text; some overlap, as `http-500` and `500` do.
pub(crate) fn idents(folded: &Folded) -> Vec<Ident> {
    let pieces = pieces(&folded.chars);
    let mut found = Vec::new();
    let mut word_before: Option<(&Piece, String)> = None;
    for piece in &pieces {
        let text = folded.text(piece.from, piece.to);
        if let Some((word, before)) = word_before.take()
            && word.to + 1 == piece.from
            && folded.chars.get(word.to) == Some(&' ')
            && is_number(&text, 3)
        {
            found.push(Ident {
                text: format!("{before}-{text}"),
                from: word.from,
                to: piece.to,
                apart: true,
            });
        }
        let push = |text: String| Ident { text, from: piece.from, to: piece.to, apart: false };
        found.extend(canonical(&text).into_iter().map(push));
        if (2..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase()) {
            word_before = Some((piece, text));
        }
    }
    found
}

/// No identifier begins so: the part of one is told from one that stands there by itself.
const PART: &str = "part:";

/// The spelling under which a part of an identifier is kept.
pub(crate) fn part_of(ident: &str) -> String {
    format!("{PART}{ident}")
}

/// The parts by which an identifier is looked for, each in the spelling of an identifier. Numbers alone have none:
/// `2026` is in every date.
pub(crate) fn parts(folded: &Folded) -> Vec<Ident> {
    let mut found = Vec::new();
    for piece in pieces(&folded.chars) {
        let text = folded.text(piece.from, piece.to);
        if !(2..=LONGEST).contains(&text.len()) || !text.bytes().any(|b| b.is_ascii_lowercase()) {
            continue;
        }
        let chars: Vec<char> = text.chars().collect();
        let mut add = |from: usize, part: &[char], spellings: fn(&str) -> Vec<String>| {
            let all = spellings(&part.iter().collect::<String>());
            let (from, to) = (piece.from + from, piece.from + from + part.len());
            found.extend(all.into_iter().map(|text| Ident { text, from, to, apart: false }));
        };
        if let Some(at) = chars.iter().position(|c| *c == '@') {
            let (name, domain) = (chars.get(..at), chars.get(at + 1..));
            add(0, name.unwrap_or_default(), side);
            add(at + 1, domain.unwrap_or_default(), side);
        }
        let mut from = 0;
        for part in chars.split(|c| joins(*c)) {
            add(from, part, if part.len() == chars.len() { numbers_within } else { member });
            from += part.len() + 1;
        }
    }
    found
}

/// A word of several that are joined, as a whole: `metro.binjiang.example`. Nothing for what is an identifier anyway.
pub(crate) fn joined_words(folded: &Folded) -> Vec<String> {
    let texts = pieces(&folded.chars).into_iter().map(|p| folded.text(p.from, p.to));
    let several = texts.filter(|t| t.chars().any(joins) && t.len() <= LONGEST && canonical(t).is_empty());
    several.map(|t| joined(&t)).collect()
}

/// One side of an address.
fn side(text: &str) -> Vec<String> {
    let spelled = canonical(text);
    if spelled.is_empty() { vec![joined(text)] } else { spelled }
}

/// A part between signs, if there is a digit in it, and the numbers within.
fn member(text: &str) -> Vec<String> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    single_part(text).into_iter().chain(numbers_within(text)).collect()
}

/// The number after the letters of a code.
fn numbers_within(text: &str) -> Vec<String> {
    let number = text.strip_prefix("0x").unwrap_or(text.trim_start_matches(|c: char| c.is_ascii_lowercase()));
    let is_part = number.len() < text.len() && is_number(number, 3);
    if is_part { vec![phone(number)] } else { Vec::new() }
}

fn pieces(chars: &[char]) -> Vec<Piece> {
    let plain = |i: usize| chars.get(i).is_some_and(char::is_ascii_alphanumeric);
    let mut pieces = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if !plain(i) {
            i += 1;
            continue;
        }
        let from = i;
        while plain(i) || (chars.get(i).is_some_and(|c| joins(*c)) && plain(i + 1)) {
            i += 1;
        }
        pieces.push(Piece { from, to: i });
    }
    pieces
}

fn joins(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '#' | '+' | '\u{2010}'..='\u{2014}' | '\u{2212}')
}

fn is_number(text: &str, at_least: usize) -> bool {
    text.len() >= at_least && text.bytes().all(|b| b.is_ascii_digit())
}

/// Longer ones are encoded data.
const LONGEST: usize = 64;

/// With one sign between the parts, whatever stands there; points and the sign of addresses stay.
fn joined(piece: &str) -> String {
    let keeps = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '@');
    piece.chars().map(|c| if keeps(c) { c } else { '-' }).collect()
}

/// The spellings under which a piece is found; none for plain words.
fn canonical(piece: &str) -> Vec<String> {
    if piece.len() > LONGEST || (!piece.contains('@') && !piece.bytes().any(|b| b.is_ascii_digit())) {
        return Vec::new();
    }
    let joined = joined(piece);
    let parts: Vec<&str> = joined.split(['-', '.', '@']).collect();
    if let [single] = parts.as_slice() {
        return single_part(single);
    }
    if parts.iter().all(|p| is_number(p, 1)) {
        let digits = parts.concat();
        // A version keeps its points; a telephone number loses its dashes.
        return if joined.contains('-') && digits.len() >= 7 {
            vec![joined, phone(&digits)]
        } else {
            vec![joined]
        };
    }
    let version = joined.strip_prefix('v').filter(|v| v.split('.').all(|p| is_number(p, 1)));
    vec![version.map_or_else(|| joined.clone(), str::to_owned)]
}

fn single_part(text: &str) -> Vec<String> {
    if is_number(text, 1) {
        return if text.len() >= 3 { vec![phone(text)] } else { Vec::new() };
    }
    if text.starts_with("0x") {
        return vec![text.to_owned()];
    }
    let letters = text.len() - text.trim_start_matches(|c: char| c.is_ascii_lowercase()).len();
    match text.split_at_checked(letters) {
        Some((word, number)) if (2..=10).contains(&word.len()) && is_number(number, 3) => {
            vec![format!("{word}-{number}")]
        }
        _ => vec![text.to_owned()],
    }
}

/// A Chinese mobile number without its country code.
fn phone(digits: &str) -> String {
    let national = digits.strip_prefix("86").filter(|n| n.len() == 11 && n.starts_with('1'));
    national.unwrap_or(digits).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        idents(&Folded::new(text)).into_iter().map(|i| i.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn finds_what_is_exact() {
        for (text, want) in [
            ("见工单AF-2025-00123。", "af-2025-00123"),
            ("报 ORA-00054 错误", "ora-00054"),
            ("ora00054", "ora-00054"),
            ("ＯＲＡ－０００５４", "ora-00054"),
            ("0x80070005", "0x80070005"),
            ("升级到v3.2.1后", "3.2.1"),
            ("版本 3.2.1", "3.2.1"),
            ("HTTP 500", "http-500 500"),
            ("HTTP500", "http-500"),
            ("+86 138-0013-8000", "138-0013-8000 13800138000"),
            ("+8613800138000", "13800138000"),
            ("ben@north.example", "ben@north.example"),
            ("windows 10, plain-word", ""),
            ("KB5001330/x", "kb5001330-x"),
        ] {
            assert_eq!(found(text), want, "{text}");
        }
    }

    #[test]
    fn finds_the_parts_of_what_is_exact() {
        for (text, want) in [
            ("ORA-00060", "00060"),
            ("ora00060", "00060"),
            ("0x80070005", "80070005"),
            ("KB5001330/x", "kb-5001330 5001330"),
            ("ben@north.example", "ben north.example"),
            ("wu_01@metro2.example", "wu-01 metro2.example metro2"),
            ("2026-09-24 138-0013-8000 3.2.1", ""),
            ("plain-word", ""),
        ] {
            let all: Vec<String> = parts(&Folded::new(text)).into_iter().map(|i| i.text).collect();
            assert_eq!(all.join(" "), want, "{text}");
        }
        assert_eq!(
            joined_words(&Folded::new("见 Metro.Binjiang.example，plain ORA-1")),
            ["metro.binjiang.example"]
        );
    }
}
