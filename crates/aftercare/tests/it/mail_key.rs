//! The secret of the addresses for answers: sealed, in old databases as well, and the addresses under way stay good.

use aftercare::reply_key;
use desk::mail_in::{ReplyKey, kept_key};
use push::Secret;
use store::mail_in::KeptKey;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(a_secret_is_kept_sealed, what_lay_open_is_sealed_and_stays_good);
}

fn code(key: &ReplyKey) -> String {
    key.code(&"t".into())
}

async fn a_secret_is_kept_sealed(app: TestApp) {
    let secret = Secret::new([5; 32]);
    assert_eq!(kept_key(&app.desk).await.unwrap(), None);
    let first = reply_key(&app.desk, &secret).await.unwrap();
    let Some(KeptKey::Sealed(sealed)) = kept_key(&app.desk).await.unwrap() else { panic!("it lies open") };
    assert!(secret.open("mail", &sealed).is_ok());
    let other_node = reply_key(&app.another_node().await, &secret).await.unwrap();
    assert_eq!(code(&other_node), code(&first));
    // Another secret is said, and changes nothing.
    let wrong = reply_key(&app.desk, &Secret::new([6; 32])).await.unwrap_err();
    assert!(format!("{wrong:#}").contains("secret.key is not the one"), "{wrong:#}");
    assert_eq!(code(&reply_key(&app.desk, &secret).await.unwrap()), code(&first));
}

async fn what_lay_open_is_sealed_and_stays_good(app: TestApp) {
    app.execute("INSERT INTO mail_key (id, secret, made_at) VALUES (1, 'from an older program', 0)").await;
    let secret = Secret::new([5; 32]);
    assert!(matches!(kept_key(&app.desk).await.unwrap(), Some(KeptKey::Plain(_))));
    let key = reply_key(&app.desk, &secret).await.unwrap();
    assert_eq!(code(&key), code(&ReplyKey::new(b"from an older program")));
    assert!(matches!(kept_key(&app.desk).await.unwrap(), Some(KeptKey::Sealed(_))));
    assert_eq!(code(&reply_key(&app.desk, &secret).await.unwrap()), code(&key));
}
