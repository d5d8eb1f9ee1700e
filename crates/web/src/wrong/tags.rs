//! Marks the fields of a page of ours that are wrong. The summary names them (`data-wrong`, `data-why`), or the page
//! has already said it below a field (`class="wrong"`). Each field becomes invalid for those who cannot see it, is
//! described by what is said at it, and is what the summary leads to; the first of them gets the focus.
//! Reads only what our own templates write: attributes in double quotes, texts escaped.

use std::collections::BTreeMap;

/// A tag: where it begins and ends, and what its element is.
#[derive(Debug, Clone, Copy)]
struct Tag<'a> {
    at: usize,
    end: usize,
    name: &'a str,
    text: &'a str,
    closes: bool,
    /// The tag that ends the element; itself for an element without content.
    last: usize,
}

impl<'a> Tag<'a> {
    /// The value of an attribute.
    fn get(&self, name: &str) -> Option<&'a str> {
        let after = self.text.split_once(&format!(" {name}=\""))?.1;
        Some(after.split_once('"')?.0)
    }

    fn has(&self, word: &str) -> bool {
        let outside = self.text.split('"').step_by(2);
        outside.flat_map(|t| t.split([' ', '>', '='])).any(|w| w == word)
    }

    /// Can a person fill it in?
    fn is_control(&self) -> bool {
        !self.closes
            && match self.name {
                "input" => self.get("type") != Some("hidden"),
                "select" | "textarea" => true,
                _ => false,
            }
    }

    /// One of several that answer a question together, whose label stands beside it.
    fn is_tick(&self) -> bool {
        matches!(self.get("type"), Some("checkbox" | "radio"))
    }

    /// The field that the element stands for, by a name of its own.
    fn stands_for(&self, field: &str) -> bool {
        !self.closes && self.get("data-field").is_some_and(|all| all.split(' ').any(|one| one == field))
    }
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    let (mut all, mut open, mut from): (Vec<Tag<'_>>, Vec<usize>, usize) = (Vec::new(), Vec::new(), 0);
    while let Some(at) = html.get(from..).and_then(|rest| rest.find('<')).map(|i| from + i) {
        let rest = html.get(at..).unwrap_or_default();
        let text = rest.get(..length(rest)).unwrap_or(rest);
        from = at + text.len();
        let inner = text.trim_start_matches(['<', '/']);
        let name = inner.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let (i, closes) = (all.len(), text.starts_with("</"));
        all.push(Tag { at, end: from, name, text, closes, last: i });
        if closes {
            let begun = open.iter().rposition(|o| all.get(*o).is_some_and(|t| t.name == name));
            if let Some(begun) = begun {
                let first = open.drain(begun..).next();
                if let Some(first) = first.and_then(|o| all.get_mut(o)) {
                    first.last = i;
                }
            }
        } else if !text.ends_with("/>") && !matches!(name, "input" | "br" | "hr" | "img" | "meta" | "link") {
            open.push(i);
        }
    }
    all
}

/// How long a tag is: a `>` within quotes does not end it.
fn length(tag: &str) -> usize {
    let mut quoted = false;
    for (i, c) in tag.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return i + 1,
            _ => {}
        }
    }
    tag.len()
}

/// What is said at a control, and where it is said.
#[derive(Debug, Default)]
struct Said<'a> {
    why: Vec<&'a str>,
    /// After which byte; nothing if it stands there already.
    below: Option<usize>,
    /// The elements that say it already.
    there: Vec<usize>,
    /// The entries of the summary that lead to it.
    entries: Vec<usize>,
}

struct Page<'a> {
    tags: Vec<Tag<'a>>,
}

