//! What a caller prepares before calling: the five facts under a code of six digits, for a day (S1-13 … S1-19).

mod calm;

pub use calm::{Arrival, Calm, WEEKS, Wait};

use crate::id::ProductId;
use crate::ticket::Facts;
use crate::time::Timestamp;

/// How long a code lives.
pub const LIFE_S: i64 = 86_400;
/// Codes are smaller than this.
const CODES: u32 = 1_000_000;

/// What was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreTicket {
    /// Six digits.
    pub code: String,
    /// The product.
    pub product: Option<ProductId>,
    /// The five facts.
    pub facts: Facts,
    /// When it was prepared.
    pub made_at: Timestamp,
    /// When the code is good no more.
    pub expires_at: Timestamp,
}

/// Codes made of unpredictable bytes, each as likely as any other.
pub fn codes(bytes: &[u8]) -> Vec<String> {
    let whole = u32::MAX - u32::MAX % CODES;
    let numbers = bytes.chunks_exact(4).filter_map(|c| Some(u32::from_be_bytes(c.try_into().ok()?)));
    numbers.filter(|n| *n < whole).map(|n| format!("{:06}", n % CODES)).collect()
}

/// A code as people type it: with spaces or hyphens, also in wide digits.
pub fn parse_code(text: &str) -> Option<String> {
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
        _ => None,
    };
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-' && *c != '\u{ff0d}');
    let code: String = kept.map(digit).collect::<Option<_>>()?;
    (code.len() == 6).then_some(code)
}

/// The facts of a form, with what was prepared where nothing was typed: names of the facts that were filled in.
pub fn fill(typed: &mut Facts, prepared: &Facts) -> Vec<&'static str> {
    let mut filled = Vec::new();
    let mut fact = |name, typed: &mut String, prepared: &String| {
        if typed.trim().is_empty() && !prepared.is_empty() {
            typed.clone_from(prepared);
            filled.push(name);
        }
    };
    fact("symptom", &mut typed.symptom, &prepared.symptom);
    fact("occurrence", &mut typed.occurrence, &prepared.occurrence);
    fact("system", &mut typed.system, &prepared.system);
    fact("version", &mut typed.version, &prepared.version);
    fact("error_code", &mut typed.error_code, &prepared.error_code);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_and_none_is_likelier() {
        assert_eq!(codes(&[0, 0, 0, 7, 0x00, 0x0f, 0x42, 0x3f]), ["000007", "999999"]);
        // Beyond the last whole million a number would favour small codes.
        assert!(codes(&[0xff; 4]).is_empty());
        assert!(codes(&[1, 2, 3]).is_empty());
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for (typed, read) in [
            ("012345", Some("012345")),
            (" 012 345 ", Some("012345")),
            ("012-345", Some("012345")),
            ("\u{ff10}\u{ff11}2345", Some("012345")),
            ("12345", None),
            ("1234567", None),
            ("12a456", None),
            ("", None),
        ] {
            assert_eq!(parse_code(typed).as_deref(), read, "{typed}");
        }
    }

    #[test]
    fn what_was_typed_stays() {
        let mut typed = Facts { symptom: "typed".to_owned(), ..Facts::default() };
        let prepared =
            Facts { symptom: "prepared".to_owned(), system: "Windows 10".to_owned(), ..Facts::default() };
        assert_eq!(fill(&mut typed, &prepared), ["system"]);
        assert_eq!((typed.symptom.as_str(), typed.system.as_str()), ("typed", "Windows 10"));
    }
}
