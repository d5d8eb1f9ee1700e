// A call-back from both sides: asked for in the portal, seen, moved and kept in the console; the customer sees each step.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, accessibleEverywhere, stage } from "./browser.mjs";

const { demo, visitor, problems, api, fresh, settle } = await stage();

// Hours are offered whenever the tests run.
await settle({ silence_calendar: "x24" });

const customer = () => demo.accounts.find((a) => a.login === "wu@hongda.example");

/** The day after tomorrow at this hour in Shanghai, as a browser's field has it; or as many days from today. */
function day(hour, ahead = 2) {
  const at = new Date(Date.now() + ahead * 86_400_000);
  return `${new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(at)}T${hour}`;
}

/** A case whose customer has asked for a call tomorrow from ten to eleven. */
async function asked(title, note = "想问升级的步骤") {
  const number = await fresh(title);
  const clerk = await visitor(customer(), 390);
  await clerk.goto(`${demo.url}/portal/cases/${number}`);
  await clerk.click("#case-appointments >> text=预约回电");
  await clerk.waitForSelector("select[name=from]");
  const offered = await clerk.$$eval("select[name=from] option", (all) => all.map((o) => ({ value: o.value, said: o.textContent })));
  const [ten, two] = ["10:00–11:00", "14:00–15:00"].map((hours) => offered.find((o) => o.said.includes(day("", 1).slice(0, 10)) && o.said.endsWith(hours)));
  await clerk.selectOption("select[name=from]", ten.value);
  await clerk.fill("input[name=phone]", "13800138000");
  await clerk.fill("textarea[name=note]", note);
  await clerk.click(`form[action$='/${number}/appointments'] .btn-primary`);
  await clerk.waitForURL(`**/portal/cases/${number}`);
  return { number, clerk, ten, two };
}

test("asked for in the portal, seen in the diary and at the ticket, moved, kept; the customer sees each step", async () => {
  const { number, clerk, ten } = await asked("客户要回电");
  await clerk.waitForSelector(".toast >> text=我们会按时打给您");
  assert.ok((await clerk.textContent("#case-appointments")).includes(`回电 · ${ten.said}`));

  const agent = await visitor(demo.account("agent"));
  await agent.keyboard.press("g");
  await agent.keyboard.press("p");
  await agent.waitForURL(`${demo.url}/appointments`);
  await Promise.all([agent.waitForURL(/whose=all/), agent.selectOption("select[name=whose]", { label: "全部" })]);
  const row = agent.locator(`tr:has-text("${number}")`);
  assert.match(await row.textContent(), /回电[\s\S]*待进行[\s\S]*电话 13800138000/);
  await row.locator("a").click();
  await agent.waitForURL(`${demo.url}/tickets/${number}/appointments/1`);
  assert.match(await agent.textContent(".pairs"), /13800138000[\s\S]*客户提出[\s\S]*想问升级的步骤/);
  await agent.click(`a[href='/tickets/${number}']`);
  await agent.waitForSelector("#timeline >> text=约定回电");
  await agent.click(`.context a[href='/tickets/${number}/appointments/1']`);
  await agent.waitForURL(/appointments\/1$/);

  // Moved: the customer's open page says so by itself.
  await agent.click("summary:has-text('改约')");
  const move = agent.locator(`form[action$='/${number}/appointments/1']`);
  await move.locator("[name=from]").fill(day("15:00"));
  await move.locator("[name=until]").fill(day("16:30"));
  await move.locator("button").click();
  await agent.waitForSelector(".toast >> text=已改约");
  assert.match(await agent.textContent("h1"), /15:00–16:30/);
  await clerk.waitForSelector("#case-appointments >> text=15:00–16:30");
  assert.equal(await clerk.locator(`#case-appointments >> text=${ten.said}`).count(), 0);

  // Kept: the customer reads the result, and may ask for the next call.
  await agent.fill("textarea[name=result]", "已电话说明升级步骤，客户今晚升级");
  await agent.click("form[action$='/result'] .btn-primary");
  await agent.waitForSelector(".toast >> text=已记录结果");
  await agent.goto(`${demo.url}/tickets/${number}`);
  assert.match(await agent.textContent("#timeline"), /回电改约[\s\S]*回电已完成[\s\S]*已电话说明升级步骤/);
  await clerk.waitForSelector("#talk >> text=已电话说明升级步骤，客户今晚升级");
  await clerk.waitForSelector("#case-appointments >> text=预约回电");
  await agent.goto(`${demo.url}/appointments?whose=all&when=over`);
  assert.match(await row.textContent(), /已完成/);
  await agent.goto(`${demo.url}/appointments?whose=all&when=open`);
  assert.equal(await row.count(), 0);
});

