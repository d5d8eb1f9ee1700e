//! The indexer: it goes on where it ended, builds what does not fit, and loses nothing.

use std::path::Path;
use std::sync::mpsc;

use domain::access::{Actor, System};
use testkit::{Client, Database, TestApp};

use crate::search::{found, open};

mod engines {
    testkit::on_both_engines!(
        a_restart_goes_on_where_it_ended,
        another_version_is_built_anew_and_put_in_place,
        an_index_of_another_database_is_not_used,
        a_new_generation_of_another_process_is_taken_over,
        what_was_pruned_from_the_outbox_is_read_from_the_tables,
    );
}

async fn ticket(api: &Client, title: &str) -> String {
    open(api, title, "b", "ben@north.example").await
}

fn current(app: &TestApp) -> String {
    std::fs::read_to_string(folder(app).join("CURRENT")).unwrap()
}

fn folder(app: &TestApp) -> &Path {
    app.search_folder()
}

async fn a_restart_goes_on_where_it_ended(app: TestApp) {
    let api = app.api().await;
    ticket(&api, "第一张").await;
    app.catch_up().await;
    assert_eq!(app.catch_up().await, 0, "nothing happened, nothing is committed");
    let before = app.search.position().unwrap();
    // Killed after a commit, before the next batch: what came meanwhile is read from the outbox.
    let b = ticket(&api, "第二张").await;
    app.restart_indexer().await;
    let c = ticket(&api, "第三张").await;
    assert_eq!(app.catch_up().await, 2, "only what is new");
    assert!(app.search.position().unwrap() > before);
    assert_eq!(found(&api, "第二张", "").await, [format!("ticket {b}")]);
    assert_eq!(found(&api, "第三张", "").await, [format!("ticket {c}")]);
    assert_eq!(current(&app), "g-1");
    // The same lines once more change nothing.
    assert_eq!(found(&api, "第一张", "").await.len(), 1);
}

async fn another_version_is_built_anew_and_put_in_place(app: TestApp) {
    let api = app.api().await;
    let a = ticket(&api, "锁死").await;
    app.catch_up().await;
    let meta = folder(&app).join("g-1/meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    assert!(text.contains(search::VERSION));
    std::fs::write(&meta, text.replace(search::VERSION, "0 another")).unwrap();
    app.restart_indexer().await;
    assert_eq!(found(&api, "锁死", "").await.len(), 1, "the old one serves");
    app.catch_up().await;
    assert_eq!(current(&app), "g-2");
    assert!(!folder(&app).join("g-1").exists());
    assert_eq!(found(&api, "锁死", "").await, [format!("ticket {a}")]);
}

async fn an_index_of_another_database_is_not_used(app: TestApp) {
    let api = app.api().await;
    ticket(&api, "锁死").await;
    app.catch_up().await;
    let meta = folder(&app).join("g-1/meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    let database = app.desk.read(|r| Ok(store::feed::database(r)?)).await.unwrap();
    assert!(text.contains(&database));
    std::fs::write(&meta, text.replace(&database, "1")).unwrap();
    app.restart_indexer().await;
    app.catch_up().await;
    assert_eq!(current(&app), "g-2");
}

async fn a_new_generation_of_another_process_is_taken_over(app: TestApp) {
    let api = app.api().await;
    ticket(&api, "锁死").await;
    app.catch_up().await;
    // As `aftercare search rebuild` does beside a running service.
    let other = search::Search::new(folder(&app));
    let mut indexer = aftercare::Indexer::new(app.desk.clone(), other.clone());
    indexer.rebuild().await.unwrap();
    drop(indexer);
    assert_eq!(current(&app), "g-2");
    let b = ticket(&api, "之后").await;
    app.catch_up().await;
    assert_eq!(found(&api, "之后", "").await, [format!("ticket {b}")]);
    assert_eq!(found(&api, "锁死", "").await.len(), 1);
    assert!(!folder(&app).join("g-1").exists());
}

async fn what_was_pruned_from_the_outbox_is_read_from_the_tables(app: TestApp) {
    let api = app.api().await;
    app.catch_up().await;
    let a = ticket(&api, "锁死").await;
    ticket(&api, "其他").await;
    app.advance(60).await;
    let system = Actor::System(System::Operator);
    app.desk.write(&system, |unit| Ok(store::housekeeping::clear(unit.work, unit.now)?)).await.unwrap();
    ticket(&api, "之后").await;
    app.restart_indexer().await;
    app.catch_up().await;
    assert_eq!(current(&app), "g-2");
    assert_eq!(found(&api, "锁死", "").await, [format!("ticket {a}")]);
}

/// The next lines of the outbox. Transactions count for the whole server, so those of other tests may hold the lines
/// back for a moment; the lines of one transaction come together.
async fn lines_after(app: &TestApp, place: store::feed::Place) -> Vec<store::feed::Line> {
    let read = async {
        loop {
            let lines = app.desk.read(move |r| Ok(store::feed::after(r, place, 100)?)).await.unwrap();
            if !lines.is_empty() {
                return lines;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), read)
        .await
        .expect("the lines never became visible")
}

/// A transaction that took its place in the sequence early and commits late is not jumped over, even if another one
/// that began earlier took a later place and committed first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn late_commits_on_postgres_are_not_lost() {
    let app = TestApp::new(Database::postgres().await).await;
    app.catch_up().await;
    let end = || async { app.desk.read(|r| Ok(store::feed::end(r)?.0)).await.unwrap() };
    let start = end().await;
    let (system, desk) = (Actor::System(System::Operator), app.desk.clone());
    let unit = |key: &'static str| {
        let (began, has_begun) = mpsc::channel::<()>();
        let (go, may_go) = mpsc::channel::<()>();
        let (wrote, has_written) = mpsc::channel::<()>();
        let (end, may_end) = mpsc::channel::<()>();
        let (may_go, may_end) = (std::sync::Mutex::new(may_go), std::sync::Mutex::new(may_end));
        let (desk, system) = (desk.clone(), system.clone());
        let task = tokio::spawn(async move {
            desk.write(&system, move |unit| {
                // Any write gives the transaction its number.
                unit.work.publish("other", key)?;
                let _ = began.send(());
                let _ = may_go.lock().unwrap().recv();
                unit.work.publish("ticket", key)?;
                let _ = wrote.send(());
                let _ = may_end.lock().unwrap().recv();
                Ok(())
            })
            .await
            .unwrap();
        });
        (has_begun, go, has_written, end, task)
    };
    let early = unit("early");
    early.0.recv().unwrap();
    let late = unit("late");
    late.0.recv().unwrap();
    late.1.send(()).unwrap();
    late.2.recv().unwrap();
    early.1.send(()).unwrap();
    early.2.recv().unwrap();
    early.3.send(()).unwrap();
    early.4.await.unwrap();
    let first = lines_after(&app, start).await;
    let keys = |lines: &[store::feed::Line]| {
        lines.iter().map(|l| format!("{} {}", l.topic, l.key)).collect::<Vec<_>>()
    };
    assert_eq!(keys(&first), ["other early", "ticket early"]);
    let place = first.last().unwrap().place;
    late.3.send(()).unwrap();
    late.4.await.unwrap();
    let rest = lines_after(&app, place).await;
    assert_eq!(keys(&rest), ["other late", "ticket late"]);
    assert!(rest.iter().any(|l| l.place.seq < place.seq), "the late one has the earlier place: {rest:?}");
}
