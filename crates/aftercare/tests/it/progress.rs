//! The progress duty as people see it (S2-48, S2-60, S2-63): a form, a card, a letter, a reminder, a message that
//! nobody wrote, and the count of who was in time.

use std::sync::Arc;

use axum::http::StatusCode;
use domain::access::Actor;
use domain::ticket::Channel;
use domain::ticket::decide::Body;
use mail::{Mailer, Smtp, Tls};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::mail_server::MailServer;

mod engines {
    testkit::on_both_engines!(
        s2_63_a_case_taken_down_late_tells_one_next_report,
        s2_63_a_report_on_the_portal_is_delivered_with_the_commit,
        s2_63_wrong_input_keeps_what_was_typed,
        s2_63_a_letter_counts_when_the_server_has_taken_it,
        s2_63_a_letter_that_never_arrives_does_not_count,
        s2_63_a_kept_letter_counts_until_it_is_refused,
        s2_63_the_assignee_is_reminded_with_a_filled_form,
        s2_63_two_nodes_tell_the_customer_once,
        s2_63_punctuality_is_a_report,
    );
}

const MINUTE: i64 = 60;

/// An urgent case in the agent's hands; through the portal, or by the API of somebody with an address.
async fn urgent(app: &TestApp, requester: &str) -> String {
    let body = json!({"title": "数据中断", "body": "b", "requester": requester, "severity": "urgent"});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let number = made.json()["number"].as_str().unwrap().to_owned();
    desk::ticket::take(&app.desk, app.cast.staff("agent"), &number).await.unwrap();
    number
}

async fn urgent_on_the_portal(app: &TestApp, login: &str) -> String {
    let Actor::Contact(c) = app.cast.contact(login) else { panic!("a contact") };
    let mut new = desk::intake::NewTicket::by_contact(
        c.id.clone(),
        "数据中断".into(),
        Body::from_text("b"),
        Channel::Portal,
    );
    new.severity = Some(domain::ticket::Severity::Urgent);
    let number = desk::intake::open(&app.desk, app.cast.contact(login), new).await.unwrap().number;
    desk::ticket::take(&app.desk, app.cast.staff("agent"), &number).await.unwrap();
    number
}

fn report(finding: &str) -> Value {
    json!({"phase": "located", "finding": finding, "next": "清理磁盘", "expected_at": "2026-09-24T06:00:00Z"})
}

async fn send_report(app: &TestApp, number: &str, finding: &str) {
    let path = format!("/api/v1/tickets/{number}/progress");
    let sent = app.api().await.post(&path, &report(finding)).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
}

async fn reports(app: &TestApp, number: &str) -> Vec<Value> {
    let list = app.api().await.get(&format!("/api/v1/tickets/{number}/progress")).await;
    list.json()["items"].as_array().unwrap().clone()
}

/// Cycle, due and state of the running slot.
async fn slot(app: &TestApp, number: &str) -> (i64, String) {
    let t = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    let clocks = t["clocks"].as_array().unwrap();
    let runs = clocks.iter().rfind(|c| c["kind"] == "update" && c["stopped_at"].is_null()).unwrap();
    (runs["cycle"].as_i64().unwrap(), runs["due_at"].as_str().unwrap()[11..16].to_owned())
}

async fn events(app: &TestApp, number: &str, kind: &str) -> Vec<Value> {
    let all = app.api().await.get(&format!("/api/v1/tickets/{number}/events?limit=200")).await.json();
    let of = |e: &&Value| e["change"]["type"] == kind;
    all["items"].as_array().unwrap().iter().filter(of).cloned().collect()
}

fn mailer(port: u16) -> Arc<Mailer> {
    Arc::new(Mailer::new(Smtp::new("127.0.0.1", Some(port), Tls::None, "desk@vendor.example").unwrap()))
}

async fn deliver(app: &TestApp, mailer: &Arc<Mailer>) {
    assert!(aftercare::drain_and_send(&app.desk, "http://desk.example", &app.postman(mailer)).await.unwrap());
}

