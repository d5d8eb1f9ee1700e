//! Whatever a form is refused for stands at its fields, and the summary on top leads there.

use axum::http::StatusCode;
use serde_json::json;
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        forms_of_the_administration_say_it_at_their_fields,
        forms_of_customers_and_tickets_say_it_at_their_fields,
        forms_of_duty_and_of_emergencies_say_it_at_their_fields,
        the_form_of_staff_says_all_at_once,
        what_belongs_to_no_field_is_read_first,
    );
}

/// The names of the fields to which the summary leads, in its order; each is invalid, and described by its reason.
fn said_at(page: &str) -> Vec<String> {
    let summary =
        page.split("<div class=\"errors\"").nth(1).unwrap_or_default().split("</div>").next().unwrap();
    let between = |text: &str, from: &str| -> String {
        let after = text.split(from).nth(1).unwrap_or_else(|| panic!("{from} in {text}"));
        after.split('"').next().unwrap().to_owned()
    };
    let at = |line: &str| {
        let (id, why) = (between(line, "href=\"#"), between(line, "data-why=\""));
        let end = page.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("{id} in {page}"));
        let tag = &page[page[..end].rfind('<').unwrap()..];
        let tag = &tag[..tag.find('>').unwrap()];
        assert!(tag.contains(" aria-invalid=\"true\""), "{tag}");
        let said = between(tag, "aria-describedby=\"");
        let said =
            page.split(&format!("class=\"wrong\" id=\"{said}\">")).nth(1).unwrap_or_else(|| panic!("{tag}"));
        assert!(said.split('<').next().unwrap().contains(&why), "{said}");
        between(tag, "name=\"")
    };
    let linked =
        summary.split("<p data-wrong").skip(1).filter(|l| l.split("</p>").next().unwrap().contains("href"));
    let names = linked.map(at).collect();
    assert_eq!(page.matches(" autofocus").count(), 1, "one field has the focus: {page}");
    names
}

async fn refused(who: &Client, path: &str, fields: &str) -> Vec<String> {
    let page = who.form(path, fields).await;
    assert!(
        !page.status.is_server_error() && !page.status.is_redirection(),
        "{path} {}: {}",
        page.status,
        page.text
    );
    said_at(&page.text)
}

async fn forms_of_the_administration_say_it_at_their_fields(app: TestApp) {
    let admin = app.signed_in("admin").await;
    for (path, fields, expected) in [
        (
            "/admin/settings",
            "desk_name=&number_prefix=af&time_zone=Nowhere&miss_consequence=talk&close_after_days=soon",
            &["close_after_days", "reopen_window_days", "desk_name", "time_zone"][..],
        ),
        ("/admin/groups", "name=+", &["name"]),
        ("/admin/products", "name=+", &["name"]),
        ("/admin/tokens", "name=+", &["name"]),
        ("/admin/tokens", "name=x", &["scopes"]),
        ("/admin/synonyms", "groups=alone", &["groups"]),
        ("/admin/routing", "version=0&r.0.name=x&r.0.group=nobody&do=save", &["r.0.group"]),
        (
            "/admin/routing",
            "version=0&r.0.name=x&r.0.group=desk&r.0.organisations=Nowhere&do=save",
            &["r.0.organisations"],
        ),
        ("/admin/fields", "version=0&f.0.label=x&f.0.key=No+Key&f.0.type=text&do=save", &["f.0.key"]),
        (
            "/admin/calendars/service",
            "name=&time_zone=Asia/Shanghai&week.mon=nine&more=2026-13-99&coverage=x&do=save",
            &["week.mon", "more", "coverage", "name"],
        ),
        ("/admin/policies/new", "name=x&t.urgent.response.time=soon&do=save", &["t.urgent.response.time"]),
        ("/admin/answers/new", "name=&html=x&do=save", &["name"]),
        ("/admin/answers/new", "name=x&html=%7B%7Bnothing%7D%7D&do=save", &["text"]),
        (
            "/on-call/rotas/new",
            "name=&confirm_within_min=soon&r.0.name=&r.0.every=x&r.0.windows=9&do=save",
            &[
                "name",
                "calendar",
                "owner",
                "confirm_within_min",
                "r.0.name",
                "r.0.every",
                "r.0.starts_on",
                "r.0.windows",
                "r.0.order",
                "r.0.handoff_at",
            ],
        ),
    ] {
        let said = refused(&admin, path, fields).await;
        for field in expected {
            assert!(said.iter().any(|s| s == field), "{path} {fields}: {field} in {said:?}");
        }
    }
}

