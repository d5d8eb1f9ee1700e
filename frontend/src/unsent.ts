// What was typed and not sent yet stays in the tab: after a reload, an ended session or a lost network it is there again.
import { attach, attachments, type Attached } from "./files";

interface Kept {
  fields: [string, string][];
  files: Attached[];
  /** The server has it too, as a draft. */
  saved: boolean;
}

const PREFIX = "unsent ";
const PAUSE_MS = 200;

const watched = new WeakSet<HTMLFormElement>();

/** Forms of the page, or of a part that came later. */
export function keeps(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-unsent]")) {
    if (!watched.has(form)) watch(form);
    watched.add(form);
  }
}

export function unsent(): void {
  keeps(document);
  document.addEventListener("submit", (event) => {
    if ((event.target as Element).getAttribute("action")?.startsWith("/sign-out")) forgetAll();
  });
}

function watch(form: HTMLFormElement): void {
  const key = `${PREFIX}${document.body.dataset.reader ?? ""} ${form.dataset.unsent}`;
  const empty = JSON.stringify(fieldsOf(form));
  let over = false;
  let later = 0;
  const keep = (saved: boolean) => {
    window.clearTimeout(later);
    later = 0;
    if (over) return;
    const kept: Kept = { fields: fieldsOf(form), files: attachments(form), saved };
    if (kept.files.length === 0 && JSON.stringify(kept.fields) === empty) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(kept));
  };
  const forget = () => {
    over = true;
    sessionStorage.removeItem(key);
  };
  const kept = read(key);
  if (kept) restore(form, kept, forget);
  for (const type of ["input", "change"]) {
    form.addEventListener(type, () => {
      window.clearTimeout(later);
      later = window.setTimeout(() => keep(false), PAUSE_MS);
    });
  }
  window.addEventListener("pagehide", () => later && keep(false));
  form.addEventListener("saved", () => keep(true));
  form.addEventListener("sent", forget);
}

function fieldsOf(form: HTMLFormElement): [string, string][] {
  const all = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "files");
  return all as [string, string][];
}

function read(key: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

function restore(form: HTMLFormElement, kept: Kept, forget: () => void): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of kept.fields) values.set(name, [...(values.get(name) ?? []), value]);
  // The server's draft, with its files, may have gone on elsewhere.
  if (kept.saved) values.delete("html");
  // What the server has just filled in is newer.
  for (const name of form.dataset.filled?.split(" ") ?? []) values.delete(name);
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
      field.checked = values.get(field.name)?.includes(field.value) ?? false;
    } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) {
      const value = field.type === "file" ? undefined : values.get(field.name)?.shift();
      if (value !== undefined) field.value = value;
    }
  }
  // What applies depends on what was chosen.
  form.dispatchEvent(new Event("change"));
  const place = form.querySelector<HTMLElement>(".files");
  if (kept.saved) return;
  const there = new Set(attachments(form).map((file) => file.id));
  if (place) kept.files.filter((file) => !there.has(file.id)).forEach((file) => attach(place, file));
  tell(form, forget);
}

/** Says what is back, and offers to begin anew. */
function tell(form: HTMLFormElement, forget: () => void): void {
  const words = document.getElementById("say-restored");
  if (!(words instanceof HTMLTemplateElement)) return;
  form.prepend(words.content.cloneNode(true));
  form.querySelector("[data-forgets]")?.addEventListener("click", () => {
    forget();
    location.reload();
  });
}

/** Who signs out leaves nothing in the tab. */
function forgetAll(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