async fn s2_63_a_report_on_the_portal_is_delivered_with_the_commit(app: TestApp) {
    let number = urgent_on_the_portal(&app, "ben@north.example").await;
    app.advance(10 * MINUTE).await;
    let agent = app.signed_in("agent").await;
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("verb-progress") && page.contains("提交即送达"), "{page}");
    let form = "phase=working&finding=disk+%3Cfull%3E&next=clean&expected_at=2026-09-24T14:00";
    let sent = agent.form(&format!("/tickets/{number}/progress"), form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(slot(&app, &number).await, (2, "02:40".to_owned()));
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("card-report") && page.contains("disk &#60;full&#62;"), "{page}");
    assert!(page.contains("已在门户送达"), "{page}");
    // The customer sees the same card without what is the house's own.
    let portal = app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{number}")).await.text;
    assert!(portal.contains("card-report") && portal.contains("处理中"), "{portal}");
    assert!(!portal.contains("已在门户送达") && !portal.contains("发出的信件"), "{portal}");
    // Any other message resets nothing.
    app.advance(5 * MINUTE).await;
    agent.form(&format!("/tickets/{number}/messages"), "text=hello").await;
    assert_eq!(slot(&app, &number).await.0, 2);
    // An answered call does.
    agent.form(&format!("/tickets/{number}/contact"), "note=called").await;
    assert_eq!(slot(&app, &number).await, (3, "02:45".to_owned()));
}

