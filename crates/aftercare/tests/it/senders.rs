//! In whose name letters leave: sender and signature of the group or the mailbox, in the reader's language, and never in the
//! ticket.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::letters::reads_english;
use crate::mail_in::MAILBOX;
use crate::mail_out::{mailer, open, post};
use crate::mail_server::MailServer;

mod engines {
    testkit::on_both_engines!(
        what_people_write_leaves_in_their_name,
        the_form_shows_what_a_letter_says_and_refuses_what_it_cannot,
    );
}

async fn mailbox(app: &TestApp) {
    let body = json!({"address": MAILBOX, "name": "Support", "group": null, "locale": "en", "active": true, "imap": null});
    let made = app.api().await.post("/api/v1/mailboxes", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

async fn put(app: &TestApp, path: &str, mut body: Value) -> testkit::Answer {
    let seen = app.api().await.get("/api/v1/senders").await.json();
    body["version"] = seen[0]["version"].clone();
    app.api().await.json(Method::PUT, path, &body).await
}

async fn answer(app: &TestApp, number: &str) {
    let sent = app.signed_in("agent").await.form(&format!("/tickets/{number}/messages"), "text=hello").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
}

async fn what_people_write_leaves_in_their_name(app: TestApp) {
    let mut server = MailServer::start();
    let mailer = mailer(server.port);
    mailbox(&app).await;
    let of_mailbox = json!({
        "sender": "{{agent}} · {{company}}",
        "signature_zh": "{{agent}}\n{{company}}\n电话：{{phone}}\n服务时间：{{hours}}",
        "signature_en": "{{agent}}, {{company}}\nHours: {{hours}}",
    });
    let saved = put(&app, &format!("/api/v1/senders/mailbox/{MAILBOX}"), of_mailbox).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    let number = open(&app, "ben@north.example").await;
    post(&app, &mailer).await;
    let received = server.next();
    assert_eq!(received["from"], "Aftercare <desk@vendor.example>", "nobody wrote it");
    answer(&app, &number).await;
    post(&app, &mailer).await;
    let received = server.next();
    let name = "agent";
    assert_eq!(received["from"], "agent · Aftercare <desk@vendor.example>");
    let body = received["body"].as_str().unwrap();
    assert!(
        body.trim_end().ends_with(&format!("{name}\nAftercare\n服务时间：周一至周五 09:00–18:00")),
        "{body}"
    );
    // The ticket keeps what was written.
    let said = app.api().await.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
    assert_eq!(said["items"].as_array().unwrap().last().unwrap()["text"], "hello");

    // The group has the first say, part by part; a reader of English gets the English one.
    let path = format!("/api/v1/tickets/{number}/assignment");
    let given = app.api().await.post(&path, &json!({"group": "desk"})).await;
    assert!(given.status.is_success(), "{}", given.text);
    let saved = put(
        &app,
        "/api/v1/senders/group/desk",
        json!({"sender": "First line", "signature_en": "The first line"}),
    )
    .await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    reads_english(&app, "ben@north.example").await;
    answer(&app, &number).await;
    post(&app, &mailer).await;
    let received = server.next();
    assert_eq!(received["from"], "First line <desk@vendor.example>");
    assert!(received["body"].as_str().unwrap().trim_end().ends_with("\n\nThe first line"), "{received}");
    assert!(server.rest().is_empty());
}

async fn the_form_shows_what_a_letter_says_and_refuses_what_it_cannot(app: TestApp) {
    mailbox(&app).await;
    let admin = app.signed_in("admin").await;
    let list = admin.get("/admin/senders").await;
    let path = format!("/admin/senders/mailbox/{MAILBOX}");
    assert!(list.text.contains(&path) && list.text.contains("/admin/senders/group/"), "{}", list.text);
    let form = "version=0&sender={{agent}}&signature_zh={{company}}%0D%0A电话：{{phone}}&do=";
    let shown = admin.form(&path, &format!("{form}preview")).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    assert!(shown.text.contains("<dd class=\"lines\" lang=\"zh-CN\">Aftercare</dd>"), "{}", shown.text);
    let empty = admin.get(&path).await.text;
    assert!(empty.contains("name=\"sender\" value=\"\""), "a preview saves nothing");
    let wrong = admin.form(&path, "version=0&sender={{phone}}&signature_zh={{nobody}}&do=save").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("这里没有这个占位符") && wrong.text.contains("{{nobody}}"), "{}", wrong.text);
    assert_eq!(admin.form(&path, &format!("{form}save")).await.status, StatusCode::SEE_OTHER);
    let stale = admin.form(&path, "version=0&sender=Other&do=save").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("value=\"Other\"") && stale.text.contains("{{agent}}"), "{}", stale.text);
    let unknown = admin.get("/admin/senders/mailbox/nobody@vendor.example").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    let refused =
        put(&app, &format!("/api/v1{}", &path["/admin".len()..]), json!({"signature_en": "{{no}}"})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["fields"][0]["field"], "signature_en", "{}", refused.text);
    let audit = admin.get("/admin/audit").await.text;
    assert!(audit.contains("发件人与签名"), "{audit}");
}
