//! Letters to customers as their programs see them, in the thread of what they answer; and as the desk sees them, address by
//! address.

use std::sync::Arc;

use aftercare::{Postman, drain_and_send};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::id::FileId;
use domain::post::MOST_ENCLOSED;
use domain::ticket::decide::Visibility;
use mail::{Mailer, Smtp, Tls};
use serde_json::{Value, json};
use store::file::FileRow;
use testkit::TestApp;

use crate::mail_in::{letter, room, send, ticket};
use crate::mail_server::MailServer;

mod engines {
    testkit::on_both_engines!(
        an_answer_stands_in_the_customers_thread,
        each_address_is_told_at_the_message,
        a_letter_that_is_given_up_tells_its_author,
        files_go_along_and_what_is_too_large_is_named,
    );
}

const URL: &str = "http://desk.example";

pub(crate) fn mailer(port: u16) -> Arc<Mailer> {
    Arc::new(Mailer::new(Smtp::new("127.0.0.1", Some(port), Tls::None, "desk@vendor.example").unwrap()))
}

/// Who hands its letters over, in the name of its mailboxes.
pub(crate) fn postman(app: &TestApp, mailer: &Arc<Mailer>) -> Postman {
    Postman { house: room(app).house, ..app.postman(mailer) }
}

pub(crate) async fn post(app: &TestApp, mailer: &Arc<Mailer>) {
    assert!(drain_and_send(&app.desk, URL, &postman(app, mailer)).await.unwrap());
}

async fn an_answer_stands_in_the_customers_thread(app: TestApp) {
    let mut server = MailServer::start();
    let mailer = mailer(server.port);
    let asked = letter("ben@north.example", "报表打不开", "Message-ID: <q1@north.example>\n", "b");
    let t = ticket(&app, &send(&app, "ben@north.example", asked).await).await;
    post(&app, &mailer).await;
    let received = server.next();
    let root = format!("<ticket-{}@vendor.example>", t.id);
    assert_eq!(received["in-reply-to"], "<q1@north.example>");
    assert_eq!(received["references"], format!("{root} <q1@north.example>"));
    assert_eq!(received["auto-submitted"], "auto-generated");

    // The customer goes on in the thread; the answer answers that letter, and names all that went before.
    app.clock.set(domain::time::plus_seconds(app.now(), 60));
    let ours = received["message-id"].as_str().unwrap().to_owned();
    let fields = format!("Message-ID: <q2@north.example>\nIn-Reply-To: {ours}\nReferences: {ours}\n");
    let more =
        send(&app, "ben@north.example", letter("ben@north.example", "Re: 已收到", &fields, "more")).await;
    assert_eq!(more.ticket.as_ref(), Some(&t.id), "our identity leads back to the case");
    app.clock.set(domain::time::plus_seconds(app.now(), 60));
    let path = format!("/api/v1/tickets/{}/messages", t.number);
    let said = app.api().await.post(&path, &json!({"body": "请重启"})).await;
    assert!(said.status.is_success(), "{}", said.text);
    post(&app, &mailer).await;
    let answer = server.next();
    assert_eq!(answer["in-reply-to"], "<q2@north.example>");
    assert_eq!(answer["references"], format!("{root} <q1@north.example> {ours} <q2@north.example>"));
    assert_ne!(answer["message-id"], received["message-id"]);
    // A person's words are not marked as a machine's, and nobody can unsubscribe from their own case.
    assert_eq!((&answer["auto-submitted"], &answer["list-unsubscribe"]), (&Value::Null, &Value::Null));
    assert!(server.rest().is_empty());
}

pub(crate) async fn open(app: &TestApp, requester: &str) -> String {
    let body = json!({"title": "t", "body": "b", "requester": requester, "severity": "general"});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    made.json()["number"].as_str().unwrap().to_owned()
}

