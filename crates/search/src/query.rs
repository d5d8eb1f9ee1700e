//! A question becomes a query: what must be there, what would be nice, and what exists for the reader at all.

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, Occur, PhraseQuery, Query,
    RegexQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::analyse::{Folded, Run, cut, idents, is_stop_word, joined_words, part_of, runs, stem};
use crate::find::{Ask, Reader};
use crate::mark::Marks;
use crate::number::{Number, number, telephone, ticket_number};
use crate::reach::{filters, must, visible};
use crate::same::{self, Same};
use crate::schema::{Fields, TextFields};
use crate::suggest::slips;

/// One thing that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A stretch of Chinese.
    Chinese(String),
    /// A Latin word as typed; the last one may still be in the making.
    Latin { word: String, last: bool },
    /// A Latin word that may be misspelt.
    Loose { word: String, slips: u8 },
    /// One of several words that mean the same.
    Same(Same),
    /// An identifier; written apart it may also be a word beside a number.
    Exact { text: String, apart: Option<(String, String)> },
}

/// A question, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    units: Vec<Unit>,
    /// Whole stretches of Chinese of several words: better if they stand there as typed.
    phrases: Vec<String>,
    /// Words that were typed joined: better if they stand there so, as a name or a domain of an address.
    joined: Vec<String>,
    /// What the question is if it is nothing but a number.
    number: Number,
}

/// A phrase of more characters is a sentence, which nobody writes twice.
const LONGEST_PHRASE: usize = 12;
/// Longer questions are cut off: what matters stands in front.
const MOST_UNITS: usize = 40;
/// From this length on, the last Latin word is also read as the beginning of one.
const PREFIX_FROM: usize = 3;

impl Question {
    pub(crate) fn new(text: &str) -> Self {
        Self::with(text, &[])
    }

    /// A question in which groups of words mean the same.
    pub(crate) fn with(text: &str, synonyms: &[Vec<String>]) -> Self {
        let spelled = ticket_number(text).or_else(|| telephone(text));
        let mut folded = Folded::new(spelled.as_deref().unwrap_or(text));
        let mut question = Self { number: number(text), ..Self::default() };
        question.units.extend(same::take(&mut folded, synonyms).into_iter().map(Unit::Same));
        question.joined = joined_words(&folded);
        let exact = widest(idents(&folded));
        let runs = runs(&folded);
        let last_run = runs.last().copied();
        for run in runs {
            let (Run::Cjk { from, to } | Run::Word { from, to }) = run;
            if exact.iter().any(|i| i.from <= from && to <= i.to) {
                continue;
            }
            let text = folded.text(from, to);
            if matches!(run, Run::Cjk { .. }) {
                question.chinese(&text);
            } else {
                question.units.push(Unit::Latin { word: text, last: Some(run) == last_run });
            }
        }
        question.units.extend(exact.into_iter().map(|i| {
            let apart = i.apart.then(|| i.text.split_once('-')).flatten();
            let apart = apart.map(|(word, number)| (word.to_owned(), number.to_owned()));
            Unit::Exact { text: i.text, apart }
        }));
        question.tidy();
        question
    }

    /// Short stretches stay whole if they have no better parts; long ones are cut into words.
    fn chinese(&mut self, run: &str) {
        let chars = run.chars().count();
        if chars <= 2 {
            return self.units.push(Unit::Chinese(run.to_owned()));
        }
        let before = self.units.len();
        let (mut loose, mut last) = (String::new(), "");
        for token in cut(run) {
            let single = token.end - token.start == 1;
            if single && !is_stop_word(token.word) {
                loose.push_str(token.word);
                continue;
            }
            self.loose(&mut loose, last);
            last = if single { "" } else { token.word };
            if !single {
                self.units.push(Unit::Chinese(token.word.to_owned()));
            }
        }
        self.loose(&mut loose, last);
        let whole = self.units.last() == Some(&Unit::Chinese(run.to_owned()));
        if self.units.len() == before {
            self.units.push(Unit::Chinese(run.to_owned()));
        } else if !whole && chars <= LONGEST_PHRASE {
            self.phrases.push(run.to_owned());
        }
    }

    /// Single characters beside each other are a word that the dictionary does not know; one alone says little, but
    /// with the word before it, it may be a name.
    fn loose(&mut self, loose: &mut String, before: &str) {
        match loose.chars().count() {
            0 => {}
            1 if before.is_empty() => {}
            1 => self.phrases.push(format!("{before}{loose}")),
            _ => self.units.push(Unit::Chinese(std::mem::take(loose))),
        }
        loose.clear();
    }

