//! A merge that was a slip is taken back at once: both tickets are what they were. Later, or after something has
//! happened, it stays.

use axum::http::{Method, StatusCode};
use desk::ticket as verb;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_merge_taken_back_leaves_both_as_they_were,
        what_waited_or_was_solved_does_so_again,
        what_has_happened_since_keeps_the_merge,
        the_page_offers_the_undo_and_reports_forget_the_merge,
        the_page_of_a_merged_ticket_offers_the_undo_while_it_is_possible,
        what_was_never_merged_says_so,
    );
}

async fn opened(app: &TestApp, title: &str, tags: &Value) -> String {
    let body = json!({"title": title, "body": "words", "requester": "ben@north.example", "severity": "urgent",
        "tags": tags, "assignee": app.cast.staff_id("agent").as_str()});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn shown(api: &Client, number: &str) -> Value {
    let mut t = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    for changing in ["version", "updated_at"] {
        t.as_object_mut().unwrap().remove(changing);
    }
    t
}

async fn merged(app: &TestApp, from: &str, into: &str) {
    verb::merge(&app.desk, app.cast.staff("boss"), from, into, true).await.unwrap();
}

async fn a_merge_taken_back_leaves_both_as_they_were(app: TestApp) {
    let (first, api) = (opened(&app, "first", &json!(["red"])).await, app.api().await);
    app.advance(600).await;
    let second = opened(&app, "second", &json!(["blue"])).await;
    let before = (shown(&api, &first).await, shown(&api, &second).await);
    merged(&app, &first, &second).await;
    let between = (shown(&api, &first).await, shown(&api, &second).await);
    assert_eq!(between.0["status"], "merged");
    assert!(
        between.1["tags"].as_array().unwrap().len() == 2
            && between.1["received_at"] == before.0["received_at"]
    );
    let back = verb::unmerge(&app.desk, app.cast.staff("boss"), &first).await.unwrap();
    assert_eq!(back.number, first);
    assert_eq!((shown(&api, &first).await, shown(&api, &second).await), before);
    // To take it back once more is harmless; both tell of it, and the words of the one are no longer read in the other.
    verb::unmerge(&app.desk, app.cast.staff("boss"), &first).await.unwrap();
    let page = app.signed_in("boss").await.get(&format!("/tickets/{second}")).await.text;
    assert!(page.contains("撤销了合并，移出") && !page.contains(&format!("来自 {first}")), "{page}");
    // Its promises are kept on: what falls due escalates as if nothing had been.
    app.advance(3600).await;
    let late = shown(&api, &first).await;
    let clock = late["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == "response").unwrap();
    assert_eq!(clock["state"], "breached_running", "{late}");
}

async fn what_waited_or_was_solved_does_so_again(app: TestApp) {
    let (into, api) = (opened(&app, "into", &json!([])).await, app.api().await);
    let waits = json!({"status": "waiting_customer", "body": "please say", "note": "asked"});
    let solved = json!({"cause": "operation", "resolution": "restarted"});
    for (verb, body) in [("hold", waits), ("solution", solved)] {
        let number = opened(&app, verb, &json!([])).await;
        app.advance(60).await;
        let done = api.post(&format!("/api/v1/tickets/{number}/{verb}"), &body).await;
        assert!(done.status.is_success(), "{}", done.text);
        let before = shown(&api, &number).await;
        assert_ne!(before["status"], "open");
        merged(&app, &number, &into).await;
        verb::unmerge(&app.desk, app.cast.staff("boss"), &number).await.unwrap();
        assert_eq!(shown(&api, &number).await, before, "{verb}");
    }
}

async fn what_has_happened_since_keeps_the_merge(app: TestApp) {
    let api = app.api().await;
    let refused = |number: String, who: &'static str| {
        let app = &app;
        async move {
            let e = verb::unmerge(&app.desk, app.cast.staff(who), &number).await.unwrap_err();
            matches!(e, desk::Error::Refused(domain::ticket::decide::Refusal::TooLate))
        }
    };
    let (a, b) = (opened(&app, "a", &json!([])).await, opened(&app, "b", &json!([])).await);
    merged(&app, &a, &b).await;
    assert!(refused(a.clone(), "senior").await, "somebody else did not slip");
    let note = api.post(&format!("/api/v1/tickets/{b}/notes"), &json!({"body": "n"})).await;
    assert_eq!(note.status, StatusCode::CREATED, "{}", note.text);
    assert!(refused(a.clone(), "boss").await, "something has happened");
    let told = api.json(Method::DELETE, &format!("/api/v1/tickets/{a}/merge"), &json!({})).await;
    assert_eq!(
        (told.status, &told.json()["type"]),
        (StatusCode::CONFLICT, &json!("about:blank#refused.too_late"))
    );
    let (c, d) = (opened(&app, "c", &json!([])).await, opened(&app, "d", &json!([])).await);
    merged(&app, &c, &d).await;
    app.advance(301).await;
    assert!(refused(c, "boss").await, "five minutes are over");
}

async fn the_page_offers_the_undo_and_reports_forget_the_merge(app: TestApp) {
    let (a, b) = (opened(&app, "a", &json!([])).await, opened(&app, "b", &json!([])).await);
    let boss = app.signed_in("boss").await;
    let done = boss.form(&format!("/tickets/{a}/merge"), &format!("number={b}")).await;
    assert_eq!(done.location, format!("/tickets/{b}"), "{}", done.text);
    assert!(done.cookies.contains("said="), "the next page offers the undo: {}", done.cookies);
    let back = boss.form(&format!("/tickets/{a}/merge/removal"), "").await;
    assert_eq!(back.location, format!("/tickets/{a}"), "{}", back.text);
    let api = app.api().await;
    let figure = |report: Value, column: &str| report["total"][column]["value"].as_f64();
    let solving = api.get("/api/v1/reports/solving").await.json();
    assert_eq!((figure(solving.clone(), "dropped"), figure(solving, "came")), (Some(0.0), Some(2.0)));
    let backlog = api.get("/api/v1/reports/backlog").await.json();
    assert_eq!(figure(backlog, "open"), Some(2.0));
    app.advance(3600).await;
    let kept = api.get("/api/v1/reports/attainment?milestone=response").await.json();
    assert_eq!((figure(kept.clone(), "missed"), figure(kept, "left_out")), (Some(2.0), Some(0.0)));
}

async fn the_page_of_a_merged_ticket_offers_the_undo_while_it_is_possible(app: TestApp) {
    let (a, b) = (opened(&app, "a", &json!([])).await, opened(&app, "b", &json!([])).await);
    let (boss, senior) = (app.signed_in("boss").await, app.signed_in("senior").await);
    let page = format!("/tickets/{a}");
    let offers = async |who: &Client| {
        let text = who.get(&page).await.text;
        assert!(text.contains(&format!("href=\"/tickets/{b}\"")), "{text}");
        text.contains(&format!("action=\"{page}/merge/removal\""))
    };
    merged(&app, &a, &b).await;
    assert!(offers(&boss).await && !offers(&senior).await, "whoever merged, and nobody else");
    assert!(boss.get(&page).await.text.contains(&format!("已合并到 {b}")));
    app.advance(301).await;
    assert!(!offers(&boss).await, "five minutes are over");
}

async fn what_was_never_merged_says_so(app: TestApp) {
    let (api, a) = (app.api().await, opened(&app, "a", &json!([])).await);
    let told = api.json(Method::DELETE, &format!("/api/v1/tickets/{a}/merge"), &json!({})).await;
    assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.text);
    let told = told.json();
    assert_eq!(told["type"], "about:blank#refused.not_merged");
    assert_eq!(told["title"], "本单没有合并到其他工单，无需撤销。");
}
