// Live updates: what is on the page and concerned by an event asks for its part again.
import htmx from "htmx.org";
import { follow, type News } from "./stream";

/** Which parts are asked for, and whether there are news since they last were. */
const wanted = new Map<string, boolean>();
/** Events of one change come together. */
const TOGETHER_MS = 20;
/** A part is asked for at most so often, however many events come. */
const PAUSE_MS = 120;

/** Asks for the parts again, soon and in one with what else happens. */
export function refresh(selector: string): void {
  const idle = !wanted.has(selector);
  wanted.set(selector, true);
  if (idle) window.setTimeout(ask, TOGETHER_MS, selector);
}

/** Asks if there are news. Not while an answer is under way: what is asked then is forgotten when the part is replaced. */
function ask(selector: string): void {
  const underWay = document.querySelector(`:is(${selector}).htmx-request`) !== null;
  if (!underWay) {
    if (!wanted.get(selector)) return void wanted.delete(selector);
    wanted.set(selector, false);
    document.querySelectorAll(selector).forEach((el) => htmx.trigger(el, "refresh"));
  }
  window.setTimeout(ask, PAUSE_MS, selector);
}

function show(news: News): void {
  // The session is over: the page asks for a new sign-in and comes back to this place; what was typed is kept.
  if (news.topic === "ended") return window.location.reload();
  if (news.topic === "ticket") {
    refresh(`[data-live-ticket="${CSS.escape(news.key)}"]`);
    refresh("[data-live-list]");
  }
  if (news.topic === "notice") refresh("#pages");
  if (news.topic === "chats") return refresh("#nav-chats");
  if (news.topic === "presence") refresh(`[data-live-presence="${CSS.escape(news.key)}"]`);
  else refresh("#queues");
}

/** Who wrote a minute ago and is gone rings nobody: what says that a colleague is answering asks again by itself. */
const PRESENCE_MS = 30_000;

export function live(): void {
  const { live: from, reader } = document.body.dataset;
  if (from === undefined) return;
  window.setInterval(() => document.hidden || refresh("[data-live-presence]:not(:empty)"), PRESENCE_MS);
  const banner = document.getElementById("offline");
  window.addEventListener("online", () => banner?.setAttribute("hidden", ""));
  follow(reader ?? "", from, {
    news: show,
    connected: (up) => banner?.toggleAttribute("hidden", up),
    missed: () => ["[data-live-ticket]", "[data-live-list]", "#queues", "#pages", "#nav-chats"].forEach(refresh),
  });
}
