// Nothing that somebody typed is lost or sent twice: running uploads, ended sessions, lost networks, reloads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, signIn, stage } from "./browser.mjs";

const { demo, visitor, problems, api, fresh } = await stage();
const customer = () => demo.accounts.find((a) => a.login === "wu@hongda.example");
const file = (name) => ({ name, mimeType: "text/plain", buffer: Buffer.from("日志") });

/** Holds requests to an address back until they are let go. */
async function hold(page, address) {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(address, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

async function write(page, text) {
  await page.click(".editor-area");
  await page.keyboard.type(text);
}

test("sending waits for the upload, and happens once", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("附件");
  await agent.goto(`${demo.url}/tickets/${number}`);
  const release = await hold(agent, "**/files");
  let posts = 0;
  agent.on("request", (r) => r.method() === "POST" && r.url().endsWith("/messages") && posts++);
  await write(agent, "请看附件");
  await agent.setInputFiles("#composer input[type=file]", file("app.log"));
  await agent.click(".editor-area");
  await agent.keyboard.press("Control+Enter");
  await agent.keyboard.press("Control+Enter");
  await agent.waitForSelector("#composer button.btn-primary:has-text('等待附件上传')");
  assert.equal(posts, 0);
  release();
  await agent.waitForSelector(".card .file >> text=app.log");
  assert.equal(posts, 1);
  assert.equal(await agent.locator(".card >> text=请看附件").count(), 1);
});

test("a file that did not go up is not left out silently", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${await fresh("附件失败")}`);
  await agent.route("**/files", (route) => route.abort());
  await write(agent, "请看附件");
  await agent.setInputFiles("#composer input[type=file]", file("app.log"));
  await agent.waitForSelector(".file-failed");
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector(".toast >> text=有附件没有上传成功");
  await agent.click(".file-failed button");
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector(".card >> text=请看附件");
});

test("a draft keeps its files, in another browser too", async () => {
  const number = await fresh("草稿附件");
  const here = await visitor(demo.account("agent"));
  await here.goto(`${demo.url}/tickets/${number}`);
  await write(here, "附件在草稿里");
  await here.setInputFiles("#composer input[type=file]", file("draft.log"));
  await here.waitForResponse((r) => r.url().endsWith("/draft") && (r.request().postData() ?? "").includes("files="));
  const there = await visitor(demo.account("agent"));
  await there.goto(`${demo.url}/tickets/${number}`);
  await there.waitForSelector("#composer .file >> text=draft.log");
  await there.click("#composer button.btn-primary");
  await there.waitForSelector(".card .file >> text=draft.log");
});

test("an ended session is said, and what was typed is there after signing in", async () => {
  const agent = await visitor(demo.account("agent"));
  const context = agent.context();
  const number = await fresh("登录过期");
  await agent.goto(`${demo.url}/tickets/${number}`);
  await context.clearCookies();
  await write(agent, "过期后写的");
  await agent.waitForSelector(".editor-bar .editor-state >> text=草稿未保存");
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector(".toast >> text=登录已过期");
  await accessible(agent);
  assert.match(await agent.textContent(".editor-area"), /过期后写的/);
  const opened = context.waitForEvent("page");
  await agent.click(".toast a");
  const tab = await opened;
  await tab.waitForURL(/sign-in/);
  await signIn(tab, demo, demo.account("agent"));
  // The page that stayed goes on; so does one that was loaded again.
  await agent.waitForSelector("text=草稿已保存", { timeout: 8000 });
  await context.clearCookies();
  await write(agent, "，又加了一句");
  await agent.waitForSelector(".editor-bar .editor-state >> text=草稿未保存");
  await agent.reload();
  await signIn(agent, demo, demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${number}`);
  await agent.waitForSelector("text=已恢复上次没有送出的内容");
  assert.match(await agent.textContent(".editor-area"), /又加了一句/);
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector(".card >> text=又加了一句");
  await agent.reload();
  assert.equal(await agent.locator("text=已恢复上次没有送出的内容").count(), 0);
  assert.equal((await agent.textContent(".editor-area")).trim(), "");
});

