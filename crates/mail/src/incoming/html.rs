//! HTML reduced to text, for letters without a plain part: lines where blocks end, `>` before quotes, nothing of what
//! is not shown. Only for reading and folding; HTML that is shown is cleaned elsewhere.

/// Elements whose content is not text.
const UNSEEN: [&str; 6] = ["script", "style", "head", "title", "template", "noscript"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];
/// Deeper quotes are not told apart.
const MAX_QUOTE: usize = 5;

/// The text of HTML.
pub(crate) fn text_of(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        page.words(before);
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !tag.chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            page.words("<");
            rest = tag.get(1..).unwrap_or_default();
            continue;
        }
        let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
        let closing = inside.starts_with("</");
        let name = inside.trim_start_matches(['<', '/']);
        let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        rest = if UNSEEN.contains(&name.as_str()) && !closing && !inside.ends_with('/') {
            after_end(after, &name)
        } else {
            page.tag(&name, closing);
            after
        };
    }
    page.words(rest);
    page.line_end();
    page.out.trim_end().to_owned()
}

/// What comes after the end of an element.
fn after_end<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        let tag = rest.get(at + 2..).unwrap_or_default();
        if tag.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)) {
            return tag.split_once('>').map_or("", |(_, after)| after);
        }
        rest = tag;
    }
    ""
}

#[derive(Default)]
struct Page {
    out: String,
    line: String,
    quote: usize,
    pre: usize,
    /// A space is due before the next word.
    space: bool,
    blank: usize,
}

impl Page {
    fn tag(&mut self, name: &str, closing: bool) {
        match name {
            "br" => self.break_line(),
            "hr" => {
                self.line_end();
                self.line.push_str("----------");
                self.line_end();
            }
            "td" | "th" if !closing && !self.line.trim().is_empty() => self.line.push_str(" | "),
            "tr" => self.line_end(),
            _ if BLOCKS.contains(&name) => {
                self.line_end();
                match (name, closing) {
                    ("blockquote", false) => self.quote += 1,
                    ("blockquote", true) => self.quote = self.quote.saturating_sub(1),
                    ("pre", false) => self.pre += 1,
                    ("pre", true) => self.pre = self.pre.saturating_sub(1),
                    ("li", false) => self.line.push_str("- "),
                    ("p", true) => self.blank_line(),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn words(&mut self, text: &str) {
        let text = entities(text);
        if self.pre > 0 {
            for (i, line) in text.split('\n').enumerate() {
                if i > 0 {
                    self.break_line();
                }
                self.line.push_str(line.trim_end_matches('\r'));
            }
            return;
        }
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                self.space = true;
                continue;
            }
            if self.space && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            self.space = false;
            self.line.push(c);
        }
    }

    /// Ends the line if there is anything on it.
    fn line_end(&mut self) {
        self.space = false;
        if !self.line.trim().is_empty() {
            self.break_line();
        }
        self.line.clear();
    }

    fn break_line(&mut self) {
        self.space = false;
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        self.blank = if line.is_empty() { self.blank + 1 } else { 0 };
        if self.blank > 2 {
            return;
        }
        let quote = self.quote.min(MAX_QUOTE);
        self.out.extend(std::iter::repeat_n("> ", quote));
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn blank_line(&mut self) {
        if self.blank == 0 && !self.out.is_empty() {
            self.break_line();
        }
    }
}

/// Reads the entities that letters use.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let end = tail.char_indices().take(12).find(|(_, c)| *c == ';').map(|(i, _)| i);
        let read = end.and_then(|end| Some((entity(tail.get(1..end)?)?, end)));
        if let Some((c, end)) = read {
            out.push(c);
            rest = tail.get(end + 1..).unwrap_or_default();
        } else {
            out.push('&');
            rest = tail.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    }
    Some(match name {
        "nbsp" | "ensp" | "emsp" => ' ',
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "ldquo" => '\u{201c}',
        "rdquo" => '\u{201d}',
        "lsquo" => '\u{2018}',
        "rsquo" => '\u{2019}',
        "hellip" => '\u{2026}',
        "mdash" => '\u{2014}',
        "ndash" => '\u{2013}',
        "middot" => '\u{b7}',
        "copy" => '\u{a9}',
        "reg" => '\u{ae}',
        "deg" => '\u{b0}',
        "times" => '\u{d7}',
        "yen" => '\u{a5}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_see_becomes_lines() {
        for (html, text) in [
            ("<p>一 &amp; 二</p><p>三<br>四</p>", "一 & 二\n\n三\n四"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("a\n  b<span>c</span>", "a bc"),
            ("<head><title>t</title></head><style>p{}</style>x<script>if (a<b) y</script>z", "xz"),
            ("<!-- no --><b>yes</b>", "yes"),
            ("<ul><li>一</li><li>二</li></ul>", "- 一\n- 二"),
            (
                "<table><tr><td>名称</td><td>版本</td></tr><tr><td>A</td><td>7</td></tr></table>",
                "名称 | 版本\nA | 7",
            ),
            (
                "new<blockquote>old<br>older<blockquote>oldest</blockquote></blockquote>",
                "new\n> old\n> older\n> > oldest",
            ),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("1 < 2 & 3 &unknown; &#20013;&#x6587;", "1 < 2 & 3 &unknown; 中文"),
            ("<style>never closed", ""),
            ("<p", ""),
        ] {
            assert_eq!(text_of(html), text, "{html}");
        }
    }
}
