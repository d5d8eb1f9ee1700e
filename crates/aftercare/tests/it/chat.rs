//! Chat from the visitor's page to the agent's, and into the case.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::setting::Settings;
use domain::sla::Milestone;
use serde_json::{Value, json};
use store::rules::{SettingKey, setting};
use testkit::{Answer, Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_talk_becomes_one_message_of_its_case,
        what_is_sent_again_is_there_once,
        who_comes_back_goes_on_where_they_were,
        a_known_address_opens_nothing,
        a_signed_in_customer_joins_a_case_of_their_own,
        word_is_left_when_nobody_is_there,
        there_is_no_number_before_three_waits,
    );
}

const SITE: &str = "https://www.example.com";

/// A secret as a browser makes it.
pub(crate) fn secret(name: &str) -> String {
    format!("{name:x<43}")
}

/// Opens chat for a site.
pub(crate) async fn switch_on(app: &TestApp) {
    let (settings, version): (Settings, i64) =
        app.desk.read(|r| Ok(setting(r, SettingKey::Settings)?)).await.unwrap();
    let settings = Settings {
        chat_on: true,
        chat_origins: vec![SITE.to_owned()],
        default_group: Some("desk".into()),
        ..settings
    };
    desk::admin::save_settings(&app.desk, app.cast.staff("admin"), settings, version).await.unwrap();
}

/// Chat is open, and an agent takes chats.
pub(crate) async fn opened(app: &TestApp) -> Client {
    switch_on(app).await;
    let agent = app.signed_in("agent").await;
    assert_eq!(agent.form("/chats/seat", "").await.status, StatusCode::SEE_OTHER);
    agent
}

/// What a visitor of a site sends.
pub(crate) fn asks(name: &str) -> Value {
    json!({
        "token": secret(name), "name": name, "email": format!("{name}@visitor.example"), "symptom": "保存没有反应",
        "version": "5.2", "origin": SITE, "locale": "zh-CN",
    })
}

/// A visitor with a chat.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub client: Client,
    pub token: String,
}

impl Visitor {
    pub(crate) fn new(app: &TestApp, name: &str) -> Self {
        Self { client: app.client(), token: secret(name) }
    }

    pub(crate) async fn post(&self, verb: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("sec-fetch-site", "same-origin")];
        let body = Body::from(body.to_string());
        self.client.send(Method::POST, &format!("/chat/{verb}"), "application/json", body, &headers).await
    }

    pub(crate) async fn say(&self, text: &str, sent_id: &str) -> Answer {
        self.post("lines", &json!({"text": text, "sent_id": sent_id})).await
    }

    /// Reads the stream from a line on until it has said this.
    pub(crate) async fn hear(&self, after: i64, until: &str) -> String {
        let mut stream = self
            .client
            .clone()
            .with_token(self.token.clone())
            .stream(&format!("/chat/events?after={after}"))
            .await;
        let mut heard = String::new();
        let reading = async {
            while !heard.contains(until) {
                heard.push_str(
                    &stream.next().await.unwrap_or_else(|| panic!("it ended before {until}: {heard}")),
                );
            }
        };
        let minute = std::time::Duration::from_mins(1);
        tokio::time::timeout(minute, reading).await.unwrap_or_else(|_| panic!("never heard {until}"));
        heard
    }
}

/// Asks for somebody; answers who asked, the chat's key and its case.
pub(crate) async fn ask(app: &TestApp, name: &str) -> (Visitor, String, String) {
    let visitor = Visitor::new(app, name);
    let asked = visitor.post("start", &asks(name)).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
    let number = asked.json()["number"].as_str().unwrap().to_owned();
    let waiting = app.api().await.get("/api/v1/chats").await.json();
    let mine =
        waiting["items"].as_array().unwrap().iter().find(|c| c["ticket"] == number.as_str()).unwrap().clone();
    (visitor, mine["id"].as_str().unwrap().to_owned(), number)
}

/// The places of the lines in what a stream said, with their texts.
pub(crate) fn lines(heard: &str) -> Vec<(i64, String)> {
    let data = heard.split("event: line\n").skip(1).filter_map(|e| e.split("data: ").nth(1)?.lines().next());
    let read = data.map(|d| serde_json::from_str::<Value>(d).unwrap());
    read.map(|l| (l["seq"].as_i64().unwrap(), l["text"].as_str().unwrap().to_owned())).collect()
}

async fn clock(app: &TestApp, number: &str, milestone: Milestone) -> Option<domain::sla::Clock> {
    let number = number.to_owned();
    let read = app.desk.read(move |r| {
        let t = store::ticket::by_number(r, &domain::access::Scope::All, &number)?.unwrap();
        Ok(store::ticket::clocks(r, &t.id)?)
    });
    read.await.unwrap().into_iter().find(|c| c.milestone == milestone)
}

