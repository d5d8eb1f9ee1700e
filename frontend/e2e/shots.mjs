// Pictures of the pages: two languages, two themes, two widths. `cargo xtask shots [OUT] [PAGE…]`
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { openBrowser, signIn, startDemo } from "./browser.mjs";

const out = process.argv[2] ?? path.join(import.meta.dirname, "out");
const only = process.argv.slice(3);
await mkdir(out, { recursive: true });

const demo = await startDemo();
const browser = await openBrowser();
const staff = [
  ["list", "/tickets?view=due_next"],
  ["ticket", null],
  ["new", "/tickets/new"],
  ["log", "/log"],
  ["reports", "/reports"],
  ["admin", "/admin"],
];
const customer = [["portal", "/portal"], ["portal-new", "/portal/new"], ["portal-case", null]];

async function numberOf(title) {
  const answer = await fetch(`${demo.url}/api/v1/tickets?limit=200`, { headers: { authorization: `Bearer ${demo.api_token}` } });
  return (await answer.json()).items.find((t) => t.title.includes(title))?.number;
}
const urgent = await numberOf("监测数据");
const portal = await numberOf("审批流程");

const sets = [["zh-CN", "light", 1440], ["zh-CN", "dark", 1440], ["zh-CN", "light", 390], ["en", "light", 1440], ["en", "dark", 390]];
for (const [locale, theme, width] of sets) {
  for (const [role, pages] of [["supervisor", staff], ["customer", customer], ["administrator", [["admin", "/admin"]]]]) {
    const context = await browser.newContext({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme: theme, locale });
    await context.addCookies([{ name: "locale", value: locale, url: demo.url }, { name: "theme", value: theme, url: demo.url }]);
    const page = await context.newPage();
    await signIn(page, demo, demo.account(role));
    for (const [name, address] of pages) {
      if (only.length && !only.includes(name)) continue;
      const at = address ?? (name === "ticket" ? `/tickets/${urgent}` : `/portal/cases/${portal}`);
      const answer = await page.goto(demo.url + at);
      if (!answer.ok()) continue;
      await page.screenshot({ path: path.join(out, `${name}-${locale}-${theme}-${width}.png`), fullPage: width === 390 });
    }
    await context.close();
  }
}
await browser.close();
await demo.stop();
