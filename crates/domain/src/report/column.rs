//! The columns of the reports: which cells a number is made of, and how.

use super::{
    Entry, Report, attainment, backlog, punctuality, quantile, recovery, repeats, satisfaction, solving,
};

/// How a number is made of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// How many.
    Count,
    /// The part of them that fell into these cells.
    Share(&'static [&'static str]),
    /// A percentile of their values, which are seconds.
    Percentile(u8),
    /// The mean of their values, which are seconds.
    Mean,
    /// The greatest of their values, which are seconds.
    Greatest,
    /// The mean of their values, which are marks.
    Mark,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in addresses, exports and texts.
    pub key: &'static str,
    /// The cells that it takes; for a share, the whole.
    pub cells: &'static [&'static str],
    /// What it makes of them.
    pub how: How,
}

/// A number with what is needed to say and to check it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// There was nothing to measure.
    Nothing,
    /// How many.
    Count(usize),
    /// `part` of `whole`; `whole` is never 0.
    Share {
        /// Numerator.
        part: usize,
        /// Denominator.
        whole: usize,
    },
    /// A time in seconds.
    Seconds(f64),
    /// A mean mark.
    Mark(f64),
}

impl Figure {
    /// As a plain number: a share between 0 and 1, a time in seconds.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Nothing => None,
            Self::Count(n) => Some(number(n)),
            Self::Share { part, whole } => Some(number(part) / number(whole)),
            Self::Seconds(v) | Self::Mark(v) => Some(v),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of entries are far below 2^52")]
fn number(n: usize) -> f64 {
    n as f64
}

impl Column {
    pub(super) const fn new(key: &'static str, cells: &'static [&'static str], how: How) -> Self {
        Self { key, cells, how }
    }

    /// A count of one cell or of several.
    pub(super) const fn count(key: &'static str, cells: &'static [&'static str]) -> Self {
        Self::new(key, cells, How::Count)
    }

    /// Is the entry one of those that the number is made of?
    pub fn holds(&self, e: &Entry) -> bool {
        let measured = matches!(self.how, How::Count | How::Share(_)) || e.value.is_some();
        measured && self.cells.contains(&e.cell)
    }

    /// How many entries the number is made of.
    pub fn weight<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> usize {
        entries.filter(|e| self.holds(e)).count()
    }

    /// The number.
    pub fn figure<'a>(&self, entries: impl Iterator<Item = &'a Entry> + Clone) -> Figure {
        let whole = self.weight(entries.clone());
        if let How::Count = self.how {
            return Figure::Count(whole);
        }
        if whole == 0 {
            return Figure::Nothing;
        }
        if let How::Share(cells) = self.how {
            let part = entries.filter(|e| self.holds(e) && cells.contains(&e.cell)).count();
            return Figure::Share { part, whole };
        }
        let mut values: Vec<f64> =
            entries.filter(|e| self.holds(e)).filter_map(|e| e.value).map(measured).collect();
        values.sort_by(f64::total_cmp);
        let mean = || values.iter().sum::<f64>() / number(values.len());
        match self.how {
            How::Mark => Figure::Mark(mean()),
            How::Mean => Figure::Seconds(mean()),
            How::Percentile(p) => {
                quantile(&values, f64::from(p) / 100.0).map_or(Figure::Nothing, Figure::Seconds)
            }
            _ => values.last().copied().map_or(Figure::Nothing, Figure::Seconds),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a ticket's life, or a mark")]
fn measured(v: i64) -> f64 {
    v as f64
}

impl Report {
    /// The columns of its table.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Attainment => attainment::COLUMNS,
            Self::Recovery => recovery::COLUMNS,
            Self::Satisfaction => satisfaction::COLUMNS,
            Self::Solving => solving::COLUMNS,
            Self::Punctuality => punctuality::COLUMNS,
            Self::Repeats => repeats::COLUMNS,
            Self::Backlog => backlog::COLUMNS,
        }
    }

    /// Columns of a second table over the whole: the distribution of marks.
    pub const fn distribution(self) -> &'static [(&'static str, [Column; 6])] {
        match self {
            Self::Satisfaction => satisfaction::DISTRIBUTION,
            _ => &[],
        }
    }

    /// The column with this key.
    pub fn column(self, key: &str) -> Option<&'static Column> {
        let more = self.distribution().iter().flat_map(|(_, columns)| columns);
        self.columns().iter().chain(more).find(|c| c.key == key)
    }

    /// The number that its first sentence says.
    pub fn headline(self) -> &'static Column {
        match self {
            Self::Attainment => &attainment::RATE,
            Self::Recovery => &recovery::MEAN,
            Self::Satisfaction => &satisfaction::OVERALL,
            Self::Solving => &solving::RATE,
            Self::Punctuality => &punctuality::RATE,
            Self::Repeats => &repeats::RATE,
            Self::Backlog => &backlog::ALL,
        }
    }
}
