// The keyboard: every key has a visible twin, `data-key` on a link, button or menu. `?` lists them.
import { palette } from "./palette";
import { neighbour } from "./walk";

let pending = "";

function typing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null;
  return !!el?.closest("input, textarea, select, [contenteditable=true]");
}

function act(el: HTMLElement): void {
  if (el instanceof HTMLDetailsElement) {
    el.open = true;
    el.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea, button")?.focus();
  } else if (el.dataset.focus) {
    el.click();
    (document.querySelector(el.dataset.focus) as HTMLElement | null)?.focus();
  } else if (el.matches("input, textarea, [contenteditable]")) {
    el.focus();
  } else {
    el.click();
  }
}

function move(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".rows .row a.row-link")];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}

export function keys(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = (event.target as HTMLElement).closest("form");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const key = pending ? `${pending} ${event.key}` : event.key;
    pending = "";
    if (key === "?") {
      (document.getElementById("keys") as HTMLDialogElement | null)?.showModal();
      return;
    }
    const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    if (target) {
      event.preventDefault();
      act(target);
    } else if (key === "g") {
      pending = "g";
      window.setTimeout(() => (pending = ""), 1500);
    } else if (["j", "k", "u"].includes(key) && neighbour(key)) {
      location.assign(neighbour(key) ?? "");
    } else if (key === "j" || key === "k") {
      move(key === "j" ? 1 : -1);
    } else if (key === "x") {
      const box = document.activeElement?.closest(".row")?.querySelector<HTMLInputElement>("input[name=numbers]");
      box?.click();
    }
  });
  document.querySelectorAll<HTMLElement>("[data-palette]").forEach((b) => b.addEventListener("click", palette));
}