test("a lost network is said while it lasts, and the reply is kept", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${await fresh("断网")}`);
  await write(agent, "断网时写的");
  await agent.context().setOffline(true);
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector(".toast >> text=内容尚未送出");
  await agent.evaluate(() => document.getElementById("offline").removeAttribute("hidden"));
  await agent.context().setOffline(false);
  await agent.waitForSelector("#offline", { state: "hidden", timeout: 5000 });
  assert.match(await agent.textContent(".editor-area"), /断网时写的/);
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector(".card >> text=断网时写的");
});

test("the customer's request survives a reload, an ended session and a lost network", async () => {
  const clerk = await visitor(customer(), 390);
  await clerk.goto(`${demo.url}/portal/new`);
  await clerk.fill("input[name=title]", "导出失败");
  await clerk.setInputFiles("input[type=file]", file("错误.log"));
  await clerk.waitForSelector(".file >> text=错误.log");
  await clerk.click("text=下一步");
  await clerk.fill("input[name=product_version]", "5.2");
  await clerk.reload();
  await clerk.waitForSelector("text=已恢复上次没有送出的内容");
  assert.equal(await clerk.inputValue("input[name=product_version]"), "5.2");
  assert.ok(await clerk.isVisible("input[name=product_version]"));
  await accessible(clerk);
  await clerk.goBack();
  assert.ok(await clerk.isVisible("input[name=title]"));
  assert.equal(await clerk.inputValue("input[name=title]"), "导出失败");
  await clerk.click("text=下一步");
  await clerk.click("text=下一步");
  await clerk.context().setOffline(true);
  await clerk.click("form.guide button:has-text('提交')");
  await clerk.waitForSelector(".toast >> text=内容尚未送出");
  await clerk.context().setOffline(false);
  await clerk.context().clearCookies();
  await clerk.click("form.guide button:has-text('提交')");
  await clerk.waitForSelector(".toast >> text=登录已过期");
  await signIn(clerk, demo, customer());
  await clerk.goto(`${demo.url}/portal/new`);
  assert.equal(await clerk.inputValue("input[name=title]"), "导出失败");
  await clerk.click("text=下一步");
  await clerk.click("text=下一步");
  await clerk.click("form.guide button:has-text('提交')");
  await clerk.waitForURL(/portal\/cases\//);
  await clerk.waitForSelector("text=错误.log");
  await clerk.goto(`${demo.url}/portal/new`);
  assert.equal(await clerk.inputValue("input[name=title]"), "");
});

test("the customer's reply stays on trouble; withdrawing is asked once more", async () => {
  const clerk = await visitor(customer());
  const { number } = await api("tickets", "POST", { title: "撤回", body: "b", requester: "wu@hongda.example" });
  await clerk.goto(`${demo.url}/portal/cases/${number}`);
  await clerk.click(".composer button.btn-primary");
  await clerk.waitForSelector(".toast-error");
  await write(clerk, "补充一点");
  await clerk.waitForTimeout(300);
  await clerk.reload();
  assert.match(await clerk.textContent(".editor-area"), /补充一点/);
  await clerk.click(".composer button.btn-primary");
  await clerk.waitForSelector(".card >> text=补充一点");
  await clerk.click("summary:has-text('撤回')");
  await accessible(clerk);
  await clerk.click("text=确认撤回");
  await clerk.waitForSelector("summary:has-text('撤回')", { state: "detached" });
});

test("a ticket that staff write down is kept, with its files", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/new`);
  await agent.fill("input[name=requester]", "wu@hongda.example");
  await agent.fill("input[name=title]", "电话记录");
  await agent.setInputFiles("form[action='/tickets'] input[type=file]", file("通话.txt"));
  await agent.waitForSelector(".file >> text=通话.txt");
  await agent.waitForTimeout(300);
  await agent.reload();
  assert.equal(await agent.inputValue("input[name=title]"), "电话记录");
  await agent.click("form[action='/tickets'] .actions button.btn-primary");
  await agent.waitForURL(/tickets\/AF-/);
  await agent.waitForSelector(".card .file >> text=通话.txt");
});

test("who signs out leaves nothing in the tab", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/new`);
  await agent.fill("input[name=title]", "别人看不到");
  await agent.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.startsWith("unsent")));
  await agent.click(".rail details.menu summary");
  await agent.click(".rail form[action='/sign-out'] button");
  await agent.waitForURL(/sign-in/);
  assert.equal(await agent.evaluate(() => JSON.stringify(sessionStorage).includes("别人看不到")), false);
});

test("no page had an error in its console but those that were made", () => {
  const expected = (text) => /status of 4(01|09|22)|ERR_FAILED|ERR_INTERNET_DISCONNECTED/.test(text);
  assert.deepEqual(problems.filter((p) => !expected(p)), []);
});