async fn s2_63_wrong_input_keeps_what_was_typed(app: TestApp) {
    let number = urgent_on_the_portal(&app, "ben@north.example").await;
    let agent = app.signed_in("agent").await;
    let path = format!("/tickets/{number}/progress");
    let again =
        agent.form(&path, "phase=working&finding=what+I+found&next=&expected_at=2020-01-01T10:00").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["what I found", "2020-01-01T10:00", r#"value="working" selected"#, "下一步", "须晚于现在"]
    {
        assert!(again.text.contains(kept), "{kept}: {}", again.text);
    }
    let api = app.api().await;
    let path = format!("/api/v1/tickets/{number}/progress");
    for (body, field) in [
        (json!({"phase": "x", "finding": "f", "next": "n", "expected_at": "2027-01-01T00:00:00Z"}), "phase"),
        (
            json!({"phase": "located", "finding": " ", "next": "n", "expected_at": "2027-01-01T00:00:00Z"}),
            "finding",
        ),
        (json!({"phase": "located", "finding": "f", "next": "n", "expected_at": "soon"}), "expected_at"),
        (json!({"phase": "located", "finding": "f", "next": "n"}), "expected_at"),
    ] {
        let refused = api.post(&path, &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert_eq!(refused.json()["fields"][0]["field"], field, "{}", refused.text);
    }
    assert_eq!(slot(&app, &number).await.0, 1);
    assert!(reports(&app, &number).await.is_empty());
    assert_eq!(api.get(&format!("{path}?limit=0")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A customer reports nothing for us.
    let ben = app.signed_in("ben@north.example").await;
    let tried = ben.form(&format!("/tickets/{number}/progress"), "phase=working").await;
    assert_ne!(tried.status, StatusCode::SEE_OTHER);
    assert!(reports(&app, &number).await.is_empty());
}

async fn s2_63_a_letter_counts_when_the_server_has_taken_it(app: TestApp) {
    let mut server = MailServer::start();
    let mailer = mailer(server.port);
    let number = urgent(&app, "ben@north.example").await;
    deliver(&app, &mailer).await;
    server.next();
    app.clock.set(domain::time::plus_seconds(app.now(), 10 * MINUTE));
    send_report(&app, &number, "磁盘写满").await;
    let waiting = reports(&app, &number).await.remove(0);
    assert_eq!((&waiting["way"], &waiting["delivered_at"]), (&json!("letter"), &Value::Null));
    assert_eq!(slot(&app, &number).await.0, 1, "on its way is not there");
    let page = app.signed_in("agent").await.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("尚未计为送达"), "{page}");
    app.clock.set(domain::time::plus_seconds(app.now(), 2 * MINUTE));
    deliver(&app, &mailer).await;
    let letter = server.next();
    let body = letter["body"].as_str().unwrap();
    assert!(body.contains("当前阶段：已定位原因") && body.contains("已查明：磁盘写满"), "{body}");
    assert_eq!(letter["auto-submitted"], Value::Null, "people wrote it");
    let there = reports(&app, &number).await.remove(0);
    assert_eq!(there["delivered_at"], "2026-09-24T02:12:00Z");
    assert_eq!(there["letters"], json!([{"recipient": "ben@north.example", "state": "sent", "said": ""}]));
    assert_eq!(slot(&app, &number).await, (2, "02:42".to_owned()));
    deliver(&app, &mailer).await;
    assert_eq!(events(&app, &number, "report_delivered").await.len(), 1);
}

async fn s2_63_a_letter_that_never_arrives_does_not_count(app: TestApp) {
    let server = MailServer::start();
    let mailer = mailer(server.port);
    let number = urgent(&app, "nobody@else.example").await;
    send_report(&app, &number, "f").await;
    deliver(&app, &mailer).await;
    let failed = reports(&app, &number).await.remove(0);
    assert_eq!(failed["letters"][0]["state"], "rejected");
    assert_eq!(failed["letters"][0]["said"], "550 5.1.1 no such mailbox");
    assert_eq!(slot(&app, &number).await.0, 1);
    let page = app.signed_in("agent").await.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("550 5.1.1") && page.contains("进度通报未送达"), "{page}");
    // A customer without a contract is promised a report every hour.
    app.advance(61 * MINUTE).await;
    let breach = events(&app, &number, "breached").await;
    let breach = breach.iter().find(|e| e["change"]["milestone"] == "update").unwrap();
    assert_eq!(breach["at"], "2026-09-24T03:00:00Z");
}

async fn s2_63_a_kept_letter_counts_until_it_is_refused(app: TestApp) {
    let number = urgent(&app, "nobody@else.example").await;
    app.advance(10 * MINUTE).await;
    send_report(&app, &number, "f").await;
    app.drain().await;
    assert_eq!(slot(&app, &number).await, (2, "03:10".to_owned()));
    let page = app.signed_in("agent").await.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("已存入“发出的信件”，未寄出"), "{page}");
    // Later it is really sent, and the server refuses it: the slot is open again, at its own due.
    let server = MailServer::start();
    app.advance(5 * MINUTE).await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 50)?)).await.unwrap();
    let letter = letters.into_iter().find(|l| l.kind == "progress").unwrap();
    desk::post::send_now(&app.desk, app.cast.staff("admin"), letter.id).await.unwrap();
    deliver(&app, &mailer(server.port)).await;
    assert_eq!(slot(&app, &number).await, (1, "03:00".to_owned()));
    let failed = events(&app, &number, "report_failed").await;
    assert_eq!(failed[0]["change"]["reopened"], 1);
    assert_eq!(reports(&app, &number).await[0]["delivered_at"], Value::Null);
}

