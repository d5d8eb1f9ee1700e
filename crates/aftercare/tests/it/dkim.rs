//! Letters are signed by the keys of their domain, as our own check of incoming letters sees them; a changed letter and a
//! letter without a published record do not pass.

use aftercare::{Postman, drain_and_send};
use axum::http::{Method, StatusCode};
use domain::mail_in::Verdict;
use mail::origin::{Handover, Names, origin};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::mail_out::{mailer, open};
use crate::mail_server::MailServer;

mod engines {
    testkit::on_both_engines!(
        letters_carry_the_signatures_of_their_domain,
        a_key_is_added_and_its_secret_never_shown
    );
}

const URL: &str = "http://desk.example";

async fn verdict(names: &Names, raw: &[u8]) -> (Verdict, String) {
    let handover = Handover { peer: None, greeted_as: "", sender: "" };
    let found = origin(names, raw, handover).await.unwrap();
    (found.dkim, found.dkim_domain)
}

async fn add(app: &TestApp, selector: &str, pem: &str) -> Value {
    let body = json!({"domain": "Vendor.example", "selector": selector, "pem": pem});
    let made = app.api().await.post("/api/v1/mail-keys", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()
}

async fn sent(app: &TestApp, server: &mut MailServer) -> Vec<u8> {
    let signing = Postman { secret: Some(testkit::secret()), ..app.postman(&mailer(server.port)) };
    open(app, "ben@north.example").await;
    assert!(drain_and_send(&app.desk, URL, &signing).await.unwrap());
    server.next()["raw"].as_str().unwrap().as_bytes().to_vec()
}

fn text(key: &Value, field: &str) -> String {
    key[field].as_str().unwrap().to_owned()
}

async fn letters_carry_the_signatures_of_their_domain(app: TestApp) {
    let mut server = MailServer::start();
    let short = add(&app, "desk1", "").await;
    let long = add(&app, "desk2", &rsa(2048)).await;
    let records = [&short, &long].map(|k| (text(k, "record_name"), text(k, "record_text")));
    assert_eq!(records[0].0, "desk1._domainkey.vendor.example");
    assert!(records[0].1.starts_with("v=DKIM1; k=ed25519; p="), "{records:?}");
    assert!(records[1].1.starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"), "{records:?}");
    let none = sent(&app, &mut server).await;
    assert!(!String::from_utf8_lossy(&none).contains("DKIM-Signature"), "not before it is put to use");

    let api = app.api().await;
    for (key, record) in [&short, &long].into_iter().zip(&records) {
        let path = format!("/api/v1/mail-keys/{}/signing", text(key, "id"));
        assert_eq!(api.json(Method::PUT, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
        let raw = sent(&app, &mut server).await;
        let names = Names::fixed(&[(record.0.as_str(), record.1.as_str())]).unwrap();
        assert_eq!(verdict(&names, &raw).await, (Verdict::Pass, "vendor.example".to_owned()));
        let changed = String::from_utf8(raw.clone()).unwrap().replace("Subject: ", "Subject: x");
        assert_eq!(verdict(&names, changed.as_bytes()).await.0, Verdict::Fail);
        let nobody = Names::fixed(&[]).unwrap();
        assert_ne!(verdict(&nobody, &raw).await.0, Verdict::Pass, "nothing is published");
        assert_eq!(api.json(Method::DELETE, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    }
    let rested = sent(&app, &mut server).await;
    assert!(!String::from_utf8_lossy(&rested).contains("DKIM-Signature"));
}

/// A key as openssl makes it.
fn rsa(bits: u32) -> String {
    let made = std::process::Command::new("openssl").args(["genrsa", &bits.to_string()]).output().unwrap();
    String::from_utf8(made.stdout).unwrap()
}

async fn a_key_is_added_and_its_secret_never_shown(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let wrong = admin.form("/admin/mail-keys", "domain=nothing&selector=a.b").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("value=\"nothing\"") && wrong.text.contains("小写字母、数字和连字符"),
        "{}",
        wrong.text
    );
    for pem in ["no key".to_owned(), rsa(1024)] {
        let body = json!({"domain": "vendor.example", "selector": "a", "pem": pem});
        let short = app.api().await.post("/api/v1/mail-keys", &body).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(short.json()["fields"][0]["field"], "pem", "{}", short.text);
    }
    let made = admin.form("/admin/mail-keys", "domain=vendor.example&selector=desk1").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let page = admin.get("/admin/mail-keys").await.text;
    assert!(
        page.contains("desk1._domainkey.vendor.example") && page.contains("v=DKIM1; k=ed25519; p="),
        "{page}"
    );
    let again = admin.form("/admin/mail-keys", "domain=vendor.example&selector=desk1").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sealed = app.desk.read(|r| Ok(store::dkim::all(r)?)).await.unwrap();
    let id = &sealed[0].id;
    assert_eq!(admin.form(&format!("/admin/mail-keys/{id}/signing"), "").await.status, StatusCode::SEE_OTHER);
    let kept = app.desk.read(|r| Ok(store::dkim::signing(r)?)).await.unwrap();
    let opened = testkit::secret().open("dkim", &kept[0].sealed).unwrap();
    assert!(!page.contains(&kept[0].sealed) && opened.len() > 32, "sealed, and not on the page");
    assert_eq!(
        admin.form(&format!("/admin/mail-keys/{id}/signing/removal"), "").await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(admin.form(&format!("/admin/mail-keys/{id}/removal"), "").await.status, StatusCode::SEE_OTHER);
    assert!(app.desk.read(|r| Ok(store::dkim::all(r)?)).await.unwrap().is_empty());
}
