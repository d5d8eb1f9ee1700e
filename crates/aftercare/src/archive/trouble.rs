//! What is wrong with an archive, and what to do, said to whoever brings it: in both languages, for nobody has told the
//! command line which one they read. What the database says about it is for the log.

use std::fmt;

use words::{Locale, t, t_args};

/// A sentence in each language.
#[derive(Debug)]
pub(super) struct Trouble([String; 2]);

impl Trouble {
    pub(super) fn new(key: &str, args: &[(&'static str, &str)]) -> Self {
        Self(Locale::ALL.map(|l| t_args(l, key, args)))
    }

    /// What was wrong with a line of a file.
    pub(super) fn in_line(file: &str, line: u64, e: anyhow::Error) -> Self {
        let Self([zh, en]) = Self::of(e);
        let line = line.to_string();
        let said =
            |l, what: &str| t_args(l, "archive-line", &[("file", file), ("line", &line), ("what", what)]);
        Self([said(Locale::Zh, &zh), said(Locale::En, &en)])
    }

    /// With what to do about an archive that does not fit together.
    pub(super) fn advised(self) -> Self {
        let Self([zh, en]) = self;
        let advised =
            |l, text: String| format!("{text}{}{}", t(l, "sentence-between"), t(l, "archive-advice"));
        Self([advised(Locale::Zh, zh), advised(Locale::En, en)])
    }

    fn of(e: anyhow::Error) -> Self {
        let e = match e.downcast::<Self>() {
            Ok(said) => return said,
            Err(e) => e,
        };
        tracing::debug!(error = format!("{e:#}"), "an archive cannot be taken");
        let key = match e.downcast_ref::<store::Error>() {
            Some(store::Error::Exists(_)) => "archive-row-twice",
            Some(store::Error::Reference(_)) => "archive-row-reference",
            Some(store::Error::Corrupt { .. } | store::Error::Sqlite(_) | store::Error::Postgres(_)) => {
                "archive-row-value"
            }
            _ if e.is::<serde_json::Error>() => "archive-row-json",
            _ => return Self::new("archive-other", &[("why", &format!("{e:#}"))]),
        };
        Self::new(key, &[])
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([zh, en]) = self;
        write!(f, "{zh}\n{en}")
    }
}

impl std::error::Error for Trouble {}
