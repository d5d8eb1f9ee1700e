//! Questions that are one number, written with the gaps that people leave.

use domain::people::parse_phone;

use crate::analyse::Folded;

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
