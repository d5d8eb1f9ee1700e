// Rows that are put into another order: by their grip, or by buttons that keep the focus. The form sends them as they stand;
// without this script the buttons ask the server.
export function ordered(): void {
  document.querySelectorAll<HTMLElement>("[data-rows]").forEach((list) => {
    list.querySelectorAll<HTMLElement>("[data-grip]").forEach((grip) => {
      grip.hidden = false;
      grip.addEventListener("pointerdown", (event) => drag(list, grip, event));
    });
    list.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button[data-moves]");
      if (!button) return;
      event.preventDefault();
      step(list, button);
    });
  });
}

const rowsOf = (list: HTMLElement) => [...list.querySelectorAll<HTMLElement>("[data-row]")];

function rowOf(within: Element): HTMLElement {
  return within.closest<HTMLElement>("[data-row]") as HTMLElement;
}

/** The row above or below, if there is one. */
function beside(row: HTMLElement, step: -1 | 1): HTMLElement | null {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  return other instanceof HTMLElement && other.matches("[data-row]") ? other : null;
}

/** The neighbour changes its place, so that the row keeps focus and pointer. */
function pass(row: HTMLElement, step: -1 | 1): boolean {
  const other = beside(row, step);
  if (!other) return false;
  if (step < 0) row.after(other);
  else row.before(other);
  return true;
}

function step(list: HTMLElement, button: HTMLButtonElement): void {
  const row = rowOf(button);
  if (!pass(row, button.dataset.moves === "up" ? -1 : 1)) return;
  settle(list, row);
  const next = button.disabled ? row.querySelector<HTMLButtonElement>("button[data-moves]:not([disabled])") : button;
  next?.focus();
  row.scrollIntoView({ block: "nearest" });
}

/** Numbers, buttons and words follow the new order. */
function settle(list: HTMLElement, row: HTMLElement): void {
  const rows = rowsOf(list);
  rows.forEach((one, i) => {
    const number = one.querySelector(".n");
    if (number) number.textContent = String(i + 1);
    one.querySelectorAll<HTMLButtonElement>("button[name=do]").forEach((button) => {
      button.value = `${button.value.split(".")[0]}.${i}`;
      if (button.dataset.moves) button.disabled = !beside(one, button.dataset.moves === "up" ? -1 : 1);
    });
  });
  const unsaved = list.closest("form")?.querySelector<HTMLElement>("[data-unsaved]");
  if (unsaved) unsaved.hidden = false;
  const place = list.querySelector("[data-place]");
  if (place) place.textContent = (list.dataset.says ?? "").replace("%", String(rows.indexOf(row) + 1));
}

const middle = (row: HTMLElement) => row.getBoundingClientRect().top + row.getBoundingClientRect().height / 2;

/** How near to the edge of the window it scrolls, and how far each time. */
const EDGE = 64, SCROLL = 12;

function drag(list: HTMLElement, grip: HTMLElement, event: PointerEvent): void {
  if (event.button !== 0) return;
  event.preventDefault();
  const row = rowOf(grip), before = rowsOf(list);
  grip.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  const move = (at: PointerEvent) => {
    const [above, below] = [beside(row, -1), beside(row, 1)];
    if (above && at.clientY < middle(above)) pass(row, -1);
    else if (below && at.clientY > middle(below)) pass(row, 1);
    if (at.clientY < EDGE) window.scrollBy(0, -SCROLL);
    else if (at.clientY > window.innerHeight - EDGE) window.scrollBy(0, SCROLL);
  };
  const leave = new AbortController();
  const end = (kept: boolean) => {
    leave.abort();
    row.classList.remove("dragged");
    if (!kept) before.forEach((one) => list.append(one));
    if (rowsOf(list).some((one, i) => one !== before[i])) settle(list, row);
  };
  const { signal } = leave;
  grip.addEventListener("pointermove", move, { signal });
  grip.addEventListener("pointerup", () => end(true), { signal });
  grip.addEventListener("pointercancel", () => end(false), { signal });
  window.addEventListener("keydown", (key) => key.key === "Escape" && end(false), { signal });
}
