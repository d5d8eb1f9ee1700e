//! Letters are fetched from a real IMAP server: kept before anything is done to them there, once each, whatever breaks.

use aftercare::{Fetching, MailboxDoor, fetch_mail, fetch_once, read_mail};
use axum::http::StatusCode;
use desk::mail_in::{Sealed, save_mailbox};
use domain::mail_in::{Afterwards, ImapSource, MailState, Mailbox, Proof, Protection, Reason};
use mail::Room;
use serde_json::json;
use testkit::{Dovecot, IMAP_PASSWORD, ImapKind, TestApp, secret};
use web::MailboxPort;

use crate::mail_in::{letter, mails, room, tickets};

mod engines {
    testkit::on_both_engines!(
        letters_are_fetched_once,
        what_was_there_before_is_left_alone,
        numbers_that_change_lose_and_double_nothing,
        letters_are_moved_or_deleted_when_they_are_kept,
        a_letter_that_is_too_large_is_seen,
        one_node_fetches_and_another_takes_over,
        trouble_is_said_and_passes,
        a_letter_is_told_by_the_server,
    );
}

pub(crate) const LOGIN: &str = "post";
const ADDRESS: &str = "fetched@vendor.example";

pub(crate) fn source(server: &Dovecot) -> ImapSource {
    ImapSource {
        host: "127.0.0.1".to_owned(),
        port: server.port,
        tls: Protection::None,
        authority: String::new(),
        login: LOGIN.to_owned(),
        proof: Proof::Password,
        folder: "INBOX".to_owned(),
        afterwards: Afterwards::Seen,
        move_to: String::new(),
    }
}

pub(crate) async fn mailbox(app: &TestApp, source: ImapSource, word: &str) -> Mailbox {
    let mailbox = Mailbox {
        address: ADDRESS.to_owned(),
        name: "收信".to_owned(),
        locale: "en".to_owned(),
        active: true,
        imap: Some(source),
        ..Mailbox::default()
    };
    let sealed = Sealed::New(MailboxDoor::new(secret()).seal(word).unwrap());
    save_mailbox(&app.desk, app.cast.staff("admin"), mailbox, sealed).await.unwrap()
}

pub(crate) fn fetching(node: &str) -> Fetching {
    Fetching { secret: secret(), max_bytes: 64 * 1024, room: Room::new(1024 * 1024), node: node.to_owned() }
}

async fn fetch(app: &TestApp, m: &Mailbox) -> usize {
    let new = fetch_once(&app.desk, &fetching("a"), &m.id).await.unwrap().unwrap();
    read_mail(&app.desk, &room(app)).await.unwrap();
    new
}

fn of(n: usize) -> Vec<u8> {
    letter("ben@north.example", &format!("letter {n}"), &format!("Message-ID: <{n}@north.example>\n"), "b")
}

async fn letters_are_fetched_once(app: TestApp) {
    let server = Dovecot::start(ImapKind::Plain);
    for n in 0..70 {
        server.deliver(LOGIN, &of(n));
    }
    let m = mailbox(&app, source(&server), IMAP_PASSWORD).await;
    assert_eq!(fetch(&app, &m).await, 70);
    assert_eq!(server.lying(LOGIN, "INBOX"), (70, 0), "all of them are there, and read");
    assert_eq!(tickets(&app).await, 70);
    let first = mails(&app).await.remove(0);
    assert_eq!((first.source.as_str(), first.mailbox.as_str()), ("imap", ADDRESS));
    assert_eq!(fetch(&app, &m).await, 0);
    // The same letter again, as a copy: its content is known.
    server.deliver(LOGIN, &[b"Received: again\r\n".as_slice(), &of(3)].concat());
    server.deliver(LOGIN, &of(70));
    assert_eq!(fetch(&app, &m).await, 1);
    // After an outage of any length all that came meanwhile is there.
    let mut server = server;
    server.stop();
    for n in 71..140 {
        server.deliver(LOGIN, &of(n));
    }
    app.sleep_through(30 * 86_400);
    assert_eq!(fetch_once(&app.desk, &fetching("a"), &m.id).await.unwrap(), Some(0));
    server.resume();
    assert_eq!(fetch(&app, &m).await, 69);
    assert_eq!((mails(&app).await.len(), tickets(&app).await), (50, 140));
    let state = app.desk.read(|r| Ok(store::mailbox::states(r)?)).await.unwrap().remove(0);
    assert_eq!((state.taken, state.failure.as_str()), (140, ""));
    assert!(state.success_at.is_some());
}

