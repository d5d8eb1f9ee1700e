//! Ticket numbers: prefix, year, running number of that year.

/// Not a ticket number of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a ticket number: {0:?}")]
pub struct NumberError(pub String);

/// `AF-2026-00187`; the running number grows beyond five digits.
pub fn format_number(prefix: &str, year: i16, running: i64) -> String {
    format!("{prefix}-{year:04}-{running:05}")
}

/// Reads a number as people write it: any case, surrounding space, full-width hyphens. Returns its canonical text.
///
/// # Errors
/// [`NumberError`] when it has not the shape `PREFIX-YYYY-NNNNN`.
pub fn parse_number(text: &str) -> Result<String, NumberError> {
    let canonical: String = text
        .trim()
        .chars()
        .map(|c| if matches!(c, '\u{ff0d}' | '\u{2013}' | '\u{2014}') { '-' } else { c.to_ascii_uppercase() })
        .collect();
    let parts: Vec<&str> = canonical.split('-').collect();
    let digits =
        |s: &str, min: usize| s.len() >= min && s.len() <= 12 && s.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        [prefix, year, running]
            if !prefix.is_empty()
                && prefix.len() <= 8
                && prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                && year.len() == 4
                && digits(year, 4)
                && digits(running, 5) =>
        {
            Ok(canonical)
        }
        _ => Err(NumberError(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_beyond_five_digits() {
        assert_eq!(format_number("AF", 2026, 187), "AF-2026-00187");
        assert_eq!(format_number("AF", 2026, 123_456), "AF-2026-123456");
    }

    #[test]
    fn reads_numbers_as_people_write_them() {
        assert_eq!(parse_number(" af－2026—00187 ").unwrap(), "AF-2026-00187");
        for bad in ["", "AF-26-00187", "AF-2026-187", "AF-2026-0018x", "-2026-00187", "AF-2026-00187-1"] {
            assert!(parse_number(bad).is_err(), "{bad}");
        }
    }
}
