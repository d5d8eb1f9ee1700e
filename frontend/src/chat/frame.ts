// The visitor's page: begins where the visitor left off, asks what it is about, and then talks. It runs on our own pages and
// inside other sites' pages, with which it changes only three words: shown, close, unread.
import { keep, keepFor, kept } from "./kept";
import { boot, button, el, w } from "./parts";
import { type Started, startForm } from "./start";
import { Talk } from "./talk";

const place = document.getElementById("chat") as HTMLElement;
const framed = window.parent !== window;
let isShown = !framed;
let talk: Talk | null = null;

function tell(word: Record<string, unknown>): void {
  // Only the site for which the page was asked hears it.
  if (framed) window.parent.postMessage({ aftercare: word }, boot.origin || window.location.origin);
}

const title = el("h1", { tabindex: "-1" }, boot.desk);
const about = el("p", { class: "small muted" });
const minimise = button("–", () => tell({ close: true }), "tool");
minimise.setAttribute("aria-label", w("chat-minimise"));
minimise.hidden = !framed;
const home = el("a", { href: "/portal", class: "small" }, w("chat-to-portal"));
home.hidden = framed || !boot.customer;
const body = el("div", { class: "body" });
place.replaceChildren(el("header", { class: "top" }, el("div", {}, title, about), home, minimise), body);

function begin(): void {
  talk = null;
  keep({ token: undefined, unsent: [] });
  about.textContent = "";
  body.replaceChildren(startForm(started));
}

function started(s: Started): void {
  if (s.state === "missed") {
    const promised = s.promised && el("p", {}, w("chat-word-promised", { at: s.promised }));
    const said = el("div", { class: "start", tabindex: "-1" }, el("p", { class: "note", role: "status" }, w("chat-word-kept", { number: s.number })), promised, el("p", { class: "muted" }, w("chat-word-mail")));
    body.replaceChildren(said);
    said.focus();
    return;
  }
  keep({ token: s.token });
  goOn(s.token);
  talk?.focus();
}

function goOn(token: string): void {
  talk = new Talk(token, {
    looks: () => isShown && !document.hidden,
    unread: (n) => tell({ unread: n }),
    gone: begin,
    head: (text) => (about.textContent = text),
  });
  body.replaceChildren(talk.root);
}

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || event.origin !== (boot.origin || window.location.origin)) return;
  const word = (event.data as { aftercare?: { shown?: boolean } } | null)?.aftercare;
  if (typeof word?.shown !== "boolean") return;
  isShown = word.shown;
  if (isShown) talk?.looked();
  if (isShown) (body.querySelector<HTMLElement>("textarea, input") ?? title).focus();
});
document.addEventListener("visibilitychange", () => !document.hidden && isShown && talk?.looked());
document.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && tell({ close: true }));

keepFor(boot.origin, boot.customer?.id ?? "");
const token = kept().token;
if (token) goOn(token);
else begin();
