// The story of the product once more without a mouse, from both sides of the desk: each control is reached with the
// tabulator or with a key that the help names, and is seen to have the focus.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reach, stage } from "./browser.mjs";

const { demo, stranger, problems, api } = await stage();

/** A window without anybody, and hands that only type. */
async function hands(width = 1440) {
  const page = await stranger(width);
  const walk = (selector, step) => reach(page, selector, step);
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const type = (text) => page.keyboard.type(text);
  const write = async (selector, text) => {
    await walk(selector);
    await type(text);
  };
  const signIn = async (account) => {
    await page.goto(`${demo.url}/sign-in`);
    await write("input[name=login]", account.login);
    await write("input[name=password]", account.password);
    await press("Enter");
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  };
  return { page, reach: walk, press, type, write, signIn };
}

test("by keyboard: asked, taken, answered, solved, confirmed, rated, reported", async () => {
  const clerk = await hands(390);
  await clerk.signIn(demo.accounts.find((a) => a.login === "wu@hongda.example"));
  await clerk.reach("a[href='/portal/new']");
  await clerk.press("Enter");
  await clerk.page.waitForURL(/portal\/new/);
  await clerk.write("input[name=title]", "里程碑前无法提交计划");
  await clerk.write("textarea[name=symptom]", "提交后一直转圈");
  await clerk.reach("[data-step=next], .guide button:not([hidden])");
  await clerk.press("Enter");
  await clerk.write("input[name=product_version]", "5.1.0");
  await clerk.press("Enter");
  await clerk.write("input[name=error_code]", "ORA-00060");
  await clerk.reach("input[name=stopped]");
  await clerk.press("Space");
  await clerk.reach("form.guide .btn-primary");
  await clerk.press("Enter");
  await clerk.page.waitForURL(/portal\/cases\/AF-/);
  const number = clerk.page.url().split("/").pop();

  const agent = await hands();
  await agent.signIn(demo.account("agent"));
  await agent.press("Control+k");
  await agent.page.waitForSelector("dialog[open] input");
  await agent.type(number);
  await agent.press("Enter");
  await agent.page.waitForURL(new RegExp(number));
  await agent.press("t");
  await agent.page.waitForSelector("text=主动领取");
  await agent.press("r");
  await agent.type("您好，正在处理，请先另存一份。");
  await agent.press("Control+Enter");
  await agent.page.waitForSelector(".card >> text=请先另存一份");
  await agent.press("s");
  await agent.reach("form[action$='/solution'] select[name=cause]");
  await agent.type("操作");
  await agent.write("form[action$='/solution'] textarea[name=resolution]", "已清除锁定，计划可以提交");
  await agent.reach("form[action$='/solution'] button");
  await agent.press("Enter");
  await agent.page.waitForSelector("text=已解决，待确认");

  await clerk.page.reload();
  await clerk.reach("form[action$='/confirmation'] button");
  await clerk.press("Enter");
  await clerk.page.waitForSelector("text=已结束");
  for (const question of ["speed", "effect", "attitude"]) {
    await clerk.reach(`input[name=${question}]`);
    await clerk.press("ArrowLeft");
  }
  await clerk.reach("form.marks button");
  await clerk.press("Enter");
  await clerk.page.waitForSelector("text=评价：速度 5");

  const boss = await hands();
  await boss.signIn(demo.account("supervisor"));
  await boss.press("g", "r");
  await boss.page.waitForURL(/\/reports/);
  await boss.reach("a[href*='satisfaction']");
  await boss.press("Enter");
  await boss.page.waitForURL(/satisfaction/);
  assert.match(await boss.page.textContent("main"), /评价/);
});

test("an input method composes Chinese in editor and search, and its keys are no shortcuts", async () => {
  const agent = await hands();
  await agent.signIn(demo.account("agent"));
  const tool = await agent.page.context().newCDPSession(agent.page);
  const compose = async (letters, word) => {
    for (let n = 1; n <= letters.length; n += 1) {
      const text = letters.slice(0, n);
      await tool.send("Input.imeSetComposition", { text, selectionStart: n, selectionEnd: n });
    }
    // What the Enter of an input method looks like to a page: code 229, while composing.
    await tool.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Process", windowsVirtualKeyCode: 229 });
    await tool.send("Input.insertText", { text: word });
  };
  const { number } = await api("tickets", "POST", { title: "输入法", body: "b", requester: "wu@hongda.example" });
  await agent.page.goto(`${demo.url}/tickets/${number}`);
  await agent.press("r");
  await compose("nin'hao", "您好");
  await compose("shzh", "锁死");
  assert.equal((await agent.page.textContent(".editor-area")).trim(), "您好锁死");
  assert.equal(agent.page.url(), `${demo.url}/tickets/${number}`);
  await agent.press("Control+Enter");
  await agent.page.waitForSelector(".card >> text=您好锁死");
  await agent.press("Escape", "/");
  await agent.page.waitForSelector("input[name=q]:focus, input[type=search]:focus");
  await compose("shzh", "锁死");
  await agent.press("Enter");
  await agent.page.waitForURL(/q=%E9%94%81%E6%AD%BB/);
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems, []);
});