async fn s2_63_the_assignee_is_reminded_with_a_filled_form(app: TestApp) {
    let number = urgent_on_the_portal(&app, "ben@north.example").await;
    send_report(&app, &number, "磁盘写满").await;
    app.advance(25 * MINUTE - 1).await;
    let agent = app.signed_in("agent").await;
    let link = format!("/tickets/{number}/progress");
    assert!(!agent.get("/notices").await.text.contains(&link));
    app.advance(1).await;
    app.advance(MINUTE).await;
    let notices = agent.get("/notices").await.text;
    assert_eq!(notices.matches(&link).count(), 1, "{notices}");
    let form = agent.get(&link).await;
    assert_eq!(form.status, StatusCode::OK);
    for filled in ["磁盘写满", "清理磁盘", "2026-09-24T14:00", r#"value="located" selected"#, "10:30"]
    {
        assert!(form.text.contains(filled), "{filled}: {}", form.text);
    }
}

async fn s2_63_two_nodes_tell_the_customer_once(app: TestApp) {
    let number = urgent_on_the_portal(&app, "ben@north.example").await;
    let other = app.another_node().await;
    app.clock.set(domain::time::plus_seconds(app.now(), 30 * MINUTE + 1));
    let (a, b) = tokio::join!(desk::sweep::sweep(&app.desk), desk::sweep::sweep(&other));
    a.unwrap();
    b.unwrap();
    app.drain().await;
    aftercare::drain(&other, "").await.unwrap();
    let told = reports(&app, &number).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["automatic"], &told[0]["next_at"]), (&json!(true), &json!("2026-09-24T03:00:00Z")));
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 50)?)).await.unwrap();
    let letters: Vec<_> = letters.iter().filter(|l| l.kind == "underway").collect();
    let [letter] = letters[..] else { panic!("one letter: {letters:?}") };
    assert!(letter.body.contains("我们仍在处理，下次通报时间 11:00"), "{}", letter.body);
    let messages = app.api().await.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
    let said = messages["items"].as_array().unwrap().iter().find(|m| m["automatic"] == true).unwrap();
    assert_eq!(said["text"], "我们仍在处理，下次通报时间 11:00。", "{said}");
    let portal = app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{number}")).await.text;
    assert!(portal.contains("自动消息") && portal.contains("11:00"), "{portal}");
    // A downtime of hours: one message, for the newest slot.
    app.sleep_through(4 * 60 * MINUTE);
    app.drain().await;
    let told = reports(&app, &number).await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["slot_at"], "2026-09-24T06:30:00Z");
    assert_eq!(events(&app, &number, "told_underway").await.len(), 2);
}

async fn s2_63_punctuality_is_a_report(app: TestApp) {
    let number = urgent_on_the_portal(&app, "ben@north.example").await;
    app.advance(10 * MINUTE).await;
    let agent = app.signed_in("agent").await;
    let form = "phase=working&finding=f&next=n&expected_at=2026-09-24T16:00";
    agent.form(&format!("/tickets/{number}/progress"), form).await;
    app.advance(31 * MINUTE).await;
    agent.form(&format!("/tickets/{number}/progress"), form).await;
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("按时 2 次，共应通报 3 次"), "{page}");
    let period = "period=days&from=2026-09-24&until=2026-09-24";
    let api = app.api().await;
    for by in ["person", "case"] {
        let told = api.get(&format!("/api/v1/reports/punctuality?{period}&by={by}")).await.json();
        let row = &told["items"][0];
        let name = if by == "case" { number.clone() } else { app.cast.staff_id("agent").0 };
        assert_eq!(row["key"], name, "{told}");
        assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told}");
    }
    let cases = api.get(&format!("/api/v1/reports/punctuality/cases?{period}&column=automatic")).await.json();
    assert_eq!(cases["items"].as_array().unwrap().len(), 1, "{cases}");
    let lead = app.signed_in("boss").await;
    let page = lead.get(&format!("/reports/punctuality?{period}")).await;
    assert!(page.text.contains("按时率") && page.text.contains("66.7%"), "{}", page.text);
    let file = lead.get(&format!("/reports/punctuality/export/csv?{period}")).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(lead.get(&format!("/reports/punctuality?{period}&by=milestone")).await.status.is_client_error());
}

async fn s2_63_a_case_taken_down_late_tells_one_next_report(app: TestApp) {
    let received = domain::time::plus_seconds(app.now(), -59 * MINUTE);
    let body = json!({"title": "数据中断", "requester": "ben@north.example", "severity": "urgent",
        "received_at": received, "received_reason": "夜里的电话"});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let number = made.json()["number"].as_str().unwrap().to_owned();
    app.drain().await;
    let told = || async { events(&app, &number, "told_underway").await };
    assert!(told().await.is_empty(), "what passed before it was here is no news");
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 50)?)).await.unwrap();
    let received = letters.iter().find(|l| l.kind == "received").unwrap();
    assert!(!received.body.contains("由工程师联系您"), "no promise for what has passed: {}", received.body);
    app.advance(2 * MINUTE).await;
    app.drain().await;
    assert_eq!(told().await.len(), 1, "one next report");
}
