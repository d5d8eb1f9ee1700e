//! The console's habits: what was done can be undone, two edits stand side by side, lists show what was chosen.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::access::Actor;
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        what_was_done_is_said_once_and_can_be_undone,
        two_edits_of_one_field_stand_side_by_side,
        two_findings_and_two_plans_stand_side_by_side,
        a_list_shows_and_exports_the_chosen_columns,
        a_note_mentions_whom_it_names,
        a_merged_ticket_is_read_where_it_went,
        a_requester_is_offered_by_name_address_or_number,
        a_refused_verb_keeps_the_page,
        a_long_history_is_shown_in_parts,
        whoever_stopped_writing_is_no_longer_answering,
        a_refused_address_or_domain_stays_in_its_field,
        a_refused_token_keeps_what_was_typed,
        a_person_speaks_known_languages_and_has_a_skill_once,
    );
}

async fn opened(app: &TestApp, title: &str) -> (Client, String) {
    let api = app.api().await;
    let body = json!({"title": title, "body": "b", "requester": "ben@north.example"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    (app.signed_in("agent").await, number)
}

async fn shown(app: &TestApp, number: &str) -> Value {
    app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json()
}

/// The page that follows an answer, with the cookies that the answer set.
pub(crate) async fn next_page(client: &Client, answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let headers = [("cookie", answer.cookies.as_str())];
    client.send(Method::GET, &answer.location, "", Body::empty(), &headers).await.text
}

/// The undo form in a page's toast: where it goes and what it sends.
pub(crate) fn undo_form(page: &str) -> (String, String) {
    let toast = page.split("class=\"toast\"").nth(1).expect("a toast").split("</form>").next().unwrap();
    let attribute = |text: &str, name: &str| {
        text.split(&format!("{name}=\"")).nth(1)?.split('"').next().map(str::to_owned)
    };
    let action = attribute(toast, "action").expect("an undo");
    let fields = toast.split("<input ").skip(1).map(|i| {
        format!("{}={}", attribute(i, "name").unwrap(), attribute(i, "value").unwrap().replace(' ', "+"))
    });
    (action, fields.collect::<Vec<_>>().join("&"))
}

async fn what_was_done_is_said_once_and_can_be_undone(app: TestApp) {
    let (agent, number) = opened(&app, "undo").await;
    let verbs = [
        ("taking", ""),
        ("escalation", "reason=deadlock"),
        ("assignment", "group=desk"),
        ("severity", "severity=urgent&reason=stopped"),
        ("classification", "title=other&kind=how_to&tags=a,b&symptom=s"),
        ("hold", "status=waiting_vendor&note=patch"),
        ("solution", "resolution=done"),
        ("cancellation", "reason=spam"),
    ];
    for (noun, form) in verbs {
        let before = shown(&app, &number).await;
        let done = agent.form(&format!("/tickets/{number}/{noun}"), form).await;
        let page = next_page(&agent, &done).await;
        let changed = shown(&app, &number).await;
        let (action, fields) = undo_form(&page);
        let undone = agent.form(&action, &fields).await;
        assert_eq!(undone.status, StatusCode::SEE_OTHER, "{noun}: {}", undone.text);
        let after = shown(&app, &number).await;
        for key in ["title", "kind", "severity", "tags", "facts", "assignee", "group"] {
            assert_eq!(after[key], before[key], "{noun}: {key}");
        }
        assert_ne!(changed, before, "{noun} changed nothing");
        let open = |t: &Value| !["closed", "cancelled", "resolved"].contains(&t["status"].as_str().unwrap());
        assert!(open(&after), "{noun}: {}", after["status"]);
    }
    let plain = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(!plain.contains("class=\"toast\""), "said without a reason");
}

async fn two_edits_of_one_field_stand_side_by_side(app: TestApp) {
    let (agent, number) = opened(&app, "first").await;
    let colleague = app.signed_in("colleague").await;
    let seen = shown(&app, &number).await["version"].as_i64().unwrap();
    let path = format!("/tickets/{number}/classification");
    let theirs = colleague.form(&path, &format!("version={seen}&title=theirs&kind=fault&tags=t")).await;
    assert_eq!(theirs.status, StatusCode::SEE_OTHER);
    let mine = format!("version={seen}&title=mine&kind=fault&tags=m");
    let clash = agent.form(&path, &mine).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(
        clash.text.contains("<pre>mine</pre>") && clash.text.contains("<pre>theirs</pre>"),
        "{}",
        clash.text
    );
    // One field is settled with mine; the next one that clashes is shown in its turn.
    let again = agent.form(&path, &format!("{mine}&mine=title")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(
        again.text.contains("<pre>m</pre>") && again.text.contains("value=\"title,tags\""),
        "{}",
        again.text
    );
    let done = agent.form(&path, &format!("{mine}&mine=title&theirs=tags")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let after = shown(&app, &number).await;
    assert_eq!((after["title"].as_str(), &after["tags"]), (Some("mine"), &json!(["t"])));
}

async fn two_findings_and_two_plans_stand_side_by_side(app: TestApp) {
    let (agent, number) = opened(&app, "first").await;
    let colleague = app.signed_in("colleague").await;
    let seen = shown(&app, &number).await["version"].as_i64().unwrap();
    for (noun, theirs, mine, field) in [
        ("service", "workaround=theirs&remark=r", "workaround=mine&remark=", "workaround"),
        ("plan", "plan=2026-10-09 theirs", "plan=2026-10-10 mine", "plan"),
    ] {
        let path = format!("/tickets/{number}/{noun}");
        let saved = colleague.form(&path, &format!("version={seen}&{theirs}")).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let clash = agent.form(&path, &format!("version={seen}&{mine}")).await;
        assert_eq!(clash.status, StatusCode::CONFLICT, "{noun}");
        assert!(clash.text.contains("mine</pre>") && clash.text.contains("theirs</pre>"), "{}", clash.text);
        assert!(clash.text.contains(&format!("action=\"{path}\"")), "{}", clash.text);
        let left = agent.form(&path, &format!("version={seen}&{mine}&theirs={field}")).await;
        assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.text);
        let kept = shown(&app, &number).await;
        assert!(kept.to_string().contains("theirs"), "{noun}: {kept}");
        let taken = agent.form(&path, &format!("version={seen}&{mine}&mine={field}")).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    }
    let after = shown(&app, &number).await;
    assert_eq!(after["workaround"], "mine");
    assert_eq!(after["plan"], json!([{"what": "mine", "by": "2026-10-10"}]));
    assert_eq!(after["remark"], "r", "an untouched field is no clash and stays");
    let api = app.api().await;
    let late = json!({"version": seen, "steps": [{"what": "api", "by": "2026-10-11"}]});
    let late = api.json(Method::PUT, &format!("/api/v1/tickets/{number}/plan"), &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
}

async fn a_list_shows_and_exports_the_chosen_columns(app: TestApp) {
    let (agent, number) = opened(&app, "columns").await;
    let usual = agent.get("/tickets?view=all").await.text;
    assert!(usual.contains("c-promise") && !usual.contains("<span class=\"c-kind"));
    let chosen = agent.get("/tickets?view=all&columns=number,kind&order=updated").await.text;
    assert!(chosen.contains("<span class=\"c-kind") && !chosen.contains("<span class=\"c-promise"));
    let kept = agent.form("/tickets/columns", "column=kind&column=status&back=/tickets?view=all").await;
    assert!(next_page(&agent, &kept).await.contains("<span class=\"c-status"));
    assert_eq!(agent.get("/tickets/export/csv").await.status, StatusCode::FORBIDDEN);
    let boss = app.signed_in("boss").await;
    let csv = boss.get("/tickets/export/csv?view=all&columns=number,kind").await.text;
    assert_eq!(csv, format!("\u{feff}编号,标题,类型\n{number},columns,技术故障\n"));
    assert!(boss.get("/tickets/export/xlsx?view=all").await.text.starts_with("PK"));
    let saved = agent.form("/views", "name=v&query=/tickets?view=all%26columns=kind").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert!(agent.get("/tickets").await.text.contains("columns=kind"));
}

async fn a_note_mentions_whom_it_names(app: TestApp) {
    let (agent, number) = opened(&app, "mention").await;
    let colleague = app.signed_in("colleague").await;
    let name = app.cast.staff("colleague").staff().unwrap().name.clone();
    agent.form(&format!("/tickets/{number}/messages"), &format!("internal=1&text=@{name}+please")).await;
    assert!(colleague.get("/notices").await.text.contains(&number));
    assert!(!app.signed_in("senior").await.get("/notices").await.text.contains(&number));
}

async fn a_merged_ticket_is_read_where_it_went(app: TestApp) {
    let (agent, gone) = opened(&app, "first report").await;
    agent.form(&format!("/tickets/{gone}/messages"), "text=the+answer+there").await;
    agent.form(&format!("/tickets/{gone}/messages"), "internal=1&text=a+secret+note").await;
    let (_, stays) = opened(&app, "second report").await;
    let merged = agent.form(&format!("/tickets/{gone}/merge"), &format!("number={stays}")).await;
    assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.text);
    let page = agent.get(&format!("/tickets/{stays}")).await.text;
    let from = format!("来自 {gone}");
    assert!(
        page.contains("the answer there") && page.contains("a secret note") && page.contains(&from),
        "{page}"
    );
    let requester = "ben@north.example";
    let portal = app.signed_in(requester).await.get(&format!("/portal/cases/{stays}")).await.text;
    assert!(portal.contains("the answer there") && !portal.contains("a secret note"), "{portal}");
}

async fn a_requester_is_offered_by_name_address_or_number(app: TestApp) {
    let agent = app.signed_in("agent").await;
    let offered = agent.get("/customers/requesters?requester=BEN%40north").await.text;
    assert!(offered.starts_with("<option value=\"ben@north.example\">"), "{offered}");
    assert_eq!(agent.get("/customers/requesters?requester=").await.text, "");
}

async fn a_refused_verb_keeps_the_page(app: TestApp) {
    let (agent, number) = opened(&app, "refused").await;
    let headers = [("sec-fetch-site", "same-origin"), ("hx-request", "true")];
    let kind = "application/x-www-form-urlencoded";
    let send = |path: String, form: &'static str| {
        let agent = agent.clone();
        async move { agent.send(Method::POST, &path, kind, Body::from(form), &headers).await }
    };
    let refused = send(format!("/tickets/{number}/severity"), "severity=urgent&reason=").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.starts_with("<p class=\"toast toast-error\""), "{}", refused.text);
    let bad = send(format!("/tickets/{number}/merge"), "number=nonsense").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_long_history_is_shown_in_parts(app: TestApp) {
    let (agent, number) = opened(&app, "long").await;
    let (api, at) = (app.api().await, format!("/api/v1/tickets/{number}"));
    for n in 0..203 {
        let words = if n % 2 == 0 { ("how_to", "even") } else { ("fault", "odd") };
        let edit = json!({"title": format!("t{n}"), "kind": words.0, "tags": [words.1],
            "facts": {"symptom": words.1}, "extra": {}});
        assert_eq!(api.json(Method::PATCH, &at, &edit).await.status, StatusCode::OK);
        if n == 100 {
            api.post(&format!("{at}/messages"), &json!({"body": "in the middle"})).await;
        }
    }
    while shown(&app, &number).await["version"].as_i64().unwrap() < 1100 {
        for tag in ["x", "y", "z", "v", "w"] {
            api.json(Method::PATCH, &at, &json!({"tags": [tag], "title": tag})).await;
        }
    }
    api.post(&format!("{at}/messages"), &json!({"body": "the newest"})).await;
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("the newest") && page.contains("in the middle"));
    assert!(!page.contains("id=\"e1\"") && !page.contains("id=\"m1\""));
    let older =
        page.split("?before=").nth(1).and_then(|t| t.split('#').next()).expect("a way to the older ones");
    let first = agent.get(&format!("/tickets/{number}?before={older}")).await.text;
    assert!(first.contains("id=\"e1\"") && first.contains("id=\"m1\"") && !first.contains("the newest"));
    assert!(
        first.contains(&format!("hx-get=\"/tickets/{number}?before={older}\"")),
        "it is kept fresh as it is"
    );
    let ben = app.signed_in("ben@north.example").await;
    let case = ben.get(&format!("/portal/cases/{number}")).await.text;
    assert!(
        case.contains("the newest") && case.contains(&format!("/portal/cases/{number}?before={older}#talk"))
    );
    assert!(ben.get(&format!("/portal/cases/{number}?before={older}")).await.text.contains("id=\"m1\""));
    assert_eq!(agent.get(&format!("/tickets/{number}?before=x")).await.status, StatusCode::OK);
}

async fn whoever_stopped_writing_is_no_longer_answering(app: TestApp) {
    let (agent, number) = opened(&app, "presence").await;
    let typed = agent.form(&format!("/tickets/{number}/draft"), "html=<p>half a sentence</p>").await;
    assert_eq!(typed.status, StatusCode::NO_CONTENT);
    let senior = app.signed_in("senior").await;
    let path = format!("/tickets/{number}");
    assert!(senior.get(&path).await.text.contains("正在回复"));
    assert!(!agent.get(&path).await.text.contains("正在回复"), "nobody is told of themselves");
    app.advance(91).await;
    let later = senior.get(&path).await.text;
    assert!(later.contains("id=\"presence\"") && !later.contains("正在回复"));
}

async fn a_refused_address_or_domain_stays_in_its_field(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let contact = match app.cast.contact("ben@north.example") {
        Actor::Contact(c) => c.id.clone(),
        _ => unreachable!("a contact"),
    };
    for (path, fields, typed) in [
        (format!("/customers/contacts/{contact}/points"), "action=add&point=no+address", "no address"),
        (format!("/customers/{}/domains", app.cast.north), "domain=not+a+domain", "not a domain"),
    ] {
        let refused = admin.form(&path, fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let field = refused.text.split(&format!("value=\"{typed}\"")).nth(1).unwrap_or_default();
        let field = field.split('>').next().unwrap_or_default();
        assert!(field.contains("aria-invalid") && field.contains("autofocus"), "{path}: {}", refused.text);
    }
}

async fn a_refused_token_keeps_what_was_typed(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let refused =
        admin.form("/admin/tokens", "name=Nightly+report&scopes=ticket.view&scopes=ticket.fly").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    for kept in ["value=\"Nightly report\"", "value=\"ticket.view\" checked", "class=\"errors\""] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    assert!(!admin.get("/admin/tokens").await.text.contains("Nightly report"));
}

async fn a_person_speaks_known_languages_and_has_a_skill_once(app: TestApp) {
    let (admin, api) = (app.signed_in("admin").await, app.api().await);
    let form = "id=&version=0&login=mei&name=Mei&email=&role=agent&locale=en&active=1";
    let made = format!("{form}&skills=SQL,+network,sql,,network&languages=zh-CN&languages=ja");
    let refused = admin.form("/admin/staff", &format!("{made}&languages=klingon")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("value=\"ja\" checked") && !refused.text.contains("value=\"ko\" checked"));
    let saved = admin.form("/admin/staff", &made.replace("email=&", "email=mei@desk.example&")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let all = api.get("/api/v1/staff").await.json();
    let mei = all["items"].as_array().unwrap().iter().find(|s| s["login"] == "mei").unwrap().clone();
    assert_eq!((&mei["skills"], &mei["languages"]), (&json!(["SQL", "network"]), &json!(["zh-CN", "ja"])));
    let path = format!("/api/v1/staff/{}", mei["id"].as_str().unwrap());
    let unknown = json!({"version": mei["version"], "languages": ["xx"]});
    let answer = api.json(Method::PATCH, &path, &unknown).await;
    assert_eq!(answer.json()["fields"][0]["field"], "languages", "{}", answer.text);
}
