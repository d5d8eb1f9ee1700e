//! The rules of the house that the compiler does not keep. Each finding names the file and the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::bail;
use sha2::{Digest, Sha256};

use crate::run::{output, root};

const MAX_FILE: usize = 400;
const MAX_FUNCTION: usize = 60;

/// Checks everything and lists all findings.
pub(crate) fn run() -> anyhow::Result<()> {
    let files: Vec<PathBuf> = output("git", &["ls-files", "--cached", "--others", "--exclude-standard"])?
        .lines()
        .map(|f| root().join(f))
        .collect();
    let mut findings = Vec::new();
    for file in files.iter().filter(|f| f.exists()) {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let name = file.strip_prefix(root()).unwrap_or(file).to_string_lossy().into_owned();
        findings.extend(check(&name, &text));
    }
    findings.extend(texts(&files)?);
    findings.extend(sources(&files)?);
    findings.extend(migrations()?);
    for f in &findings {
        eprintln!("tidy: {f}");
    }
    if findings.is_empty() { Ok(()) } else { bail!("{} finding(s)", findings.len()) }
}

fn check(name: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut find = |what: String| findings.push(format!("{name}: {what}"));
    let rust = has_extension(name, "rs");
    if rust {
        let lines = text.lines().count();
        if lines > MAX_FILE {
            find(format!("{lines} lines; {MAX_FILE} at most"));
        }
        for (function, length) in long_functions(text) {
            find(format!("fn {function} has {length} lines; {MAX_FUNCTION} at most"));
        }
        if !text.trim_start().starts_with("//!") {
            find("begins without saying what it is for (`//!`)".to_owned());
        }
        for word in ["todo!(", "unimplemented!(", "#[ignore"] {
            if text.contains(word) && !name.starts_with("xtask/") {
                find(format!("holds `{word}`"));
            }
        }
    }
    if name.ends_with("tests/it/main.rs") {
        for part in not_only_tests(text) {
            find(format!("`{part}` without `#[cfg(test)]`: clippy takes it for a part of the product"));
        }
    }
    let product =
        name.starts_with("crates/") && !name.contains("/tests/") && !name.starts_with("crates/testkit/");
    if product && (rust || has_extension(name, "html")) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        if let Some(line) = lines.into_iter().find(|l| l.chars().any(is_cjk)) {
            find(format!("Chinese outside the locales: {}", line.trim()));
        }
    }
    if rust && product && !name.starts_with("crates/store/") {
        for word in ["SELECT ", "INSERT INTO ", "UPDATE ticket", "DELETE FROM "] {
            if text.contains(&format!("\"{word}")) {
                find(format!("SQL outside the store: {word}"));
            }
        }
    }
    if rust && name.starts_with("crates/store/") && name != "crates/store/src/db/mod.rs" {
        for word in ["match engine", "Engine::Sqlite =>", "Engine::Postgres =>"] {
            if text.contains(word) {
                find(format!("`{word}`: what differs between the engines is a method of Engine"));
            }
        }
    }
    if has_extension(name, "css") && !name.ends_with("tokens.css") && text.contains('#') {
        let colour = text
            .split('#')
            .skip(1)
            .find(|p| p.len() >= 3 && p.chars().take(3).all(|c| c.is_ascii_hexdigit()));
        if colour.is_some() {
            find("a colour outside tokens.css".to_owned());
        }
    }
    findings
}

/// Modules of a test program that are not marked as tests.
fn not_only_tests(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let unmarked = |pair: &&[&str]| matches!(pair, [before, part] if part.starts_with("mod ") && *before != "#[cfg(test)]");
    lines.windows(2).filter(unmarked).filter_map(|pair| pair.last().copied()).collect()
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e == extension)
}

fn is_cjk(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x9FFF | 0x3000..=0x303F | 0xFF00..=0xFFEF)
}

/// Functions that are too long, by the indentation of their closing brace.
fn long_functions(text: &str) -> Vec<(String, usize)> {
    let mut long = Vec::new();
    let mut open: Option<(String, usize, usize)> = None;
    for (i, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        match &open {
            None => {
                if let Some(name) = function_name(line) {
                    open = Some((name, indent, i));
                }
            }
            Some((name, depth, start)) if indent == *depth && matches!(line.trim(), "}" | "};") => {
                if i - start + 1 > MAX_FUNCTION {
                    long.push((name.clone(), i - start + 1));
                }
                open = None;
            }
            Some((_, depth, _)) if indent == *depth && line.trim_end().ends_with(';') => open = None,
            Some(_) => {}
        }
    }
    long
}

