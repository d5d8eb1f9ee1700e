// Which way is best, said above a new request with its reason; and whether there is anything else when one is solved.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, accessibleEverywhere, reach, stage } from "./browser.mjs";

const { demo, visitor, problems, api, fresh, settle } = await stage();

// Somebody can be there whenever the tests run: calls and chats are open day and night.
await settle({ silence_calendar: "x24", chat_calendar: "x24", chat_on: false });

const customer = () => demo.accounts.find((a) => a.login === "wu@hongda.example");
const best = (page) => page.innerText("#which-way > p");

/** Waits until the proposal reads so. */
const proposes = (page, text) => page.waitForSelector(`#which-way > p >> text=${text}`);

/** The other ways, in their order. */
const others = (page) => page.$$eval("#which-way li b", (all) => all.map((b) => b.textContent));

test("the proposal follows urgency and how easily it is told, with its reason", async () => {
  const clerk = await visitor(customer(), 390);
  await clerk.goto(`${demo.url}/portal/new`);
  assert.match(await best(clerk), /建议：\s*填写表单 有编号可查，随时看进展。请填写下面的表单。/);
  assert.deepEqual(await others(clerk), ["发邮件", "预约回电"]);
  await accessibleEverywhere(clerk);

  await clerk.selectOption("#way-complexity", "complex");
  await proposes(clerk, "说比写清楚。");
  assert.match(await best(clerk), /建议：\s*预约回电 说比写清楚。.*勾选“提交后预约回电”/);
  assert.deepEqual(await others(clerk), ["填写表单", "发邮件"]);

  await clerk.check("#way-stopped");
  await proposes(clerk, "工作已停止，提交后立即进入队列并标明，不分时间。");
  assert.match(await best(clerk), /建议：\s*填写表单/);
  await accessible(clerk);

  await clerk.uncheck("#way-stopped");
  await proposes(clerk, "说比写清楚。");
  await clerk.selectOption("#way-kind", "change");
  await proposes(clerk, "要求和附件写下来，不会遗漏。");
  // What was chosen above changes nothing of what is written below.
  assert.equal(await clerk.inputValue(".guide input[name=title]"), "");
});

/** An agent who takes chats. */
async function seated() {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/chats`);
  await agent.click("text=开始接待");
  await agent.waitForSelector("#chat-lists[data-seated=true]");
  return agent;
}

test("chat is proposed while it is switched on and somebody is there, and not otherwise", async () => {
  const clerk = await visitor(customer());
  const asks = async () => {
    await clerk.goto(`${demo.url}/portal/new`);
    return best(clerk);
  };
  await settle({ chat_on: true });
  assert.match(await asks(), /填写表单/, "nobody is there");

  const agent = await seated();
  assert.match(await asks(), /建议：\s*在线客服 简短的问题，当场就能答复。现在有人在线。/);
  assert.equal(await clerk.getAttribute("#which-way > p a", "href"), "/chat/frame");
  await clerk.check("#way-stopped");
  await proposes(clerk, "工作已停止，马上有人接待。");
  assert.match(await best(clerk), /建议：\s*在线客服/);
  assert.deepEqual(await others(clerk), ["填写表单", "预约回电"]);

  await settle({ chat_on: false });
  assert.match(await asks(), /填写表单/);
  assert.equal(await clerk.locator("#which-way a[href='/chat/frame']").count(), 0);

  await settle({ chat_on: true });
  assert.match(await asks(), /在线客服/);
  await agent.click("text=暂停接待");
  await agent.waitForSelector("#chat-lists[data-seated=false]");
  assert.match(await asks(), /填写表单/, "nobody is there any more");
  await settle({ chat_on: false });
});

const noLine = "the link to the chat in the proposal is one that only its colour tells from the text beside it";
test("the proposal of a chat is accessible, light and dark", { skip: noLine }, async () => {
  await settle({ chat_on: true });
  await seated();
  const clerk = await visitor(customer());
  await clerk.goto(`${demo.url}/portal/new`);
  await clerk.waitForSelector("#which-way > p a");
  await accessibleEverywhere(clerk);
  await settle({ chat_on: false });
});

test("a call afterwards: the request leads to the hours that are offered", async () => {
  const clerk = await visitor(customer(), 390);
  await clerk.goto(`${demo.url}/portal/new`);
  await clerk.fill(".guide input[name=title]", "说来话长");
  await clerk.click("text=下一步");
  await clerk.click("text=下一步");
  await clerk.check(".guide input[name=call]");
  await clerk.click("form.guide button:has-text('提交')");
  await clerk.waitForURL(/portal\/cases\/AF-[\d-]+\/appointments/);
  assert.ok(await clerk.locator("select[name=from] option").count() > 10);
});

test("without scripts, in English, the proposal is asked for with a button", async () => {
  await settle({ chat_on: false });
  const clerk = await visitor(customer(), 1440, { javaScriptEnabled: false });
  await clerk.context().addCookies([{ name: "locale", value: "en", url: demo.url }]);
  await clerk.goto(`${demo.url}/portal/new`);
  assert.match(await best(clerk), /We propose:\s+The form It has a number, and you see how it goes on\./);
  await clerk.selectOption("#way-complexity", "complex");
  await clerk.click("#which-way button");
  assert.match(await best(clerk), /We propose:\s+Ask for a call It is explained more easily than written\./);
  assert.equal(await clerk.inputValue("#way-complexity"), "complex");
});

test("by keyboard the proposal changes, and the focus stays where it was", async () => {
  const clerk = await visitor(customer());
  await clerk.goto(`${demo.url}/portal/new`);
  await reach(clerk, "#way-stopped", "Shift+Tab");
  await clerk.keyboard.press("Space");
  await proposes(clerk, "工作已停止");
  await clerk.waitForFunction(() => document.activeElement?.id === "way-stopped");
});

/** A case that the agent has solved, its customer and its agent, both with its page open. */
async function solved(title) {
  const number = await fresh(title);
  const clerk = await visitor(customer(), 390);
  await clerk.goto(`${demo.url}/portal/cases/${number}`);
  assert.ok(await clerk.isHidden("#case-else"), "nothing is asked before");
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${number}`);
  await api(`tickets/${number}/solution`, "POST", { resolution: "重启后恢复" });
  // The customer's page asks by itself.
  await clerk.waitForSelector("#case-else >> text=还有别的事吗");
  await agent.waitForSelector("text=已解决，待确认");
  await agent.reload();
  await agent.waitForSelector(".context >> text=已询问，尚未答复");
  return { number, clerk, agent };
}

