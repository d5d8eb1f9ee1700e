//! Tests of the store, on both engines.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod tls;
