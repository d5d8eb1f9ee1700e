//! The test application for a browser: it serves on loopback, and its clock stands until a line of standard input names
//! another instant (RFC 3339). The first line of its output is one JSON object; each line after is the instant reached.

use std::io::{BufRead, Write};
use std::net::SocketAddr;

use anyhow::Context;
use domain::time::Timestamp;
use serde_json::json;
use testkit::{Database, PASSWORD, TestApp};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let app = TestApp::new(Database::sqlite()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let first = json!({
        "url": format!("http://{}", listener.local_addr()?),
        "password": PASSWORD,
        "api_token": app.token().await,
    });
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    say(&first.to_string())?;
    // Nothing else is to be done while nobody asks.
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let until: Timestamp = line.parse().with_context(|| format!("not an instant: {line}"))?;
        app.advance_to(until).await;
        say(&app.now().to_string())?;
    }
    Ok(())
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    Ok(writeln!(out, "{line}").and_then(|()| out.flush())?)
}
