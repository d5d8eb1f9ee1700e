// The story of the product without phone and assistant: a clerk asks, the right person answers in time,
// the clerk confirms and rates. Once by mouse, once by keyboard; no console error, nothing serious for axe.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, stage } from "./browser.mjs";

const { demo, visitor, problems } = await stage();

const customer = () => demo.accounts.find((a) => a.login === "wu@hongda.example");

test("by mouse: asked, answered, seen live, solved, confirmed, rated", async () => {
  const clerk = await visitor(customer(), 390);
  const agent = await visitor(demo.account("agent"));

  await clerk.click("text=提交新问题");
  await accessible(clerk);
  await clerk.fill("input[name=title]", "保存进度报表没有反应");
  await clerk.fill("textarea[name=symptom]", "点击“保存”按钮无响应");
  await clerk.click("text=下一步");
  await clerk.fill("input[name=product_version]", "5.1.0");
  await accessible(clerk);
  await clerk.keyboard.press("Enter");
  await clerk.fill("input[name=error_code]", "ORA-00054");
  await clerk.click("form.guide button:has-text('提交')");
  await clerk.waitForURL(/portal\/cases\/AF-/);
  const number = clerk.url().split("/").pop();
  assert.match(await clerk.textContent(".next b"), /前由工程师联系您/);
  await accessible(clerk);

  await agent.goto(`${demo.url}/tickets?view=unassigned`);
  await accessible(agent);
  await agent.click(`text=${"保存进度报表没有反应"}`);
  await agent.waitForURL(new RegExp(number));
  assert.match(await agent.textContent(".context"), /ORA-00054/);
  await accessible(agent);
  await agent.click("text=领取");
  await agent.waitForSelector("text=主动领取");
  await agent.click(".chip >> nth=0");
  await agent.waitForSelector(".why li");

  const colleague = await visitor(demo.account("consultant"));
  await colleague.goto(`${demo.url}/tickets/${number}`);

  await agent.click(".editor-area");
  await agent.keyboard.type("您好，我们已经复现，正在处理。");
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector("text=您好，我们已经复现");
  // The colleague's page shows it without a reload.
  await colleague.waitForSelector("text=您好，我们已经复现", { timeout: 5000 });

  await agent.click("summary:has-text('解决')");
  await agent.selectOption("form[action$='/solution'] select[name=cause]", "operation");
  await agent.fill("form[action$='/solution'] textarea[name=resolution]", "更新模板后恢复");
  await agent.click("form[action$='/solution'] button");
  await agent.waitForSelector("text=已解决，待确认");

  // An answer leaves after some seconds, in which it could have been taken back; then the customer's page shows it.
  await clerk.waitForSelector(".prose >> text=您好，我们已经复现", { timeout: 20_000 });
  await clerk.reload();
  await clerk.click("text=确认已解决");
  await clerk.waitForSelector("text=已结束");
  for (const question of ["speed", "effect", "attitude"]) {
    await clerk.click(`label:has(input[name=${question}][value="5"])`);
  }
  await clerk.click("text=提交评分");
  await clerk.waitForSelector("text=评价：速度 5");

  await agent.goto(`${demo.url}/log`);
  assert.match(await agent.textContent("table"), /更新模板后恢复/);
  await accessible(agent);
});

test("by keyboard: palette, queue, take, reply, note, help", async () => {
  const agent = await visitor(demo.account("agent"));
  const key = (...keys) => keys.reduce((p, k) => p.then(() => agent.keyboard.press(k)), Promise.resolve());
  await key("?");
  await agent.waitForSelector("dialog#keys[open]");
  await accessible(agent);
  await key("Escape", "g", "4");
  await agent.waitForURL(/view=due_next/);
  // Nobody takes a complaint about a case that they handled: the first row that is none.
  const rows = await agent.$$eval(".row-link", (all) => all.findIndex((link) => !link.textContent.includes("月报问题处理太慢")));
  await key(...Array(rows + 1).fill("j"), "Enter");
  await agent.waitForURL(/tickets\/AF-/);
  const address = agent.url();
  await key("t");
  await agent.waitForSelector("text=主动领取");
  await key("r");
  await agent.keyboard.type("键盘回复");
  await key("Control+Enter");
  await agent.waitForSelector(".card >> text=键盘回复");
  await key("h");
  await agent.waitForSelector("form[action$='/hold'] select");
  await key("Escape", "Control+k");
  await agent.keyboard.type(address.split("/").pop());
  await key("Enter");
  await agent.waitForURL(address);
});

test("a draft survives a colleague's change and a reload", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets?view=due_next`);
  await agent.click(".row-link >> nth=0");
  await agent.click(".editor-area");
  await agent.keyboard.type("写了一半的回复");
  await agent.waitForSelector("text=草稿已保存");
  const number = agent.url().split("/").pop();
  const answer = await fetch(`${demo.url}/api/v1/tickets/${number}/notes`, {
    method: "POST",
    headers: { authorization: `Bearer ${demo.api_token}` },
    body: JSON.stringify({ body: "同事的备注" }),
  });
  assert.equal(answer.status, 201);
  await agent.waitForSelector("text=同事的备注");
  assert.match(await agent.textContent(".editor-area"), /写了一半的回复/);
  await agent.reload();
  await agent.waitForSelector(".editor-area >> text=写了一半的回复");
});

test("several tickets at once, and undone", async () => {
  const agent = await visitor(demo.account("agent"));
  const nobodys = () => agent.textContent("#queues a[href$='view=unassigned'] .n");
  await agent.goto(`${demo.url}/tickets?view=unassigned`);
  const before = Number(await nobodys());
  await agent.check("input[name=numbers] >> nth=0");
  await agent.check("input[name=numbers] >> nth=1");
  await agent.click("#bulk button[value=take]");
  await agent.waitForSelector("text=已处理 2 张工单");
  await agent.waitForFunction((n) => document.querySelector("#queues a[href$='view=unassigned'] .n")?.textContent === n, String(before - 2));
  await agent.click("text=撤销");
  await agent.waitForFunction((n) => document.querySelector("#queues a[href$='view=unassigned'] .n")?.textContent === n, String(before));
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems, []);
});
