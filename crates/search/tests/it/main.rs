//! Tests of the index through its public face.

mod names;
