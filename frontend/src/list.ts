// The rows of a list stay as people left them: a refresh keeps ticks, focus and what "more" has loaded.
import htmx from "htmx.org";
import { lastPlace, type Place } from "./walk";

/** The server gives no more rows than this at once. */
const AT_ONCE = 200;

/** A list that is shown whole may have grown by so many. */
const ROOM = 50;

const PAUSE_MS = 150;

/** Each row as the server wrote it: a row that has not changed is left alone. */
const written = new WeakMap<Element, string>();

export function lists(): void {
  const list = document.getElementById("rows");
  if (!list) return;
  for (const row of list.children) written.set(row, text(row));
  list.addEventListener("change", () => offerVerbs(list));
  bulk(list);
  list.addEventListener("refresh", () => void refresh(list));
  void comeBack(list);
}

/** After "back", the list is as long as it was and stands where it stood. */
async function comeBack(list: HTMLElement): Promise<void> {
  const place = (history.state?.list as Place | undefined) ?? lastPlace();
  if (place && place.rows > count(list) && list.querySelector(".more")) {
    const rows = await ask(list.dataset.from ?? "", place.rows);
    if (rows) put(list, rows);
  }
  if (place) window.scrollTo(0, place.top);
  let later = 0;
  const keep = () => {
    const now: Place = { rows: count(list), top: window.scrollY };
    history.replaceState({ ...history.state, list: now }, "");
  };
  list.addEventListener("htmx:afterSettle", keep);
  window.addEventListener("scroll", () => {
    window.clearTimeout(later);
    later = window.setTimeout(keep, PAUSE_MS);
  });
}

function count(list: Element): number {
  return list.querySelectorAll(":scope > .row").length;
}

let busy = false;
let again = false;

/** One question at a time; what changes meanwhile is asked for afterwards. */
async function refresh(list: HTMLElement): Promise<void> {
  again = true;
  if (busy) return;
  busy = true;
  while (again) {
    again = false;
    const before = count(list);
    const whole = !list.querySelector(".more");
    const rows = await ask(list.dataset.from ?? "", before + (whole ? ROOM : 0));
    if (count(list) !== before) again = true;
    else if (rows) put(list, rows);
  }
  busy = false;
}

/** As many rows as there were, page by page, and the button for more; null if that failed. */
async function ask(from: string, wanted: number): Promise<Element[] | null> {
  const rows: Element[] = [];
  let left = wanted;
  let next: string | null = from;
  while (next !== null && left > 0) {
    const address: URL = new URL(next, location.href);
    address.searchParams.set("limit", String(Math.min(left, AT_ONCE)));
    const page = await part(address);
    if (!page) return null;
    const more = page.find((row) => row.matches(".more"));
    const got = page.filter((row) => row !== more);
    rows.push(...got);
    left -= got.length;
    next = more?.querySelector("a")?.getAttribute("href") ?? null;
    if (more && left <= 0) rows.push(more);
  }
  return rows;
}

async function part(address: URL): Promise<Element[] | null> {
  try {
    const answer = await fetch(address, { headers: { "hx-request": "true" } });
    if (!answer.ok) return null;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    return [...template.content.children];
  } catch {
    return null;
  }
}

/** Shows these rows; the ones that are there already stay in the page, so that nothing jumps. */
function put(list: HTMLElement, rows: Element[]): void {
  const old = new Map([...list.children].map((row) => [row.id, row]));
  const chosen = new Set(boxes(list).filter((box) => box.checked).map((box) => box.value));
  const focus = focused(list);
  const rank = [...list.children].findIndex((row) => row.contains(document.activeElement));
  const wanted = rows.map((row) => {
    const same = old.get(row.id);
    if (same && written.get(same) === text(row)) return same;
    written.set(row, text(row));
    return row;
  });
  const stays = new Set(wanted);
  for (const row of old.values()) if (!stays.has(row)) row.remove();
  let at = list.firstElementChild;
  for (const row of wanted) {
    if (row === at) {
      at = at.nextElementSibling;
      continue;
    }
    list.insertBefore(row, at);
    htmx.process(row);
  }
  for (const box of boxes(list)) box.checked = chosen.has(box.value);
  if (focus) {
    const next = list.children[Math.min(rank, list.children.length - 1)]?.querySelector<HTMLElement>("a");
    (list.querySelector<HTMLElement>(focus) ?? next)?.focus({ preventScroll: true });
  }
  offerVerbs(list);
}

/** A row without its countdown, which the browser itself keeps right. */
function text(row: Element): string {
  return row.outerHTML.replace(/<span class="chip-time">[^<]*/g, "");
}

function boxes(list: Element): HTMLInputElement[] {
  return [...list.querySelectorAll<HTMLInputElement>("input[name=numbers]")];
}

/** Where the keyboard is in the list. */
function focused(list: Element): string | null {
  const at = document.activeElement;
  const row = at?.closest("#rows > li");
  if (!at || !row?.id || !list.contains(row)) return null;
  return `#${CSS.escape(row.id)} ${at.matches("input") ? "input" : "a"}`;
}

/** What can be done with the chosen rows is offered when there are any. */
function offerVerbs(list: Element): void {
  const chosen = boxes(list).filter((box) => box.checked).length;
  document.getElementById("bulk")?.toggleAttribute("hidden", chosen === 0);
  const count = document.getElementById("bulk-count");
  if (count) count.textContent = (count.dataset.text ?? "").replace("N", String(chosen));
}

/** All that is shown, or nothing; and what was done closes its form. */
function bulk(list: HTMLElement): void {
  const bar = document.getElementById("bulk");
  bar?.addEventListener("click", (event) => {
    const wish = (event.target as Element).closest<HTMLElement>("[data-chooses]")?.dataset.chooses;
    if (!wish) return;
    for (const box of boxes(list)) box.checked = wish === "all";
    offerVerbs(list);
  });
  bar?.addEventListener("htmx:afterRequest", (event) => {
    const { successful, elt } = (event as CustomEvent).detail;
    if (!successful || !(elt instanceof HTMLFormElement)) return;
    elt.reset();
    elt.closest("details")?.removeAttribute("open");
  });
}
