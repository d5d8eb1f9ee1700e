//! The rules as a whole: worked examples of the specification, and its laws against a naive oracle.

mod examples;
mod laws;
mod ticket;
