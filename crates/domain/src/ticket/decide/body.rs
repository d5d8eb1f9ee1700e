//! The text of a message.

/// The text of a message: HTML that was cleaned at the edge, and the same as plain text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    html: String,
    text: String,
    rest: String,
}

impl Body {
    /// Characters that a person may write at once; a letter brings what it brings.
    pub const MAX_CHARS: usize = 100_000;

    /// Longer than a person may write? Marking up a text makes it several times as long, but not more.
    pub fn is_too_long(&self) -> bool {
        self.text.chars().count() > Self::MAX_CHARS || self.html.len() > 20 * Self::MAX_CHARS
    }

    /// From plain text: paragraphs at empty lines, everything escaped.
    pub fn from_text(text: &str) -> Self {
        let text = text.trim().replace("\r\n", "\n");
        let escape = |s: &str| {
            s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        };
        let html = text
            .split("\n\n")
            .filter(|p| !p.trim().is_empty())
            .map(|p| format!("<p>{}</p>", escape(p.trim()).replace('\n', "<br>")))
            .collect();
        Self { html, text, rest: String::new() }
    }

    /// From HTML that the caller has cleaned, with its text.
    pub fn from_clean(html: String, text: String) -> Self {
        Self { html, text, rest: String::new() }
    }

    /// With what was quoted in a letter, which unfolds below; plain text.
    #[must_use]
    pub fn with_rest(mut self, text: &str) -> Self {
        self.rest = Self::from_text(text).html;
        self
    }

    /// Safe HTML of what was quoted; empty if nothing was.
    pub fn rest(&self) -> &str {
        &self.rest
    }

    /// Safe HTML.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Plain text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Nothing to read and nothing to see?
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && !self.html.contains("<img")
    }
}
