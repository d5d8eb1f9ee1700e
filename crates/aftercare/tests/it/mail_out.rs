//! Letters to customers as their programs see them: in the thread of what they answer.

use aftercare::drain_and_send_as;
use mail::{Mailer, Smtp, Tls};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::mail_in::{letter, room, send, ticket};
use crate::mail_server::MailServer;

mod engines {
    testkit::on_both_engines!(an_answer_stands_in_the_customers_thread);
}

const URL: &str = "http://desk.example";

pub(crate) fn mailer(port: u16) -> Mailer {
    Mailer::new(Smtp::new("127.0.0.1", Some(port), Tls::None, "desk@vendor.example").unwrap())
}

pub(crate) async fn post(app: &TestApp, mailer: &Mailer) {
    assert!(drain_and_send_as(&app.desk, URL, mailer, &room(app).house).await.unwrap());
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
