//! "Did you mean": when nothing is found, Latin words are compared with those of documents that exist for the reader.
//! Chinese is left alone: another character is another word, not a slip of the finger.

use std::collections::HashMap;

use tantivy::TantivyDocument;
use tantivy::schema::{Field, Value};

use crate::Result;
use crate::analyse::{Folded, Run, runs, stem};
use crate::collect::Best;
use crate::find::{Ask, Reader};
use crate::generation::Generation;
use crate::query::{self, Question};

/// Shorter words are as near to everything.
const SHORTEST: usize = 4;
/// From this length on, two slips are forgiven.
const TWO_SLIPS_FROM: usize = 8;
/// The words are taken from so many of the best documents.
const DOCUMENTS: usize = 20;
/// Of each document this much is read.
const CHARS: usize = 4_000;

/// How many slips a word of Latin letters may have; `None` if it is not one that is guessed.
pub(crate) fn slips(word: &str) -> Option<u8> {
    let plain = word.bytes().all(|b| b.is_ascii_lowercase());
    (plain && word.len() >= SHORTEST).then_some(if word.len() < TWO_SLIPS_FROM { 1 } else { 2 })
}

/// The question with its Latin words as documents of this reader spell them; `None` if that is no other question.
/// Nothing is read that the reader could not find by other words.
pub(crate) fn suggest(generation: &Generation, ask: &Ask, reader: &Reader) -> Result<Option<String>> {
    let folded = Folded::new(&ask.text);
    let question = Question::new(&ask.text).loosely();
    if !question.is_loose() {
        return Ok(None);
    }
    let Some(query) = query::build(&generation.fields, &question, ask, reader) else { return Ok(None) };
    let (searcher, _) = generation.searcher();
    let found = searcher.search(&query, &Best { section: ask.section, after: None, limit: DOCUMENTS })?;
    let mut known: HashMap<String, usize> = HashMap::new();
    for (_, at) in found.best {
        let doc: TantivyDocument = searcher.doc(at)?;
        count_words(generation, &doc, reader, &mut known);
    }
    let mut text = ask.text.clone();
    for run in runs(&folded).into_iter().rev() {
        let Run::Word { from, to } = run else { continue };
        if let Some(better) = nearest(&folded.text(from, to), &known) {
            let (start, end) = folded.bytes(from, to);
            text.replace_range(start..end, better);
        }
    }
    Ok((text != ask.text).then_some(text))
}

fn count_words(
    generation: &Generation,
    doc: &TantivyDocument,
    reader: &Reader,
    known: &mut HashMap<String, usize>,
) {
    let f = &generation.fields;
    let note = reader.internal.then_some(f.note_kept);
    let text = |field: Field| doc.get_first(field).and_then(|v| v.as_str()).unwrap_or_default();
    for field in [f.title_kept, f.text_kept, f.names_kept].into_iter().chain(note) {
        let start: String = text(field).chars().take(CHARS).collect();
        let folded = Folded::new(&start);
        for run in runs(&folded) {
            let Run::Word { from, to } = run else { continue };
            let word = folded.text(from, to);
            if slips(&word).is_some() {
                *known.entry(word).or_default() += 1;
            }
        }
    }
}

/// The known word with the fewest slips, the most frequent of these; `None` if the word itself is known.
fn nearest<'k>(word: &str, known: &'k HashMap<String, usize>) -> Option<&'k str> {
    let most = usize::from(slips(word)?);
    let own = stem(word);
    if known.keys().any(|k| stem(k) == own) {
        return None;
    }
    let near = known.iter().filter_map(|(k, n)| {
        let far = distance(word.as_bytes(), k.as_bytes()).min(distance(own.as_bytes(), stem(k).as_bytes()));
        (far <= most).then_some((far, std::cmp::Reverse(*n), k.as_str()))
    });
    near.min().map(|(_, _, k)| k)
}

/// Letters put in, left out, exchanged, or swapped with the next one.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut best = at(&above, j) + usize::from(x != y);
            best = best.min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_slips() {
        for (a, b, want) in [
            ("printer", "printer", 0),
            ("pritner", "printer", 1),
            ("printr", "printer", 1),
            ("prlntter", "printer", 2),
            ("", "abc", 3),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), want, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_word_is_the_most_frequent_one() {
        let known: HashMap<String, usize> =
            [("printer", 2), ("painter", 5), ("connections", 1)].map(|(k, n)| (k.to_owned(), n)).into();
        assert_eq!(nearest("pinter", &known), Some("painter"));
        assert_eq!(nearest("pritner", &known), Some("printer"));
        assert_eq!(nearest("conections", &known), Some("connections"));
        assert_eq!(nearest("connection", &known), None, "it is there");
        assert_eq!((nearest("pin", &known), nearest("oracle", &known)), (None, None));
    }
}
