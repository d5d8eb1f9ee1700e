//! Whole histories: every row of every table that matters as JSON, and back. An instant is RFC 3339, a flag is a
//! boolean, a document is itself; so an archive can be read without this program.

mod left_out;
mod nouns;

pub use left_out::{LEFT_OUT, LEFT_OUT_COLUMNS};
pub use nouns::NOUNS;

use domain::time::{Timestamp, from_millis, to_millis};
use serde_json::{Map, Value as Json};

use crate::sql::{insert_into, page_of};
use crate::value::Value;
use crate::{Error, Read, Result, Row, Work};

/// The topic of the outbox that says: everything is another. Whoever keeps a copy reads it anew.
pub const RESTORED: &str = "restored";

/// How a column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A number.
    Int,
    /// 0 or 1, written as a boolean.
    Flag,
    /// Milliseconds, written as an instant.
    At,
    /// A document, written as itself.
    Json,
}

/// A table of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// Its name in the archive.
    pub name: &'static str,
    /// Its table.
    pub table: &'static str,
    /// Its primary key.
    pub keys: &'static [&'static str],
    /// Its columns.
    pub columns: &'static [(&'static str, Kind)],
}

statements! {
    TICKET_MERGED = "UPDATE ticket SET merged_into = $2 WHERE id = $1";
    CONTACT_MERGED = "UPDATE contact SET merged_into = $2 WHERE id = $1";
    ANY = "SELECT id FROM staff UNION ALL SELECT id FROM organisation UNION ALL SELECT id FROM contact \
         UNION ALL SELECT id FROM ticket LIMIT 1";
    CLEAR_SETTINGS = "DELETE FROM setting";
    CLEAR_CALENDAR_REVS = "DELETE FROM calendar_rev";
    CLEAR_CALENDARS = "DELETE FROM calendar";
    CLEAR_POLICY_REVS = "DELETE FROM policy_rev";
    CLEAR_POLICIES = "DELETE FROM policy";
    CLEAR_ROLES = "DELETE FROM role";
    CLEAR_COUNTERS = "DELETE FROM counter WHERE name <> 'rules'";
    CLEAR_COUNTS = "DELETE FROM queue_count";
}

/// What was merged may have been merged into what comes later: told when all are there.
const LATER: &str = "merged_into";
/// The version of the rules is the installation's own.
const RULES: (&str, &str) = ("counters", "rules");

impl Noun {
    fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }

    fn kind(&self, column: &str) -> Kind {
        self.columns.iter().find(|(name, _)| *name == column).map_or(Kind::Text, |(_, kind)| *kind)
    }

    /// A page of rows after the last row of the page before.
    pub fn page(
        &self,
        r: &mut Read<'_>,
        after: Option<&Map<String, Json>>,
        limit: i64,
    ) -> Result<Vec<Map<String, Json>>> {
        let engine = r.engine();
        let keys = after.map(|row| {
            self.keys.iter().map(|k| plain(row.get(*k), self.kind(k))).collect::<Result<Vec<_>>>()
        });
        let keys = keys.transpose()?;
        let names = self.names();
        let after = keys.as_deref().map(|k| k.iter().map(Plain::value).collect::<Vec<_>>());
        let (text, values) = page_of(self.table, &names, self.keys, after.as_deref(), limit);
        r.query(&engine.assembled(text), &values, |row| self.read(row))
    }

    fn read(&self, row: &Row<'_>) -> Result<Map<String, Json>> {
        let mut map = Map::new();
        for (i, (name, kind)) in self.columns.iter().enumerate() {
            let value = match kind {
                Kind::Text => row.text_opt(i)?.map(Json::from),
                Kind::Int => row.int_opt(i)?.map(Json::from),
                Kind::Flag => row.int_opt(i)?.map(|n| Json::from(n != 0)),
                Kind::At => row.int_opt(i)?.map(|ms| Json::from(from_millis(ms).to_string())),
                Kind::Json => match row.text_opt(i)? {
                    Some(text) => Some(serde_json::from_str(&text).map_err(|e| Error::corrupt(name, e))?),
                    None => None,
                },
            };
            map.insert((*name).to_owned(), value.unwrap_or(Json::Null));
        }
        Ok(map)
    }

    /// Puts a row of an archive in its place. Columns that the archive does not know keep their default.
    ///
    /// # Errors
    /// A value that is none of its kind, a row whose parents are missing.
    pub fn put(&self, work: &mut Work<'_>, row: &Map<String, Json>) -> Result<()> {
        let known: Vec<&(&str, Kind)> =
            self.columns.iter().filter(|(name, _)| row.contains_key(*name)).collect();
        if self.name == RULES.0 && row.get("name").and_then(Json::as_str) == Some(RULES.1) {
            return Ok(());
        }
        let names: Vec<&'static str> = known.iter().map(|(name, _)| *name).collect();
        let plains: Vec<Plain> = known
            .iter()
            .map(|(name, kind)| if *name == LATER { Ok(Plain::Null) } else { plain(row.get(*name), *kind) })
            .collect::<Result<_>>()?;
        let values: Vec<Value<'_>> = plains.iter().map(Plain::value).collect();
        let engine = work.engine();
        work.insert(&engine.assembled(insert_into(self.table, &names)), &values)
    }

    /// Tells what could not be told while rows were missing.
    pub fn complete(&self, work: &mut Work<'_>, row: &Map<String, Json>) -> Result<()> {
        let (Some(id), Some(into)) =
            (row.get("id").and_then(Json::as_str), row.get(LATER).and_then(Json::as_str))
        else {
            return Ok(());
        };
        let statement = if self.table == "ticket" { &TICKET_MERGED } else { &CONTACT_MERGED };
        work.hit("merged", statement, &[id.into(), into.into()])
    }

    /// Does a row need [`Noun::complete`]?
    pub fn completes(&self) -> bool {
        self.columns.iter().any(|(name, _)| *name == LATER)
    }
}