/// A colleague answers; nothing else is on its way by then.
async fn answer(app: &TestApp, number: &str) {
    let page = app.signed_in("agent").await.form(&format!("/tickets/{number}/messages"), "text=hello").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

/// What the API says of the letters of the last message.
async fn delivery(app: &TestApp, number: &str) -> Value {
    let path = format!("/api/v1/tickets/{number}/messages");
    let all = app.api().await.get(&path).await.json();
    all["items"].as_array().unwrap().last().unwrap()["delivery"].clone()
}

async fn notices(app: &TestApp) -> String {
    app.signed_in("agent").await.get("/notices").await.text
}

async fn each_address_is_told_at_the_message(app: TestApp) {
    let server = MailServer::start();
    let mailer = mailer(server.port);
    let number = open(&app, "busy@else.example").await;
    post(&app, &mailer).await;
    app.clock.set(domain::time::plus_seconds(app.now(), 60));
    post(&app, &mailer).await;
    answer(&app, &number).await;
    post(&app, &mailer).await;
    let all = delivery(&app, &number).await;
    let [told] = &all.as_array().unwrap()[..] else { panic!("one address") };
    assert_eq!((&told["address"], &told["state"]), (&json!("busy@else.example"), &json!("accepted")));
    let path = format!("/tickets/{number}");
    let page = app.signed_in("agent").await.get(&path).await.text;
    assert!(page.contains("busy@else.example · 对方服务器已接收"), "{page}");
    let customer = app.signed_in("ben@north.example").await;
    assert_eq!(customer.get(&format!("/portal/cases/{number}")).await.status, StatusCode::NOT_FOUND);

    // Refused for good: the author is told, and may have it sent again.
    let number = open(&app, "nobody@else.example").await;
    answer(&app, &number).await;
    post(&app, &mailer).await;
    let told = delivery(&app, &number).await[0].clone();
    assert_eq!((&told["state"], &told["answer"]), (&json!("bounced"), &json!("550 5.1.1 no such mailbox")));
    assert!(notices(&app).await.contains("寄给 nobody@else.example 的信件未送达"));
    let agent = app.signed_in("agent").await;
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    let action = format!("/tickets/{number}/letters/{}/delivery", told["letter"].as_str().unwrap());
    assert!(page.contains("未送达") && page.contains(&action), "{page}");
    assert_eq!(agent.form(&action, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(delivery(&app, &number).await[0]["state"], "queued");
    let api = app.api().await.post(&format!("/api/v1{action}"), &json!({})).await;
    assert_eq!(api.status, StatusCode::UNPROCESSABLE_ENTITY, "it is on its way");
    let elsewhere = action.replace(&number, "AF-2026-00001");
    assert_eq!(agent.form(&elsewhere, "").await.status, StatusCode::NOT_FOUND);
    post(&app, &mailer).await;
    assert_eq!(delivery(&app, &number).await[0]["state"], "bounced");
}

async fn a_letter_that_is_given_up_tells_its_author(app: TestApp) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mailer = mailer(port);
    let number = open(&app, "ben@north.example").await;
    app.drain().await;
    answer(&app, &number).await;
    let mut waits = Vec::new();
    loop {
        drain_and_send(&app.desk, URL, &postman(&app, &mailer)).await.unwrap();
        let told = delivery(&app, &number).await[0].clone();
        let Some(next) = told["next_at"].as_str().map(|at| at.parse().unwrap()) else { break };
        assert_eq!(told["state"], "deferred");
        waits.push((domain::time::to_millis(next) - domain::time::to_millis(app.now())) / 60_000);
        if waits.len() == 1 {
            let page = app.signed_in("agent").await.get(&format!("/tickets/{number}")).await.text;
            assert!(page.contains("对方暂未接收") && page.contains("下次尝试"), "{page}");
            assert!(!notices(&app).await.contains("未送达"), "it may still arrive");
        }
        app.clock.set(next);
    }
    assert_eq!(waits[..7], [1, 2, 4, 8, 16, 32, 60]);
    assert_eq!(delivery(&app, &number).await[0]["state"], "given_up");
    assert!(notices(&app).await.contains("寄给 ben@north.example 的信件未送达"));
    let portal = app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{number}")).await.text;
    assert!(!portal.contains("未送达"), "{portal}");
}

/// A file that says that it is larger than a letter may be.
async fn large(app: &TestApp) -> String {
    let admin = app.cast.staff("admin").clone();
    let by = admin.reference();
    let made = app.desk.write(&admin, move |unit| {
        let id = FileId(unit.work.next_id());
        let row = FileRow {
            id: id.clone(),
            ticket: None,
            message: None,
            visibility: Visibility::Internal,
            name: "dump.bin".to_owned(),
            media_type: "application/octet-stream".to_owned(),
            size: MOST_ENCLOSED,
            sha256: "0".repeat(64),
            by: by.clone(),
        };
        store::file::insert(unit.work, &row)?;
        Ok(id.0)
    });
    made.await.unwrap()
}

/// A small file.
async fn file(app: &TestApp, name: &str, size: usize) -> String {
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{}\r\n--b--\r\n",
        "x".repeat(size)
    );
    let kind = "multipart/form-data; boundary=b";
    let made = app.api().await.send(Method::POST, "/api/v1/files", kind, Body::from(form), &[]).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn files_go_along_and_what_is_too_large_is_named(app: TestApp) {
    let mut server = MailServer::start();
    let mailer = mailer(server.port);
    let number = open(&app, "ben@north.example").await;
    post(&app, &mailer).await;
    assert_eq!(server.next()["files"], json!([]));

    let (small, large) = (file(&app, "步骤.txt", 30).await, large(&app).await);
    let body = json!({"body": "请看附件", "files": [small, large]});
    let said = app.api().await.post(&format!("/api/v1/tickets/{number}/messages"), &body).await;
    assert!(said.status.is_success(), "{}", said.text);
    post(&app, &mailer).await;
    let answer = server.next();
    assert_eq!(answer["files"], json!([["步骤.txt", "text/plain", 30]]));
    let text = answer["body"].as_str().unwrap();
    assert!(text.contains("请看附件") && text.contains("查看：dump.bin"), "{text}");
}
