//! What an import would come to: its rows go through the same decisions, in units of work that are thrown away.

use std::sync::Arc;

use domain::import::{Line, Look, Noun, Numbers, RowState, Vocabulary, Wrong};
use store::import;

use super::make::{become_it, wrong_with};
use super::{How, IMPORT, Plan, clash};
use crate::{Desk, Error, Result, Unit};

/// What a row would become, by its number in the file.
pub type Preview = (i64, std::result::Result<Line, Vec<Wrong>>);

/// Rows of tickets in one unit of work: each stands for itself, and others must not wait long. Rows of customers
/// must see the ones before them, so all of them are one unit.
const TICKETS_AT_ONCE: usize = 50;
const AT_ONCE: i64 = 500;

/// What a trial found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tried {
    /// Rows that were tried.
    pub rows: usize,
    /// The first rows.
    pub first: Vec<Preview>,
    /// All rows that would be bad.
    pub bad: Vec<(i64, Vec<Wrong>)>,
}

/// Rows on trial.
pub struct Trial {
    desk: Desk,
    words: Arc<Vocabulary>,
    how: Arc<How>,
}

impl Trial {
    /// A trial of rows of a noun, read as a plan says.
    ///
    /// # Errors
    /// `Invalid` if the zone is unknown.
    pub fn new(desk: Desk, noun: Noun, plan: Plan, words: Vocabulary) -> Result<Self> {
        Ok(Self { desk, words: Arc::new(words), how: Arc::new(How::new(noun, plan)?) })
    }

    /// Tries the rows of a file, from its first; shows what the first of them would become.
    ///
    /// # Errors
    /// The store's; what is wrong with a row is the row's.
    pub async fn of(&self, rows: Vec<Vec<String>>, shown: usize) -> Result<Tried> {
        let rows = Arc::new(rows);
        let mut look = Look::default();
        (1i64..).zip(rows.iter()).for_each(|(no, cells)| look.take(no, &self.how.mapping, cells));
        let twice = Arc::new(look.found());
        let size = if self.how.noun == Noun::Tickets { TICKETS_AT_ONCE } else { rows.len().max(1) };
        let (mut tried, mut numbers) = (Tried { rows: rows.len(), ..Tried::default() }, Numbers::default());
        for start in (0..rows.len()).step_by(size) {
            let (how, words, rows) = (Arc::clone(&self.how), Arc::clone(&self.words), Arc::clone(&rows));
            let (seen, twice) = (numbers, Arc::clone(&twice));
            let part = self.desk.rehearse(&IMPORT, move |unit| {
                let (mut part, mut numbers) = (Tried::default(), seen.clone());
                for (no, cells) in (1i64..).zip(rows.iter()).skip(start).take(size) {
                    let line = one(unit, (&how, &words), cells, &numbers)?;
                    if line.is_ok() && twice.contains_key(domain::import::number(&how.mapping, cells)) {
                        numbers.keep(no, &how.mapping, cells);
                    }
                    part.take(no, line, shown);
                }
                Ok((part, numbers))
            });
            let (part, seen) = part.await?;
            tried.first.extend(part.first);
            tried.bad.extend(part.bad);
            numbers = seen;
        }
        Ok(tried)
    }
}

impl Tried {
    fn take(&mut self, no: i64, line: std::result::Result<Line, Vec<Wrong>>, shown: usize) {
        if let Err(wrong) = &line {
            self.bad.push((no, wrong.clone()));
        }
        if usize::try_from(no).is_ok_and(|no| no <= shown) {
            self.first.push((no, line));
        }
    }
}

/// One row in a part of the unit of its own: a bad one leaves nothing for the next.
fn one(
    unit: &mut Unit<'_, '_>,
    (how, words): (&How, &Vocabulary),
    cells: &[String],
    numbers: &Numbers,
) -> Result<std::result::Result<Line, Vec<Wrong>>> {
    if let Some(first) = numbers.clash(&how.mapping, cells) {
        return Ok(Err(vec![clash::wrong(first)]));
    }
    let (actor, now, rules) = (unit.actor, unit.now, Arc::clone(&unit.rules));
    let made = unit.work.attempt(|work| {
        become_it(&mut Unit { work, actor, now, rules: Arc::clone(&rules) }, how, words, cells)
    });
    match made {
        Ok((line, _)) => Ok(Ok(line)),
        Err(e) => wrong_with(e).map(Err),
    }
}

/// What the rows of a draft would become: at most `limit` are tried, the first `shown` are shown.
///
/// # Errors
/// `NotFound`, `Invalid`, the store's.
pub async fn preview(
    desk: &Desk,
    id: String,
    words: Vocabulary,
    (limit, shown): (usize, usize),
) -> Result<Tried> {
    let (row, rows) = desk
        .read(move |r| {
            let row = import::one(r, &id)?.ok_or(Error::NotFound)?;
            let (mut cells, mut after) = (Vec::new(), 0);
            while cells.len() < limit {
                let rows = import::rows(r, &id, RowState::Waiting, after, AT_ONCE)?;
                let Some(last) = rows.last() else { break };
                after = last.no;
                cells.extend(rows.into_iter().map(|row| row.cells));
            }
            cells.truncate(limit);
            Ok((row, cells))
        })
        .await?;
    let noun = row.source.parse().map_err(|_| Error::NotFound)?;
    Trial::new(desk.clone(), noun, Plan::of(&row), words)?.of(rows, shown).await
}