const state = async (number) => (await api(`tickets/${number}`, "GET")).status;

test("anything else becomes a ticket of its own, and the solved one stays solved", async () => {
  const { number, clerk, agent } = await solved("问题一");
  await accessibleEverywhere(clerk);
  await clerk.click("#case-else button:has-text('有，提交')");
  assert.ok(await clerk.$eval("#case-else textarea", (field) => field.matches(":invalid:focus")), "nothing is sent without words");
  await clerk.fill("#case-else textarea", "另外报表导出的日期不对");
  await clerk.click("#case-else button:has-text('有，提交')");
  await clerk.waitForSelector(".toast >> text=已另开一张工单");
  await agent.waitForSelector("#timeline >> text=客户还有别的事，已另开工单");
  await agent.reload();
  await agent.waitForSelector(".context >> text=有，已另开工单");
  const other = agent.locator(".context a[href^='/tickets/AF-']", { hasText: /另外报表导出的日期不对/ }).first();
  await other.waitFor();
  const [here, there] = [number, (await other.getAttribute("href")).match(/AF-[\d-]+/)[0]];
  assert.notEqual(here, there);
  assert.equal(await state(here), "resolved");
  assert.equal(await state(there), "new");
  await clerk.goto(`${demo.url}/portal/cases/${here}`);
  assert.ok(await clerk.isHidden("#case-else"), "it is asked once");
  await clerk.goto(`${demo.url}/portal/cases/${there}`);
  assert.match(await clerk.textContent("main"), /另外报表导出的日期不对/);
});

test("“no, that is all” is noted, and it is not asked again", async () => {
  const { number, clerk, agent } = await solved("问题二");
  await clerk.click("#case-else button:has-text('没有了')");
  await clerk.waitForSelector(".toast >> text=谢谢您的答复");
  assert.ok(await clerk.isHidden("#case-else"));
  await agent.waitForSelector("#timeline >> text=客户表示没有别的事");
  await api(`tickets/${number}/closure`, "DELETE", { reason: "又出现了" });
  await api(`tickets/${number}/solution`, "POST", { resolution: "更换了驱动" });
  await clerk.waitForSelector("#case-verbs >> text=确认已解决");
  assert.ok(await clerk.isHidden("#case-else"));
  assert.equal(await state(number), "resolved");
});

test("no page had an error in its console", () => assert.deepEqual(problems, []));
