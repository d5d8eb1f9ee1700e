// Live updates do not take away what somebody is using: panels, typed text, ticks, focus, loaded rows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./browser.mjs";

const { demo, visitor, problems, api, fresh } = await stage();
const note = (number, body) => api(`tickets/${number}/notes`, "POST", { body });

test("a panel stays open with what was typed while a colleague writes", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("面板");
  await agent.goto(`${demo.url}/tickets/${number}`);
  await agent.click("summary:has-text('解决')");
  await agent.fill("form[action$='/solution'] textarea[name=resolution]", "写了一半");
  await note(number, "同事写的");
  await agent.waitForSelector("#timeline >> text=同事写的");
  await agent.waitForTimeout(400);
  assert.ok(await agent.isVisible("form[action$='/solution'] textarea[name=resolution]"));
  assert.equal(await agent.inputValue("form[action$='/solution'] textarea[name=resolution]"), "写了一半");
  await agent.click("form[action$='/solution'] button");
  await agent.waitForSelector("text=已解决，待确认");
});

test("facts of the case are fresh at once, its verbs when their panel is closed", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("事实");
  await agent.goto(`${demo.url}/tickets/${number}`);
  await agent.click("summary:has-text('指派')");
  await agent.waitForSelector("form[action$='/assignment'] >> visible=true");
  await api(`tickets/${number}/hold`, "POST", { status: "waiting_customer", note: "等日志", body: "请发日志" });
  await agent.waitForSelector("#case-line .tag-waiting_customer");
  assert.ok(await agent.isVisible("form[action$='/assignment']"));
  await agent.keyboard.press("Escape");
  await agent.waitForSelector("#case-verbs >> text=继续处理");
});

test("a refreshed list keeps ticks, focus and loaded rows", async () => {
  const agent = await visitor(demo.account("agent"));
  await Promise.all(Array.from({ length: 60 }, (_, i) => fresh(`行 ${i}`)));
  await agent.goto(`${demo.url}/tickets?view=all`);
  await agent.click(".more a");
  await agent.waitForFunction(() => document.querySelectorAll("#rows .row").length > 60);
  const loaded = await agent.locator("#rows .row").count();
  const box = "#rows .row >> nth=1 >> input";
  await agent.check(box);
  const ticked = await agent.inputValue(box);
  await agent.keyboard.press("Escape");
  const focused = await agent.evaluate(() => {
    const link = document.querySelectorAll("#rows a.row-link")[2];
    link.focus();
    return link.pathname;
  });
  const number = await fresh("刚刚来的");
  await agent.waitForSelector(`#row-${number}`);
  await agent.waitForTimeout(300);
  assert.deepEqual(await agent.$$eval("#rows input:checked", (all) => all.map((b) => b.value)), [ticked]);
  assert.ok(await agent.isVisible("#bulk"));
  assert.equal(await agent.evaluate(() => document.activeElement.pathname), focused);
  assert.ok((await agent.locator("#rows .row").count()) >= loaded);
});

const customer = () => demo.accounts.find((a) => a.login === "wu@hongda.example");

test("a customer's buttons follow the case without a reload", async () => {
  const clerk = await visitor(customer());
  const number = await fresh("按钮");
  await clerk.goto(`${demo.url}/portal/cases/${number}`);
  await clerk.waitForSelector("#case-withdraw >> visible=true");
  assert.ok(await clerk.isHidden("#case-verbs"));
  await api(`tickets/${number}/solution`, "POST", { resolution: "好了" });
  await clerk.waitForSelector("#case-verbs form[action$='/confirmation'] >> visible=true");
  await clerk.waitForSelector("#case-marks .marks >> visible=true");
  await clerk.fill("#case-marks textarea[name=comment]", "写了一半");
  await api(`tickets/${number}/closure`, "POST", {});
  await clerk.waitForSelector("#case-verbs", { state: "hidden" });
  assert.ok(await clerk.isHidden("#case-withdraw"));
  assert.equal(await clerk.inputValue("#case-marks textarea[name=comment]"), "写了一半");
});

test("what a customer is writing stays when the case is withdrawn", async () => {
  const clerk = await visitor(customer());
  const [written, empty] = [await fresh("写着"), await fresh("空着")];
  const withdraw = (number) => api(`tickets/${number}/withdrawal`, "POST", {});
  await clerk.goto(`${demo.url}/portal/cases/${written}`);
  await clerk.fill("#case-write .editor-area", "还有一句");
  await withdraw(written);
  await clerk.waitForSelector("#case-withdraw", { state: "hidden" });
  await clerk.waitForTimeout(400);
  assert.equal(await clerk.innerText("#case-write .editor-area"), "还有一句");
  await clerk.goto(`${demo.url}/portal/cases/${empty}`);
  await withdraw(empty);
  await clerk.waitForSelector("#case-write form", { state: "detached" });
});

test("what happens while an answer is under way is asked for afterwards", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("路上");
  let release;
  const held = new Promise((resolve) => {
    agent.route(`**/tickets/${number}`, async (route) => {
      if (release || !route.request().headers()["hx-request"]) return route.continue();
      const response = await route.fetch();
      release = () => route.fulfill({ response });
      resolve();
    });
  });
  await agent.goto(`${demo.url}/tickets/${number}`);
  await note(number, "第一条");
  await held;
  await note(number, "第二条");
  await agent.waitForTimeout(600);
  await release();
  await agent.waitForSelector("#timeline >> text=第一条");
  await agent.waitForSelector("#timeline >> text=第二条", { timeout: 5_000 });
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems, []);
});
