//! Canned answers: variables in their text, `{{number}}`, which are filled in from a ticket.

use crate::named;

named! {
    /// What an answer may name of the ticket in which it is used.
    pub enum Variable ("variable") {
        /// The ticket's number.
        Number = "number",
        /// Its title.
        Title = "title",
        /// Who asked.
        Requester = "requester",
        /// The requester's organisation.
        Organisation = "organisation",
        /// The affected product.
        Product = "product",
        /// The person who has it.
        Assignee = "assignee",
        /// When the nearest promise is due.
        Due = "due",
        /// The person who writes.
        Me = "me",
        /// The service desk's name.
        Desk = "desk",
    }
}

/// The variables that a text names, each once, in the order of their appearance.
///
/// # Errors
/// The first name that is no variable.
pub fn variables(text: &str) -> Result<Vec<Variable>, String> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        if let Piece::Name(name) = piece {
            let variable: Variable = name.parse().map_err(|_| name.to_owned())?;
            if !found.contains(&variable) {
                found.push(variable);
            }
        }
    }
    Ok(found)
}

/// The text with its variables filled in; what is no variable stays as it is. The values go in as they are
/// given: a caller that fills HTML escapes them.
pub fn fill(text: &str, value: impl Fn(Variable) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Name(name) => match name.parse() {
                Ok(variable) => out.push_str(&value(variable)),
                Err(_) => out.extend(["{{", name, "}}"]),
            },
        }
    }
    out
}

pub(crate) enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
}

pub(crate) fn pieces(mut rest: &str) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, tail)) = after.split_once("}}") else { break };
        all.push(Piece::Text(before));
        all.push(Piece::Name(name.trim()));
        rest = tail;
    }
    all.push(Piece::Text(rest));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_and_filled() {
        let text = "<p>{{requester}}您好，{{ number }} 将在 {{due}} 前处理。{{number}}</p>";
        assert_eq!(variables(text), Ok(vec![Variable::Requester, Variable::Number, Variable::Due]));
        let filled = fill(text, |v| format!("<{v}>"));
        assert_eq!(filled, "<p><requester>您好，<number> 将在 <due> 前处理。<number></p>");
        assert_eq!(variables("{{nubmer}}"), Err("nubmer".to_owned()));
        assert_eq!(fill("a {{nubmer}} {{", |_| String::new()), "a {{nubmer}} {{");
    }
}