impl<'a> Page<'a> {
    fn tag(&self, i: usize) -> Option<&Tag<'a>> {
        self.tags.get(i)
    }

    fn end_of(&self, i: usize) -> usize {
        self.tag(i).and_then(|t| self.tag(t.last)).map_or(0, |t| t.end)
    }

    /// The elements around a tag, the nearest first.
    fn around(&self, i: usize, name: &'static str) -> impl Iterator<Item = usize> + '_ {
        let holds = move |o: &usize| self.tag(*o).is_some_and(|t| t.name == name && t.last > i);
        (0..i).rev().filter(holds)
    }

    /// The tags among which the field of an entry is: those of its form, or all that come after it.
    fn reach(&self, entry: usize) -> (usize, usize) {
        match self.around(entry, "form").next().and_then(|f| Some((f, self.tag(f)?.last))) {
            Some(reach) => reach,
            None => (entry, self.tags.len()),
        }
    }

    /// The control of a field, and the byte below which it is said what is wrong with it.
    fn find(&self, field: &str, (from, to): (usize, usize)) -> Option<(usize, usize)> {
        let among = |i: &usize| (from..to).contains(i);
        let all = || self.tags.iter().enumerate().filter(|(i, _)| among(i));
        let control = |(from, to): (usize, usize)| {
            self.tags.iter().enumerate().find(|(i, t)| (from..=to).contains(i) && t.is_control())
        };
        if let Some((i, group)) = all().find(|(_, t)| t.stands_for(field)) {
            let (at, one) = control((i, group.last))?;
            let within = self.tag(group.last).map_or(0, |t| t.at);
            return Some((at, if at == i { self.below(at, one) } else { within }));
        }
        if let Some((i, t)) = all().find(|(_, t)| t.is_control() && t.get("name") == Some(field)) {
            return Some((i, self.below(i, t)));
        }
        // `rules.2.organisation.North` is said at `rules.2.organisation`.
        self.find(field.rsplit_once('.').map(|(less, _)| less)?, (from, to))
    }

    fn below(&self, i: usize, t: &Tag<'_>) -> usize {
        let label = self.around(i, "label").next().filter(|_| t.is_tick());
        self.end_of(label.unwrap_or(i))
    }

    /// What the summary names, and what is said below fields already.
    fn said(&self) -> BTreeMap<usize, Said<'a>> {
        let mut all: BTreeMap<usize, Said<'a>> = BTreeMap::new();
        let mut last = None;
        for (i, t) in self.tags.iter().enumerate() {
            if t.is_control() {
                last = Some(i);
            } else if matches!(t.name, "form" | "label" | "fieldset") && t.closes {
                last = None;
            }
            if let Some((at, below)) = t.get("data-wrong").and_then(|f| self.find(f, self.reach(i))) {
                let said = all.entry(at).or_default();
                said.below = said.below.or(Some(below));
                said.why.extend(t.get("data-why").filter(|w| !said.why.contains(w)));
                said.entries.push(i);
            } else if let Some(at) = last.filter(|_| !t.closes && t.get("class") == Some("wrong")) {
                all.entry(at).or_default().there.push(i);
            }
        }
        all
    }
}

/// What is put in place of some bytes.
type Edit = (usize, usize, String);

/// The page with what is wrong said at its fields; is there anything?
pub(crate) fn said_at_fields(html: String) -> (String, bool) {
    // Hardly any page says so, and taking one apart costs as much as writing it.
    if !html.contains("wrong") {
        return (html, false);
    }
    let page = Page { tags: tags(&html) };
    let said = page.said();
    let summary = page.tags.iter().position(|t| t.get("data-wrong").is_some());
    if said.is_empty() && summary.is_none() {
        return (html, false);
    }
    let mut edits: Vec<Edit> = Vec::new();
    for (n, (i, said)) in said.iter().enumerate() {
        mark(&page, (n, *i), said, &mut edits);
    }
    for t in page.tags.iter().filter(|t| t.has("autofocus")) {
        let cut = t.text.find(" autofocus").map(|i| t.at + i);
        edits.extend(cut.map(|at| (at, at + " autofocus".len(), String::new())));
    }
    // Where no field of the page is to blame, the summary itself is read first.
    if let Some(summary) = summary.filter(|_| said.is_empty()) {
        let around = page.around(summary, "div").next().and_then(|i| page.tag(i));
        edits.extend(around.map(|t| (t.end - 1, t.end - 1, " tabindex=\"-1\" autofocus".to_owned())));
    }
    (edited(&html, edits), true)
}

