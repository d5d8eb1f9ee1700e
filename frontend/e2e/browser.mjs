// Starts the built program with the demo world in a folder of its own, and Debian's Chromium.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const root = path.join(import.meta.dirname, "../..");

/** The program from `AFTERCARE_BIN`, else the debug build. */
export async function startDemo(extra = []) {
  const data = await mkdtemp(path.join(tmpdir(), "aftercare-e2e-"));
  const bin = process.env.AFTERCARE_BIN ?? path.join(root, "target/debug/aftercare");
  const child = spawn(bin, ["demo", "--json", "--data", data, "--listen", "127.0.0.1:0", ...extra], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, AFTERCARE_LOG: "warn" },
  });
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  const info = JSON.parse(first);
  return {
    ...info,
    account: (role) => info.accounts.find((a) => a.role === role),
    stop: async () => {
      child.kill("SIGKILL");
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The test application, whose clock is moved by hand, from `AFTERCARE_STAGE`, else its debug build. */
export async function startStage() {
  const bin = process.env.AFTERCARE_STAGE ?? path.join(root, "target/debug/examples/stage");
  const child = spawn(bin, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the test application ended");
    return value;
  };
  return {
    ...JSON.parse(await line()),
    /** Moves the clock to an instant, and does all that falls due on the way. */
    reach: async (instant) => {
      child.stdin.write(`${instant.toISOString()}\n`);
      await line();
    },
    /** It ends when its input does, and takes its folder along. */
    stop: () => new Promise((resolve) => child.once("exit", resolve) && child.stdin.end()),
  };
}

/** A browser without any request of its own to the outside. */
export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.AFTERCARE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

/** Signs in with an account of the demo. */
export async function signIn(page, demo, account) {
  await page.goto(`${demo.url}/sign-in`);
  await page.fill("input[name=login]", account.login);
  await page.fill("input[name=password]", account.password);
  await page.click("form[action='/sign-in'] button");
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** A demo and a browser for the tests of one file; both end with it. */
export async function stage() {
  const [demo, browser] = await Promise.all([startDemo(), openBrowser()]);
  const problems = [];
  after(async () => {
    await browser.close();
    await demo.stop();
  });
  /** Somebody in a window of their own; errors of the console are collected. */
  async function stranger(width = 1440, more = {}) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: "zh-CN", ...more });
    const page = await context.newPage();
    page.on("console", (m) => m.type() === "error" && problems.push(`${page.url()}: ${m.text()}`));
    page.on("pageerror", (e) => problems.push(`${page.url()}: ${e}`));
    return page;
  }
  /** The same, signed in. */
  async function visitor(account, width = 1440, more = {}) {
    const page = await stranger(width, more);
    await signIn(page, demo, account);
    return page;
  }
  /** A program with a token. */
  async function api(path, method, body) {
    const headers = { authorization: `Bearer ${demo.api_token}`, "content-type": "application/json" };
    const answer = await fetch(`${demo.url}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.json();
  }
  /** A new ticket's number. */
  async function fresh(title) {
    return (await api("tickets", "POST", { title, body: "b", requester: "wu@hongda.example" })).number;
  }
  /** Changes some of the settings. */
  async function settle(change) {
    const { settings, version } = await api("settings", "GET");
    await api("settings", "PUT", { version, settings: { ...settings, ...change } });
  }
  return { demo, browser, stranger, visitor, problems, api, fresh, settle };
}

/** Walks with the tabulator until the control has the focus, visibly. */
export async function reach(page, selector, step = "Tab") {
  for (let n = 0; n < 150; n += 1) {
    const shown = await page.evaluate((wanted) => {
      const here = document.activeElement;
      if (!here?.matches(wanted)) return null;
      const ring = (e) => e && (getComputedStyle(e).outlineStyle !== "none" || getComputedStyle(e).boxShadow !== "none");
      return Boolean(ring(here) || ring(here.closest("label, .editor")));
    }, selector);
    if (shown !== null) {
      assert.ok(shown, `${page.url()}: ${selector} does not show its focus`);
      return;
    }
    await page.keyboard.press(step);
  }
  assert.fail(`${page.url()}: the tabulator never comes to ${selector}`);
}

/** Nothing of the page lies beside the window. */
export async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${page.url()}: ${wide} too wide`);
}

const axe = await readFile(path.join(import.meta.dirname, "../node_modules/axe-core/axe.min.js"), "utf8");

/** Nothing serious for the accessibility checker; `without` names rules that are left to another test. */
export async function accessible(page, without = []) {
  // What is still fading in has not its colours yet.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime !== Infinity).map((a) => a.finished)));
  // The policy forbids foreign scripts; the checker is evaluated by the browser's own debugger.
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact) && !without.includes(v.id));
  assert.deepEqual(serious.map((v) => `${page.url()} ${v.id}: ${v.nodes[0].html}`), []);
}

/** The same in light and dark, on the desk and on a phone, where nothing lies beside the window either. */
export async function accessibleEverywhere(page, without = []) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await accessible(page, without);
    }
    await fits(page);
  }
}
