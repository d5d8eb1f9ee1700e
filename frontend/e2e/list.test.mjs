// The list in a real browser: filters with several values, chips, a customer among many, and many tickets at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, stage } from "./browser.mjs";

const { demo, visitor, problems, api, fresh } = await stage();

test("filters take several values, are chips, and go away one by one", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets?view=all`);
  await agent.click(".filters summary:has-text('状态')");
  await agent.check(".filters input[name=status][value=open]");
  await agent.check(".filters input[name=status][value=new]");
  await agent.click(".filters details[open] button");
  await agent.waitForURL(/status=new&status=open|status=open&status=new/);
  assert.ok(!/kind=|columns=/.test(agent.url()), agent.url());
  assert.equal(await agent.locator(".chosen a.chip").count(), 2);
  await accessible(agent);
  // A menu that is closed with another choice shows it.
  await agent.click(".filters summary:has-text('紧急程度')");
  await agent.check(".filters input[name=severity][value=urgent]");
  await agent.click("h1");
  await agent.waitForURL(/severity=urgent/);
  assert.equal(await agent.locator(".chosen a.chip").count(), 3);
  await agent.click(".chosen a.chip:has-text('待响应')");
  await agent.waitForURL((url) => url.searchParams.getAll("status").join() === "open");
  // Escape leaves things as they were.
  await agent.click(".filters summary:has-text('状态')");
  await agent.check(".filters input[name=status][value=closed]");
  await agent.keyboard.press("Escape");
  await agent.waitForTimeout(200);
  assert.ok(!agent.url().includes("closed"));
});

test("a customer is found by name, and an unknown one is said", async () => {
  const agent = await visitor(demo.account("agent"));
  await fresh("单位筛选");
  await agent.goto(`${demo.url}/tickets?view=all`);
  await agent.click(".filters summary:has-text('更多筛选')");
  const field = agent.locator(".filters input[type=search][name=organisation]");
  await field.pressSequentially("鸿达");
  await agent.waitForFunction(() => document.querySelector("#organisation-names option"));
  const name = await agent.getAttribute("#organisation-names option", "value");
  await accessible(agent);
  await field.fill(name);
  await field.press("Enter");
  await agent.waitForSelector(`.chosen a.chip:has-text("${name}")`);
  await agent.waitForSelector("#rows .row");
  await agent.goto(`${demo.url}/tickets?organisation=没有`);
  await agent.waitForSelector(".list-errors >> text=单位");
  await accessible(agent);
});

test("many tickets at once: changed, not changed and why, and back", async () => {
  const boss = await visitor(demo.account("supervisor"));
  const numbers = [await fresh("批量一"), await fresh("批量二"), await fresh("批量三")];
  await api(`tickets/${numbers[2]}/cancellation`, "POST", { reason: "spam" });
  await boss.goto(`${demo.url}/tickets?view=all`);
  for (const n of numbers) await boss.check(`#rows input[value="${n}"]`);
  await boss.waitForSelector("#bulk-count >> text=已选 3 张");
  await accessible(boss);
  await boss.click("#bulk summary:has-text('取消工单')");
  await boss.selectOption("#bulk details[open] select[name=reason]", "duplicate");
  await boss.click("#bulk details[open] button");
  await boss.waitForSelector(".toast >> text=已处理 2 张");
  assert.match(await boss.textContent(".toast"), new RegExp(`${numbers[2]}\\s*已经是这样`));
  assert.equal((await api(`tickets/${numbers[0]}`, "GET")).status, "cancelled");
  await accessible(boss);
  // The toast before says the same: the answer tells when it is undone.
  const undone = boss.waitForResponse((r) => r.request().method() === "POST");
  await boss.click(".toast >> text=撤销");
  await undone;
  assert.equal((await api(`tickets/${numbers[0]}`, "GET")).status, "new");
  await boss.click("#bulk summary:has-text('标签')");
  await boss.fill("#bulk details[open] input[name=add]", "巡检，华东");
  await boss.click("#bulk details[open] button");
  await boss.waitForFunction(() => document.querySelectorAll(".toast").length > 0);
  await boss.waitForSelector(".toast >> text=已处理 3 张");
  assert.deepEqual((await api(`tickets/${numbers[1]}`, "GET")).tags, ["华东", "巡检"]);
  await boss.click("[data-chooses=none]");
  assert.ok(!(await boss.locator("#bulk").isVisible()));
});

test("an empty queue fills by itself", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets?tag=绝无仅有`);
  await agent.waitForSelector(".empty >> text=没有符合条件的工单");
  await agent.waitForTimeout(500);
  await api("tickets", "POST", { title: "来了", requester: "wu@hongda.example", tags: ["绝无仅有"] });
  await agent.waitForSelector("#rows .row >> text=来了");
  assert.ok(!(await agent.locator(".empty").isVisible()));
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems.filter((p) => !/status of 4(04|09|22)/.test(p)), []);
});
