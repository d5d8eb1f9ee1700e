// The agent's side of chats: what is new comes by itself, lines go up without a page, pictures by paste.
import { chime } from "../calls";
import { show } from "../toasts";
import { atEnd, type Line, linked, sentId, shown, timed } from "./says";

interface Answer {
  state: { state: string; read: number; mail: boolean };
  lines: Line[];
  more: boolean;
}

const TYPING_EVERY_MS = 3_000;
const TYPING_SHOWN_MS = 5_000;
const SINCE_MS = 30_000;
const RETRY_MS = 3_000;

const talk = document.querySelector<HTMLElement>("[data-chat]");
const id = talk?.dataset.chat ?? "";
const list = talk?.querySelector<HTMLElement>(".says");
const form = talk?.querySelector<HTMLFormElement>(".say-form");
const field = form?.querySelector("textarea");
const typing = talk?.querySelector<HTMLElement>(".typing");
let last = Number(talk?.dataset.last ?? 0);
let typedTimer = 0;
let lastTyped = -Infinity;
const queue: { body: Record<string, string>; item: HTMLElement }[] = [];
let sending = false;

/** Asks for the lists and the head of the open chat again. */
function refresh(): void {
  document.getElementById("chat-lists")?.dispatchEvent(new CustomEvent("refresh"));
}

let fetching: Promise<void> | null = null;
let again = false;

/** Reads the lines that are new; what is new meanwhile is read afterwards. */
function catchUp(): void {
  if (!talk) return;
  again = fetching !== null;
  fetching ??= read().finally(() => {
    fetching = null;
    if (again) catchUp();
  });
}

