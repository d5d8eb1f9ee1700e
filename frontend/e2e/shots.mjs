// Pictures of every page in two languages, two themes and two widths, and a contact sheet per page in OUT/sheets.
// `cargo xtask shots [OUT] [PAGE…]`; a PAGE is a name below or how names begin: `admin`, `ticket`, `portal-case`.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { openBrowser, signIn, startDemo } from "./browser.mjs";

const out = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "out"));
const only = process.argv.slice(3);
const LOCALES = ["zh-CN", "en"], THEMES = ["light", "dark"], DESK = 1440, PHONE = 390, TALLEST = 4000;
await mkdir(path.join(out, "sheets"), { recursive: true });
const [demo, browser] = await Promise.all([startDemo(), openBrowser()]);

async function api(address, body, method = body ? "POST" : "GET") {
  const headers = { authorization: `Bearer ${demo.api_token}`, "content-type": "application/json" };
  const answer = await fetch(`${demo.url}/api/v1/${address}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}
const all = async (noun) => (await api(`${noun}?limit=200`)).items;
const first = async (noun) => (await all(noun))[0].id;
const tickets = await all("tickets"), [person, other] = await all("contacts");
const number = (fits) => tickets.find(fits).number;
const closed = number((t) => t.status === "closed" && t.requester === person.id);
const waiting = number((t) => t.status === "waiting_customer"), urgent = number((t) => t.title.includes("监测数据"));
// The demo world has no solved case of a customer who can sign in.
const missing = { title: "日报导出后缺少附件", body: "导出的日报里没有照片。", requester: person.points[0] };
const solved = (await api("tickets", missing)).number;
await api(`tickets/${solved}/solution`, { resolution: "请升级到 8.3.3。", cause: "code" });

// The customer of the pictures is affected by the running emergency, too; the past one is known by its title.
const running = await api(`tickets/${urgent}/emergency`);
const affected = { organisations: [...running.organisations, person.organisation] };
await api(`tickets/${urgent}/emergency/description`, affected, "PUT");
const past = number((t) => t.title.includes("系统锁死")), pastEmergency = await api(`tickets/${past}/emergency`);

// Four fifths of the half hour to the first response are used.
const since = new Date(Date.now() - 24 * 60_000).toISOString();
const used = { title: "计划软件打不开", body: "启动后闪退。", requester: person.points[0], severity: "urgent", level: 1 };
const risky = (await api("tickets", { ...used, received_at: since, received_reason: "电话中断" })).number;

// What is agreed with the customer of the pictures, and a kit that is open.
const hours = (n) => new Date(Date.now() + n * 3_600_000).toISOString();
await api(`tickets/${waiting}/appointments`, { kind: "call_back", way: "phone", phone: "13800138000", from: hours(5), until: hours(6), wanted_by: "customer", note: "确认导出的范围" });
const kit = await api("settings"), product = await first("products");
await api("settings", { version: kit.version, settings: { ...kit.settings, caller_kit: true, support_phone: "400-800-1234" } }, "PUT");

const open = (selector) => (p) => p.locator(selector).first().evaluate((el) => { el.open = true; });
const press = (key) => (p) => p.keyboard.press(key);
const click = (selector) => (p) => p.locator(selector).first().click();
const follow = (selector) => (p) => Promise.all([p.waitForEvent("load"), click(selector)(p)]);
const why = async (p) => { await click(".case-head a.chip")(p); await p.waitForSelector(".why"); };
const wrong = async (p) => { await p.fill("[name=login]", "li"); await p.fill("[name=password]", "x"); await follow("form button")(p); };
const choose = async (p) => { for (const n of [1, 3]) await p.locator(".c-box input").nth(n).evaluate((box) => box.click()); };
const steps = (n) => async (p) => {
  // What an earlier picture typed is kept, with its step.
  await p.evaluate(() => (sessionStorage.clear(), localStorage.clear()));
  await p.reload();
  await p.fill("input[name=title]", "报表打不开");
  for (let i = 1; i < n; i += 1) await click(".guide .actions .btn-primary:visible")(p);
};
const TABLE = "姓名,邮箱,单位\n赵一,zhao@example.com,示例公司\n,没有姓名,示例公司\n";
const upload = async (p) => {
  await p.setInputFiles("input[type=file]", { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(TABLE) });
  await follow(".sheet .btn-primary")(p);
};
// Holidays to come, for the rota's plan: the calendar of the demo knows only those that were announced.
const service = await api("calendars/service"), dayOff = (n) => ({ date: `2027-01-0${n}`, kind: "off", name: "new_year", windows: [] });
service.doc.exceptions.push(dayOff(1), dayOff(2), dayOff(3));
await api("calendars/service", { name: service.name, rev: service.rev, doc: service.doc }, "PUT");
const rota = `/on-call/rotas/${await first("on-call/rotas")}`;
const ticket = `/tickets/${urgent}`, list = "/tickets?view=all", year = "period=last_12_months", organisation = person.organisation;
const calendar = "/admin/calendars/service", policy = `/admin/policies/${await first("policies")}`;
const under = (name, prefix, words) => words.split(" ").map((word) => [`${name}-${word}`, prefix + word]);

// Name, address, and what is done before the picture: then the picture is of the screen, else of the whole page.
const PAGES = {
  nobody: [
    ["sign-in", "/sign-in"], ["sign-in-forgot", "/sign-in", open(".sign-in details")], ["sign-in-wrong", "/sign-in", wrong],
    ["sign-in-link", "/sign-in/link/none"], ["kit", "/kit"], ["kit-code", "/kit", async (p) => { await p.fill("[name=symptom]", "点击保存无响应"); await follow("form button")(p); }],
    ["api", "/api/docs"], ["api-open", "/api/docs", open(".api details:nth-of-type(2)")],
  ],
  supervisor: [
    ["list", "/tickets?view=due_next"], ...under("list", "/tickets?view=", "mine waiting resolved all"),
    ["list-empty", `${list}&tag=none`], ["list-bulk", list, choose],
    ["list-columns", list, open("details:has([action='/tickets/columns'])")], ["list-save", list, open("details:has([action='/views'])")],
    ["me", list, open(".rail details")], ["ticket", ticket], ["ticket-waiting", `/tickets/${waiting}`],
    ["ticket-solved", `/tickets/${solved}`], ["ticket-closed", `/tickets/${closed}`], ["ticket-assign", ticket, open("[data-key=a]")],
    ["ticket-hold", ticket, open("[data-key=h]")], ["ticket-solve", ticket, open("[data-key=s]")], ["ticket-why", ticket, why], ["ticket-risk", `/tickets/${risky}`, why], ["wallboard", "/wallboard"],
    ["ticket-more", ticket, open(".case-head details:has(.btn-quiet)")], ["ticket-escalate", ticket, press("e")], ["ticket-severity", ticket, press("p")],
    ["ticket-split", ticket, press("d")], ["ticket-progress", ticket, press("b")], ["ticket-classify", ticket, open(".context details")],
    ["ticket-service", ticket, open(".context section:nth-of-type(4) details")], ["ticket-reply", ticket, click(".editor-area")],
    ["ticket-note", ticket, press("n")], ["palette", ticket, press("Control+k")], ["keys", ticket, press("?")],
    ["new", "/tickets/new"], ["notices", "/notices"], ["error", "/tickets/AF-2000-00001"], ["password", "/account/password"],
    ["search", "/search?q=报表"], ["search-exact", `/search?q=${urgent}`],
    ["search-empty", "/search?q=qqqqzzzz"], ["search-start", "/search"], ["search-instead", "/search?q=exmaple"],
    ["appointments", "/appointments?whose=all"], ["appointments-ticket", `/tickets/${waiting}/appointments`], ["appointments-one", `/tickets/${waiting}/appointments/1`],
    ["emergency", `${ticket}/emergency`], ["emergency-past", `/tickets/${past}/emergency`], ["emergency-none", `/tickets/${waiting}/emergency`],
    ["emergency-roles", `${ticket}/emergency`, open("#staffing details")], ["emergency-start", `/tickets/${waiting}`, press("x")],
    ["oncall", "/on-call"], ["oncall-holiday", "/on-call?month=2026-10"], ["oncall-put", "/on-call", open("#put")],
    ["oncall-plan", `${rota}/holiday`], ["oncall-feed", "/on-call", follow("[action='/on-call/feed'] button")],
    ["oncall-rotas", "/on-call/rotas"], ["oncall-rota-new", "/on-call/rotas/new"], ["oncall-rota", rota, open(".rule")],
    ["oncall-rota-preview", rota, follow(".actions [value=preview]")], ["emergencies", "/emergencies"], ["emergencies-empty", "/emergencies?state=called_off"], ["emergencies-measures", "/emergencies/measures"],
    ["log", "/log"], ["log-empty", "/log?until=2001-01-01"],
    ["reports", `/reports?${year}`], ["report-months", `/reports/solving?${year}&by=month`],
    ...["attainment", "punctuality", "recovery", "satisfaction", "solving", "repeats", "backlog"].map((r) => [`report-${r}`, `/reports/${r}?${year}`]),
    ["report-appraisal", `/reports/appraisal?${year}`], ["report-hours", `/reports/attainment?${year}&by=hour`],
    ["report-conduct", "/reports/conduct", follow("[action='/reports/conduct'] button")],
    ["report-what-if", "/reports/what-if"], ["report-what-if-told", "/reports/what-if?response=20 min&resolution=3 h"],
    ["report-cases", `/reports/solving?${year}`, follow(".numbers td a")],
    ["report-empty", "/reports/solving?period=days&from=2001-01-01&until=2001-01-02"],
  ],
  administrator: [
    ["customers", "/customers"], ["customers-empty", "/customers?q=qqqqzzzz"],
    ...under("customers", "/customers/", "contacts contracts installations"),
    ["customer", `/customers/${organisation}`], ["customer-edit", `/customers/${organisation}/edit`], ["customer-new", "/customers/new"],
    ["contact", `/customers/contacts/${person.id}`], ...under("contact", `/customers/contacts/${person.id}/`, "edit merge"),
    ["contact-new", "/customers/contacts/new"], ["contact-compare", `/customers/contacts/${person.id}/merge?into=${other.points[0]}`],
    ["contract", `/customers/contracts/${await first("contracts")}`],
    ["contract-whose", "/customers/contracts/new?name=x"], ["contract-new", `/customers/contracts/new?organisation=${organisation}`],
    ["installation", `/customers/installations/${await first("installations")}`],
    ["installation-new", `/customers/installations/new?organisation=${organisation}`],
    ...under("admin", "/admin/", "staff groups roles calendars policies routing fields answers products synonyms settings"),
    ...under("admin", "/admin/", "senders mail-keys letters imports tokens jobs audit"),
    ["admin-person", `/admin/staff/${await first("staff")}`], ["admin-group", `/admin/groups/${await first("groups")}`],
    ["admin-product", `/admin/products/${product}`], ["admin-sheet", `/admin/products/${product}/sheet`], ["admin-letter", `/admin/letters/${await first("letters")}`],
    ["admin-calendar", calendar], ["admin-calendar-new", "/admin/calendars/new"], ["admin-calendar-history", `${calendar}/history`],
    ["admin-calendar-preview", calendar, follow(".actions [value=preview]")],
    ["admin-policy", policy], ["admin-policy-preview", policy, follow("[value=preview]")],
    ["admin-rule", "/admin/routing", open("details.rule")], ["admin-rule-trial", "/admin/routing", follow("[value=try]")],
    ["admin-field", "/admin/fields", open("details.panel")], ["admin-answer", `/admin/answers/${await first("answers")}`],
    ["admin-answer-new", "/admin/answers/new"], ["admin-import-new", "/admin/imports/new"],
    ["admin-import-columns", "/admin/imports/new", upload],
  ],
  agent: [["oncall-swap", "/on-call", async (p) => { await open("#mine details")(p); await p.locator("#mine").evaluate((el) => el.scrollIntoView()); }]],
  customer: [
    ["portal", "/portal"], ["portal-me", "/portal", open(".top details")], ["portal-wrong", "/portal/cases/AF-2000-00001"],
    ["portal-search", "/portal/search?q=报表"], ["portal-search-empty", "/portal/search?q=qqqqzzzz"],
    ...[1, 2, 3].map((n) => [`portal-new-${n}`, "/portal/new", steps(n)]), ["portal-case", `/portal/cases/${waiting}`],
    ["portal-case-solved", `/portal/cases/${solved}`], ["portal-case-closed", `/portal/cases/${closed}`],
    ["portal-emergency", `/portal/emergencies/${running.id}`], ["portal-emergency-past", `/portal/emergencies/${pastEmergency.id}`],
    ["portal-promises", "/portal/promises"], ["portal-call", `/portal/cases/${solved}/appointments`], ["portal-called", `/portal/cases/${waiting}/appointments`],
    ["portal-complain", `/portal/cases/${waiting}`, open("main section.actions details")],
    ["portal-reopen", `/portal/cases/${solved}`, open("main .actions details")],
  ],
};
const wanted = (name) => only.length === 0 || only.some((o) => name === o || name.startsWith(`${o}-`));
const file = (name, locale, theme, width) => `${name}-${locale}-${theme}-${width}.png`;

/** One page in one language and width; the themes share it, for they are only properties of the style. */
async function shoot(page, [name, address, act], locale, width) {
  await page.goto(demo.url + address);
  await act?.(page);
  const [tall, wide] = await page.evaluate(() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth]);
  if (wide > width) console.warn(`${name} ${locale} ${width}: ${wide - width} px wider than the screen`);
  const whole = act ? {} : { fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(tall, TALLEST) } };
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await page.screenshot({ path: path.join(out, file(name, locale, theme, width)), ...whole });
  }
}

const chosen = Object.entries(PAGES)
  .map(([role, pages]) => [role, pages.filter(([name]) => wanted(name))])
  .filter(([, pages]) => pages.length > 0);
for (const [role, pages] of chosen) {
  let storageState;
  await Promise.all(LOCALES.map(async (locale, at) => {
    for (const width of [DESK, PHONE]) {
      const viewport = { width, height: width === PHONE ? 844 : 900 };
      const context = await browser.newContext({ viewport, locale, reducedMotion: "reduce", storageState });
      await context.addCookies([{ name: "locale", value: locale, url: demo.url }]);
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      if (role !== "nobody" && !storageState) await signIn(page, demo, demo.account(role));
      if (at === 0) storageState ??= await context.storageState();
      for (const entry of pages) {
        await shoot(page, entry, locale, width).catch((e) => console.warn(`${entry[0]} ${locale} ${width}: ${e.message.split("\n")[0]}`));
      }
      await context.close();
    }
  }));
}

/** The eight pictures of a page beside each other: four of the desk, four of the phone. */
const base = pathToFileURL(`${out}/`).href;
const style = `body { margin: 8px; display: flex; gap: 8px; background: gray }
  div { display: grid; gap: 8px; align-items: start; width: 1220px; grid-template-columns: 1fr 1fr }
  div + div { flex: 1; grid-template-columns: repeat(4, 1fr) }
  img { width: 100%; max-height: 1400px; object-fit: cover; object-position: top }`;
const sheet = await browser.newPage({ viewport: { width: 2120, height: 760 } });
await sheet.goto(base);
for (const [name] of chosen.flatMap(([, pages]) => pages)) {
  const pictures = (width) => LOCALES.flatMap((l) => THEMES.map((t) => `<img src="${file(name, l, t, width)}">`)).join("");
  await sheet.setContent(`<base href="${base}"><style>${style}</style><div>${pictures(DESK)}</div><div>${pictures(PHONE)}</div>`);
  await sheet.screenshot({ path: path.join(out, "sheets", `${name}.png`), fullPage: true });
}
await browser.close();
await demo.stop();
