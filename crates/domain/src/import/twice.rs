//! Two rows of one file with the same number: the second is the first again, or a mistake.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The numbers of a file as it is read, row by row.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<String, (i64, u64)>);

impl Numbers {
    /// The row that had the same number with other content, if there is one before this. Rows without a number never
    /// meet, and an equal row is only the same once more.
    pub fn clash(&mut self, no: i64, number: &str, cells: &[String]) -> Option<i64> {
        let number = number.trim();
        if number.is_empty() {
            return None;
        }
        let mut hash = DefaultHasher::new();
        cells.iter().map(|c| c.trim()).collect::<Vec<_>>().hash(&mut hash);
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
        let mut numbers = Numbers::default();
        let row = |text: &str| vec!["A-1".to_owned(), text.to_owned()];
        assert_eq!(numbers.clash(1, "A-1", &row("x")), None);
        assert_eq!(numbers.clash(2, " A-1", &row("x ")), None, "the same once more");
        assert_eq!(numbers.clash(3, "A-1", &row("y")), Some(1));
        assert_eq!(numbers.clash(4, "", &row("x")), None);
        assert_eq!(numbers.clash(5, "", &row("y")), None);
    }
}
