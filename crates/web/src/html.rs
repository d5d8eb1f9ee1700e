//! HTML that people send is cleaned here, at the edge, before it becomes a message.

use std::collections::HashSet;
use std::sync::OnceLock;

use ammonia::Builder;
use domain::ticket::decide::Body;

fn cleaner() -> &'static Builder<'static> {
    static CLEANER: OnceLock<Builder<'static>> = OnceLock::new();
    CLEANER.get_or_init(|| {
        let tags: HashSet<&'static str> = [
            "a",
            "b",
            "blockquote",
            "br",
            "code",
            "div",
            "em",
            "h3",
            "h4",
            "hr",
            "i",
            "img",
            "li",
            "ol",
            "p",
            "pre",
            "s",
            "span",
            "strong",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "tr",
            "u",
            "ul",
        ]
        .into();
        let mut builder = Builder::default();
        builder
            .tags(tags)
            .url_schemes(["http", "https", "mailto", "tel"].into())
            .link_rel(Some("noopener noreferrer nofollow"))
            .attribute_filter(|element, attribute, value| match (element, attribute) {
                // Pictures come from our own file store only: no tracking, no requests to foreign hosts.
                ("img", "src") if !value.starts_with("/files/") => None,
                _ => Some(value.into()),
            });
        builder
    })
}

/// A message's body from HTML that somebody sent.
pub fn clean(html: &str) -> Body {
    let safe = cleaner().clean(html).to_string();
    let text = plain(&safe);
    Body::from_clean(safe, text)
}

/// HTML of a letter that is shown in a frame of its own, without rights: colours and measures stay, pictures are those that
/// stand in it.
pub(crate) fn clean_letter(html: &str) -> String {
    static CLEANER: OnceLock<Builder<'static>> = OnceLock::new();
    let cleaner = CLEANER.get_or_init(|| {
        let mut builder = Builder::default();
        builder
            .add_tags(["font", "u", "s", "strike", "big", "tt"])
            .add_generic_attributes([
                "style", "align", "valign", "bgcolor", "color", "face", "size", "dir", "lang",
            ])
            .add_tag_attributes("table", ["border", "cellpadding", "cellspacing", "width"])
            .add_tag_attributes("td", ["width", "nowrap"])
            .add_url_schemes(["data"])
            .attribute_filter(|element, attribute, value| match (element, attribute) {
                ("img", "src") => value.starts_with("data:image/").then(|| value.into()),
                (_, "href" | "src" | "cite") if value.trim_start().starts_with("data:") => None,
                _ => Some(value.into()),
            });
        builder
    });
    cleaner.clean(html).to_string()
}

/// The text of clean HTML: block ends become line ends, tags go, entities are read.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (before, tail) = rest.split_at(start);
        text.push_str(before);
        let end = tail.find('>').map_or(tail.len(), |e| e + 1);
        let (tag, after) = tail.split_at(end);
        let name = tag.trim_start_matches(['<', '/']).trim_end_matches(['>', '/']);
        let block = ["br", "p", "div", "li", "tr", "h3", "h4", "blockquote", "pre"];
        let ends = tag.starts_with("</") || name.starts_with("br");
        if ends && block.iter().any(|b| name == *b || name.starts_with("br ")) && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_foreign_pictures_do_not_survive() {
        let body = clean(
            r#"<p onclick="x()">好<script>alert(1)</script><img src="https://evil.example/p.gif"><img src="/files/1"></p>
               <a href="javascript:x()">a</a><iframe src="/"></iframe>"#,
        );
        assert!(
            !body.html().contains("script")
                && !body.html().contains("evil")
                && !body.html().contains("onclick")
        );
        assert!(!body.html().contains("iframe") && body.html().contains("/files/1"));
    }

    #[test]
    fn a_letter_keeps_its_looks_and_nothing_that_runs() {
        let shown = clean_letter(
            r#"<style>p{}</style><table style="color:red"><tr><td bgcolor="yellow" onclick="x()">好</td></tr></table>
               <img src="data:image/png;base64,AA"><img src="https://evil.example/p.gif"><a href="data:text/html,x">a</a>
               <script>alert(1)</script><form action="/"><input name="p"></form><meta http-equiv="refresh" content="0;url=/">"#,
        );
        for kept in ["color:red", "bgcolor=\"yellow\"", "data:image/png"] {
            assert!(shown.contains(kept), "{kept}: {shown}");
        }
        for gone in ["script", "onclick", "evil", "text/html", "<form", "<input", "<meta", "p{}"] {
            assert!(!shown.contains(gone), "{gone}: {shown}");
        }
    }

    #[test]
    fn text_keeps_its_lines() {
        assert_eq!(plain("<p>a &amp; b</p><p>c<br>d</p>"), "a & b\nc\nd");
    }
}
