//! What becomes of letters that nobody can read, that waited, or that nobody wants.

use std::sync::Arc;

use aftercare::{MailRoom, read_mail};
use axum::http::StatusCode;
use desk::mail_in::House;
use domain::mail_in::{MailState, Reason};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::mail_in::{MAILBOX, bring, letter, mails, room, send, ticket, tickets};

mod engines {
    testkit::on_both_engines!(
        what_cannot_be_read_waits_for_a_person,
        what_waited_while_nobody_was_there_counts_from_when_it_came,
        unwanted_letters_can_be_taken_back,
        an_ended_case_goes_on_in_a_new_one,
    );
}

async fn what_cannot_be_read_waits_for_a_person(app: TestApp) {
    let raw = b"From: ben@north.example\r\nSubject: =?utf-8?B?5a6J5YWo?=\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+ADw-script+AD4-\r\n".to_vec();
    let mail = send(&app, "ben@north.example", raw.clone()).await;
    assert_eq!(
        (mail.state, mail.reason, mail.subject.as_str()),
        (MailState::Quarantined, Reason::Utf7, "安全")
    );
    assert_eq!(tickets(&app).await, 0);
    let admin = app.signed_in("admin").await;
    let list = admin.get("/admin/mail-in?state=quarantined").await.text;
    assert!(list.contains("安全") && list.contains("使用 UTF-7 编码"), "{list}");
    assert!(!admin.get("/admin/mail-in?state=placed").await.text.contains("安全"));
    let show = format!("/admin/mail-in/{}", mail.id);
    let page = admin.get(&show).await.text;
    assert!(page.contains("+ADw-script+AD4-") && page.contains("重新处理"), "{page}");
    assert_eq!(app.signed_in("agent").await.get(&show).await.status, StatusCode::FORBIDDEN);
    let source = admin.get(&format!("{show}/source")).await;
    assert_eq!(source.headers["content-type"], "application/octet-stream");
    assert!(source.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(source.text.as_bytes(), raw);
    // It is read again, with the same end, as often as somebody wants.
    assert_eq!(admin.form(&format!("{show}/reading"), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(mails(&app).await[0].state, MailState::Waiting);
    assert_eq!(admin.form(&format!("{show}/reading"), "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    read_mail(&app.desk, &room(&app)).await.unwrap();
    assert_eq!(mails(&app).await[0].reason, Reason::Utf7);
    // A mailbox that was taken out of the configuration and comes back.
    let raw = letter("ben@north.example", "later", "", "b");
    bring(&app, "ben@north.example", MAILBOX, raw).await;
    let nobody = MailRoom::new(Arc::new(House::default()), app.files.clone());
    read_mail(&app.desk, &nobody).await.unwrap();
    let mail = mails(&app).await.remove(0);
    assert_eq!((mail.state, mail.reason), (MailState::Quarantined, Reason::NoMailbox));
    let api = app.api().await;
    let listed = api.get("/api/v1/mail-in?state=quarantined&limit=1").await.json();
    assert_eq!((&listed["items"][0]["subject"], listed["next_cursor"].is_string()), (&json!("later"), true));
    let path = format!("/api/v1/mail-in/{}", mail.id);
    assert_eq!(api.post(&format!("{path}/reading"), &json!({})).await.status, StatusCode::NO_CONTENT);
    read_mail(&app.desk, &room(&app)).await.unwrap();
    let one = api.get(&path).await.json();
    assert_eq!(
        (&one["state"], &one["reason"], one["ticket"].is_string()),
        (&json!("placed"), &json!("opened"), true)
    );
    let audit = admin.get("/admin/audit").await.text;
    assert!(audit.contains("来信"), "{audit}");
}

async fn what_waited_while_nobody_was_there_counts_from_when_it_came(app: TestApp) {
    let raw = letter("ben@north.example", "t", "", "b");
    bring(&app, "ben@north.example", MAILBOX, raw.clone()).await;
    // The process ends here; another one finds the letter and reads it.
    app.sleep_through(7_200);
    let node = app.another_node().await;
    assert_eq!(read_mail(&node, &room(&app)).await.unwrap(), 1);
    assert_eq!(read_mail(&app.desk, &room(&app)).await.unwrap(), 0);
    let mail = mails(&app).await.remove(0);
    let t = ticket(&app, &mail).await;
    assert_eq!((t.received_at.to_string().as_str(), mail.received_at), (testkit::NOW, t.received_at));
    // A reader that dies in between leaves its letter to the next one.
    bring(&app, "ann@north.example", MAILBOX, letter("ann@north.example", "u", "", "b")).await;
    assert_eq!(desk::mail_in::claim(&app.desk, 10).await.unwrap().len(), 1);
    assert_eq!(read_mail(&app.desk, &room(&app)).await.unwrap(), 0, "it is under lease");
    app.sleep_through(61);
    assert_eq!(read_mail(&app.desk, &room(&app)).await.unwrap(), 1);
    assert_eq!(tickets(&app).await, 2);
    // One that is the end of every reader does not end them for ever.
    bring(&app, "ann@north.example", MAILBOX, letter("ann@north.example", "poison", "", "b")).await;
    for _ in 0..6 {
        assert_eq!(desk::mail_in::claim(&app.desk, 10).await.unwrap().len(), 1);
        app.sleep_through(61);
    }
    read_mail(&app.desk, &room(&app)).await.unwrap();
    let mail = mails(&app).await.remove(0);
    assert_eq!((mail.state, mail.reason), (MailState::Quarantined, Reason::Unreadable));
}

async fn unwanted_letters_can_be_taken_back(app: TestApp) {
    let mail = send(&app, "x@spam.example", letter("x@spam.example", "win", "", "b")).await;
    let admin = app.signed_in("admin").await;
    let path = format!("/admin/mail-in/{}/spam", mail.id);
    assert_eq!(admin.form(&path, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(mails(&app).await[0].state, MailState::Spam);
    let t = ticket(&app, &mail).await;
    assert_eq!(
        (t.status.as_str(), t.close_reason.map(domain::ticket::CloseReason::as_str)),
        ("cancelled", Some("spam"))
    );
    assert!(admin.get("/admin/mail-in?state=spam").await.text.contains("win"));
    assert_eq!(admin.form(&format!("{path}/removal"), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(mails(&app).await[0].state, MailState::Placed);
    assert!(ticket(&app, &mail).await.status.is_open());
    // One about which there was nothing to do is read again when it is wanted after all.
    let noted = send(&app, "n@y.example", letter("n@y.example", "news", "Precedence: bulk\n", "b")).await;
    let api = app.api().await;
    let path = format!("/api/v1/mail-in/{}/spam", noted.id);
    assert_eq!(api.post(&path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        api.json(axum::http::Method::DELETE, &path, &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(mails(&app).await[0].state, MailState::Waiting);
}

async fn an_ended_case_goes_on_in_a_new_one(app: TestApp) {
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "t", "", "b")).await;
    let t = ticket(&app, &mail).await;
    let api = app.api().await;
    let path = format!("/api/v1/tickets/{}/cancellation", t.number);
    let done = api.post(&path, &json!({"reason": "duplicate"})).await;
    assert!(done.status.is_success(), "{}", done.text);
    let subject = format!("Re: {}", t.number);
    let mail = send(&app, "ben@north.example", letter("ben@north.example", &subject, "", "again")).await;
    let other = ticket(&app, &mail).await;
    assert!(mail.reason == Reason::Opened && other.id != t.id);
    let events = api.get(&format!("/api/v1/tickets/{}/events", other.number)).await.text;
    assert!(events.contains("mail_named") && events.contains(&t.number), "{events}");
}
