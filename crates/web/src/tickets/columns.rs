//! The columns of the ticket list: which there are, which a person has chosen, and what stands in them.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use domain::field::{Field, FieldType};
use serde::Deserialize;
use store::ticket::ListRow;
use words::{Locale, t, word};

use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, words as parts};
use crate::session::StaffPage;
use crate::table::Cell;
use crate::ui::Ui;

pub(super) const COOKIE: &str = "columns";
const KEPT_S: i64 = 365 * 24 * 3600;

/// All columns in their order on the page. The title is always there.
const ALL: [&str; 15] = [
    "severity",
    "level",
    "number",
    "title",
    "status",
    "kind",
    "class",
    "product",
    "customer",
    "requester",
    "promise",
    "group",
    "assignee",
    "received",
    "updated",
];
const USUAL: [&str; 7] = ["severity", "number", "title", "customer", "promise", "assignee", "updated"];

/// A column of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// A name of [`ALL`], or `x.<key>` of an extra field.
    pub name: String,
    /// What stands above it.
    pub label: String,
    /// What an extra field holds.
    pub holds: FieldType,
}

impl Column {
    fn plain(name: &str, locale: Locale) -> Self {
        Self {
            name: name.to_owned(),
            label: t(locale, &format!("field-{name}")).to_owned(),
            holds: FieldType::Text,
        }
    }

    /// The class by which it has its width.
    pub(super) fn class(&self) -> &str {
        if self.name.starts_with("x.") { "extra" } else { &self.name }
    }

    /// Its cell as text, for exports and for the cells that are nothing else.
    pub(super) fn text(&self, row: &ListRow, ui: &Ui) -> String {
        let say = |list: &str, name: &str| word(ui.locale, list, name).to_owned();
        match self.name.as_str() {
            "severity" => say("severity", row.severity.as_str()),
            "level" => row.level.map(|l| say("level", l.as_str())).unwrap_or_default(),
            "number" => row.number.clone(),
            "title" => row.title.clone(),
            "status" => say("status", row.status.as_str()),
            "kind" => say("kind", row.kind.as_str()),
            "class" => row.class.map(|c| say("class", c.as_str())).unwrap_or_default(),
            "product" => row.product.clone().unwrap_or_default(),
            "customer" => row.organisation.clone().unwrap_or_else(|| row.requester.clone()),
            "requester" => row.requester.clone(),
            "promise" => row.nearest.map(|(_, due, _)| ui.full(&due)).unwrap_or_default(),
            "milestone" => row.nearest.map(|(m, ..)| say("milestone", m.as_str())).unwrap_or_default(),
            "group" => row.group.clone().unwrap_or_default(),
            "assignee" => row.assignee.clone().unwrap_or_else(|| ui.t("nobody").to_owned()),
            "received" => ui.full(&row.created_at),
            "updated" => ui.full(&row.updated_at),
            extra => row.extra_value(extra.trim_start_matches("x.")),
        }
    }
}

impl Column {
    /// Its cell for exports: a spreadsheet can calculate with the moments.
    pub(super) fn cell(&self, row: &ListRow, ui: &Ui) -> Cell {
        let text = self.text(row, ui);
        let at = match self.name.as_str() {
            "received" => row.created_at,
            "updated" => row.updated_at,
            "promise" => match row.nearest {
                Some((_, due, _)) => due,
                None => return text.into(),
            },
            _ => {
                return match self.holds {
                    FieldType::Number => Cell::Number(text),
                    FieldType::Date => {
                        text.parse().map_or(Cell::Text(text.clone()), |day| Cell::Day(day, text))
                    }
                    FieldType::Text | FieldType::Choice => text.into(),
                };
            }
        };
        Cell::At(at.to_zoned(ui.zone.clone()).datetime(), text)
    }
}

/// All columns that there are: the ticket's own, then one for each extra field.
pub(super) fn all(locale: Locale, fields: &[Field]) -> Vec<Column> {
    let own = ALL.iter().map(|name| Column::plain(name, locale));
    let extra = fields.iter().map(|f| Column {
        name: format!("x.{}", f.key),
        label: f.label.clone(),
        holds: f.type_,
    });
    own.chain(extra).collect()
}

/// Those of an export: on the page the promise's column says the state of a case without one, and which promise it is.
pub(super) fn exported(all: &[Column], mut chosen: Vec<Column>, locale: Locale) -> Vec<Column> {
    let Some(promise) = chosen.iter().position(|c| c.name == "promise") else { return chosen };
    let status = all.iter().find(|c| c.name == "status" && !chosen.contains(c)).cloned();
    let name = "milestone".to_owned();
    let milestone = Column { name, label: t(locale, "export-milestone").to_owned(), holds: FieldType::Text };
    if let Some(due) = chosen.get_mut(promise) {
        t(locale, "export-due").clone_into(&mut due.label);
    }
    chosen.splice(promise..promise, status.into_iter().chain([milestone]));
    chosen
}

/// Those that the address names, else those that the person keeps, else the usual ones.
pub(super) fn chosen(all: &[Column], asked: &str, kept: &str) -> Vec<Column> {
    let names: Vec<String> = match (asked, kept) {
        ("", "") => USUAL.iter().map(|n| (*n).to_owned()).collect(),
        ("", kept) => kept.split('~').map(str::to_owned).collect(),
        (asked, _) => parts(asked).collect(),
    };
    all.iter().filter(|c| c.name == "title" || names.contains(&c.name)).cloned().collect()
}

/// Did nobody choose them? A saved view says its columns, also those that its maker left as they were.
pub(super) fn are_usual(names: &[&str], kept: &str) -> bool {
    kept.is_empty() && names == USUAL
}

/// Which columns, and where to go back to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ColumnsForm {
    column: Vec<String>,
    back: String,
    usual: String,
}

/// Keeps the chosen columns for this person's browser.
pub(super) async fn keep(
    State(_): State<App>,
    _page: StaffPage,
    jar: CookieJar,
    Fields(form): Fields<ColumnsForm>,
) -> Result<Response, WebError> {
    let clean = |c: &&String| c.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let names: Vec<&str> = form.column.iter().filter(clean).map(String::as_str).collect();
    let value = if form.usual.is_empty() { names.join("~") } else { String::new() };
    let cookie = Cookie::build((COOKIE, value)).http_only(true).same_site(SameSite::Lax).path("/tickets");
    let to = if form.back.starts_with("/tickets") { form.back.as_str() } else { "/tickets" };
    let mut response = (jar, Redirect::to(to)).into_response();
    let text = format!("{}; Max-Age={KEPT_S}", cookie.build());
    if let Ok(value) = text.parse() {
        response.headers_mut().append(axum::http::header::SET_COOKIE, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_counts_before_what_is_kept_and_the_title_is_always_there() {
        let all = all(Locale::En, &[]);
        let names = |asked: &str, kept: &str| -> Vec<String> {
            chosen(&all, asked, kept).into_iter().map(|c| c.name).collect()
        };
        assert_eq!(names("", ""), USUAL);
        assert_eq!(names("", "kind~updated"), ["title", "kind", "updated"]);
        assert_eq!(names("class, number", "kind"), ["number", "title", "class"]);
    }
}
