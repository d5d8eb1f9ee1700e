//! The dictionaries, loaded once per process: words of Chinese, simplified forms of traditional characters,
//! words that carry no meaning in a question.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use jieba_rs::{Jieba, Token};

use super::fold::is_cjk;

static WORDS: OnceLock<Jieba> = OnceLock::new();
static SIMPLIFIED: OnceLock<HashMap<char, char>> = OnceLock::new();

pub(super) fn warm() {
    WORDS.get_or_init(Jieba::new);
    SIMPLIFIED.get_or_init(simplified_forms);
}

/// The words of a run of Chinese, without overlap.
pub(crate) fn cut(run: &str) -> Vec<Token<'_>> {
    WORDS.get_or_init(Jieba::new).cut(run, true)
}

/// The words of a run of Chinese with the words inside long words; these overlap.
pub(super) fn cut_finely(run: &str) -> Vec<Token<'_>> {
    WORDS.get_or_init(Jieba::new).cut_for_search(run, true)
}

/// The simplified form of a character. One for one, so that every character keeps its place in the text.
pub(super) fn simplified(c: char) -> char {
    SIMPLIFIED.get_or_init(simplified_forms).get(&c).copied().unwrap_or(c)
}

fn simplified_forms() -> HashMap<char, char> {
    // The conversion table is part of the program; if it were broken, traditional text would only be found as written.
    let Ok(converter) = OpenCC::from_config(BuiltinConfig::T2s) else { return HashMap::new() };
    let all = ('\u{3400}'..='\u{9fff}').chain('\u{f900}'..='\u{faff}').filter(|c| is_cjk(*c));
    all.filter_map(|c| {
        let simple = converter.convert(c.encode_utf8(&mut [0; 4]));
        let mut chars = simple.chars();
        chars.next().filter(|s| *s != c && chars.next().is_none()).map(|s| (c, s))
    })
    .collect()
}

/// Does the word only hold a question together?
pub(crate) fn is_stop_word(word: &str) -> bool {
    static STOP: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let words = || include_str!("stop_words.txt").lines().flat_map(str::split_whitespace).collect();
    STOP.get_or_init(words).contains(word)
}
