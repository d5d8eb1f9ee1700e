//! Pages and their JSON: CPU per request with 20,000 tickets, and how it grows to 200,000.

use anyhow::Context;
use serde_json::json;

use super::Bench;
use super::figures::Target;
use super::http::Client;
use super::load::{Cost, Page, in_turn};
use super::place::Place;
use super::server::Server;
use super::watch::ms;

const TICKETS: u32 = 20_000;
const GROWN: u32 = 10;
const MOST_GROWTH: f64 = 1.3;

/// A server with its signed-in browser and a long case.
struct Side {
    tickets: u32,
    server: Server,
    session: String,
    number: String,
}

impl Side {
    fn open(place: &Place, tickets: u32) -> anyhow::Result<Self> {
        let server = place.serve()?;
        let session = server.sign_in()?;
        let number = case_with_10_messages(&server, &session)?;
        server.quiet()?;
        Ok(Self { tickets, server, session, number })
    }

    fn page(&self, path: &str) -> Page<'_> {
        Page { server: &self.server, lines: &self.session, path: path.replace("{number}", &self.number) }
    }
}

/// Name, address, and what it may cost in milliseconds of CPU.
const PAGES: [(&str, &str, f64); 5] = [
    ("ticket page, 10 messages", "/tickets/{number}", 1.0),
    ("queue page, next due, 50 rows", "/tickets?view=due_next", 1.0),
    ("queue page, all, 50 rows", "/tickets?view=all", 1.0),
    ("queue JSON, next due, 50 rows", "/api/v1/tickets?view=due_next&limit=50", 0.4),
    ("queue JSON, all, 50 rows", "/api/v1/tickets?limit=50", 0.4),
];

/// Measures, the small and the large database in turn.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let tickets = bench.tickets(TICKETS);
    let (few, many) = (tickets, tickets * GROWN);
    let places = (Place::seeded(bench, "few", few)?, Place::seeded(bench, "many", many)?);
    let (small, large) = (Side::open(&places.0, few)?, Side::open(&places.1, many)?);
    for (name, path, most_ms) in PAGES {
        let costs = in_turn(&[small.page(path), large.page(path)])?;
        let [before, after] = costs.as_slice() else { anyhow::bail!("two pages have two costs") };
        add(bench, name, small.tickets, *before, Target::AtMost(most_ms))?;
        add(bench, name, large.tickets, *after, Target::None)?;
        let growth = after.cpu.as_secs_f64() / before.cpu.as_secs_f64();
        let name = format!("{name}: growth of CPU from {few} to {many} tickets");
        bench.figures.add(name, growth, "×", Target::AtMost(MOST_GROWTH));
    }
    Ok(())
}

fn add(bench: &mut Bench, name: &str, tickets: u32, cost: Cost, most: Target) -> anyhow::Result<()> {
    let name_of = |what: &str| format!("{name}, {tickets} tickets: {what}");
    bench.figures.add(name_of("CPU per request"), ms(cost.cpu), "ms", most);
    bench.figures.add(name_of("requests, one client"), cost.rate, "1/s", Target::None);
    bench.figures.add(name_of("time, median"), ms(cost.median), "ms", Target::None);
    bench.figures.add(name_of("time, p95"), ms(cost.p95), "ms", Target::None);
    let kib = f64::from(u32::try_from(cost.bytes)?) / 1024.0;
    bench.figures.add(name_of("size"), kib, "KiB", Target::None);
    Ok(())
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
            "requester": "seed1@example.com",
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