fn function_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    let words = ["pub(crate) ", "pub(super) ", "pub ", "const ", "async ", "unsafe "];
    let mut rest = line;
    while let Some(word) = words.iter().find(|w| rest.starts_with(**w)) {
        rest = rest.strip_prefix(word)?;
    }
    let rest = rest.strip_prefix("fn ")?;
    if rest.trim_end().ends_with('}') {
        return None;
    }
    Some(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

/// Shipped migrations are never edited: each file stands in the list with the hash with which it shipped.
fn migrations() -> anyhow::Result<Vec<String>> {
    let folder = root().join("crates/store/migrations");
    let list = std::fs::read_to_string(folder.join("shipped.sha256"))?;
    let shipped: BTreeMap<&str, &str> =
        list.lines().filter_map(|l| l.split_once("  ")).map(|(hash, name)| (name, hash)).collect();
    let mut findings = Vec::new();
    for entry in std::fs::read_dir(&folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !has_extension(&name, "sql") {
            continue;
        }
        let hash: String =
            Sha256::digest(std::fs::read(entry.path())?).iter().map(|b| format!("{b:02x}")).collect();
        match shipped.get(name.as_str()) {
            None => findings
                .push(format!("migrations/{name} is not in shipped.sha256; its line is `{hash}  {name}`")),
            Some(known) if *known != hash => {
                findings.push(format!("migrations/{name} has shipped with another text: write a new one"));
            }
            Some(_) => {}
        }
    }
    Ok(findings)
}

/// Both languages have the same keys with the same placeholders, and every key that code names exists.
fn texts(files: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    let load = |locale: &str| -> anyhow::Result<Vec<(String, BTreeSet<String>)>> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(root().join("locales").join(locale))?.flatten() {
            all.extend(messages(&std::fs::read_to_string(entry.path())?));
        }
        all.sort();
        Ok(all)
    };
    let (zh, en) = (load("zh-CN")?, load("en")?);
    for all in [&zh, &en] {
        let twice =
            all.windows(2).filter_map(|w| if let [a, b] = w { (a.0 == b.0).then_some(&a.0) } else { None });
        findings.extend(twice.map(|key| format!("{key} stands in two files of one language")));
    }
    for (key, placeholders) in &zh {
        match en.iter().find(|(k, _)| k == key) {
            None => findings.push(format!("locales/en lacks {key}")),
            Some((_, p)) if p != placeholders => findings.push(format!("{key}: other placeholders in en")),
            Some(_) => {}
        }
    }
    findings.extend(
        en.iter()
            .filter(|(k, _)| !zh.iter().any(|(z, _)| z == k))
            .map(|(k, _)| format!("locales/zh-CN lacks {k}")),
    );
    let keys: BTreeSet<&str> = zh.iter().map(|(k, _)| k.as_str()).collect();
    let sources: Vec<String> = files
        .iter()
        .filter(|f| {
            f.extension().is_some_and(|e| e == "rs" || e == "html") && !f.starts_with(root().join("xtask"))
        })
        .filter_map(|f| std::fs::read_to_string(f).ok())
        .collect();
    for key in sources.iter().flat_map(|s| named_keys(s)).collect::<BTreeSet<_>>() {
        if !keys.contains(key.as_str()) {
            findings.push(format!("no text for {key}"));
        }
    }
    let lists = sources.iter().flat_map(|s| named_lists(s)).collect::<BTreeSet<_>>();
    for key in keys {
        let by_list = key.split_once('-').is_some_and(|(list, _)| lists.contains(list));
        if !by_list && !sources.iter().any(|s| s.contains(&format!("\"{key}\""))) && !composed(key) {
            findings.push(format!("unused text {key}"));
        }
    }
    Ok(findings)
}

/// Every file of texts stands in the list from which all texts are gathered. Without it single texts are found, for the
/// folder is read as a whole, but not where all are asked for.
fn sources(files: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let list = std::fs::read_to_string(root().join("crates/words/src/lib.rs"))?;
    let names = files.iter().filter(|f| f.exists()).filter_map(|f| f.strip_prefix(root()).ok());
    Ok(unlisted(names.map(|f| f.to_string_lossy().into_owned()), &list))
}

fn unlisted(files: impl Iterator<Item = String>, list: &str) -> Vec<String> {
    let texts = files.filter(|f| f.starts_with("locales/") && has_extension(f, "ftl"));
    let missing = texts.filter(|f| !list.contains(&format!("include_str!(\"../../../{f}\")")));
    missing.map(|f| format!("{f} is not listed in SOURCES of crates/words/src/lib.rs")).collect()
}

/// Families whose keys are put together at run time.
fn composed(key: &str) -> bool {
    [
        "letter-",
        "seed-",
        "holiday-",
        "chip-",
        "issue-",
        "refusal-",
        "field-",
        "limits-",
        "portal-next-",
        "breadth-",
    ]
    .iter()
    .any(|p| key.starts_with(p))
}

fn messages(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut all: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|(k, _)| !k.starts_with(' ')) {
            all.push((key.to_owned(), BTreeSet::new()));
        }
        if let Some((_, placeholders)) = all.last_mut() {
            placeholders
                .extend(line.split("{ $").skip(1).filter_map(|p| p.split(' ').next()).map(str::to_owned));
        }
    }
    all
}

/// Keys in `t("…")`, `t(locale, "…")`, `t1("…"`, `t_args(locale, "…"`, `say("…"`.
fn named_keys(source: &str) -> Vec<String> {
    let starts = [".t(\"", "t(locale, \"", ".t1(\"", "t_args(locale, \"", "say(\"event-"];
    let keys = starts.iter().flat_map(|start| {
        let prefix = if start.ends_with("event-") { "event-" } else { "" };
        source.split(start).skip(1).filter_map(move |p| p.split('"').next().map(|k| format!("{prefix}{k}")))
    });
    keys.filter(|k| !k.is_empty() && k.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
        .collect()
}

/// Lists in `w("…", …)` and `word(locale, "…", …)`.
fn named_lists(source: &str) -> Vec<String> {
    let starts = [".w(\"", "word(locale, \"", "word(self.locale, \""];
    starts
        .iter()
        .flat_map(|s| source.split(s).skip(1))
        .filter_map(|p| p.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_texts_that_is_not_read_is_found() {
        let list = "    include_str!(\"../../../locales/en/desk.ftl\"),\n";
        let files = ["locales/en/desk.ftl", "locales/en/more.ftl", "locales/README.md", "docs/desk.ftl"];
        let found = unlisted(files.into_iter().map(str::to_owned), list);
        assert_eq!(found, ["locales/en/more.ftl is not listed in SOURCES of crates/words/src/lib.rs"]);
    }
}