async function read(): Promise<void> {
  for (let more = true; more; ) {
    const answer = await fetch(`/chats/${id}/lines?after=${last}`, { headers: { "hx-request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const said = (await answer.json()) as Answer;
    said.lines.forEach(put);
    more = said.more;
    stands(said.state);
  }
  seen();
}

function put(line: Line): void {
  if (!list || line.seq <= last) return;
  last = line.seq;
  const end = atEnd(list);
  const at = queue.findIndex((q) => line.side === "staff" && q.body.sent_id === line.sent_id);
  if (at >= 0) queue.splice(at, 1).forEach((q) => q.item.remove());
  const said = (word: string) => document.querySelector<HTMLTemplateElement>(`#line-${word}`)?.content.textContent ?? word;
  const item = shown(line, { own: "staff", said, file });
  list.insertBefore(item, queue[0]?.item ?? null);
  if (line.side === "visitor" && typing) typing.textContent = "";
  if (end) list.scrollTop = list.scrollHeight;
}

function file(line: Line): Node {
  const link = document.createElement("a");
  link.href = `/files/${line.file}`;
  if (!line.picture) {
    link.textContent = line.text;
    return link;
  }
  const picture = document.createElement("img");
  picture.src = link.href;
  picture.alt = line.text;
  picture.addEventListener("load", () => list && atEnd(list) && (list.scrollTop = list.scrollHeight), { once: true });
  link.append(picture);
  return link;
}

function stands(state: Answer["state"]): void {
  if (!talk || !list) return;
  const open = state.state === "waiting" || state.state === "active";
  if (form) form.hidden = !open;
  if (state.state !== talk.dataset.state) {
    talk.dataset.state = state.state;
    refresh();
  }
  list.querySelectorAll(".say-seen").forEach((mark) => mark.remove());
  const own = [...list.querySelectorAll<HTMLElement>(".say-staff[data-seq]")].filter((i) => Number(i.dataset.seq) <= state.read);
  const mark = document.createElement("span");
  mark.className = "say-seen";
  mark.textContent = ` ${talk.dataset.seen}`;
  own.pop()?.querySelector(".say-who")?.append(mark);
}

let told = 0;
/** Whoever looks at the chat has seen its lines. */
function seen(): void {
  if (!talk || talk.dataset.mine !== "true" || document.hidden || last <= told) return;
  told = last;
  void post("reading", { seq: String(last) }).then(refresh).catch(() => (told = 0));
}

function post(verb: string, body: Record<string, string>): Promise<Response> {
  return fetch(`/chats/${id}/${verb}`, { method: "POST", headers: { "hx-request": "true" }, body: new URLSearchParams(body) });
}

function say(body: Record<string, string>, text: string): void {
  if (!list) return;
  const line: Line = { seq: 0, side: "staff", who: talk?.dataset.you, kind: "text", text, at: "" };
  const item = shown(line, { own: "staff", said: () => "", file });
  delete item.dataset.seq;
  item.classList.add("say-pending");
  list.append(item);
  list.scrollTop = list.scrollHeight;
  queue.push({ body: { ...body, sent_id: sentId() }, item });
  void flush();
}

/** One after the other, so that lines arrive in their order; what got no answer is sent again under the same name. */
async function flush(): Promise<void> {
  if (sending) return;
  sending = true;
  for (let next = queue.find((q) => !q.item.dataset.done); next; next = queue.find((q) => !q.item.dataset.done)) {
    const answer = await post("lines", next.body).catch(() => null);
    if (answer?.ok) next.item.dataset.done = "sent";
    else if (!answer || answer.status >= 500) {
      window.setTimeout(() => void flush(), RETRY_MS);
      break;
    } else {
      next.item.dataset.done = "refused";
      next.item.classList.add("say-refused");
      show(await answer.text());
      if (field && next.body.text && !field.value) field.value = next.body.text;
      next.item.remove();
      queue.splice(queue.indexOf(next), 1);
    }
  }
  sending = false;
  catchUp();
}

async function upload(picked: File): Promise<void> {
  const body = new FormData();
  body.append("file", picked, picked.name || "picture.png");
  const failed = (why: string) => {
    const said = document.createElement("p");
    said.className = "toast toast-error";
    said.setAttribute("role", "alert");
    said.textContent = (talk?.dataset.failed ?? "").replace("{name}", picked.name) + why;
    document.getElementById("toasts")?.append(said);
  };
  const answer = await fetch("/files", { method: "POST", body, headers: { "hx-request": "true" } }).catch(() => null);
  if (!answer) return failed("");
  if (!answer.ok) return void show(await answer.text());
  const made = (await answer.json()) as { id: string; name: string };
  say({ file: made.id }, made.name);
}

function types(): void {
  const now = performance.now();
  if (!field?.value || now - lastTyped < TYPING_EVERY_MS) return;
  lastTyped = now;
  void post("typing", {}).catch(() => {});
}

function write(): void {
  if (!form || !field) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    lastTyped = -Infinity;
    say({ text }, text);
  });
  field.addEventListener("keydown", (event) => {
    // While characters are being composed, Enter chooses one.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("input", types);
  field.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    files.forEach((f) => void upload(f));
  });
  const picked = form.querySelector<HTMLInputElement>("input[type=file]");
  picked?.addEventListener("change", () => {
    [...(picked.files ?? [])].forEach((f) => void upload(f));
    picked.value = "";
  });
  const canned = form.querySelector<HTMLSelectElement>("[data-canned]");
  canned?.addEventListener("change", () => {
    field.setRangeText(canned.value, field.selectionStart, field.selectionEnd, "end");
    canned.value = "";
    field.focus();
  });
  field.focus();
}

/** More wait than before: whoever takes chats hears it. */
function watchQueue(): void {
  const waiting = () => Number(document.getElementById("chat-lists")?.dataset.waiting ?? 0);
  let before = waiting();
  document.addEventListener("htmx:afterSettle", () => {
    const now = waiting();
    if (now > before && document.getElementById("chat-lists")?.dataset.seated === "true") void chime();
    before = now;
  });
}

function live(): void {
  const events = new EventSource("/chats/events");
  events.addEventListener("queue", refresh);
  events.addEventListener("chat", (event) => (event.data === id ? catchUp() : refresh()));
  events.addEventListener("typing", (event) => {
    if (event.data !== id || !typing) return;
    typing.textContent = talk?.dataset.typing ?? "";
    window.clearTimeout(typedTimer);
    typedTimer = window.setTimeout(() => (typing.textContent = ""), TYPING_SHOWN_MS);
  });
  // Whatever happened while the stream was away is asked for.
  events.onopen = () => {
    refresh();
    catchUp();
    void flush();
  };
  document.addEventListener("visibilitychange", () => document.hidden || catchUp());
  // A colleague's chat does not ring here; who looks on sees it all the same, and how long people wait goes on.
  window.setInterval(() => {
    if (document.hidden) return;
    refresh();
    if (talk?.dataset.mine !== "true") catchUp();
  }, SINCE_MS);
}

if (list) {
  timed(list);
  list.querySelectorAll<HTMLElement>(".say-text").forEach((text) => text.childElementCount === 0 && text.replaceChildren(linked(text.textContent ?? "")));
  list.scrollTop = list.scrollHeight;
}
write();
watchQueue();
live();
seen();
