//! Customers and people: what the use cases do, what pages and programs see of it.

use axum::http::{Method, StatusCode};
use domain::access::Right;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_contract_is_begun_from_its_list,
        two_things_of_one_name_are_refused,
        an_organisation_is_made_changed_and_removed,
        a_stale_edit_shows_both_values,
        contacts_join_by_a_confirmed_domain,
        addresses_are_added_removed_and_preferred,
        two_contacts_become_one,
        an_inactive_organisation_cannot_sign_in,
        contracts_and_installations_are_checked,
        products_groups_roles_and_staff,
        lists_filter_and_continue,
        the_search_follows_customers,
    );
}

async fn made(api: &Client, noun: &str, body: &Value) -> Value {
    let answer = api.post(&format!("/api/v1/{noun}"), body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{noun} {body}: {}", answer.text);
    answer.json()
}

async fn changed(api: &Client, path: &str, body: &Value) -> Value {
    let answer = api.json(Method::PATCH, &format!("/api/v1/{path}"), body).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {body}: {}", answer.text);
    answer.json()
}

/// The field that a refused body is wrong in, and why.
async fn wrong(api: &Client, noun: &str, body: &Value) -> (String, String) {
    let answer = api.post(&format!("/api/v1/{noun}"), body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.text);
    let field = answer.json()["fields"][0].clone();
    let text = |key: &str| field[key].as_str().unwrap().to_owned();
    (text("field"), text("issue"))
}

async fn gone(api: &Client, path: &str) -> (StatusCode, String) {
    let answer = api.json(Method::DELETE, &format!("/api/v1/{path}"), &json!({})).await;
    (answer.status, answer.json()["type"].as_str().unwrap_or_default().to_owned())
}

/// What was recorded of a subject, newest first: what, before, after.
async fn recorded(app: &TestApp, subject: &'static str) -> Vec<(String, String, String)> {
    let read = app.desk.read(move |r| {
        let all = store::admin::page(r, "~", 500)?;
        Ok(all.into_iter().filter(|e| e.subject == subject).map(|e| (e.what, e.before, e.after)).collect())
    });
    read.await.unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

async fn an_organisation_is_made_changed_and_removed(app: TestApp) {
    let api = app.api().await;
    let body = json!({"name": " 东方管道 ", "policy": "t2", "domains": ["@East.example"]});
    let o = made(&api, "organisations", &body).await;
    assert_eq!((text(&o["name"]), &o["domains"]), ("东方管道", &json!(["east.example"])));
    let path = format!("organisations/{}", text(&o["id"]));
    let o = changed(&api, &path, &json!({"version": 1, "policy": "", "note": "n", "domains": []})).await;
    assert_eq!((&o["policy"], text(&o["note"]), &o["domains"]), (&Value::Null, "n", &json!([])));
    let again = changed(&api, &path, &json!({"version": 2, "note": "n"})).await;
    assert_eq!(again["version"], 2, "what changes nothing is no edit");
    let events = recorded(&app, "organisation").await;
    assert_eq!(events[0].0, "changed");
    assert!(events[0].1.contains("\"policy\":\"t2\"") && !events[0].2.contains("name"), "{events:?}");
    for (body, issue) in [
        (json!({}), ("name", "required")),
        (json!({"name": "x", "policy": "t9"}), ("policy", "unknown")),
        (json!({"name": "x", "domains": ["qq.com"]}), ("domains", "public_domain")),
        (json!({"name": "x", "domains": ["north.example"]}), ("domains", "taken")),
        (json!({"name": "x", "domains": ["x"]}), ("domains", "bad_value")),
    ] {
        let (field, why) = wrong(&api, "organisations", &body).await;
        assert_eq!((field.as_str(), why.as_str()), issue);
    }
    assert_eq!(gone(&api, &path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&format!("/api/v1/{path}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(recorded(&app, "organisation").await[0].0, "deleted");
    let north = gone(&api, &format!("organisations/{}", app.cast.north)).await;
    assert_eq!(north, (StatusCode::CONFLICT, "about:blank#refused.in_use".to_owned()));
}

async fn a_stale_edit_shows_both_values(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let path = format!("organisations/{}", app.cast.north);
    changed(&api, &path, &json!({"version": 1, "name": "North One"})).await;
    let late = json!({"version": 1, "name": "North Two"});
    let late = api.json(Method::PATCH, &format!("/api/v1/{path}"), &late).await;
    assert_eq!((late.status, text(&late.json()["theirs"])), (StatusCode::CONFLICT, "name: North One"));
    let page = format!("/customers/{}", app.cast.north);
    let late = boss.form(&page, "version=1&name=North+Three&policy=t1&active=1").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let both = late.text.contains("North Three") && late.text.contains("现在的内容：North One");
    assert!(both, "{}", late.text);
    // The form carries the newer version: saving again is a decision.
    assert!(late.text.contains("name=\"version\" value=\"2\""));
    assert_eq!(boss.form(&page, "version=2&name=North+Three&policy=t1&active=1").await.location, page);
    let empty = boss.form(&page, "version=3&name=&note=kept-text").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("名称：必填") && empty.text.contains("kept-text"));
}

async fn contacts_join_by_a_confirmed_domain(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    for who in ["a@late.example", "b@late.example", "c@sub.late.example"] {
        made(&api, "tickets", &json!({"title": "t", "requester": who})).await;
    }
    let page = format!("/customers/{}", app.cast.north);
    let foreign = boss.form(&format!("{page}/takeover"), "domain=late.example").await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(boss.form(&format!("{page}/domains"), "domain=late.example").await.location, page);
    assert!(boss.get(&page).await.text.contains("有 2 位未归属单位的联系人"));
    let joined = boss.form(&format!("{page}/takeover"), "domain=late.example").await;
    assert_eq!(joined.location, format!("{page}?said=joined&n=2"));
    let list = api.get(&format!("/api/v1/contacts?organisation={}&q=late", app.cast.north)).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
    let next = made(&api, "tickets", &json!({"title": "t", "requester": "d@late.example"})).await;
    assert_eq!(text(&next["organisation"]), app.cast.north.as_str(), "later ones join by themselves");
    let body = json!({"domain": "late.example"});
    let none = api.post(&format!("/api/v1/organisations/{}/takeover", app.cast.north), &body).await;
    assert_eq!(none.json()["joined"], 0);
    let removed = boss.form(&format!("{page}/domains/removal"), "domain=late.example").await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    assert!(!boss.get(&page).await.text.contains(">@late.example<"));
    assert_eq!(recorded(&app, "domain").await[0].0, "deleted");
}

async fn addresses_are_added_removed_and_preferred(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let body = json!({"name": "Li", "points": ["138 0013 8000", "li@x.example"], "sees": "own"});
    let c = made(&api, "contacts", &body).await;
    assert_eq!(c["points"], json!(["+8613800138000", "li@x.example"]));
    let id = text(&c["id"]).to_owned();
    let points = format!("/customers/contacts/{id}/points");
    for (form, after) in [
        ("action=add&point=li2@x.example", json!(["+8613800138000", "li@x.example", "li2@x.example"])),
        ("action=first&point=li2@x.example", json!(["li2@x.example", "+8613800138000", "li@x.example"])),
        ("action=remove&point=li@x.example", json!(["li2@x.example", "+8613800138000"])),
    ] {
        assert_eq!(boss.form(&points, form).await.status, StatusCode::SEE_OTHER);
        let now = api.get(&format!("/api/v1/contacts/{id}")).await.json();
        assert_eq!(now["points"], after, "{form}");
    }
    for (form, said) in [
        ("action=add&point=ann@north.example", "邮箱与电话：已被使用"),
        ("action=add&point=nonsense", "邮箱与电话：无法识别"),
    ] {
        let refused = boss.form(&points, form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(said), "{}", refused.text);
    }
    let all = json!({"version": 1, "points": ["li@x.example"]});
    assert_eq!(changed(&api, &format!("contacts/{id}"), &all).await["points"], json!(["li@x.example"]));
    // Three of the cast, one of the making, four changes.
    assert_eq!(recorded(&app, "points").await.len(), 3 + 1 + 4);
    let invited = boss.form(&format!("/customers/contacts/{id}/invitation"), "").await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER);
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    assert!(letters.iter().any(|l| l.kind == "invitation" && l.recipient == "li@x.example"));
    assert_eq!(gone(&api, &format!("contacts/{id}")).await.0, StatusCode::NO_CONTENT);
}

async fn two_contacts_become_one(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let ticket = made(&api, "tickets", &json!({"title": "t", "requester": "ben@private.example"})).await;
    let (number, from) = (text(&ticket["number"]), text(&ticket["requester"]).to_owned());
    let used = gone(&api, &format!("contacts/{from}")).await;
    assert_eq!(used.0, StatusCode::CONFLICT, "whoever has asked cannot be deleted");
    let page = format!("/customers/contacts/{from}/merge");
    let compared = boss.get(&format!("{page}?into=ben@north.example")).await;
    assert!(compared.text.contains("ben@private.example") && compared.text.contains("North"));
    assert!(boss.get(&format!("{page}?into=nobody@x.example")).await.text.contains("联系人：不存在"));
    let list = api.get("/api/v1/contacts?q=ben@north").await.json();
    let into = text(&list["items"][0]["id"]).to_owned();
    let merged = boss.form(&page, &format!("into={into}")).await;
    assert_eq!(merged.location, format!("/customers/contacts/{into}?said=merged"));
    let t = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!((text(&t["requester"]), text(&t["organisation"])), (into.as_str(), app.cast.north.as_str()));
    let events = api.get(&format!("/api/v1/tickets/{number}/events")).await.json();
    let last = events["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((text(&last["change"]["type"]), text(&last["change"]["field"])), ("edited", "requester"));
    let kept = api.get(&format!("/api/v1/contacts/{into}")).await.json();
    assert_eq!(kept["points"], json!(["ben@north.example", "ben@private.example"]));
    let old = api.get(&format!("/api/v1/contacts/{from}")).await.json();
    assert_eq!((&old["active"], text(&old["merged_into"])), (&json!(false), into.as_str()));
    // Whoever still knows the old id asks as the person that remained; repeating the merge changes nothing.
    let next = made(&api, "tickets", &json!({"title": "t", "requester": from})).await;
    assert_eq!(text(&next["requester"]), into);
    assert_eq!(boss.form(&page, &format!("into={into}")).await.status, StatusCode::SEE_OTHER);
    let itself = boss.form(&format!("/customers/contacts/{into}/merge"), &format!("into={into}")).await;
    assert_eq!(itself.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn an_inactive_organisation_cannot_sign_in(app: TestApp) {
    let (boss, ben) = (app.signed_in("boss").await, app.signed_in("ben@north.example").await);
    assert_eq!(ben.get("/portal").await.status, StatusCode::OK);
    let page = format!("/customers/{}", app.cast.north);
    assert!(boss.get(&page).await.text.contains("不能再登录门户"), "the consequence is said");
    assert_eq!(boss.form(&format!("{page}/activity"), "version=1").await.location, page);
    assert_eq!(ben.get("/portal").await.location, "/sign-in?back=/portal");
    let again = app.client().form("/sign-in", "login=ben@north.example&password=a+good+long+one").await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    app.client().form("/sign-in/link", "email=ben@north.example").await;
    app.drain().await;
    assert!(app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap().is_empty());
    assert_eq!(boss.form(&format!("{page}/activity"), "version=2&active=1").await.location, page);
    assert_eq!(ben.get("/portal").await.status, StatusCode::OK);
}

async fn contracts_and_installations_are_checked(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let north = app.cast.north.as_str();
    let product = made(&api, "products", &json!({"name": "PM", "modules": [{"name": "Reports"}]})).await;
    let product = text(&product["id"]).to_owned();
    let good = json!({"organisation": north, "number": "HT-1", "policy": "t3", "product": product,
        "starts_on": "2026-01-01", "ends_on": "2026-12-31"});
    let c = made(&api, "contracts", &good).await;
    let with = |key: &str, value: &str| {
        let mut body = good.clone();
        body["number"] = json!("HT-2");
        body[key] = json!(value);
        body
    };
    for (body, issue) in [
        (with("number", "HT-1"), ("number", "taken")),
        (with("number", " "), ("number", "required")),
        (with("policy", "t9"), ("policy", "unknown")),
        (with("product", "nothing"), ("product", "unknown")),
        (with("organisation", "nobody"), ("organisation", "unknown")),
        (with("ends_on", "2025-12-31"), ("ends_on", "before_start")),
        (with("starts_on", "soon"), ("starts_on", "bad_value")),
    ] {
        let (field, why) = wrong(&api, "contracts", &body).await;
        assert_eq!((field.as_str(), why.as_str()), issue);
    }
    let page = boss.get(&format!("/customers/{north}")).await.text;
    assert!(page.contains("HT-1") && page.contains("T3") && page.contains("按合同"), "{page}");
    let body = json!({"title": "t", "requester": "ben@north.example", "product": product});
    let ticket = made(&api, "tickets", &body).await;
    assert_eq!((text(&ticket["policy"]), text(&ticket["contract"])), ("t3", text(&c["id"])));
    let path = format!("contracts/{}", text(&c["id"]));
    assert_eq!(gone(&api, &path).await.0, StatusCode::CONFLICT, "a ticket names it");
    let ended = changed(&api, &path, &json!({"version": 1, "ends_on": "2026-06-30"})).await;
    assert_eq!(text(&ended["ends_on"]), "2026-06-30");
    let list = |standing: &'static str| {
        let api = api.clone();
        async move {
            let list = api.get(&format!("/api/v1/contracts?standing={standing}")).await.json();
            list["items"].as_array().unwrap().len()
        }
    };
    assert_eq!((list("ended").await, list("in_force").await), (1, 0));
    let i =
        json!({"organisation": north, "product": product, "product_version": "8.3", "environment": "Linux"});
    let i = made(&api, "installations", &i).await;
    let path = format!("installations/{}", text(&i["id"]));
    assert_eq!(
        text(&changed(&api, &path, &json!({"version": 1, "product_version": "8.4"})).await["environment"]),
        "Linux"
    );
    assert_eq!(wrong(&api, "installations", &json!({"organisation": north})).await.0, "product");
    assert_eq!(gone(&api, &path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(gone(&api, &format!("products/{product}")).await.0, StatusCode::CONFLICT);
}

async fn products_groups_roles_and_staff(app: TestApp) {
    let api = app.api().await;
    let p = made(&api, "products", &json!({"name": "PM", "modules": [{"name": "A"}, {"name": "B"}]})).await;
    let path = format!("products/{}", text(&p["id"]));
    let kept = p["modules"][0].clone();
    let p = changed(&api, &path, &json!({"version": 1, "modules": [kept.clone(), {"name": "C"}]})).await;
    assert_eq!((&p["modules"][0], text(&p["modules"][1]["name"])), (&kept, "C"));
    assert_eq!(gone(&api, &path).await.0, StatusCode::NO_CONTENT);

    let agent = app.cast.staff_id("agent");
    let g = made(&api, "groups", &json!({"name": "Night", "members": [agent]})).await;
    let path = format!("groups/{}", text(&g["id"]));
    let nobody = changed(&api, &path, &json!({"version": 1, "members": [], "active": false})).await;
    assert_eq!((&nobody["members"], &nobody["active"]), (&json!([]), &json!(false)));
    assert_eq!(wrong(&api, "groups", &json!({"name": "x", "members": ["nobody"]})).await.0, "members");

    let role = api.get("/api/v1/roles/agent").await.json();
    let body = json!({"version": role["version"], "rights": ["ticket.view", "people.view"]});
    let cut = api.json(Method::PUT, "/api/v1/roles/agent", &body).await;
    assert_eq!(cut.json()["rights"], json!(["ticket.view", "people.view"]), "{}", cut.text);
    let late = api.json(Method::PUT, "/api/v1/roles/agent", &body).await;
    assert_eq!(
        (late.status, text(&late.json()["theirs"])),
        (StatusCode::CONFLICT, "ticket.view, people.view")
    );
    let browser = app.signed_in("agent").await;
    assert_eq!(browser.get("/log").await.status, StatusCode::FORBIDDEN, "it holds at once");
    let fixed = json!({"version": 1, "rights": []});
    let fixed = api.json(Method::PUT, "/api/v1/roles/administrator", &fixed).await;
    assert_eq!(fixed.json()["fields"][0]["issue"], "fixed");
    assert!(recorded(&app, "role").await[0].1.contains(Right::TicketReply.as_str()));

    let admin = api.get(&format!("/api/v1/staff/{}", app.cast.staff_id("admin"))).await.json();
    let out = json!({"version": admin["version"], "active": false});
    let out = api.json(Method::PATCH, &format!("/api/v1/staff/{}", text(&admin["id"])), &out).await;
    assert_eq!(out.json()["fields"][0]["issue"], "last_administrator");
    let new = json!({"login": "night", "name": "Night", "role": "agent", "skills": ["Oracle"]});
    let s = made(&api, "staff", &new).await;
    assert_eq!((text(&s["role"]), &s["skills"]), ("agent", &json!(["Oracle"])));
    assert_eq!(wrong(&api, "staff", &new).await, ("login".to_owned(), "taken".to_owned()));
}

async fn lists_filter_and_continue(app: TestApp) {
    let (api, agent) = (app.api().await, app.signed_in("agent").await);
    for i in 0..7 {
        let body = json!({"name": format!("Firm {i}"), "domains": [format!("firm{i}.example")]});
        let o = made(&api, "organisations", &body).await;
        let body =
            json!({"name": format!("P{i}"), "organisation": o["id"], "points": [format!("1380013800{i}")]});
        made(&api, "contacts", &body).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/api/v1/organisations?q=FIRM&limit=3&cursor={cursor}")).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|o| text(&o["name"]).to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(seen, (0..7).map(|i| format!("Firm {i}")).collect::<Vec<_>>());
    let found = |q: &'static str| {
        let api = api.clone();
        async move { api.get(q).await.json()["items"].as_array().unwrap().len() }
    };
    assert_eq!(found("/api/v1/organisations?q=firm4.example").await, 1, "by domain");
    assert_eq!(found("/api/v1/contacts?q=138-0013-8003").await, 1, "by number as people type it");
    assert_eq!(found("/api/v1/contacts?active=false").await, 0);
    for bad in ["limit=0", "limit=201", "cursor=gone", "active=perhaps"] {
        let answer = api.get(&format!("/api/v1/organisations?{bad}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let page = agent.get("/customers?q=firm").await.text;
    assert!(page.contains("Firm 6") && !page.contains("/customers/new"), "an agent looks, but does not edit");
    let boss = app.signed_in("boss").await;
    let csv = boss.get("/customers/contacts/export/csv?q=P3").await.text;
    assert!(csv.contains("'+8613800138003") && csv.contains("Firm 3"), "{csv}");
}

async fn the_search_follows_customers(app: TestApp) {
    let api = app.api().await;
    let found = |words: &'static str| {
        let (api, app) = (api.clone(), &app);
        async move {
            app.catch_up().await;
            crate::search::found(&api, words, "").await.len()
        }
    };
    let c = made(&api, "contacts", &json!({"name": "欧阳海", "points": ["ouyang@far.example"]})).await;
    assert_eq!((found("欧阳海").await, found("ouyang@far.example").await), (1, 1));
    let path = format!("contacts/{}", text(&c["id"]));
    changed(&api, &path, &json!({"version": 1, "points": ["ou@far.example"]})).await;
    assert_eq!((found("ouyang@far.example").await, found("ou@far.example").await), (0, 1));
    assert_eq!(gone(&api, &path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(found("欧阳海").await, 0);
}

async fn two_things_of_one_name_are_refused(app: TestApp) {
    let api = app.api().await;
    for noun in ["organisations", "groups", "products"] {
        let path = format!("/api/v1/{noun}");
        let made = api.post(&path, &json!({"name": "Twin"})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let again = api.post(&path, &json!({"name": " twin"})).await;
        assert_eq!(again.json()["fields"], json!([{"field": "name", "issue": "taken"}]), "{noun}");
    }
}

async fn a_contract_is_begun_from_its_list(app: TestApp) {
    let admin = app.signed_in("admin").await;
    for list in ["contracts", "installations"] {
        let new = format!("/customers/{list}/new");
        assert!(admin.get(&format!("/customers/{list}")).await.text.contains(&format!("href=\"{new}")));
        let asks = admin.get(&new).await;
        assert!(asks.status == StatusCode::OK && asks.text.contains("name=\"name\""), "{}", asks.text);
        let unknown = admin.get(&format!("{new}?name=Nowhere")).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.text.contains("value=\"Nowhere\""), "{}", unknown.text);
        let found = admin.get(&format!("{new}?name=North")).await;
        assert!(found.text.contains("name=\"product\""), "{}", found.text);
    }
}
