//! The command line: what it refuses is said in words and leaves nothing behind.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("aftercare-command-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn run(data: &Path, args: &[&str], input: &str, env: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .args(args)
        .env("AFTERCARE_DATA", data)
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that asks nothing has closed its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn complaint(out: &Output) -> String {
    assert!(!out.status.success());
    String::from_utf8_lossy(&out.stderr).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn an_account_is_made_with_its_password_or_not_at_all() {
    let data = folder("user");
    let add = ["user", "add", "bo", "--name", "Bo"];
    let short = complaint(&run(&data, &add, "short\n", &[]));
    assert!(short.starts_with("aftercare: Password: ") && !short.contains('{'), "{short}");
    let made = run(&data, &add, "a long enough password\n", &[]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let again = complaint(&run(&data, &add, "a long enough password\n", &[]));
    assert!(again.contains("taken") || again.contains("already"), "{again}");
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn a_demo_takes_no_folder_of_somebody_else() {
    let data = folder("demo");
    let add = run(&data, &["user", "add", "bo", "--name", "Bo"], "a long enough password\n", &[]);
    assert!(add.status.success());
    let there = data.to_str().unwrap();
    let demo = run(&data, &["demo", "--data", there, "--listen", "127.0.0.1:0"], "", &[]);
    assert!(complaint(&demo).contains("holds an installation that is not a demo"));
    let kept = run(&data, &["user", "passwd", "bo"], "another long password\n", &[]);
    assert!(kept.status.success(), "the account is still there");
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn what_is_not_there_is_not_made_by_looking() {
    let data = folder("missing");
    for args in [["check", ""], ["search", "rebuild"], ["export", "/tmp/never.zip"]] {
        let args: Vec<&str> = args.into_iter().filter(|a| !a.is_empty()).collect();
        let said = complaint(&run(&data, &args, "", &[]));
        assert!(said.contains("there is no installation in"), "{said}");
    }
    assert!(!data.exists());
    let there = data.to_str().unwrap();
    let said = complaint(&run(Path::new("elsewhere"), &["check", "--data", there], "", &[]));
    assert!(said.contains(&format!("there is no installation in {there}")), "{said}");
    for command in [&["migrate"][..], &["check"], &["user", "add"], &["seed"], &["search", "rebuild"]] {
        let help = run(&data, &[command, &["--help"]].concat(), "", &[]);
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.contains("--data") && !help.contains("--listen"), "{command:?}: {help}");
    }
    for (name, value, want) in [
        ("AFTERCARE_PUBLIC_URL", "nonsense", "write it as https://desk.example"),
        ("AFTERCARE_DATABASE_URL", "mysql://x/y", "does not name PostgreSQL"),
    ] {
        let said = complaint(&run(&data, &["check"], "", &[(name, value)]));
        assert!(said.contains(want), "{said}");
    }
}
