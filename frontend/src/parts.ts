// A part of the page that somebody is using is not taken from under their hands: its refresh waits until they are done.
import { refresh } from "./live";

const waiting = new Set<string>();

/** Holds back what would replace a panel that is open or a field that is being filled in. */
export function parts(): void {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = (event as CustomEvent).detail;
    if (requestConfig?.triggeringEvent?.type === "refresh") hold(event as CustomEvent, target);
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = (event as CustomEvent).detail;
    if (isSame(target, fragment)) (event as CustomEvent).detail.shouldSwap = false;
    else hold(event as CustomEvent, target);
  });
  for (const done of ["toggle", "close", "focusout", "change", "reset"]) {
    document.addEventListener(done, () => waiting.size > 0 && window.setTimeout(catchUp), true);
  }
}

/** A part that says what it depends on stays while that is the same: a file may be on its way into it. */
function isSame(part: HTMLElement, fresh: ParentNode): boolean {
  const stays = part.dataset.stays;
  return stays !== undefined && fresh.querySelector<HTMLElement>(`#${part.id}`)?.dataset.stays === stays;
}

function hold(event: CustomEvent, part: Element): void {
  if (!part.id || !inUse(part)) return;
  event.detail.shouldSwap = false;
  waiting.add(part.id);
}

/** Refreshes what has waited and is free now. */
function catchUp(): void {
  for (const id of waiting) {
    const part = document.getElementById(id);
    if (part && inUse(part)) continue;
    waiting.delete(id);
    refresh(part?.matches("[hx-get]") ? `#${id}` : `[hx-select-oob*="#${id}"]`);
  }
}

function inUse(part: Element): boolean {
  if (part.querySelector("details[open], dialog[open], :popover-open, .editor-area:not([data-empty]), .editor-area:focus, .editor .files > *")) return true;
  const fields = [...part.querySelectorAll<Field>("input:not([type=hidden]), textarea, select")];
  return fields.some((field) => field === document.activeElement || isChanged(field));
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Is something in the field that the server did not put there? */
function isChanged(field: Field): boolean {
  if (field instanceof HTMLSelectElement) {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.options.length > 0 && field.selectedIndex !== Math.max(0, first);
  }
  if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
    return field.checked !== field.defaultChecked;
  }
  return field.value !== field.defaultValue;
}
