//! Requirements as stories, named by their ids. The test owns the clock.

use axum::http::{Method, StatusCode};
use desk::ticket as verb;
use domain::ticket::Status;
use domain::ticket::decide::{Body, Draft, Solution};
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        s1_50_overdue_goes_to_senior_engineer,
        s1_50_a_person_hands_it_to_a_senior_engineer,
        s1_50_a_verb_does_not_overtake_what_was_due,
        s2_61_solved_confirmed_and_rated,
        s2_61_a_silent_customer_is_reminded_and_the_case_closes_by_rule,
        s2_115_a_complaint_is_a_case_of_its_own,
        c6_running_clocks_follow_the_newest_calendar,
        a_person_who_leaves_hands_over_the_open_work,
        letters_say_number_and_promise,
        queue_counts_are_maintained,
    );
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

async fn open(app: &TestApp, more: serde_json::Value) -> String {
    let mut body =
        json!({"title": "保存没有反应", "body": "点保存没有反应", "requester": "ben@north.example"});
    for (k, v) in more.as_object().unwrap() {
        body[k] = v.clone();
    }
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn shown(app: &TestApp, number: &str) -> serde_json::Value {
    app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json()
}

fn say(text: &str) -> Draft {
    Draft { body: Body::from_text(text), ..Draft::default() }
}

async fn s1_50_overdue_goes_to_senior_engineer(app: TestApp) {
    let number = open(&app, json!({"severity": "urgent", "level": 1})).await;
    verb::take(&app.desk, app.cast.staff("agent"), &number).await.unwrap();
    verb::reply(&app.desk, app.cast.staff("agent"), &number, say("我们在看")).await.unwrap();
    app.advance(4 * HOUR).await;
    let t = shown(&app, &number).await;
    assert_eq!(t["assignee"], json!(app.cast.staff_id("senior")));
    app.advance(1).await;
    let t = shown(&app, &number).await;
    let resolution =
        t["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == "resolution").unwrap().clone();
    assert_eq!(resolution["state"], "breached_running");
    let events = app.api().await.get(&format!("/api/v1/tickets/{number}/events?limit=200")).await.json();
    let breach = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["change"]["milestone"] == "resolution" && e["change"]["type"] == "breached")
        .unwrap()
        .clone();
    assert_eq!(breach["at"], "2026-09-24T06:00:00Z");
    // The supervisor is told at 150 percent, once.
    app.advance(3 * HOUR).await;
    let boss = app.signed_in("boss").await.get("/notices").await.text;
    assert_eq!(boss.matches(&format!("/tickets/{number}#e")).count(), 1, "{boss}");
}

async fn s1_50_a_person_hands_it_to_a_senior_engineer(app: TestApp) {
    let number = open(&app, json!({})).await;
    let agent = app.signed_in("agent").await;
    let page = format!("/tickets/{number}");
    assert!(agent.get(&page).await.text.contains(&format!("{page}/escalation")));
    let unsaid = agent.form(&format!("{page}/escalation"), "reason=").await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unsaid.text);
    agent.form(&format!("{page}/escalation"), "reason=数据库死锁").await;
    assert_eq!(shown(&app, &number).await["assignee"], json!(app.cast.staff_id("senior")));
    let text = agent.get(&page).await.text;
    assert!(text.contains("转交高级工程师 数据库死锁"), "{text}");
    assert!(!text.contains(&format!("{page}/escalation")), "it is in such hands already");
    assert!(app.signed_in("senior").await.get("/notices").await.text.contains(&number));
}

