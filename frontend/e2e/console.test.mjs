// The console's habits in a real browser: undo, two edits side by side, mentions, columns, walking, pasting.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, stage } from "./browser.mjs";

const { demo, visitor, problems, api, fresh } = await stage();

test("a calendar's notice is taken from a file", async () => {
  const admin = await visitor(demo.account("administrator"));
  await admin.goto(`${demo.url}/admin/calendars/service`);
  const notice = Buffer.from("BEGIN:VCALENDAR\nEND:VCALENDAR\n");
  await admin.setInputFiles("[data-fills=announcement]", { name: "2027.ics", mimeType: "text/calendar", buffer: notice });
  await admin.waitForFunction(() => document.querySelector("textarea[name=announcement]").value.includes("VCALENDAR"));
});

test("a verb says what it did, and is undone", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("撤销");
  await agent.goto(`${demo.url}/tickets/${number}`);
  await agent.click("text=领取");
  await agent.waitForSelector(".toast >> text=已领取");
  await accessible(agent);
  await agent.click(".toast >> text=撤销");
  await agent.waitForURL(new RegExp(number));
  await agent.waitForFunction(() => document.querySelector(".case-sub .muted")?.textContent.includes("未分配"));
});

test("a refused verb says why and keeps what was typed", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${await fresh("拒绝")}`);
  await agent.click("summary[aria-label='更多操作']");
  await agent.click("[data-opens=verb-merge]");
  await agent.fill("form[action$='/merge'] input[name=number]", "AF-2020-99999");
  await agent.click("form[action$='/merge'] .btn-primary");
  await agent.waitForSelector(".toast-error");
  assert.equal(await agent.inputValue("form[action$='/merge'] input[name=number]"), "AF-2020-99999");
});

test("what is wrong in a new ticket is said at its field", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/new`);
  await agent.fill("input[name=requester]", "没有这个人");
  await agent.fill("input[name=title]", "打不开报表");
  await agent.click("form[action='/tickets'] .btn-primary");
  await agent.waitForSelector(".field:has(input[name=requester][aria-invalid=true]) .wrong");
  assert.equal(await agent.evaluate(() => document.activeElement?.getAttribute("name")), "requester");
  assert.equal(await agent.inputValue("input[name=title]"), "打不开报表");
  await agent.fill("input[name=requester]", "");
  assert.equal(await agent.locator(".wrong").count(), 0);
});

test("two edits of one field stand side by side", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("原标题");
  await agent.goto(`${demo.url}/tickets/${number}`);
  await agent.click(".context summary:has-text('分类')");
  await agent.fill("form[action$='/classification'] input[name=title]", "我的标题");
  await api(`tickets/${number}`, "PATCH", { title: "同事的标题" });
  await agent.click("form[action$='/classification'] > button");
  await agent.waitForSelector("dialog.asks[open]");
  await accessible(agent);
  assert.match(await agent.textContent("dialog.asks"), /我的标题[\s\S]*同事的标题/);
  await agent.click("text=用我的");
  await agent.waitForSelector("h1 >> text=我的标题");
});

test("an at sign in a note offers colleagues", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${await fresh("提及")}`);
  await agent.keyboard.press("n");
  const name = await agent.getAttribute("#colleagues option >> nth=1", "value");
  await agent.keyboard.type(`请 @${name.slice(0, 1)}`);
  await agent.waitForSelector(".mention li >> text=" + name);
  await agent.click(".mention li >> text=" + name);
  await agent.keyboard.type("看一下");
  await agent.keyboard.press("Control+Enter");
  await agent.waitForSelector(`.card-internal >> text=@${name}`);
});

test("columns are chosen, rows are walked, the list keeps its place", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets?view=all`);
  await agent.click("summary:has-text('显示列')");
  await agent.check("input[name=column][value=kind]");
  await agent.click("form[action='/tickets/columns'] button.btn-primary");
  await agent.waitForSelector(".row-head .c-kind");
  await accessible(agent);
  const numbers = await agent.$$eval("#rows a.row-link", (links) => links.map((a) => a.pathname));
  await agent.click("#rows a.row-link >> nth=0");
  await agent.waitForURL((url) => url.pathname === numbers[0]);
  await agent.keyboard.press("j");
  await agent.waitForURL((url) => url.pathname === numbers[1]);
  await agent.keyboard.press("k");
  await agent.waitForURL((url) => url.pathname === numbers[0]);
  await agent.keyboard.press("u");
  await agent.waitForURL(/view=all/);
});

