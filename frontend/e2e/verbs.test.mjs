// The menu of verbs, their forms and the palette: by mouse, by key, by thumb, in both languages, without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, signIn, stage } from "./browser.mjs";

const { demo, browser, visitor, problems, fresh } = await stage();
const VERBS = ["escalate", "severity", "contact", "merge", "link", "split", "cancel"];

async function opened(title, width) {
  const page = await visitor(demo.account("agent"), width);
  await page.emulateMedia({ reducedMotion: "reduce" });
  const number = await fresh(title);
  await page.goto(`${demo.url}/tickets/${number}`);
  return { page, number };
}

test("each verb of the menu opens its own form, and the focus comes back", async () => {
  const { page } = await opened("菜单");
  for (const verb of VERBS) {
    await page.click("#key-more");
    if (verb === "escalate") await accessible(page);
    await page.click(`.verbs [data-opens=verb-${verb}]`);
    if (verb === "merge") assert.ok(await page.isVisible("#verb-merge >> text=5 分钟内、没有其他操作时可以撤销"));
    assert.ok(await page.isVisible(`#verb-${verb} form`), verb);
    assert.equal(await page.locator("dialog[open]").count(), 1);
    assert.ok(await page.evaluate(() => document.activeElement.matches("dialog[open] form *")), verb);
    await accessible(page);
    await page.keyboard.press("Escape");
    await page.waitForSelector(`#verb-${verb}`, { state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.id), "key-more", verb);
  }
});

test("the menu is walked with arrows, a verb has a key, and a refusal is said in its form", async () => {
  const { page, number } = await opened("按键");
  await page.keyboard.press(".");
  // The menu tells that it is open in an event of its own, a moment later.
  await page.waitForFunction(() => document.activeElement.dataset.opens);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.opens), "verb-cancel");
  await page.keyboard.press("Escape");
  await page.keyboard.press("l");
  await page.keyboard.type(number);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#verb-link .wrong >> text=不能与自己合并或关联");
  assert.equal(await page.inputValue("#verb-link input[name=number]"), number);
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.keyboard.type("数据库死锁");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("text=转交高级工程师 数据库死锁");
  await page.click(".toast >> text=撤销");
  await page.waitForFunction(() => document.querySelector(".case-sub .muted")?.textContent.includes("未分配"));
});

test("the palette offers all verbs in either language and scrolls to what is chosen", async () => {
  const { page } = await opened("命令");
  for (const locale of ["zh-CN", "en"]) {
    await page.click(".rail details summary");
    await Promise.all([page.waitForEvent("load"), page.click(`.rail button[value='${locale}']`)]);
    await page.keyboard.press("Control+k");
    const all = await page.locator("#palette li").count();
    assert.ok(all > 20, `${all}`);
    await accessible(page);
    for (let n = 1; n < all; n += 1) await page.keyboard.press("ArrowDown");
    const seen = await page.$eval("#palette li[aria-selected=true]", (li) => {
      const [item, list] = [li.getBoundingClientRect(), li.parentElement.getBoundingClientRect()];
      return item.bottom <= list.bottom + 1 && item.top >= list.top - 1;
    });
    assert.ok(seen);
    for (const [word, verb] of [["合并", "merge"], ["merge", "merge"], ["拆分", "split"], ["cancel the", "cancel"], ["关联", "link"],
      ["severity", "severity"], ["高级", "escalate"], ["escalate", "escalate"], ["记录联系", "contact"]]) {
      if (!await page.isVisible("#palette")) await page.keyboard.press("Control+k");
      await page.fill("#palette input", word);
      await page.keyboard.press("Enter");
      await page.waitForSelector(`#verb-${verb}[open]`);
      await page.keyboard.press("Escape");
    }
    await page.keyboard.press("Control+k");
    await page.fill("#palette input", "挂起");
    await page.keyboard.press("Enter");
    assert.ok(await page.isVisible("form[action$='/hold'] select"));
    await page.keyboard.press("Escape");
  }
});

test("the palette opens a whole number and finds a part of one", async () => {
  const { page, number } = await opened("编号");
  const offers = async (typed) => {
    await page.goto(`${demo.url}/tickets?view=all`);
    await page.keyboard.press("Control+k");
    await page.fill("#palette input", typed);
    return page.locator("#palette li").allTextContents();
  };
  assert.deepEqual(await offers(number.toLowerCase()), [`打开工单 ${number}`, `搜索“${number.toLowerCase()}”`]);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${demo.url}/tickets/${number}`);
  // The index follows a new ticket a moment later.
  const part = number.split("-").pop().replace(/^0+/, "");
  await page.waitForFunction(async ([part, number]) => (await (await fetch(`/search?q=${part}`)).text()).includes(`/tickets/${number}`), [part, number]);
  assert.deepEqual(await offers(part), [`搜索“${part}”`]);
  await Promise.all([page.waitForURL(`${demo.url}/search?q=${part}`), page.keyboard.press("Enter")]);
  assert.ok(await page.locator(`main a[href^='/tickets/${number}'], .main a[href^='/tickets/${number}']`).count() > 0);
});

test("on a phone no sheet reaches behind the bar", async () => {
  const { page } = await opened("手机", 390);
  await page.setViewportSize({ width: 390, height: 700 });
  const over = () => page.evaluate(() => {
    const bar = document.querySelector(".bottom").getBoundingClientRect();
    const sheet = [...document.querySelectorAll("details.menu[open] > .menu-body")].pop().getBoundingClientRect();
    return { sheet: sheet.bottom, bar: bar.top, top: sheet.top };
  });
  for (const menu of ["details:has([action$='/assignment'])", "details:has([action$='/hold'])", "details:has(#key-more)"]) {
    await page.click(`.case-head ${menu} > summary`);
    const { sheet, bar, top } = await over();
    assert.ok(sheet <= bar + 1 && top >= 0, `${menu}: ${sheet} ${bar} ${top}`);
    await page.keyboard.press("Escape");
  }
  await page.click("#key-more");
  await page.click("[data-opens=verb-split]");
  const box = await page.locator("#verb-split").boundingBox();
  assert.ok(Math.abs(box.y + box.height - 700) < 2 && box.width === 390, JSON.stringify(box));
  await accessible(page);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("without script the verbs are plain forms", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN", javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, demo, demo.account("agent"));
  const number = await fresh("没有脚本");
  await page.goto(`${demo.url}/tickets/${number}`);
  await page.click("#key-more");
  await page.click("[popovertarget=verb-escalate]");
  await page.fill("#verb-escalate textarea", "需要看内核转储");
  await page.click("#verb-escalate .btn-primary");
  await page.waitForSelector("text=转交高级工程师 需要看内核转储");
});

test("an answer is taken back before it leaves, and goes on as a draft", async () => {
  const { page } = await opened("撤回一条回复");
  await page.click(".editor-area");
  await page.keyboard.type("发错了人");
  await page.click("#composer button.btn-primary");
  await page.waitForSelector(".held >> text=尚未发出");
  await accessible(page);
  await page.click(".held button:has-text('撤回')");
  await page.waitForSelector("text=撤回了一条尚未发出的回复");
  assert.equal(await page.locator(".card:has-text('发错了人')").count(), 0);
  await page.waitForSelector(".editor-area >> text=发错了人");
  await page.context().close();
});

test("no page had an error in its console", () => {
  // The refused link above is said by the browser too.
  assert.deepEqual(problems.filter((p) => !p.includes("422")), []);
});
