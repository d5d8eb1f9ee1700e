// From case to case without the list: it remembers the rows it showed, and a case knows its neighbours.
const KEY = "walk";

interface Walk {
  list: string;
  numbers: string[];
  top: number;
}

function kept(): Walk | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Walk | null;
  } catch {
    return null;
  }
}

/** How much of a list was shown, and where the page stood. */
export interface Place {
  rows: number;
  top: number;
}

const here = () => location.pathname + location.search;

/** Where this list was left for a case. */
export function lastPlace(): Place | null {
  const walk = kept();
  return walk?.list === here() ? { rows: walk.numbers.length, top: walk.top } : null;
}

/** On a list: remembers its rows and place when a case is opened. */
export function remember(): void {
  const rows = document.getElementById("rows");
  if (!rows) return;
  rows.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("a.row-link")) return;
    const links = [...rows.querySelectorAll<HTMLAnchorElement>("a.row-link")];
    const numbers = links.map((a) => a.pathname.split("/").pop() ?? "");
    sessionStorage.setItem(KEY, JSON.stringify({ list: here(), numbers, top: window.scrollY } satisfies Walk));
  });
}

/** In a case: where `j`, `k` and `u` lead; null outside a case or a list. */
export function neighbour(key: string): string | null {
  const walk = kept();
  const at = walk?.numbers.indexOf(location.pathname.split("/").pop() ?? "") ?? -1;
  if (!document.querySelector(".case")) return null;
  if (key === "u") return walk?.list ?? "/tickets?view=mine";
  const next = at < 0 ? undefined : walk?.numbers[at + (key === "j" ? 1 : -1)];
  return next ? `/tickets/${next}` : null;
}
