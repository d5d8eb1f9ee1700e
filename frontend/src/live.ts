// Live updates: what is on the page and concerned by an event asks for its part again.
import htmx from "htmx.org";
import { follow, type News } from "./stream";

const waiting = new Map<string, number>();

/** Asks again at most eight times a second, however many events come. */
function refresh(selector: string): void {
  if (waiting.has(selector)) return;
  const later = window.setTimeout(() => {
    waiting.delete(selector);
    document.querySelectorAll(selector).forEach((el) => htmx.trigger(el, "refresh"));
  }, 120);
  waiting.set(selector, later);
}

function show(news: News): void {
  // The session is over: the page asks for a new sign-in and comes back to this place; what was typed is kept.
  if (news.topic === "ended") return window.location.reload();
  if (news.topic === "ticket") {
    refresh(`[data-live-ticket="${CSS.escape(news.key)}"]`);
    refresh("[data-live-list]");
  }
  if (news.topic === "notice") refresh("#pages");
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
    missed: () => ["[data-live-ticket]", "[data-live-list]", "#queues", "#pages"].forEach(refresh),
  });
}
