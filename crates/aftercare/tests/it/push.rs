//! Browser push against a push service of our own on loopback: it checks who sends (RFC 8292) and decrypts as a browser does
//! (RFC 8291). No vendor's push service was tried.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};

use axum::http::{Method, StatusCode};
use domain::time::to_seconds;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as SigningKey};
use serde_json::{Value, json};
use testkit::TestApp;

use super::escalation::told;
use super::paging::{paged, paging, program};

mod engines {
    testkit::on_both_engines!(
        a_browser_is_woken_and_acknowledges,
        trouble_is_tried_again_and_a_browser_that_is_gone_is_forgotten,
        what_a_push_service_never_takes_waits_for_a_person,
        a_node_without_keys_says_so,
        only_browsers_that_can_be_reached_are_kept_and_one_manages_ones_own,
    );
}

/// A request as the push service got it.
struct Asked {
    line: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Answers one request after the other with these statuses.
fn serve(app: &TestApp, statuses: &[u16]) -> Receiver<Asked> {
    let (listener, statuses) = (app.push_service.try_clone().unwrap(), statuses.to_vec());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut got = Vec::new();
            let mut part = [0; 1024];
            let asked = loop {
                let n = stream.read(&mut part).unwrap();
                got.extend_from_slice(&part[..n]);
                if let Some(asked) = whole(&got) {
                    break asked;
                }
            };
            stream.write_all(format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n").as_bytes()).unwrap();
            sender.send(asked).unwrap();
        }
    });
    receiver
}