test("with all columns the title is readable, and the list scrolls sideways, not the page", async () => {
  const agent = await visitor(demo.account("agent"), 1280);
  await agent.goto(`${demo.url}/tickets?view=all`);
  await agent.click("summary:has-text('显示列')");
  for (const box of await agent.$$("input[name=column]:not([disabled])")) await box.check();
  await agent.click("form[action='/tickets/columns'] button.btn-primary");
  await agent.waitForSelector(".row-head .c-kind");
  const title = await agent.locator("#rows .c-title").first().boundingBox();
  assert.ok(title.width >= 200, `${title.width}`);
  const wide = (selector) => agent.$eval(selector, (el) => el.scrollWidth > el.clientWidth);
  assert.ok(await wide(".rows"));
  assert.ok(!(await wide("html")));
  const ends = await agent.evaluate(() => ["#rows > .row", ".row-head"].map((s) => document.querySelector(s).scrollWidth));
  assert.equal(ends[0], ends[1]);
});

test("back shows as many rows as there were, at the same place", async () => {
  const agent = await visitor(demo.account("agent"));
  const rows = agent.locator("#rows .row");
  await agent.goto(`${demo.url}/tickets?view=all`);
  await agent.click(".more a");
  await agent.waitForFunction(() => document.querySelectorAll("#rows .row").length === 100);
  await agent.click(".more a");
  await agent.waitForFunction(() => document.querySelectorAll("#rows .row").length === 150);
  await rows.nth(130).scrollIntoViewIfNeeded();
  const top = await agent.evaluate(() => window.scrollY);
  await agent.waitForTimeout(300);
  const stands = () => agent.waitForFunction((y) => Math.abs(window.scrollY - y) < 3, top, { timeout: 5000 });
  // By the browser, after a page that is no case; then after a case.
  await agent.click(".rail a[href='/notices']");
  await agent.waitForURL(/notices/);
  await agent.goBack();
  await agent.waitForFunction(() => document.querySelectorAll("#rows .row").length === 150);
  await stands();
  await rows.nth(130).locator("a.row-link").click();
  await agent.waitForURL(/AF-/);
  await agent.keyboard.press("u");
  await agent.waitForURL(/view=all/);
  await agent.waitForFunction(() => document.querySelectorAll("#rows .row").length === 150);
  await stands();
});

test("a pasted picture is uploaded and sent", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${await fresh("截图")}`);
  await agent.click(".editor-area");
  await agent.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [40, 20];
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const data = new DataTransfer();
    data.items.add(new File([blob], "shot.png", { type: "image/png" }));
    const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.querySelector(".editor-area").dispatchEvent(paste);
  });
  await agent.waitForSelector(".file:has-text('shot.png') button");
  await agent.click("#composer button.btn-primary");
  await agent.waitForSelector(".card img");
  const loaded = await agent.evaluate(() => {
    const picture = document.querySelector(".card img");
    return picture.decode().then(() => picture.naturalWidth);
  });
  assert.equal(loaded, 40);
});

test("extra fields are asked for the kinds and products that have them", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/new`);
  const shown = (label) => agent.locator(`[data-applies]:has-text("${label}")`).isVisible();
  assert.deepEqual([await shown("标段"), await shown("管径")], [false, false]);
  await agent.selectOption("select[name=product]", "epm");
  assert.deepEqual([await shown("标段"), await shown("管径")], [true, false]);
});

test("no page had an error in its console", () => {
  const expected = (text) => /status of 4(04|09|22)/.test(text);
  assert.deepEqual(problems.filter((p) => !expected(p)), []);
});
