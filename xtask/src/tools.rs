//! What tests need beside Rust and Node, installed from Debian's packages when it is missing.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::run::command;

/// Debian's Chromium with a font for Chinese.
pub(crate) fn browser() -> anyhow::Result<()> {
    let fonts = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc");
    if !Path::new("/usr/bin/chromium").exists() || !fonts.exists() {
        apt(&["chromium", "fonts-noto-cjk"])?;
    }
    Ok(())
}

/// A real mail server in Debian's Python, and openssl for its certificate.
pub(crate) fn mail_server() -> anyhow::Result<()> {
    let known = std::process::Command::new("/usr/bin/python3").args(["-c", "import aiosmtpd"]).output();
    if !known.is_ok_and(|o| o.status.success()) || !Path::new("/usr/bin/openssl").exists() {
        apt(&["python3-aiosmtpd", "openssl"])?;
    }
    Ok(())
}

/// A real IMAP server and a real sender of letters.
pub(crate) fn mail_peers() -> anyhow::Result<()> {
    if !Path::new("/usr/sbin/dovecot").exists() || !Path::new("/usr/bin/swaks").exists() {
        // swaks speaks TLS by a module that it only recommends.
        apt(&["dovecot-imapd", "swaks", "libnet-ssleay-perl"])?;
    }
    Ok(())
}

/// The folder of PostgreSQL's programs.
pub(crate) fn postgres() -> anyhow::Result<PathBuf> {
    if let Some(found) = find_postgres() {
        return Ok(found);
    }
    apt(&["postgresql"])?;
    find_postgres().context("PostgreSQL was installed, but its initdb is not where Debian puts it")
}

fn find_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> =
        versions.flatten().map(|v| v.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    found.pop()
}

/// cargo-deny, built once into cargo's own folder.
pub(crate) fn cargo_deny() -> anyhow::Result<()> {
    let known = std::process::Command::new("cargo").args(["deny", "--version"]).output();
    if known.is_ok_and(|o| o.status.success()) {
        return Ok(());
    }
    command("cargo", &["install", "--quiet", "--locked", "cargo-deny"], &[])
}

fn apt(packages: &[&str]) -> anyhow::Result<()> {
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("this machine has no apt-get; please install: {}", packages.join(" "));
    }
    let env = [("DEBIAN_FRONTEND", "noninteractive")];
    command("apt-get", &["update", "-qq"], &env)?;
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(packages);
    command("apt-get", &args, &env)
}
