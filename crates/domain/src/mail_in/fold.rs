//! What of a letter is new, and what a mail program put there: quotes, earlier letters, signatures. Nothing is taken
//! away: each line is in one of the two parts, in its order. Where everything would be folded, nothing is.

use super::marks::{marks, tight};
use super::subject::is_forwarded;

/// A letter's text in two parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// What somebody wrote now.
    pub new: String,
    /// Quotes, earlier letters, signatures; unfolds on request.
    pub rest: String,
}

/// A signature has at most so many lines that are not empty; what is longer may be a part of the letter.
const MAX_SIGNATURE: usize = 12;
/// A line that a program added is at most so long.
const MAX_DEVICE: usize = 60;
/// The head of an earlier letter has at least so many fields, in so many lines.
const HEAD_FIELDS: usize = 3;
const HEAD_LINES: usize = 8;
/// A line "… wrote:" may be wrapped onto so many lines.
const WROTE_LINES: usize = 3;

/// Splits a text. The letter that somebody passes on is what they want to show: it stays in sight.
pub fn fold(text: &str, subject: &str) -> Folded {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().collect();
    let mut folded = vec![false; lines.len()];
    let mut end = lines.len();
    if !is_forwarded(subject) {
        end = history(&lines).unwrap_or(end);
        mark(&mut folded, end, lines.len());
        end = quotes(&lines, &mut folded, end);
    }
    added(&lines, &mut folded, end);
    let part = |wanted: bool| {
        let kept = lines.iter().zip(&folded).filter(|(_, f)| **f == wanted).map(|(l, _)| *l);
        trimmed(&kept.collect::<Vec<_>>().join("\n"))
    };
    let new = part(false);
    if new.trim().is_empty() {
        Folded { new: trimmed(&text), rest: String::new() }
    } else {
        Folded { new, rest: part(true) }
    }
}

/// Without empty lines around it; the indentation of the first line stays.
fn trimmed(text: &str) -> String {
    let text = text.trim_end();
    let mut rest = text;
    while let Some((first, after)) = rest.split_once('\n') {
        if !first.trim().is_empty() {
            break;
        }
        rest = after;
    }
    rest.to_owned()
}

fn mark(folded: &mut [bool], from: usize, to: usize) {
    folded.iter_mut().take(to).skip(from).for_each(|f| *f = true);
}

fn line<'a>(lines: &[&'a str], i: usize) -> &'a str {
    lines.get(i).copied().unwrap_or_default()
}

fn is_blank(text: &str) -> bool {
    tight(text).is_empty()
}

fn is_quote(text: &str) -> bool {
    text.trim_start().starts_with('>')
}

/// A line of nothing but dashes or the like.
fn is_rule(text: &str) -> bool {
    let text = tight(text);
    text.chars().count() >= 5 && text.chars().all(|c| "-_=*\u{2014}\u{2500}".contains(c))
}

/// Where an earlier letter begins that reaches to the end.
fn history(lines: &[&str]) -> Option<usize> {
    (0..lines.len()).find_map(|i| {
        if is_divider(line(lines, i)) {
            return Some(i);
        }
        if is_head(lines, i) {
            let above = i.checked_sub(1).filter(|above| is_rule(line(lines, *above)));
            return Some(above.unwrap_or(i));
        }
        let after = wrote(lines, i)?;
        // Quotes with marks are looked at by themselves: there may be an answer below or between them.
        let next = lines.iter().skip(after).find(|l| !is_blank(l));
        (!next.is_some_and(|l| is_quote(l))).then_some(i)
    })
}

/// `-----Original Message-----` and its like.
fn is_divider(text: &str) -> bool {
    let text = tight(text);
    let word = text.trim_matches(|c| "-_=*\u{2014}\u{2500}".contains(c));
    word.len() + 2 <= text.len() && marks().divider.iter().any(|d| d == word)
}

/// A head of fields: who sent it, and at least two more.
fn is_head(lines: &[&str], i: usize) -> bool {
    if !has_field(line(lines, i), &marks().sender) {
        return false;
    }
    let more = lines.iter().skip(i + 1).take(HEAD_LINES);
    let more = more.filter(|l| has_field(l, &marks().field)).count();
    more + 1 >= HEAD_FIELDS
}

/// Is the line one of these fields with a value? Programs put stars around the name.
fn has_field(text: &str, names: &[String]) -> bool {
    let text = tight(text);
    let text = text.trim_start_matches('*');
    names.iter().any(|name| {
        let after = text.strip_prefix(name.as_str()).map(|rest| rest.trim_start_matches('*'));
        after.is_some_and(|rest| rest.starts_with(':') && rest.len() > 1)
    })
}

