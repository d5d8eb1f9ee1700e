// Menus and panels are <details>; here they close like people expect. Forms in them keep what was typed.
export function dialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener) {
      // Without this script the dialog is a popover of its button.
      event.preventDefault();
      openDialog(opener);
    }
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement && beside(target, event)) target.close();
  });
  document.addEventListener("toggle", (event) => {
    const menu = event.target as HTMLDetailsElement;
    if (menu.matches?.("details.menu[open]")) {
      const first = menu.querySelector(".verbs") ? "button" : "input:not([type=hidden]),select,textarea";
      menu.querySelector<HTMLElement>(`.menu-body :is(${first})`)?.focus();
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    walk(event);
    if (event.key !== "Escape") return;
    document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector<HTMLElement>("summary")?.focus();
    });
  });
  // A choice that depends on another one: modules of the chosen product.
  const narrow = (select: HTMLSelectElement) => {
    const modules = select.form?.querySelector<HTMLSelectElement>("select[data-of]");
    modules?.querySelectorAll<HTMLOptionElement>("option[data-product]").forEach((option) => {
      option.hidden = option.dataset.product !== select.value;
      if (option.hidden && option.selected) modules.value = "";
    });
  };
  document.querySelectorAll<HTMLSelectElement>("select[data-narrows]").forEach(narrow);
  document.addEventListener("change", (event) => {
    const select = event.target as HTMLSelectElement;
    if (select.matches?.("select[data-narrows]")) narrow(select);
    if (select.matches?.("[data-submits]")) select.form?.requestSubmit();
  });
}

/** Shows a dialog; the menu that it was chosen from closes, and gets the focus back when it is done. */
function openDialog(opener: HTMLElement): void {
  const dialog = document.getElementById(opener.dataset.opens ?? "");
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  const menu = opener.closest<HTMLDetailsElement>("details.menu");
  menu?.querySelector("summary")?.focus();
  if (menu) menu.open = false;
  dialog.showModal();
  dialog.querySelector<HTMLElement>("form :is(input:not([type=hidden]), select, textarea)")?.focus();
}

/** Was it the room around the dialog that was touched, not its own edge? */
function beside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}

/** The arrow keys walk through a menu. */
function walk(event: KeyboardEvent): void {
  const list = (event.target as Element).closest?.(".menu-list");
  if (!list || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const items = [...list.querySelectorAll<HTMLElement>("a, button")];
  const last = items.length - 1, at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
  event.preventDefault();
  items[to ?? 0]?.focus();
}
