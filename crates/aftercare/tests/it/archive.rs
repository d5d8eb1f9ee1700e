//! A whole history leaves one installation and is the same in another, on the other engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use desk::Desk;
use desk::admin::{Ground, lay_ground};
use serde_json::json;
use store::{Db, Entropy};
use testkit::{Database, TestApp};

mod engines {
    testkit::on_both_engines!(a_failed_export_leaves_no_half_file);
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("aftercare-archive-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

async fn empty(database: &Database) -> Desk {
    let clock = Arc::new(aftercare::SetClock::new(testkit::NOW.parse().unwrap()));
    let entropy = Entropy::new([9; 32]);
    let desk = Desk::new(Db::open(&database.config(), clock, &entropy).await.unwrap(), entropy);
    let names = |list: [&str; 3]| list.map(str::to_owned);
    lay_ground(
        &desk,
        Ground { calendars: names(["a", "b", "c"]), policies: names(["d", "e", "f"]), settings: None },
    )
    .await
    .unwrap();
    desk
}

/// A little of everything: messages, a file, a merge, a solution, marks, an edit.
async fn live(app: &TestApp) {
    let api = app.api().await;
    let mut numbers = Vec::new();
    for title in ["报表打不开", "second", "third"] {
        let body = json!({"title": title, "body": "<p>b</p>", "requester": "ben@north.example", "severity": "urgent", "tags": ["t1"]});
        let made = api.post("/api/v1/tickets", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        numbers.push(made.json()["number"].as_str().unwrap().to_owned());
    }
    app.advance(3_600).await;
    // Merged into a later one: the key that it names comes after its own.
    let merged =
        api.post(&format!("/api/v1/tickets/{}/merge", numbers[0]), &json!({"number": numbers[1]})).await;
    assert!(merged.status.is_success(), "{}", merged.text);
    let solved =
        api.post(&format!("/api/v1/tickets/{}/solution", numbers[2]), &json!({"resolution": "重启"})).await;
    assert!(solved.status.is_success(), "{}", solved.text);
    let ben = app.signed_in("ben@north.example").await;
    let upload =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\n\r\nhello\r\n--b--\r\n";
    let headers = [("sec-fetch-site", "same-origin")];
    let kind = "multipart/form-data; boundary=b";
    let file = ben.send(Method::POST, "/files", kind, Body::from(upload), &headers).await;
    let form = format!("title=t&kind=fault&files={}", file.json()["id"].as_str().unwrap());
    assert_eq!(ben.form("/portal/new", &form).await.status, StatusCode::SEE_OTHER);
    app.advance(86_400).await;
}

fn lines(folder: &Path, noun: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(format!("{noun}.jsonl"))).unwrap();
    text.lines().map(str::to_owned).collect()
}

async fn goes_and_comes(from: Database, into: Database, name: &str) {
    let app = TestApp::new(from).await;
    live(&app).await;
    let files = app.files.clone();
    let (zip, first, second, there) = (
        folder(name).with_extension("zip"),
        folder(&format!("{name}-1")),
        folder(&format!("{name}-2")),
        folder(&format!("{name}-f")),
    );
    let sent = aftercare::export(&app.desk, &files, &zip).await.unwrap();
    assert_eq!((sent.rows["tickets"], sent.rows["files"]), (4, 1));
    assert!(
        sent.missing_files.is_empty() && sent.rows["ticket_events"] > 10 && sent.rows["ticket_clocks"] > 4
    );
    let full = aftercare::restore(&app.desk, &there, &zip).await.unwrap_err();
    assert!(full.to_string().contains("not empty"), "{full}");

    let desk = empty(&into).await;
    let taken = aftercare::restore(&desk, &there, &zip).await.unwrap();
    assert_eq!(taken, sent);
    aftercare::export(&app.desk, &files, &first).await.unwrap();
    aftercare::export(&desk, &there, &second).await.unwrap();
    for noun in store::archive::NOUNS.iter().map(|n| n.name) {
        let (ours, theirs) = (lines(&first, noun), lines(&second, noun));
        match noun {
            // Each installation keeps its own version of the rules, and remembers exports and imports.
            "counters" => assert_eq!(ours.len(), theirs.len()),
            "admin_events" => {
                let rest = |all: &[String]| -> Vec<String> {
                    all.iter().filter(|l| !l.contains("\"subject\":\"archive\"")).cloned().collect()
                };
                assert_eq!(rest(&ours), rest(&theirs));
                assert!(theirs.iter().any(|l| l.contains("\"what\":\"imported\"")));
            }
            _ => assert_eq!(ours, theirs, "{noun}"),
        }
    }
    assert!(lines(&second, "tickets").iter().any(|l| l.contains("\"merged_into\":\"")), "the merge is there");
    let whole: String = std::fs::read_dir(&first)
        .unwrap()
        .flatten()
        .filter(|f| f.path().is_file())
        .map(|f| std::fs::read_to_string(f.path()).unwrap())
        .collect();
    assert!(!whole.contains("$argon2") && !whole.contains("password_hash"), "no secret leaves");
    // Life goes on where it was: rules count, numbers continue.
    let rules = {
        let d = desk.clone();
        desk.read(move |r| d.rules_in(r)).await.unwrap()
    };
    assert!(
        rules.calendars.values().any(|c| c.name == "x24"),
        "the archive's rules, not the new installation's"
    );
    for path in [first, second, there] {
        std::fs::remove_dir_all(path).unwrap();
    }
    std::fs::remove_file(zip).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_sqlite_to_postgres() {
    goes_and_comes(Database::sqlite(), Database::postgres().await, "sp").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_postgres_to_sqlite() {
    goes_and_comes(Database::postgres().await, Database::sqlite(), "ps").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_history_is_found_at_once() {
    let (app, into) = (TestApp::new(Database::sqlite()).await, Database::sqlite());
    live(&app).await;
    let (place, index) = (folder("found"), folder("found-index"));
    aftercare::export(&app.desk, &app.files, &place).await.unwrap();
    let (desk, search) = (empty(&into).await, search::Search::new(&index));
    let mut indexer = aftercare::Indexer::new(desk.clone(), search.clone());
    indexer.catch_up().await.unwrap();
    let ben = domain::people::parse_email("ben@north.example").unwrap();
    let ben = app.desk.read(move |r| Ok(store::directory::by_point(r, &ben)?)).await.unwrap().unwrap();
    assert_eq!(search.title_of(ben.id.as_str()).unwrap(), None);
    aftercare::restore(&desk, &place.join("there"), &place).await.unwrap();
    indexer.catch_up().await.unwrap();
    assert_eq!(search.title_of(ben.id.as_str()).unwrap(), Some(ben.name));
    for path in [place, index] {
        std::fs::remove_dir_all(path).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_archive_says_so_and_leaves_nothing() {
    let database = Database::sqlite();
    let (desk, place) = (empty(&database).await, folder("bad"));
    std::fs::create_dir_all(&place).unwrap();
    let wrong = |manifest: &str, more: &[(&str, &str)]| {
        std::fs::write(place.join("manifest.json"), manifest).unwrap();
        for (name, text) in more {
            std::fs::write(place.join(name), text).unwrap();
        }
        let (desk, place) = (desk.clone(), place.clone());
        async move { format!("{:#}", aftercare::restore(&desk, &place.join("f"), &place).await.unwrap_err()) }
    };
    assert!(wrong("{}", &[]).await.contains("is no archive of Aftercare"));
    let manifest = |version: u32, rows: &str| {
        format!(
            r#"{{"format":"aftercare-archive","version":{version},"program":"9","made_at":"x","rows":{{{rows}}},"missing_files":[]}}"#
        )
    };
    assert!(wrong(&manifest(99, ""), &[]).await.contains("newer program"));
    let group = r#"{"id":"g","name":"g","active":true,"version":1}"#;
    let short = wrong(&manifest(1, r#""groups": 2"#), &[("groups.jsonl", group)]).await;
    assert!(
        short.contains("groups.jsonl has 1 rows; its manifest says 2. The archive is damaged"),
        "{short}"
    );
    let none = r#"{"id":"g","name":7,"active":true,"version":1}"#;
    let bad = wrong(&manifest(1, r#""groups": 1"#), &[("groups.jsonl", none)]).await;
    assert!(bad.contains("groups.jsonl, line 1: a value is not what"), "{bad}");
    assert!(bad.contains("groups.jsonl 第 1 行：") && bad.contains("没有导入任何内容"), "{bad}");
    for (rows, said) in [
        (format!("{group}\n{group}"), "line 2: this row stands in the archive twice"),
        (group[..20].to_owned(), "line 1: the line is cut off"),
    ] {
        let said_of = wrong(&manifest(1, r#""groups": 2"#), &[("groups.jsonl", &rows)]).await;
        assert!(said_of.contains(said), "{said_of}");
        assert!(!said_of.contains("internal") && !said_of.to_lowercase().contains("sqlite"), "{said_of}");
    }
    let stray = r#"{"group_id":"none","staff_id":"nobody"}"#;
    let members = [("groups.jsonl", ""), ("group_members.jsonl", stray)];
    let lost = wrong(&manifest(1, r#""groups": 0, "group_members": 1"#), &members).await;
    assert!(lost.contains("names another one that is not in the archive"), "{lost}");
    std::fs::remove_file(place.join("group_members.jsonl")).unwrap();
    let file = format!(r#"{{"sha256":"{}"}}"#, "a".repeat(64));
    let hollow = wrong(&manifest(1, r#""files": 1"#), &[("files.jsonl", &file)]).await;
    assert!(hollow.contains("is not in the archive. The archive is damaged, incomplete"), "{hollow}");
    let groups = desk.read(|r| Ok(store::staff::groups(r)?)).await.unwrap();
    assert!(groups.is_empty(), "all or nothing");
    std::fs::remove_dir_all(place).unwrap();
}

async fn a_failed_export_leaves_no_half_file(app: TestApp) {
    live(&app).await;
    let kept = |at: &Path| std::fs::read_dir(at).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>();
    let content = kept(&app.files).into_iter().flat_map(|p| if p.is_dir() { kept(&p) } else { vec![p] });
    for file in content.filter(|p| p.is_file()) {
        // What cannot be read: a folder where the content was.
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
    }
    let place = app.files.with_extension("out");
    std::fs::create_dir_all(&place).unwrap();
    let zip = place.join("history.zip");
    std::fs::write(&zip, "the last one").unwrap();
    assert!(aftercare::export(&app.desk, &app.files, &zip).await.is_err());
    assert_eq!(
        (kept(&place), std::fs::read_to_string(&zip).unwrap()),
        (vec![zip], "the last one".to_owned())
    );
    std::fs::remove_dir_all(place).unwrap();
}

#[test]
fn the_guide_names_all_that_an_archive_holds() {
    for guide in [
        include_str!("../../../../docs/guide/en/import-export.md"),
        include_str!("../../../../docs/guide/zh-CN/import-export.md"),
    ] {
        let rows = guide.lines().filter_map(|l| l.strip_prefix("| ")?.split(" |").next());
        let named: std::collections::BTreeSet<&str> = rows.flat_map(|names| names.split(", ")).collect();
        for noun in store::archive::NOUNS {
            assert!(named.contains(noun.name), "{} is not in the guide", noun.name);
        }
    }
}