fn mark(page: &Page<'_>, (n, i): (usize, usize), said: &Said<'_>, edits: &mut Vec<Edit>) {
    let Some(t) = page.tag(i) else { return };
    let mut put = |at: usize, text: String| edits.push((at, at, text));
    let new = (!said.why.is_empty()).then(|| format!("wrong-{n}"));
    let there = said.there.iter().enumerate().map(|(k, _)| format!("wrong-{n}-{k}"));
    let ids: Vec<String> = new.clone().into_iter().chain(there).collect();
    let mut more = format!(" aria-describedby=\"{}\"", ids.join(" "));
    if !t.has("aria-invalid") {
        more.push_str(" aria-invalid=\"true\"");
    }
    if n == 0 {
        more.push_str(" autofocus");
    }
    let id = t.get("id").map_or_else(|| format!("field-{n}"), str::to_owned);
    if t.get("id").is_none() {
        more.extend([" id=\"", &id, "\""]);
    }
    // What is wrong is no part of the field's name.
    if let Some(label) = page.around(i, "label").next()
        && let Some(name) = page
            .tags
            .iter()
            .enumerate()
            .find(|(k, t)| (label..i).contains(k) && t.get("class") == Some("label"))
        && !t.has("aria-label")
    {
        put(name.1.end - 1, format!(" id=\"label-{n}\""));
        more.extend([" aria-labelledby=\"label-", &n.to_string(), "\""]);
    }
    put(t.end - 1, more);
    if let (Some(below), Some(id)) = (said.below, new) {
        put(below, format!("<span class=\"wrong\" id=\"{id}\">{}</span>", said.why.join("; ")));
    }
    for (k, tag) in said.there.iter().enumerate() {
        put(page.tag(*tag).map_or(0, |t| t.end - 1), format!(" id=\"wrong-{n}-{k}\""));
    }
    for entry in &said.entries {
        let ends = page.tag(*entry).and_then(|t| Some((t.end, page.tag(t.last)?.at)));
        if let Some((from, to)) = ends {
            put(from, format!("<a href=\"#{id}\">"));
            put(to, "</a>".to_owned());
        }
    }
    let closed = page.around(i, "details").filter_map(|d| page.tag(d)).filter(|d| !d.has("open"));
    closed.for_each(|d| put(d.end - 1, " open".to_owned()));
}

fn edited(html: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(at, ..)| *at);
    edits.dedup();
    let (mut page, mut from) = (String::with_capacity(html.len() + 512), 0);
    for (at, to, text) in edits {
        page.push_str(html.get(from..at).unwrap_or_default());
        page.push_str(&text);
        from = to;
    }
    page.push_str(html.get(from..).unwrap_or_default());
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: &str =
        r#"<form><div class="errors" role="alert"><p data-wrong="name" data-why="必填">名称：必填</p></div>"#;

    fn said(rest: &str) -> String {
        said_at_fields(format!("{BOX}{rest}</form>")).0
    }

    #[test]
    fn a_field_is_marked_and_the_summary_leads_to_it() {
        let page = said(
            r#"<input type="hidden" name="name" value="x"><label class="field"><span class="label">名称</span><input type="text" name="name" value="a &lt; b > c" required><span class="help">h</span></label>"#,
        );
        assert_eq!(
            page,
            r##"<form><div class="errors" role="alert"><p data-wrong="name" data-why="必填"><a href="#field-0">名称：必填</a></p></div><input type="hidden" name="name" value="x"><label class="field"><span class="label" id="label-0">名称</span><input type="text" name="name" value="a &lt; b > c" required aria-describedby="wrong-0" aria-invalid="true" autofocus id="field-0" aria-labelledby="label-0"><span class="wrong" id="wrong-0">必填</span><span class="help">h</span></label></form>"##
        );
    }

    #[test]
    fn another_form_is_left_alone_and_another_focus_goes() {
        let page = said(r#"<input name="other" autofocus></form><form><input name="name">"#);
        assert!(!page.contains("aria-invalid") && page.contains(r#"<input name="other">"#), "{page}");
        assert!(page.contains(r#"role="alert" tabindex="-1" autofocus>"#), "{page}");
    }

    #[test]
    fn a_group_says_it_at_its_end_and_what_is_closed_opens() {
        let page = said(
            r#"<details class="x"><fieldset data-field="names name"><label class="check"><input type="checkbox" name="n">a</label></fieldset></details>"#,
        );
        assert!(page.contains(r#"<details class="x" open>"#), "{page}");
        assert!(
            page.contains(r#"a</label><span class="wrong" id="wrong-0">必填</span></fieldset>"#),
            "{page}"
        );
    }

    #[test]
    fn what_stands_below_a_field_describes_it() {
        let page = said_at_fields(
            r#"<label>n<select name="a"><option>x</option></select><span class="wrong">no</span></label><span class="wrong">whole</span>"#.to_owned(),
        )
        .0;
        assert!(page.contains(r#"aria-describedby="wrong-0-0" aria-invalid="true" autofocus"#), "{page}");
        assert!(page.contains(r#"<span class="wrong">whole</span>"#), "{page}");
    }

    #[test]
    fn a_page_without_wrongs_stays_as_it_is() {
        let page = r#"<form><input name="name" autofocus></form>"#;
        assert_eq!(said_at_fields(page.to_owned()), (page.to_owned(), false));
    }
}