async fn s1_50_a_verb_does_not_overtake_what_was_due(app: TestApp) {
    let number = open(&app, json!({"severity": "urgent", "level": 1})).await;
    verb::take(&app.desk, app.cast.staff("agent"), &number).await.unwrap();
    verb::reply(&app.desk, app.cast.staff("agent"), &number, say("我们在看")).await.unwrap();
    let before = shown(&app, &number).await["version"].as_i64().unwrap();
    // The process was down; the first to act is a person, not the sweeper.
    app.sleep_through(4 * HOUR + 60);
    let solution = Solution { cause: None, resolution: "好了".to_owned(), remark: None, draft: None };
    verb::resolve(&app.desk, app.cast.staff("agent"), &number, solution).await.unwrap();
    let told = |events: &serde_json::Value| -> Vec<String> {
        let items = events["items"].as_array().unwrap().iter();
        let kinds = items.filter(|e| e["no"].as_i64().unwrap() > before);
        kinds.map(|e| e["change"]["type"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let path = format!("/api/v1/tickets/{number}/events?limit=200");
    let events = app.api().await.get(&path).await.json();
    let kinds = told(&events);
    let at = |kind: &str| kinds.iter().position(|k| k == kind).unwrap_or_else(|| panic!("{kind}: {kinds:?}"));
    assert!(at("step_fired") < at("assigned") && at("assigned") < at("resolved"), "{kinds:?}");
    app.drain().await;
    assert_eq!(told(&app.api().await.get(&path).await.json()), kinds, "the sweeper finds nothing left");
}

async fn s2_61_solved_confirmed_and_rated(app: TestApp) {
    let number = open(&app, json!({})).await;
    let ben = app.signed_in("ben@north.example").await;
    let page = ben.get(&format!("/portal/cases/{number}")).await.text;
    assert!(page.contains("今天 11:00 前由工程师联系您"), "{page}");
    verb::resolve(
        &app.desk,
        app.cast.staff("agent"),
        &number,
        Solution { resolution: "更正设置".into(), ..Solution::default() },
    )
    .await
    .unwrap();
    assert_eq!(
        ben.form(&format!("/portal/cases/{number}/confirmation"), "").await.status,
        StatusCode::SEE_OTHER
    );
    let rated =
        ben.form(&format!("/portal/cases/{number}/rating"), "speed=5&effect=4&attitude=5&comment=好").await;
    assert_eq!(rated.status, StatusCode::SEE_OTHER);
    let t = shown(&app, &number).await;
    assert_eq!((t["status"].as_str(), t["close_reason"].as_str()), (Some("closed"), Some("confirmed")));
    let log = app.signed_in("boss").await.get("/log").await.text;
    assert!(log.contains("更正设置") && log.contains("agent(客服)"), "{log}");
    let csv = app.signed_in("boss").await.get("/log/export/csv").await.text;
    assert_eq!(
        csv,
        "\u{feff}日期,问题类型,处理结果,解决人,备注\n2026-09-24,技术故障,更正设置,agent(客服),\n"
    );
}

async fn s2_61_a_silent_customer_is_reminded_and_the_case_closes_by_rule(app: TestApp) {
    let number = open(&app, json!({})).await;
    verb::resolve(
        &app.desk,
        app.cast.staff("agent"),
        &number,
        Solution { resolution: "好了".into(), ..Solution::default() },
    )
    .await
    .unwrap();
    // Thursday 24 September 10:00. Friday 25 is Mid-Autumn, 26 and 27 a weekend; 1–7 October National Day.
    let reminded = |events: serde_json::Value| -> Vec<String> {
        let all = events["items"].as_array().unwrap().clone();
        all.iter()
            .filter(|e| e["change"]["type"] == "reminded")
            .map(|e| e["at"].as_str().unwrap().to_owned())
            .collect()
    };
    app.advance(30 * DAY).await;
    let events = app.api().await.get(&format!("/api/v1/tickets/{number}/events?limit=200")).await.json();
    let working: Vec<String> = {
        let desk = app.desk.clone();
        app.desk
            .read(move |r| {
                let rules = desk.rules_in(r)?;
                let calendar = rules.calendar(&"service".into()).unwrap();
                let start = testkit::NOW.parse().unwrap();
                Ok([3, 6, 7].map(|n| calendar.business_days_after(start, n).unwrap().to_string()).to_vec())
            })
            .await
            .unwrap()
    };
    assert_eq!(reminded(events), working[..2]);
    let t = shown(&app, &number).await;
    assert_eq!((t["status"].as_str(), t["close_reason"].as_str()), (Some("closed"), Some("silent")));
    assert_eq!(t["closed_at"], json!(working[2]));
}

async fn s2_115_a_complaint_is_a_case_of_its_own(app: TestApp) {
    let number = open(&app, json!({})).await;
    let ben = app.signed_in("ben@north.example").await;
    let answer = ben.form(&format!("/portal/cases/{number}/complaint"), "text=一直没有人联系").await;
    let complaint = answer.location.rsplit('/').next().unwrap().to_owned();
    let t = shown(&app, &complaint).await;
    assert_eq!((t["kind"].as_str(), t["status"].as_str()), (Some("complaint"), Some("new")));
    assert!(app.signed_in("boss").await.get("/notices").await.text.contains(&number));
    // A supervisor has it, and whoever handled the case cannot get it.
    assert_eq!(t["assignee"], json!(app.cast.staff("boss").staff().unwrap().id));
    let agent = app.cast.staff("agent");
    desk::ticket::take(&app.desk, agent, &number).await.unwrap();
    let own = desk::ticket::take(&app.desk, agent, &complaint).await.unwrap_err();
    assert_eq!(own.to_string(), "refused: own_case");
    desk::ticket::take(&app.desk, app.cast.staff("colleague"), &complaint).await.unwrap();
}

async fn c6_running_clocks_follow_the_newest_calendar(app: TestApp) {
    let number = open(&app, json!({})).await;
    let due = |t: &serde_json::Value| t["clocks"][0]["due_at"].as_str().unwrap().to_owned();
    assert_eq!(due(&shown(&app, &number).await), "2026-09-24T03:00:00Z");
    let desk = app.desk.clone();
    let mut doc =
        app.desk.read(move |r| Ok(desk.rules_in(r)?.calendars[&"parity".into()].doc.clone())).await.unwrap();
    doc.week = std::array::from_fn(|_| vec![("14:00".to_owned(), "18:00".to_owned())]);
    let admin = app.cast.staff("admin");
    desk::admin::save_calendar(&app.desk, admin, "parity".into(), "parity".into(), doc, 1).await.unwrap();
    app.drain().await;
    assert_eq!(due(&shown(&app, &number).await), "2026-09-24T07:00:00Z");
    let why = app
        .signed_in("ben@north.example")
        .await
        .get(&format!("/tickets/{number}/clocks/response/1"))
        .await
        .text;
    assert!(why.contains("第 2 版") && why.contains("今天 15:00 到期"), "{why}");
}

async fn a_person_who_leaves_hands_over_the_open_work(app: TestApp) {
    let number = open(&app, json!({})).await;
    verb::take(&app.desk, app.cast.staff("agent"), &number).await.unwrap();
    let solved = open(&app, json!({})).await;
    verb::take(&app.desk, app.cast.staff("agent"), &solved).await.unwrap();
    let solution = Solution { resolution: "更正设置".into(), ..Solution::default() };
    verb::resolve(&app.desk, app.cast.staff("agent"), &solved, solution).await.unwrap();
    let signed_in = app.signed_in("agent").await;
    let id = app.cast.staff_id("agent");
    let row = app.desk.read(move |r| Ok(store::staff::one(r, &id)?.unwrap())).await.unwrap();
    let gone = store::staff::StaffRow { active: false, ..row };
    desk::admin::save_staff(&app.desk, app.cast.staff("admin"), gone).await.unwrap();
    assert_eq!(shown(&app, &number).await["assignee"], json!(null));
    assert_eq!(signed_in.get("/tickets").await.status, StatusCode::SEE_OTHER, "the session has ended");
    assert!(shown(&app, &solved).await["assignee"].is_string(), "who solved it stays");
    let customer = app.cast.contact("ben@north.example");
    verb::reopen(&app.desk, customer, &solved, "又出现了".to_owned()).await.unwrap();
    let again = shown(&app, &solved).await;
    assert_eq!((&again["status"], &again["assignee"]), (&json!("open"), &json!(null)));
}

async fn letters_say_number_and_promise(app: TestApp) {
    let number = open(&app, json!({})).await;
    verb::hold(
        &app.desk,
        app.cast.staff("agent"),
        &number,
        Status::WaitingCustomer,
        String::new(),
        Some(say("请提供日志")),
    )
    .await
    .unwrap();
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    let text: Vec<_> =
        letters.iter().rev().map(|l| (l.kind.as_str(), l.recipient.as_str(), l.subject.clone())).collect();
    assert_eq!(
        text,
        [
            ("received", "ben@north.example", format!("{number} 已收到：保存没有反应")),
            ("waiting", "ben@north.example", format!("{number} 需要您的回复：保存没有反应")),
        ]
    );
    assert!(
        letters[1].body.contains(&format!("http://desk.example/portal/cases/{number}")),
        "{}",
        letters[1].body
    );
    assert!(letters[0].body.contains("请提供日志"), "{}", letters[0].body);
    app.drain().await;
    assert_eq!(app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?.len())).await.unwrap(), 2);
}

async fn queue_counts_are_maintained(app: TestApp) {
    let (a, b) = (open(&app, json!({"group": "desk"})).await, open(&app, json!({"group": "desk"})).await);
    let agent = app.cast.staff("agent");
    verb::take(&app.desk, agent, &a).await.unwrap();
    let api = app.api().await;
    api.json(Method::POST, &format!("/api/v1/tickets/{b}/cancellation"), &json!({"reason": "spam"})).await;
    let me = app.cast.staff_id("agent");
    let counts = app
        .desk
        .read(move |r| {
            let mut all = Vec::new();
            for key in ["all", "open", "unassigned", "group:desk", &format!("staff:{me}")] {
                all.push(store::ticket::count_of(r, key)?);
            }
            Ok(all)
        })
        .await
        .unwrap();
    assert_eq!(counts, [2, 1, 0, 1, 1]);
}
