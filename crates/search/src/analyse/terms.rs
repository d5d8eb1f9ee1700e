//! The terms of a text, with the places at which they stand.

use std::cell::RefCell;

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer, Token};

use super::dictionary::cut_finely;
use super::fold::{Folded, is_cjk};
use super::ident::{idents, part_of, parts};

/// A stretch of one script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// Written without spaces.
    Cjk { from: usize, to: usize },
    /// A word of letters and digits.
    Word { from: usize, to: usize },
}

/// The terms of a text, by the field that takes them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    pub words: Vec<Token>,
    pub pairs: Vec<Token>,
    pub idents: Vec<Token>,
}

/// Longer words are noise: encoded data, keys.
const LONGEST_WORD: usize = 64;

/// All terms of a text.
pub(crate) fn terms(folded: &Folded) -> Terms {
    let mut terms = Terms { pairs: Vec::with_capacity(folded.chars.len()), ..Terms::default() };
    for run in runs(folded) {
        match run {
            Run::Cjk { from, to } => {
                let text = folded.text(from, to);
                terms
                    .words
                    .extend(cut_finely(&text).iter().map(|t| token(t.word.to_owned(), from + t.start)));
                pairs(folded, from, to, &mut terms.pairs);
            }
            Run::Word { from, to } if to - from <= LONGEST_WORD => {
                terms.words.push(token(stem(&folded.text(from, to)), from));
            }
            Run::Word { .. } => {}
        }
    }
    let parts = parts(folded).into_iter().map(|p| token(part_of(&p.text), p.from));
    terms.idents = idents(folded).into_iter().map(|i| token(i.text, i.from)).chain(parts).collect();
    terms
}

/// Neighbouring characters; the last of a run stands alone, so that a single character is found everywhere.
fn pairs(folded: &Folded, from: usize, to: usize, out: &mut Vec<Token>) {
    for i in from..to {
        out.push(token(folded.text(i, (i + 2).min(to)), i));
    }
}

/// A term at a place.
pub(crate) fn token(text: String, position: usize) -> Token {
    Token { text, position, position_length: 1, offset_from: 0, offset_to: 0 }
}

/// The runs of a text; what is neither letter nor digit separates them.
pub(crate) fn runs(folded: &Folded) -> Vec<Run> {
    let kind = |c: char| if is_cjk(c) { 2_u8 } else { u8::from(c.is_alphanumeric()) };
    let mut runs = Vec::new();
    let mut from = 0;
    for group in folded.chars.chunk_by(|a, b| kind(*a) == kind(*b)) {
        let to = from + group.len();
        match group.first().map(|c| kind(*c)) {
            Some(2) => runs.push(Run::Cjk { from, to }),
            Some(1) => runs.push(Run::Word { from, to }),
            _ => {}
        }
        from = to;
    }
    runs
}

/// The stem of an English word; words with digits or other letters stay.
pub(crate) fn stem(word: &str) -> String {
    thread_local! {
        static STEMMER: RefCell<TextAnalyzer> = RefCell::new(
            TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build(),
        );
    }
    if !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    STEMMER.with_borrow_mut(|stemmer| {
        let mut stream = stemmer.token_stream(word);
        if stream.advance() { stream.token().text.clone() } else { word.to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Terms {
        terms(&Folded::new(text))
    }

    fn texts(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().map(|t| t.text.as_str()).collect()
    }

    #[test]
    fn every_neighbouring_pair_is_a_term() {
        let t = of("数据库锁死了 ORA-00054");
        assert_eq!(texts(&t.pairs), ["数据", "据库", "库锁", "锁死", "死了", "了"]);
        assert!(texts(&t.words).contains(&"数据库") && texts(&t.words).contains(&"数据"), "{:?}", t.words);
        assert_eq!(texts(&t.idents), ["ora-00054", "part:00054"]);
    }

    #[test]
    fn words_are_stemmed_and_chinese_is_simplified() {
        assert_eq!(texts(&of("Connections failing 密碼").words), ["connect", "fail", "密码"]);
        assert_eq!(texts(&of("win10 Müller").words), ["win10", "müller"]);
    }
}
