// Verbs are sent without leaving the page: if one is refused, the toast says why and what was typed stays.
import { isUploading, uploaded } from "./files";
import { say, show } from "./toasts";

/** What is on its way is not sent a second time. */
const sending = new Set<HTMLFormElement>();

export function forms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    // Some buttons are answered with a page.
    if (!form.closest(".case, [data-keeps]") || event.submitter?.hasAttribute("data-page")) return;
    event.preventDefault();
    if (!sending.has(form)) void send(form, event.submitter as HTMLButtonElement | null);
  });
  document.addEventListener("input", (event) => {
    const field = (event.target as Element).closest("[aria-invalid]");
    if (field) mend(field);
  });
  // A page that the browser had put aside is used again.
  window.addEventListener("pageshow", () => [...sending].forEach(free));
}

async function send(form: HTMLFormElement, by: HTMLButtonElement | null): Promise<void> {
  sending.add(form);
  const button = by ?? buttonOf(form);
  button?.setAttribute("aria-disabled", "true");
  const sent = (await complete(form, button)) && (await post(form, by));
  if (sent) return;
  free(form);
  form.dispatchEvent(new CustomEvent("unsent"));
}

function buttonOf(form: HTMLFormElement): HTMLButtonElement | null {
  return form.querySelector("button:not([type=button])");
}

function free(form: HTMLFormElement): void {
  sending.delete(form);
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

/** Waits until all files are up; the button says so meanwhile. */
async function complete(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<boolean> {
  const words = button?.textContent ?? "";
  if (button && isUploading(form)) button.textContent = document.body.dataset.wordUploading ?? words;
  const all = await uploaded(form);
  if (button && button.textContent !== words) button.textContent = words;
  if (!all) say("say-file-missing", form);
  return all;
}

async function post(form: HTMLFormElement, by: HTMLButtonElement | null): Promise<boolean> {
  const body = new URLSearchParams();
  new FormData(form, by).forEach((value, name) => typeof value === "string" && body.append(name, value));
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "hx-request": "true" } });
    const to = answer.headers.get("hx-redirect");
    if (to) {
      form.dispatchEvent(new CustomEvent("sent"));
      location.assign(to);
      return true;
    }
    const words = await answer.text();
    if (!point(form, words)) show(words, form);
  } catch {
    say("say-not-sent", form);
  }
  return false;
}

/**
 * What is wrong with a field is said at the field, until it is changed; the first of them gets the focus. A form that is
 * a page of its own has a summary on top, as the page has that comes without scripts; returns whether it has.
 */
function point(form: HTMLFormElement, words: string): boolean {
  form.querySelectorAll("[aria-invalid]").forEach(mend);
  form.querySelector(":scope > .errors")?.remove();
  const said = new DOMParser().parseFromString(words, "text/html").querySelectorAll<HTMLElement>("[data-wrong]");
  const wrong = [...said].map((one, n) => ({
    text: one.textContent ?? "",
    field: mark(form, one.dataset.wrong ?? "", one.dataset.why ?? "", n),
  }));
  const page = form.matches(".sheet, .guide") && wrong.length > 0;
  if (page) form.prepend(summary(wrong));
  form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  return page;
}

interface Wrong {
  text: string;
  field: HTMLElement | null;
}

function summary(wrong: Wrong[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "errors";
  box.setAttribute("role", "alert");
  for (const { text, field } of wrong) {
    const line = document.createElement("p");
    if (field) {
      const link = line.appendChild(document.createElement("a"));
      link.href = `#${field.id}`;
      link.textContent = text;
    } else {
      line.textContent = text;
    }
    box.append(line);
  }
  return box;
}

/** A field is given anew: what was wrong with it is said no longer. */
function mend(field: Element): void {
  const said = (field.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id));
  said.forEach((one) => one?.matches(".wrong") && one.remove());
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
}

/** The field, or the group that stands for it under a name of its own. */
function mark(form: HTMLFormElement, name: string, why: string, n: number): HTMLElement | null {
  const group = form.querySelector<HTMLElement>(`[data-field~="${CSS.escape(name)}"]`);
  const inside = group?.querySelector<HTMLElement>(".editor-area, input:not([type=hidden]), select, textarea");
  const named = form.elements.namedItem(name);
  const field = inside ?? group ?? (named instanceof RadioNodeList ? named[0] : named);
  if (!(field instanceof HTMLElement) || field.matches("[type=hidden]")) return null;
  const said = document.createElement("span");
  said.className = "wrong";
  said.id = `wrong-${n}`;
  said.textContent = why;
  if (group && inside) group.append(said);
  else field.after(said);
  field.id ||= `field-${n}`;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", said.id);
  field.closest("details")?.setAttribute("open", "");
  return field;
}
