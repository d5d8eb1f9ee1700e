//! A rule that is about one field says no at that field: on the page, in the part that a script asks for, in the API.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        programs_hear_which_field_a_rule_is_about,
        a_contact_lies_between_the_coming_of_the_ticket_and_now,
        emergencies_say_it_at_their_fields,
        the_title_of_a_problem_is_in_words,
        the_form_of_a_verb_says_it_at_the_field,
        a_late_entry_says_it_with_all_else,
    );
}

async fn opened(api: &Client) -> String {
    let body = json!({"title": "t", "requester": "ben@north.example", "group": "desk"});
    api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

/// All fields that are wrong, each with its issue.
fn wrong(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["type"], "about:blank#invalid");
    let one = |f: &Value| format!("{} {}", f["field"].as_str().unwrap(), f["issue"].as_str().unwrap());
    told["fields"].as_array().unwrap().iter().map(one).collect()
}

async fn programs_hear_which_field_a_rule_is_about(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api).await;
    let later = "2026-09-24T05:00:00Z";
    for (method, verb, body, expected) in [
        (Method::POST, "hold", json!({"status": "waiting_vendor"}), "note required"),
        (Method::POST, "hold", json!({"status": "waiting_customer", "note": "x"}), "body needs_message"),
        (Method::POST, "hold", json!({"status": "open", "note": "x"}), "status not_a_waiting_status"),
        (Method::PUT, "severity", json!({"severity": "urgent"}), "reason required"),
        (Method::PUT, "severity", json!({"severity": "general", "level": 1}), "level level_needs_urgent"),
        (Method::POST, "escalation", json!({}), "reason required"),
        (Method::POST, "excuses", json!({"kind": "response", "cycle": 1}), "reason required"),
        (Method::POST, "solution", json!({}), "resolution required"),
        (Method::POST, "messages", json!({"body": " "}), "body required"),
        (Method::POST, "messages", json!({"body": "", "as_requester": true}), "body required"),
        (Method::POST, "notes", json!({}), "body required"),
        (Method::POST, "contact", json!({}), "note required"),
        (Method::POST, "contact", json!({"note": "x", "at": later}), "at in_future"),
        (Method::POST, "attendance", json!({"at": later}), "at in_future"),
        (Method::POST, "contact", json!({"note": "x", "at": "2026-09-24T01:00:00Z"}), "at before_received"),
        (Method::POST, "contact", json!({"note": "x".repeat(2001)}), "note too_long"),
        (Method::POST, "attendance", json!({"at": "2026-09-24T01:00:00Z"}), "at before_received"),
        (Method::PUT, "plan", json!({"steps": [{"what": " ", "by": "2026-10-01"}]}), "plan required"),
        (Method::POST, "merge", json!({"number": number}), "number same_ticket"),
        (Method::POST, "links", json!({"number": number}), "number same_ticket"),
    ] {
        let answer = api.json(method, &format!("/api/v1/tickets/{number}/{verb}"), &body).await;
        assert_eq!(wrong(&answer), [expected], "{verb} {body}");
    }
    let both = json!({"note": "", "at": later});
    let both = api.post(&format!("/api/v1/tickets/{number}/contact"), &both).await;
    assert_eq!(wrong(&both), ["note required", "at in_future"]);
    let named = api.json(Method::PATCH, &format!("/api/v1/tickets/{number}"), &json!({"title": " "})).await;
    assert_eq!(wrong(&named), ["title required"]);
}

async fn a_contact_lies_between_the_coming_of_the_ticket_and_now(app: TestApp) {
    let api = app.api().await;
    app.advance(30).await;
    let number = opened(&api).await;
    app.advance(600).await;
    let path = format!("/api/v1/tickets/{number}/contact");
    let early = json!({"note": "x", "at": "2026-09-24T01:59:59Z"});
    assert_eq!(wrong(&api.post(&path, &early).await), ["at before_received"]);
    let called = json!({"note": "x".repeat(2000), "at": "2026-09-24T02:00:00Z"});
    let answer = api.post(&path, &called).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let events = api.get(&format!("/api/v1/tickets/{number}/events")).await.json();
    let event =
        events["items"].as_array().unwrap().iter().find(|e| e["change"]["type"] == "contacted").unwrap();
    assert_eq!(event["change"]["at"], "2026-09-24T02:00:30Z");
}

