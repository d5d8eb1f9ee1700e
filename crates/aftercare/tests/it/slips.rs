//! A change of severity and what it does to the past: a slip leaves no trace in figures and pages, what was urgent all along
//! owes its reports from the start, a late entry takes its first contact along.

use axum::http::{Method, StatusCode};
use desk::oncall::save_rota;
use serde_json::{Value, json};
use testkit::TestApp;

use super::escalation::{steps, told};
use super::oncall::{OPERATOR, rota, staff};

mod engines {
    testkit::on_both_engines!(
        a_misclick_is_taken_back_with_all_that_it_broke,
        what_was_urgent_all_along_owes_its_reports_from_the_start,
        a_late_entry_takes_its_first_contact_along,
        a_first_contact_that_cannot_be_is_refused_at_its_field,
    );
}

const MINUTE: i64 = 60;

async fn general(app: &TestApp) -> String {
    let body = json!({"title": "t", "requester": "ben@north.example", "severity": "general", "group": "desk",
        "assignee": staff(app, "agent")});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

async fn severity(app: &TestApp, number: &str, body: Value) {
    let path = format!("/api/v1/tickets/{number}/severity");
    let done = app.api().await.json(Method::PUT, &path, &body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    app.drain().await;
}

async fn raise(app: &TestApp, number: &str) {
    let all_along = json!({"severity": "urgent", "level": 1, "mode": "misclassified", "reason": "stopped"});
    severity(app, number, all_along).await;
}

async fn running(app: &TestApp, number: &str) -> Vec<Value> {
    let ticket = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    let clocks = ticket["clocks"].as_array().unwrap().iter().filter(|c| c["stopped_at"].is_null());
    let shown = |c: &Value| json!([c["kind"], c["cycle"], c["started_at"], c["due_at"]]);
    clocks.map(shown).collect()
}

async fn is_whole(app: &TestApp) {
    assert_eq!(desk::rebuild::check(&app.desk, String::new()).await.unwrap().wrong, []);
}

async fn a_misclick_is_taken_back_with_all_that_it_broke(app: TestApp) {
    save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    steps(&app, json!([{"milestone": "resolution", "percent": 100, "action": "page_on_call"}])).await;
    let number = general(&app).await;
    app.advance(5 * 60 * MINUTE).await;
    let before = running(&app, &number).await;
    assert_eq!(told(&app, &number, "breached").await.len(), 1, "the general answer is late");

    raise(&app, &number).await;
    assert_eq!(told(&app, &number, "paged").await.len(), 1);
    app.advance(2 * MINUTE).await;
    let late = told(&app, &number, "breached").await.len() - 1;
    severity(&app, &number, json!({"severity": "general"})).await;
    assert_eq!(running(&app, &number).await, before);
    let excused = told(&app, &number, "excused").await;
    assert_eq!(excused.len(), late);
    assert!(excused.iter().all(|e| e["change"]["reason"] == "misclick:120"), "{excused:#?}");
    assert!(excused.iter().all(|e| e["change"]["milestone"] != "response" || e["change"]["cycle"] == 2));
    let changed = told(&app, &number, "severity_changed").await;
    assert_eq!(changed[1]["change"]["mode"], "misclick");
    is_whole(&app).await;

    // What was sent stays; nobody else is paged.
    app.advance(30 * MINUTE).await;
    assert_eq!(told(&app, &number, "paged").await.len(), 1);
    assert_eq!(told(&app, &number, "page_unanswered").await.len(), 0);
    assert_eq!(told(&app, &number, "breached").await.len(), 1 + late);
    let boss = app.signed_in("boss").await;
    let page = boss.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("误调紧急，2 分后撤回"), "{page}");
    // In the attainment they stand apart, and the answer that was late before is late.
    let report = app.api().await.get("/api/v1/reports/attainment?by=milestone").await.json();
    let row = |key: &str| {
        let rows = report["items"].as_array().unwrap();
        rows.iter().find(|r| r["key"] == key).unwrap()["figures"].clone()
    };
    assert_eq!(
        ["missed", "excused"].map(|key| row("response")[key]["value"].clone()),
        [json!(1.0), json!(1.0)],
        "{report:#}"
    );
    assert_eq!(row("resolution")["missed"]["value"], 0.0, "{report:#}");
}

async fn what_was_urgent_all_along_owes_its_reports_from_the_start(app: TestApp) {
    let number = general(&app).await;
    app.advance(100 * MINUTE).await;
    raise(&app, &number).await;
    let slots = async || -> Vec<(String, bool)> {
        let all = told(&app, &number, "breached").await;
        let all = all.into_iter().filter(|e| e["change"]["milestone"] == "update");
        all.map(|e| (e["at"].as_str().unwrap().to_owned(), e["change"]["retro"] == true)).collect()
    };
    let at = |time: &str| format!("2026-09-24T{time}:00Z");
    assert_eq!(slots().await, [(at("02:30"), true), (at("03:00"), true), (at("03:30"), true)]);
    app.advance(21 * MINUTE).await;
    assert_eq!(slots().await[3], (at("04:00"), false));
    // Nobody could report before the raise; the slot after it is the agent's.
    let api = app.api().await;
    let report = api.get("/api/v1/reports/punctuality?by=person").await.json();
    let agent = staff(&app, "agent");
    let rows = report["items"].as_array().unwrap();
    let row = rows.iter().find(|r| r["key"] == agent.as_str()).unwrap()["figures"].clone();
    assert_eq!(
        ["slots", "slots_missed", "retro_slot"].map(|key| row[key]["value"].clone()),
        [json!(1.0), json!(1.0), json!(3.0)],
        "{report:#}"
    );
    let page = app.signed_in("boss").await.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("进度通报到期未完成（事后认定）"), "{page}");
    is_whole(&app).await;
    // Always said, also of what fired in time.
    steps(&app, json!([{"milestone": "response", "percent": 50, "action": "notify_manager"}])).await;
    let other = general(&app).await;
    app.advance(40 * MINUTE).await;
    assert_eq!(told(&app, &other, "step_fired").await[0]["change"]["retro"], json!(false));
    // A case without a promised solution says why there is no due.
    severity(&app, &number, json!({"severity": "general"})).await;
    let changed = told(&app, &number, "severity_changed").await;
    let last = changed.last().unwrap()["change"].clone();
    assert!(last.get("due_after").is_some() || last["no_due"] == "not_promised", "{last}");
    assert_ne!(last.get("due_after").is_some(), last.get("no_due").is_some(), "{last}");
}