async fn forms_of_customers_and_tickets_say_it_at_their_fields(app: TestApp) {
    let (boss, ben) = (app.signed_in("boss").await, app.signed_in("ben@north.example").await);
    let long = "x".repeat(20_000);
    let north = &app.cast.north;
    let contract = format!("organisation={north}&number=&starts_on=soon&version=0");
    let new = format!("title=&requester=&product_version={long}&kind=fault&severity=general&level=1");
    let asked = format!("title=&system={long}");
    for (who, path, fields, expected) in [
        (&boss, "/customers", "name=&domains=qq.com", &["name"][..]),
        (&boss, "/customers/contacts", "name=&organisation=&points=nobody&sees=own&locale=en", &["name"]),
        (&boss, "/customers/contacts", "name=x&organisation=Nowhere&sees=own&locale=en", &["organisation"]),
        (&boss, "/customers/contracts", &contract, &["starts_on"]),
        (&boss, "/tickets", &new, &["title", "requester", "product_version"]),
        (&ben, "/portal/new", &asked, &["title", "system"]),
    ] {
        let said = refused(who, path, fields).await;
        for field in expected {
            assert!(said.iter().any(|s| s == field), "{path}: {field} in {said:?}");
        }
    }
    let domain = refused(&boss, &format!("/customers/{north}/domains"), "domain=qq.com").await;
    assert_eq!(domain, ["domain"]);
}

async fn forms_of_duty_and_of_emergencies_say_it_at_their_fields(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let agent = app.cast.staff_id("agent");
    let layer = json!({"name": "l", "seat": "primary", "days": "all", "time_zone": "Asia/Shanghai",
        "order": [agent.as_str()], "handoff_day": "mon", "handoff_at": "09:00", "every": 1, "unit": "weeks",
        "starts_on": "2026-09-21", "windows": []});
    let doc = json!({"calendar": "service", "groups": [], "layers": [layer], "owner": agent.as_str()});
    let made = api.post("/api/v1/on-call/rotas", &json!({"name": "r", "doc": doc})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let rota = made.json()["id"].as_str().unwrap().to_owned();
    let body = json!({"title": "t", "requester": "ben@north.example", "group": "desk"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    let at = format!("/tickets/{number}/emergency");
    let put = format!("rota={rota}&seat=primary&person=nobody&from=&until=soon");
    let leave = format!("person={agent}&from=2026-10-02T09:00&until=2026-10-01T09:00");
    let day = format!("primary.2026-09-25={agent}&backup.2026-09-25={agent}");
    assert_eq!(refused(&boss, "/on-call/overrides", &put).await, ["from", "until"]);
    assert_eq!(refused(&boss, "/on-call/leaves", &leave).await, ["until"]);
    assert_eq!(refused(&boss, &format!("/on-call/rotas/{rota}/notes"), "text=+").await, ["text"]);
    assert_eq!(refused(&boss, &format!("/on-call/rotas/{rota}/holiday"), &day).await, ["primary.2026-09-25"]);
    assert_eq!(refused(&boss, &at, "title=t&reason=").await, ["reason"]);
    assert!(
        api.post(&format!("/api/v1{at}"), &json!({"title": "t", "reason": "x"})).await.status.is_success()
    );
    app.advance(600).await;
    for (part, form, field) in [
        ("/end", "text=+", "text"),
        ("/removal", "text=", "text"),
        ("/plan", "text=x&state=planned", "promised_at"),
        ("/entries", "text=x&public=1&next_report_at=2026-09-24T09:00", "next_report_at"),
        ("/staffing", &format!("commander={agent}&r.0.role=&r.0.person={agent}"), "r.0.role"),
        ("/measures", &format!("what=&owner={agent}&due_on=2026-10-15"), "what"),
    ] {
        assert_eq!(refused(&boss, &format!("{at}{part}"), form).await, [field], "{part}");
    }
    let page = boss.form(&format!("{at}/end"), "text=+").await.text;
    assert!(page.contains(">结束说明：必填<"), "as the form calls it: {page}");
}

async fn the_form_of_staff_says_all_at_once(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let wrong = "name=+&login=a+b&email=nothing&phone=1&role=agent&languages=xx&active=1&skills=Oracle";
    let said = refused(&admin, "/admin/staff", wrong).await;
    assert_eq!(said, ["name", "login", "email", "phone", "languages"]);
    let page = admin.form("/admin/staff", wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text.contains("value=\"a b\"") && page.text.contains("value=\"Oracle\""),
        "what was typed stays"
    );
    // Programs hear all of it as well.
    let body = json!({"login": "mei", "name": "", "role": "agent", "email": "agent@desk.example"});
    let api = app.api().await.post("/api/v1/staff", &body).await.json();
    let fields: Vec<_> =
        api["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert!(fields.contains(&"name") && fields.len() > 1, "{api}");
}

async fn what_belongs_to_no_field_is_read_first(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let good = "name=Night&login=night&role=agent&active=1";
    assert!(admin.form("/admin/staff", good).await.status.is_redirection());
    let all = app.api().await.get("/api/v1/staff?limit=200").await.json();
    let night = all["items"].as_array().unwrap().iter().find(|s| s["login"] == "night").unwrap();
    let late = format!("id={}&version=7&{good}", night["id"].as_str().unwrap());
    let page = admin.form("/admin/staff", &late).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert!(
        page.text.contains("<div class=\"errors\" role=\"alert\" tabindex=\"-1\" autofocus>"),
        "{}",
        page.text
    );
}