/// Is there anybody, or any ticket?
pub fn is_empty(r: &mut Read<'_>) -> Result<bool> {
    Ok(r.first(&ANY, &[], |r| r.text(0))?.is_none())
}

/// Makes room for an archive: the rules that every new installation has are taken away.
pub fn clear(work: &mut Work<'_>) -> Result<()> {
    for statement in [
        &CLEAR_SETTINGS,
        &CLEAR_CALENDAR_REVS,
        &CLEAR_CALENDARS,
        &CLEAR_POLICY_REVS,
        &CLEAR_POLICIES,
        &CLEAR_ROLES,
        &CLEAR_COUNTERS,
        &CLEAR_COUNTS,
    ] {
        work.execute(statement, &[])?;
    }
    crate::rules::raise(work)
}

/// The assembled texts, for the test that prepares them on both engines.
pub(crate) fn shapes() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for noun in NOUNS {
        let names = noun.names();
        let zero: Vec<Value<'_>> = noun
            .keys
            .iter()
            .map(|k| if matches!(noun.kind(k), Kind::Text) { Value::Text("x") } else { Value::Int(0) })
            .collect();
        all.push((
            format!("archive {}", noun.name),
            page_of(noun.table, &names, noun.keys, Some(&zero), 1).0,
        ));
        all.push((format!("restore {}", noun.name), insert_into(noun.table, &names)));
    }
    all
}

enum Plain {
    Null,
    Int(i64),
    Text(String),
}

impl Plain {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(n) => Value::Int(*n),
            Self::Text(text) => Value::Text(text),
        }
    }
}

fn plain(value: Option<&Json>, kind: Kind) -> Result<Plain> {
    let bad = || Error::corrupt("archive", value.map_or_else(String::new, ToString::to_string));
    let value = match value {
        None | Some(Json::Null) => return Ok(Plain::Null),
        Some(value) => value,
    };
    Ok(match kind {
        Kind::Text => Plain::Text(value.as_str().ok_or_else(bad)?.to_owned()),
        Kind::Int => Plain::Int(value.as_i64().ok_or_else(bad)?),
        Kind::Flag => Plain::Int(value.as_bool().ok_or_else(bad)?.into()),
        Kind::At => {
            let at: Timestamp = value.as_str().and_then(|t| t.parse().ok()).ok_or_else(bad)?;
            Plain::Int(to_millis(at))
        }
        Kind::Json => Plain::Text(value.to_string()),
    })
}
