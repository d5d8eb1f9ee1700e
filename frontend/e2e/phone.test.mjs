// The console on a phone: what must be reachable with a thumb is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, stage } from "./browser.mjs";

const { demo, visitor, problems, fresh } = await stage();

async function phone() {
  const page = await visitor(demo.account("agent"), 390);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ reducedMotion: "reduce" });
  return page;
}

/** Is this what a finger at its middle would touch? */
const touchable = (page, selector) =>
  page.$eval(selector, (el) => {
    el.scrollIntoView({ block: "nearest" });
    const box = el.getBoundingClientRect();
    return el.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
  });

test("the buttons of the panels lie above the bar", async () => {
  const page = await phone();
  await page.goto(`${demo.url}/tickets/${await fresh("面板")}`);
  for (const verb of ["assignment", "hold", "solution"]) {
    const button = `form[action$='/${verb}'] button`;
    await page.click(`details.menu:has(${button}) > summary`);
    assert.ok(await touchable(page, button), verb);
    await accessible(page);
    await page.keyboard.press("Escape");
  }
  await page.click("summary:has-text('解决')");
  await page.fill("form[action$='/solution'] textarea[name=resolution]", "更新模板");
  await page.click("form[action$='/solution'] button");
  await page.waitForSelector("text=已解决，待确认");
});

test("rows are chosen with the thumb, and what can be done with them is at hand", async () => {
  const page = await phone();
  await fresh("第一行");
  await fresh("第二行");
  await page.goto(`${demo.url}/tickets?view=all`);
  const boxes = page.locator("#rows label.c-box");
  await boxes.nth(0).click();
  await boxes.nth(1).click();
  const target = await boxes.nth(1).boundingBox();
  assert.ok(target.width >= 44 && target.height >= 44, JSON.stringify(target));
  assert.equal(await page.locator("#rows input:checked").count(), 2);
  await accessible(page);
  assert.ok(await touchable(page, "#bulk button[value=take]"));
  await page.click("#bulk button[value=take]");
  await page.waitForSelector("text=已处理 2 张工单");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("a list is exported, kept as a view and given columns with the thumb", async () => {
  const page = await visitor(demo.account("supervisor"), 390);
  for (const inner of ["[action='/views'] button", "[action='/tickets/columns'] button", "[href*='.csv'], [href*='/csv']"]) {
    await page.goto(`${demo.url}/tickets?view=all`);
    const menu = `.head > details.menu:has(${inner})`;
    await page.click(`${menu} > summary`);
    assert.ok(await touchable(page, `${menu} :is(${inner})`), inner);
    await accessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), inner);
  }
});

test("logins stand in one line, and the words of the rail within it", async () => {
  const page = await visitor(demo.account("administrator"), 390);
  await page.goto(`${demo.url}/admin/staff`);
  const lines = await page.$$eval("table td:nth-child(2)", (cells) => cells.map((td) => {
    const range = document.createRange();
    range.selectNodeContents(td);
    return new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size;
  }));
  assert.ok(lines.length > 5 && lines.every((n) => n === 1), `${lines}`);
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const locale of ["en", "zh-CN"]) {
    await page.click(".rail details summary");
    await Promise.all([page.waitForEvent("load"), page.click(`.rail button[value='${locale}']`)]);
    const wide = await page.$$eval(".rail > a, .rail > details > summary", (all) =>
      all.filter((a) => a.scrollWidth > a.clientWidth).map((a) => a.textContent.trim()));
    assert.deepEqual(wide, [], locale);
  }
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems, []);
});
