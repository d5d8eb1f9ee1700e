//! Rows of one file with the same number: a later one is the first that became something once more, or a mistake.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Mapping;

/// The number in a row; empty if it has none. Rows without a number never meet.
pub fn number<'c>(mapping: &Mapping, cells: &'c [String]) -> &'c str {
    mapping.0.get("external_ref").map(|column| cell(cells, *column)).unwrap_or_default()
}

fn cell(cells: &[String], column: usize) -> &str {
    cells.get(column).map(|c| c.trim()).unwrap_or_default()
}

/// Equal for equal content; only columns that mean something count.
fn print(mapping: &Mapping, cells: &[String]) -> u64 {
    let mut hash = DefaultHasher::new();
    mapping.0.values().map(|column| cell(cells, *column)).collect::<Vec<_>>().hash(&mut hash);
    hash.finish()
}

/// Numbers that stand in a file with different contents, each with its rows.
pub type Twice = BTreeMap<String, Vec<i64>>;

/// Looks for [`Twice`] in a file as it is read, row by row.
#[derive(Debug, Default)]
pub struct Look(HashMap<String, Rows>);

#[derive(Debug)]
struct Rows {
    first: u64,
    differ: bool,
    rows: Vec<i64>,
}

impl Look {
    /// The next row.
    pub fn take(&mut self, no: i64, mapping: &Mapping, cells: &[String]) {
        let number = number(mapping, cells);
        if number.is_empty() {
            return;
        }
        let print = print(mapping, cells);
        let new = || Rows { first: print, differ: false, rows: Vec::new() };
        let known = self.0.entry(number.to_owned()).or_insert_with(new);
        known.differ |= known.first != print;
        known.rows.push(no);
    }

    /// What was found.
    pub fn found(self) -> Twice {
        self.0.into_iter().filter(|(_, r)| r.differ).map(|(number, r)| (number, r.rows)).collect()
    }
}

/// The rows of a file that became something, by number.
#[derive(Debug, Clone, Default)]
pub struct Numbers(BTreeMap<String, (i64, u64)>);

impl Numbers {
    /// The row that has the same number and other content, if one became something before this.
    pub fn clash(&self, mapping: &Mapping, cells: &[String]) -> Option<i64> {
        let (first, was) = self.0.get(number(mapping, cells))?;
        (*was != print(mapping, cells)).then_some(*first)
    }

    /// A row became something, or is known already.
    pub fn keep(&mut self, no: i64, mapping: &Mapping, cells: &[String]) {
        let number = number(mapping, cells);
        if !number.is_empty() {
            self.0.entry(number.to_owned()).or_insert_with(|| (no, print(mapping, cells)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        Mapping([("external_ref".to_owned(), 0), ("title".to_owned(), 1)].into())
    }

    fn cells(number: &str, title: &str, unasked: &str) -> [String; 3] {
        [number, title, unasked].map(str::to_owned)
    }

    #[test]
    fn numbers_with_different_contents_are_found() {
        let mut look = Look::default();
        let rows = [("A", "x"), (" A", "x "), ("A", "y"), ("B", "x"), ("B", "x"), ("", "x"), ("", "y")];
        for (no, (number, title)) in (1..).zip(rows) {
            look.take(no, &mapping(), &cells(number, title, "unasked"));
        }
        assert_eq!(look.found(), Twice::from([("A".to_owned(), vec![1, 2, 3])]));
    }

    #[test]
    fn a_row_clashes_with_the_first_that_became_something() {
        let (mapping, mut numbers) = (mapping(), Numbers::default());
        let (x, y) = (cells("A-1", "x", "1"), cells(" A-1", "y", "1"));
        assert_eq!(numbers.clash(&mapping, &x), None);
        assert_eq!(numbers.clash(&mapping, &y), None, "the first was bad");
        numbers.keep(2, &mapping, &y);
        assert_eq!(numbers.clash(&mapping, &cells("A-1", "y ", "2")), None, "the same once more");
        numbers.keep(3, &mapping, &cells("A-1", "y ", "2"));
        assert_eq!(numbers.clash(&mapping, &x), Some(2));
        numbers.keep(4, &mapping, &cells("", "x", ""));
        assert_eq!(numbers.clash(&mapping, &cells("", "y", "")), None);
    }
}
