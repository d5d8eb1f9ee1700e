//! Forms whose fields repeat: rows of rules, fields, steps. A form is a list of pairs; a row is found by its index.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;

/// What a form sent, in its order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl FromRequest<App> for Pairs {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &App) -> Result<Self, WebError> {
        Fields::<Vec<(String, String)>>::from_request(request, app).await.map(|Fields(pairs)| Self(pairs))
    }
}

impl Pairs {
    /// The first value of a field; empty if it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }

    /// All values of a field that may be chosen more than once.
    pub(crate) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    /// The values of a closed list among them; an unknown one was made by hand and is dropped.
    pub(crate) fn chosen<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        self.all(name).filter_map(|v| v.parse().ok()).collect()
    }

    /// Was a box ticked?
    pub(crate) fn ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// A number; 0 if it is none.
    pub(crate) fn number(&self, name: &str) -> i64 {
        self.get(name).parse().unwrap_or(0)
    }

    /// The indices of the rows `prefix.N.…`, in the order in which the form has them.
    pub(crate) fn rows(&self, prefix: &str) -> Vec<usize> {
        let mut seen = Vec::new();
        for (key, _) in &self.0 {
            let rest = key.strip_prefix(prefix).and_then(|r| r.strip_prefix('.'));
            let index = rest.and_then(|r| r.split('.').next()).and_then(|n| n.parse().ok());
            if let Some(index) = index.filter(|i| !seen.contains(i)) {
                seen.push(index);
            }
        }
        seen
    }

    /// What the pressed button wants: a word and what it is about, `up.3`.
    pub(crate) fn wish(&self) -> (&str, &str) {
        let wish = self.get("do");
        wish.split_once('.').unwrap_or((wish, ""))
    }
}

/// Carries out a button of a list: `up.N`, `down.N`, `remove.N`, `add`. Answers whether it was one.
pub(crate) fn rearrange<T>(list: &mut Vec<T>, wish: (&str, &str), new: impl FnOnce() -> T) -> bool {
    let at = wish.1.parse::<usize>().ok().filter(|i| *i < list.len());
    match (wish.0, at) {
        ("add", _) => list.push(new()),
        ("up", Some(i)) if i > 0 => list.swap(i, i - 1),
        ("down", Some(i)) if i + 1 < list.len() => list.swap(i, i + 1),
        ("remove", Some(i)) => drop(list.remove(i)),
        ("up" | "down" | "remove", _) => {}
        _ => return false,
    }
    true
}

/// The button that moves the row on from where `up.N` or `down.N` has brought it; the other one at an end.
pub(crate) fn landed(wish: (&str, &str), rows: usize) -> String {
    let to = match (wish.0, wish.1.parse::<usize>()) {
        ("up", Ok(at)) => at.saturating_sub(1),
        ("down", Ok(at)) => (at + 1).min(rows.saturating_sub(1)),
        _ => return String::new(),
    };
    let word = match to {
        0 => "down",
        last if last + 1 == rows => "up",
        _ => wish.0,
    };
    format!("{word}.{to}")
}

/// A form that comes back because somebody else saved first: 409, so that programs see it too.
pub(crate) fn conflict(page: Result<Response, WebError>) -> Result<Response, WebError> {
    let mut response = page?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_the_order_of_the_form() {
        let pairs = ["r.2.name", "r.0.name", "r.2.kinds", "s.7.name", "r.x.name"];
        let pairs = Pairs(pairs.iter().map(|k| ((*k).to_owned(), "v".to_owned())).collect());
        assert_eq!(pairs.rows("r"), [2, 0]);
    }

    #[test]
    fn the_focus_goes_along_with_a_row() {
        assert_eq!(landed(("up", "2"), 4), "up.1");
        assert_eq!(landed(("up", "1"), 4), "down.0");
        assert_eq!(landed(("down", "1"), 4), "down.2");
        assert_eq!(landed(("down", "2"), 4), "up.3");
        assert_eq!(landed(("add", ""), 4), "");
    }

    #[test]
    fn buttons_move_rows() {
        let list = |wish| {
            let mut list = vec!["a", "b", "c"];
            let was = rearrange(&mut list, wish, || "new");
            (list.concat(), was)
        };
        assert_eq!(list(("up", "1")), ("bac".to_owned(), true));
        assert_eq!(list(("down", "2")), ("abc".to_owned(), true));
        assert_eq!(list(("down", "0")), ("bac".to_owned(), true));
        assert_eq!(list(("remove", "1")), ("ac".to_owned(), true));
        assert_eq!(list(("remove", "9")), ("abc".to_owned(), true));
        assert_eq!(list(("add", "")), ("abcnew".to_owned(), true));
        assert_eq!(list(("save", "")), ("abc".to_owned(), false));
    }
}
