//! A letter can be seen as it was written, and nothing in it runs or fetches anything.

use axum::http::StatusCode;
use testkit::TestApp;

use crate::mail_in::{MAILBOX, send, ticket};

mod engines {
    testkit::on_both_engines!(html_is_shown_in_a_frame_without_rights, text_is_shown_as_text);
}

fn with_html(html: &str) -> Vec<u8> {
    let text = format!(
        "From: he@north.example\nTo: {MAILBOX}\nSubject: 进度表\nMIME-Version: 1.0\n\
         Content-Type: multipart/related; boundary=b\n\n\
         --b\nContent-Type: text/html; charset=utf-8\n\n{html}\n\
         --b\nContent-Type: image/png\nContent-ID: <p1@north>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n"
    );
    text.replace('\n', "\r\n").into_bytes()
}

async fn html_is_shown_in_a_frame_without_rights(app: TestApp) {
    let html = "<table><tr><td style=\"color:red\">第三页</td></tr></table><img src=\"cid:p1@north\">\
        <img src=\"https://north.example/seen.gif\"><script>alert(1)</script><p onclick=\"x()\">空白</p>";
    let mail = send(&app, "he@north.example", with_html(html)).await;
    let number = ticket(&app, &mail).await.number;
    let agent = app.signed_in("agent").await;
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    let address = format!("/tickets/{number}/messages/1/letter");
    assert!(page.contains(&format!("sandbox src=\"{address}\"")), "{page}");

    let shown = agent.get(&address).await;
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(shown.headers["x-frame-options"], "SAMEORIGIN");
    assert!(shown.text.contains("style=\"color:red\""), "{}", shown.text);
    assert!(shown.text.contains("src=\"data:image/png;base64,iVBORw0KGgo=\""), "{}", shown.text);
    assert!(shown.text.contains("没有加载"), "says that a picture is missing: {}", shown.text);
    for gone in ["<script", "onclick", "north.example/seen.gif", "cid:"] {
        assert!(!shown.text.contains(gone), "{gone}: {}", shown.text);
    }

    let api = app.api().await;
    assert!(api.get(&format!("/api/v1{address}")).await.text.contains("第三页"));
    for none in ["2", "x"] {
        let answer = api.get(&format!("/api/v1/tickets/{number}/messages/{none}/letter")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

async fn text_is_shown_as_text(app: TestApp) {
    let raw = crate::mail_in::letter("he@north.example", "日志", "", "a <b>c</b>\n  缩进");
    let mail = send(&app, "he@north.example", raw).await;
    let number = ticket(&app, &mail).await.number;
    let shown = app.signed_in("agent").await.get(&format!("/tickets/{number}/messages/1/letter")).await.text;
    assert!(shown.contains("<pre>a &#60;b&#62;c&#60;/b&#62;\n  缩进"), "{shown}");
    assert!(!shown.contains("没有加载"));
}
