//! Reports: pure folds over what is recorded. A number on a page, in an export and in the API comes from the same
//! fold, and every number keeps the cases behind it.

mod appraisal;
mod ask;
mod attainment;
mod backlog;
mod column;
mod course;
mod differ;
mod period;
mod place;
mod punctuality;
mod quantile;
mod recovery;
mod repeats;
mod satisfaction;
mod sheet;
mod solving;
mod waiting;

#[cfg(test)]
mod appraisal_examples;
#[cfg(test)]
mod attainment_examples;
#[cfg(test)]
mod examples;

pub use appraisal::{
    Appraisal, Appraised, Band, Crowd, FEW, Gathering, Ratio, Response, Stratum, Verdict, appraise, ratio,
    wilson,
};
pub use ask::{Ask, Basis, Filter, Grouping, Report};
pub use column::{Column, Figure, How};
pub use course::Course;
pub use differ::{Difference, difference};
pub use period::{Choice, Period};
pub use place::{History, Known, NOBODY};
pub use quantile::quantile;
pub use sheet::{Entry, Row, Sheet};
pub use waiting::{Waited, Waits};