async fn what_was_there_before_is_left_alone(app: TestApp) {
    let server = Dovecot::start(ImapKind::Plain);
    for n in 0..3 {
        server.deliver(LOGIN, &of(n));
    }
    let m = mailbox(&app, source(&server), IMAP_PASSWORD).await;
    fetch(&app, &m).await;
    assert_eq!(tickets(&app).await, 3);
    // Another mailbox of the desk on the same folder: what was read there is the past.
    let other = Mailbox {
        address: "other@vendor.example".to_owned(),
        name: "x".to_owned(),
        locale: "zh-CN".to_owned(),
        active: true,
        imap: Some(source(&server)),
        ..Mailbox::default()
    };
    let sealed = Sealed::New(MailboxDoor::new(secret()).seal(IMAP_PASSWORD).unwrap());
    let other = save_mailbox(&app.desk, app.cast.staff("admin"), other, sealed).await.unwrap();
    assert_eq!(fetch(&app, &other).await, 0);
    server.deliver(LOGIN, &of(3));
    assert_eq!((fetch(&app, &other).await, fetch(&app, &m).await), (1, 1), "each mailbox counts for itself");
}

async fn numbers_that_change_lose_and_double_nothing(app: TestApp) {
    let mut server = Dovecot::start(ImapKind::Plain);
    for n in 0..40 {
        server.deliver(LOGIN, &of(n));
    }
    let m = mailbox(&app, source(&server), IMAP_PASSWORD).await;
    assert_eq!(fetch(&app, &m).await, 40);
    let before = app.desk.read(|r| Ok(store::mailbox::states(r)?)).await.unwrap().remove(0);
    server.stop();
    server.number_anew(LOGIN);
    for n in 40..50 {
        server.deliver(LOGIN, &of(n));
    }
    server.resume();
    assert_eq!(fetch(&app, &m).await, 10);
    let after = app.desk.read(|r| Ok(store::mailbox::states(r)?)).await.unwrap().remove(0);
    assert_ne!(after.validity, before.validity, "{}", server.log());
    assert_eq!((tickets(&app).await, fetch(&app, &m).await), (50, 0));
}

async fn letters_are_moved_or_deleted_when_they_are_kept(app: TestApp) {
    let server = Dovecot::start(ImapKind::Plain);
    for n in 0..3 {
        server.deliver(LOGIN, &of(n));
    }
    let moves =
        ImapSource { afterwards: Afterwards::Move, move_to: "已处理".to_owned(), ..source(&server) };
    let m = mailbox(&app, moves.clone(), IMAP_PASSWORD).await;
    // The folder is not there: they are kept, nothing happens to them, and it is said.
    assert_eq!(fetch(&app, &m).await, 0);
    assert_eq!((tickets(&app).await, server.lying(LOGIN, "INBOX").0), (3, 3));
    let state = app.desk.read(|r| Ok(store::mailbox::states(r)?)).await.unwrap().remove(0);
    assert_eq!(state.failure, "talk", "{state:?}");
    server.make_folder(LOGIN, "&XfJZBHQG-");
    assert_eq!(fetch(&app, &m).await, 0, "they are here already");
    assert_eq!((server.lying(LOGIN, "INBOX").0, server.lying(LOGIN, "&XfJZBHQG-").0), (0, 3));
    let deletes = ImapSource { afterwards: Afterwards::Delete, move_to: String::new(), ..moves };
    let m = Mailbox { imap: Some(deletes), ..m };
    let m = save_mailbox(&app.desk, app.cast.staff("admin"), m, Sealed::Same).await.unwrap();
    server.deliver(LOGIN, &of(3));
    assert_eq!(fetch(&app, &m).await, 1);
    assert_eq!((server.lying(LOGIN, "INBOX").0, tickets(&app).await), (0, 4));
}

async fn a_letter_that_is_too_large_is_seen(app: TestApp) {
    let server = Dovecot::start(ImapKind::Plain);
    server.deliver(LOGIN, &of(0));
    let large = letter("ben@north.example", "大附件", "", &"x".repeat(70).repeat(1_000));
    server.deliver(LOGIN, &large);
    server.deliver(LOGIN, &of(1));
    let m = mailbox(&app, source(&server), IMAP_PASSWORD).await;
    assert_eq!(fetch(&app, &m).await, 3);
    assert_eq!(server.lying(LOGIN, "INBOX"), (3, 1), "the large one stays unread");
    let all = mails(&app).await;
    let large = all.iter().find(|m| m.subject == "大附件").unwrap();
    assert_eq!((large.state, large.reason), (MailState::Quarantined, Reason::TooLarge));
    assert_eq!((tickets(&app).await, fetch(&app, &m).await), (2, 0));
}

