//! Running other programs: what they print is shown, a failure is an error with the command line in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Runs a program in the root with extra environment.
pub(crate) fn command(program: &str, args: &[&str], env: &[(&str, &str)]) -> anyhow::Result<()> {
    let line = format!("{program} {}", args.join(" "));
    eprintln!("── {line}");
    let status = Command::new(program)
        .args(args)
        .envs(env.iter().copied())
        .current_dir(root())
        .status()
        .with_context(|| format!("cannot run `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs cargo.
pub(crate) fn cargo(args: &[&str]) -> anyhow::Result<()> {
    command("cargo", args, &[])
}

/// What a program prints.
pub(crate) fn output(program: &str, args: &[&str]) -> anyhow::Result<String> {
    output_with(program, args, &[])
}

/// What a program prints, with extra environment.
pub(crate) fn output_with(program: &str, args: &[&str], env: &[(&str, &str)]) -> anyhow::Result<String> {
    let out = Command::new(program)
        .args(args)
        .envs(env.iter().copied())
        .current_dir(root())
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    if !out.status.success() {
        bail!("{program} {} failed: {}", args.join(" "), String::from_utf8_lossy(&out.stderr));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// The folder of built programs.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let text = output("cargo", &["metadata", "--no-deps", "--format-version=1"])?;
    let value: serde_json::Value = serde_json::from_str(&text)?;
    let folder = value.get("target_directory").and_then(|v| v.as_str()).context("no target directory")?;
    Ok(PathBuf::from(folder))
}
