//! First responses by person, fairly compared (S2-55 … S2-58); attainment by contract and hour; waiting for customers (P5).

use axum::http::StatusCode;
use desk::ticket as verb;
use domain::ticket::decide::{Body, Draft};
use serde_json::{Value, json};
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        s2_55_people_are_compared_with_what_their_cases_let_expect,
        only_who_supervises_compares_people,
        attainment_by_contract_and_by_hour_of_the_week,
        waiting_for_customers_is_a_share_of_the_life_in_ones_hands,
    );
}

pub(crate) async fn opened(app: &TestApp, severity: &str, who: &str) -> String {
    let body = json!({"title": "t", "requester": "ben@north.example", "severity": severity, "group": "desk",
        "kind": "fault", "assignee": app.cast.staff_id(who)});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

pub(crate) async fn answered(app: &TestApp, who: &str, number: &str) {
    let draft = Draft { body: Body::from_text("我们在看"), ..Draft::default() };
    verb::reply(&app.desk, app.cast.staff(who), number, draft).await.unwrap();
}

async fn appraisal(app: &TestApp) -> Value {
    app.api().await.get("/api/v1/reports/appraisal").await.json()
}

fn of<'a>(told: &'a Value, app: &TestApp, who: &str) -> &'a Value {
    let id = app.cast.staff_id(who);
    told["items"].as_array().unwrap().iter().find(|a| a["person"] == id.as_str()).unwrap()
}

async fn s2_55_people_are_compared_with_what_their_cases_let_expect(app: TestApp) {
    let mut late = Vec::new();
    for _ in 0..20 {
        let number = opened(&app, "urgent", "agent").await;
        answered(&app, "agent", &number).await;
        late.push(opened(&app, "urgent", "colleague").await);
    }
    app.advance(3600).await;
    for number in &late {
        answered(&app, "colleague", number).await;
    }
    let told = appraisal(&app).await;
    assert_eq!((&told["cases"], &told["met"]), (&json!(40), &json!(20)));
    let (agent, colleague) = (of(&told, &app, "agent"), of(&told, &app, "colleague"));
    assert_eq!(
        (&agent["verdict"], &agent["ratio"], &agent["expected"]),
        (&json!("better"), &json!(2.0), &json!(10.0))
    );
    assert_eq!((&colleague["verdict"], &colleague["met"]), (&json!("worse"), &json!(0)));
    let boss = app.signed_in("boss").await;
    let page = boss.get("/reports/appraisal").await.text;
    for shown in ["高于预期", "低于预期", "2.00", "1 人高于预期，1 人低于预期"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let file = boss.get("/reports/appraisal/export/csv").await;
    assert!(file.text.contains("高于预期") && file.text.contains(",20,20,100.0,"), "{}", file.text);
    // Of an excused one nothing is left.
    let lead = app.cast.staff("boss");
    let response = domain::sla::Milestone::Response;
    verb::excuse(&app.desk, lead, &late[0], response, 1, "断网".to_owned()).await.unwrap();
    let told = appraisal(&app).await;
    let colleague = of(&told, &app, "colleague");
    assert_eq!(
        (&colleague["cases"], &colleague["verdict"], &colleague["ratio"]),
        (&json!(19), &json!("too_few"), &Value::Null)
    );
    assert!(boss.get("/reports/appraisal").await.text.contains("样本太少"));
    let wrong = boss.get("/reports/appraisal?severity=none").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn only_who_supervises_compares_people(app: TestApp) {
    let agent = app.signed_in("agent").await;
    assert_eq!(agent.get("/reports/appraisal").await.status, StatusCode::FORBIDDEN);
    assert!(!agent.get("/reports").await.text.contains("/reports/appraisal"));
    let ann = app.signed_in("ann@north.example").await;
    assert_eq!(ann.get("/reports/appraisal").await.status, StatusCode::NOT_FOUND);
    let boss = app.signed_in("boss").await;
    assert!(boss.get("/reports").await.text.contains("/reports/appraisal"));
    assert!(boss.get("/reports/appraisal").await.text.contains("没有可统计"), "empty");
}

async fn attainment_by_contract_and_by_hour_of_the_week(app: TestApp) {
    let contract = json!({"number": "HT-9", "organisation": app.cast.north, "starts_on": "2020-01-01"});
    let made = app.api().await.post("/api/v1/contracts", &contract).await.json();
    let number = opened(&app, "urgent", "agent").await;
    answered(&app, "agent", &number).await;
    app.advance(86_400).await;
    let api = app.api().await;
    let told = api.get("/api/v1/reports/attainment?by=contract").await.json();
    let row = &told["items"][0];
    assert_eq!(
        (&row["key"], &row["label"], &row["figures"]["met"]["value"]),
        (&made["id"], &json!("HT-9"), &json!(1.0))
    );
    // It came on a Thursday, 10:00 in Shanghai.
    let told = api.get("/api/v1/reports/attainment?by=hour").await.json();
    assert_eq!(
        (&told["items"][0]["key"], &told["items"][0]["label"]),
        (&json!("4-10"), &json!("周四 10:00"))
    );
    let page = app.signed_in("boss").await.get("/reports/attainment?by=hour").await.text;
    assert!(
        page.contains("class=\"heat\"") && page.contains("row=4-10") && page.contains("周四 10:00，1 项"),
        "{page}"
    );
    assert_eq!(api.get("/api/v1/reports/solving?by=hour").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn waiting_for_customers_is_a_share_of_the_life_in_ones_hands(app: TestApp) {
    let number = opened(&app, "general", "agent").await;
    app.advance(3600).await;
    let body = json!({"body": "请提供日志", "status": "waiting_customer"});
    let held = app.api().await.post(&format!("/api/v1/tickets/{number}/hold"), &body).await;
    assert!(held.status.is_success(), "{}", held.text);
    app.advance(3 * 3600).await;
    let told = appraisal(&app).await;
    let agent = of(&told, &app, "agent");
    assert_eq!((&agent["waiting"], &agent["waiting_cases"]), (&json!(0.75), &json!(1)));
    assert_eq!((&told["waiting"], &agent["waits_far_above"]), (&json!(0.75), &json!(false)));
}
