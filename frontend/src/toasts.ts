// Toasts: short words at the foot of the page; they go after a while unless the pointer rests on them.
const STAY_MS = 10_000;

export function toasts(): void {
  const place = document.getElementById("toasts");
  if (!place) return;
  const watch = (toast: Element) => {
    // One that asks for something stays until there is other news.
    place.querySelectorAll("[data-stays]").forEach((old) => old !== toast && old.remove());
    if (toast.matches("[data-stays], [data-until-closed]")) return;
    const go = () => (toast.matches(":hover, :focus-within") ? window.setTimeout(go, 1000) : toast.remove());
    window.setTimeout(go, STAY_MS);
  };
  // Whoever comes back from the other tab has done what it asked for.
  window.addEventListener("focus", () => place.querySelectorAll("[data-stays]").forEach((old) => old.remove()));
  // A touch puts it away: it may lie over the button that is wanted next.
  place.addEventListener("click", (event) => {
    const target = event.target as Element;
    const toast = target.closest(".toast");
    if (target.closest("[data-dismisses]") || (!target.closest("a, button") && !toast?.matches("[data-until-closed]"))) toast?.remove();
  });
  place.querySelectorAll(".toast").forEach(watch);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => node instanceof Element && watch(node));
  }).observe(place, { childList: true });
}

/** Says words that the page has in a template, for when no server can be asked. */
export function say(id: string, about?: Element): void {
  const words = document.getElementById(id);
  if (words instanceof HTMLTemplateElement) put(words.content.cloneNode(true), about);
}

/** A dialog lies over the toasts, so what concerns its form is said in it. */
function put(words: Node, about?: Element): void {
  const place = about?.closest("dialog[open]")?.querySelector(".verb-says");
  if (place) {
    place.replaceChildren(words);
    return;
  }
  const toasts = document.getElementById("toasts");
  const said = words.textContent?.trim();
  // The same words again take the place of the old ones.
  for (const old of [...(toasts?.children ?? [])]) if (said && old.textContent?.trim() === said) old.remove();
  toasts?.append(words);
}

/** An answer of the server: a toast, or something that asks for a decision: then it is a dialog. */
export function show(html: string, about?: Element): void {
  const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  if (!part) return;
  if (!part.matches("[data-dialog]")) {
    put(part, about);
    return;
  }
  document.querySelectorAll("dialog.asks").forEach((old) => old.remove());
  const dialog = document.createElement("dialog");
  dialog.className = "asks";
  dialog.append(part);
  document.body.append(dialog);
  dialog.showModal();
}
