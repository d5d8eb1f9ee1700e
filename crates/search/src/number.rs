//! Questions that are one number, written with the gaps that people leave; and the keys under which a number is kept.

use domain::people::parse_phone;
use tantivy::tokenizer::Token;

use crate::analyse::{Folded, idents, token};

/// No identifier of a text begins so: signs become dashes there.
const KEY: &str = "ref:";
/// A number alone has at least so many digits; shorter ones count things.
const FEWEST_DIGITS: usize = 3;
/// Digits of a running number, zeros before it included.
const RUNNING: usize = 5;

/// What a question means that is nothing but a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Number {
    /// Keys of the tickets that have this number, here or elsewhere.
    pub keys: Vec<String>,
    /// The beginning of the keys of a number that is still being typed.
    pub begins: Option<String>,
}

/// The keys of a ticket's own number: whole, without its prefix, running part with and without zeros.
pub(crate) fn own_keys(number: &str) -> Vec<Token> {
    let whole = number.to_lowercase();
    let of_year = whole.split_once('-').map(|(_, rest)| rest.to_owned());
    let running = whole.rsplit('-').next().unwrap_or_default().to_owned();
    keys([whole].into_iter().chain(of_year).chain([without_zeros(&running), running]))
}

/// The keys of a number that a ticket had elsewhere: as an identifier, its digits, its digits without zeros.
pub(crate) fn outside_keys(reference: &str) -> Vec<Token> {
    let folded = Folded::new(reference.trim());
    let whole = folded.text(0, folded.chars.len());
    let digits = whole.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().to_owned();
    let canonical = idents(&folded).into_iter().filter(|i| i.from == 0 && i.to == folded.chars.len());
    let digits =
        if is_number(&digits, FEWEST_DIGITS) { vec![without_zeros(&digits), digits] } else { Vec::new() };
    keys([whole].into_iter().chain(canonical.map(|i| i.text)).chain(digits))
}

fn keys(all: impl Iterator<Item = String>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for text in all.filter(|t| !t.is_empty()).map(|t| format!("{KEY}{t}")) {
        if tokens.iter().all(|t| t.text != text) {
            tokens.push(token(text, tokens.len()));
        }
    }
    tokens
}

/// A question as a number: `2026 345`, `AF-2026-0034`, `Q202600345`, `INC0000045`, `0000045`. Nothing if there is
/// more in it than that.
pub(crate) fn number(text: &str) -> Number {
    let folded = Folded::new(text.trim());
    let whole = folded.text(0, folded.chars.len());
    let parts: Vec<&str> = whole.split(|c: char| c == ' ' || is_dash(c)).filter(|p| !p.is_empty()).collect();
    let mut found = Number::default();
    match parts.as_slice() {
        [year, running] if is_year(year) && is_number(running, 1) => found.of_year("", year, running),
        [prefix, year, running] if is_prefix(prefix) && is_year(year) && is_number(running, 1) => {
            found.of_year(prefix, year, running);
        }
        [prefix, solid] if is_prefix(prefix) => found.solid(prefix, solid),
        [solid] => {
            for at in 1..=solid.len().min(LONGEST_PREFIX) {
                if let Some((prefix, rest)) = solid.split_at_checked(at).filter(|(p, _)| is_prefix(p)) {
                    found.solid(prefix, rest);
                }
            }
        }
        _ => {}
    }
    // Any identifier that is the whole question may be a number of another system, or the running part of ours.
    for ident in idents(&folded).into_iter().filter(|i| i.from == 0 && i.to == folded.chars.len()) {
        if is_number(&ident.text, 1) {
            found.add(without_zeros(&ident.text));
        }
        found.add(ident.text);
    }
    found
}

const LONGEST_PREFIX: usize = 8;

