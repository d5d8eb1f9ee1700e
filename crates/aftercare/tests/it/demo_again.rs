//! A demo folder in which somebody changed people: what is printed works all the same.

use serde_json::Value;

use crate::faults::{Demo, folder, request, start};

fn body_of(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).unwrap_or(Value::Null)
}

fn find(demo: &Demo, path: &str, key: &str, value: &str) -> Value {
    let answer = request(demo, &format!("GET /api/v1/{path}"), "").unwrap();
    let all = body_of(&answer);
    let mut items = all["items"].as_array().unwrap().iter();
    items.find(|i| i[key] == value).unwrap_or_else(|| panic!("no {value} in {answer}")).clone()
}

fn change(demo: &Demo, path: &str, row: &Value, change: &str) {
    let (id, version) = (row["id"].as_str().unwrap(), &row["version"]);
    let body = format!("{{\"version\":{version},{change}}}");
    let answer = request(demo, &format!("PATCH /api/v1/{path}/{id}"), &body).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn logins(demo: &Demo) -> Vec<(String, String)> {
    let all = demo.info["accounts"].as_array().unwrap();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    all.iter().map(|a| (text(&a["login"]), text(&a["role"]))).collect()
}

fn signs_in(demo: &Demo, login: &str) -> bool {
    let form = format!("login={login}&password=aftercare-demo");
    let head = "POST /sign-in HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\nx-rest: ";
    request(demo, head, &form).is_some_and(|a| a.starts_with("HTTP/1.1 303"))
}

#[test]
fn what_the_demo_prints_works_whatever_was_done_before() {
    let data = folder("demo-again");
    let mut demo = start(&data);
    let chen = find(&demo, "staff?limit=200", "login", "chen");
    change(&demo, "staff", &chen, "\"role\":\"administrator\"");
    let qian = find(&demo, "staff?limit=200", "login", "qian");
    change(&demo, "staff", &qian, "\"active\":false");
    for _ in 0..6 {
        let form = "login=li&password=wrong";
        request(
            &demo,
            "POST /sign-in HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\nx-rest: ",
            form,
        );
    }
    assert!(!signs_in(&demo, "li"), "too many wrong passwords");
    let admin = find(&demo, "staff?limit=200", "login", "admin");
    change(&demo, "staff", &admin, "\"role\":\"agent\"");
    demo.child.kill().unwrap();
    demo.child.wait().unwrap();

    let mut again = start(&data);
    let all = logins(&again);
    let role = |login: &str| all.iter().find(|(l, _)| l == login).map(|(_, role)| role.as_str());
    assert_eq!(
        (role("qian"), role("chen"), role("admin")),
        (None, Some("administrator"), Some("administrator"))
    );
    for (login, _) in &all {
        assert!(signs_in(&again, login), "{login}");
    }
    let push = request(&again, "GET /api/v1/push", "").unwrap();
    assert!(body_of(&push)["public_key"].is_string(), "{push}");
    let tokens = request(&again, "GET /api/v1/tokens", "").unwrap();
    assert!(tokens.starts_with("HTTP/1.1 200"), "{tokens}");
    again.child.kill().unwrap();
    again.child.wait().unwrap();
    let _ = std::fs::remove_dir_all(&data);
}
