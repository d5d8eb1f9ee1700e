// A table that is wider than its place scrolls in it; then the keyboard reaches it, and it has a name.
const seen = new WeakSet<Element>();
const watch = new ResizeObserver((entries) => entries.forEach((entry) => fit(entry.target as HTMLElement)));

export function tables(root: ParentNode): void {
  root.querySelectorAll<HTMLElement>(".table").forEach((place) => {
    if (seen.has(place)) return;
    seen.add(place);
    watch.observe(place);
  });
}

function fit(place: HTMLElement): void {
  const wide = place.scrollWidth > place.clientWidth + 1;
  place.toggleAttribute("data-scrolls", wide);
  if (!wide) return ["tabindex", "role", "aria-label"].forEach((name) => place.removeAttribute(name));
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", name(place));
}

/** The caption, else the heading that stands above it, else that of the page. */
function name(place: HTMLElement): string {
  const own = place.querySelector("caption") ?? place.closest("section, .panel, details")?.querySelector("h2, h3, summary");
  return (own ?? document.querySelector("h1"))?.textContent?.trim() ?? "";
}
