// The command palette: everything with a `data-command` on the page, a ticket number to jump to, and a search. A command
// is found by its words in either language: `data-also` holds the other one.
const NUMBER = /^[A-Za-z0-9]{1,8}-\d{4}-\d{5,}$/;

/** A command that is not on the page: opens the ticket whose whole number was typed, or looks for what was typed. The
 * search knows unfinished numbers. */
function leadTo(href: string, icon: string, words: string): HTMLElement {
  const link = document.createElement("a");
  link.href = href;
  link.dataset.icon = icon;
  link.dataset.command = words;
  return link;
}

function offersFor(typed: string, dialog: HTMLElement): HTMLElement[] {
  const { open = "", search = "" } = dialog.dataset;
  const number = typed.toUpperCase();
  const whole = NUMBER.test(typed) ? [leadTo(`/tickets/${number}`, "#i-inbox", open.replace("%", number))] : [];
  return [...whole, leadTo(`/search?q=${encodeURIComponent(typed)}`, "#i-search", search.replace("%", typed))];
}

/** What can be done here comes before where one can go; what one can do is said once. */
function commandsHere(): HTMLElement[] {
  const isVerb = (command: HTMLElement) => Number(command.closest(".main") !== null);
  const all = [...document.querySelectorAll<HTMLElement>("[data-command]")].sort((a, b) => isVerb(b) - isVerb(a));
  return all.filter((c, i) => all.findIndex((o) => o.dataset.command === c.dataset.command) === i);
}

function fits(command: HTMLElement, wanted: string): boolean {
  return [command.dataset.command, command.dataset.also].some((words) => words?.toLowerCase().includes(wanted));
}

/** The icon that the command shows, or one of the page's set that it names. */
function iconOf(command: HTMLElement): Node {
  const own = (command.closest("label") ?? command).querySelector("svg.icon")?.cloneNode(true);
  if (own || !command.dataset.icon) return own ?? document.createElement("span");
  const icon = document.querySelector("svg.icon")?.cloneNode(true) as SVGElement;
  const use = icon.querySelector("use");
  use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, command.dataset.icon));
  return icon;
}

/** One line: an icon, words, the key. */
function option(command: HTMLElement, n: number): HTMLElement {
  const item = document.createElement("li");
  item.id = `palette-${n}`;
  item.setAttribute("role", "option");
  const words = document.createElement("span");
  words.textContent = command.dataset.command ?? "";
  item.append(iconOf(command), words);
  if (command.dataset.key) {
    const hint = document.createElement("kbd");
    hint.textContent = command.dataset.key;
    item.append(hint);
  }
  return item;
}

function carryOut(chosen: HTMLElement): void {
  if (chosen instanceof HTMLAnchorElement && !chosen.isConnected) location.assign(chosen.href);
  else if (chosen instanceof HTMLDetailsElement) {
    chosen.open = true;
    chosen.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
  } else {
    chosen.click();
    if (chosen.dataset.focus) document.querySelector<HTMLElement>(chosen.dataset.focus)?.focus();
  }
}

export function palette(): void {
  const dialog = document.getElementById("palette") as HTMLDialogElement | null;
  const input = dialog?.querySelector<HTMLInputElement>("input");
  const list = dialog?.querySelector<HTMLElement>("ul");
  if (!dialog || !input || !list || document.querySelector("dialog[open]")) return;
  const commands = commandsHere();
  let shown: HTMLElement[] = [];
  let at = 0;
  const run = () => {
    dialog.close();
    if (shown[at]) carryOut(shown[at] as HTMLElement);
  };
  const mark = () => {
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", shown.length > 0 ? `palette-${at}` : "");
  };
  const draw = () => {
    const typed = input.value.trim();
    shown = commands.filter((c) => fits(c, typed.toLowerCase()));
    if (typed) shown.push(...offersFor(typed, dialog));
    at = 0;
    list.replaceChildren(...shown.map(option));
    [...list.children].forEach((item, i) =>
      item.addEventListener("click", () => {
        at = i;
        run();
      }),
    );
    mark();
  };
  input.value = "";
  input.oninput = draw;
  input.onkeydown = (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") at = Math.min(shown.length - 1, at + 1);
    else if (event.key === "ArrowUp") at = Math.max(0, at - 1);
    else if (event.key === "Enter") return event.preventDefault(), run();
    else return;
    event.preventDefault();
    mark();
  };
  dialog.showModal();
  draw();
  input.focus();
}
