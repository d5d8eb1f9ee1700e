//! Repeated misses (S2-59): a proposal with evidence, an objection, a decision; nothing by itself.

use axum::http::StatusCode;
use desk::ticket as verb;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use super::appraisal::{answered, opened};

mod engines {
    testkit::on_both_engines!(
        s2_59_repeated_misses_are_proposed_objected_to_and_decided,
        nothing_is_upheld_before_the_person_is_heard,
        a_miss_that_was_excused_is_no_evidence,
        the_list_for_programs_is_paged_and_strict,
    );
}

/// Somebody misses so many first responses, one after the other.
async fn missed(app: &TestApp, who: &str, n: usize) -> Vec<String> {
    let mut numbers = Vec::new();
    for _ in 0..n {
        numbers.push(opened(app, "urgent", who).await);
    }
    app.advance(3600).await;
    for number in &numbers {
        answered(app, who, number).await;
    }
    numbers
}

async fn look(app: &TestApp) -> Value {
    let looked = app.api().await.post("/api/v1/conduct", &json!({})).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text);
    looked.json()["made"].clone()
}

async fn all(app: &TestApp) -> Vec<Value> {
    app.api().await.get("/api/v1/conduct").await.json()["items"].as_array().unwrap().clone()
}

async fn decide(boss: &Client, id: &str, state: &str, why: &str) -> (StatusCode, String) {
    let done =
        boss.form(&format!("/reports/conduct/{id}/decision"), &format!("state={state}&text={why}")).await;
    (done.status, done.text)
}

async fn s2_59_repeated_misses_are_proposed_objected_to_and_decided(app: TestApp) {
    missed(&app, "agent", 2).await;
    assert_eq!(look(&app).await, 0, "two are not three");
    let boss = app.signed_in("boss").await;
    assert!(boss.get("/reports/conduct").await.text.contains("没有提议"));
    let third = missed(&app, "agent", 1).await;
    assert!(all(&app).await.is_empty(), "nothing happens by itself");
    assert_eq!(boss.form("/reports/conduct", "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(look(&app).await, 0, "a miss is named once");
    let made = all(&app).await;
    assert_eq!(made.len(), 1);
    let (id, proposal) = (made[0]["id"].as_str().unwrap(), &made[0]);
    assert_eq!(proposal["person"], app.cast.staff_id("agent").as_str());
    assert_eq!((&proposal["state"], &proposal["consequence"]), (&json!("proposed"), &json!("talk")));
    assert_eq!(
        (proposal["misses"].as_array().unwrap().len(), &proposal["misses"][2]["number"]),
        (3, &json!(third[0]))
    );

    let page = boss.get("/reports/conduct").await.text;
    assert!(page.contains(&format!("href=\"/tickets/{}?why=response.1#why-place\"", third[0])), "{page}");
    let file = boss.get("/reports/conduct/export/csv").await.text;
    assert!(file.lines().count() == 4 && file.contains(&third[0]) && file.contains("谈话"), "{file}");
    let (agent, colleague) = (app.signed_in("agent").await, app.signed_in("colleague").await);
    assert_eq!(agent.get("/reports/conduct/export/csv").await.status, StatusCode::FORBIDDEN);
    assert!(agent.get("/notices").await.text.contains("有一项关于您的提议"));
    assert!(agent.get("/account/conduct").await.text.contains(&third[0]));
    assert!(colleague.get("/account/conduct").await.text.contains("没有关于您的提议"));
    assert_eq!(agent.get("/reports/conduct").await.status, StatusCode::FORBIDDEN);
    let objection = format!("/account/conduct/{id}/objection");
    assert_eq!(colleague.form(&objection, "text=x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(agent.form(&objection, "text=").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(agent.form(&objection, "text=当时在处理大面积故障").await.status, StatusCode::SEE_OTHER);
    assert_eq!(agent.form(&objection, "text=又一次").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(boss.get("/notices").await.text.contains("提出异议"));
    assert!(boss.get("/reports/conduct").await.text.contains("当时在处理大面积故障"));

    let (status, page) = decide(&boss, id, "dropped", "").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is needed: {page}");
    assert_eq!(decide(&boss, id, "dropped", "异议成立").await.0, StatusCode::SEE_OTHER);
    assert_eq!(decide(&boss, id, "upheld", "改主意").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let after = &all(&app).await[0];
    assert_eq!((&after["state"], &after["reason"]), (&json!("dropped"), &json!("异议成立")));
    assert!(agent.get("/account/conduct").await.text.contains("异议成立"));
    let audit = app.api().await.get("/api/v1/audit").await.json();
    let steps = audit["items"].as_array().unwrap().iter().filter(|e| e["subject"] == "conduct").count();
    assert_eq!(steps, 3, "made, objected, decided");
}

async fn nothing_is_upheld_before_the_person_is_heard(app: TestApp) {
    missed(&app, "agent", 3).await;
    missed(&app, "boss", 3).await;
    assert_eq!(look(&app).await, 2);
    let of = async |who: &str| {
        let person = app.cast.staff_id(who).as_str().to_owned();
        let found = all(&app).await.into_iter().find(|p| p["person"] == person.as_str()).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let boss = app.signed_in("boss").await;
    let (theirs, own) = (of("agent").await, of("boss").await);
    assert_eq!(decide(&boss, &theirs, "upheld", "屡次逾期").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        decide(&boss, &own, "dropped", "自己").await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "never one's own"
    );
    app.advance(7 * 86_400).await;
    let boss = app.signed_in("boss").await;
    assert_eq!(decide(&boss, &theirs, "upheld", "屡次逾期").await.0, StatusCode::SEE_OTHER);
    assert_eq!(decide(&boss, &own, "upheld", "自己").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_miss_that_was_excused_is_no_evidence(app: TestApp) {
    let numbers = missed(&app, "agent", 4).await;
    let excuse = async |number: &str| {
        let (boss, response) = (app.cast.staff("boss"), domain::sla::Milestone::Response);
        verb::excuse(&app.desk, boss, number, response, 1, "断网".to_owned()).await.unwrap();
    };
    excuse(&numbers[0]).await;
    assert_eq!(look(&app).await, 1, "three are left");
    let made = all(&app).await;
    assert_eq!(made[0]["misses"].as_array().unwrap().len(), 3);
    // Excused after the proposal: too few are left to uphold it.
    excuse(&numbers[1]).await;
    let (id, excused) = (made[0]["id"].as_str().unwrap(), all(&app).await[0]["misses"].clone());
    assert_eq!(excused.as_array().unwrap().iter().filter(|m| m["excused"] == true).count(), 1);
    app.advance(8 * 86_400).await;
    let boss = app.signed_in("boss").await;
    assert!(!boss.get("/reports/conduct").await.text.contains("value=\"upheld\""));
    assert_eq!(decide(&boss, id, "upheld", "x").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(decide(&boss, id, "dropped", "已免责").await.0, StatusCode::SEE_OTHER);
}

async fn the_list_for_programs_is_paged_and_strict(app: TestApp) {
    missed(&app, "agent", 3).await;
    missed(&app, "colleague", 3).await;
    assert_eq!(look(&app).await, 2);
    let api = app.api().await;
    let whose = api.get("/api/v1/conduct?whose=blah").await;
    assert_eq!(whose.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", whose.text);
    assert_eq!(whose.json()["fields"][0]["field"], "whose");
    let first = api.get("/api/v1/conduct?limit=1").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("/api/v1/conduct?limit=1&cursor={cursor}")).await.json();
    assert_eq!(second["next_cursor"], Value::Null);
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert_eq!(api.get("/api/v1/conduct?cursor=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
