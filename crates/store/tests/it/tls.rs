//! TLS to a real PostgreSQL that lets nobody in without it, with a certificate that it has signed itself.

use std::sync::Arc;

use store::{Db, DbConfig, Entropy, Error};
use testkit::EncryptedServer;

use crate::contract::aftercare_clock::Fixed;

async fn open(url: String) -> Result<Db, Error> {
    Db::open(&DbConfig::Postgres(url), Arc::new(Fixed(testkit::NOW.parse().unwrap())), &Entropy::new([3; 32]))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_words_mean_what_they_mean_to_libpq() {
    let server = EncryptedServer::start();
    let trusted = format!("sslmode=verify-full sslrootcert={}", server.certificate.display());
    for good in [
        "host=localhost".to_owned(),
        "host=127.0.0.1 sslmode=prefer".to_owned(),
        "host=localhost sslmode=require".to_owned(),
        format!("host=localhost {trusted}"),
        format!("host=127.0.0.1 {trusted}"),
    ] {
        open(server.url(&good)).await.unwrap_or_else(|e| panic!("{good}: {e}"));
    }
    for (bad, why) in [
        ("host=localhost sslmode=disable".to_owned(), "no encryption"),
        ("host=localhost sslmode=verify-full".to_owned(), "certificate"),
        // The right certificate, shown by a machine of another name.
        (format!("host=db.example hostaddr=127.0.0.1 {trusted}"), "certificate"),
    ] {
        let refused = open(server.url(&bad)).await.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(refused.contains(why), "{bad}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_of_work_and_the_bell_go_through_it() {
    let server = EncryptedServer::start();
    let url = || server.url("host=localhost sslmode=require");
    let (one, other) = (open(url()).await.unwrap(), open(url()).await.unwrap());
    let mut news = other.news();
    let heard = async {
        // The bell of a node rings when it has been hung, too: what counts is the line.
        loop {
            news.changed().await.unwrap();
            let lines = other
                .read(|r| store::feed::after(r, store::feed::Place { xid: 0, seq: 0 }, 10))
                .await
                .unwrap();
            if lines.iter().any(|l| l.key == "over tls") {
                return;
            }
        }
    };
    let write = one.write(|work| work.publish("group", "over tls"));
    let (wrote, ()) = tokio::join!(write, heard);
    wrote.unwrap();
}