impl Number {
    fn add(&mut self, key: String) {
        let key = format!("{KEY}{key}");
        if key.len() > KEY.len() && !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    fn of_year(&mut self, prefix: &str, year: &str, running: &str) {
        let before = if prefix.is_empty() { year.to_owned() } else { format!("{prefix}-{year}") };
        self.add(format!("{before}-{:0>RUNNING$}", running.trim_start_matches('0')));
        if running.starts_with('0') && (2..RUNNING).contains(&running.len()) {
            self.begins = Some(format!("{KEY}{before}-{running}"));
        }
    }

    /// Year and number without a gap.
    fn solid(&mut self, prefix: &str, digits: &str) {
        if let Some((year, running)) = digits.split_at_checked(4)
            && is_year(year)
            && is_number(running, RUNNING)
        {
            self.of_year(prefix, year, running);
        }
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_number(text: &str, at_least: usize) -> bool {
    (at_least..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && is_number(text, 4) && (text.starts_with("19") || text.starts_with("20"))
}

fn is_prefix(text: &str) -> bool {
    text.len() <= LONGEST_PREFIX && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn without_zeros(digits: &str) -> String {
    let short = digits.trim_start_matches('0');
    if short.len() >= FEWEST_DIGITS { short.to_owned() } else { digits.to_owned() }
}

/// A ticket's number, if the question is one that was written with gaps: `af 2026 345`, `AF 2026-00345`.
pub(crate) fn ticket_number(text: &str) -> Option<String> {
    let folded = Folded::new(text.trim());
    let whole = folded.text(0, folded.chars.len());
    let parts: Vec<&str> = whole.split([' ', '-']).filter(|p| !p.is_empty()).collect();
    let [word, year, running] = parts.as_slice() else { return None };
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let named = word.len() <= 10 && word.bytes().all(|b| b.is_ascii_lowercase());
    let dated = year.len() == 4 && digits(year) && (year.starts_with("19") || year.starts_with("20"));
    let counted = (1..=9).contains(&running.len()) && digits(running);
    (named && dated && counted).then(|| format!("{word}-{year}-{running:0>5}"))
}

/// A telephone number as it is kept, if the question is one, written with the gaps that people leave. Two groups with a
/// hyphen may also be the year and number of a ticket, and eight digits are a date.
pub(crate) fn telephone(text: &str) -> Option<String> {
    let text = text.trim();
    let gaps = text.contains(' ') || text.matches('-').count() > 1 || text.starts_with(['+', '0', '(']);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (gaps && digits >= 10).then(|| parse_phone(text)).flatten().map(|p| p.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_type_it() {
        for (text, keys, begins) in [
            ("2026 345", "2026-00345", ""),
            ("2026-345", "2026-00345 2026-345 2026345", ""),
            ("AF-2026-0034", "af-2026-00034 af-2026-0034", "af-2026-0034"),
            ("A1 2026 345", "a1-2026-00345", ""),
            ("Q 2026 345", "q-2026-00345", ""),
            ("q202600345", "q-2026-00345 q202600345", ""),
            ("Ａ１２０２６００３４５", "a1-2026-00345 a1202600345", ""),
            ("INC0000045", "inc-0000045", ""),
            ("0000345", "345 0000345", ""),
            ("345", "345", ""),
            ("45", "", ""),
            ("报表 2026 345", "", ""),
            ("2026-09-24 之后", "", ""),
        ] {
            let n = number(text);
            let keys_found: Vec<&str> = n.keys.iter().map(|k| &k[KEY.len()..]).collect();
            assert_eq!(keys_found.join(" "), keys, "{text}");
            assert_eq!(n.begins.map_or(String::new(), |b| b[KEY.len()..].to_owned()), begins, "{text}");
        }
    }

    #[test]
    fn numbers_are_kept_under_what_is_typed() {
        let texts =
            |t: Vec<Token>| t.iter().map(|t| t.text[KEY.len()..].to_owned()).collect::<Vec<_>>().join(" ");
        assert_eq!(texts(own_keys("A1-2026-00345")), "a1-2026-00345 2026-00345 345 00345");
        assert_eq!(texts(own_keys("AF-2026-00045")), "af-2026-00045 2026-00045 00045");
        assert_eq!(texts(outside_keys("INC0000045")), "inc0000045 inc-0000045 0000045");
        assert_eq!(texts(outside_keys("INC0000345")), "inc0000345 inc-0000345 345 0000345");
        assert_eq!(texts(outside_keys("")), "");
    }

    #[test]
    fn a_ticket_number_is_known_with_its_gaps() {
        for text in ["af 2026 00345", "AF 2026 345", "ＡＦ　２０２６　３４５", "AF-2026-00345"] {
            assert_eq!(ticket_number(text).as_deref(), Some("af-2026-00345"), "{text}");
        }
        for text in ["http 500", "2026-00345", "oracle 19 2026", "报表 2026 345"] {
            assert_eq!(ticket_number(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_no_telephone_number() {
        assert_eq!(telephone("138 0013 8000").as_deref(), Some("+8613800138000"));
        assert_eq!(telephone("010-62345678").as_deref(), Some("+861062345678"));
        for text in ["2026-09-24", "2026-00345", "0x80070005", "192.168.100.100"] {
            assert_eq!(telephone(text), None, "{text}");
        }
    }
}
