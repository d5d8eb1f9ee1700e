//! What nobody needs any longer is forgotten, and secrets at once.

use std::time::{Duration, SystemTime};

use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_done_job_forgets_its_secret,
        an_address_is_sent_few_links_at_a_time,
        what_ended_long_ago_is_forgotten,
        an_upload_that_died_is_removed,
    );
}

async fn a_done_job_forgets_its_secret(app: TestApp) {
    app.client().form("/sign-in/link", "email=ben@north.example").await;
    let jobs = |state: &'static str| app.desk.read(move |r| Ok(store::job::page(r, state, "", 50)?));
    assert!(jobs("ready").await.unwrap()[0].payload.contains("token"));
    app.drain().await;
    let done = jobs("done").await.unwrap();
    assert_eq!(
        done.iter().map(|j| (j.kind.as_str(), j.payload.as_str())).collect::<Vec<_>>(),
        [("link", "")]
    );
}

async fn an_address_is_sent_few_links_at_a_time(app: TestApp) {
    let ask = || async {
        for _ in 0..5 {
            let asked = app.client().form("/sign-in/link", "email=ben@north.example").await;
            assert_eq!(asked.status, axum::http::StatusCode::OK, "the asker is told nothing");
        }
        app.drain().await;
        app.desk.read(|r| Ok(store::letter::page(r, "~", 50)?.len())).await.unwrap()
    };
    assert_eq!(ask().await, 3);
    app.clock.set(domain::time::plus_seconds(app.now(), 901));
    assert_eq!(ask().await, 6, "a quarter of an hour later there are more");
}

async fn what_ended_long_ago_is_forgotten(app: TestApp) {
    const DAY_S: i64 = 86_400;
    let api = app.api().await;
    let old = json!({"title": "old", "body": "b", "requester": "ben@north.example"});
    let first = api.post_once("/api/v1/tickets", "key", &old).await.json();
    app.drain().await;
    let kept = || {
        app.desk.read(|r| {
            let jobs = store::job::page(r, "done", "", 50)?.len();
            Ok((jobs, store::feed::first(r)?, store::feed::last(r)?))
        })
    };
    app.clock.set(domain::time::plus_seconds(app.now(), 13 * DAY_S));
    aftercare::keep_house(&app.desk, &app.files).await.unwrap();
    let (jobs, oldest, newest) = kept().await.unwrap();
    assert!(jobs > 0 && oldest < Some(newest), "nothing is old yet: {jobs} {oldest:?} {newest}");
    assert_eq!(api.post_once("/api/v1/tickets", "key", &old).await.json()["number"], first["number"]);

    app.clock.set(domain::time::plus_seconds(app.now(), 2 * DAY_S));
    aftercare::keep_house(&app.desk, &app.files).await.unwrap();
    let (jobs, oldest, newest) = kept().await.unwrap();
    assert_eq!((jobs, oldest), (0, Some(newest)), "the newest line stays: places go on from there");
    let again = api.post_once("/api/v1/tickets", "key", &old).await.json();
    assert_ne!(again["number"], first["number"], "the key is forgotten");
}

async fn an_upload_that_died_is_removed(app: TestApp) {
    std::fs::create_dir_all(&app.files).unwrap();
    let long_ago = SystemTime::from(app.now()) - Duration::from_hours(48);
    let upload = |name: &str, at: SystemTime| {
        let path = app.files.join(name);
        std::fs::File::create(&path).unwrap().set_modified(at).unwrap();
        path
    };
    let (dead, alive) = (upload("incoming-a", long_ago), upload("incoming-b", app.now().into()));
    let kept = upload("content", long_ago);
    aftercare::keep_house(&app.desk, &app.files).await.unwrap();
    assert_eq!((dead.exists(), alive.exists(), kept.exists()), (false, true, true));
}
