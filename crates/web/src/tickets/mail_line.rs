//! What the timeline says about letters and chats, besides their words.

use domain::ticket::Change;
use words::{Locale, t, t_args};

/// The line of an event; empty if it is not about a letter or a chat.
pub(super) fn mail_line(change: &Change, locale: Locale) -> (String, &'static str) {
    let names = |all: &[String]| all.join(t(locale, "list-comma"));
    match change {
        Change::MailNamed { .. } => (t(locale, "event-mail-named").to_owned(), "soon"),
        Change::MailFilesLeft { names: left } => {
            (t_args(locale, "event-mail-files-left", &[("names", &names(left))]), "soon")
        }
        Change::Copied { people } => (t_args(locale, "event-copied", &[("names", &names(people))]), ""),
        Change::Withdrawn { .. } => (t(locale, "event-withdrawn").to_owned(), ""),
        Change::LetterLost { to, said, .. } => {
            (t_args(locale, "event-letter-lost", &[("to", to), ("said", said)]), "overdue")
        }
        Change::Forwarded { to, .. } => (t_args(locale, "event-forwarded", &[("to", to)]), ""),
        Change::OutsideWrote { from, .. } => (t_args(locale, "event-outside-wrote", &[("from", from)]), ""),
        Change::ChatAsked { .. } => (t(locale, "event-chat-asked").to_owned(), ""),
        Change::ChatAnswered { .. } => (t(locale, "event-chat-answered").to_owned(), ""),
        Change::ChatEnded { .. } => (t(locale, "event-chat-ended").to_owned(), ""),
        Change::NotCopied { address } => (t_args(locale, "event-not-copied", &[("name", address)]), ""),
        _ => (String::new(), ""),
    }
}
