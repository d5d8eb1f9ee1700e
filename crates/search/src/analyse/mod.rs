//! Text becomes terms: the same chain when an entry is written and when a question is asked.
//! Folding → jieba words, CJK bigrams, stemmed Latin words, exact identifiers.

mod dictionary;
mod fold;
mod ident;
mod terms;

pub(crate) use dictionary::{cut, is_stop_word};
pub(crate) use fold::{Folded, is_cjk};
pub(crate) use ident::{Ident, idents, joined_words, part_of, parts};
pub(crate) use terms::{Run, Terms, runs, stem, terms, token};

/// The version of the chain with its dictionary. An index that was written by another one is built anew.
pub const VERSION: &str = "2 jieba-0.11 opencc-0.4";

/// Loads the dictionary, which takes some 30 MB and a tenth of a second; later calls return at once.
pub fn warm() {
    dictionary::warm();
}
