//! Letters that come in become tickets and messages: once, in the right case, and never in a stranger's hands.

use std::sync::Arc;

use aftercare::{Gate, MailRoom, read_mail};
use axum::http::StatusCode;
use desk::mail_in::{House, ReplyKey};
use domain::access::Scope;
use domain::mail_in::{MailState, Reason};
use domain::ticket::Ticket;
use mail::listener::{Arrival, Keeper, Recipient};
use serde_json::json;
use store::mail_in::MailRow;
use store::ticket::MessageRow;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_letter_opens_a_ticket_once,
        an_answer_is_added_by_its_token,
        a_stranger_who_knows_the_number_stays_outside,
        charsets_and_files_arrive_whole,
        a_colleague_writes_in_the_console,
        machines_are_never_answered,
        a_report_marks_the_letter,
    );
}

pub(crate) const MAILBOX: &str = "support@vendor.example";

pub(crate) fn key() -> ReplyKey {
    ReplyKey::new(b"secret of the tests")
}

pub(crate) fn room(app: &TestApp) -> MailRoom {
    let mailboxes =
        vec![(MAILBOX.to_owned(), None), ("other@vendor.example".to_owned(), Some("other".into()))];
    let house = House { mailboxes, own: vec!["desk@vendor.example".to_owned()], key: Some(key()) };
    MailRoom::new(Arc::new(house), app.files.clone())
}

