//! The API's description: what each operation takes and answers, who may, and the same on its page.

use serde_json::Value;
use testkit::{Database, TestApp};

#[tokio::test]
async fn the_description_names_rights_and_values() {
    let app = TestApp::new(Database::sqlite()).await;
    let document = app.client().get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths {
        for (method, operation) in
            item.as_object().unwrap().iter().filter(|(m, _)| m.len() < 7 && *m != "parameters")
        {
            assert!(operation["security"][0]["token"].is_array(), "{method} {path} says no rights");
        }
    }
    let create = &document["paths"]["/api/v1/tickets"]["post"];
    assert_eq!(create["security"][0]["token"][0], "ticket.create");
    let report = &document["paths"]["/api/v1/reports/{report}"]["get"]["parameters"];
    let values = |name: &str| -> Vec<&str> {
        let all = report.as_array().unwrap();
        let p = all.iter().find(|p| p["name"] == name).unwrap();
        assert_ne!(p["required"], true, "{name}");
        p["schema"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
    };
    assert_eq!(values("basis"), ["due", "stop"]);
    assert!(values("by").contains(&"month") && values("period").contains(&"last_12_months"));
    assert_eq!(values("severity"), ["urgent", "general"]);
}

#[tokio::test]
async fn the_page_shows_what_an_operation_takes_and_answers() {
    let app = TestApp::new(Database::sqlite()).await;
    let page = app.client().get("/api/docs").await.text;
    let create =
        page.split("<details>").find(|d| d.contains(">POST<") && d.contains("/api/v1/tickets<")).unwrap();
    for words in ["ticket.create", "requester", "received_at", "201", "#type-TicketView", "Idempotency-Key"] {
        assert!(create.contains(words), "{words}: {create}");
    }
    assert!(page.contains("id=\"type-TicketView\"") && page.contains("/api/v1/openapi.json"));
    assert!(!page.contains('⟦') && !page.contains("<script>"), "texts and policy");
}
