//! Where a letter comes from is shown at its message; one that its domain disowns is marked, or goes to the spam view, and is
//! never dropped. Nobody is asked in these tests: the names are a list.

use std::sync::Arc;

use aftercare::read_mail;
use axum::http::{Method, StatusCode};
use domain::mail_in::{ForgedPolicy, MailState, Reason, Verdict};
use mail::origin::Names;
use serde_json::json;
use store::mail_in::MailRow;
use testkit::TestApp;

use crate::mail_in::{MAILBOX, bring, letter, mails, room, ticket, tickets};

mod engines {
    testkit::on_both_engines!(the_origin_stands_at_the_message, what_a_domain_disowns_is_marked_or_spam);
}

/// North sends from one address and disowns the rest; South says nothing.
const NAMES: &[(&str, &str)] = &[
    ("north.example", "v=spf1 ip4:203.0.113.7 -all"),
    ("_dmarc.north.example", "v=DMARC1; p=reject"),
    ("kunde.example", "v=spf1 ip4:198.51.100.1 -all"),
    ("_dmarc.kunde.example", "v=DMARC1; p=quarantine"),
    ("soft.example", "v=spf1 ip4:198.51.100.1 ~all"),
    ("_dmarc.soft.example", "v=DMARC1; p=none"),
];

async fn send(app: &TestApp, sender: &str, raw: Vec<u8>) -> MailRow {
    bring(app, sender, MAILBOX, raw).await;
    let names = Some(Arc::new(Names::fixed(NAMES).unwrap()));
    read_mail(&app.desk, &room(app).asking(names)).await.unwrap();
    mails(app).await.remove(0)
}

async fn the_origin_stands_at_the_message(app: TestApp) {
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "t", "", "b")).await;
    let found = mail.origin.clone().unwrap();
    assert_eq!((found.spf, found.dkim, found.dmarc), (Verdict::Pass, Verdict::None, Verdict::Pass));
    let t = ticket(&app, &mail).await;
    let page = app.signed_in("agent").await.get(&format!("/tickets/{}", t.number)).await.text;
    assert!(page.contains("SPF 通过 (north.example) · DKIM 未声明 · DMARC 通过 (north.example)"), "{page}");
    assert!(!page.contains("可能是冒充的"));
    let portal = app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{}", t.number)).await;
    assert!(portal.status.is_success() && !portal.text.contains("DMARC"), "{}", portal.text);
    let view = app.api().await.get(&format!("/api/v1/mail-in/{}", mail.id)).await.json();
    assert_eq!(view["origin"]["dmarc"], "pass");
    // A domain that says nothing, and one that says it softly.
    let mail = send(&app, "x@south.example", letter("x@south.example", "s", "", "b")).await;
    let found = mail.origin.unwrap();
    assert_eq!((found.spf, found.dmarc), (Verdict::None, Verdict::None));
    let mail = send(&app, "x@soft.example", letter("x@soft.example", "s", "", "b")).await;
    let found = mail.origin.unwrap();
    assert_eq!(
        (found.spf, found.dmarc, found.policy),
        (Verdict::SoftFail, Verdict::Fail, ForgedPolicy::None)
    );
    // Who is on the envelope is not who stands in the letter: what speaks for one does not speak for the other.
    let mail = send(&app, "ben@north.example", letter("boss@kunde.example", "pay", "", "b")).await;
    let found = mail.origin.unwrap();
    assert_eq!(
        (found.spf, found.dmarc, found.policy),
        (Verdict::Pass, Verdict::Fail, ForgedPolicy::Quarantine)
    );
    // A signature that nobody can check does no harm.
    let fields = "DKIM-Signature: v=1; a=rsa-sha256; d=north.example; s=x; h=from; bh=AA==; b=AA==\n";
    let mail = send(&app, "ben@north.example", letter("ben@north.example", "signed", fields, "b")).await;
    let found = mail.origin.unwrap();
    assert_eq!(found.dmarc, Verdict::Pass, "{found:?}");
}

async fn what_a_domain_disowns_is_marked_or_spam(app: TestApp) {
    let forged = |n: u8| letter("eve@kunde.example", &format!("urgent {n}"), "", "b");
    let mail = send(&app, "eve@kunde.example", forged(1)).await;
    assert_eq!((mail.state, mail.reason), (MailState::Placed, Reason::Opened));
    let t = ticket(&app, &mail).await;
    let page = app.signed_in("agent").await.get(&format!("/tickets/{}", t.number)).await.text;
    assert!(page.contains("发件人可能是冒充的"), "{page}");
    let api = app.api().await;
    let mut settings = api.get("/api/v1/settings").await.json();
    settings["settings"]["forged_mail"] = json!("spam");
    let saved = api.json(Method::PUT, "/api/v1/settings", &settings).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    let mail = send(&app, "eve@kunde.example", forged(2)).await;
    assert_eq!((mail.state, mail.reason, tickets(&app).await), (MailState::Spam, Reason::Forged, 1));
    let admin = app.signed_in("admin").await;
    let page = admin.get(&format!("/admin/mail-in/{}", mail.id)).await.text;
    assert!(page.contains("发件域名声明此信并非由其发出") && page.contains("DMARC 未通过"), "{page}");
    // A person who knows better takes it back.
    admin.form(&format!("/admin/mail-in/{}/spam/removal", mail.id), "").await;
    let names = Some(Arc::new(Names::fixed(NAMES).unwrap()));
    read_mail(&app.desk, &room(&app).asking(names)).await.unwrap();
    let mail = mails(&app).await.remove(0);
    assert_eq!((mail.state, mail.reason), (MailState::Placed, Reason::Opened));
    assert!(mail.origin.unwrap().is_disowned(), "the mark stays");
}