/// A letter with some further fields, each ended by a line end.
pub(crate) fn letter(from: &str, subject: &str, fields: &str, body: &str) -> Vec<u8> {
    let text = format!(
        "From: {from}\nTo: {MAILBOX}\nSubject: {subject}\n{fields}Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    );
    text.replace('\n', "\r\n").into_bytes()
}

pub(crate) async fn bring(app: &TestApp, sender: &str, recipient: &str, raw: Vec<u8>) {
    let room = room(app);
    let gate = Gate::new(app.desk.clone(), room.house, "smtp");
    let mailbox = gate.mailbox(recipient).await.unwrap().unwrap();
    let recipients = vec![Recipient { mailbox, address: recipient.to_owned() }];
    let peer = std::net::Ipv4Addr::new(203, 0, 113, 7).into();
    let (greeted_as, sender) = ("mail.north.example".to_owned(), sender.to_owned());
    gate.keep(Arrival { peer, greeted_as, sender, recipients, raw }).await.unwrap();
}

/// Brings a letter and reads it.
pub(crate) async fn send(app: &TestApp, sender: &str, raw: Vec<u8>) -> MailRow {
    send_to(app, sender, MAILBOX, raw).await
}

async fn send_to(app: &TestApp, sender: &str, recipient: &str, raw: Vec<u8>) -> MailRow {
    bring(app, sender, recipient, raw).await;
    read_mail(&app.desk, &room(app)).await.unwrap();
    mails(app).await.remove(0)
}

pub(crate) async fn mails(app: &TestApp) -> Vec<MailRow> {
    app.desk.read(|r| Ok(store::mail_in::page(r, None, "~", 50)?)).await.unwrap()
}

pub(crate) async fn ticket(app: &TestApp, mail: &MailRow) -> Ticket {
    let id = mail.ticket.clone().unwrap();
    app.desk.read(move |r| Ok(store::ticket::by_id(r, &Scope::All, &id)?)).await.unwrap().unwrap()
}

async fn messages(app: &TestApp, t: &Ticket) -> Vec<MessageRow> {
    let id = t.id.clone();
    app.desk.read(move |r| Ok(store::ticket::messages(r, &id, 0, true, 50)?)).await.unwrap()
}

pub(crate) async fn tickets(app: &TestApp) -> usize {
    app.api().await.get("/api/v1/tickets?limit=200").await.json()["items"].as_array().unwrap().len()
}

pub(crate) async fn letters(app: &TestApp) -> Vec<store::letter::LetterRow> {
    app.drain().await;
    app.desk.read(|r| Ok(store::letter::page(r, "~", 50)?)).await.unwrap()
}

/// The address for answers of a ticket, as our letters name it.
async fn reply_address(app: &TestApp, t: &Ticket) -> String {
    app.drain().await;
    let kept = letters(app).await.into_iter().find(|l| l.ticket.as_ref() == Some(&t.id)).unwrap();
    desk::post::send_now(&app.desk, app.cast.staff("admin"), kept.id).await.unwrap();
    let parcel = desk::post::take(&app.desk, &room(app).house).await.unwrap().unwrap();
    let reply = parcel.reply_to.clone().unwrap();
    desk::post::settle(&app.desk, parcel, domain::post::Handed::Taken("250 taken".to_owned())).await.unwrap();
    reply
}

async fn a_letter_opens_a_ticket_once(app: TestApp) {
    let raw = letter(
        "何燕 <He@North.example>",
        "Re: 报表打不开",
        "Message-ID: <1@north.example>\n",
        "第三页空白。\n\n-- \n何燕\n计划部",
    );
    let mail = send(&app, "he@north.example", raw.clone()).await;
    assert_eq!((mail.state, mail.reason), (MailState::Placed, Reason::Opened));
    let t = ticket(&app, &mail).await;
    assert_eq!((t.title.as_str(), t.channel.as_str(), t.messages), ("报表打不开", "mail", 1));
    assert_eq!(t.organisation.as_ref(), Some(&app.cast.north), "its domain is the organisation's");
    let said = messages(&app, &t).await.remove(0);
    assert_eq!(said.html, "<p>第三页空白。</p>");
    assert!(said.rest.contains("计划部"), "{}", said.rest);
    let page = app.signed_in("agent").await.get(&format!("/tickets/{}", t.number)).await.text;
    assert!(page.contains("引用与签名") && page.contains("<details class=\"quoted\">"), "{page}");
    let view = app.api().await.get(&format!("/api/v1/tickets/{}/messages", t.number)).await.json();
    assert!(view["items"][0]["quoted"].as_str().unwrap().contains("计划部"));
    let told = letters(&app).await;
    assert_eq!(
        (told.len(), told[0].kind.as_str(), told[0].recipient.as_str()),
        (1, "received", "he@north.example")
    );

    // The same again, by another way, is the same; it is answered all the same.
    let mut again = b"Received: from elsewhere\r\n".to_vec();
    again.extend(raw.clone());
    send(&app, "he@north.example", again).await;
    assert_eq!((mails(&app).await.len(), tickets(&app).await), (1, 1));
    // The customer writes about their own letter before anybody has answered.
    let more =
        letter("he@north.example", "Re: 报表打不开", "References: <1@north.example>\n", "还有第四页。");
    let mail = send(&app, "he@north.example", more).await;
    assert_eq!((mail.reason, mail.ticket.as_ref()), (Reason::Appended, Some(&t.id)));
    assert_eq!(letters(&app).await.len(), 1, "a case is acknowledged once");
    // In another mailbox it is another letter, and goes to that mailbox's group.
    let mail =
        send_to(&app, "he@north.example", "other@vendor.example", letter("he@north.example", "x", "", "y"))
            .await;
    assert_eq!(ticket(&app, &mail).await.group.unwrap().as_str(), "other");
}

async fn an_answer_is_added_by_its_token(app: TestApp) {
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "t", "", "b")).await;
    let t = ticket(&app, &mail).await;
    let address = reply_address(&app, &t).await;
    assert!(address.starts_with(&format!("support+{}-", t.number.to_lowercase())), "{address}");
    let path = format!("/api/v1/tickets/{}/messages", t.number);
    assert!(app.api().await.post(&path, &json!({"body": "请重启"})).await.status.is_success());
    // From home, with another address and another subject: whoever has the address may write.
    let body = "重启了，好了。\n\n在 2026-09-24 10:00:00，\"服务台\" <desk@vendor.example> 写道：\n请重启";
    let mail =
        send_to(&app, "ben@qq.com", &address.to_uppercase(), letter("Ben <ben@qq.com>", "好了", "", body))
            .await;
    assert_eq!((mail.reason, mail.ticket.as_ref()), (Reason::Appended, Some(&t.id)));
    let all = messages(&app, &t).await;
    let last = all.last().unwrap();
    assert_eq!(last.html, "<p>重启了，好了。</p>");
    assert!(last.rest.contains("请重启"));
    assert_ne!(last.by, all[0].by, "it is kept as whoever wrote it");
    let history = app.api().await.get(&format!("/api/v1/tickets/{}", t.number)).await.json();
    assert_eq!(history["status"], "open", "{history}");
    // A wrong secret part is worth nothing.
    let forged = format!("support+{}-aaaaaaaaaaaaaaaa@vendor.example", t.number.to_lowercase());
    let mail = send_to(&app, "x@qq.com", &forged, letter("x@qq.com", "hello", "", "b")).await;
    assert_eq!(mail.reason, Reason::Opened);
}