/// Since when the customer of a case waits for a word.
async fn waits_since(app: &TestApp, number: &str) -> Option<domain::time::Timestamp> {
    let number = number.to_owned();
    let read = app.desk.read(move |r| {
        let t = store::ticket::by_number(r, &domain::access::Scope::All, &number)?;
        Ok(t.unwrap().unanswered_since)
    });
    read.await.unwrap()
}

async fn a_talk_becomes_one_message_of_its_case(app: TestApp) {
    let agent = opened(&app).await;
    let (visitor, id, number) = ask(&app, "wu").await;
    let api = app.api().await;
    let case = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!((case["channel"].as_str(), case["group"].as_str()), (Some("chat"), Some("desk")), "{case}");
    assert_eq!(case["facts"], json!({"symptom": "保存没有反应", "version": "5.2"}));
    assert!(clock(&app, &number, Milestone::Response).await.unwrap().is_running());
    assert!(agent.get("/chats").await.text.contains("wu"));
    assert_eq!(agent.form(&format!("/chats/{id}/taking"), "").await.status, StatusCode::SEE_OTHER);
    app.clock.set(domain::time::plus_seconds(app.now(), 90));
    let answer = agent.form(&format!("/chats/{id}/lines"), "text=%3Cb%3E%E6%82%A8%E5%A5%BD%3C%2Fb%3E").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let response = clock(&app, &number, Milestone::Response).await.unwrap();
    assert!(!response.is_running(), "the first word of ours is the first response");
    assert!(
        agent.get(&format!("/tickets/{number}")).await.text.contains("保存没有反应"),
        "the talk is in the case while it runs"
    );
    assert_eq!(visitor.say("谢谢", "a").await.status, StatusCode::OK);
    assert_eq!(visitor.post("transcript", &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(agent.form(&format!("/chats/{id}/end"), "").await.status, StatusCode::SEE_OTHER);
    let messages = api.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
    let items = messages["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{messages}");
    let text = items[0]["text"].as_str().unwrap();
    assert!(text.contains("保存没有反应") && text.contains("<b>您好</b>") && text.contains("谢谢"), "{text}");
    assert!(!items[0]["html"].as_str().unwrap().contains("<b>"), "what was written is text: {messages}");
    app.drain().await;
    let letters = api.get("/api/v1/letters").await.json();
    let mailed: Vec<_> =
        letters["items"].as_array().unwrap().iter().map(|l| (&l["kind"], &l["recipient"])).collect();
    assert_eq!(
        mailed,
        [(&json!("transcript"), &json!("wu@visitor.example"))],
        "one letter, and none for each line"
    );
    let over = visitor.say("还有", "b").await;
    assert_eq!(
        (over.status, over.json()["type"].as_str().unwrap()),
        (StatusCode::CONFLICT, "about:blank#refused.chat_over")
    );
}

async fn what_is_sent_again_is_there_once(app: TestApp) {
    let agent = opened(&app).await;
    let (visitor, id, number) = ask(&app, "wu").await;
    // The answer was lost: the page asks again.
    let again = visitor.post("start", &asks("wu")).await;
    assert_eq!(again.json()["number"], number.as_str());
    let first = visitor.say("一", "one").await.json();
    assert_eq!(visitor.say("一", "one").await.json(), first);
    let both = tokio::join!(visitor.say("二", "two"), visitor.say("二", "two"), visitor.say("二", "two"));
    for answer in [&both.0, &both.1, &both.2] {
        assert_eq!(answer.json(), json!({"seq": 3}), "{}", answer.text);
    }
    agent.form(&format!("/chats/{id}/taking"), "").await;
    agent.form(&format!("/chats/{id}/lines"), "text=x&sent_id=one").await;
    agent.form(&format!("/chats/{id}/lines"), "text=x&sent_id=one").await;
    visitor.post("end", &json!({})).await;
    visitor.post("end", &json!({})).await;
    assert_eq!(visitor.say("一", "one").await.json(), first, "also after the end");
    let all = app.api().await.get(&format!("/api/v1/chats/{id}/lines")).await.json();
    let seen: Vec<_> = all["items"].as_array().unwrap().iter().map(|l| l["text"].as_str().unwrap()).collect();
    assert_eq!(seen, ["保存没有反应", "一", "二", "joined", "x", "left"]);
    let tickets = app.api().await.get("/api/v1/tickets").await.json();
    assert_eq!(tickets["items"].as_array().unwrap().len(), 1);
}

async fn who_comes_back_goes_on_where_they_were(app: TestApp) {
    let agent = opened(&app).await;
    let (visitor, id, _) = ask(&app, "wu").await;
    let heard = visitor.hear(0, "event: place").await;
    assert_eq!(lines(&heard), [(1, "保存没有反应".to_owned())]);
    agent.form(&format!("/chats/{id}/taking"), "").await;
    for n in 1..=250 {
        let sent = format!("text=n{n}&sent_id=s{n}");
        assert_eq!(agent.form(&format!("/chats/{id}/lines"), &sent).await.status, StatusCode::SEE_OTHER);
    }
    let heard = visitor.hear(1, "n250").await;
    let expected: Vec<_> = std::iter::once((2, "joined".to_owned()))
        .chain((1..=250).map(|n| (n + 2, format!("n{n}"))))
        .collect();
    assert_eq!(lines(&heard), expected, "all of them, once, in order");
    let heard = visitor.hear(200, "n250").await;
    assert_eq!(lines(&heard).first(), Some(&(201, "n199".to_owned())));
    // What is said while somebody listens comes by itself.
    let listening = tokio::spawn({
        let visitor = visitor.clone();
        async move { visitor.hear(252, "jetzt").await }
    });
    agent.form(&format!("/chats/{id}/lines"), "text=jetzt").await;
    assert_eq!(lines(&listening.await.unwrap()), [(253, "jetzt".to_owned())]);
    visitor.post("read", &json!({"seq": 253})).await;
    visitor.post("read", &json!({"seq": 9999})).await;
    let chat = app.api().await.get(&format!("/api/v1/chats/{id}/lines")).await.json();
    assert_eq!(chat["visitor_read"], 253, "nobody has seen what is not there");
}

async fn a_known_address_opens_nothing(app: TestApp) {
    opened(&app).await;
    let api = app.api().await;
    api.post("/api/v1/tickets", &json!({"title": "SECRET", "requester": "ann@north.example"})).await;
    let visitor = Visitor::new(&app, "false");
    let body = json!({
        "token": secret("false"), "name": "Ann", "email": "ann@north.example", "symptom": "x", "origin": SITE,
        "joins": "AF-2026-00001",
    });
    let asked = visitor.post("start", &body).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
    assert_eq!(asked.json()["number"], "AF-2026-00002", "it joins nothing: {}", asked.text);
    let heard = visitor.hear(0, "event: state").await;
    assert!(!heard.contains("SECRET") && !heard.contains("North"), "{heard}");
    let chats = api.get("/api/v1/chats").await.json();
    assert_eq!((&chats["items"][0]["verified"], &chats["items"][0]["name"]), (&json!(false), &json!("Ann")));
    for path in ["/portal", "/portal/cases/AF-2026-00002", "/api/v1/tickets", "/files/x"] {
        let answer = app.client().with_token(secret("false")).get(path).await;
        assert!(
            [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
    let other = Visitor::new(&app, "other");
    assert_eq!(
        other.post("lines", &json!({"text": "x", "sent_id": "x"})).await.status,
        StatusCode::NOT_FOUND
    );
    let evil = json!({"token": secret("evil"), "name": "E", "email": "e@x.example", "symptom": "x", "origin": "https://evil.example"});
    assert_eq!(other.post("start", &evil).await.status, StatusCode::NOT_FOUND, "a stranger's site");
    let frame = |origin: &str| format!("/chat/frame?origin={origin}");
    assert_eq!(app.client().get(&frame("https://evil.example")).await.status, StatusCode::NOT_FOUND);
    let good = app.client().get(&frame("https://www.example.com")).await;
    let policy = good.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("frame-ancestors https://www.example.com"), "{policy}");
    assert!(!good.headers.contains_key("x-frame-options"));
    let own = app.client().get("/chat/frame").await;
    assert!(own.headers["content-security-policy"].to_str().unwrap().ends_with("frame-ancestors 'self'"));
    let injected = app.client().get("/chat/frame?origin=https://www.example.com%3B%20script-src%20*").await;
    assert_eq!(injected.status, StatusCode::NOT_FOUND);
}

async fn a_signed_in_customer_joins_a_case_of_their_own(app: TestApp) {
    let agent = opened(&app).await;
    let api = app.api().await;
    api.post("/api/v1/tickets", &json!({"title": "of ben", "requester": "ben@north.example"})).await;
    api.post("/api/v1/tickets", &json!({"title": "of eve", "requester": "eve@south.example"})).await;
    api.post("/api/v1/tickets/AF-2026-00001/messages", &json!({"body": "answered"})).await;
    assert_eq!(waits_since(&app, "AF-2026-00001").await, None);
    let ben = app.signed_in("ben@north.example").await;
    let frame = ben.get("/chat/frame").await.text;
    assert!(frame.contains("of ben") && !frame.contains("of eve"));
    let start = async |joins: &str, token: &str| {
        let body = json!({"token": secret(token), "symptom": "又来了", "joins": joins});
        ben.send(
            Method::POST,
            "/chat/start",
            "application/json",
            Body::from(body.to_string()),
            &[("sec-fetch-site", "same-origin")],
        )
        .await
    };
    assert_eq!(start("AF-2026-00002", "theirs").await.status, StatusCode::NOT_FOUND);
    let joined = start("AF-2026-00001", "mine").await;
    assert_eq!(joined.json()["number"], "AF-2026-00001", "{}", joined.text);
    assert_eq!(waits_since(&app, "AF-2026-00001").await, Some(app.now()), "a customer waits for a word");
    let chats = api.get("/api/v1/chats?queue=waiting").await.json();
    assert_eq!((&chats["items"][0]["verified"], &chats["items"][0]["name"]), (&json!(true), &json!("ben")));
    let id = chats["items"][0]["id"].as_str().unwrap();
    agent.form(&format!("/chats/{id}/taking"), "").await;
    agent.form(&format!("/chats/{id}/lines"), "text=hier").await;
    assert_eq!(waits_since(&app, "AF-2026-00001").await, None);
    agent.form(&format!("/chats/{id}/end"), "").await;
    assert!(ben.get("/portal/cases/AF-2026-00001").await.text.contains("又来了"));
}

async fn word_is_left_when_nobody_is_there(app: TestApp) {
    switch_on(&app).await;
    let visitor = Visitor::new(&app, "wu");
    let refused = visitor.post("start", &asks("wu")).await;
    assert_eq!(
        (refused.status, refused.json()["type"].as_str().unwrap()),
        (StatusCode::CONFLICT, "about:blank#refused.chat_closed")
    );
    let left = visitor.post("word", &asks("wu")).await;
    assert_eq!(
        (left.status, left.json()["state"].as_str().unwrap()),
        (StatusCode::CREATED, "missed"),
        "{}",
        left.text
    );
    assert!(left.json()["promised"].is_string(), "what is promised is said: {}", left.text);
    assert_eq!(visitor.post("word", &asks("wu")).await.json(), left.json(), "sent twice it is one case");
    let case = app.api().await.get("/api/v1/tickets/AF-2026-00001").await.json();
    assert_eq!(case["channel"], "chat");
    app.drain().await;
    let letters = app.api().await.get("/api/v1/letters").await.json();
    assert_eq!(letters["items"][0]["kind"], "received", "who has closed the page has the number by mail");
    let wrong =
        json!({"token": secret("b"), "name": " ", "email": "no address", "symptom": "", "origin": SITE});
    let fields = visitor.post("word", &wrong).await.json()["fields"].clone();
    let fields: Vec<_> = fields.as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["name", "email", "symptom"], "all that is wrong at once");
    // On Saturday nobody is there, whoever has a page open.
    let boot = async || app.client().get("/chat/frame").await.text;
    assert!(boot().await.contains("&#34;there&#34;:&#34;nobody&#34;"), "{}", boot().await);
    app.clock.set("2026-09-26T02:00:00Z".parse().unwrap());
    let agent = app.signed_in("agent").await;
    agent.form("/chats/seat", "").await;
    let closed = boot().await;
    assert!(closed.contains("&#34;there&#34;:&#34;closed&#34;") && closed.contains("09-28"), "{closed}");
}

async fn there_is_no_number_before_three_waits(app: TestApp) {
    let agent = opened(&app).await;
    for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
        let (visitor, id, _) = ask(&app, name).await;
        let heard = visitor.hear(0, "event: place").await;
        assert!(heard.contains(&format!(r#"{{"position":1,"of":{n}}}"#)), "{heard}");
        app.clock.set(domain::time::plus_seconds(app.now(), 60));
        agent.form("/chats/seat", "").await;
        agent.form(&format!("/chats/{id}/taking"), "").await;
    }
    let (first, ..) = ask(&app, "d").await;
    let (second, second_id, _) = ask(&app, "e").await;
    assert!(first.hear(0, "event: place").await.contains(r#"{"position":1,"seconds":60,"of":3}"#));
    let waits = tokio::spawn({
        let second = second.clone();
        async move { second.hear(0, r#""position":1"#).await }
    });
    assert!(second.hear(0, "event: place").await.contains(r#"{"position":2,"seconds":60,"of":3}"#));
    first.post("end", &json!({})).await;
    waits.await.unwrap();
    let gone = app.api().await.get("/api/v1/chats").await.json();
    let states: Vec<_> =
        gone["items"].as_array().unwrap().iter().map(|c| c["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["waiting", "left", "active", "active", "active"]);
    assert!(gone["items"][0]["id"] == second_id.as_str());
}
