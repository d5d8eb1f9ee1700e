//! Builds the front end with npm when its sources changed, so that one cargo command builds the product.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    // Asked when it runs: a build folder that is kept may have been filled from a checkout that is gone.
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let frontend = root.join("../../frontend");
    for watched in ["src", "build.mjs", "package.json", "package-lock.json"] {
        println!("cargo::rerun-if-changed={}", frontend.join(watched).display());
    }
    println!("cargo::rerun-if-changed={}", root.join("src").display());
    let installed = frontend.join("node_modules/.package-lock.json");
    let stale = newer(&frontend.join("package-lock.json"), &installed);
    if stale {
        npm(&frontend, &["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    }
    npm(&frontend, &["run", "--silent", "build"]);
}

/// Is `a` newer than `b`, or `b` missing?
fn newer(a: &Path, b: &Path) -> bool {
    let time = |p: &Path| p.metadata().and_then(|m| m.modified()).ok();
    time(b).is_none_or(|b| time(a).is_some_and(|a| a > b))
}

fn npm(dir: &Path, args: &[&str]) {
    match Command::new("npm").args(args).current_dir(dir).status() {
        Ok(status) if status.success() => {}
        Ok(status) => fail(&format!("`npm {}` in frontend/ ended with {status}", args.join(" "))),
        Err(e) => {
            fail(&format!("npm cannot be run ({e}). Building the pages needs Node.js 20 or newer with npm"));
        }
    }
}

fn fail(why: &str) {
    println!("cargo::error={why}");
    std::process::exit(1);
}
