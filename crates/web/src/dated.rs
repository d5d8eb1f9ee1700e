//! A text whose dates are not broken at their hyphens.

use std::fmt::{self, Display};

use askama::filters::{Html, HtmlSafe, escape};

/// Writes a text as HTML in which each date stays on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dated<'a>(pub &'a str);

impl HtmlSafe for Dated<'_> {}

impl Display for Dated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.split_inclusive(|c: char| !of_date(c)) {
            let end = part.find(|c: char| !of_date(c)).unwrap_or(part.len());
            let (date, rest) = part.split_at(end);
            if date.len() >= "2026-10".len() && date.contains('-') {
                write!(f, "<span class=\"nowrap\">{date}</span>")?;
            } else {
                f.write_str(date)?;
            }
            write!(f, "{}", escape(rest, Html).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

fn of_date(c: char) -> bool {
    c.is_ascii_digit() || c == '-'
}

#[cfg(test)]
mod tests {
    use super::Dated;

    #[test]
    fn dates_stay_whole_and_the_rest_is_escaped() {
        assert_eq!(
            Dated("高于 2026-11-01 <至> 2026-11-27 的 96.4%，-3，2026-10").to_string(),
            "高于 <span class=\"nowrap\">2026-11-01</span> &#60;至&#62; <span class=\"nowrap\">2026-11-27</span> 的 96.4%，-3，<span class=\"nowrap\">2026-10</span>"
        );
    }
}
