// Whoever is on call is paged while a page of the desk stands open: the band comes by itself, it can be muted, and the button
// acknowledges and opens the case.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, signIn, stage } from "./browser.mjs";

const { demo, browser } = await stage();

async function api(address, body, method = body ? "POST" : "GET") {
  const headers = { authorization: `Bearer ${demo.api_token}`, "content-type": "application/json" };
  const answer = await fetch(`${demo.url}/api/v1/${address}`, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${address}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

/** Pages `person` a second after an urgent ticket has come. */
async function pageSoon(login) {
  const person = (await api("staff?limit=200")).items.find((s) => s.login === login);
  const rota = (await api("on-call/rotas")).items[0];
  const [from, until] = [new Date(Date.now() - 60_000), new Date(Date.now() + 3_600_000)].map((d) => d.toISOString());
  await api(`on-call/rotas/${rota.id}/overrides`, { seat: "primary", person: person.id, from, until, note: "" });
  for (const id of ["t1", "t2", "t3"]) {
    const { name, rev, doc } = await api(`policies/${id}`);
    doc.steps.push({ milestone: "resolution", percent: 1, action: "page_on_call" });
    const shortest = doc.targets.filter((t) => t.class === "urgent" && t.milestone === "resolution");
    shortest.forEach((t) => (t.seconds = 100));
    await api(`policies/${id}`, { name, rev, doc }, "PUT");
  }
  const requester = (await api("contacts?limit=1")).items[0].points[0];
  return (await api("tickets", { title: "生产系统无法登录", requester, severity: "urgent", level: 1 })).number;
}

test("a page rings on the open page until it is acknowledged", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  const agent = demo.account("agent");
  await signIn(page, demo, agent);
  const number = await pageSoon(agent.login);
  const band = page.locator("#pages .call");
  await band.waitFor({ timeout: 20_000 });
  assert.match(await band.textContent(), new RegExp(`呼叫值班.*${number} 生产系统无法登录.*1%`, "s"));
  assert.equal(await page.locator("#pages").getAttribute("aria-live"), "assertive");
  await accessible(page);

  // The tone goes on in a loop; muting holds for this device, also on the next page.
  const mute = page.locator("[data-sound-mute]"), again = page.locator("[data-sound-on]");
  const refused = page.locator("[data-sound-refused]");
  if (await refused.isVisible()) await refused.click();
  await mute.click();
  await again.waitFor();
  await page.goto(`${demo.url}/on-call`);
  await again.waitFor();
  assert.ok(await mute.isHidden());
  await again.click();
  await mute.waitFor();

  await page.click("#pages .call .btn-primary");
  await page.waitForURL(`**/tickets/${number}`);
  assert.equal(await band.count(), 0);
  assert.match(await page.locator("#timeline").textContent(), /已确认呼叫（站内）/);
  await page.close();
});
