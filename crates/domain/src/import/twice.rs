//! Two rows of one file with the same number: the second is the first again, or a mistake.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Mapping;

/// The numbers of a file as it is read, row by row.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<String, (i64, u64)>);

impl Numbers {
    /// The row that had the same number with other content, if there is one before this. Only columns that mean
    /// something count; rows without a number never meet, and an equal row is only the same once more.
    pub fn clash(&mut self, no: i64, mapping: &Mapping, cells: &[String]) -> Option<i64> {
        let cell = |column: &usize| cells.get(*column).map(|c| c.trim()).unwrap_or_default();
        let number = mapping.0.get("external_ref").map(cell).unwrap_or_default();
        if number.is_empty() {
            return None;
        }
        let mut hash = DefaultHasher::new();
        mapping.0.values().map(cell).collect::<Vec<_>>().hash(&mut hash);
        let print = hash.finish();
        match self.0.entry(number.to_owned()) {
            Entry::Vacant(free) => {
                free.insert((no, print));
                None
            }
            Entry::Occupied(first) => {
                let (first_no, first_print) = *first.get();
                (first_print != print).then_some(first_no)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_other_content_clashes() {
        let mapping = Mapping([("external_ref".to_owned(), 0), ("title".to_owned(), 1)].into());
        let mut numbers = Numbers::default();
        let mut clash = |no, number: &str, title: &str, unasked: &str| {
            let cells = [number, title, unasked].map(str::to_owned);
            numbers.clash(no, &mapping, &cells)
        };
        assert_eq!(clash(1, "A-1", "x", "1"), None);
        assert_eq!(clash(2, " A-1", "x ", "2"), None, "the same once more");
        assert_eq!(clash(3, "A-1", "y", "1"), Some(1));
        assert_eq!(clash(4, "", "x", ""), None);
        assert_eq!(clash(5, "", "y", ""), None);
    }
}
