// Files go up while somebody writes. What is up hangs on the form as a chip with a hidden field.
import { show } from "./toasts";

export interface Attached {
  id: string;
  name: string;
}

const running = new WeakMap<HTMLFormElement, Set<Promise<void>>>();

/** Is a file of this form still on its way? */
export function isUploading(form: HTMLFormElement): boolean {
  return (running.get(form)?.size ?? 0) > 0;
}

/** Waits for what is on its way; false if a file could not be uploaded and is still shown as such. */
export async function uploaded(form: HTMLFormElement): Promise<boolean> {
  while (isUploading(form)) await Promise.all(running.get(form) ?? []);
  return !form.querySelector(".file-failed");
}

/** What hangs on the form. */
export function attachments(form: HTMLFormElement): Attached[] {
  const fields = [...form.querySelectorAll<HTMLInputElement>(".file input[name=files]")];
  return fields.map((field) => ({ id: field.value, name: field.dataset.name ?? "" }));
}

/** Hangs an uploaded file on the form. */
export function attach(place: HTMLElement, file: Attached): void {
  fill(chipFor(place, file.name), file);
}

/** Uploads; `done` hears of the file when it is up. */
export function upload(file: File, place: HTMLElement, failed: string, done: (made: Attached & { picture: boolean }) => void): void {
  const form = place.closest("form");
  if (!form) return;
  const stop = new AbortController();
  const chip = chipFor(place, `${file.name} …`);
  chip.querySelector("button")?.addEventListener("click", () => stop.abort());
  const body = new FormData();
  body.append("file", file, file.name || "picture.png");
  const work = async () => {
    try {
      const answer = await fetch("/files", { method: "POST", body, headers: { "hx-request": "true" }, signal: stop.signal });
      if (!answer.ok) {
        fail(chip, `${file.name}: ${why(await answer.text(), answer.status) || failed}`);
        return;
      }
      const made = (await answer.json()) as Attached & { picture: boolean };
      fill(chip, made);
      done(made);
    } catch {
      fail(chip, `${file.name}: ${failed}`);
    }
  };
  const all = running.get(form) ?? new Set();
  running.set(form, all);
  const job = work().finally(() => all.delete(job));
  all.add(job);
}

/** What the server says against a file; whoever has to sign in again is told by the page. */
function why(answer: string, status: number): string {
  if (status === 401) {
    show(answer);
    return "";
  }
  const said = new DOMParser().parseFromString(answer, "text/html").body.firstElementChild;
  const wrong = said?.querySelector<HTMLElement>("[data-why]")?.dataset.why;
  return wrong ?? said?.textContent?.trim() ?? "";
}

function fail(chip: HTMLElement, text: string): void {
  chip.classList.add("file-failed");
  chip.setAttribute("role", "alert");
  label(chip, text);
}

/** Chips that the server drew for a draft can be taken away like others. */
export function removable(place: HTMLElement): void {
  place.querySelectorAll<HTMLElement>(".file").forEach((chip) => canGo(chip, place));
}

function canGo(chip: HTMLElement, place: HTMLElement): void {
  chip.querySelector("button")?.addEventListener("click", () => {
    chip.remove();
    changed(place);
  });
}

function chipFor(place: HTMLElement, text: string): HTMLElement {
  const chip = document.createElement("span");
  chip.className = "file";
  const name = document.createElement("span");
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  chip.append(name, remove);
  canGo(chip, place);
  label(chip, text);
  place.append(chip);
  return chip;
}

function label(chip: HTMLElement, text: string): void {
  const [name, remove] = chip.children;
  if (name) name.textContent = text;
  remove?.setAttribute("aria-label", `× ${text}`);
}

function fill(chip: HTMLElement, file: Attached): void {
  label(chip, file.name);
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "files";
  field.value = file.id;
  field.dataset.name = file.name;
  chip.append(field);
  changed(chip);
}

function changed(at: HTMLElement): void {
  at.dispatchEvent(new Event("change", { bubbles: true }));
}