async fn emergencies_say_it_at_their_fields(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api).await;
    let at = format!("/api/v1/tickets/{number}/emergency");
    let no = async |(method, path): (Method, &str), body: Value, expected: &str| {
        let answer = api.json(method, &format!("{at}{path}"), &body).await;
        assert_eq!(wrong(&answer), [expected], "{path} {body}");
    };
    no((Method::POST, ""), json!({"title": "t"}), "reason required").await;
    assert!(api.post(&at, &json!({"title": "t", "reason": "x"})).await.status.is_success());
    app.advance(600).await;
    no((Method::DELETE, ""), json!({}), "text required").await;
    no((Method::POST, "/entries"), json!({"text": " "}), "text required").await;
    let past = json!({"text": "x", "public": true, "next_report_at": "2026-09-24T01:00:00Z"});
    no((Method::POST, "/entries"), past, "next_report_at past").await;
    no((Method::PUT, "/plan"), json!({"text": "x", "state": "planned"}), "promised_at required").await;
    no((Method::POST, "/end"), json!({}), "text required").await;
}

/// A title is for people: it names no field by its key.
async fn the_title_of_a_problem_is_in_words(app: TestApp) {
    let (api, number) = (app.api().await, opened(&app.api().await).await);
    let many: Vec<String> = (0..201).map(|n| format!("AF-2026-{n:05}")).collect();
    for (path, body, title) in [
        ("tickets/bulk".to_owned(), json!({"numbers": many, "step": {"action": "take"}}), "工单编号：过多"),
        (format!("tickets/{number}/notes"), json!({"body": "x", "mentions": ["x"]}), "提及的同事：不存在"),
        (format!("tickets/{number}/emergency"), json!({"title": "t"}), "原因说明：必填"),
    ] {
        assert_eq!(api.post(&format!("/api/v1/{path}"), &body).await.json()["title"], title, "{path}");
    }
    let whose = api.get("/api/v1/conduct?whose=nobody").await.json();
    assert_eq!(whose["title"], "范围：无法识别");
    let facts =
        json!({"title": "t", "requester": "ben@north.example", "facts": {"symptom": "x".repeat(2001)}});
    assert_eq!(api.post("/api/v1/tickets", &facts).await.json()["title"], "问题信息 · 问题现象：过长");
}

/// A part that a script asked for: which control it is about, and why.
async fn part(who: &Client, path: &str, form: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    let head = [("sec-fetch-site", "same-origin"), ("hx-request", "true")];
    who.send(Method::POST, path, kind, form.to_owned().into(), &head).await
}

async fn the_form_of_a_verb_says_it_at_the_field(app: TestApp) {
    let (boss, number) = (app.signed_in("boss").await, opened(&app.api().await).await);
    let page = boss.get(&format!("/tickets/{number}")).await.text;
    for (verb, form, field, why) in [
        ("hold", "status=waiting_vendor", "note", "必填"),
        ("hold", "status=waiting_customer", "body", "请给客户写一条消息，说明需要对方做什么"),
        ("severity", "severity=urgent", "reason", "必填"),
        ("solution", "resolution=", "resolution", "必填"),
        ("contact", "note=x&at=2026-09-24T20:00", "at", "不能晚于现在"),
    ] {
        let answer = part(&boss, &format!("/tickets/{number}/{verb}"), form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{verb}: {}", answer.text);
        let said = format!("data-wrong=\"{field}\" data-why=\"{why}\"");
        assert!(answer.text.contains(&said), "{verb}: {said} in {}", answer.text);
        let of = page.split(&format!("action=\"/tickets/{number}/{verb}\"")).nth(1).unwrap();
        let of = of.split("</form>").next().unwrap();
        let there = [format!("name=\"{field}\""), format!("data-field=\"{field}\"")];
        assert!(there.iter().any(|t| of.contains(t)), "the form of {verb} has {field}: {of}");
    }
}

async fn a_late_entry_says_it_with_all_else(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    for (at, expected) in [
        ("2026-09-24T05:00:00Z", &["title required", "received_at in_future"][..]),
        ("2026-09-20T01:00:00Z", &["title required", "received_reason required", "received_at too_old"]),
    ] {
        let body = json!({"title": "", "requester": "ben@north.example", "received_at": at});
        assert_eq!(wrong(&api.post("/api/v1/tickets", &body).await), expected, "{at}");
    }
    let form = "title=t&requester=ben@north.example&kind=fault&severity=general&channel=phone\
                &received_at=2026-09-20T09:00&received_reason=x";
    let page = boss.form("/tickets", form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert!(page.text.contains("data-wrong=\"received_at\" data-why=\"最多补录 72 小时以内的时间\""));
}