/// The first line after "… wrote:", if such a line begins here.
fn wrote(lines: &[&str], i: usize) -> Option<usize> {
    let first = line(lines, i);
    if is_blank(first) || is_quote(first) {
        return None;
    }
    let mut whole = String::new();
    for n in 0..WROTE_LINES {
        let next = line(lines, i + n);
        if is_blank(next) || is_quote(next) {
            return None;
        }
        whole.push_str(&tight(next));
        let end = whole.trim_end_matches([':', '*', '-']);
        if end.len() < whole.len() && marks().wrote.iter().any(|w| end.ends_with(w.as_str())) {
            return is_attribution(&whole).then_some(i + n + 1);
        }
    }
    None
}

/// Says the line who and when? A line of a letter that ends with "wrote:" by chance says neither.
fn is_attribution(text: &str) -> bool {
    let digits: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let says =
        marks().says.iter().any(|s| digits.starts_with(s.as_str()) || digits.contains(&format!("{s}0")));
    let when = ["0000", "0:00"].iter().any(|d| digits.contains(d));
    (says && when) || (text.contains('@') && (when || text.contains('<')))
}

/// Marked quotes before `end`: those after which nothing follows, and a single one before everything. Quotes with
/// answers between them stay, for without them the answers say nothing. Returns where what was written ends.
fn quotes(lines: &[&str], folded: &mut [bool], end: usize) -> usize {
    let blocks = blocks(lines, end);
    let Some(&(first, after)) = blocks.first() else { return end };
    if let [_] = blocks.as_slice() {
        let begins = introduced(lines, first);
        let above = lines.iter().take(begins).all(|l| is_blank(l));
        let below = lines.iter().take(end).skip(after).any(|l| !is_blank(l));
        if above && below && !idle(lines, after, end) {
            mark(folded, 0, after);
            return end;
        }
    }
    let Some(&(last, after)) = blocks.last() else { return end };
    if !idle(lines, after, end) {
        return end;
    }
    let begins = introduced(lines, last);
    mark(folded, begins, end);
    begins
}

/// Stretches of marked lines; empty lines do not part them.
fn blocks(lines: &[&str], end: usize) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (i, text) in lines.iter().enumerate().take(end) {
        if !is_quote(text) {
            continue;
        }
        match found.last_mut() {
            Some((_, to)) if lines.iter().take(i).skip(*to).all(|l| is_blank(l)) => *to = i + 1,
            _ => found.push((i, i + 1)),
        }
    }
    found
}

/// Where a quote begins, with the line above it that says who wrote it.
fn introduced(lines: &[&str], quote: usize) -> usize {
    let above = (0..quote).rev().find(|i| !is_blank(line(lines, *i)));
    let Some(above) = above else { return quote };
    let from = (above + 1).saturating_sub(WROTE_LINES);
    (from..=above).find(|i| wrote(lines, *i) == Some(above + 1)).unwrap_or(quote)
}

/// Is what lies between nothing that somebody wrote: empty lines, a signature, a line that a program added?
fn idle(lines: &[&str], from: usize, to: usize) -> bool {
    let mut rest = lines.iter().take(to).skip(from).filter(|l| !is_blank(l));
    rest.all(|l| is_device(l) || is_signature_mark(l))
        || signature(lines, from, to) == Some(from_written(lines, from, to))
}

fn from_written(lines: &[&str], from: usize, to: usize) -> usize {
    (from..to).find(|i| !is_blank(line(lines, *i))).unwrap_or(to)
}

/// Two dashes alone on a line; the space after them is often lost.
fn is_signature_mark(text: &str) -> bool {
    matches!(text, "-- " | "--" | "--\u{a0}" | "\u{2014} ")
}

fn is_device(text: &str) -> bool {
    let text = tight(text);
    let long = text.chars().count();
    long <= MAX_DEVICE && marks().device.iter().any(|d| text.starts_with(d.as_str()))
}

/// Where a signature begins that reaches to `to`.
fn signature(lines: &[&str], from: usize, to: usize) -> Option<usize> {
    let at = (from..to).find(|i| is_signature_mark(line(lines, *i)))?;
    let long = lines.iter().take(to).skip(at + 1).filter(|l| !is_blank(l)).count();
    (long <= MAX_SIGNATURE).then_some(at)
}

/// Folds the signature and what programs add below what was written, which ends at `end`.
fn added(lines: &[&str], folded: &mut [bool], end: usize) {
    let mut end = end;
    if let Some(at) = signature(lines, 0, end) {
        mark(folded, at, end);
        end = at;
    }
    while let Some(last) = (0..end).rev().find(|i| !is_blank(line(lines, *i))) {
        if !is_device(line(lines, last)) {
            break;
        }
        mark(folded, last, end);
        end = last;
    }
}