async fn a_late_entry_takes_its_first_contact_along(app: TestApp) {
    steps(&app, json!([{"milestone": "response", "percent": 100, "action": "notify_manager"}])).await;
    app.advance(3 * 60 * MINUTE).await;
    let mut body = json!({"title": "by voice mail", "requester": "ben@north.example", "severity": "urgent",
        "channel": "mail", "received_at": "2026-09-24T02:10:00Z", "received_reason": "the network was down",
        "first_contact_at": "2026-09-24T02:30:00Z", "first_contact_by": staff(&app, "colleague")});
    let api = app.api().await;
    let made = api.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    app.drain().await;
    let number = made.json()["number"].as_str().unwrap().to_owned();
    for kind in ["step_fired", "breached"] {
        let alarms = told(&app, &number, kind).await;
        assert!(alarms.iter().all(|e| e["change"]["milestone"] != "response"), "{alarms:#?}");
    }
    let contact = &told(&app, &number, "contacted").await[0];
    assert_eq!(contact["change"]["at"], "2026-09-24T02:30:00Z");
    let ticket = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    let response =
        ticket["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == "response").unwrap().clone();
    assert_eq!(
        (&response["state"], &response["stopped_at"]),
        (&json!("met"), &json!("2026-09-24T02:30:00Z"))
    );
    is_whole(&app).await;

    // The timeline stands in the order of what happened, and says when it was written down.
    let page = app.signed_in("boss").await.get(&format!("/tickets/{number}")).await.text;
    let entries = page.split("class=\"entry").skip(1).collect::<Vec<_>>();
    let place = |said: &str| {
        entries.iter().position(|e| e.contains(said)).unwrap_or_else(|| panic!("{said}: {page}"))
    };
    let (came, contacted, late) = (place("补录，原因"), place("联系了客户"), place("（事后认定）"));
    assert!(came < contacted && contacted < late, "{entries:#?}");
    assert!(entries[came].contains("10:10") && entries[came].contains("13:00 补录"), "{}", entries[came]);
    assert!(
        entries[contacted].contains("10:30") && entries[contacted].contains("13:00 补录"),
        "{}",
        entries[contacted]
    );

    // The same by the form; without a name it was whoever enters it.
    let agent = app.signed_in("agent").await;
    let form = "title=t&requester=ben%40north.example&channel=mail&kind=fault&severity=general&received_at=2026-09-24T10:20\
        &received_reason=fax&first_contact_at=2026-09-24T10:40";
    let sent = agent.form("/tickets", form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let number = sent.location.rsplit('/').next().unwrap().to_owned();
    let contact = told(&app, &number, "contacted").await[0].clone();
    assert_eq!(contact["by"]["id"], staff(&app, "agent").as_str(), "{contact}");
    // A call that nobody took is answered when it was called back.
    body["channel"] = json!("phone");
    let made = api.post("/api/v1/tickets", &body).await.json();
    let response =
        made["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == "response").unwrap().clone();
    assert_eq!(response["stopped_at"], "2026-09-24T02:30:00Z");
}

async fn a_first_contact_that_cannot_be_is_refused_at_its_field(app: TestApp) {
    let api = app.api().await;
    let wrong = async |more: Value| -> Vec<String> {
        let mut body = json!({"title": "t", "requester": "ben@north.example", "severity": "general",
            "received_at": "2026-09-24T01:30:00Z", "received_reason": "fax"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let refused = api.post("/api/v1/tickets", &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        let fields = refused.json()["fields"].as_array().unwrap().clone();
        fields
            .iter()
            .map(|f| format!("{} {}", f["field"].as_str().unwrap(), f["issue"].as_str().unwrap()))
            .collect()
    };
    let before = json!({"first_contact_at": "2026-09-24T01:29:00Z"});
    assert_eq!(wrong(before).await, ["first_contact_at before_received"]);
    let ahead = json!({"first_contact_at": "2026-09-24T02:01:00Z"});
    assert_eq!(wrong(ahead).await, ["first_contact_at in_future"]);
    assert_eq!(wrong(json!({"first_contact_by": staff(&app, "agent")})).await, ["first_contact_at required"]);
    let nobody = json!({"first_contact_at": "2026-09-24T01:40:00Z", "first_contact_by": "nobody"});
    assert_eq!(wrong(nobody).await, ["first_contact_by unknown"]);
}
