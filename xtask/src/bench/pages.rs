//! Pages and their JSON: CPU per request with 20,000 tickets, and how it grows to 200,000.

use anyhow::Context;
use serde_json::json;

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::load::{Cost, one_by_one};
use super::place::Place;
use super::server::Server;
use super::watch::ms;

const TICKETS: u32 = 20_000;
const GROWN: u32 = 10;
const MOST_GROWTH: f64 = 1.3;

struct Asked {
    name: &'static str,
    path: String,
    most_ms: f64,
}

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let tickets = bench.tickets(TICKETS);
    let small = measure(bench, tickets, true)?;
    let large = measure(bench, tickets * GROWN, false)?;
    for ((name, before), (_, after)) in small.iter().zip(&large) {
        let growth = after.cpu.as_secs_f64() / before.cpu.as_secs_f64();
        let name = format!("{name}: growth of CPU from {tickets} to {} tickets", tickets * GROWN);
        bench.figures.add(name, growth, "×", Target::AtMost(MOST_GROWTH));
    }
    Ok(())
}

fn measure(bench: &mut Bench, tickets: u32, target: bool) -> anyhow::Result<Vec<(&'static str, Cost)>> {
    let place = Place::seeded(bench, "pages", tickets)?;
    let server = place.serve()?;
    let session = server.sign_in()?;
    let number = case_with_10_messages(&server, &session)?;
    server.quiet()?;
    let mut all = Vec::new();
    for Asked { name, path, most_ms } in asked(&number) {
        let cost = one_by_one(&server, &session, &path)?;
        let most = if target { Target::AtMost(most_ms) } else { Target::None };
        let name_of = |what: &str| format!("{name}, {tickets} tickets: {what}");
        bench.figures.add(name_of("CPU per request"), ms(cost.cpu), "ms", most);
        bench.figures.add(name_of("requests, one client"), cost.rate, "1/s", Target::None);
        bench.figures.add(name_of("time, median"), ms(cost.median), "ms", Target::None);
        bench.figures.add(name_of("time, p95"), ms(cost.p95), "ms", Target::None);
        let kib = f64::from(u32::try_from(cost.bytes)?) / 1024.0;
        bench.figures.add(name_of("size"), kib, "KiB", Target::None);
        all.push((name, cost));
    }
    Ok(all)
}

fn asked(number: &str) -> Vec<Asked> {
    let asked = |name, path: &str, most_ms| Asked { name, path: path.to_owned(), most_ms };
    vec![
        asked("ticket page, 10 messages", &format!("/tickets/{number}"), 1.0),
        asked("queue page, next due, 50 rows", "/tickets?view=due_next", 1.0),
        asked("queue page, all, 50 rows", "/tickets?view=all", 1.0),
        asked("queue JSON, next due, 50 rows", "/api/v1/tickets?view=due_next&limit=50", 0.4),
        asked("queue JSON, all, 50 rows", "/api/v1/tickets?limit=50", 0.4),
    ]
}

/// A case as long as most get: a request, seven answers and progress reports, two internal notes.
fn case_with_10_messages(server: &Server, session: &str) -> anyhow::Result<String> {
    let token = server.token(session)?;
    let mut client = Client::new(server.address, &token)?;
    let made = client.json(
        "/api/v1/tickets",
        &json!({
            "title": "保存进度报表后页面没有反应",
            "body": "今天上午填完本周进度点“保存”，页面一直转圈，刷新后数据没有了。\n已试过换浏览器，情况相同。",
            "requester": "seed1@example.cn",
            "severity": "urgent",
            "tags": ["报表", "进度"],
            "facts": {"symptom": "保存无响应", "occurrence": "每次", "version": "v3.2.1", "error_code": "ORA-00054"},
        }),
    )?;
    let number = made.get("number").and_then(|n| n.as_str()).context("no number")?.to_owned();
    for i in 2..=10 {
        let body = format!(
            "第 {i} 条：已在测试环境复现，写入进度表时等待行锁超时（ORA-00054）。\n\
             原因是夜间汇总任务没有提交。正在处理，预计今天 17:00 前给出结果。"
        );
        let what = if i % 4 == 0 { "notes" } else { "messages" };
        client.json(&format!("/api/v1/tickets/{number}/{what}"), &json!({ "body": body }))?;
    }
    Ok(number)
}
