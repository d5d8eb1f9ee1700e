//! The real process is killed: nothing that was answered is lost, and the demo is whole afterwards.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

pub(crate) struct Demo {
    pub child: Child,
    address: String,
    token: String,
    accounts: usize,
    /// All of its first line.
    pub info: Value,
}

pub(crate) fn start(data: &Path) -> Demo {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let info: Value = serde_json::from_str(&line).unwrap();
    let address = info["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let accounts = info["accounts"].as_array().unwrap().len();
    Demo { child, address, token: info["api_token"].as_str().unwrap().to_owned(), accounts, info }
}

pub(crate) fn request(demo: &Demo, head: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(&demo.address).ok()?;
    let text = format!(
        "{head} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        demo.address,
        demo.token,
        body.len()
    );
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

pub(crate) fn create(demo: &Demo, i: usize) -> Option<String> {
    let body = format!(r#"{{"title":"kill {i}","body":"b","requester":"k{i}@x.example"}}"#);
    let answer = request(demo, "POST /api/v1/tickets", &body)?;
    let number = answer.split("\"number\":\"").nth(1)?.split('"').next()?;
    answer.starts_with("HTTP/1.1 201").then(|| number.to_owned())
}

pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("aftercare-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// The rows of the source's table, word for word (S1-35, S1-36).
fn sample_rows_stand_in_the_log(demo: &Demo) {
    let answer = request(demo, "GET /api/v1/problem-log?from=2025-03-01&until=2025-05-31", "").unwrap();
    let page: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let word = |list: &str, word: &Value| {
        words::word(words::Locale::Zh, list, word.as_str().unwrap_or_default()).to_owned()
    };
    let cells = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let solver = format!("{}({})", text("solver"), word("role", &row["role"]));
        let date = text("date");
        [date[..10].to_owned(), word("class", &row["class"]), text("resolution"), solver, text("remark")]
    };
    let rows: Vec<_> = page["items"].as_array().unwrap().iter().map(cells).collect();
    for row in [
        ["2025-03-15", "权限配置错误", "重新分配角色后恢复", "李工(客服)", "需培训新员工"],
        ["2025-05-20", "数据导入失败", "更新CSV模板格式后成功", "张经理(技术顾问)", "附带模板下载链接"],
    ] {
        assert!(rows.iter().any(|r| *r == row), "{row:?}: {rows:?}");
    }
}

#[test]
fn kill_9_in_the_middle_of_1000_creates_loses_none_that_was_answered() {
    let data = folder("fault");
    let mut demo = start(&data);
    let answered = std::thread::scope(|scope| {
        let demo = &demo;
        let workers: Vec<_> = (0..8)
            .map(|w| {
                scope.spawn(move || (0..125).filter_map(|i| create(demo, w * 125 + i)).collect::<Vec<_>>())
            })
            .collect();
        // The kill comes when a part of them is answered, while the others are on their way.
        while request(demo, "GET /api/v1/tickets?limit=200", "")
            .is_some_and(|a| a.matches("\"title\":\"kill").count() < 100)
        {}
        let pid = demo.child.id().to_string();
        Command::new("kill").args(["-9", &pid]).status().unwrap();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect::<Vec<_>>()
    });
    demo.child.wait().unwrap();
    // Eight may have been saved and not yet answered.
    assert!((92..1000).contains(&answered.len()), "{} were answered", answered.len());

    let again = start(&data);
    assert_eq!(again.accounts, demo.accounts);
    sample_rows_stand_in_the_log(&again);
    let lost: Vec<_> = answered
        .iter()
        .filter(|n| {
            !request(&again, &format!("GET /api/v1/tickets/{n}"), "")
                .is_some_and(|a| a.starts_with("HTTP/1.1 200"))
        })
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
    let mut child = again.child;
    child.kill().unwrap();
    child.wait().unwrap();
    let _ = std::fs::remove_dir_all(&data);
}