test("the customer chooses another hour and calls it off; the agent sees both", async () => {
  const { number, clerk, two } = await asked("客户改时间");
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${number}`);
  await clerk.click("#case-appointments a");
  await clerk.click("summary:has-text('换个时段')");
  await clerk.selectOption("select[name=from]", two.value);
  assert.equal(await clerk.inputValue("input[name=phone]"), "13800138000", "the number stands there already");
  await clerk.click("form[action$='/appointments/1'] .btn-primary");
  await clerk.waitForSelector("#case-appointments a");
  assert.ok((await clerk.textContent("#case-appointments")).includes(two.said));
  await agent.waitForSelector("#timeline >> text=回电改约");

  await clerk.click("#case-appointments a");
  await clerk.click("summary:has-text('取消预约')");
  await clerk.fill("form[action$='/removal'] [name=reason]", "已经自己解决");
  await clerk.click("form[action$='/removal'] button");
  await clerk.waitForSelector("#case-appointments >> text=预约回电");
  await agent.waitForSelector("#timeline >> text=取消回电");
  assert.match(await agent.textContent("#timeline"), /取消回电[\s\S]*已经自己解决/);
});

test("what lies in the past is said at its field, and what was typed stays", async () => {
  const number = await fresh("过去的时间");
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/tickets/${number}/appointments`);
  const past = day("10:00", -2);
  const refused = async (form) => {
    await agent.waitForSelector(`${form} [name=from][aria-invalid=true]`);
    const why = await agent.$eval(`${form} [name=from]`, (field) =>
      field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent).join(" "));
    assert.equal(why.trim(), "须晚于现在");
    assert.equal(await agent.evaluate(() => document.activeElement.getAttribute("name")), "from");
    assert.deepEqual(
      [await agent.inputValue(`${form} [name=from]`), await agent.inputValue(`${form} [name=note]`), await agent.inputValue(`${form} [name=phone]`)],
      [past, "谈续约", "13900139000"],
    );
    await accessible(agent);
  };
  await agent.fill("#new [name=from]", past);
  await agent.fill("#new [name=phone]", "13900139000");
  await agent.fill("#new [name=note]", "谈续约");
  await agent.click("#new .btn-primary");
  await refused("#new");
  assert.equal((await agent.request.get(`${demo.url}/tickets/${number}/appointments/1`)).status(), 404);

  await agent.fill("#new [name=from]", day("11:00"));
  assert.equal(await agent.locator("#new [aria-invalid]").count(), 0, "what is mended is not said any more");
  await agent.click("#new .btn-primary");
  await agent.waitForSelector(".toast >> text=已约定");
  await agent.goto(`${demo.url}/tickets/${number}/appointments/1`);
  await agent.click("summary:has-text('改约')");
  const move = `form[action$='/${number}/appointments/1']`;
  await agent.fill(`${move} [name=from]`, past);
  await agent.click(`${move} button`);
  await refused(move);
});

