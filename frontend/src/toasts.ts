// Toasts: short words at the foot of the page; they go after a while unless the pointer rests on them.
const STAY_MS = 10_000;

export function toasts(): void {
  const place = document.getElementById("toasts");
  if (!place) return;
  const watch = (toast: Element) => {
    const go = () => (toast.matches(":hover, :focus-within") ? window.setTimeout(go, 1000) : toast.remove());
    window.setTimeout(go, STAY_MS);
  };
  place.querySelectorAll(".toast").forEach(watch);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => node instanceof Element && watch(node));
  }).observe(place, { childList: true });
}
