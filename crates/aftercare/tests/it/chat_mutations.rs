//! What strangers may send to the chat, changed at random: nothing breaks, nothing grows without bound, nothing of it runs.

use axum::body::Body;
use axum::http::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use testkit::{Database, TestApp};

use super::chat::{ask, asks, opened, secret};

const STEPS: usize = 600;
const VERBS: [&str; 8] = ["start", "word", "lines", "lines", "read", "typing", "transcript", "files"];

/// Texts of which some page or table may think more than it should.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("<img src=x onerror=alert(1)>".to_owned()),
        Just("\"><svg onload=alert(1)>".to_owned()),
        Just("javascript:alert(1)".to_owned()),
        Just("{{number}} {{{{".to_owned()),
        Just("a\u{0}b".to_owned()),
        Just("\u{202e}\u{2066}gnp.exe".to_owned()),
        Just("'; DROP TABLE chat; --".to_owned()),
        Just("x".repeat(70_000)),
        Just("长".repeat(4_001)),
        Just(String::new()),
        any::<String>(),
        "[a-zA-Z0-9_-]{0,80}",
    ]
}

/// Any value that JSON can say, not deep.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        nasty().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([[[[]]]])),
        Just(json!({"text": {"text": "x"}})),
    ]
}

/// A document that would be taken, with some of its fields changed, and now and then no document at all.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let good = prop_oneof![
        Just(asks("wu")),
        Just(asks("li")),
        Just(json!({"text": "x", "sent_id": "one"})),
        Just(json!({"seq": 1})),
    ];
    let fields = prop::sample::select(vec![
        "token", "name", "email", "symptom", "version", "origin", "joins", "locale", "product", "text",
        "sent_id", "file", "seq",
    ]);
    let changed = (good, prop::collection::vec((fields, value()), 0..4)).prop_map(|(mut good, changes)| {
        for (field, value) in changes {
            good[field] = value;
        }
        good.to_string().into_bytes()
    });
    prop_oneof![8 => changed, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(secret("wu")), 2 => Just(secret("li")), 1 => "[ -~]{0,60}"]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strangers_send_nothing_breaks_and_nothing_runs() {
    let app = TestApp::new(Database::sqlite()).await;
    let agent = opened(&app).await;
    ask(&app, "wu").await;
    let mut runner = TestRunner::deterministic();
    let step = (prop::sample::select(VERBS.to_vec()), token(), body());
    for n in 0..STEPS {
        let (verb, token, body) = step.new_tree(&mut runner).unwrap().current();
        let bearer = format!("Bearer {token}");
        let kind = if verb == "files" { "multipart/form-data; boundary=b" } else { "application/json" };
        let headers = [("authorization", bearer.as_str()), ("sec-fetch-site", "same-origin")];
        let sent =
            app.client().send(Method::POST, &format!("/chat/{verb}"), kind, Body::from(body), &headers).await;
        assert!(!sent.status.is_server_error(), "step {n}, {verb}: {} {}", sent.status, sent.text);
        assert!(sent.text.len() < 10_000, "step {n}: an answer of {} bytes", sent.text.len());
    }
    let chats = app.api().await.get("/api/v1/chats?limit=200").await.json();
    for chat in chats["items"].as_array().unwrap() {
        let id = chat["id"].as_str().unwrap();
        for path in [format!("/chats/{id}"), format!("/tickets/{}", chat["ticket"].as_str().unwrap())] {
            let page = agent.get(&path).await.text;
            for live in ["<script>alert", "<img src=x", "<svg onload", "href=\"javascript:"] {
                assert!(!page.contains(live), "{path}: {live}");
            }
        }
        let lines = app.api().await.get(&format!("/api/v1/chats/{id}/lines")).await.json();
        for line in lines["items"].as_array().unwrap() {
            assert!(line["text"].as_str().unwrap().chars().count() <= 4_000);
        }
        agent.form(&format!("/chats/{id}/taking"), "").await;
        agent.form(&format!("/chats/{id}/end"), "").await;
        let path = format!("/api/v1/tickets/{}/messages", chat["ticket"].as_str().unwrap());
        for message in app.api().await.get(&path).await.json()["items"].as_array().unwrap() {
            let html = message["html"].as_str().unwrap();
            assert!(["<script", "<img src=x", "<svg"].iter().all(|live| !html.contains(live)), "{html}");
        }
    }
}
