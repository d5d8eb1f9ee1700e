// The command palette: everything with a `data-command` on the page, a ticket number to jump to, and a search.
const NUMBER = /^[A-Za-z0-9]{1,8}-\d{4}-\d{5,}$/;

/** A command that is not on the page: looks for what was typed. */
function searchFor(typed: string, words: string): HTMLElement {
  const link = document.createElement("a");
  link.href = `/search?q=${encodeURIComponent(typed)}`;
  link.dataset.command = words.replace("%", typed);
  return link;
}

export function palette(): void {
  const dialog = document.getElementById("palette") as HTMLDialogElement | null;
  const input = dialog?.querySelector<HTMLInputElement>("input");
  const list = dialog?.querySelector<HTMLElement>("ul");
  if (!dialog || !input || !list) return;
  // What can be done here comes before where one can go.
  const isVerb = (command: HTMLElement) => Number(command.closest(".main") !== null);
  const commands = [...document.querySelectorAll<HTMLElement>("[data-command]")].sort((a, b) => isVerb(b) - isVerb(a));
  let shown: HTMLElement[] = [];
  let at = 0;
  const run = () => {
    const typed = input.value.trim();
    dialog.close();
    if (NUMBER.test(typed)) location.assign(`/tickets/${typed.toUpperCase()}`);
    else if (shown[at]) {
      const chosen = shown[at] as HTMLElement;
      if (chosen instanceof HTMLAnchorElement && !chosen.isConnected) location.assign(chosen.href);
      else if (chosen instanceof HTMLDetailsElement) {
        chosen.open = true;
        chosen.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
      } else chosen.click();
    }
  };
  const draw = () => {
    const wanted = input.value.trim().toLowerCase();
    shown = commands.filter((c) => (c.dataset.command ?? "").toLowerCase().includes(wanted)).slice(0, 12);
    const typed = input.value.trim();
    if (typed && dialog.dataset.search) shown.push(searchFor(typed, dialog.dataset.search));
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(
      ...shown.map((command, i) => {
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(i === at));
        item.textContent = command.dataset.command ?? "";
        const key = command.dataset.key;
        if (key) {
          const hint = document.createElement("kbd");
          hint.textContent = key;
          item.append(hint);
        }
        item.addEventListener("click", () => {
          at = i;
          run();
        });
        return item;
      }),
    );
  };
  input.value = "";
  input.oninput = () => {
    at = 0;
    draw();
  };
  input.onkeydown = (event) => {
    if (event.key === "ArrowDown") at = Math.min(shown.length - 1, at + 1);
    else if (event.key === "ArrowUp") at = Math.max(0, at - 1);
    else if (event.key === "Enter") return event.preventDefault(), run();
    else return;
    event.preventDefault();
    draw();
  };
  draw();
  dialog.showModal();
  input.focus();
}
