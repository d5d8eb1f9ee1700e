//! Tests of the index through its public face.

#[cfg(test)]
mod names;
