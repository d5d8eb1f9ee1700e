//! The `aftercare` program. Everything is in the library, so that tests can use it.

use std::process::ExitCode;

/// Gives memory back that was needed for a moment only: each password check takes 19 MiB.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    aftercare::main()
}
