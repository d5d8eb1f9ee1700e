//! Reports: pure folds over what is recorded. A number on a page and in an export comes from the same fold.
