// Countdowns: the server says when something is due, the browser counts. The words change when it is over.
const SOON_MS = 30 * 60 * 1000;
/** From here on seconds tell nobody anything: days and hours, as the server says them. */
const LONG_S = 48 * 3600;

function said(s: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  if (s < LONG_S) return `${hours}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  const { wordDay = "%", wordHour = "%" } = document.body.dataset;
  const days = wordDay.replace("%", String(Math.floor(hours / 24)));
  return hours % 24 === 0 ? days : `${days} ${wordHour.replace("%", String(hours % 24))}`;
}

function show(chip: HTMLElement, now: number): void {
  const due = Number(chip.dataset.due);
  const time = chip.querySelector<HTMLElement>(".chip-time");
  if (!time || !Number.isFinite(due)) return;
  const left = Math.trunc((due - now) / 1000);
  const text = said(Math.abs(left));
  if (time.textContent !== text) time.textContent = text;
  const soon = due - now < SOON_MS || chip.querySelector(".chip-risk") !== null;
  const role = left < 0 ? "overdue" : soon ? "soon" : "running";
  if (chip.dataset.role !== role) {
    chip.dataset.role = role;
    const state = chip.querySelector<HTMLElement>(".chip-state");
    const word = left < 0 ? document.body.dataset.wordOverdue : document.body.dataset.wordLeft;
    if (state && word) state.textContent = word;
  }
}

/** Paper does not count: it names the due, in the house's zone. */
function name(chip: HTMLElement): void {
  const due = Number(chip.dataset.due);
  const time = chip.querySelector<HTMLElement>(".chip-time");
  if (!time || !Number.isFinite(due)) return;
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: document.body.dataset.zone, dateStyle: "short", timeStyle: "short" });
  time.textContent = `${document.body.dataset.wordDue} ${day.format(due)}`;
}

let ticking = false;

export function countdowns(root: ParentNode): void {
  const now = Date.now();
  root.querySelectorAll<HTMLElement>(".chip[data-due]").forEach((chip) => show(chip, now));
  if (ticking) return;
  ticking = true;
  const paper = window.matchMedia("print");
  const all = () => {
    const at = Date.now();
    document.querySelectorAll<HTMLElement>(".chip[data-due]").forEach((chip) => (paper.matches ? name(chip) : show(chip, at)));
  };
  paper.addEventListener("change", all);
  setInterval(all, 1000);
}
