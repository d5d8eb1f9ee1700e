//! The command line: what it refuses is said in words and leaves nothing behind.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

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
    let long = ["user", "add", "a.long.login", "--name", "Bo"];
    let own = complaint(&run(&data, &long, "A.Long.Login\n", &[]));
    assert_eq!(own, "aftercare: Password: must not be the login or the e-mail address");
    let made = run(&data, &add, "a long enough password\n", &[]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let long = [&long[..], &["--role", "agent"]].concat();
    assert!(run(&data, &long, "a long enough password\n", &[]).status.success(), "it was not made before");
    let own = complaint(&run(&data, &["user", "passwd", "a.long.login"], "a.long.login\n", &[]));
    assert!(own.contains("must not be the login"), "{own}");
    let nobody = run(&data, &["user", "passwd", "nobody"], "", &[]);
    assert_eq!(complaint(&nobody), "aftercare: no such login");
    assert!(
        !String::from_utf8_lossy(&nobody.stderr).contains("password"),
        "it is said before one is asked for"
    );
    let again = [&add[..], &["--role", "agent"]].concat();
    let again = complaint(&run(&data, &again, "a long enough password\n", &[]));
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
fn a_demo_refuses_a_database_that_it_would_not_use() {
    let data = folder("demo-postgres");
    let there = data.to_str().unwrap();
    let demo = ["demo", "--data", there, "--listen", "127.0.0.1:0"];
    let out = run(&data, &demo, "", &[("AFTERCARE_DATABASE_URL", "postgres://desk@127.0.0.1:1/desk")]);
    assert!(complaint(&out).contains("takes no database_url"));
    assert!(String::from_utf8_lossy(&out.stderr).contains("不使用 database_url") && !data.exists());
}

#[test]
fn an_archive_that_is_broken_leaves_no_installation() {
    let (data, archive) = (folder("restored"), folder("broken"));
    std::fs::create_dir_all(&archive).unwrap();
    let import = ["import", "archive", archive.to_str().unwrap()];
    assert!(complaint(&run(&data, &import, "", &[])).contains("is no archive of Aftercare"));
    assert!(!data.exists(), "what is no archive is not even begun");
    let manifest = r#"{"format":"aftercare-archive","version":1,"program":"9","made_at":"x","rows":{"groups":2},"missing_files":[]}"#;
    std::fs::write(archive.join("manifest.json"), manifest).unwrap();
    std::fs::write(archive.join("groups.jsonl"), r#"{"id":"g","name":"g","active":true,"version":1}"#)
        .unwrap();
    assert!(complaint(&run(&data, &import, "", &[])).contains("The archive is damaged"));
    assert!(!data.exists(), "{:?}", std::fs::read_dir(&data).map(Iterator::count));
    // What was there before stays, also when nobody uses it yet.
    assert!(run(&data, &["migrate"], "", &[]).status.success());
    assert!(complaint(&run(&data, &import, "", &[])).contains("The archive is damaged"));
    assert!(data.join("aftercare.db").exists());
    for path in [data, archive] {
        std::fs::remove_dir_all(path).unwrap();
    }
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

/// A service in a folder, as soon as it listens.
fn serving(data: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("AFTERCARE_DATA", data)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let ready = lines.map_while(Result::ok).find(|line| line.contains("ready")).unwrap();
    (child, ready)
}

#[test]
fn a_folder_has_one_service_and_commands_run_beside_it() {
    let data = folder("two");
    let (mut first, ready) = serving(&data);
    assert!(ready.contains("http://127.0.0.1:"), "{ready}");
    let second = complaint(&run(&data, &["serve", "--listen", "127.0.0.1:0"], "", &[]));
    assert!(second.contains("another service runs in"), "{second}");
    let elsewhere = ("AFTERCARE_DATABASE_URL", "postgres://127.0.0.1:1/none");
    let third = complaint(&run(&data, &["serve", "--listen", "127.0.0.1:0"], "", &[elsewhere]));
    assert!(third.contains("another service runs in"), "wherever its database is: {third}");
    let add = run(&data, &["user", "add", "bo", "--name", "Bo"], "a long enough password\n", &[]);
    assert!(add.status.success(), "{}", String::from_utf8_lossy(&add.stderr));
    first.kill().unwrap();
    first.wait().unwrap();
    let (mut again, _) = serving(&data);
    again.kill().unwrap();
    again.wait().unwrap();
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn the_second_account_says_what_it_is_for() {
    let data = folder("role");
    let add = |login: &str, more: &[&str]| {
        let args = [&["user", "add", login, "--name", "N"], more].concat();
        run(&data, &args, "a long enough password\n", &[])
    };
    assert!(add("first", &[]).status.success());
    let said = complaint(&add("second", &[]));
    assert!(said.contains("--role"), "{said}");
    assert!(add("second", &["--role", "agent"]).status.success());
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn a_slip_is_told_and_makes_nothing_unseen() {
    let data = folder("slip");
    let said = complaint(&run(&data, &["user", "passwd", "bo"], "another long password\n", &[]));
    assert!(said.contains("there is no installation in"), "{said}");
    assert!(!data.exists());
    let made = run(&data, &["migrate"], "", &[("AFTERCARE_LISTN", "127.0.0.1:1")]);
    let log = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(
        log.contains("a new installation is made in") && log.contains("AFTERCARE_LISTN is no setting"),
        "{log}"
    );
    let again = run(&data, &["migrate"], "", &[]);
    assert!(!String::from_utf8_lossy(&again.stderr).contains("a new installation"));
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn check_finds_a_lost_file_and_a_damaged_database() {
    let data = folder("damage");
    let there = data.to_str().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .args(["demo", "--json", "--data", there, "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut demo = demo.unwrap();
    BufReader::new(demo.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    demo.kill().unwrap();
    demo.wait().unwrap();
    let check = || String::from_utf8_lossy(&run(&data, &["check"], "", &[]).stdout).into_owned();
    assert!(!check().contains("stored files"), "{}", check());
    let hundred =
        std::fs::read_dir(data.join("files")).unwrap().flatten().find(|f| f.path().is_dir()).unwrap();
    std::fs::remove_dir_all(hundred.path()).unwrap();
    assert!(check().contains("stored files are missing"), "{}", check());
    let _ = std::fs::remove_file(data.join("aftercare.db-wal"));
    let mut bytes = std::fs::read(data.join("aftercare.db")).unwrap();
    bytes.iter_mut().skip(8192).step_by(3).take(400_000).for_each(|b| *b ^= 0x5a);
    std::fs::write(data.join("aftercare.db"), bytes).unwrap();
    assert!(check().contains("the database file is damaged"), "{}", check());
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn an_export_replaces_no_file_unless_asked() {
    let data = folder("export");
    let add = run(&data, &["user", "add", "bo", "--name", "Bo"], "a long enough password\n", &[]);
    assert!(add.status.success(), "{}", String::from_utf8_lossy(&add.stderr));
    let there = data.join("history.zip");
    std::fs::write(&there, "of somebody else").unwrap();
    let to = there.to_str().unwrap();
    let said = complaint(&run(&data, &["export", to], "", &[]));
    assert!(said.contains("history.zip exists") && said.contains("--overwrite"), "{said}");
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "of somebody else");
    let done = run(&data, &["export", to, "--overwrite"], "", &[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(std::fs::read(&there).unwrap().starts_with(b"PK"));
    std::fs::remove_dir_all(data).unwrap();
}
