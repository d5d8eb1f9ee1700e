//! Numbers of things in what the command line says, which is English.

/// `1 ticket`, `2 tickets`.
pub(crate) fn counted(n: usize, thing: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {thing}{ending}")
}
