//! Tests of the store, on both engines.

#[cfg(test)]
mod contract;
