//! Letters to a real mail server: once and whole, again when it is busy or away, never when it refuses.

use std::process::Command;
use std::sync::Arc;

use axum::http::StatusCode;
use desk::mail_in::House;
use domain::post::LetterState;
use mail::{Mailer, Phase, Secret, Smtp, Tls};
use serde_json::{Value, json};
use store::letter::LetterRow;
use testkit::TestApp;

use crate::mail_server::MailServer as Server;

mod engines {
    testkit::on_both_engines!(
        a_letter_arrives_once_and_whole,
        a_busy_server_is_asked_again_later,
        a_refusal_is_shown_with_the_servers_words,
        a_server_that_is_away_is_tried_until_it_is_back,
        a_slow_server_holds_up_nobody_else,
        a_worker_that_dies_sends_the_same_letter_again,
        a_person_sends_a_letter_again,
    );
}

const URL: &str = "http://desk.example";

fn mailer(port: u16) -> Arc<Mailer> {
    let smtp = Smtp::new("127.0.0.1", Some(port), Tls::None, "desk@vendor.example").unwrap();
    Arc::new(Mailer::new(smtp.with_reply_to(Some("answers@vendor.example")).unwrap()))
}

async fn open(app: &TestApp, requester: &str, title: &str) -> String {
    let body = json!({"title": title, "body": "b", "requester": requester, "severity": "urgent"});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn send(app: &TestApp, mailer: &Arc<Mailer>) -> bool {
    aftercare::drain_and_send(&app.desk, URL, &app.postman(mailer)).await.unwrap()
}

async fn letters(app: &TestApp) -> Vec<LetterRow> {
    app.desk.read(|r| Ok(store::letter::page(r, "~", 50)?)).await.unwrap()
}

async fn a_letter_arrives_once_and_whole(app: TestApp) {
    let (mut server, number) = (Server::start(), open(&app, "ben@north.example", "报表打不开").await);
    let mailer = mailer(server.port);
    assert!(send(&app, &mailer).await);
    let received = server.next();
    let [row] = &letters(&app).await[..] else { panic!("one letter") };
    assert_eq!((row.state, row.detail.as_str(), row.attempts), (LetterState::Sent, "250 2.0.0 taken", 1));
    assert_eq!(received["envelope"], json!(["desk@vendor.example", ["ben@north.example"]]));
    assert_eq!(received["subject"], format!("{number} 已收到：报表打不开"));
    assert_eq!(received["body"].as_str().unwrap().trim_end(), row.body.trim_end());
    assert!(row.body.contains("您好") && row.body.contains("由工程师联系您"), "{}", row.body);
    assert_eq!(received["message-id"], format!("<{}@vendor.example>", row.id));
    assert_eq!(received["auto-submitted"], "auto-generated");
    assert_eq!(received["reply-to"], "answers@vendor.example");
    assert_eq!(received["date"], "Thu, 24 Sep 2026 02:00:00 +0000");
    let thread = format!("<ticket-{}@vendor.example>", row.ticket.as_ref().unwrap());
    assert_eq!((&received["in-reply-to"], &received["references"]), (&json!(thread), &json!(thread)));

    // A colleague's answer to a reader of English: same thread, not marked as automatic.
    reads_english(&app, "ben@north.example").await;
    let path = format!("/api/v1/tickets/{number}/messages");
    let said = app.api().await.post(&path, &json!({"body": "Please restart “报表”."})).await;
    assert!(said.status.is_success(), "{}", said.text);
    assert!(send(&app, &mailer).await);
    let answer = server.next();
    assert_eq!(answer["subject"], format!("{number} answered: 报表打不开"));
    let body = answer["body"].as_str().unwrap();
    assert!(body.starts_with("Dear ben,") && body.contains("Please restart “报表”."), "{body}");
    let before = received["message-id"].as_str().unwrap();
    assert_eq!((&answer["in-reply-to"], &answer["auto-submitted"]), (&json!(before), &Value::Null));
    assert_eq!(answer["references"], format!("{thread} {before}"));
    assert!(send(&app, &mailer).await);
    assert!(server.rest().is_empty(), "nothing is sent twice");
}

pub(crate) async fn reads_english(app: &TestApp, email: &str) {
    let point = domain::people::parse_email(email).unwrap();
    let row = app.desk.read(move |r| Ok(store::directory::by_point(r, &point)?)).await.unwrap().unwrap();
    let row = store::directory::ContactRow { locale: "en".to_owned(), ..row };
    let input = desk::admin::ContactInput { row, points: Vec::new() };
    desk::admin::save_contact(&app.desk, app.cast.staff("admin"), input).await.unwrap();
}

async fn a_busy_server_is_asked_again_later(app: TestApp) {
    let mut server = Server::start();
    let mailer = mailer(server.port);
    open(&app, "busy@else.example", "t").await;
    assert!(send(&app, &mailer).await, "a busy recipient does not mean that the server is away");
    let row = letters(&app).await.remove(0);
    assert_eq!((row.state, row.detail.as_str()), (LetterState::Failed, "451 4.3.2 come back later"));
    assert_eq!(row.next_at.map(|t| t.to_string()), Some("2026-09-24T02:01:00Z".to_owned()));
    assert!(send(&app, &mailer).await);
    assert_eq!(letters(&app).await[0].attempts, 1, "not before its time");
    app.clock.set(domain::time::plus_seconds(app.now(), 60));
    assert!(send(&app, &mailer).await);
    let received = server.next();
    assert_eq!(received["message-id"], format!("<{}@vendor.example>", row.id));
    let row = letters(&app).await.remove(0);
    assert_eq!((row.state, row.attempts, row.next_at), (LetterState::Sent, 2, None));
    assert!(server.rest().is_empty());
}

async fn a_refusal_is_shown_with_the_servers_words(app: TestApp) {
    let server = Server::start();
    let number = open(&app, "nobody@else.example", "t").await;
    assert!(send(&app, &mailer(server.port)).await);
    let admin = app.signed_in("admin").await;
    for login in ["admin", "agent"] {
        let page = app.signed_in(login).await.get(&format!("/tickets/{number}")).await.text;
        assert!(
            page.contains("寄给 nobody@else.example 的信件未送达") && page.contains("550 5.1.1"),
            "{page}"
        );
        assert_eq!(
            page.contains("/admin/letters/"),
            login == "admin",
            "who may open the letter is led to it"
        );
    }
    let list = admin.get("/admin/letters?state=rejected").await;
    assert!(list.text.contains("550 5.1.1 no such mailbox"), "{}", list.text);
    assert!(!admin.get("/admin/letters?state=sent").await.text.contains("nobody@"));
    let row = letters(&app).await.remove(0);
    let whole = admin.get(&format!("/admin/letters/{}", row.id)).await;
    assert!(whole.text.contains("550 5.1.1") && whole.text.contains("再次发送"), "{}", whole.text);
    assert_eq!(
        app.signed_in("agent").await.get(&format!("/admin/letters/{}", row.id)).await.status,
        StatusCode::FORBIDDEN
    );
    let api = app.api().await;
    let listed = api.get("/api/v1/letters?state=rejected").await.json();
    assert_eq!(listed["items"][0]["answer"], "550 5.1.1 no such mailbox");
    assert_eq!(api.get("/api/v1/letters?state=lost").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let one = api.get(&format!("/api/v1/letters/{}", row.id)).await.json();
    assert_eq!((one["body"].as_str(), one["state"].as_str()), (Some(row.body.as_str()), Some("rejected")));
    let jobs = app.desk.read(|r| Ok(store::job::next_apart(r, store::job::POST)?)).await.unwrap();
    assert!(jobs.is_none() && server.rest().is_empty(), "a refusal is not repeated");
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn a_server_that_is_away_is_tried_until_it_is_back(app: TestApp) {
    let port = free_port();
    let mailer = mailer(port);
    open(&app, "ben@north.example", "t").await;
    for minutes in [1, 2, 4] {
        assert!(!send(&app, &mailer).await);
        let row = letters(&app).await.remove(0);
        assert_eq!(row.state, LetterState::Failed);
        assert_eq!(row.next_at, Some(domain::time::plus_seconds(app.now(), minutes * 60)));
        app.clock.set(row.next_at.unwrap());
    }
    let mut server = Server::on(port, &[]);
    assert!(send(&app, &mailer).await);
    assert_eq!(server.next()["to"], "ben@north.example");
    assert_eq!(letters(&app).await[0].state, LetterState::Sent);
}

async fn a_slow_server_holds_up_nobody_else(app: TestApp) {
    let mut server = Server::start();
    let slow = app.postman(&mailer(server.port));
    open(&app, "slow@else.example", "t").await;
    let desk = app.desk.clone();
    let sending = tokio::spawn(async move { aftercare::drain_and_send(&desk, URL, &slow).await });
    let server = tokio::task::spawn_blocking(move || {
        assert!(server.next()["slow"].is_string());
        server
    });
    let _server = server.await.unwrap();
    // The server keeps the post waiting; other jobs are done meanwhile.
    open(&app, "ben@north.example", "other").await;
    app.drain().await;
    assert_eq!(letters(&app).await.len(), 2);
    sending.abort();
}

async fn a_worker_that_dies_sends_the_same_letter_again(app: TestApp) {
    let mut server = Server::start();
    let mailer = mailer(server.port);
    open(&app, "ben@north.example", "t").await;
    // Taken by the server, and the worker dies before it is recorded.
    send(&app, &self::mailer(free_port())).await;
    app.clock.set(letters(&app).await[0].next_at.unwrap());
    let parcel = desk::post::take(&app.desk, &House::default()).await.unwrap().unwrap();
    assert!(desk::post::take(&app.desk, &House::default()).await.unwrap().is_none(), "it is under lease");
    let by_the_dead = mail::Outgoing {
        id: parcel.letter.id.clone(),
        recipient: parcel.letter.recipient.clone(),
        subject: parcel.letter.subject.clone(),
        body: parcel.letter.body.clone(),
        automatic: true,
        desk: parcel.desk_name.clone(),
        date: parcel.letter.created_at,
        ..mail::Outgoing::default()
    };
    mailer.send(&by_the_dead).await.unwrap();
    assert!(send(&app, &mailer).await);
    app.clock.set(domain::time::plus_seconds(app.now(), 61));
    assert!(send(&app, &mailer).await);
    let (first, second) = (server.next(), server.next());
    assert_eq!(first["message-id"], second["message-id"], "a repetition is recognisable");
    let late = desk::post::settle(&app.desk, parcel, domain::post::Handed::Refused("late".to_owned())).await;
    assert!(
        matches!(late, Err(desk::Error::Stale { .. })),
        "the dead worker's word does not count: {late:?}"
    );
    assert_eq!(letters(&app).await[0].state, LetterState::Sent);
    assert!(server.rest().is_empty());
}

async fn a_person_sends_a_letter_again(app: TestApp) {
    let mut server = Server::start();
    let mailer = mailer(server.port);
    app.client().form("/sign-in/link", "email=ben@north.example").await;
    app.drain().await;
    let kept = letters(&app).await.remove(0);
    assert_eq!(kept.state, LetterState::Kept);
    assert!(kept.body.contains("/sign-in/link/"));
    let admin = app.signed_in("admin").await;
    let path = format!("/admin/letters/{}/delivery", kept.id);
    assert_eq!(app.signed_in("agent").await.form(&path, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(admin.form(&path, "").await.status, StatusCode::SEE_OTHER);
    let by_program = app.api().await.post(&format!("/api/v1/letters/{}/delivery", kept.id), &json!({})).await;
    assert_eq!(by_program.status, StatusCode::UNPROCESSABLE_ENTITY, "it is on its way");
    let twice = admin.form(&path, "").await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text.contains("已发出或正在发送"), "{}", twice.text);
    assert!(send(&app, &mailer).await);
    let secret = kept.body.split("/sign-in/link/").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(server.next()["body"].as_str().unwrap().contains(secret));
    let sent = letters(&app).await.remove(0);
    assert!(sent.state == LetterState::Sent && !sent.body.contains(secret), "{}", sent.body);
    let audit = admin.get("/admin/audit").await.text;
    assert!(audit.contains("信件 修改"), "{audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_and_password_are_checked_and_trouble_is_named() {
    let folder = std::env::temp_dir().join(format!("aftercare-smtp-{}", std::process::id()));
    let (pem, key) = testkit::certificate(&folder);
    let mut server = Server::on(0, &[&pem, &key]);
    let smtp = || Smtp::new("localhost", Some(server.port), Tls::StartTls, "desk@vendor.example").unwrap();
    let trusted = || smtp().with_authority(Some(std::fs::read(&pem).unwrap())).unwrap();
    let known = |s: Smtp, password: &str| {
        Mailer::new(s.with_credentials(Some("desk".to_owned()), Some(Secret::new(password))).unwrap())
    };
    let stranger = known(smtp(), "right").probe().await.unwrap_err();
    assert_eq!(stranger.phase, Phase::StartTls, "{stranger}");
    let wrong = known(trusted(), "wrong").probe().await.unwrap_err();
    assert_eq!((wrong.phase, wrong.permanent), (Phase::Auth, false), "{wrong}");
    assert!(wrong.answer.starts_with("535"), "{wrong}");
    let away = Mailer::new(Smtp::new("127.0.0.1", Some(free_port()), Tls::None, "a@b.example").unwrap());
    assert_eq!(away.probe().await.unwrap_err().phase, Phase::Connect);
    let good = known(trusted(), "right");
    good.probe().await.unwrap();
    let letter = mail::Outgoing {
        id: "1".to_owned(),
        recipient: "ben@north.example".to_owned(),
        subject: "s".to_owned(),
        body: "Dear Ben".to_owned(),
        automatic: true,
        desk: "Desk".to_owned(),
        date: testkit::NOW.parse().unwrap(),
        ..mail::Outgoing::default()
    };
    good.send(&letter).await.unwrap();
    let received = server.next();
    assert_eq!((&received["tls"], &received["from"]), (&json!(true), &json!("Desk <desk@vendor.example>")));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn check_tries_the_server_and_says_what_is_wrong() {
    let folder = std::env::temp_dir().join(format!("aftercare-check-{}", std::process::id()));
    let server = Server::start();
    let mut migrate = Command::new(env!("CARGO_BIN_EXE_aftercare"));
    assert!(migrate.arg("migrate").env("AFTERCARE_DATA", &folder).status().unwrap().success());
    let check = |port: u16, more: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
        command.arg("check").env("AFTERCARE_DATA", &folder).env("AFTERCARE_SMTP_HOST", "127.0.0.1");
        command.env("AFTERCARE_SMTP_PORT", port.to_string()).env("AFTERCARE_SMTP_TLS", "none");
        command.env("AFTERCARE_SMTP_FROM", "desk@vendor.example").envs(more.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let away = check(free_port(), &[]);
    assert!(
        away.contains("does not take letters (connect: ") && away.contains("check host, port and tls"),
        "{away}"
    );
    let open = check(server.port, &[("AFTERCARE_SMTP_HOST", "smtp.example")]);
    assert!(open.contains("without TLS letters may only go to this machine"), "{open}");
    let half = check(server.port, &[("AFTERCARE_SMTP_USER", "u")]);
    assert!(half.contains("user and password belong together"), "{half}");
    let good = check(server.port, &[]);
    assert!(good.contains("nobody can sign in") && !good.contains("letters"), "{good}");
    assert!(server.rest().is_empty(), "no letter is sent for a check");
    std::fs::remove_dir_all(&folder).unwrap();
}
