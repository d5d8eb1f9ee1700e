//! Mailboxes and blocked senders as people enter them: checked, in force at once, on record, never showing a password.

use axum::http::{Method, StatusCode};
use domain::mail_in::{MailState, Reason};
use mail::listener::Keeper;
use serde_json::json;
use testkit::TestApp;

use crate::mail_in::{bring, letter, mails, room, send, ticket, tickets};

mod engines {
    testkit::on_both_engines!(
        a_mailbox_is_entered_on_a_page,
        programs_enter_mailboxes_too,
        unwanted_senders_go_to_the_spam_view,
    );
}

const NEW: &str =
    "kind=smtp&address=Hotline%40vendor.example&name=%E7%83%AD%E7%BA%BF&group=other&locale=en&active=1";

async fn a_mailbox_is_entered_on_a_page(app: TestApp) {
    let gate = aftercare::Gate::new(app.desk.clone(), room(&app).house, "smtp");
    let of = |address: &'static str| gate.mailbox(address);
    assert_eq!(of("hotline@vendor.example").await.unwrap(), None);
    let admin = app.signed_in("admin").await;
    let saved = admin.form("/admin/mailboxes", NEW).await;
    assert_eq!((saved.status, saved.location.as_str()), (StatusCode::SEE_OTHER, "/admin/mailboxes"));
    assert_eq!(of("hotline+x@vendor.example").await.unwrap().as_deref(), Some("hotline@vendor.example"));
    let again = admin.form("/admin/mailboxes", NEW).await;
    assert!(
        again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text.contains("已被使用"),
        "{}",
        again.text
    );
    let wrong = admin
        .form("/admin/mailboxes", "kind=imap&address=x&name=&locale=en&tls=none&port=0&host=imap.example")
        .await;
    for said in ["不是邮箱地址", "不加密只能用于本机"] {
        assert!(wrong.text.contains(said), "{said}: {}", wrong.text);
    }
    // Its letters go to its group, and the sender is written to in its language.
    bring(
        &app,
        "new@kunde.example",
        "hotline@vendor.example",
        letter("New <new@kunde.example>", "x", "", "b"),
    )
    .await;
    aftercare::read_mail(&app.desk, &room(&app)).await.unwrap();
    let t = ticket(&app, &mails(&app).await.remove(0)).await;
    assert_eq!(t.group.as_ref().unwrap().as_str(), "other");
    let who = t.requester.clone();
    let contact = app.desk.read(move |r| Ok(store::directory::contact(r, &who)?)).await.unwrap().unwrap();
    assert_eq!(contact.locale, "en");
    let list = app.api().await.get("/api/v1/mailboxes").await.json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    // Two who edit at the same time see each other.
    let edit = |version: i64, name: &str| {
        format!("id={id}&version={version}&kind=smtp&address=hotline%40vendor.example&name={name}&locale=en")
    };
    assert_eq!(admin.form("/admin/mailboxes", &edit(1, "a")).await.status, StatusCode::SEE_OTHER);
    let late = admin.form("/admin/mailboxes", &edit(1, "b")).await;
    assert!(late.status == StatusCode::CONFLICT && late.text.contains("现在的内容：a"), "{}", late.text);
    assert_eq!(of("hotline@vendor.example").await.unwrap(), None, "it was switched off");
    let audit = admin.get("/admin/audit?subject=mailbox").await.text;
    assert!(audit.contains("hotline@vendor.example") && audit.contains("收件邮箱"), "{audit}");
    let gone = admin.form(&format!("/admin/mailboxes/{id}/removal"), "").await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert!(!admin.get("/admin/mailboxes").await.text.contains("hotline@"));
}

async fn programs_enter_mailboxes_too(app: TestApp) {
    let api = app.api().await;
    let imap = json!({"host": "imap.vendor.example", "port": 993, "tls": "tls", "login": "a", "proof": "oauth2",
        "folder": "INBOX", "afterwards": "seen"});
    let body =
        json!({"address": "a@vendor.example", "name": "A", "locale": "zh-CN", "active": false, "imap": imap});
    let missing = api.post("/api/v1/mailboxes", &body).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY, "without a token: {}", missing.text);
    let mut with = body.clone();
    with["secret"] = json!("the token of the day");
    let made = api.post("/api/v1/mailboxes", &with).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let (id, made) = (made.json()["id"].as_str().unwrap().to_owned(), made.json());
    let path = format!("/api/v1/mailboxes/{id}");
    for text in [api.get(&path).await.text, api.get("/api/v1/mailboxes").await.text, made.to_string()] {
        assert!(!text.contains("token of the day"), "{text}");
    }
    let of_id = id.clone();
    let sealed = app.desk.read(move |r| Ok(store::mailbox::sealed(r, &of_id)?)).await.unwrap();
    assert!(!sealed.contains("token") && testkit::secret().open("mailbox", &sealed).is_ok());
    // A change keeps the token; a program that renews it says it alone.
    let mut changed = body.clone();
    changed["version"] = json!(1);
    changed["name"] = json!("B");
    assert_eq!(api.json(Method::PUT, &path, &changed).await.status, StatusCode::OK);
    assert_eq!(api.json(Method::PUT, &path, &changed).await.status, StatusCode::CONFLICT);
    let renewed = api.json(Method::PUT, &format!("{path}/secret"), &json!({"secret": "another"})).await;
    assert_eq!(renewed.status, StatusCode::NO_CONTENT);
    let of_id = id.clone();
    let now = app.desk.read(move |r| Ok(store::mailbox::sealed(r, &of_id)?)).await.unwrap();
    assert_eq!(testkit::secret().open("mailbox", &now).unwrap(), b"another");
    assert_eq!(api.json(Method::DELETE, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
}

async fn unwanted_senders_go_to_the_spam_view(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let bad = admin.form("/admin/mailboxes/blocks", "pattern=nothing").await;
    assert!(
        bad.status == StatusCode::UNPROCESSABLE_ENTITY && bad.text.contains("请写邮箱地址或域名"),
        "{}",
        bad.text
    );
    assert_eq!(
        admin.form("/admin/mailboxes/blocks", "pattern=%40Spam.example&note=%E5%B9%BF%E5%91%8A").await.status,
        StatusCode::SEE_OTHER
    );
    let mail = send(&app, "x@mail.spam.example", letter("x@mail.spam.example", "offer", "", "b")).await;
    assert_eq!((mail.state, mail.reason, tickets(&app).await), (MailState::Spam, Reason::Blocked, 0));
    let page = admin.get("/admin/mail-in?state=spam").await.text;
    assert!(page.contains("offer") && page.contains("发件人在屏蔽名单中"), "{page}");
    // It was wanted after all: it becomes what it would have been, although its sender stays on the list.
    let undone = admin.form(&format!("/admin/mail-in/{}/spam/removal", mail.id), "").await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);
    aftercare::read_mail(&app.desk, &room(&app)).await.unwrap();
    let mail = mails(&app).await.remove(0);
    assert_eq!((mail.state, mail.reason, tickets(&app).await), (MailState::Placed, Reason::Opened, 1));
    let api = app.api().await;
    let list = api.get("/api/v1/blocked-senders").await.json();
    assert_eq!(
        (&list["items"][0]["pattern"], &list["items"][0]["note"]),
        (&json!("spam.example"), &json!("广告"))
    );
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        admin.form(&format!("/admin/mailboxes/blocks/{id}/removal"), "").await.status,
        StatusCode::SEE_OTHER
    );
    let mail = send(&app, "y@spam.example", letter("y@spam.example", "again", "", "b")).await;
    assert_eq!(mail.reason, Reason::Opened);
}
