// Live updates: one stream of server-sent events; what is on the page and concerned asks for its part again.
import htmx from "htmx.org";

const waiting = new Map<string, number>();

/** Asks again at most four times a second, however many events come. */
function refresh(selector: string): void {
  if (waiting.has(selector)) return;
  const later = window.setTimeout(() => {
    waiting.delete(selector);
    document.querySelectorAll(selector).forEach((el) => htmx.trigger(el, "refresh"));
  }, 120);
  waiting.set(selector, later);
}

export function live(): void {
  const from = document.body.dataset.live;
  if (from === undefined) return;
  const stream = new EventSource(`/live?after=${from}`);
  stream.addEventListener("ticket", (event) => {
    refresh(`[data-live-ticket="${CSS.escape(event.data)}"]`);
    refresh("[data-live-list]");
    refresh("#queues");
  });
  stream.addEventListener("notice", () => refresh("#queues"));
  stream.addEventListener("presence", (event) => refresh(`[data-live-presence="${CSS.escape(event.data)}"]`));
  const banner = document.getElementById("offline");
  stream.onopen = () => banner?.setAttribute("hidden", "");
  stream.onerror = () => banner?.removeAttribute("hidden");
}
