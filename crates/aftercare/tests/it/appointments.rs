//! Working together at an agreed time: staff and customers agree, move and call off, are reminded once, and read it in
//! the ticket, the list and the calendar.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        s1_32_a_call_is_agreed_moved_and_kept,
        customers_ask_move_and_call_off_within_service_hours,
        a_reminder_and_a_miss_come_once_also_after_a_downtime,
        two_nodes_ring_once,
        the_list_is_filtered_paged_and_exported,
        what_is_wrong_is_said_at_its_field,
        two_who_move_it_see_both,
        the_feed_holds_them,
        a_withdrawn_ticket_calls_nobody,
    );
}

const HOUR: i64 = 3_600;

async fn case(app: &TestApp, requester: &str) -> String {
    let body = json!({"title": "报表打不开", "requester": requester, "group": "desk"});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

/// 14:00 to 15:00 of the day.
fn call() -> Value {
    json!({"kind": "call_back", "way": "phone", "phone": "13800138000", "wanted_by": "customer",
        "from": "2026-09-24T06:00:00Z", "until": "2026-09-24T07:00:00Z"})
}

async fn agree(api: &Client, number: &str, body: &Value) -> Answer {
    api.post(&format!("/api/v1/tickets/{number}/appointments"), body).await
}

async fn made(api: &Client, number: &str, body: &Value) -> Value {
    let answer = agree(api, number, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

async fn of_ticket(api: &Client, number: &str) -> Value {
    api.get(&format!("/api/v1/tickets/{number}/appointments")).await.json()
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

async fn s1_32_a_call_is_agreed_moved_and_kept(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    let agent = app.signed_in("agent").await;
    let form = format!(
        "kind=call_back&way=phone&phone=13800138000&wanted_by=customer&from=2026-09-24T14:00&until=2026-09-24T15:00&staff={}&note=%E5%AF%BC%E5%87%BA",
        app.cast.staff_id("agent")
    );
    let to = agent.form(&format!("/tickets/{number}/appointments"), &form).await;
    assert_eq!(
        (to.status, &*to.location),
        (StatusCode::SEE_OTHER, &*format!("/tickets/{number}/appointments/1"))
    );
    let page = agent.get(&to.location).await.text;
    for said in ["14:00", "15:00", "13800138000", "待进行", "客户提出", "导出"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let ticket = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(
        ticket.contains("约定回电：") && ticket.contains(&format!("/tickets/{number}/appointments/1")),
        "{ticket}"
    );
    let later = form.replace("T14:00", "T16:00").replace("T15:00", "T17:00");
    let moved = agent.form(&to.location, &format!("{later}&version=1")).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    let a = of_ticket(&api, &number).await[0].clone();
    assert_eq!((&a["from"], &a["version"]), (&json!("2026-09-24T08:00:00Z"), &json!(2)));
    app.advance(6 * HOUR).await;
    let kept = agent.form(&format!("{}/result", to.location), "result=已告知原因").await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    let t = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert!(t["responded_at"].is_string(), "somebody spoke with the customer: {t}");
    let events = api.get(&format!("/api/v1/tickets/{number}/events?limit=200")).await.text;
    for what in ["agreed", "moved", "soon", "done"] {
        assert!(events.contains(&format!("\"what\":\"{what}\"")), "{what}: {events}");
    }
    // The customer reads what was agreed, but not who in the house does it.
    let own = app.signed_in("ann@north.example").await.get(&format!("/portal/cases/{number}")).await.text;
    for said in ["约定回电：", "回电改约：", "回电已完成", "已告知原因"] {
        assert!(own.contains(said), "{said}: {own}");
    }
    assert!(!own.contains("由 agent 联系") && !own.contains("提醒：回电"), "{own}");
}

async fn customers_ask_move_and_call_off_within_service_hours(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    let ann = app.signed_in("ann@north.example").await;
    let path = format!("/portal/cases/{number}/appointments");
    let page = ann.get(&path).await.text;
    assert!(page.contains("value=\"2026-09-24T03:00:00Z\""), "11:00 is the next whole hour: {page}");
    assert!(!page.contains("2026-09-24T10:00:00Z"), "18:00 is after hours");
    assert!(!page.contains("2026-09-26T"), "nor on a Saturday");
    let night = ann.form(&path, "from=2026-09-24T14:00:00Z&phone=13800138000&note=keep").await;
    assert_eq!(night.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(night.text.contains("不在服务时间内") && night.text.contains("keep"), "{}", night.text);
    let asked = ann.form(&path, "from=2026-09-24T06:00:00Z&phone=13800138000&note=x").await;
    assert_eq!(
        (asked.status, &*asked.location),
        (StatusCode::SEE_OTHER, &*format!("/portal/cases/{number}"))
    );
    assert!(
        app.signed_in("boss").await.get("/notices").await.text.contains("约定回电"),
        "nobody has the ticket"
    );
    let twice = ann.form(&path, "from=2026-09-24T07:00:00Z&phone=13800138000").await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.text);
    let moved = ann.form(&format!("{path}/1"), "from=2026-09-24T08:00:00Z&phone=13800138000&version=1").await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    let a = of_ticket(&api, &number).await[0].clone();
    assert_eq!(
        (&a["from"], &a["until"], &a["wanted_by"]),
        (&json!("2026-09-24T08:00:00Z"), &json!("2026-09-24T09:00:00Z"), &json!("customer"))
    );
    // What came of it is for staff to say.
    let kept = ann.form(&format!("/tickets/{number}/appointments/1/result"), "result=x").await;
    assert_eq!(kept.status, StatusCode::NOT_FOUND);
    ann.form(&format!("{path}/1/removal"), "").await;
    assert_eq!(of_ticket(&api, &number).await[0]["state"], "cancelled");
    assert!(ann.get(&path).await.text.contains("2026-09-24T03:00:00Z"), "another one can be asked for");
    let eve = app.signed_in("eve@south.example").await;
    assert_eq!(eve.get(&path).await.status, StatusCode::NOT_FOUND);
}

async fn told(app: &TestApp, login: &str, text: &str) -> usize {
    app.signed_in(login).await.get("/notices").await.text.matches(text).count()
}

async fn a_reminder_and_a_miss_come_once_also_after_a_downtime(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    let body = with(call(), "staff", json!(app.cast.staff_id("agent").as_str()));
    made(&api, &number, &body).await;
    app.advance(3 * HOUR + 44 * 60).await;
    assert_eq!(told(&app, "agent", "提醒：回电").await, 0);
    app.advance(60).await;
    assert_eq!(told(&app, "agent", "提醒：回电").await, 1);
    app.drain().await;
    app.advance(600).await;
    assert_eq!(told(&app, "agent", "提醒：回电").await, 1, "once");
    app.advance(2 * HOUR).await;
    for login in ["agent", "boss"] {
        assert_eq!(told(&app, login, "没有按时进行").await, 1, "{login}");
    }
    let missed = of_ticket(&api, &number).await[0].clone();
    assert_eq!((&missed["state"], &missed["version"]), (&json!("missed"), &json!(2)));
    // It is agreed anew, and everybody stands still until long after.
    let again =
        with(with(body, "from", json!("2026-09-24T10:00:00Z")), "until", json!("2026-09-24T11:00:00Z"));
    let again = with(again, "version", json!(2));
    let put = api.json(Method::PUT, &format!("/api/v1/tickets/{number}/appointments/1"), &again).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
    app.sleep_through(24 * HOUR);
    app.drain().await;
    assert_eq!(told(&app, "agent", "没有按时进行").await, 2);
    assert_eq!(told(&app, "agent", "提醒：回电").await, 1, "of what is over nobody is reminded");
    let events = api.get(&format!("/api/v1/tickets/{number}/events?limit=200")).await.json();
    let missed = |e: &&Value| e["change"]["what"] == "missed";
    let at: Vec<_> =
        events["items"].as_array().unwrap().iter().filter(missed).map(|e| e["at"].clone()).collect();
    assert_eq!(
        at,
        [json!("2026-09-24T07:00:00Z"), json!("2026-09-24T11:00:00Z")],
        "at their instants: {events}"
    );
    // Late is better than never.
    let kept =
        api.post(&format!("/api/v1/tickets/{number}/appointments/1/result"), &json!({"result": "ok"})).await;
    assert_eq!(kept.json()["state"], "done", "{}", kept.text);
}

async fn two_nodes_ring_once(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    made(&api, &number, &with(call(), "staff", json!(app.cast.staff_id("agent").as_str()))).await;
    let other = app.another_node().await;
    app.sleep_through(3 * HOUR + 50 * 60);
    let (a, b) = tokio::join!(desk::sweep::sweep(&app.desk), desk::sweep::sweep(&other));
    a.unwrap();
    b.unwrap();
    app.drain().await;
    assert_eq!(told(&app, "agent", "提醒：回电").await, 1);
}

async fn the_list_is_filtered_paged_and_exported(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    let mine = app.cast.staff_id("agent");
    for (day, staff) in [("24", mine.as_str()), ("25", ""), ("30", mine.as_str())] {
        let body = json!({"kind": "follow_up", "way": "mail", "staff": staff, "from": format!("2026-09-{day}T06:00:00Z")});
        made(&api, &number, &body).await;
    }
    let agent = app.signed_in("agent").await;
    let list = |query: &'static str| {
        let agent = &agent;
        async move {
            let page = agent.get(&format!("/appointments?{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            page.text.matches("class=\"row-link\"").count()
        }
    };
    for (query, n) in [
        ("", 2),
        ("whose=groups", 3),
        ("whose=all", 3),
        ("whose=all&when=today", 1),
        ("whose=all&when=week", 2),
        ("whose=mine&when=missed", 0),
        ("whose=all&when=over", 0),
    ] {
        assert_eq!(list(query).await, n, "{query}");
    }
    let first = api.get("/api/v1/appointments?limit=2").await.json();
    assert_eq!(
        (first["items"].as_array().unwrap().len(), &first["items"][0]["no"]),
        (2, &json!(1)),
        "{first}"
    );
    let next = first["next_cursor"].as_str().unwrap();
    let rest = api.get(&format!("/api/v1/appointments?limit=2&cursor={next}")).await.json();
    assert_eq!((&rest["items"][0]["no"], &rest["next_cursor"]), (&json!(3), &Value::Null), "{rest}");
    app.advance(5 * HOUR).await;
    assert_eq!(list("whose=mine&when=missed").await, 1);
    api.json(Method::DELETE, &format!("/api/v1/tickets/{number}/appointments/1"), &json!({"reason": "x"}))
        .await;
    assert_eq!(list("whose=all&when=over").await, 1);
    let file = app.signed_in("boss").await.get("/appointments/export/csv?whose=all").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(
        file.text.contains("回访") && file.text.contains(&number) && file.text.lines().count() == 3,
        "{}",
        file.text
    );
    assert_eq!(agent.get("/appointments/export/csv").await.status, StatusCode::FORBIDDEN);
}

async fn what_is_wrong_is_said_at_its_field(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    let wrong =
        agree(&api, &number, &json!({"kind": "x", "way": "phone", "until": "2026-09-24T07:00:00Z"})).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["kind", "from", "phone"] {
        assert!(wrong.text.contains(&format!("\"field\":\"{field}\"")), "{field}: {}", wrong.text);
    }
    let stranger = store_contact(&app, "eve@south.example");
    for (field, value) in [
        ("from", json!("2026-09-24T01:00:00Z")),
        ("from", json!("2028-09-24T01:00:00Z")),
        ("until", json!("2026-09-24T05:00:00Z")),
        ("until", json!("2026-09-26T05:00:00Z")),
        ("contact", json!(stranger)),
        ("staff", json!("nobody")),
        ("phone", json!("1".repeat(41))),
        ("note", json!("x".repeat(2_001))),
    ] {
        let mut body = with(call(), field, value);
        if field == "from" {
            body["until"] = Value::Null;
        }
        let refused = agree(&api, &number, &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", refused.text);
        assert!(refused.text.contains(&format!("\"field\":\"{field}\"")), "{field}: {}", refused.text);
    }
    let agent = app.signed_in("agent").await;
    let again = agent
        .form(&format!("/tickets/{number}/appointments"), "kind=call_back&way=phone&from=&note=keep+me")
        .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("keep me") && again.text.contains("开始时间"), "{}", again.text);
    made(&api, &number, &call()).await;
    let one = format!("/tickets/{number}/appointments/1");
    for (part, body, said) in [("/result", "result=", "结果"), ("/removal", "reason=", "原因")] {
        let again = agent.form(&format!("{one}{part}"), body).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{part}");
        assert!(again.text.contains(said), "{part}: {}", again.text);
    }
    assert_eq!(agent.get(&format!("/tickets/{number}/appointments/7")).await.status, StatusCode::NOT_FOUND);
}

fn store_contact(app: &TestApp, email: &str) -> String {
    match app.cast.contact(email) {
        domain::access::Actor::Contact(c) => c.id.0.clone(),
        other => panic!("{other:?}"),
    }
}

async fn two_who_move_it_see_both(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    made(&api, &number, &call()).await;
    let path = format!("/api/v1/tickets/{number}/appointments/1");
    let to = |hour: &str| {
        with(with(call(), "from", json!(format!("2026-09-24T0{hour}:00:00Z"))), "until", Value::Null)
    };
    let first = api.json(Method::PUT, &path, &with(to("8"), "version", json!(1))).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let second = api.json(Method::PUT, &path, &with(to("9"), "version", json!(1))).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.text.contains("2026-09-24 16:00"), "{}", second.text);
    let agent = app.signed_in("agent").await;
    let form =
        "kind=call_back&way=phone&phone=13800138000&wanted_by=customer&from=2026-09-24T17:00&version=1";
    let page = agent.form(&format!("/tickets/{number}/appointments/1"), form).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.text.contains("2026-09-24 16:00") && page.text.contains("value=\"2026-09-24T17:00\""),
        "{}",
        page.text
    );
}

async fn the_feed_holds_them(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    let agent = app.signed_in("agent").await;
    let page = agent.form("/on-call/feed", "").await.text;
    let address = page.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    let path = address.strip_prefix("http://desk.example").unwrap().to_owned();
    made(&api, &number, &with(call(), "staff", json!(app.cast.staff_id("agent").as_str()))).await;
    made(&api, &number, &with(call(), "staff", json!(app.cast.staff_id("colleague").as_str()))).await;
    let feed = app.client().get(&path).await.text.replace("\r\n ", "");
    for line in [
        "DTSTART:20260924T060000Z",
        "DTEND:20260924T070000Z",
        &*format!("SUMMARY:回电 {number} 报表打不开 13800138000"),
    ] {
        assert_eq!(feed.matches(line).count(), 1, "{line}: {feed}");
    }
    api.json(Method::DELETE, &format!("/api/v1/tickets/{number}/appointments/1"), &json!({"reason": "x"}))
        .await;
    assert!(!app.client().get(&path).await.text.contains("BEGIN:VEVENT"));
}

async fn a_withdrawn_ticket_calls_nobody(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    made(&api, &number, &call()).await;
    let ann = app.signed_in("ann@north.example").await;
    ann.form(&format!("/tickets/{number}/cancellation"), "").await;
    assert_eq!(of_ticket(&api, &number).await[0]["state"], "cancelled");
    app.advance(24 * HOUR).await;
    assert_eq!(told(&app, "boss", "没有按时进行").await, 0);
}