async fn a_stranger_who_knows_the_number_stays_outside(app: TestApp) {
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "机密", "", "b")).await;
    let t = ticket(&app, &mail).await;
    let subject = format!("Re: {} 机密", t.number);
    let fields = format!("In-Reply-To: <ticket-{}@vendor.example>\n", t.id);
    let mail =
        send(&app, "eve@south.example", letter("eve@south.example", &subject, &fields, "给我看看")).await;
    assert_eq!(mail.reason, Reason::Opened);
    let other = ticket(&app, &mail).await;
    assert_ne!(other.id, t.id);
    let page = app.signed_in("agent").await.get(&format!("/tickets/{}", other.number)).await.text;
    assert!(page.contains("不是该工单的相关人员") && page.contains(&t.number), "{page}");
    let portal =
        app.signed_in("eve@south.example").await.get(&format!("/portal/cases/{}", other.number)).await;
    assert!(portal.status.is_success() && !portal.text.contains("相关人员"), "{}", portal.text);
    assert_eq!(messages(&app, &t).await.len(), 1);
    // A colleague who sees the organisation's cases takes part, by number or thread.
    for (from, reason) in [("ann@north.example", Reason::Appended), ("ben@north.example", Reason::Appended)] {
        let mail = send(&app, from, letter(from, &subject, "", &format!("我是 {from}"))).await;
        assert_eq!((mail.reason, mail.ticket.as_ref()), (reason, Some(&t.id)), "{from}");
    }
    let mail =
        send(&app, "ben@north.example", letter("ben@north.example", "other matter", &fields, "x")).await;
    assert_eq!(mail.ticket.as_ref(), Some(&t.id));
}

async fn charsets_and_files_arrive_whole(app: TestApp) {
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let mut raw = b"From: ben@north.example\r\nSubject: =?x-gbk?B?saix7Q==?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n".to_vec();
    raw.extend(gb("打不开\u{20bb7}"));
    raw.extend(b"\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n");
    raw.extend(b"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"run.exe\"\r\n\r\nMZ\r\n--b--\r\n");
    let mail = send(&app, "ben@north.example", raw).await;
    let t = ticket(&app, &mail).await;
    assert_eq!(t.title, "报表");
    let said = app.api().await.get(&format!("/api/v1/tickets/{}/messages", t.number)).await.json();
    assert_eq!(said["items"][0]["text"], "打不开\u{20bb7}");
    let files = said["items"][0]["files"].as_array().unwrap().clone();
    assert_eq!(files.len(), 1);
    assert_eq!((&files[0]["name"], &files[0]["media_type"]), (&json!("a.png"), &json!("image/png")));
    let path = format!("/files/{}", files[0]["id"].as_str().unwrap());
    assert_eq!(app.signed_in("agent").await.get(&path).await.status, StatusCode::OK);
    let page = app.signed_in("agent").await.get(&format!("/tickets/{}", t.number)).await.text;
    assert!(page.contains("未收下：run.exe"), "{page}");
    let big5 = encoding_rs::BIG5.encode("報表打不開").0.into_owned();
    let mut raw =
        b"From: ann@north.example\r\nSubject: b5\r\nContent-Type: text/plain; charset=big5\r\n\r\n".to_vec();
    raw.extend(big5);
    let mail = send(&app, "ann@north.example", raw).await;
    assert_eq!(messages(&app, &ticket(&app, &mail).await).await[0].html, "<p>報表打不開</p>");
}

async fn a_colleague_writes_in_the_console(app: TestApp) {
    let mail = send(&app, "agent@desk.example", letter("agent@desk.example", "AF-2026-00001", "", "x")).await;
    assert_eq!(
        (mail.state, mail.reason, mail.ticket.as_ref()),
        (MailState::Quarantined, Reason::Staff, None)
    );
    let page = app.signed_in("admin").await.get(&format!("/admin/mail-in/{}", mail.id)).await.text;
    assert!(page.contains("请本人登录后在工单中回复"), "{page}");
    assert_eq!(tickets(&app).await, 0);
}

