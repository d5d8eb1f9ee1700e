//! Something of a case is passed on to somebody outside: a letter and a note, no first response; the answer is for staff.

use axum::http::StatusCode;
use domain::mail_in::{MailState, Reason};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::mail_in::{letter, send};
use crate::mail_out::{mailer, open, post};
use crate::mail_server::MailServer;

mod engines {
    testkit::on_both_engines!(
        what_is_passed_on_is_no_answer_to_the_customer,
        the_answer_from_outside_is_a_note,
        what_cannot_be_passed_on_is_said_at_its_field,
    );
}

async fn clocks(app: &TestApp, number: &str) -> Value {
    app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json()["clocks"].clone()
}

async fn forwarded(app: &TestApp, server: &mut MailServer, number: &str) -> Value {
    let mailer = mailer(server.port);
    post(app, &mailer).await;
    server.next();
    let fields = "address=Maker%20%3Chelp%40maker.example%3E&body=please%20look%0A%0Ab";
    let agent = app.signed_in("agent").await;
    let sent = agent.form(&format!("/tickets/{number}/messages/1/forwarding"), fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    post(app, &mailer).await;
    server.next()
}

async fn what_is_passed_on_is_no_answer_to_the_customer(app: TestApp) {
    let mut server = MailServer::start();
    let number = open(&app, "ben@north.example").await;
    let agent = app.signed_in("agent").await;
    let draft = json!({"html": "<p>half an answer</p>", "internal": false, "files": []});
    let path = format!("/api/v1/tickets/{number}/draft");
    let before = clocks(&app, &number).await;
    let form = agent.get(&format!("/tickets/{number}/messages/1/forwarding")).await.text;
    assert!(form.contains("原消息") && form.contains("转发给第三方"), "{form}");
    let kept = app.api().await.json(axum::http::Method::PUT, &path, &draft).await.status;
    assert!(kept.is_success());

    let sent = forwarded(&app, &mut server, &number).await;
    assert_eq!(sent["envelope"][1], json!(["help@maker.example"]));
    assert!(sent["body"].as_str().unwrap().starts_with("please look\n"), "{sent}");
    assert_eq!(sent["in-reply-to"].as_str().unwrap().matches("ticket-").count(), 1, "a thread of its own");
    assert_eq!(clocks(&app, &number).await, before, "no clock moves");
    assert_eq!(app.api().await.get(&path).await.json()["html"], "<p>half an answer</p>");

    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("把消息转发给 Maker &#60;help@maker.example&#62;"), "{page}");
    assert!(page.contains("help@maker.example · 对方服务器已接收"), "{page}");
    let portal = app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{number}")).await.text;
    assert!(!portal.contains("maker.example") && !portal.contains("please look"), "{portal}");
}

async fn the_answer_from_outside_is_a_note(app: TestApp) {
    let mut server = MailServer::start();
    let number = open(&app, "ben@north.example").await;
    let sent = forwarded(&app, &mut server, &number).await;
    let ours = sent["reply-to"].as_str().unwrap().to_owned();
    let raw = letter("help@maker.example", "Re: t", "", "it is the cable");
    let raw = String::from_utf8(raw).unwrap().replace("support@vendor.example", &ours).into_bytes();
    let mail = send(&app, "help@maker.example", raw).await;
    assert_eq!((mail.state, mail.reason), (MailState::Noted, Reason::Outside));
    let page = app.signed_in("agent").await.get(&format!("/tickets/{number}")).await.text;
    assert!(
        page.contains("收到 help@maker.example 对转发的答复") && page.contains("it is the cable"),
        "{page}"
    );
    let portal = app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{number}")).await.text;
    assert!(!portal.contains("it is the cable"), "{portal}");
    let all = app.api().await.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
    assert_eq!(all["items"].as_array().unwrap().last().unwrap()["visibility"], "internal", "{all}");
    // The address that a customer has opens another door.
    let view = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!(view["status"], "new", "nobody has answered the customer");
}

async fn what_cannot_be_passed_on_is_said_at_its_field(app: TestApp) {
    let number = open(&app, "ben@north.example").await;
    let path = format!("/api/v1/tickets/{number}/messages/1/forwarding");
    let api = app.api().await;
    for (address, said) in [("nobody", "no_address"), ("ben@north.example", "is_requester")] {
        let answer = api.post(&path, &json!({"address": address, "body": ""})).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
        assert!(answer.text.contains(said) && answer.text.contains("required"), "{}", answer.text);
    }
    let page = app.signed_in("agent").await.form(&path.replace("/api/v1", ""), "address=x&body=kept").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("不是邮箱地址") && page.text.contains("kept"), "{}", page.text);
    let none = format!("/api/v1/tickets/{number}/messages/9/forwarding");
    let answer = api.post(&none, &json!({"address": "a@b.example", "body": "x"})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