async fn one_node_fetches_and_another_takes_over(app: TestApp) {
    let server = Dovecot::start(ImapKind::Plain);
    let m = mailbox(&app, source(&server), IMAP_PASSWORD).await;
    server.deliver(LOGIN, &of(0));
    let held = desk::mail_in::fetch::hold(&app.desk, &m.id, "other").await.unwrap();
    assert!(held.is_some());
    assert_eq!(fetch_once(&app.desk, &fetching("a"), &m.id).await.unwrap(), None, "another node has it");
    // That node died: after its lease another takes over.
    app.sleep_through(121);
    assert_eq!(fetch_once(&app.desk, &fetching("a"), &m.id).await.unwrap(), Some(1));
    // Whoever thinks that it still has it writes nothing.
    let to = store::mailbox::Reached::default();
    let late = desk::mail_in::fetch::reached(&app.desk, &m.id, "other", to, 0).await;
    assert!(matches!(late, Err(desk::Error::Stale { .. })), "{late:?}");
}

async fn trouble_is_said_and_passes(app: TestApp) {
    let mut server = Dovecot::start(ImapKind::Plain);
    let m = mailbox(&app, source(&server), "wrong").await;
    let said = |app: &TestApp| {
        let desk = app.desk.clone();
        async move { desk.read(|r| Ok(store::mailbox::states(r)?)).await.unwrap().remove(0) }
    };
    fetch(&app, &m).await;
    let state = said(&app).await;
    assert_eq!((state.failure.as_str(), state.success_at), ("login", None));
    assert!(state.said.contains("Authentication failed"), "{}", state.said);
    let admin = app.signed_in("admin").await;
    let page = admin.get("/admin/mailboxes").await.text;
    assert!(page.contains("用户名或密码不被接受"), "{page}");
    // Tried with the right password before it is saved.
    let i = source(&server);
    let form = format!(
        "id={}&version={}&kind=imap&address={ADDRESS}&name=x&locale=en&active=1&host=127.0.0.1&port={}&tls=none&login={LOGIN}&proof=password&folder=INBOX&afterwards=seen",
        m.id, m.version, i.port
    );
    let tried = admin.form("/admin/mailboxes/trial", &format!("{form}&secret={IMAP_PASSWORD}")).await;
    assert!(tried.status == StatusCode::OK && tried.text.contains("连接正常"), "{}", tried.text);
    let tried = admin.form("/admin/mailboxes/trial", &form).await;
    assert!(tried.text.contains("用户名或密码不被接受"), "{}", tried.text);
    assert_eq!(
        admin.form("/admin/mailboxes", &format!("{form}&secret={IMAP_PASSWORD}")).await.status,
        StatusCode::SEE_OTHER
    );
    fetch(&app, &m).await;
    let state = said(&app).await;
    assert_eq!((state.failure.as_str(), state.success_at.is_some()), ("", true));
    server.stop();
    fetch(&app, &m).await;
    assert_eq!(said(&app).await.failure, "connect");
    server.resume();
    let api = app.api().await;
    let trial = api.post(&format!("/api/v1/mailboxes/{}/trial", m.id), &json!({})).await.json();
    assert_eq!(trial, json!({"letters": 0, "failure": "", "said": ""}));
    // No folder of this name.
    let shown = api.get(&format!("/api/v1/mailboxes/{}", m.id)).await.json();
    let mut body =
        json!({"version": shown["version"], "address": ADDRESS, "name": "x", "locale": "en", "active": true});
    body["imap"] = shown["imap"].clone();
    body["imap"]["folder"] = json!("nowhere");
    let path = format!("/api/v1/mailboxes/{}", m.id);
    assert_eq!(api.json(axum::http::Method::PUT, &path, &body).await.status, StatusCode::OK);
    fetch(&app, &m).await;
    assert_eq!(said(&app).await.failure, "folder");
}

/// The worker itself: what comes while it listens is fetched because the server says so, and a change is in force at once.
async fn a_letter_is_told_by_the_server(app: TestApp) {
    let server = Dovecot::start(ImapKind::Plain);
    let m = mailbox(&app, source(&server), IMAP_PASSWORD).await;
    let worker = tokio::spawn(fetch_mail(app.desk.clone(), fetching("a")));
    let arrived = |n: usize| {
        let (desk, mut news) = (app.desk.clone(), app.desk.db().news());
        async move {
            loop {
                news.mark_unchanged();
                let all = desk.read(|r| Ok(store::mail_in::page(r, None, "~", 50)?)).await.unwrap();
                if all.len() >= n {
                    return;
                }
                news.changed().await.unwrap();
            }
        }
    };
    server.deliver(LOGIN, &of(0));
    arrived(1).await;
    for n in 1..4 {
        server.deliver(LOGIN, &of(n));
        arrived(n + 1).await;
    }
    let off = Mailbox { active: false, ..m.clone() };
    let off = save_mailbox(&app.desk, app.cast.staff("admin"), off, Sealed::Same).await.unwrap();
    save_mailbox(&app.desk, app.cast.staff("admin"), Mailbox { active: true, ..off }, Sealed::Same)
        .await
        .unwrap();
    server.deliver(LOGIN, &of(4));
    arrived(5).await;
    worker.abort();
    assert_eq!(mails(&app).await.len(), 5);
}