    /// Leaves out words that only hold the question together, unless there are no others; and repetitions.
    fn tidy(&mut self) {
        let says_nothing = |u: &Unit| match u {
            Unit::Chinese(w) | Unit::Latin { word: w, .. } | Unit::Loose { word: w, .. } => is_stop_word(w),
            Unit::Exact { .. } | Unit::Same(_) => false,
        };
        if self.units.iter().any(|u| !says_nothing(u)) {
            self.units.retain(|u| !says_nothing(u));
        }
        let mut seen = Vec::new();
        self.units.retain(|u| {
            let new = !seen.contains(u);
            seen.push(u.clone());
            new
        });
        self.units.truncate(MOST_UNITS);
    }

    /// How many of the units must be there: all of a short question, half of a sentence, three in ten of a long one.
    fn required(&self) -> usize {
        match self.units.len() {
            n @ 0..=2 => n,
            n @ 3..=8 => n.div_ceil(2),
            n => (n * 3).div_ceil(10),
        }
    }

    /// The question with Latin words that may be misspelt.
    pub(crate) fn loosely(mut self) -> Self {
        for unit in &mut self.units {
            if let Unit::Latin { word, .. } = unit
                && let Some(slips) = slips(word)
            {
                *unit = Unit::Loose { word: std::mem::take(word), slips };
            }
        }
        self
    }

    /// Is there a word that may be misspelt?
    pub(crate) fn is_loose(&self) -> bool {
        self.units.iter().any(|u| matches!(u, Unit::Loose { .. }))
    }

    /// What the question is made of.
    pub(crate) fn into_units(self) -> Vec<Unit> {
        self.units
    }

    /// What is to be marked in the answers.
    pub(crate) fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        let chars = |t: &str| t.chars().collect::<Vec<_>>();
        marks.needles.extend(self.phrases.iter().map(|p| chars(p)));
        let same = |u: &Unit| if let Unit::Same(s) = u { s.words() } else { Vec::new() };
        let others: Vec<Unit> = self.units.iter().flat_map(same).collect();
        for unit in self.units.iter().chain(&others) {
            match unit {
                Unit::Chinese(text) => marks.needles.push(chars(text)),
                Unit::Latin { word, last } => {
                    marks.stems.insert(stem(word));
                    marks.prefix =
                        (*last && word.len() >= PREFIX_FROM).then(|| word.clone()).or(marks.prefix);
                }
                Unit::Loose { .. } | Unit::Same(_) => {}
                Unit::Exact { text, apart } => {
                    marks.idents.insert(text.clone());
                    if let Some((word, number)) = apart {
                        marks.stems.insert(stem(word));
                        marks.idents.insert(number.clone());
                    }
                }
            }
        }
        marks
    }
}

/// Of identifiers that overlap, the widest.
fn widest(mut all: Vec<crate::analyse::Ident>) -> Vec<crate::analyse::Ident> {
    all.sort_by_key(|i| (i.from, std::cmp::Reverse(i.to)));
    let mut kept: Vec<crate::analyse::Ident> = Vec::new();
    for ident in all {
        if kept.last().is_none_or(|k| ident.from >= k.to) {
            kept.push(ident);
        }
    }
    kept
}

pub(crate) type Clause = (Occur, Box<dyn Query>);

/// The whole query; `None` if there is nothing to look for.
pub(crate) fn build(f: &Fields, question: &Question, ask: &Ask, reader: &Reader) -> Option<BooleanQuery> {
    if question.units.is_empty() {
        return None;
    }
    // Title counts three times, and customers never touch the fields of staff.
    let mut places = vec![(f.title, 3.0), (f.text, 1.0)];
    if reader.internal {
        places.push((f.note, 1.0));
    }
    let units = question.units.iter().map(|u| (Occur::Should, unit(u, &places))).collect();
    let mut readings: Vec<Box<dyn Query>> =
        vec![Box::new(BooleanQuery::with_minimum_required_clauses(units, question.required()))];
    readings.extend(places.iter().flat_map(|(place, _)| numbered(place.idents, &question.number)));
    let mut clauses: Vec<Clause> = vec![(Occur::Must, any(readings))];
    for phrase in &question.phrases {
        let all = places.iter().map(|(p, boost)| boosted(pairs(p.pairs, phrase), *boost));
        clauses.push((Occur::Should, any(all.collect())));
    }
    for joined in &question.joined {
        let all = places.iter().map(|(p, boost)| boosted(exact(p.idents, &part_of(joined)), *boost));
        clauses.push((Occur::Should, any(all.collect())));
    }
    clauses.extend(filters(f, ask).into_iter().map(must));
    clauses.push(must(visible(f, reader)));
    Some(BooleanQuery::new(clauses))
}

/// The fields in which words are looked for, and how much each counts.
pub(crate) type Places = [(TextFields, f32)];

