//! People in copy: a letter's sender names them, staff see them before an answer goes to all, and they see nothing but letters.

use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::TestApp;

use crate::mail_in::{letter, letters, send, ticket};

mod engines {
    testkit::on_both_engines!(people_in_copy_get_answers_that_are_for_all, nobody_of_the_house_is_in_copy);
}

const CC: &str = "Cc: Li <li@partner.example>, support+x@vendor.example, ben@north.example\n";

async fn people_in_copy_get_answers_that_are_for_all(app: TestApp) {
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "t", CC, "b")).await;
    let t = ticket(&app, &mail).await;
    let agent = app.signed_in("agent").await;
    let path = format!("/tickets/{}", t.number);
    let page = agent.get(&path).await.text;
    assert!(
        page.contains("来信抄送了 Li &#60;li@partner.example&#62;")
            || page.contains("来信抄送了 Li &lt;li@partner.example&gt;"),
        "{page}"
    );
    assert!(
        page.contains("提出人和以下抄送人") && !page.contains("ben@north.example\" aria-label"),
        "{page}"
    );
    let before = letters(&app).await.len();
    let said = |to: &str, text: &str| format!("text={text}&to={to}");
    assert_eq!(
        agent.form(&format!("{path}/messages"), &said("requester", "one")).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(letters(&app).await.len(), before + 1, "to the requester only");
    assert_eq!(
        agent.form(&format!("{path}/messages"), &said("everyone", "two")).await.status,
        StatusCode::SEE_OTHER
    );
    let all = letters(&app).await;
    assert_eq!(all.len(), before + 3);
    let copy = all.iter().find(|l| l.recipient == "li@partner.example").unwrap();
    assert!(
        copy.body.contains("two") && !copy.body.contains("one") && !copy.body.contains("/portal/"),
        "{}",
        copy.body
    );
    assert_eq!(copy.ticket.as_ref(), Some(&t.id), "it has an address for answers");
    // A note for staff goes to nobody, whatever is chosen.
    agent.form(&format!("{path}/messages"), "internal=1&to=everyone&text=secret").await;
    assert_eq!(letters(&app).await.len(), before + 3);
    // The person in copy is nobody on the portal, and knows no way in.
    let view = app.api().await.get(&format!("/api/v1/tickets/{}/copied", t.number)).await.json();
    assert_eq!(view, json!([{"address": "li@partner.example", "name": "Li"}]));
    // By number alone they write into nothing.
    let mail =
        send(&app, "li@partner.example", letter("li@partner.example", &format!("Re: {}", t.number), "", "x"))
            .await;
    assert_ne!(mail.ticket.as_ref(), Some(&t.id));
    taken_out(&app, &t.number).await;
}

async fn taken_out(app: &TestApp, number: &str) {
    let (agent, path) = (app.signed_in("agent").await, format!("/tickets/{number}"));
    // Taken out, they get nothing more; the form's other fields mean nothing then.
    let out = agent
        .form(&format!("{path}/copied/removal"), "text=unsent&to=everyone&address=li%40partner.example")
        .await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    let before = letters(app).await.len();
    agent.form(&format!("{path}/messages"), "text=three&to=everyone").await;
    assert_eq!(letters(app).await.len(), before + 1);
    assert!(agent.get(&path).await.text.contains("移出了抄送"));
    let gone = app
        .api()
        .await
        .json(Method::DELETE, &format!("/api/v1/tickets/{number}/copied/x@y.cn"), &json!({}))
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "harmless");
}

async fn nobody_of_the_house_is_in_copy(app: TestApp) {
    let cc = "Cc: agent@desk.example, other@vendor.example, desk@vendor.example\n";
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "t", cc, "b")).await;
    let t = ticket(&app, &mail).await;
    let path = format!("/api/v1/tickets/{}/copied", t.number);
    assert_eq!(app.api().await.get(&path).await.json(), json!([]));
    // A colleague of the customer's adds somebody later.
    let cc = "Cc: Wang <wang@north.example>\n";
    let subject = format!("Re: {}", t.number);
    send(&app, "ann@north.example", letter("ann@north.example", &subject, cc, "more")).await;
    assert_eq!(app.api().await.get(&path).await.json()[0]["address"], "wang@north.example");
    let message = format!("/api/v1/tickets/{}/messages", t.number);
    let said = app.api().await.post(&message, &json!({"body": "hello all", "to_everyone": true})).await;
    assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
    let to: Vec<String> = letters(&app).await.into_iter().map(|l| l.recipient).collect();
    assert!(
        to.contains(&"wang@north.example".to_owned()) && to.contains(&"ben@north.example".to_owned()),
        "{to:?}"
    );
}
