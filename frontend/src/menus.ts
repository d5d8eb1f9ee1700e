// Menus and panels are <details>; here they close like people expect. Forms in them keep what was typed.
export function dialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
    }
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement) target.close();
  });
  document.addEventListener("toggle", (event) => {
    const menu = event.target as HTMLDetailsElement;
    if (menu.matches?.("details.menu[open]")) {
      menu.querySelector<HTMLElement>("input:not([type=hidden]),select,textarea")?.focus();
    }
  }, true);
  document.addEventListener("keydown", (event) => {
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
