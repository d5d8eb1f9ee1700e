//! The official Chinese calendar that ships with the product: days off and make-up workdays.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::ExceptionDoc;

const TABLE: &str = include_str!("china.tsv");

/// The exceptions of the published years, one per date; names are locale keys (`holiday-spring_festival`).
/// Source: the State Council's notices on holiday arrangements, 2020–2026.
pub fn china_exceptions() -> Vec<ExceptionDoc> {
    TABLE.lines().filter(|l| !l.starts_with('#')).flat_map(row).collect()
}

/// The years for which [`china_exceptions`] is complete.
pub fn china_coverage() -> BTreeSet<i16> {
    (2020..=2026).collect()
}

fn row(line: &str) -> Vec<ExceptionDoc> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [first, last, kind, name] = fields.as_slice() else { return Vec::new() };
    let (Ok(first), Ok(last), Ok(kind)) = (first.parse::<Date>(), last.parse::<Date>(), kind.parse()) else {
        return Vec::new();
    };
    first
        .series(jiff::Span::new().days(1))
        .take_while(|d| *d <= last)
        .map(|date| ExceptionDoc { date, kind, name: (*name).to_owned(), windows: Vec::new() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::ExceptionKind;
    use super::*;

    #[test]
    fn every_line_is_read_and_the_years_have_the_published_number_of_days() {
        let rows = china_exceptions();
        let count = |kind, year| rows.iter().filter(|e| e.kind == kind && e.date.year() == year).count();
        let off: Vec<_> = (2020..=2026).map(|y| count(ExceptionKind::Off, y)).collect();
        let makeup: Vec<_> = (2020..=2026).map(|y| count(ExceptionKind::MakeupWork, y)).collect();
        assert_eq!(off, [30, 31, 32, 26, 28, 28, 33]);
        assert_eq!(makeup, [7, 7, 7, 7, 8, 5, 6]);
    }
}
