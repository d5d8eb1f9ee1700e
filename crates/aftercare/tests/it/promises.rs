//! The customer's ledger over all cases: kept and missed, by contract and month.

use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        the_ledger_counts_what_is_decided,
        what_falls_due_next_month_is_shown,
        one_sees_what_one_may,
    );
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

async fn what_falls_due_next_month_is_shown(app: TestApp) {
    // On the eve of the holidays at 17:30: the first response is due in October.
    app.advance(6 * 86_400 + 27_000).await;
    let (api, ann) = (app.api().await, app.signed_in("ann@north.example").await);
    let later = words::t(words::Locale::Zh, "portal-promises-later");
    let none = ann.get("/portal/promises").await.text;
    assert!(!none.contains(later) && !none.contains("rel=\"next\""), "nothing is due later: {none}");
    let body = json!({"title": "slow", "body": "b", "requester": "ann@north.example"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    let now = ann.get("/portal/promises").await.text;
    let open = now.split(later).nth(1).unwrap_or_else(|| panic!("{now}"));
    assert!(open.contains(&number) && now.contains("month=2026-10\" rel=\"next\""), "{now}");
    let october = ann.get("/portal/promises?month=2026-10").await.text;
    assert!(october.contains(&number) && !october.contains(later), "{october}");
    assert!(!october.contains("rel=\"next\""), "nothing is due after October: {october}");
    assert!(!ann.get("/portal/promises?month=2026-08").await.text.contains(later));
    // What is kept is no longer open, but its month can still be reached.
    api.post(&format!("/api/v1/tickets/{number}/messages"), &json!({"body": "we look"})).await;
    let kept = ann.get("/portal/promises").await.text;
    assert!(!kept.contains(later) && kept.contains("month=2026-10\" rel=\"next\""), "{kept}");
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
