//! All tests: style, rules of the house, licences, both engines, the browser.

use crate::postgres::Server;
use crate::run::{cargo, command, root, target};
use crate::{tidy, tools};

/// Runs everything; the first failure ends the run.
pub(crate) fn run(long: bool) -> anyhow::Result<()> {
    tools::browser()?;
    tools::mail_server()?;
    tools::mail_peers()?;
    cargo(&["fmt", "--all", "--check"])?;
    tidy::run()?;
    // With the feature of the benchmarks, so that what stands behind it is checked too.
    let all = ["--workspace", "--all-targets", "--features", "testkit/record", "--locked"];
    cargo(&[&["clippy"], all.as_slice(), &["--", "-D", "warnings"]].concat())?;
    cargo(&["build", "--workspace", "--locked"])?;
    cargo(&["build", "-p", "testkit", "--example", "stage", "--locked"])?;
    let server = Server::start()?;
    let cases = if long { "10000" } else { "500" };
    let env = [("AFTERCARE_TEST_PG", server.url()), ("PROPTEST_CASES", cases.to_owned())];
    let env: Vec<(&str, &str)> = env.iter().map(|(k, v)| (*k, v.as_str())).collect();
    command("cargo", &["test", "--workspace", "--locked"], &env)?;
    drop(server);
    browser_tests()?;
    tools::cargo_deny()?;
    // A build fetches only what this platform needs; the licences are read of all platforms.
    cargo(&["fetch", "--locked"])?;
    cargo(&["deny", "--offline", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"])
}

fn browser_tests() -> anyhow::Result<()> {
    let built = |name: &str| {
        Ok::<_, anyhow::Error>(target()?.join("debug").join(name).to_string_lossy().into_owned())
    };
    let (bin, stage) = (built("aftercare")?, built("examples/stage")?);
    let folder = root().join("frontend/e2e");
    let mut files: Vec<String> = std::fs::read_dir(folder)?
        .flatten()
        .map(|f| f.path().to_string_lossy().into_owned())
        .filter(|f| f.ends_with(".test.mjs"))
        .collect();
    files.sort();
    let mut args = vec!["--test", "--test-concurrency=1"];
    args.extend(files.iter().map(String::as_str));
    command("node", &args, &[("AFTERCARE_BIN", &bin), ("AFTERCARE_STAGE", &stage)])
}
