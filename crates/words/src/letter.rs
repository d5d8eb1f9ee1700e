//! Letters to customers: what is new first, then what happens next and by when, then how to answer.

use domain::ticket::decide::Letter;

use crate::{Locale, t_args};

/// What a letter may say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LetterFacts {
    /// Name of the desk.
    pub desk: String,
    /// Ticket number.
    pub number: String,
    /// Ticket title.
    pub title: String,
    /// Receiver's name.
    pub name: String,
    /// The next promise as a sentence's part, `14:05 前`; empty if none runs.
    pub next: String,
    /// The message as plain text.
    pub message: String,
    /// Address of the case in the portal.
    pub link: String,
    /// The customer is asked whether there is anything else.
    pub asks_else: bool,
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterText {
    /// Starts with the number.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Writes a letter to somebody in copy: what was said, and nothing that leads to the case.
pub fn copy_text(locale: Locale, letter: Letter, facts: &LetterFacts) -> LetterText {
    let args = [
        ("desk", facts.desk.as_str()),
        ("number", &facts.number),
        ("title", &facts.title),
        ("name", &facts.name),
        ("message", &facts.message),
    ];
    LetterText {
        subject: letter_text(locale, letter, facts).subject,
        body: t_args(locale, "letter-copy-body", &args),
    }
}

/// Writes a letter.
pub fn letter_text(locale: Locale, letter: Letter, facts: &LetterFacts) -> LetterText {
    let args: [(&'static str, &str); 7] = [
        ("desk", &facts.desk),
        ("number", &facts.number),
        ("title", &facts.title),
        ("name", &facts.name),
        ("next", &facts.next),
        ("message", &facts.message),
        ("link", &facts.link),
    ];
    let kind = letter.as_str();
    let body_key = if letter == Letter::Received && facts.next.is_empty() {
        "letter-received-body-plain".to_owned()
    } else if letter == Letter::Solved && facts.asks_else {
        "letter-solved-body-else".to_owned()
    } else {
        format!("letter-{kind}-body")
    };
    LetterText {
        subject: t_args(locale, &format!("letter-{kind}-subject"), &args),
        body: t_args(locale, &body_key, &args),
    }
}
