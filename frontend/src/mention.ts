// `@` in a note offers the colleagues; the server finds the names in the text.
const BEFORE = /@([^\s@]{0,20})$/;

export function mentions(area: HTMLElement, form: HTMLFormElement, changed: () => void): void {
  const names = [...(document.getElementById("colleagues")?.querySelectorAll("option") ?? [])].map((o) => o.value);
  if (names.length === 0) return;
  const list = document.createElement("ul");
  list.className = "mention";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  area.after(list);
  let at = 0;
  let asked = "";

  const internal = () => form.querySelector<HTMLInputElement>("input[name=internal]:checked")?.value === "1";
  const typed = (): { range: Range; text: string } | null => {
    const range = getSelection()?.rangeCount ? getSelection()?.getRangeAt(0) : undefined;
    if (!range?.collapsed || range.startContainer.nodeType !== Node.TEXT_NODE) return null;
    const before = (range.startContainer.textContent ?? "").slice(0, range.startOffset);
    const match = BEFORE.exec(before);
    return match ? { range, text: match[1] ?? "" } : null;
  };
  const pick = (name: string) => {
    const found = typed();
    list.hidden = true;
    if (!found) return;
    const { range, text } = found;
    range.setStart(range.startContainer, range.startOffset - text.length);
    range.deleteContents();
    range.insertNode(document.createTextNode(`${name}\u00a0`));
    range.collapse(false);
    changed();
  };
  const draw = () => {
    const found = internal() ? typed() : null;
    const fits = found ? names.filter((n) => n.toLowerCase().includes(found.text.toLowerCase())).slice(0, 8) : [];
    list.hidden = fits.length === 0;
    // Another name is meant: the best fit is offered first again.
    if (found?.text !== asked) at = 0;
    asked = found?.text ?? "";
    at = Math.min(at, Math.max(0, fits.length - 1));
    list.replaceChildren(
      ...fits.map((name, i) => {
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(i === at));
        item.textContent = name;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          pick(name);
        });
        return item;
      }),
    );
  };
  area.addEventListener("keydown", (event) => {
    // What an input method composes is its own.
    if (list.hidden || event.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) at = Math.max(0, at + step);
    else if (event.key === "Enter" || event.key === "Tab") pick(list.children[at]?.textContent ?? "");
    else if (event.key === "Escape") list.hidden = true;
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (step !== 0) draw();
  }, true);
  area.addEventListener("input", draw);
  area.addEventListener("compositionend", draw);
  area.addEventListener("blur", () => (list.hidden = true));
}
