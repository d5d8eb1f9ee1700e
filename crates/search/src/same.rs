//! Words that mean the same: where they stand in a question, and what is looked for besides them.

use tantivy::query::{BooleanQuery, Occur, Query};

use crate::analyse::{Folded, is_cjk};
use crate::query::{Places, Question, Unit, any, boosted, unit};

/// A word counts more than those that mean the same.
const OTHERS: f32 = 0.6;

/// A word of a question, with those that mean the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Same {
    pub own: String,
    pub others: Vec<String>,
}

impl Same {
    /// All of them, as they are marked in a text.
    pub(crate) fn words(&self) -> Vec<Unit> {
        let unit = |w: &String| {
            if w.chars().all(is_cjk) { vec![Unit::Chinese(w.clone())] } else { Question::new(w).into_units() }
        };
        std::iter::once(&self.own).chain(&self.others).flat_map(unit).collect()
    }
}

/// Takes the words out of a question that stand in one of the groups, the longest first; blanks stand there then.
pub(crate) fn take(folded: &mut Folded, groups: &[Vec<String>]) -> Vec<Same> {
    let mut found: Vec<(usize, usize, usize, Vec<char>)> = Vec::new();
    let spelled: Vec<Vec<Folded>> =
        groups.iter().map(|g| g.iter().map(|w| Folded::new(w.trim())).collect()).collect();
    for (group, words) in spelled.iter().enumerate() {
        for word in words.iter().map(|w| &w.chars).filter(|w| !w.is_empty()) {
            let places = folded.chars.windows(word.len()).enumerate().filter(|(_, w)| w == word);
            let whole = |(from, _): (usize, &[char])| {
                is_whole(&folded.chars, from, from + word.len()).then_some(from)
            };
            found.extend(places.filter_map(whole).map(|from| (from, from + word.len(), group, word.clone())));
        }
    }
    found.sort_by_key(|(from, to, ..)| (std::cmp::Reverse(to - from), *from));
    let mut taken: Vec<(usize, Same)> = Vec::new();
    let mut free = vec![true; folded.chars.len()];
    for (from, to, group, word) in found {
        let Some(place) = free.get_mut(from..to).filter(|p| p.iter().all(|f| *f)) else { continue };
        place.fill(false);
        let of_group = spelled.get(group).into_iter().flatten();
        let others = of_group.filter(|w| w.chars != word).map(|w| w.text(0, w.chars.len())).collect();
        taken.push((from, Same { own: word.iter().collect(), others }));
    }
    for (c, free) in folded.chars.iter_mut().zip(free) {
        if !free {
            *c = ' ';
        }
    }
    taken.sort_by_key(|(from, _)| *from);
    taken.into_iter().map(|(_, same)| same).collect()
}

/// A Latin word is not the beginning or end of a longer one.
fn is_whole(chars: &[char], from: usize, to: usize) -> bool {
    let latin =
        |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(|c| c.is_alphanumeric() && !is_cjk(*c));
    !(latin(from.checked_sub(1)) && latin(Some(from)) || latin(to.checked_sub(1)) && latin(Some(to)))
}

/// The word as typed, or one that means the same.
pub(crate) fn any_of(same: &Same, places: &Places) -> Box<dyn Query> {
    let others = same.others.iter().map(|o| boosted(one(o, false, places), OTHERS));
    any(std::iter::once(one(&same.own, true, places)).chain(others).collect())
}

/// Chinese is looked for as it stands there: its parts alone mean something else. What was typed is also found in parts.
fn one(word: &str, typed: bool, places: &Places) -> Box<dyn Query> {
    let chinese = word.chars().all(is_cjk);
    let mut all = Vec::new();
    if chinese {
        all.push(unit(&Unit::Chinese(word.to_owned()), places));
    }
    if typed || !chinese {
        let units = Question::new(word).into_units();
        let must = units.iter().map(|u| (Occur::Must, unit(u, places))).collect::<Vec<_>>();
        if !must.is_empty() {
            all.push(Box::new(BooleanQuery::new(must)) as Box<dyn Query>);
        }
    }
    any(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_out_longest_first() {
        let groups: Vec<Vec<String>> = ["登不上=登录失败", "失败=出错", "Gantt=甘特图", "log in=登录"]
            .iter()
            .map(|g| g.split('=').map(str::to_owned).collect())
            .collect();
        for (text, rest, want) in [
            ("系统登录失敗了", "系统    了", "登录失败~登不上"),
            ("登录慢", "  慢", "登录~log in"),
            ("cannot LOG IN", "cannot       ", "log in~登录"),
            ("gantts", "gantts", ""),
            ("看Gantt图", "看     图", "gantt~甘特图"),
            ("打印机", "打印机", ""),
        ] {
            let mut folded = Folded::new(text);
            let taken = take(&mut folded, &groups);
            let said: Vec<String> =
                taken.iter().map(|s| format!("{}~{}", s.own, s.others.join(","))).collect();
            assert_eq!(
                (folded.text(0, folded.chars.len()).as_str(), said.join(" ").as_str()),
                (rest, want),
                "{text}"
            );
        }
    }
}
