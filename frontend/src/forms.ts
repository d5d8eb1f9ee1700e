// Verbs are sent without leaving the page: if one is refused, the toast says why and what was typed stays.
import { isUploading, uploaded } from "./files";
import { say, show } from "./toasts";

/** What is on its way is not sent a second time. */
const sending = new Set<HTMLFormElement>();

export function forms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (!form.closest(".case, [data-keeps]")) return;
    event.preventDefault();
    if (!sending.has(form)) void send(form, event.submitter as HTMLButtonElement | null);
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
    show(words, form);
    point(form, words);
  } catch {
    say("say-not-sent", form);
  }
  return false;
}

/** What is wrong with a field is said at the field, until it is changed; the first of them gets the focus. */
function point(form: HTMLFormElement, words: string): void {
  form.querySelectorAll(".wrong").forEach((old) => old.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  const wrong = new DOMParser().parseFromString(words, "text/html").querySelectorAll<HTMLElement>("[data-wrong]");
  const fields = [...wrong].map((one) => mark(form, one.dataset.wrong ?? "", one.textContent ?? ""));
  fields.find((field) => field !== null)?.focus();
}

function mark(form: HTMLFormElement, name: string, why: string): HTMLElement | null {
  const plain = name.replace(/^facts\./, "");
  const found = form.elements.namedItem(plain) ?? form.elements.namedItem(name);
  const field = found instanceof RadioNodeList ? found[0] : found;
  if (!(field instanceof HTMLElement) || field.matches("[type=hidden]")) return null;
  const said = document.createElement("span");
  said.className = "wrong";
  said.textContent = why;
  field.after(said);
  field.setAttribute("aria-invalid", "true");
  field.addEventListener("input", () => (said.remove(), field.removeAttribute("aria-invalid")), { once: true });
  return field;
}
