// How long until one agent's change is on another agent's screen, in a real browser. `cargo xtask bench live`
// Prints one JSON object: for each page the times in milliseconds, from sending the change to the painted frame.
import { openBrowser, signIn, startDemo } from "./browser.mjs";

const CHANGES = 60;
const PATIENCE_MS = 10_000;

const demo = await startDemo();
const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  const page = await context.newPage();
  await signIn(page, demo, demo.account("agent"));
  const { number } = await post("tickets", { title: "实时更新", body: "b", requester: "wu@hongda.example" });
  const note = (text) => post(`tickets/${number}/notes`, { body: text });
  const request = (text) => post("tickets", { title: text, body: "b", requester: "wu@hongda.example" });
  const ticket = await times(page, `/tickets/${number}`, note);
  const queue = await times(page, "/tickets?view=all", request);
  console.log(JSON.stringify({ ticket, queue }));
} finally {
  await browser.close();
  await demo.stop();
}

/** The other agent: a program with a token. */
async function post(path, body) {
  const answer = await fetch(`${demo.url}/api/v1/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${demo.api_token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** One change after the other, each when the last one is on the screen, at uneven distances. */
async function times(page, address, change) {
  const stream = page.waitForResponse((r) => r.url().includes("/live"));
  await page.goto(demo.url + address);
  await stream;
  const all = [];
  for (let i = 0; i < CHANGES; i++) {
    await page.waitForTimeout(300 + (i * 137) % 400);
    const text = `change-${i}-end`;
    const seen = page.evaluate(onScreen, { text, patience: PATIENCE_MS });
    const sent = Date.now();
    await change(text);
    all.push((await seen) - sent);
  }
  return all;
}

/** In the page: the time at which a frame with the text has been painted. */
function onScreen({ text, patience }) {
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error(`${text} was not shown`)), patience);
    const observer = new MutationObserver(() => {
      if (!document.body.textContent.includes(text)) return;
      observer.disconnect();
      clearTimeout(tooLate);
      // The frame after the next one begins when this one is on the screen.
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(Date.now())));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}
