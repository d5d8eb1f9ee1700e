//! One answer row, read by position, the same on both engines.

use std::str::FromStr;

use domain::time::{Timestamp, from_millis};

use crate::{Error, Result};

/// A row of either engine.
pub enum Row<'a> {
    /// `SQLite`'s.
    Sqlite(&'a rusqlite::Row<'a>),
    /// `PostgreSQL`'s.
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// A TEXT column.
    pub fn text(&self, i: usize) -> Result<String> {
        match self {
            Self::Sqlite(r) => Ok(r.get(i)?),
            Self::Postgres(r) => Ok(r.try_get(i)?),
        }
    }

    /// A TEXT column that may be NULL.
    pub fn text_opt(&self, i: usize) -> Result<Option<String>> {
        match self {
            Self::Sqlite(r) => Ok(r.get(i)?),
            Self::Postgres(r) => Ok(r.try_get(i)?),
        }
    }

    /// A BYTEA column.
    pub fn bytes(&self, i: usize) -> Result<Vec<u8>> {
        match self {
            Self::Sqlite(r) => Ok(r.get(i)?),
            Self::Postgres(r) => Ok(r.try_get(i)?),
        }
    }

    /// A BIGINT column.
    pub fn int(&self, i: usize) -> Result<i64> {
        match self {
            Self::Sqlite(r) => Ok(r.get(i)?),
            Self::Postgres(r) => Ok(r.try_get(i)?),
        }
    }

    /// A BIGINT column that may be NULL.
    pub fn int_opt(&self, i: usize) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(r) => Ok(r.get(i)?),
            Self::Postgres(r) => Ok(r.try_get(i)?),
        }
    }

    /// A BIGINT column that holds 0 or 1.
    pub fn flag(&self, i: usize) -> Result<bool> {
        Ok(self.int(i)? != 0)
    }

    /// A small number.
    pub fn small(&self, i: usize, column: &'static str) -> Result<u32> {
        u32::try_from(self.int(i)?).map_err(|e| Error::corrupt(column, e))
    }

    /// A very small number.
    pub fn tiny(&self, i: usize, column: &'static str) -> Result<u8> {
        u8::try_from(self.int(i)?).map_err(|e| Error::corrupt(column, e))
    }

    /// An instant.
    pub fn at(&self, i: usize) -> Result<Timestamp> {
        Ok(from_millis(self.int(i)?))
    }

    /// An instant that may be NULL.
    pub fn at_opt(&self, i: usize) -> Result<Option<Timestamp>> {
        Ok(self.int_opt(i)?.map(from_millis))
    }

    /// An identifier.
    pub fn id<T: From<String>>(&self, i: usize) -> Result<T> {
        Ok(self.text(i)?.into())
    }

    /// An identifier that may be NULL.
    pub fn id_opt<T: From<String>>(&self, i: usize) -> Result<Option<T>> {
        Ok(self.text_opt(i)?.map(Into::into))
    }

    /// What a TEXT column holds, without a copy of it.
    fn lent<T>(&self, i: usize, read: impl FnOnce(Option<&str>) -> Result<T>) -> Result<T> {
        match self {
            Self::Sqlite(r) => read(r.get_ref(i)?.as_str_or_null().map_err(rusqlite::Error::from)?),
            Self::Postgres(r) => read(r.try_get(i)?),
        }
    }

    /// A word of a closed list.
    pub fn word<T: FromStr<Err: std::fmt::Display>>(&self, i: usize, column: &'static str) -> Result<T> {
        self.lent(i, |text| text.unwrap_or_default().parse().map_err(|e| Error::corrupt(column, e)))
    }

    /// A word of a closed list that may be NULL.
    pub fn word_opt<T: FromStr<Err: std::fmt::Display>>(
        &self,
        i: usize,
        column: &'static str,
    ) -> Result<Option<T>> {
        self.lent(i, |text| text.map(str::parse).transpose().map_err(|e| Error::corrupt(column, e)))
    }

    /// A JSON document.
    pub fn json_opt<T: serde::de::DeserializeOwned>(
        &self,
        i: usize,
        column: &'static str,
    ) -> Result<Option<T>> {
        self.lent(i, |text| text.map(serde_json::from_str).transpose().map_err(|e| Error::corrupt(column, e)))
    }

    /// JSON of a column.
    pub fn json<T: serde::de::DeserializeOwned>(&self, i: usize, column: &'static str) -> Result<T> {
        self.lent(i, |text| {
            serde_json::from_str(text.unwrap_or_default()).map_err(|e| Error::corrupt(column, e))
        })
    }
}

/// A document as it is stored.
pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    // Our own types serialise; a failure would be a bug in a derive, and an empty object shows it.
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}