fn whole(got: &[u8]) -> Option<Asked> {
    let end = got.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8(got[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let header = |l: &str| l.split_once(": ").map(|(k, v)| (k.to_lowercase(), v.to_owned()));
    let headers: BTreeMap<String, String> = lines.filter_map(header).collect();
    let body = got[end + 4..].to_vec();
    (body.len() == headers["content-length"].parse::<usize>().unwrap()).then_some(Asked {
        line,
        headers,
        body,
    })
}

/// A browser; its key reads one message.
struct Browser {
    private: EphemeralPrivateKey,
    public: Vec<u8>,
}

const AUTH: [u8; 16] = [9; 16];

impl Browser {
    fn new() -> Self {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        Self { private, public }
    }

    fn gives(&self, app: &TestApp) -> Value {
        let endpoint = format!("http://{}/wake/me?a=b", app.push_service.local_addr().unwrap());
        let (key, auth) = (push::to_base64(&self.public), push::to_base64(&AUTH));
        json!({"endpoint": endpoint, "key": key, "auth": auth, "device": "Chrome · Linux"})
    }

    /// Decrypts as RFC 8291 and RFC 8188 say.
    fn read(self, body: &[u8]) -> Value {
        let (salt, rest) = body.split_at(16);
        let (size, rest) = rest.split_at(4);
        assert_eq!((size, rest[0]), (&4096u32.to_be_bytes()[..], 65));
        let (theirs, record) = rest[1..].split_at(65);
        let peer = UnparsedPublicKey::new(&ECDH_P256, theirs);
        let shared = agree_ephemeral(self.private, &peer, <[u8]>::to_vec).unwrap();
        let ikm = expand(
            &Salt::new(HKDF_SHA256, &AUTH).extract(&shared),
            &[b"WebPush: info\0", &self.public, theirs],
            32,
        );
        let prk = Salt::new(HKDF_SHA256, salt).extract(&ikm);
        let key = expand(&prk, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = expand(&prk, &[b"Content-Encoding: nonce\0"], 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut record = record.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut record).unwrap();
        let (last, text) = plain.split_last().unwrap();
        assert_eq!(*last, 2, "the last record");
        serde_json::from_slice(text).unwrap()
    }
}

struct Len(usize);

impl KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand(prk: &Prk, info: &[&[u8]], n: usize) -> Vec<u8> {
    let mut out = vec![0; n];
    prk.expand(info, Len(n)).unwrap().fill(&mut out).unwrap();
    out
}

/// Checks the token of a request and answers what it claims.
fn claims(authorization: &str, public_key: &str) -> Value {
    let (token, key) = authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(key, public_key, "the key with which browsers subscribe");
    let (text, signature) = token.rsplit_once('.').unwrap();
    let signing = SigningKey::new(&ECDSA_P256_SHA256_FIXED, push::from_base64(key).unwrap());
    signing.verify(text.as_bytes(), &push::from_base64(signature).unwrap()).unwrap();
    let (_, claims) = text.split_once('.').unwrap();
    serde_json::from_slice(&push::from_base64(claims).unwrap()).unwrap()
}

async fn a_browser_is_woken_and_acknowledges(app: TestApp) {
    paging(&app, &["colleague"]).await;
    let (mine, browser) = (program(&app, "colleague").await, Browser::new());
    let made = mine.post("/api/v1/push", &browser.gives(&app)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let public_key = mine.get("/api/v1/push").await.json()["public_key"].as_str().unwrap().to_owned();
    let asked = serve(&app, &[201]);
    let number = paged(&app).await;

    let got = asked.recv().unwrap();
    assert_eq!(got.line, "POST /wake/me?a=b HTTP/1.1");
    for (header, value) in [("urgency", "high"), ("content-encoding", "aes128gcm"), ("ttl", "3600")] {
        assert_eq!(got.headers[header], value);
    }
    assert!(got.headers["topic"].len() == 32, "{}", got.headers["topic"]);
    let told_by = claims(&got.headers["authorization"], &public_key);
    let origin = format!("http://{}", app.push_service.local_addr().unwrap());
    let (exp, now) = (told_by["exp"].as_i64().unwrap(), to_seconds(app.now()));
    assert_eq!((&told_by["aud"], &told_by["sub"]), (&json!(origin), &json!("https://desk.example")));
    assert!(exp > now && exp <= now + 86_400);
    let message = browser.read(&got.body);
    assert_eq!(message["title"], format!("呼叫值班 {number}"));
    assert!(message["body"].as_str().unwrap().contains("50%"), "{message}");
    assert_eq!((&message["open"], &message["word"]), (&json!(format!("/tickets/{number}")), &json!("确认")));

    let means = &told(&app, &number, "paged").await[0]["change"]["means"];
    assert_eq!(means, &json!(["in_app", "mail", "push"]));
    let link = message["acknowledge"].as_str().unwrap();
    assert_eq!(app.client().form(link, "").await.status, StatusCode::OK);
    assert_eq!(told(&app, &number, "page_acknowledged").await[0]["change"]["means"], "push");
    let jobs = app.api().await.get("/api/v1/jobs").await.json();
    assert_eq!(jobs["items"], json!([]), "{jobs}");
}

async fn trouble_is_tried_again_and_a_browser_that_is_gone_is_forgotten(app: TestApp) {
    paging(&app, &["colleague"]).await;
    let (mine, browser) = (program(&app, "colleague").await, Browser::new());
    mine.post("/api/v1/push", &browser.gives(&app)).await;
    let asked = serve(&app, &[503, 410]);
    paged(&app).await;
    let first = asked.recv().unwrap();
    assert_eq!(mine.get("/api/v1/push").await.json()["items"].as_array().unwrap().len(), 1);
    app.advance(60).await;
    let second = asked.recv().unwrap();
    assert_eq!(first.headers["topic"], second.headers["topic"], "one message, whatever was heard of it");
    assert_ne!(first.body, second.body, "but never the same keys");
    assert_eq!(mine.get("/api/v1/push").await.json()["items"], json!([]));
}

async fn what_a_push_service_never_takes_waits_for_a_person(app: TestApp) {
    paging(&app, &["colleague"]).await;
    let mine = program(&app, "colleague").await;
    mine.post("/api/v1/push", &Browser::new().gives(&app)).await;
    let asked = serve(&app, &[403]);
    let number = paged(&app).await;
    asked.recv().unwrap();
    let jobs = app.api().await.get("/api/v1/jobs").await.json();
    assert_eq!((&jobs["items"][0]["kind"], &jobs["items"][0]["error"]), (&json!("push"), &json!("403")));
    // Whoever has answered meanwhile is not woken when it is tried again.
    let done = mine.post(&format!("/api/v1/pages/{number}/acknowledgement"), &json!({})).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    let id = jobs["items"][0]["id"].as_str().unwrap();
    let again = app.api().await.post(&format!("/api/v1/jobs/{id}/retry"), &json!({})).await;
    assert!(again.status.is_success(), "{}", again.text);
    app.drain().await;
    assert_eq!(app.api().await.get("/api/v1/jobs").await.json()["items"], json!([]));
}

async fn only_browsers_that_can_be_reached_are_kept_and_one_manages_ones_own(app: TestApp) {
    let (mine, other) = (program(&app, "colleague").await, program(&app, "agent").await);
    let good = Browser::new().gives(&app);
    for endpoint in ["http://push.example/x", "https://127.0.0.1/x", "https://10.1.2.3/x", "file:///x", ""] {
        let mut bad = good.clone();
        bad["endpoint"] = json!(endpoint);
        let refused = mine.post("/api/v1/push", &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{endpoint}: {}", refused.text);
    }
    let mut bad = good.clone();
    bad["key"] = json!("AAAA");
    assert_eq!(mine.post("/api/v1/push", &bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    mine.post("/api/v1/push", &good).await;
    mine.post("/api/v1/push", &good).await;
    let kept = mine.get("/api/v1/push").await.json();
    let id = kept["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (kept["items"].as_array().unwrap().len(), &kept["items"][0]["device"]),
        (1, &json!("Chrome · Linux"))
    );
    // What the browser gave is sealed.
    let of = id.clone();
    let row = app.desk.read(move |r| Ok(store::oncall::push::one(r, &of)?)).await.unwrap().unwrap();
    assert!(!row.sealed.contains("127.0.0.1") && !row.sealed.contains(good["key"].as_str().unwrap()));
    assert_eq!(
        other.json(Method::DELETE, &format!("/api/v1/push/{id}"), &json!({})).await.status,
        StatusCode::NOT_FOUND
    );
    let page = app.signed_in("colleague").await;
    let shown = page.get("/on-call").await.text;
    assert!(shown.contains("本机推送") && shown.contains("Chrome · Linux"), "{shown}");
    let script = app.client().get("/push-worker.js").await;
    assert!(script.text.contains("notificationclick") && script.status == StatusCode::OK);
    assert_eq!(page.form(&format!("/on-call/push/{id}/removal"), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(mine.get("/api/v1/push").await.json()["items"], json!([]));
    // The same browser belongs to whoever uses it now.
    other.post("/api/v1/push", &good).await;
    mine.post("/api/v1/push", &good).await;
    assert_eq!(other.get("/api/v1/push").await.json()["items"], json!([]));
}

async fn a_node_without_keys_says_so(app: TestApp) {
    let app = app.without_push();
    let mine = app.api().await;
    let browser = json!({"endpoint": "https://push.example/1", "key": "AAAA", "auth": "AAAA"});
    for answer in [mine.get("/api/v1/push").await, mine.post("/api/v1/push", &browser).await] {
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
        assert!(answer.json()["title"].as_str().unwrap().contains("本机推送未启用"), "{}", answer.text);
    }
    assert!(app.signed_in("boss").await.get("/on-call").await.text.contains("本机推送未启用"));
}
