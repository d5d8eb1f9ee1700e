//! Many people write to one ticket at the same moment: nobody is refused, and nothing is lost.

use axum::http::StatusCode;
use serde_json::json;
use testkit::TestApp;
use tokio::task::JoinSet;

mod engines {
    testkit::on_both_engines!(who_writes_at_the_same_moment_is_not_refused);
}

const WRITERS: usize = 12;

async fn who_writes_at_the_same_moment_is_not_refused(app: TestApp) {
    let api = app.api().await;
    let body = json!({"title": "t", "requester": "ben@north.example"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    let mut all = JoinSet::new();
    for n in 0..WRITERS {
        let (api, to) = (app.api().await, format!("/api/v1/tickets/{number}"));
        all.spawn(async move {
            match n % 3 {
                0 => api.post(&format!("{to}/notes"), &json!({"body": format!("note {n}")})).await,
                1 => {
                    api.post(
                        &format!("{to}/messages"),
                        &json!({"body": format!("mine {n}"), "as_requester": true}),
                    )
                    .await
                }
                _ => api.post(&format!("{to}/messages"), &json!({"body": format!("ours {n}")})).await,
            }
        });
    }
    while let Some(done) = all.join_next().await {
        let done = done.unwrap();
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    }
    let page = app.signed_in("admin").await.get(&format!("/tickets/{number}")).await.text;
    for n in 0..WRITERS {
        let word = ["note", "mine", "ours"][n % 3];
        assert!(page.contains(&format!("{word} {n}<")), "{word} {n}: {page}");
    }
}
