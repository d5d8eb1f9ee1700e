//! A level is for faults only, however it comes; and the contract of a ticket is that with which its promise was chosen.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

use super::tables;

mod engines {
    testkit::on_both_engines!(
        a_level_is_for_faults,
        what_has_a_level_stays_a_fault,
        tables_give_levels_to_faults,
        the_contract_stays_that_of_the_promise,
    );
}

const BEN: &str = "ben@north.example";

async fn opened(api: &Client, more: Value) -> Answer {
    let mut body = json!({"title": "t", "requester": BEN});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post("/api/v1/tickets", &body).await
}

fn wrong(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    let f = &answer.json()["fields"][0];
    format!("{} {}", f["field"].as_str().unwrap(), f["issue"].as_str().unwrap())
}

async fn a_level_is_for_faults(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    for kind in ["change", "how_to", "suggestion", "complaint"] {
        for level in [1, 2] {
            let refused = opened(&api, json!({"kind": kind, "severity": "urgent", "level": level})).await;
            assert_eq!(wrong(&refused), "level level_needs_fault", "{kind} {level}");
        }
    }
    for kind in ["incident", "fault"] {
        let made = opened(&api, json!({"kind": kind, "severity": "urgent", "level": 1})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{kind}: {}", made.text);
    }
    let form = format!("title=t&requester={BEN}&kind=suggestion&severity=urgent&level=1");
    let refused = boss.form("/tickets", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("级别仅用于突发问题和技术故障，请留空"), "{}", refused.text);

    let urgent = opened(&api, json!({"kind": "suggestion", "severity": "urgent"})).await;
    assert_eq!(urgent.status, StatusCode::CREATED, "urgent without a level may be anything: {}", urgent.text);
    let at = format!("/api/v1/tickets/{}/severity", urgent.json()["number"].as_str().unwrap());
    let refused = api.json(Method::PUT, &at, &json!({"severity": "urgent", "level": 2})).await;
    assert_eq!(wrong(&refused), "level level_needs_fault");
}

async fn what_has_a_level_stays_a_fault(app: TestApp) {
    let api = app.api().await;
    let made = opened(&api, json!({"kind": "fault", "severity": "urgent", "level": 1})).await;
    let at = format!("/api/v1/tickets/{}", made.json()["number"].as_str().unwrap());
    let turned = async |kind: &str| api.json(Method::PATCH, &at, &json!({"kind": kind})).await;
    let refused = turned("how_to").await;
    assert_eq!(wrong(&refused), "kind kind_has_level");
    assert!(refused.json()["title"].as_str().unwrap().contains("请先清除故障级别"), "{}", refused.text);
    assert_eq!(turned("incident").await.status, StatusCode::OK, "from fault to fault");
    let none = api.json(Method::PUT, &format!("{at}/severity"), &json!({"severity": "urgent"})).await;
    assert_eq!(none.json()["level"], Value::Null, "{}", none.text);
    assert_eq!(turned("how_to").await.json()["kind"], "how_to");
}

async fn tables_give_levels_to_faults(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let table = "标题,联系电话,工单类型,紧急程度,故障级别\n\
        甲,138 0013 8000,改进建议,紧急,一级\n乙,138 0013 8000,技术故障,紧急,一级\n";
    let (at, done) = tables::run(&app, &admin, "tickets", table.as_bytes()).await;
    let bad = admin.get(&format!("{at}/bad.csv")).await.text;
    assert!(bad.contains("甲") && !bad.contains("乙"), "{bad} {done}");
    assert!(bad.contains("级别仅用于突发问题和技术故障"), "{bad}");
}

async fn the_contract_stays_that_of_the_promise(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    admin.form("/admin/products", "name=Plan").await;
    let products = app.desk.read(|r| Ok(store::directory::products(r)?)).await.unwrap();
    let product = products.iter().find(|p| p.name == "Plan").unwrap().id.0.clone();
    for (number, of) in [("HT-ALL", Value::Null), ("HT-PLAN", json!(product))] {
        let body = json!({"number": number, "organisation": app.cast.north, "starts_on": "2020-01-01", "product": of});
        let made = api.post("/api/v1/contracts", &body).await;
        assert!(made.status.is_success(), "{}", made.text);
    }
    let made = opened(&api, json!({})).await.json();
    let (number, contract) = (made["number"].as_str().unwrap(), made["contract"].clone());
    assert!(contract.is_string(), "{made}");
    let edited =
        api.json(Method::PATCH, &format!("/api/v1/tickets/{number}"), &json!({"product": product})).await;
    assert_eq!(
        (&edited.json()["product"], &edited.json()["contract"]),
        (&json!(product), &contract),
        "{}",
        edited.text
    );
    let page = app.signed_in("boss").await.get(&format!("/tickets/{number}")).await.text;
    assert!(
        page.contains("HT-ALL") && !page.contains("HT-PLAN"),
        "the panel names the one that serves it: {page}"
    );
    // Older histories changed it with the product; they tell it by number.
    let was = format!(
        "UPDATE ticket_event SET change = '{{\"type\":\"edited\",\"field\":\"contract\",\"from\":\"\",\"to\":\"{}\"}}' \
         WHERE change LIKE '%\"edited\"%' AND change LIKE '%\"product\"%'",
        contract.as_str().unwrap()
    );
    app.execute(&was).await;
    let page = app.signed_in("boss").await.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("将合同由“空”改为“HT-ALL”"), "{page}");
    app.advance(86_400).await;
    let ledger = app.signed_in("ann@north.example").await.get("/portal/promises").await.text;
    let (all, plan) = (ledger.find("HT-ALL").unwrap(), ledger.find("HT-PLAN").unwrap());
    let at = ledger.find(number).unwrap();
    let next = if plan > all { plan } else { ledger.len() };
    assert!(at > all && at < next, "in the book of its contract: {ledger}");
}
