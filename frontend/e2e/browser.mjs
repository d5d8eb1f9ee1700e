// Starts the built program with the demo world in a folder of its own, and Debian's Chromium.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
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
