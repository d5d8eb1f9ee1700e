// Routing rules are put into another order by the grip and by their buttons, with and without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, signIn, stage } from "./browser.mjs";

const { demo, browser, visitor, problems, api } = await stage();
const names = (page) => page.$$eval("[data-row] summary strong", (all) => all.map((one) => one.textContent.trim()));
const stored = async () => (await api("routing", "GET")).rules.map((rule) => rule.name);

test("buttons move a rule and keep the focus; the order is saved", async () => {
  const page = await visitor(demo.account("administrator"));
  await page.goto(`${demo.url}/admin/routing`);
  const before = await names(page);
  assert.ok(before.length >= 3, `${before}`);
  await accessible(page);
  await page.focus("[data-row]:nth-of-type(1) [data-moves=down]");
  await page.keyboard.press("Enter");
  assert.deepEqual(await names(page), [before[1], before[0], ...before.slice(2)]);
  assert.equal(await page.evaluate(() => document.activeElement.value), "down.1");
  assert.ok(await page.isVisible("[data-unsaved]"));
  for (let n = 2; n < before.length; n += 1) await page.keyboard.press("Enter");
  // At the end the other button has the focus.
  assert.equal(await page.evaluate(() => document.activeElement.value), `up.${before.length - 1}`);
  assert.match(await page.textContent("[data-place]"), new RegExp(`${before.length}`));
  await accessible(page);
  await Promise.all([page.waitForURL(/saved=1/), page.click("[value=save]")]);
  assert.deepEqual(await stored(), [...before.slice(1), before[0]]);
});

test("the grip drags a rule, Escape puts it back", async () => {
  const page = await visitor(demo.account("administrator"));
  await page.goto(`${demo.url}/admin/routing`);
  const before = await names(page);
  const grip = page.locator("[data-grip]");
  const from = await grip.nth(0).boundingBox(), to = await grip.nth(2).boundingBox();
  const pull = async () => {
    await page.mouse.move(from.x + 8, from.y + 20);
    await page.mouse.down();
    await page.mouse.move(from.x + 8, to.y + to.height, { steps: 12 });
  };
  await pull();
  assert.deepEqual((await names(page)).slice(0, 3), [before[1], before[2], before[0]]);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assert.deepEqual(await names(page), before);
  await pull();
  await page.mouse.up();
  await Promise.all([page.waitForURL(/saved=1/), page.click("[value=save]")]);
  assert.deepEqual((await stored()).slice(0, 3), [before[1], before[2], before[0]]);
});

test("without script a button asks the server, and the focus goes along", async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "zh-CN", javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, demo, demo.account("administrator"));
  await page.goto(`${demo.url}/admin/routing`);
  const before = await page.locator("[data-row] summary strong").allTextContents();
  await page.click("[value='up.2']");
  const after = await page.locator("[data-row] summary strong").allTextContents();
  assert.deepEqual(after.slice(0, 3), [before[0], before[2], before[1]]);
  assert.equal(await page.locator("[value='up.1']").getAttribute("autofocus"), "");
  assert.equal(await page.locator("[data-grip]").first().isVisible(), false);
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems, []);
});
