// The reply editor: rich text over a plain text field, drafts on the server, pictures by paste or drop.
import DOMPurify from "dompurify";
import Squire from "squire-rte";
import { type Attached, attachments, removable, upload } from "./files";
import { mentions } from "./mention";

(window as unknown as { DOMPurify: typeof DOMPurify }).DOMPurify = DOMPurify;

const DRAFT_MS = 800;
const AGAIN_MS = 5_000;

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
  // What is wrong with the text is wrong with what stands in its place.
  for (const name of ["id", "aria-invalid", "aria-describedby"]) {
    const value = text.getAttribute(name);
    if (value === null) continue;
    area.setAttribute(name, value);
    text.removeAttribute(name);
  }
  const editor = new Squire(area, { blockTag: "P" });
  if (html.value) {
    editor.setHTML(html.value);
    // Whoever goes on writing does so where it ends.
    editor.moveCursorToEnd();
  }

  if (text.autofocus) editor.focus();

  const fill = () => {
    const empty = area.innerText.trim() === "" && !area.querySelector("img");
    html.value = empty ? "" : editor.getHTML();
    area.toggleAttribute("data-empty", empty);
  };
  fill();
  const save = box.dataset.draft ? drafts(box, form, html, box.dataset.draft) : () => {};
  const changed = () => {
    fill();
    form.dispatchEvent(new Event("change"));
    save();
  };
  editor.addEventListener("input", changed);
  mentions(area, form, changed);
  // Esc leaves it, so that keys are commands again; what was typed stays. In a dialog it closes that.
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || area.closest("dialog[open]")) return;
    event.preventDefault();
    area.blur();
    document.getElementById("main")?.focus({ preventScroll: true });
  });
  form.addEventListener("formdata", (event) => {
    fill();
    event.formData.set("html", html.value);
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
  if (files) removable(files);
  const picture = (made: Attached & { picture: boolean }) => {
    if (made.picture) editor.insertImage(`/files/${made.id}`, { alt: made.name });
  };
  const take = (list: Iterable<File>) => {
    for (const file of list) if (files) upload(file, files, box.dataset.failed ?? "", picture);
  };
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

/** Drafts go to the server a moment after the last letter; what became of them is said beside the tools. */
function drafts(box: HTMLElement, form: HTMLFormElement, html: HTMLInputElement, to: string): () => void {
  const state = box.querySelector<HTMLElement>(".editor-bar .editor-state");
  let later = 0;
  const after = (ms: number) => {
    window.clearTimeout(later);
    later = window.setTimeout(save, ms);
  };
  const save = async () => {
    const internal = form.querySelector<HTMLInputElement>("input[name=internal]:checked")?.value ?? "";
    const body = new URLSearchParams({ html: html.value, internal });
    attachments(form).forEach((file) => body.append("files", file.id));
    try {
      const answer = await fetch(to, { method: "POST", body, headers: { "hx-request": "true" } });
      if (answer.ok) {
        state?.replaceChildren(box.dataset.saved ?? "");
        if (body.get("html") === html.value) form.dispatchEvent(new CustomEvent("saved"));
        return;
      }
      const why = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      state?.replaceChildren(`${box.dataset.refused ?? ""} `, ...(why?.childNodes ?? []));
      if (answer.status === 401 || answer.status >= 500) after(AGAIN_MS);
    } catch {
      state?.replaceChildren(box.dataset.unsaved ?? "");
      after(AGAIN_MS);
    }
  };
  form.addEventListener("submit", () => window.clearTimeout(later));
  // Files that were attached or taken away belong to the draft.
  box.addEventListener("change", () => after(DRAFT_MS));
  form.addEventListener("unsent", () => after(DRAFT_MS));
  return () => after(DRAFT_MS);
}
