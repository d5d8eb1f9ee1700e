//! The real process is killed while it commits to the search index: the index catches up to what the table holds.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value;

use crate::faults::{Demo, create, folder, request, start};

const KILLS: usize = 3;
const WRITERS: usize = 4;
/// So many tickets at most are made before a kill.
const MOST: usize = 4_000;

/// The files of the index that serves; without those of the last commit, which come and go.
fn files(data: &Path) -> BTreeSet<String> {
    let search = data.join("search");
    let Ok(current) = std::fs::read_to_string(search.join("CURRENT")) else { return BTreeSet::new() };
    let Ok(entries) = std::fs::read_dir(search.join(current)) else { return BTreeSet::new() };
    let names = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
    let ends = |n: &str| n.rsplit_once('.').is_some_and(|(_, end)| ["json", "lock"].contains(&end));
    names.filter(|n| !n.starts_with('.') && !ends(n)).collect()
}

/// All pages of a list, as numbers of the tickets that this test made; nothing if the index changed between two pages.
fn numbers(demo: &Demo, path: &str) -> Option<Vec<String>> {
    let (mut all, mut cursor, mut seen) = (Vec::new(), String::new(), None);
    loop {
        let answer = request(demo, &format!("GET {path}&limit=100&cursor={cursor}"), "")?;
        let body = answer.strip_prefix("HTTP/1.1 200")?.split_once("\r\n\r\n")?.1;
        let page: Value = serde_json::from_str(body).ok()?;
        if *seen.get_or_insert_with(|| page["indexed_seq"].clone()) != page["indexed_seq"] {
            return None;
        }
        let is_ours = |i: &&Value| i["title"].as_str().is_some_and(|t| t.starts_with("kill "));
        let ours = page["items"].as_array()?.iter().filter(is_ours);
        all.extend(ours.filter_map(|i| i["number"].as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    all.sort();
    Some(all)
}

/// Makes one more ticket and waits until it is found: all that was written before it is in the index then.
fn catches_up(demo: &Demo, last: usize) {
    let last = create(demo, last).unwrap();
    let table = numbers(demo, "/api/v1/tickets?view=all").unwrap();
    loop {
        match numbers(demo, "/api/v1/search?q=kill&kind=ticket") {
            Some(found) if found.contains(&last) => return assert_eq!(found, table),
            _ => std::thread::yield_now(),
        }
    }
}

#[test]
fn kill_9_in_the_middle_of_index_commits_leaves_an_index_that_catches_up() {
    let data = folder("fault-search");
    let mut demo = start(&data);
    catches_up(&demo, KILLS * MOST);
    let generation = std::fs::read_to_string(data.join("search/CURRENT")).unwrap();
    for kill in 0..KILLS {
        let (made, dead) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let (demo, made, dead) = (&demo, &made, &dead);
            for _ in 0..WRITERS {
                scope.spawn(move || {
                    while !dead.load(Ordering::SeqCst) {
                        let i = made.fetch_add(1, Ordering::SeqCst);
                        if i >= MOST || create(demo, kill * MOST + i).is_none() {
                            break;
                        }
                    }
                });
            }
            // A commit writes the files of its segment first; the kill comes when the first of them appears, which is
            // before the commit is whole. A later kill lets earlier commits pass.
            for _ in 0..=kill {
                let before = files(&data);
                while made.load(Ordering::SeqCst) < MOST && files(&data).is_subset(&before) {}
            }
            let pid = demo.child.id().to_string();
            Command::new("kill").args(["-9", &pid]).status().unwrap();
            dead.store(true, Ordering::SeqCst);
        });
        demo.child.wait().unwrap();
        assert!(made.load(Ordering::SeqCst) < MOST, "it was killed on the way");
        demo = start(&data);
        catches_up(&demo, KILLS * MOST + kill + 1);
    }
    let now = std::fs::read_to_string(data.join("search/CURRENT")).unwrap();
    assert_eq!(now, generation, "it caught up, it was not built anew");
    demo.child.kill().unwrap();
    demo.child.wait().unwrap();
    let _ = std::fs::remove_dir_all(&data);
}