/** A customer's page that was left open until the hour that they choose had gone by. */
async function late(title) {
  const number = await fresh(title);
  const clerk = await visitor(customer(), 390);
  await clerk.goto(`${demo.url}/portal/cases/${number}/appointments`);
  await clerk.$eval("select[name=from]", (select) => select.append(new Option("10:00", "2026-01-05T02:00:00Z", true, true)));
  await clerk.fill("input[name=phone]", "13800138000");
  await clerk.fill("textarea[name=note]", "早上的时段");
  await clerk.click("form.panel .btn-primary");
  await clerk.waitForSelector("select[name=from][aria-invalid=true]");
  return clerk;
}

test("an hour that has gone by on a page left open is refused at its field", async () => {
  const clerk = await late("页面开着");
  await clerk.waitForSelector(".field:has(select[name=from]) .wrong >> text=须晚于现在");
  assert.deepEqual([await clerk.inputValue("input[name=phone]"), await clerk.inputValue("textarea[name=note]")], ["13800138000", "早上的时段"]);
  await accessible(clerk);
});

const noSuchField = "the toast also says “结束日期：须晚于现在”, a field that the customer does not have";
test("of an hour that has gone by only what the customer chose is said", { skip: noSuchField }, async () => {
  const clerk = await late("只说所选");
  await clerk.waitForSelector(".toast");
  const said = await clerk.innerText(".toast");
  assert.ok(said.includes("什么时段方便：须晚于现在") && !said.includes("结束日期"), said);
});

test("the address of the calendar feed answers with what is agreed, until it is ended", async () => {
  const number = await fresh("进日历");
  const me = (await api("staff?limit=200", "GET")).items.find((s) => s.login === demo.account("agent").login);
  const agreed = { kind: "call_back", way: "phone", from: `${day("14:00")}:00+08:00`, staff: me.id, phone: "13800138000" };
  await api(`tickets/${number}/appointments`, "POST", agreed);
  const agent = await visitor(demo.account("agent"));
  await agent.goto(`${demo.url}/on-call`);
  await agent.click("form[action='/on-call/feed'] button");
  const address = (await agent.textContent(".said code")).trim();
  const feed = await fetch(address);
  assert.equal(feed.status, 200);
  assert.match(feed.headers.get("content-type"), /^text\/calendar/);
  const text = (await feed.text()).replaceAll(/\r\n[ \t]/g, "");
  assert.match(text, /^BEGIN:VCALENDAR\r\n/);
  assert.match(text, new RegExp(`SUMMARY:.*${number}`));
  await agent.click("form[action='/on-call/feed/removal'] button");
  await agent.waitForSelector("form[action='/on-call/feed/removal']", { state: "detached" });
  assert.equal((await fetch(address)).status, 404);
});

for (const locale of ["zh-CN", "en"]) {
  test(`every page of appointments is accessible, light and dark, desk and phone (${locale})`, async () => {
    const { number, clerk } = await asked(`无障碍 ${locale}`);
    const agent = await visitor(demo.account("agent"));
    for (const page of [agent, clerk]) await page.context().addCookies([{ name: "locale", value: locale, url: demo.url }]);
    for (const path of ["/appointments?whose=all", `/tickets/${number}/appointments`, `/tickets/${number}/appointments/1`]) {
      await agent.goto(`${demo.url}${path}`);
      assert.equal(await agent.getAttribute("html", "lang"), locale);
      for (const details of await agent.$$("details.panel > summary")) await details.click();
      await accessibleEverywhere(agent);
    }
    for (const path of ["", "/appointments"]) {
      await clerk.goto(`${demo.url}/portal/cases/${number}${path}`);
      assert.equal(await clerk.getAttribute("html", "lang"), locale);
      for (const details of await clerk.$$("section.panel details > summary.btn")) await details.click();
      await accessibleEverywhere(clerk);
    }
  });
}

test("no page had an error in its console", () => {
  // What is refused is said by the browser, too.
  assert.deepEqual(problems.filter((p) => !p.includes("422")), []);
});