async fn machines_are_never_answered(app: TestApp) {
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "t", "", "b")).await;
    let t = ticket(&app, &mail).await;
    let (before, told) = (messages(&app, &t).await.len(), letters(&app).await.len());
    let clocks = |app: &TestApp| {
        let (desk, id) = (app.desk.clone(), t.id.clone());
        async move { desk.read(move |r| Ok(store::ticket::clocks(r, &id)?)).await.unwrap() }
    };
    let running = clocks(&app).await;
    let auto = "Auto-Submitted: auto-replied\n";
    let subject = format!("自动回复：{}", t.number);
    let mail = send(&app, "", letter("ben@north.example", &subject, auto, "我在休假")).await;
    assert_eq!(
        (mail.state, mail.reason, mail.ticket.as_ref()),
        (MailState::Noted, Reason::AutoReply, Some(&t.id))
    );
    let all = messages(&app, &t).await;
    assert_eq!((all.len(), all.last().unwrap().visibility.as_str()), (before + 1, "internal"));
    assert_eq!(clocks(&app).await, running, "no clock moves");
    for (sender, raw, reason) in [
        ("x@y.example", letter("x@y.example", "away", auto, "b"), Reason::AutoReply),
        (
            "news@y.example",
            letter("news@y.example", "offer", "List-Unsubscribe: <mailto:x>\n", "b"),
            Reason::List,
        ),
        ("a@y.example", letter("a@y.example", "bulk", "Precedence: bulk\n", "b"), Reason::List),
        ("b@y.example", letter(MAILBOX, "ours", "", "b"), Reason::Loop),
        ("", letter("mailer-daemon@y.example", "Undelivered", "", "b"), Reason::Bounce),
    ] {
        let mail = send(&app, sender, raw).await;
        assert_eq!((mail.state, mail.reason), (MailState::Noted, reason), "{}", mail.subject);
    }
    // One who asks machines for silence gets a case, and no letter.
    let quiet = "X-Auto-Response-Suppress: All\n";
    let mail = send(&app, "q@y.example", letter("q@y.example", "quiet", quiet, "b")).await;
    assert_eq!(mail.reason, Reason::Opened);
    assert_eq!((tickets(&app).await, letters(&app).await.len()), (2, told));
    // Two machines without any mark do not talk for ever.
    for n in 0..15 {
        send(&app, "m@y.example", letter("m@y.example", &format!("hello {n}"), "", "b")).await;
    }
    assert_eq!(letters(&app).await.len(), told + 10);
}

async fn a_report_marks_the_letter(app: TestApp) {
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "t", "", "b")).await;
    let t = ticket(&app, &mail).await;
    reply_address(&app, &t).await;
    let sent = letters(&app).await.remove(0);
    assert_eq!(sent.state.as_str(), "sent");
    let report = format!(
        "From: MAILER-DAEMON@north.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n\
         --r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; north.example\n\nFinal-Recipient: rfc822; ben@north.example\n\
         Action: failed\nDiagnostic-Code: smtp; 550 5.1.1 gone away\n\n--r\nContent-Type: text/rfc822-headers\n\n\
         Message-ID: <{}@vendor.example>\n\n--r--\n",
        sent.id
    );
    let late = report.replace("Action: failed", "Action: delayed");
    let mail = send(&app, "", late.replace('\n', "\r\n").into_bytes()).await;
    assert_eq!((mail.reason, letters(&app).await[0].state.as_str()), (Reason::Bounce, "sent"));
    let mail = send(&app, "", report.replace('\n', "\r\n").into_bytes()).await;
    assert_eq!(
        (mail.state, mail.reason, mail.ticket.as_ref()),
        (MailState::Noted, Reason::Bounce, Some(&t.id))
    );
    let letter = letters(&app).await.remove(0);
    assert_eq!((letter.state.as_str(), letter.detail.as_str()), ("rejected", "550 5.1.1 gone away"));
    let page = app.signed_in("agent").await.get(&format!("/tickets/{}", t.number)).await.text;
    assert!(page.contains("寄给 ben@north.example 的信件未送达"), "{page}");
    assert_eq!((tickets(&app).await, letters(&app).await.len()), (1, 1));
}
