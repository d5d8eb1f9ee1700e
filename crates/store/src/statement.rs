//! SQL as constants. Every statement stands in a list, and one test prepares the whole list on both engines.

/// A statement. Its text is written once; the two engines differ only in how they write a parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stmt {
    pub(crate) postgres: &'static str,
    pub(crate) sqlite: &'static str,
}

/// `$1` becomes `?1`: SQLite numbers `$1` by first appearance, `?1` by its number.
#[doc(hidden)]
pub(crate) const fn question_marks<const N: usize>(sql: &str) -> [u8; N] {
    let (bytes, mut out, mut i) = (sql.as_bytes(), [0; N], 0);
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler; a wrong index does not compile")]
    while i < N {
        out[i] = if bytes[i] == b'$' { b'?' } else { bytes[i] };
        i += 1;
    }
    out
}

/// Declares statements and the module's list of them. `twin` is for the few that the engines cannot share.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $sql:expr;)+ $(@twin $tname:ident = $lite:literal / $pg:literal;)*) => {
        $($(#[$meta])* pub(crate) const $name: $crate::statement::Stmt = {
            const TEXT: &str = $sql;
            const BYTES: [u8; TEXT.len()] = $crate::statement::question_marks(TEXT);
            const LITE: &str = match std::str::from_utf8(&BYTES) { Ok(text) => text, Err(_) => "" };
            $crate::statement::Stmt { postgres: TEXT, sqlite: LITE }
        };)+
        $(pub(crate) const $tname: $crate::statement::Stmt = {
            const BYTES: [u8; $lite.len()] = $crate::statement::question_marks($lite);
            const LITE: &str = match std::str::from_utf8(&BYTES) { Ok(text) => text, Err(_) => "" };
            $crate::statement::Stmt { postgres: $pg, sqlite: LITE }
        };)*
        /// All statements of this module.
        pub(crate) const STATEMENTS: &[(&str, $crate::statement::Stmt)] =
            &[$((stringify!($name), $name),)+ $((stringify!($tname), $tname)),*];
    };
}
