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

/** On a list: remembers its rows and place when a case is opened, and comes back to that place. */
export function remember(): void {
  const rows = document.getElementById("rows");
  if (!rows) return;
  const here = location.pathname + location.search;
  const walk = kept();
  if (walk?.list === here) window.scrollTo(0, walk.top);
  rows.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("a.row-link")) return;
    const links = [...rows.querySelectorAll<HTMLAnchorElement>("a.row-link")];
    const numbers = links.map((a) => a.pathname.split("/").pop() ?? "");
    sessionStorage.setItem(KEY, JSON.stringify({ list: here, numbers, top: window.scrollY } satisfies Walk));
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
