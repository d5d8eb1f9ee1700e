// The reply editor: rich text over a plain text field, drafts on the server, pictures by paste or drop.
import DOMPurify from "dompurify";
import Squire from "squire-rte";
import { mentions } from "./mention";

(window as unknown as { DOMPurify: typeof DOMPurify }).DOMPurify = DOMPurify;

const DRAFT_MS = 800;

export function editors(root: ParentNode): void {
  root.querySelectorAll<HTMLElement>("[data-editor]:not([data-ready])").forEach(start);
}

function start(box: HTMLElement): void {
  box.dataset.ready = "";
  const text = box.querySelector<HTMLTextAreaElement>("textarea");
  const html = box.querySelector<HTMLInputElement>("input[name=html]");
  const form = box.closest("form");
  if (!text || !html || !form) return;
  const area = document.createElement("div");
  area.className = "editor-area prose";
  area.setAttribute("role", "textbox");
  area.setAttribute("aria-multiline", "true");
  area.setAttribute("aria-label", text.getAttribute("aria-label") ?? "");
  area.dataset.placeholder = text.placeholder;
  text.hidden = true;
  text.after(area);
  const editor = new Squire(area, { blockTag: "P" });
  if (html.value) editor.setHTML(html.value);

  let saving = 0;
  const state = box.querySelector<HTMLElement>(".editor-state");
  const fill = () => {
    const empty = area.innerText.trim() === "" && !area.querySelector("img");
    html.value = empty ? "" : editor.getHTML();
    area.toggleAttribute("data-empty", empty);
  };
  fill();
  const save = async () => {
    const to = box.dataset.draft;
    if (!to) return;
    const internal = form.querySelector<HTMLInputElement>("input[name=internal]:checked")?.value ?? "";
    const body = new URLSearchParams({ html: html.value, internal });
    try {
      const answer = await fetch(to, { method: "POST", body });
      if (state && answer.ok) state.textContent = box.dataset.saved ?? "";
    } catch {
      if (state) state.textContent = box.dataset.unsaved ?? "";
    }
  };
  const changed = () => {
    fill();
    window.clearTimeout(saving);
    saving = window.setTimeout(save, DRAFT_MS);
  };
  editor.addEventListener("input", changed);
  mentions(area, form, changed);
  form.addEventListener("submit", () => {
    window.clearTimeout(saving);
    fill();
  });

  box.querySelectorAll<HTMLButtonElement>("[data-do]").forEach((button) => {
    button.addEventListener("click", () => {
      const does: Record<string, () => void> = {
        bold: () => (editor.hasFormat("B") ? editor.removeBold() : editor.bold()),
        list: () => (editor.hasFormat("UL") ? editor.removeList() : editor.makeUnorderedList()),
        quote: () => editor.increaseQuoteLevel(),
        code: () => editor.toggleCode(),
      };
      does[button.dataset.do ?? ""]?.();
      editor.focus();
    });
  });
  box.querySelector<HTMLSelectElement>("select[data-answers]")?.addEventListener("change", (event) => {
    const select = event.target as HTMLSelectElement;
    const answer = document.getElementById(select.value);
    if (answer) editor.insertHTML(answer.innerHTML);
    select.value = "";
  });
  const files = box.querySelector<HTMLElement>(".files");
  const take = (list: Iterable<File>) => [...list].forEach((file) => upload(file, files, box, editor));
  box.querySelector<HTMLInputElement>("input[type=file]")?.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    take(input.files ?? []);
    input.value = "";
  });
  area.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.files;
    if (pasted?.length) {
      event.preventDefault();
      event.stopImmediatePropagation();
      take(pasted);
    }
  }, true);
  area.addEventListener("drop", (event) => {
    if (event.dataTransfer?.files.length) {
      event.preventDefault();
      take(event.dataTransfer.files);
    }
  });
}

async function upload(file: File, files: HTMLElement | null, box: HTMLElement, editor: Squire): Promise<void> {
  const chip = document.createElement("span");
  chip.className = "file";
  chip.textContent = `${file.name} …`;
  files?.append(chip);
  const body = new FormData();
  body.append("file", file, file.name || "picture.png");
  try {
    const answer = await fetch("/files", { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
    const made = (await answer.json()) as { id: string; name: string; picture: boolean };
    chip.textContent = made.name;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "files";
    field.value = made.id;
    chip.append(field);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", made.name);
    remove.addEventListener("click", () => chip.remove());
    chip.append(remove);
    if (made.picture) editor.insertImage(`/files/${made.id}`, { alt: made.name });
  } catch {
    chip.classList.add("file-failed");
    chip.textContent = `${file.name}: ${box.dataset.failed ?? ""}`;
  }
}
