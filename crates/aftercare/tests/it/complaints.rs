//! Complaints: a clock of their own, and in nobody's hands who handled the case (S2-115).

use axum::http::StatusCode;
use desk::ticket as verb;
use domain::ticket::decide::{Body, Draft};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_complaint_has_its_own_promise_and_the_customer_sees_it,
        no_verb_brings_a_complaint_to_whoever_handled_the_case,
        whoever_handled_the_case_does_not_work_on_the_complaint,
        whoever_has_the_complaint_does_not_get_the_case,
        a_link_made_later_and_a_merge_move_the_complaint,
        the_report_counts_complaints_apart,
    );
}

async fn case(app: &TestApp) -> String {
    let body = json!({"title": "保存没有反应", "requester": "ben@north.example", "group": "desk"});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

async fn complaint(app: &TestApp, number: &str) -> String {
    let ben = app.signed_in("ben@north.example").await;
    let answer = ben.form(&format!("/portal/cases/{number}/complaint"), "text=一直没有人联系").await;
    answer.location.rsplit('/').next().unwrap().to_owned()
}

async fn shown(api: &Client, number: &str) -> Value {
    api.get(&format!("/api/v1/tickets/{number}")).await.json()
}

fn word(answer: &testkit::Answer) -> String {
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    answer.json()["type"].as_str().unwrap().trim_start_matches("about:blank#").to_owned()
}

async fn a_complaint_has_its_own_promise_and_the_customer_sees_it(app: TestApp) {
    let number = case(&app).await;
    let complaint = complaint(&app, &number).await;
    let t = shown(&app.api().await, &complaint).await;
    assert_eq!(t["channel"], "portal");
    let clocks: Vec<_> = t["clocks"].as_array().unwrap().iter().map(|c| (&c["kind"], &c["due_at"])).collect();
    // T1: contact within 2 h and an outcome within 18 h, both of 09:00–18:00; it came at 10:00.
    assert_eq!(
        clocks,
        [
            (&json!("response"), &json!("2026-09-24T04:00:00Z")),
            (&json!("resolution"), &json!("2026-09-26T02:00:00Z")),
        ]
    );
    let ben = app.signed_in("ben@north.example").await;
    let page = ben.get(&format!("/portal/cases/{complaint}")).await.text;
    for said in
        ["专人将于 今天 12:00 前就投诉联系您", "由未经手该工单的同事处理", &*number, "09-26 周六 10:00"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let why = ben.get(&format!("/tickets/{complaint}/clocks/resolution/1")).await.text;
    assert!(why.contains("18 小时"), "{why}");
    let about = ben.get(&format!("/portal/cases/{number}")).await.text;
    assert!(about.contains(&complaint) && about.contains("前就投诉联系您"), "{about}");
    // Another customer sees neither.
    let eve = app.signed_in("eve@south.example").await;
    assert_eq!(eve.get(&format!("/portal/cases/{complaint}")).await.status, StatusCode::NOT_FOUND);
    // What turns out to be no complaint is promised what others are, from the start.
    let api = app.api().await;
    api.json(axum::http::Method::PATCH, &format!("/api/v1/tickets/{complaint}"), &json!({"kind": "fault"}))
        .await;
    let t = shown(&api, &complaint).await;
    let running = |t: &Value| -> Vec<String> {
        let all = t["clocks"].as_array().unwrap().iter().filter(|c| c["stopped_at"].is_null());
        all.map(|c| format!("{} {}", c["kind"].as_str().unwrap(), c["due_at"].as_str().unwrap())).collect()
    };
    assert_eq!(running(&t), ["response 2026-09-24T03:00:00Z"]);
}

async fn no_verb_brings_a_complaint_to_whoever_handled_the_case(app: TestApp) {
    let api = app.api().await;
    let number = case(&app).await;
    let (agent, colleague, boss) =
        (app.cast.staff("agent"), app.cast.staff("colleague"), app.cast.staff("boss"));
    // The agent had it, the colleague answered, the supervisor got it in the end, the senior engineer solved it.
    verb::take(&app.desk, agent, &number).await.unwrap();
    let draft = Draft { body: Body::from_text("在看"), ..Draft::default() };
    verb::reply(&app.desk, colleague, &number, draft).await.unwrap();
    verb::take(&app.desk, boss, &number).await.unwrap();
    verb::escalate(&app.desk, agent, &number, "卡住了".to_owned()).await.unwrap();
    let complaint = complaint(&app, &number).await;
    let admin = json!(app.cast.staff_id("admin").as_str());
    assert_eq!(shown(&api, &complaint).await["assignee"], admin, "every supervisor handled the case");
    let path = format!("/api/v1/tickets/{complaint}");
    for login in ["agent", "colleague", "boss", "senior"] {
        let id = app.cast.staff_id(login);
        let answer = api.post(&format!("{path}/assignment"), &json!({"assignee": id.as_str()})).await;
        assert_eq!(word(&answer), "refused.own_case", "{login}");
        let own = verb::take(&app.desk, app.cast.staff(login), &complaint).await.unwrap_err();
        assert_eq!(own.to_string(), "refused: own_case", "{login}");
        let bulk = json!({"numbers": [complaint], "step": {"action": "assign", "assignee": id.as_str()}});
        let bulk = api.post("/api/v1/tickets/bulk", &bulk).await.json();
        assert_eq!((&bulk["changed"], bulk["refused"].as_array().unwrap().len()), (&json!([]), 1), "{bulk}");
    }
    let answer = api.post(&format!("{path}/escalation"), &json!({"reason": "x"})).await;
    assert_eq!(word(&answer), "refused.no_senior", "the only senior engineer handled the case");
    // When its promise is broken, the step finds nobody either.
    app.advance(3 * 86_400).await;
    assert_eq!(shown(&api, &complaint).await["assignee"], admin);
    let merged = api.post(&format!("{path}/merge"), &json!({"number": number})).await;
    assert_eq!(word(&merged), "refused.complaint_apart");
    // The administrator had nothing to do with it.
    let admin = app.cast.staff_id("admin");
    api.post(&format!("{path}/assignment"), &json!({"assignee": admin.as_str()})).await;
    assert_eq!(shown(&api, &complaint).await["assignee"], json!(admin.as_str()));
}

async fn whoever_handled_the_case_does_not_work_on_the_complaint(app: TestApp) {
    let number = case(&app).await;
    let agent = app.cast.staff("agent");
    verb::take(&app.desk, agent, &number).await.unwrap();
    let complaint = complaint(&app, &number).await;
    let draft = || Draft { body: Body::from_text("没有这回事"), ..Draft::default() };
    let refused = |e: desk::Error| assert_eq!(e.to_string(), "refused: own_case");
    refused(verb::reply(&app.desk, agent, &complaint, draft()).await.unwrap_err());
    let reason = domain::ticket::CloseReason::Spam;
    refused(verb::cancel(&app.desk, agent, &complaint, reason).await.unwrap_err());
    let edit = verb::EditInput { kind: Some(domain::ticket::Kind::HowTo), ..Default::default() };
    refused(verb::edit(&app.desk, agent, &complaint, edit).await.unwrap_err());
    // Their side of it is a note.
    verb::note(&app.desk, agent, &complaint, draft(), [].into()).await.unwrap();
}

async fn whoever_has_the_complaint_does_not_get_the_case(app: TestApp) {
    let number = case(&app).await;
    let complaint = complaint(&app, &number).await;
    let boss = app.cast.staff("boss");
    let refused = verb::take(&app.desk, boss, &number).await.unwrap_err();
    assert_eq!(refused.to_string(), "refused: own_complaint");
    verb::take(&app.desk, app.cast.staff("admin"), &complaint).await.unwrap();
    verb::take(&app.desk, boss, &number).await.unwrap();
    let back = verb::take(&app.desk, boss, &complaint).await.unwrap_err();
    assert_eq!(back.to_string(), "refused: own_case", "now the case is theirs");
}

async fn a_link_made_later_and_a_merge_move_the_complaint(app: TestApp) {
    let (api, agent) = (app.api().await, app.cast.staff("agent"));
    let number = case(&app).await;
    verb::take(&app.desk, agent, &number).await.unwrap();
    // A complaint by telephone, written down by the very person.
    let body = json!({"title": "电话投诉", "requester": "ben@north.example", "kind": "complaint",
        "assignee": app.cast.staff_id("agent").as_str()});
    let phoned = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    verb::link(&app.desk, agent, &number, &phoned).await.unwrap();
    let boss = json!(app.cast.staff_id("boss").as_str());
    assert_eq!(shown(&api, &phoned).await["assignee"], boss);
    // The case goes on in another one that the supervisor has: the complaint is now about that one, too.
    let other = case(&app).await;
    verb::take(&app.desk, app.cast.staff("boss"), &other).await.unwrap();
    verb::merge(&app.desk, app.cast.staff("admin"), &number, &other, false).await.unwrap();
    let admin = json!(app.cast.staff_id("admin").as_str());
    assert_eq!(shown(&api, &phoned).await["assignee"], admin);
    // A case of one's own cannot be turned into a complaint that one has.
    let third = case(&app).await;
    verb::take(&app.desk, agent, &third).await.unwrap();
    verb::link(&app.desk, agent, &third, &number).await.unwrap();
    let edit = verb::EditInput { kind: Some(domain::ticket::Kind::Complaint), ..Default::default() };
    let refused = verb::edit(&app.desk, app.cast.staff("admin"), &third, edit).await.unwrap_err();
    assert_eq!(refused.to_string(), "refused: own_case");
}

async fn the_report_counts_complaints_apart(app: TestApp) {
    let number = case(&app).await;
    let complaint = complaint(&app, &number).await;
    let draft = || Draft { body: Body::from_text("您好"), ..Draft::default() };
    verb::reply(&app.desk, app.cast.staff("agent"), &number, draft()).await.unwrap();
    app.advance(3 * 3600).await;
    verb::reply(&app.desk, app.cast.staff("boss"), &complaint, draft()).await.unwrap();
    let told = app.api().await.get("/api/v1/reports/attainment?milestone=response").await.json();
    let counts = ["promised", "met", "missed", "complaint_promised", "complaint_missed"];
    let counts = counts.map(|key| format!("{}", told["total"][key]["value"].as_f64().unwrap()));
    assert_eq!(counts, ["1", "1", "0", "1", "1"], "{told}");
    let page = app.signed_in("boss").await.get("/reports/attainment?milestone=response").await.text;
    assert!(page.contains("投诉达成率"), "{page}");
}
