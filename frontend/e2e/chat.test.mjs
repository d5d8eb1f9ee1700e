// Chat in two browsers: a visitor on a foreign page with a strict policy, an agent in the console.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { accessible, stage } from "./browser.mjs";

const { demo, browser, visitor, problems, api } = await stage();

// The host's page, on a port of its own. Its policy allows our script and our frame, and nothing else.
const host = createServer((request, response) => {
  if (request.url !== "/") return response.writeHead(204).end();
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; img-src 'self'; script-src ${demo.url}; frame-src ${demo.url}`,
  });
  response.end(`<!doctype html><html lang="zh-CN"><title>host</title><h1>host</h1><script src="${demo.url}/chat/widget.js" async></script></html>`);
});
await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
after(() => host.close());
const site = `http://127.0.0.1:${host.address().port}`;

const { settings, version } = await api("settings", "GET");
const calendars = (await api("calendars", "GET")).items;
const always = calendars.find((c) => c.id === "x24") ?? calendars[0];
const put = await fetch(`${demo.url}/api/v1/settings`, {
  method: "PUT",
  headers: { authorization: `Bearer ${demo.api_token}`, "content-type": "application/json" },
  body: JSON.stringify({ version, settings: { ...settings, chat_on: true, chat_origins: [site], chat_calendar: always.id } }),
});
assert.ok(put.ok, await put.text());

async function stranger(where) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: "zh-CN" });
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && problems.push(`${page.url()}: ${m.text()}`));
  page.on("pageerror", (e) => problems.push(`${page.url()}: ${e}`));
  await page.goto(where);
  return page;
}

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("a visitor of a foreign page and an agent talk, with a picture, across a lost connection", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/chats`);
  await agent.click("text=开始接待");
  await agent.waitForSelector("#chat-lists[data-seated=true]");
  await accessible(agent);

  const page = await stranger(site);
  await page.click("[data-aftercare-chat]");
  const frame = page.frameLocator("iframe");
  await frame.locator("input[name=name]").fill("孙工");
  await frame.locator("input[name=email]").fill("sun@visitor.example");
  await frame.locator("textarea[name=symptom]").fill("保存没有反应");
  await frame.locator("text=下一步").click();
  await frame.locator("input[name=version]").fill("5.2");
  assert.ok((await frame.locator("input[name=system]").inputValue()).length > 0, "the system is filled in");
  await frame.locator("text=开始会话").click();
  await frame.locator("text=您排在第 1 位").waitFor();
  await frame.locator("text=暂时无法估计等待时间").waitFor();

  await agent.waitForSelector("#chat-lists >> text=孙工");
  await agent.click("#chat-lists .waiting button");
  await agent.waitForSelector(".says >> text=保存没有反应");
  await agent.waitForSelector(".context >> text=5.2");
  await frame.locator("text=正在为您服务").waitFor();
  await agent.fill(".say-form textarea", "您好 <img src=x onerror=alert(1)> 见 https://example.com/help。");
  await frame.locator("text=对方正在输入").waitFor();
  await agent.keyboard.press("Enter");
  await frame.locator(".say-staff >> text=您好 <img src=x").waitFor();
  assert.equal(await frame.locator(".say-staff a").getAttribute("href"), "https://example.com/help");
  assert.equal(await frame.locator(".say-staff img").count(), 0);

  await frame.locator(".say-form textarea").fill("谢谢");
  await agent.waitForSelector("text=对方正在输入");
  await frame.locator(".say-form textarea").press("Enter");
  await agent.waitForSelector(".say-visitor >> text=谢谢");
  await frame.locator(".say-seen").waitFor();

  // A picture by paste.
  await frame.locator(".say-form textarea").evaluate((el, data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], "bild.png", { type: "image/png" }));
    el.dispatchEvent(new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true }));
  }, pixel);
  await agent.waitForSelector(".say-visitor img");
  await frame.locator(".say-visitor img").waitFor();
  assert.ok(await agent.$eval(".say-visitor img", (img) => img.decode().then(() => img.naturalWidth === 1)));

  // What both write while the visitor's line is cut is there once, in order, when it is back.
  await page.context().setOffline(true);
  await frame.locator(".say-form textarea").fill("断线时写的");
  await frame.locator(".say-form textarea").press("Enter");
  await agent.fill(".say-form textarea", "还在吗");
  await agent.keyboard.press("Enter");
  await agent.waitForSelector(".say-staff[data-seq] >> text=还在吗");
  await page.context().setOffline(false);
  await frame.locator(".say-staff >> text=还在吗").waitFor({ timeout: 60_000 });
  await agent.waitForSelector(".say-visitor >> text=断线时写的", { timeout: 60_000 });
  await page.reload();
  await page.click("[data-aftercare-chat]");
  await frame.locator("text=断线时写的").waitFor();
  const said = await frame.locator(".say[data-seq]").evaluateAll((all) => all.map((l) => Number(l.dataset.seq)));
  assert.deepEqual(said, said.map((_, i) => i + 1));
  assert.equal(await frame.locator("text=断线时写的").count(), 1);

  await agent.click("text=结束会话");
  await frame.locator("text=会话已结束").first().waitFor();
  await frame.locator("text=把对话记录发到我的邮箱").click();
  await frame.locator("text=对话记录会发到您的邮箱").waitFor();
  await agent.click(".case-sub a");
  await agent.waitForSelector("#timeline >> text=断线时写的");
  await agent.waitForSelector("#timeline img");
});

test("a stranger's site gets nothing, and a page of our own has the form", async () => {
  const refused = await fetch(`${demo.url}/chat/frame?origin=http%3A%2F%2Fevil.example`);
  assert.equal(refused.status, 404);
  const page = await stranger(`${demo.url}/chat/frame`);
  await page.waitForSelector("textarea[name=symptom]");
  await accessible(page);
  // Nothing is sent without what is needed.
  await page.click("text=下一步");
  assert.ok(await page.isVisible("input[name=name]"));
});

test("a customer finds their name and their cases", async () => {
  const clerk = await visitor(demo.accounts.find((a) => a.login === "wu@hongda.example"));
  await clerk.click("a[href='/chat/frame']");
  await clerk.waitForSelector("select[name=joins]");
  assert.equal(await clerk.locator("input[name=email]").count(), 0);
});

test("the count of those who wait is live on every page", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets?view=all`);
  const waits = await stranger(`${demo.url}/chat/frame`);
  await waits.fill("input[name=name]", "W");
  await waits.fill("input[name=email]", "w@visitor.example");
  await waits.fill("textarea[name=symptom]", "x");
  await waits.click("text=下一步");
  await waits.click("text=开始会话");
  await agent.waitForSelector("#nav-chats .dot");
  await waits.click("text=结束会话");
  await waits.click(".sure .btn-primary");
  await agent.waitForSelector("#nav-chats .dot", { state: "detached" });
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems.filter((p) => !p.includes("ERR_INTERNET_DISCONNECTED")), []);
});
