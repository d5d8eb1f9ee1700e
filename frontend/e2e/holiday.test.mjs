// National Day at 03:12: a product's data display fails. Whoever is on call is paged, answers, reports every half hour and solves
// it; the customer sees each promise kept and why it fell due when it did. The clock of the server is moved by hand.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accessible, openBrowser, signIn, startStage } from "./browser.mjs";

const [stage, browser] = await Promise.all([startStage(), openBrowser()]);
after(async () => {
  await browser.close();
  await stage.stop();
});

/** The instant of a wall time in Shanghai on that day. */
const at = (time) => new Date(`2026-10-03T${time}:00+08:00`);
const shots = process.env.AFTERCARE_SHOTS;

async function api(address, body, method = body ? "POST" : "GET") {
  const headers = { authorization: `Bearer ${stage.api_token}`, "content-type": "application/json" };
  const answer = await fetch(`${stage.url}/api/v1/${address}`, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${address}: ${answer.status} ${answer.ok || (await answer.text())}`);
  return answer.json();
}

/** Everybody's browser has the time of the server. */
const pages = [];
async function reach(time) {
  await stage.reach(at(time));
  for (const page of pages) await page.clock.setFixedTime(at(time));
}

async function visitor(login, width = 1440) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  const page = await context.newPage();
  await page.clock.setFixedTime(at("03:12"));
  await signIn(page, stage, { login, password: stage.password });
  pages.push(page);
  return page;
}

const picture = (page, name) => shots && page.screenshot({ path: `${shots}/holiday-${name}.png`, fullPage: true });

/** A rota whose holiday layer has one engineer, and a page three minutes after an urgent case that nobody has answered. */
async function prepare() {
  const staff = Object.fromEntries((await api("staff?limit=200")).items.map((s) => [s.login, s.id]));
  const layer = (name, days, order) => ({
    name, seat: "primary", days, time_zone: "Asia/Shanghai", order, handoff_day: "mon", handoff_at: "09:00",
    every: 1, unit: "weeks", starts_on: "2020-01-06", windows: [],
  });
  const layers = [layer("平日", "all", [staff.colleague]), layer("节假日", "holiday", [staff.agent])];
  const doc = { calendar: "service", groups: [], layers, fallback: null, owner: staff.admin };
  await api("on-call/rotas", { name: "国庆值班", doc });
  const { name, rev, doc: promise } = await api("policies/t1");
  promise.steps = [{ milestone: "response", percent: 10, action: "page_on_call" }];
  await api("policies/t1", { name, rev, doc: promise }, "PUT");
}

async function report(page, finding, next) {
  await page.click(".composer button[popovertarget=verb-progress]");
  const form = page.locator("#verb-progress form");
  await form.locator("select[name=phase]").selectOption("working");
  await form.locator("textarea[name=finding]").fill(finding);
  await form.locator("textarea[name=next]").fill(next);
  await form.locator("input[name=expected_at]").fill("2026-10-03T05:00");
  await form.locator("button.btn-primary").click();
  await page.waitForSelector(`.card-report >> text=${finding}`);
}

test("a fault in the night of National Day is answered, reported and solved in time", async () => {
  await stage.reach(at("03:12"));
  await prepare();
  const [engineer, customer] = [await visitor("agent"), await visitor("ben@north.example", 390)];
  const made = await api("tickets", {
    title: "首页管网压力数据不显示", body: "大屏压力曲线自 03:05 起为空，调度无法判断管网状态。",
    requester: "ben@north.example", severity: "urgent", level: 1, channel: "portal",
  });
  const { number } = made;
  const due = Object.fromEntries(made.clocks.map((c) => [c.kind, new Date(c.due_at).getTime()]));
  assert.deepEqual(
    [due.response, due.attend, due.update],
    [at("03:42"), at("05:12"), at("03:42")].map((d) => d.getTime()),
    "the promise counts through the holiday",
  );

  // The page: only to the holiday's engineer, three minutes later, on the open page.
  await reach("03:14");
  assert.equal(await engineer.locator("#pages .call").count(), 0);
  await reach("03:15");
  await engineer.locator("#pages .call").waitFor();
  await accessible(engineer);
  await picture(engineer, "1-page");
  await engineer.click("#pages .call .btn-primary");
  await engineer.waitForURL(`**/tickets/${number}`);
  await engineer.waitForSelector("#timeline >> text=已确认呼叫");

  // Contact, and work begins.
  await reach("03:20");
  await engineer.click(".editor-area");
  await engineer.keyboard.type("您好，值班工程师已接手，正在检查采集服务。");
  await engineer.click("#composer button.btn-primary");
  await engineer.waitForSelector("#timeline >> text=值班工程师已接手");
  await customer.goto(`${stage.url}/portal/cases/${number}`);
  await customer.waitForSelector("#talk >> text=值班工程师已接手");

  // A report in every half hour.
  await reach("03:40");
  await report(engineer, "采集服务连接数已满", "重启采集服务并观察");
  await customer.waitForSelector("#talk >> text=采集服务连接数已满");
  await reach("04:08");
  await report(engineer, "重启后曲线恢复，补录缺失数据", "补录 03:05 至 03:50 的数据");
  await picture(engineer, "2-reports");

  // Solved within the promise; the customer confirms.
  await reach("04:30");
  await engineer.click("summary:has-text('解决')");
  await engineer.selectOption("form[action$='/solution'] select[name=cause]", "system");
  await engineer.fill("form[action$='/solution'] textarea[name=resolution]", "采集服务连接泄漏，已重启并补录数据，节后发补丁。");
  await engineer.click("form[action$='/solution'] button");
  await engineer.waitForSelector("text=已解决，待确认");

  // To the customer: every promise with what became of it, and why it fell due then, also on a holiday.
  await customer.reload();
  const ledger = await customer.textContent("#case-ledger");
  assert.doesNotMatch(ledger, /超时|逾期/);
  assert.match(ledger, /03:42/);
  await customer.click("#case-ledger a.chip >> nth=0");
  await customer.waitForSelector(".why li");
  await accessible(customer);
  await picture(customer, "3-ledger");
  await customer.click("text=确认已解决");
  await customer.waitForSelector("text=已结束");

  const { clocks } = await api(`tickets/${number}`);
  assert.deepEqual(clocks.filter((c) => c.state !== "met").map((c) => `${c.kind} ${c.cycle} ${c.state}`), []);
  assert.equal(clocks.filter((c) => c.kind === "update").length, 3);
});
