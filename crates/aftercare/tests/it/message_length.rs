//! A message is as long as a person can read: more is refused, and what was typed stays.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_message_has_its_limit_everywhere,
        what_was_typed_stays_and_programs_know_the_limit,
        a_letter_and_an_import_bring_what_they_bring,
    );
}

fn wrong(answer: &Value) -> (&str, &str) {
    let field = &answer["fields"][0];
    (field["field"].as_str().unwrap_or_default(), field["issue"].as_str().unwrap_or_default())
}

async fn opened(app: &TestApp) -> String {
    let made = app
        .api()
        .await
        .post("/api/v1/tickets", &json!({"title": "t", "requester": "ben@north.example"}))
        .await;
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn a_message_has_its_limit_everywhere(app: TestApp) {
    let (api, number) = (app.api().await, opened(&app).await);
    let (fits, long) = ("字".repeat(100_000), "字".repeat(100_001));
    let of = |verb: &str| format!("/api/v1/tickets/{number}/{verb}");
    for (path, body) in [
        ("/api/v1/tickets".to_owned(), json!({"title": "t", "requester": "ben@north.example", "body": long})),
        (of("messages"), json!({"body": long})),
        (of("messages"), json!({"html": format!("<p>{long}</p>")})),
        (of("messages"), json!({"body": long, "as_requester": true})),
        (of("notes"), json!({"body": long})),
        (of("hold"), json!({"status": "waiting_customer", "body": long})),
        (of("solution"), json!({"resolution": "r", "body": long})),
    ] {
        let answer = api.post(&path, &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(wrong(&answer.json()), ("body", "too_long_message"), "{path}");
    }
    let taken = api.post(&of("messages"), &json!({"body": fits})).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text.chars().take(200).collect::<String>());
}

async fn what_was_typed_stays_and_programs_know_the_limit(app: TestApp) {
    let boss = app.signed_in("boss").await;
    let long = "x".repeat(100_001);
    let new = format!(
        "title=kept&requester=ben@north.example&kind=fault&severity=general&channel=phone&text={long}"
    );
    let page = boss.form("/tickets", &new).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text.contains("描述：超过 10 万字")
            && page.text.contains("value=\"kept\"")
            && page.text.contains(&long)
    );
    // A verb of the open page answers with a part: the page stays, with what was typed.
    let path = format!("/tickets/{}/messages", opened(&app).await);
    let kind = "application/x-www-form-urlencoded";
    let head = [("sec-fetch-site", "same-origin"), ("hx-request", "true")];
    let part = boss.send(Method::POST, &path, kind, format!("text={long}").into(), &head).await;
    assert_eq!(part.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(part.text.contains("data-wrong=\"body\"") && part.text.contains("超过 10 万字"), "{}", part.text);
    // It is called as the form calls it.
    for (more, called) in [("", "回复："), ("internal=1", "内部备注："), ("then=waiting_customer", "回复：")]
    {
        let form = format!("text={long}&{more}");
        let part = boss.send(Method::POST, &path, kind, form.into(), &head).await;
        assert!(part.text.contains(&format!(">{called}超过 10 万字")), "{more}: {}", part.text);
    }
    let api = app.api().await;
    for (verb, called) in [("messages", "回复："), ("notes", "内部备注：")] {
        let of = format!("/api/v1{}", path.replace("/messages", &format!("/{verb}")));
        let told = api.post(&of, &json!({"body": long})).await.json();
        assert!(told["title"].as_str().unwrap().starts_with(called), "{verb}");
    }
    let document = app.client().get("/api/v1/openapi.json").await.json();
    for schema in ["MessageBody", "NewTicketBody", "HoldBody", "SolutionBody"] {
        let limit = &document["components"]["schemas"][schema]["properties"]["body"]["maxLength"];
        assert_eq!(limit, 100_000, "{schema}");
    }
}

async fn a_letter_and_an_import_bring_what_they_bring(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let long = "字".repeat(100_001);
    let rows = format!("标题,联系电话,描述\n长的,138 0013 8000,{long}\n");
    let (_, page) = crate::tables::run(&app, &admin, "tickets", rows.as_bytes()).await;
    assert!(page.contains("<b>1</b>") && !page.contains("import-bad"), "{page}");
    let kept = app.api().await.get("/api/v1/tickets").await.json();
    assert_eq!(kept["items"].as_array().unwrap().len(), 1);
}
