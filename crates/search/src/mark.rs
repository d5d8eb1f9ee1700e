//! Quoting: the best stretch of a text with the words marked. Text is escaped first, and a mark never stands
//! within another one.

use std::collections::HashSet;

use crate::analyse::{Folded, Run, idents, parts, runs, stem};

/// What is to be marked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    /// Stretches of Chinese, as characters.
    pub needles: Vec<Vec<char>>,
    /// Stems of Latin words.
    pub stems: HashSet<String>,
    /// The beginning of a word that is still being typed.
    pub prefix: Option<String>,
    /// Identifiers.
    pub idents: HashSet<String>,
}

/// A place to be marked, in characters of the folded text; `what` tells the words apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    from: usize,
    to: usize,
    what: usize,
}

/// A quotation has about this many characters, this many of them before the first mark.
const LENGTH: usize = 110;
const BEFORE: usize = 24;

impl Marks {
    /// A whole text with its marks.
    pub(crate) fn whole(&self, text: &str) -> String {
        let folded = Folded::new(text);
        render(text, &folded, &self.places(&folded), 0, folded.chars.len())
    }

    /// The stretch of a text in which most of the words stand; of the second text if the first has none.
    pub(crate) fn snippet(&self, text: &str, other: &str) -> String {
        let folded = Folded::new(text);
        let places = self.places(&folded);
        if places.is_empty() && !other.is_empty() {
            let second = Folded::new(other);
            let there = self.places(&second);
            if !there.is_empty() {
                return quote(other, &second, &there);
            }
        }
        quote(text, &folded, &places)
    }

    fn places(&self, folded: &Folded) -> Vec<Place> {
        let mut places = Vec::new();
        for (what, needle) in self.needles.iter().enumerate().filter(|(_, n)| !n.is_empty()) {
            let found = folded.chars.windows(needle.len()).enumerate().filter(|(_, w)| w == needle);
            places.extend(found.map(|(from, _)| Place { from, to: from + needle.len(), what }));
        }
        let many = self.needles.len();
        if !self.stems.is_empty() || self.prefix.is_some() {
            for run in runs(folded) {
                let Run::Word { from, to } = run else { continue };
                let word = folded.text(from, to);
                let starts = self.prefix.as_ref().is_some_and(|p| word.starts_with(p.as_str()));
                if starts || self.stems.contains(&stem(&word)) {
                    places.push(Place { from, to, what: many + word.len() });
                }
            }
        }
        if !self.idents.is_empty() {
            let all = idents(folded).into_iter().chain(parts(folded));
            let found = all.filter(|i| self.idents.contains(&i.text));
            places.extend(found.map(|i| Place { from: i.from, to: i.to, what: many + 100 }));
        }
        places.sort_unstable();
        places
    }
}

/// The window with the most different words, then the most words.
fn quote(text: &str, folded: &Folded, places: &[Place]) -> String {
    let all = folded.chars.len();
    let worth = |start: usize| {
        let within = places.iter().filter(|p| p.from >= start && p.to <= start + LENGTH - BEFORE);
        let words: HashSet<usize> = within.clone().map(|p| p.what).collect();
        (words.len(), within.count())
    };
    let mut best = (0, (0, 0));
    for p in places.iter().take(200) {
        let w = worth(p.from);
        if w > best.1 {
            best = (p.from, w);
        }
    }
    let from = if best.0 <= BEFORE { 0 } else { word_start(folded, best.0 - BEFORE) };
    let to = word_start(folded, (from + LENGTH).min(all));
    let mut out = String::new();
    if from > 0 {
        out.push('\u{2026}');
    }
    out.push_str(&render(text, folded, places, from, to));
    if to < all {
        out.push('\u{2026}');
    }
    out
}

/// Does not cut a Latin word in two, if it is not too long.
fn word_start(folded: &Folded, at: usize) -> usize {
    let latin = |i: usize| folded.chars.get(i).is_some_and(char::is_ascii_alphanumeric);
    if at >= folded.chars.len() || !latin(at) {
        return at;
    }
    let start = (at.saturating_sub(20)..at).rev().find(|i| !latin(*i)).map(|i| i + 1);
    start.unwrap_or(at)
}

fn render(text: &str, folded: &Folded, places: &[Place], from: usize, to: usize) -> String {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for p in places.iter().filter(|p| p.from >= from && p.to <= to) {
        let (start, end) = folded.bytes(p.from, p.to);
        match spans.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => spans.push((start, end)),
        }
    }
    let (mut at, end) = folded.bytes(from, to);
    let mut out = String::with_capacity(end.saturating_sub(at) + spans.len() * 13);
    for (start, stop) in spans {
        escape(text.get(at..start).unwrap_or_default(), &mut out);
        out.push_str("<mark>");
        escape(text.get(start..stop).unwrap_or_default(), &mut out);
        out.push_str("</mark>");
        at = stop;
    }
    escape(text.get(at..end).unwrap_or_default(), &mut out);
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::query::Question;

    fn snippet(question: &str, text: &str) -> String {
        Question::new(question).marks().snippet(text, "")
    }

    #[test]
    fn marks_once_and_escapes() {
        assert_eq!(snippet("数据库", "数据库的数据"), "<mark>数据库</mark>的数据");
        assert_eq!(snippet("数据 数据库", "数据库<b>"), "<mark>数据库</mark>&lt;b&gt;");
        assert_eq!(snippet("鎖死", "数据库锁死"), "数据库<mark>锁死</mark>");
        assert_eq!(
            snippet("ora00054", "报 ORA-00054 \"错误\""),
            "报 <mark>ORA-00054</mark> &quot;错误&quot;"
        );
        assert_eq!(snippet("00054", "报 ORA-00054 错误"), "报 ORA-<mark>00054</mark> 错误");
        assert_eq!(
            snippet("failing", "It failed & fails"),
            "It <mark>failed</mark> &amp; <mark>fails</mark>"
        );
    }

    #[test]
    fn quotes_the_stretch_with_the_most_words() {
        let text = format!("锁死{}连接失败之后锁死{}", "一".repeat(200), "二".repeat(200));
        let quoted = snippet("锁死 连接失败", &text);
        assert!(quoted.contains("<mark>连接失败</mark>之后<mark>锁死</mark>"), "{quoted}");
        assert!(quoted.starts_with('…') && quoted.ends_with('…') && quoted.chars().count() < 160, "{quoted}");
    }
}
