//! SPF, DKIM and DMARC with real signatures and a list of names that asks nobody.

use std::net::IpAddr;

use base64::Engine;
use domain::mail_in::{ForgedPolicy, Origin, Verdict};
use mail::origin::{Handover, Names, origin};
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;

const LETTER: &str = "From: Ben <ben@mail.north.example>\r\nTo: support@vendor.example\r\nSubject: t\r\nDate: Thu, 24 Sep 2026 10:00:00 +0800\r\n\r\nbody\r\n";

async fn look(records: &[(&str, &str)], raw: &str, peer: Option<&str>, sender: &str) -> Origin {
    let names = Names::fixed(records).unwrap();
    let peer: Option<IpAddr> = peer.map(|p| p.parse().unwrap());
    let handover = Handover { peer, greeted_as: "mx.north.example", sender };
    origin(&names, raw.as_bytes(), handover).await.unwrap()
}

fn signed(domain: &str) -> (String, String) {
    let key = Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap();
    let public = base64::engine::general_purpose::STANDARD.encode(key.public_key());
    let signer = DkimSigner::from_key(key).domain(domain).selector("s").headers(["From", "To", "Subject"]);
    let signature = signer.sign(LETTER.as_bytes()).unwrap().to_header();
    (format!("{signature}{LETTER}"), format!("v=DKIM1; k=ed25519; p={public}"))
}

#[tokio::test]
async fn a_signature_speaks_for_its_domain_and_those_below_it() {
    let (raw, key) = signed("north.example");
    let records =
        [("s._domainkey.north.example", key.as_str()), ("_dmarc.north.example", "v=DMARC1; p=reject")];
    // Nobody knows which server brought it; the signature is enough.
    let found = look(&records, &raw, None, "ben@elsewhere.example").await;
    assert_eq!((found.spf, found.dkim, found.dmarc), (Verdict::Neutral, Verdict::Pass, Verdict::Pass));
    assert_eq!((found.dkim_domain.as_str(), found.domain.as_str()), ("north.example", "mail.north.example"));
    // Changed on the way.
    let found =
        look(&records, &raw.replace("body\r\n", "pay\r\n"), Some("203.0.113.7"), "ben@elsewhere.example")
            .await;
    assert_eq!((found.dkim, found.dmarc, found.policy), (Verdict::Fail, Verdict::Fail, ForgedPolicy::Reject));
    assert!(found.is_disowned());
    // Fetched from elsewhere, a letter without a good signature is not known to be forged.
    let found = look(&records, LETTER, None, "ben@elsewhere.example").await;
    assert_eq!((found.dkim, found.dmarc), (Verdict::None, Verdict::Neutral));
    assert!(!found.is_disowned());
}

#[tokio::test]
async fn a_signature_of_another_domain_says_nothing() {
    let (raw, key) = signed("evil.example");
    let records =
        [("s._domainkey.evil.example", key.as_str()), ("_dmarc.north.example", "v=DMARC1; p=quarantine")];
    let found = look(&records, &raw, Some("203.0.113.7"), "x@evil.example").await;
    assert_eq!(
        (found.dkim, found.dmarc, found.policy),
        (Verdict::Pass, Verdict::Fail, ForgedPolicy::Quarantine)
    );
    // Two who share a public suffix are not one.
    let (raw, key) = signed("other.com.cn");
    let raw = raw.replace("mail.north.example", "mail.com.cn");
    let records = [("s._domainkey.other.com.cn", key.as_str()), ("_dmarc.mail.com.cn", "v=DMARC1; p=reject")];
    let found = look(&records, &raw, Some("203.0.113.7"), "x@other.com.cn").await;
    assert_eq!(found.dmarc, Verdict::Fail);
}

#[tokio::test]
async fn the_server_speaks_for_the_envelope() {
    let records = [
        ("mail.north.example", "v=spf1 ip4:203.0.113.0/24 -all"),
        ("_dmarc.north.example", "v=DMARC1; p=reject"),
    ];
    let by = |peer: &'static str| look(&records, LETTER, Some(peer), "ben@mail.north.example");
    assert_eq!(by("203.0.113.7").await.dmarc, Verdict::Pass);
    let found = by("198.51.100.1").await;
    assert_eq!((found.spf, found.dmarc), (Verdict::Fail, Verdict::Fail));
    // A report has no sender; the name of the server is asked.
    let found =
        look(&[("mx.north.example", "v=spf1 ip4:203.0.113.7 -all")], LETTER, Some("203.0.113.7"), "").await;
    assert_eq!((found.spf, found.spf_domain.as_str()), (Verdict::Pass, "mx.north.example"));
}
