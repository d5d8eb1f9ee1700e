//! Chats change hands, carry files, are heard of on every node, and end when nothing is heard of their visitors.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

use super::chat::{Visitor, ask, lines, opened, secret};

mod engines {
    testkit::on_both_engines!(
        one_takes_it_and_hands_it_on,
        files_go_both_ways,
        another_node_hears_of_it,
        who_goes_away_is_not_waited_for,
    );
}

async fn one_takes_it_and_hands_it_on(app: TestApp) {
    let agent = opened(&app).await;
    let colleague = app.signed_in("colleague").await;
    let (visitor, id, number) = ask(&app, "wu").await;
    agent.form(&format!("/chats/{id}/taking"), "").await;
    let taken = colleague.form(&format!("/chats/{id}/taking"), "").await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert_eq!(colleague.form(&format!("/chats/{id}/lines"), "text=x").await.status, StatusCode::CONFLICT);
    assert_eq!(colleague.form(&format!("/chats/{id}/end"), "").await.status, StatusCode::CONFLICT);
    let to = app.cast.staff_id("colleague");
    let handed = agent.form(&format!("/chats/{id}/transfer"), &format!("person={to}&note=knows+it")).await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.text);
    let case = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!(case["assignee"].as_str(), Some(to.as_str()), "the case goes along");
    assert!(colleague.get(&format!("/tickets/{number}")).await.text.contains("knows it"));
    assert!(!visitor.hear(0, "transferred").await.contains("knows it"));
    assert_eq!(colleague.form(&format!("/chats/{id}/lines"), "text=ich").await.status, StatusCode::SEE_OTHER);
    colleague.form(&format!("/chats/{id}/transfer"), "group=other").await;
    let chat = app.api().await.get(&format!("/api/v1/chats/{id}")).await.json();
    assert_eq!(
        (&chat["state"], &chat["group"], &chat["staff"]),
        (&json!("waiting"), &json!("other"), &Value::Null)
    );
    let unknown = colleague.form(&format!("/chats/{id}/transfer"), "group=nowhere").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    for n in 0..5 {
        let (_, more, _) = ask(&app, &format!("v{n}")).await;
        assert_eq!(agent.form(&format!("/chats/{more}/taking"), "").await.status, StatusCode::SEE_OTHER);
    }
    let full = agent.form(&format!("/chats/{id}/taking"), "").await;
    assert_eq!(full.status, StatusCode::CONFLICT, "five at once are enough");
}

/// A file by a visitor's page or by ours.
async fn upload(client: &Client, path: &str, token: &str, bytes: &[u8]) -> Answer {
    let mut body =
        b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"bild.png\"\r\n\r\n".to_vec();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("sec-fetch-site", "same-origin")];
    if !token.is_empty() {
        headers.push(("authorization", bearer.as_str()));
    }
    client.send(Method::POST, path, "multipart/form-data; boundary=b", Body::from(body), &headers).await
}

async fn files_go_both_ways(app: TestApp) {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
    let agent = opened(&app).await;
    let (visitor, id, number) = ask(&app, "wu").await;
    let up = upload(&app.client(), "/chat/files", &secret("wu"), PNG).await;
    assert_eq!(up.status, StatusCode::CREATED, "{}", up.text);
    let picture = up.json()["id"].as_str().unwrap().to_owned();
    let sent = visitor.post("lines", &json!({"file": picture, "sent_id": "p"})).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let (other, ..) = ask(&app, "other").await;
    let stolen = other.post("lines", &json!({"file": picture, "sent_id": "p"})).await;
    assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let read = |token: String| app.client().with_token(token);
    let mine = read(secret("wu")).get(&format!("/chat/files/{picture}")).await;
    assert_eq!((mine.status, mine.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "image/png"));
    assert_eq!(
        read(secret("other")).get(&format!("/chat/files/{picture}")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(agent.get(&format!("/files/{picture}")).await.status, StatusCode::OK);
    agent.form(&format!("/chats/{id}/taking"), "").await;
    let ours = upload(&agent, "/files", "", PNG).await.json()["id"].as_str().unwrap().to_owned();
    agent.form(&format!("/chats/{id}/lines"), &format!("file={ours}")).await;
    assert_eq!(read(secret("wu")).get(&format!("/chat/files/{ours}")).await.status, StatusCode::OK);
    let program = upload(&app.client(), "/chat/files", &secret("wu"), b"MZ program").await;
    assert_eq!(program.status, StatusCode::UNPROCESSABLE_ENTITY, "the house's rules for files hold");
    agent.form(&format!("/chats/{id}/end"), "").await;
    let messages = app.api().await.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
    let files: Vec<_> =
        messages["items"][0]["files"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap()).collect();
    assert_eq!(files, [picture.as_str(), ours.as_str()], "the transcript has its files");
    assert!(messages["items"][0]["html"].as_str().unwrap().contains("<img"));
}

async fn another_node_hears_of_it(app: TestApp) {
    let agent = opened(&app).await;
    let (visitor, id, _) = ask(&app, "wu").await;
    agent.form(&format!("/chats/{id}/taking"), "").await;
    // SQLite has one node; there the other stream of the same one stands for it.
    let engine = app.desk.db().engine();
    let there =
        if engine == store::Engine::Sqlite { app.client() } else { app.client_of(&app.another_node().await) };
    let far = Visitor { client: there, token: visitor.token.clone() };
    let hears = tokio::spawn(async move { far.hear(2, "event: typing").await });
    let saying = async {
        let mut n = 0;
        while !hears.is_finished() {
            n += 1;
            agent.form(&format!("/chats/{id}/lines"), &format!("text=n{n}&sent_id=s{n}")).await;
            let chat = domain::id::ChatId(id.clone());
            app.desk.db().whisper(&format!("typing staff {chat}")).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    saying.await;
    let heard = hears.await.unwrap();
    let places: Vec<i64> = lines(&heard).into_iter().map(|(seq, _)| seq).collect();
    assert!(places.iter().zip(3..).all(|(a, b)| *a == b), "{places:?}");
}

async fn who_goes_away_is_not_waited_for(app: TestApp) {
    let agent = opened(&app).await;
    let (waits, waiting, number) = ask(&app, "w").await;
    let (_, talking, _) = ask(&app, "t").await;
    agent.form(&format!("/chats/{talking}/taking"), "").await;
    let state =
        async |id: &str| app.api().await.get(&format!("/api/v1/chats/{id}")).await.json()["state"].clone();
    app.advance(179).await;
    assert_eq!((state(&waiting).await, state(&talking).await), (json!("waiting"), json!("active")));
    app.advance(1).await;
    assert_eq!((state(&waiting).await, state(&talking).await), (json!("left"), json!("active")));
    let case = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!(case["status"], "new", "nobody has answered the case");
    assert_eq!(waits.say("x", "x").await.status, StatusCode::CONFLICT);
    app.advance(720).await;
    assert_eq!(state(&talking).await, json!("ended"));
    app.advance(86_400).await;
    assert_eq!(
        waits.say("x", "x").await.status,
        StatusCode::NOT_FOUND,
        "a day later it is not read any more"
    );
}
