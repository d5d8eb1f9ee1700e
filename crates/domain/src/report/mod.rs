//! Reports: pure folds over what is recorded. A number on a page and in an export comes from the same fold.

mod course;
mod quantile;

pub use course::Course;
pub use quantile::quantile;
