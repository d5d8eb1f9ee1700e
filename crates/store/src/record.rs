//! For the benchmarks only (feature `record`, never in the product): notes the statements of units of work with
//! their values, and runs them again on a bare connection. What the product may cost is measured against that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::Value as Owned;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::Result;
use crate::value::Value;

/// A statement that ran, with its values.
#[derive(Debug)]
struct Noted {
    sql: Arc<str>,
    values: Vec<Owned>,
}

/// The statements of one unit of work, in order.
#[derive(Debug)]
pub struct Unit(Vec<Noted>);

impl Unit {
    /// How many statements ran.
    pub fn statements(&self) -> usize {
        self.0.len()
    }
}

#[derive(Default)]
struct Recorder {
    texts: BTreeSet<Arc<str>>,
    noted: Vec<Noted>,
}

static RECORDER: Mutex<Option<Recorder>> = Mutex::new(None);

/// Notes every statement of this process from now on.
pub fn start() {
    *RECORDER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Recorder::default());
}

/// What ran since the start or the last call.
pub fn take() -> Unit {
    let mut recorder = RECORDER.lock().unwrap_or_else(PoisonError::into_inner);
    Unit(recorder.as_mut().map(|r| std::mem::take(&mut r.noted)).unwrap_or_default())
}

/// Called wherever a statement runs.
pub(crate) fn note(sql: &str, values: &[Value<'_>]) {
    let mut recorder = RECORDER.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(recorder) = recorder.as_mut() else { return };
    let sql = recorder.texts.get(sql).cloned().unwrap_or_else(|| {
        let text: Arc<str> = sql.into();
        recorder.texts.insert(Arc::clone(&text));
        text
    });
    let values = values.iter().map(owned).collect();
    recorder.noted.push(Noted { sql, values });
}

fn owned(value: &Value<'_>) -> Owned {
    match *value {
        Value::Null => Owned::Null,
        Value::Int(v) => Owned::Integer(v),
        Value::Real(v) => Owned::Real(v),
        Value::Text(v) => Owned::Text(v.to_owned()),
        Value::Bytes(v) => Owned::Blob(v.to_owned()),
    }
}

/// A bare connection, opened exactly as the product opens its own.
pub struct Bare(Connection);

impl Bare {
    /// Opens a database that the product has made.
    ///
    /// # Errors
    /// The engine's.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self(crate::db::connect_sqlite(path, OpenFlags::default())?))
    }

    /// Runs the units' statements, so many units in each transaction. Every row of an answer is fetched.
    ///
    /// # Errors
    /// The engine's.
    pub fn run(&self, units: &[Unit], batch: usize) -> Result<()> {
        for units in units.chunks(batch) {
            self.0.execute_batch("BEGIN IMMEDIATE")?;
            for noted in units.iter().flat_map(|u| &u.0) {
                let mut statement = self.0.prepare_cached(&noted.sql)?;
                let mut rows = statement.query(params_from_iter(&noted.values))?;
                while rows.next()?.is_some() {}
            }
            self.0.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    /// How many rows each table has.
    ///
    /// # Errors
    /// The engine's.
    pub fn rows(&self) -> Result<BTreeMap<String, i64>> {
        let mut tables =
            self.0.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
        let names = tables.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        let count = |name: String| {
            let n = self.0.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |r| r.get(0))?;
            Ok((name, n))
        };
        names.into_iter().map(count).collect()
    }
}
