//! Live updates of a page.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use domain::access::{Actor, System};
use serde_json::json;
use testkit::{Database, TestApp};

const MINUTE: Duration = Duration::from_mins(1);

async fn wait_until_read(app: &TestApp) {
    while app.desk.read(|r| Ok(store::feed::is_held(r)?)).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn news_held_back_by_a_transaction_elsewhere_arrive_when_it_ends() {
    let app = TestApp::new(Database::postgres().await).await;
    let elsewhere = TestApp::new(Database::postgres().await).await;
    let (api, page) = (app.api().await, app.signed_in("agent").await);
    wait_until_read(&app).await;
    let (start, _) = app.desk.read(|r| Ok(store::feed::end(r)?)).await.unwrap();
    let open = async || {
        let body = json!({"title": "装置无法启动", "requester": "ben@north.example"});
        let opened = api.post("/api/v1/tickets", &body).await.json();
        format!("data: {}", opened["number"].as_str().unwrap())
    };
    let first = open().await;
    wait_until_read(&app).await;

    let (begun, is_begun) = channel();
    let (end, may_end) = channel::<()>();
    let (other, may_end) = (elsewhere.desk.clone(), Mutex::new(may_end));
    let running = tokio::spawn(async move {
        let hold = move |unit: &mut desk::Unit<'_, '_>| {
            unit.work.publish("other", "x")?;
            let _ = begun.send(());
            let _ = may_end.lock().unwrap().recv();
            Ok(())
        };
        other.write(&Actor::System(System::Operator), hold).await.unwrap();
    });
    is_begun.recv().unwrap();
    let second = open().await;
    assert!(app.desk.read(|r| Ok(store::feed::is_held(r)?)).await.unwrap());

    let mut news = page.stream(&format!("/live?after={start}")).await;
    let mut until = async |line: &str| {
        while !news.next().await.unwrap().contains(line) {}
    };
    // The page has read what can be read, so nothing but the end of the other transaction brings the rest.
    tokio::time::timeout(MINUTE, until(&first)).await.unwrap();
    end.send(()).unwrap();
    running.await.unwrap();
    tokio::time::timeout(MINUTE, until(&second)).await.expect("held back for good");
}
