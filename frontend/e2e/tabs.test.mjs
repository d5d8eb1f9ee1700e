// Many tabs of one browser share one stream of live updates, and lose nothing when the reading tab goes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { signIn, stage } from "./browser.mjs";

const { demo, visitor, problems, api, fresh } = await stage();
const note = (number, body) => api(`tickets/${number}/notes`, "POST", { body });
const shows = (page, text) => page.waitForSelector(`#timeline >> text=${text}`, { timeout: 8000 });

test("nine tabs are all live over one stream, and go on when its tab is closed", async () => {
  const first = await visitor(demo.account("agent"));
  const context = first.context();
  // What the page after signing in has opened does not count.
  await first.goto("about:blank");
  let streams = 0;
  context.on("request", (request) => request.url().includes("/live") && streams++);
  const number = await fresh("多个标签页");
  await first.goto(`${demo.url}/tickets/${number}`);
  const tabs = [first];
  for (let i = 1; i < 9; i++) {
    const tab = await context.newPage();
    await tab.goto(`${demo.url}/tickets/${number}`, { timeout: 8000 });
    tabs.push(tab);
  }
  await note(number, "第一条");
  await Promise.all(tabs.map((tab) => shows(tab, "第一条")));
  assert.equal(streams, 1);
  await first.close();
  await note(number, "第二条");
  await Promise.all(tabs.slice(1).map((tab) => shows(tab, "第二条")));
  assert.equal(streams, 2);
});

test("a page that came back behind the others catches up", async () => {
  const agent = await visitor(demo.account("agent"));
  const number = await fresh("落后的页面");
  await agent.goto(`${demo.url}/tickets/${number}`);
  const late = await agent.context().newPage();
  // The page is from before the note; its script starts after the others have heard of it.
  let start;
  const held = new Promise((resolve) => (start = resolve));
  await late.route("**/app.js", async (route) => {
    await held;
    await route.continue();
  });
  await late.goto(`${demo.url}/tickets/${number}`, { waitUntil: "commit" });
  await late.waitForSelector("#timeline", { state: "attached" });
  await note(number, "之前写的");
  await shows(agent, "之前写的");
  start();
  await shows(late, "之前写的");
});

test("who signs in after somebody else has a stream of their own", async () => {
  const page = await visitor(demo.account("agent"));
  const old = await page.context().newPage();
  await old.goto(`${demo.url}/tickets?view=mine`);
  await page.context().clearCookies();
  const answered = page.waitForResponse((r) => r.url().includes("/live"));
  await signIn(page, demo, demo.account("supervisor"));
  assert.equal((await answered).status(), 200);
});

test("all tabs ask for a new sign-in when the session ends elsewhere", async () => {
  const there = await visitor(demo.account("consultant"));
  const here = await visitor(demo.account("consultant"));
  const other = await here.context().newPage();
  await here.goto(`${demo.url}/tickets?view=all`);
  await other.goto(`${demo.url}/tickets?view=mine`);
  await there.request.post(`${demo.url}/sign-out/everywhere`, { headers: { origin: demo.url } });
  await here.waitForURL(/sign-in\?back=/, { timeout: 8000 });
  await other.waitForURL(/sign-in\?back=/, { timeout: 8000 });
});

test("no page had an error in its console", () => {
  assert.deepEqual(problems, []);
});
