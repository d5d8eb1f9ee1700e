//! Groups and people that were never needed are removed; what a history names stays, and the refusal says why.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_group_that_nothing_uses_is_removed,
        a_person_who_never_did_anything_is_removed,
    );
}

async fn made(api: &Client, noun: &str, body: &Value) -> Value {
    let answer = api.post(&format!("/api/v1/{noun}"), body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{noun} {body}: {}", answer.text);
    answer.json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What was recorded last of a subject.
async fn last_of(app: &TestApp, subject: &'static str) -> String {
    let read = app.desk.read(move |r| {
        let all = store::admin::page(r, "~", 50)?;
        Ok(all.into_iter().find(|e| e.subject == subject).map(|e| e.what))
    });
    read.await.unwrap().unwrap_or_default()
}

async fn a_group_that_nothing_uses_is_removed(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    let group =
        made(&api, "groups", &json!({"name": "Mistake", "members": [app.cast.staff_id("agent").as_str()]}))
            .await;
    let path = format!("groups/{}", text(&group["id"]));
    let rule = json!({"name": "All to it", "group": group["id"]});
    let put = api.json(Method::PUT, "/api/v1/routing", &json!({"version": 0, "rules": [rule]})).await;
    assert!(put.status.is_success(), "{}", put.text);
    let view = format!("name=Mine&query=/tickets?group={}", text(&group["id"]));
    app.signed_in("agent").await.form("/views", &view).await;
    let refused = api.json(Method::DELETE, &format!("/api/v1/{path}"), &json!({})).await;
    assert_eq!(refused.json()["type"], "about:blank#refused.in_use");
    assert!(refused.text.contains("All to it") && refused.text.contains("Mine"), "{}", refused.text);
    let page = admin.form(&format!("/admin/{path}/removal"), "").await;
    assert!(page.text.contains("分派规则 All to it、保存的视图 Mine"), "{}", page.text);
    api.json(Method::PUT, "/api/v1/routing", &json!({"version": 1, "rules": []})).await;
    // A ticket that was there for a moment is a history in which the group stands.
    let other = made(&api, "groups", &json!({"name": "Had one"})).await;
    let body = json!({"title": "t", "requester": "ben@north.example", "group": other["id"]});
    let number = text(&made(&api, "tickets", &body).await["number"]).to_owned();
    api.post(&format!("/api/v1/tickets/{number}/assignment"), &json!({"no_group": true})).await;
    let kept = api.json(Method::DELETE, &format!("/api/v1/groups/{}", text(&other["id"])), &json!({})).await;
    assert_eq!(kept.status, StatusCode::CONFLICT);
    assert!(kept.text.contains(&number), "{}", kept.text);
    let unused =
        made(&api, "groups", &json!({"name": "Unused", "members": [app.cast.staff_id("agent").as_str()]}))
            .await;
    let gone_page = admin.form(&format!("/admin/groups/{}/removal", text(&unused["id"])), "").await;
    assert_eq!(gone_page.location, "/admin/groups", "{}", gone_page.text);
    assert_eq!(last_of(&app, "group").await, "deleted");
    assert!(!admin.get("/admin/groups").await.text.contains("Unused"));
}

async fn a_person_who_never_did_anything_is_removed(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    let body = json!({"login": "oops", "name": "Oops", "email": "oops@x.example", "role": "agent"});
    let person = made(&api, "staff", &body).await;
    let path = format!("staff/{}", text(&person["id"]));
    api.post(&format!("/api/v1/{path}/invitation"), &json!({})).await;
    made(&api, "groups", &json!({"name": "G", "members": [person["id"]]})).await;
    assert_eq!(
        api.json(Method::DELETE, &format!("/api/v1/{path}"), &json!({})).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(api.get(&format!("/api/v1/{path}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(last_of(&app, "staff").await, "deleted");
    // Whoever signed in, or had a ticket, stays.
    app.signed_in("colleague").await;
    let colleague = app.cast.staff_id("colleague");
    let page = admin.form(&format!("/admin/staff/{colleague}/removal"), "").await;
    assert!(page.text.contains("本人的登录或操作记录"), "{}", page.text);
    let assigned = json!({"title": "t", "requester": "ben@north.example", "assignee": app.cast.staff_id("senior").as_str()});
    let number = text(&made(&api, "tickets", &assigned).await["number"]).to_owned();
    let kept =
        api.json(Method::DELETE, &format!("/api/v1/staff/{}", app.cast.staff_id("senior")), &json!({})).await;
    assert_eq!(kept.status, StatusCode::CONFLICT);
    assert!(kept.text.contains(&number), "{}", kept.text);
}
