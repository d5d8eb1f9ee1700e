// Whatever a form is refused for stands at its fields: with scripts and without, in both languages, for eyes and for readers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, signIn, stage } from "./browser.mjs";

const { demo, browser, visitor, problems } = await stage();

/** What is said at the fields, in the order of the page; each field is described by it, and the summary leads there. */
const said = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("[aria-invalid=true]")].map((field) => {
      const why = field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id));
      const leads = document.querySelector(`.errors a[href="#${field.id}"]`);
      return { name: field.getAttribute("name") ?? field.className, seen: why.every((w) => w.checkVisibility()), leads: !!leads };
    }),
  );

const focused = (page) => page.evaluate(() => document.activeElement.matches("[aria-invalid=true]"));

/** The settings with values that cannot be: the browser's own checks are off, as for a program. */
async function settings(page) {
  await page.goto(`${demo.url}/admin/settings`);
  await page.$eval("form.sheet", (form) => (form.noValidate = true));
  await page.fill("[name=close_after_days]", "900");
  await page.fill("[name=time_zone]", "Mond");
  await page.click("form.sheet .btn-primary");
  await page.waitForSelector(".errors");
}

for (const javaScriptEnabled of [true, false]) {
  test(`settings say it at their fields, scripts ${javaScriptEnabled}`, async () => {
    const context = await browser.newContext({ javaScriptEnabled, locale: "zh-CN" });
    const page = await context.newPage();
    await signIn(page, demo, demo.account("administrator"));
    if (javaScriptEnabled) {
      await settings(page);
      await accessible(page);
    } else {
      await page.goto(`${demo.url}/admin/settings`);
      await page.fill("[name=time_zone]", "Mond");
      await page.click("form.sheet .btn-primary");
      await page.waitForSelector(".errors");
    }
    const fields = await page.locator("[aria-invalid=true]").count();
    assert.equal(fields, javaScriptEnabled ? 2 : 1);
    assert.equal(await page.inputValue("[name=time_zone]"), "Mond", "what was typed stays");
    assert.equal(await page.locator(".errors a").count(), fields);
    if (javaScriptEnabled) {
      assert.ok((await said(page)).every((f) => f.seen && f.leads));
      assert.ok(await focused(page));
      await page.click(".errors a >> nth=1");
      assert.ok(await focused(page), "the summary leads to the field");
      await page.fill("[name=time_zone]", "Asia/Shanghai");
      assert.equal(await page.locator("[name=time_zone][aria-invalid]").count(), 0, "what is mended is not said any more");
    }
    await context.close();
  });
}

test("a new ticket says it at its fields without leaving the page", async () => {
  const page = await visitor(demo.account("agent"));
  await page.goto(`${demo.url}/tickets/new`);
  await page.$eval("form.sheet", (form) => (form.noValidate = true));
  await page.fill(".editor-area", "什么都没有填");
  await page.click("form.sheet .btn-primary");
  await page.waitForSelector(".errors a");
  const fields = await said(page);
  assert.deepEqual(fields.map((f) => f.name).sort(), ["requester", "title"]);
  assert.ok(fields.every((f) => f.seen && f.leads) && (await focused(page)));
  assert.match(await page.textContent(".editor-area"), /什么都没有填/);
  await accessible(page);
  await page.selectOption("select[name=kind]", "how_to");
  assert.equal(await page.isVisible("select[name=level]"), false, "a level is for faults");
  assert.equal(await page.isDisabled("select[name=level]"), true, "what is not asked is not sent");
  await page.selectOption("select[name=kind]", "fault");
  assert.equal(await page.isVisible("select[name=level]"), true);
  await page.context().close();
});

test("wide tables are reached by keyboard and show that they go on", async () => {
  const page = await visitor(demo.account("supervisor"), 390);
  await page.goto(`${demo.url}/reports/attainment?by=group`);
  const wide = page.locator(".table[data-scrolls]").first();
  await wide.waitFor();
  await wide.focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector(".table[data-scrolls]").scrollLeft > 0);
  assert.ok(await wide.getAttribute("aria-label"));
  await accessible(page);
  await page.context().close();
});

// The browser itself says what is refused.
test("no page complained", () => assert.deepEqual(problems.filter((p) => !p.includes("422")), []));
