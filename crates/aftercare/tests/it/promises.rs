//! The customer's ledger over all cases: kept and missed, by contract and month.

use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(the_ledger_counts_what_is_decided, one_sees_what_one_may);
}

async fn the_ledger_counts_what_is_decided(app: TestApp) {
    let api = app.api().await;
    let contract = json!({"number": "HT-1", "organisation": app.cast.north, "starts_on": "2020-01-01"});
    let made = api.post("/api/v1/contracts", &contract).await;
    assert!(made.status.is_success(), "{}", made.text);
    let body = json!({"title": "slow", "body": "b", "requester": "ann@north.example"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    api.post("/api/v1/tickets", &body).await;
    api.post(&format!("/api/v1/tickets/{number}/messages"), &json!({"body": "we look"})).await;
    let ann = app.signed_in("ann@north.example").await;
    let early = ann.get("/portal/promises").await.text;
    let said = |all: &str, kept: &str| {
        words::t_args(words::Locale::Zh, "portal-promises-said", &[("all", all), ("kept", kept)])
    };
    assert!(early.contains("slow") && early.contains(&said("1", "1")), "kept early is decided: {early}");
    app.advance(86_400).await;
    let page = ann.get("/portal/promises").await.text;
    assert!(page.contains("HT-1"), "{page}");
    assert!(page.contains(&said("2", "1")), "one was kept, the other still runs: {page}");
    assert_eq!(page.matches("slow").count(), 2, "the first response of both");
    assert!(!ann.get("/portal/promises?month=2001-01").await.text.contains("slow"));
    assert_eq!(ann.get("/portal/promises?month=x").await.status.as_u16(), 422);
}

async fn one_sees_what_one_may(app: TestApp) {
    let api = app.api().await;
    for who in ["ann", "ben"] {
        let body = json!({"title": format!("of {who}"), "requester": format!("{who}@north.example")});
        api.post("/api/v1/tickets", &body).await;
    }
    for (who, ann, ben) in [
        ("ann@north.example", true, true),
        ("ben@north.example", false, true),
        ("eve@south.example", false, false),
    ] {
        let page = app.signed_in(who).await.get("/portal/promises").await.text;
        assert_eq!((page.contains("of ann"), page.contains("of ben")), (ann, ben), "{who}");
    }
}