pub(crate) fn unit(unit: &Unit, places: &Places) -> Box<dyn Query> {
    if let Unit::Same(same) = unit {
        return same::any_of(same, places);
    }
    let mut all: Vec<Box<dyn Query>> = Vec::new();
    for (fields, boost) in places {
        match unit {
            Unit::Chinese(text) => {
                // The pairs find it wherever it stands; that it is also a word of its own counts more.
                all.push(boosted(pairs(fields.pairs, text), boost * 0.5));
                all.push(boosted(word(fields.words, text), *boost));
            }
            Unit::Latin { word: text, last } => {
                all.push(boosted(word(fields.words, &stem(text)), *boost));
                if *last && text.len() >= PREFIX_FROM {
                    all.push(boosted(prefix(fields.words, text), boost * 0.3));
                }
            }
            Unit::Same(_) => {}
            Unit::Loose { word: text, slips } => {
                let term = Term::from_field_text(fields.words, &stem(text));
                all.push(boosted(Box::new(FuzzyTermQuery::new(term, *slips, true)), *boost));
            }
            Unit::Exact { text, apart } => {
                all.push(boosted(exact(fields.idents, text), 4.0 * boost));
                // A part of a longer one, after those that stand by themselves, even in a title.
                all.push(boosted(exact(fields.idents, &part_of(text)), 0.5 * boost));
                if let Some((w, number)) = apart {
                    let both: Vec<Clause> = vec![
                        (Occur::Must, word(fields.words, &stem(w))),
                        (Occur::Must, exact(fields.idents, number)),
                    ];
                    all.push(boosted(Box::new(BooleanQuery::new(both)), *boost));
                }
            }
        }
    }
    any(all)
}

/// The tickets that have this number stand before all that only mention it.
fn numbered(field: Field, number: &Number) -> Vec<Box<dyn Query>> {
    const FIRST: f32 = 50.0;
    let mut all: Vec<_> = number.keys.iter().map(|key| boosted(exact(field, key), FIRST)).collect();
    if let Some(begins) = &number.begins
        && let Ok(query) = RegexQuery::from_pattern(&format!("{begins}.*"), field)
    {
        all.push(boosted(Box::new(ConstScoreQuery::new(Box::new(query), 1.0)), FIRST));
    }
    all
}

pub(crate) fn any(all: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(all.into_iter().map(|q| (Occur::Should, q)).collect()))
}

pub(crate) fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}

fn word(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

fn exact(field: Field, text: &str) -> Box<dyn Query> {
    let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), 4.0))
}

/// A stretch of Chinese as neighbouring pairs; a single character as the beginning of a pair.
fn pairs(field: Field, text: &str) -> Box<dyn Query> {
    let chars: Vec<char> = text.chars().collect();
    let terms: Vec<Term> =
        chars.windows(2).map(|w| Term::from_field_text(field, &w.iter().collect::<String>())).collect();
    match terms.as_slice() {
        [] => prefix(field, text),
        [one] => Box::new(TermQuery::new(one.clone(), IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}

/// Words that begin so. Only letters and digits reach this place: nothing in them is an operator.
fn prefix(field: Field, text: &str) -> Box<dyn Query> {
    let plain = text.chars().all(char::is_alphanumeric);
    match RegexQuery::from_pattern(&format!("{text}.*"), field) {
        Ok(query) if plain => Box::new(query),
        _ => Box::new(EmptyQuery),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let question = Question::new(text);
        question
            .units
            .iter()
            .map(|u| match u {
                Unit::Chinese(t) => t.clone(),
                Unit::Latin { word, .. } | Unit::Loose { word, .. } => format!("w:{word}"),
                Unit::Exact { text, .. } => format!("={text}"),
                Unit::Same(s) => format!("~{}", s.own),
            })
            .collect()
    }

    #[test]
    fn takes_questions_apart() {
        for (text, want) in [
            ("锁死", "锁死"),
            ("密码", "密码"),
            ("ORA-00054 锁死", "锁死 =ora-00054"),
            ("http 500", "=http-500"),
            ("怎么重置密码？", "重置 密码"),
            ("怎么", "怎么"),
            ("錯", "错"),
            ("密码 密码", "密码"),
            ("Printer is failing", "w:printer w:failing"),
            ("？！", ""),
        ] {
            assert_eq!(of(text).join(" "), want, "{text}");
        }
    }

    #[test]
    fn long_questions_need_only_a_part() {
        let n = |n: usize| Question {
            units: (0..n).map(|i| Unit::Chinese(i.to_string())).collect(),
            ..Question::default()
        };
        let needed: Vec<usize> = [0, 1, 2, 3, 4, 8, 9, 20].map(|i| n(i).required()).to_vec();
        assert_eq!(needed, [0, 1, 2, 2, 2, 4, 3, 6]);
    }
}
