// What somebody writes is left and found again; what is asked for is seen; what is not taken is said where it was given.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./browser.mjs";

const { demo, visitor, fresh } = await stage();

test("Esc leaves the reply, which stays; a restored draft goes on at its end", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("离开");
  await agent.goto(`${demo.url}/tickets/${number}`);
  await agent.keyboard.press("r");
  await agent.keyboard.type("您好，已收到");
  const saved = agent.waitForResponse((r) => r.url().includes("/draft") && r.ok());
  await agent.keyboard.press("Escape");
  await saved;
  assert.equal(await agent.evaluate(() => document.activeElement?.id), "main");
  await agent.keyboard.press("?");
  await agent.waitForSelector("dialog#keys[open]");
  const help = await agent.textContent("dialog#keys");
  assert.match(help, /Esc\s*离开输入框/);
  assert.doesNotMatch(help, /管理/);
  await agent.keyboard.press("Escape");
  await agent.reload();
  await agent.keyboard.press("r");
  await agent.keyboard.type("。");
  assert.equal((await agent.innerText("#composer .editor-area")).trim(), "您好，已收到。");
});

test("a required field that gets the focus stands below the head, with its label", async () => {
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/new`);
  await agent.setViewportSize({ width: 1440, height: 900 });
  await agent.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await agent.click("form[action='/tickets'] .btn-primary");
  await agent.waitForFunction(() => document.activeElement?.getAttribute("name") === "requester");
  await agent.waitForTimeout(300);
  const [label, head] = await agent.evaluate(() => [
    document.querySelector(".field:has(input[name=requester]) .label").getBoundingClientRect().top,
    document.querySelector(".head").getBoundingClientRect().bottom,
  ]);
  assert.ok(label >= head, `the label at ${label} lies under the head that ends at ${head}`);
});

test("a file that is not taken is said in its step, by name, and the step does not go on", async () => {
  const ann = await visitor(demo.accounts.find((a) => a.login === "wu@hongda.example"));
  await ann.goto(`${demo.url}/portal/new`);
  await ann.fill("input[name=title]", "附件");
  const bad = { name: "virus.exe", mimeType: "application/octet-stream", buffer: Buffer.from("MZ") };
  await ann.setInputFiles(".guide input[type=file]", [bad, { ...bad, name: "two.exe" }]);
  await ann.waitForFunction(() => document.querySelectorAll(".file-failed").length === 2);
  assert.match(await ann.innerText(".file-failed >> nth=0"), /virus\.exe: 不接收此类文件/);
  for (let n = 0; n < 3; n += 1) await ann.click(".guide .actions .btn-primary:visible");
  await ann.waitForSelector("#toasts .toast");
  assert.equal(await ann.locator("#toasts .toast").count(), 1);
  assert.ok(await ann.isVisible("input[name=title]"), "still the first step");
  for (const _ of [1, 2]) await ann.click(".file-failed >> nth=0 >> button");
  await ann.click(".guide .actions .btn-primary:visible");
  await ann.waitForSelector("input[name=product_version]:visible");
});
